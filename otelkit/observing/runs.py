"""The contract between whoever measures calls and the machinery that wraps callables of every kind.

A probe is bound at decoration and makes one run for each call; runs are told how the call went. None of it ever raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Run(Protocol):
    """One call in progress."""

    def returned(self, result: object) -> None:
        """Take note that the call ended with a result."""

    def raised(self, error: BaseException) -> None:
        """Take note that the call was left by an exception."""

    def suspend(self) -> None:
        """Take note that a generator hands control to its caller: what is current becomes the caller's own again."""

    def resume(self) -> None:
        """Take note that a generator goes on."""


class Probe(Protocol):
    """Measures the calls of one callable."""

    def begin(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Run:
        """Start measuring a call.

        Args:
            args: positional arguments of the call.
            kwargs: keyword arguments of the call.

        """
        ...


class SteadyRun:
    """The part of a run that has nothing to do between the steps of a generator."""

    __slots__ = ()

    def suspend(self) -> None:
        """Do nothing."""

    def resume(self) -> None:
        """Do nothing."""
