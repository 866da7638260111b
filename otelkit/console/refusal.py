"""Why something that was sent is not kept: a whole request (``Refusal``) or some of its records (``Rejections``).

How either is told to the sender is in ``replies``.
"""

from __future__ import annotations

from collections import Counter


class Refusal(Exception):  # noqa: N818 - an answer to the sender, not a fault of the console
    """A request that is answered with an HTTP error.

    Args:
        status: the HTTP status of the answer.
        message: what is wrong, for the person who looks after the sender.

    Example:
        >>> raise Refusal(415, "Content-Type must be application/x-protobuf or application/json")
        Traceback (most recent call last):
        otelkit.console.refusal.Refusal: Content-Type must be application/x-protobuf or application/json
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Rejections:
    """Counts the records of one request that are not kept, by reason, and the doubts about those that are.

    Example:
        >>> rejections = Rejections()
        >>> rejections.reject("trace id is not 16 bytes")
        >>> rejections.reject("trace id is not 16 bytes")
        >>> rejections.count, rejections.message()
        (2, 'rejected: trace id is not 16 bytes (2)')
    """

    def __init__(self) -> None:
        self._rejected: Counter[str] = Counter()
        self._doubts: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """How many records were rejected."""
        return self._rejected.total()

    def reject(self, reason: str, records: int = 1) -> None:
        """Count `records` that are not kept."""
        if records > 0:
            self._rejected[reason] += records

    def doubt(self, reason: str) -> None:
        """Count a record that is kept although something about it is wrong."""
        self._doubts[reason] += 1

    def message(self) -> str:
        """Say what was rejected or doubtful; empty when all is well."""
        parts = [
            f"{title}: " + ", ".join(f"{reason} ({count})" for reason, count in sorted(reasons.items()))
            for title, reasons in (("rejected", self._rejected), ("kept, but", self._doubts))
            if reasons
        ]
        return "; ".join(parts)
