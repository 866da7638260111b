"""A service level objective as it is written on an operation.

What is generated from it (recording rules, burn-rate alerts) does not live here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Slo:
    """How often an operation must succeed, and how many of its calls must be fast.

    Give it to `observe`; it is checked when the function is decorated and found by `registered_operations`. Cancelled
    calls count neither as good nor as bad.

    Args:
        success: the share of calls that must not end in an error, between 0 and 1, such as ``0.999``.
        latency: a pair ``(seconds, share)``: this share of the calls must end within so many seconds. The seconds must
            be a boundary of the operation's histogram buckets, because only there a histogram knows the share exactly.

    Raises:
        ValueError: when neither is given, or a number is out of its range.

    Example:
        >>> Slo(success=0.999, latency=(0.25, 0.99))
        Slo(success=0.999, latency=(0.25, 0.99))

    Follows the request-based objectives of the Site Reliability Workbook, chapter 5.
    """

    success: float | None = None
    latency: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.success is None and self.latency is None:
            raise ValueError("Slo() promises nothing. Give success=0.999, or latency=(0.25, 0.99), or both.")
        if self.success is not None:
            _check_share("success", self.success)
        if self.latency is not None:
            seconds, share = _pair(self.latency)
            if not (_is_number(seconds) and 0 < seconds < math.inf):
                raise ValueError(f"latency[0] is a number of seconds above 0, such as 0.25, not {seconds!r}.")
            _check_share("latency[1]", share)
            object.__setattr__(self, "latency", (seconds, share))

    def check_against(self, buckets: Sequence[float]) -> None:
        """Refuse a latency objective that lies between two bucket boundaries.

        Args:
            buckets: the histogram's boundaries in seconds, increasing.

        Raises:
            ValueError: naming the nearest boundaries.

        Example:
            >>> Slo(latency=(0.3, 0.99)).check_against((0.1, 0.25, 0.5))
            Traceback (most recent call last):
            ...
            ValueError: the latency objective of 0.3 s is no bucket boundary; the nearest are 0.25 and 0.5. Use one of \
them, or give observe(..., buckets=...) with 0.3 among them.

        """
        if self.latency is None or self.latency[0] in buckets:
            return
        seconds = self.latency[0]
        below = [boundary for boundary in buckets if boundary < seconds][-1:]
        above = [boundary for boundary in buckets if boundary > seconds][:1]
        nearest = [f"{boundary:g}" for boundary in (*below, *above)]
        are, use = ("nearest are", "one of them") if len(nearest) > 1 else ("nearest is", "it")
        raise ValueError(
            f"the latency objective of {seconds:g} s is no bucket boundary; the {are} {' and '.join(nearest)}. "
            f"Use {use}, or give observe(..., buckets=...) with {seconds:g} among them."
        )


def _pair(latency: object) -> tuple[float, float]:
    if isinstance(latency, tuple | list) and len(cast("Sequence[float]", latency)) == 2:  # noqa: PLR2004 - a pair
        return cast("tuple[float, float]", tuple(cast("Sequence[float]", latency)))
    raise ValueError(f"latency must be a pair (seconds, share) such as (0.25, 0.99), not {latency!r}.")


def _check_share(what: str, share: float) -> None:
    if _is_number(share) and 0 < share < 1:
        return
    percent = _is_number(share) and 1 < share < 100  # noqa: PLR2004 - what it is out of
    hint = f" Did you mean {share / 100:g}?" if percent else ""
    raise ValueError(f"{what} is a share between 0 and 1, such as 0.999, not {share!r}.{hint}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
