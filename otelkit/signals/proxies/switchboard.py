"""One place per signal that knows the active provider and everything that must follow it when it changes.

No locks: a lock held by another thread at the moment of a fork would hang the child for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.util.types import Attributes

ProviderT = TypeVar("ProviderT")
ProviderT_contra = TypeVar("ProviderT_contra", contravariant=True)


class Switchable(Protocol[ProviderT_contra]):
    """What follows the active provider."""

    def switch(self, provider: ProviderT_contra) -> None:
        """Forward to ``provider`` from now on."""


SwitchableT = TypeVar("SwitchableT", bound="Switchable[Any]")

Scope = tuple[str, str | None, str | None, "Attributes"]
"""Name, version, schema URL and attributes of an instrumentation scope."""


class Switchboard(Generic[ProviderT, SwitchableT]):
    """The active provider of one signal and the tracers, meters or loggers that follow it."""

    def __init__(self, provider: ProviderT, make: Callable[[Scope], SwitchableT]) -> None:
        self.provider = provider
        self._make = make
        self._followers: dict[object, SwitchableT] = {}

    def get(self, scope: Scope) -> SwitchableT:
        """Return the one follower of ``scope``, forwarding to the active provider."""
        key = (scope[:3], _hashable(scope[3]))
        follower = self._followers.get(key)
        if follower is None:
            made = self._make(scope)
            # Before others can get it: what another thread recorded through a follower that is behind would be lost.
            provider = self._bring_up_to_date(made, None)
            # setdefault is atomic: of two threads that race here, both get the same follower.
            follower = self._followers.setdefault(key, made)
            self._bring_up_to_date(follower, provider)
        return follower

    def switch(self, provider: ProviderT) -> None:
        """Make ``provider`` the active one for every follower, present and future."""
        self.provider = provider
        for follower in list(self._followers.values()):
            follower.switch(provider)

    def _bring_up_to_date(self, follower: SwitchableT, provider: ProviderT | None) -> ProviderT | None:
        # A switch may happen between reading the provider and forwarding to it; the last one wins.
        while provider is not self.provider:
            provider = self.provider
            follower.switch(provider)
        return provider


def _hashable(attributes: Mapping[str, object] | None) -> object:
    return tuple(sorted((name, repr(value)) for name, value in attributes.items())) if attributes else ()
