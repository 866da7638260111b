"""Asking the stack until everything arrived or the patience is over: it is on its way through a collector.

What is compared is in ``arrival.py``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from otelkit.cli.demonstration.arrival import compare
from otelkit.cli.demonstration.engines import EngineError

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence

    from otelkit.cli.demonstration.answers import Answer
    from otelkit.cli.demonstration.arrival import Verdict
    from otelkit.cli.demonstration.services_words import Words
    from otelkit.cli.demonstration.stack_reader import StackAddresses, StackReader

_PAUSE_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Which engines are asked, and for how long what was sent may be on its way."""

    addresses: StackAddresses
    patience_s: float


def await_verdict(
    answers: Sequence[Answer],
    words: Mapping[str, Words],
    stack: StackReader,
    *,
    patience_s: float,
    stopping: threading.Event,
) -> Verdict | None:
    """Compare what was sent with what the stack holds, until it is the same or the patience is over.

    Args:
        answers: every answer that the replayer got.
        words: what each service said, by its name; the services have ended.
        stack: the receiving side.
        patience_s: for how many seconds it is asked.
        stopping: ends the asking when it is set.

    Returns:
        The last comparison; None when it was stopped before it held.

    Raises:
        EngineError: an engine did not answer to the last.

    """
    deadline = time.monotonic() + patience_s
    keep: frozenset[str] = frozenset()
    while True:
        stack.ask_again(but=keep)
        try:
            verdict = compare(answers, words, stack)
        except EngineError:
            # It may be back in a moment, as the one may that the collector delivers to.
            if time.monotonic() >= deadline:
                raise
        else:
            if verdict.holds or time.monotonic() >= deadline:
                return verdict
            # With all of them whole and something still amiss, one may lack a span that nothing else points to.
            keep = verdict.whole if len(verdict.whole) < len(answers) else frozenset()
        if stopping.wait(_PAUSE_S):
            return None
