"""The deliveries of one signal over all its doors, and what a flush may say about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otelkit.runtime.lifecycle import SignalFlush

if TYPE_CHECKING:
    from collections.abc import Callable

    from otelkit.signals.export.door import Delivery, Door


class Deliveries:
    """The doors of one signal."""

    def __init__(self) -> None:
        self._doors: list[Door] = []

    def add(self, door: Door) -> None:
        """Count what leaves by ``door``."""
        self._doors.append(door)

    def close(self) -> None:
        """Let nothing out any more: used in a forked child on what it inherited."""
        for door in self._doors:
            door.close()

    def by_exporter(self) -> dict[str, Delivery]:
        """Return what each exporter delivered so far."""
        return {door.name: door.delivery for door in self._doors}

    def during(self, flush: Callable[[], bool]) -> SignalFlush:
        """Run ``flush`` and say what it did.

        With several exporters a record counts as delivered when all of them delivered it, as failed when any lost it.
        """
        before = [door.delivery for door in self._doors]
        handed_over = flush()
        changes = [door.delivery.since(earlier) for door, earlier in zip(self._doors, before, strict=True)]
        failed = max((change.failed for change in changes), default=0)
        return SignalFlush(
            complete=handed_over and failed == 0,
            delivered=min((change.delivered for change in changes), default=0),
            failed=failed,
            delivered_in_all=min((door.delivery.delivered for door in self._doors), default=0),
            failed_in_all=max((door.delivery.failed for door in self._doors), default=0),
        )
