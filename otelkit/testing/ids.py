"""Trace and span ids that count 1, 2, 3, so that a test can write down what it expects.

For tests only: ids of several processes collide, and samplers that rely on random ids decide the same for all.
"""

from __future__ import annotations

from itertools import count

from opentelemetry.sdk.trace.id_generator import IdGenerator


class IncrementalIds(IdGenerator):
    """An id generator of the SDK that counts trace ids and span ids from 1.

    Example:
        >>> ids = IncrementalIds()
        >>> ids.generate_trace_id(), ids.generate_span_id(), ids.generate_span_id()
        (1, 1, 2)

    """

    def __init__(self) -> None:
        super().__init__()
        # next() on a count is one bytecode-level call, so threads never get the same number.
        self._span_ids = count(1)
        self._trace_ids = count(1)

    def generate_span_id(self) -> int:
        """Return the next span id."""
        return next(self._span_ids)

    def generate_trace_id(self) -> int:
        """Return the next trace id."""
        return next(self._trace_ids)
