"""The rows of a batch processor, which traces and logs have alike.

Metrics are not batched but collected: see `metrics.py`.
"""

from __future__ import annotations

from typing import TypedDict

from otelkit.settings.parameters.parameter import Lookup, Parameter
from otelkit.settings.reading.numbers import DurationReader, IntegerReader
from otelkit.settings.reading.reading import Reading, rejected


class BatchingRows(TypedDict):
    """The rows of one batch processor, ready to be passed on to the class of a signal."""

    schedule_delay: Parameter[float]
    export_timeout: Parameter[float]
    queue_size: Parameter[int]
    batch_size: Parameter[int]


def batching_rows(signal: str, *, prefix: str, records: str, schedule_delay: float) -> BatchingRows:
    """Make the rows of one batch processor.

    Args:
        signal: The table of the file they stand in.
        prefix: What the specification's variables begin with.
        records: What is batched, for the reference page.
        schedule_delay: The specification's default, in seconds.
    """
    queue_size = Parameter[int](
        name=f"{signal}.queue_size",
        variables=(f"{prefix}_MAX_QUEUE_SIZE",),
        reader=IntegerReader(minimum=1),
        default=2048,
        unit=records,
        doc=f"Most {records} that wait for export; what comes on top is dropped and counted",
    )

    def judge_batch(batch: int, lookup: Lookup) -> Reading[int]:
        queue = lookup(queue_size)
        if batch <= queue:
            return Reading(batch)
        return rejected(
            f"is above the queue size of {queue} and is ignored",
            f"give {queue} or less, or raise {prefix}_MAX_QUEUE_SIZE",
        )

    def fit_batch(default: int, lookup: Lookup) -> int:
        return min(default, lookup(queue_size))

    return BatchingRows(
        schedule_delay=Parameter[float](
            name=f"{signal}.schedule_delay",
            variables=(f"{prefix}_SCHEDULE_DELAY",),
            reader=DurationReader(positive=True),
            default=schedule_delay,
            unit="s",
            text_unit="ms",
            doc=f"Longest time that {records} wait for their batch to fill",
        ),
        export_timeout=Parameter[float](
            name=f"{signal}.export_timeout",
            variables=(f"{prefix}_EXPORT_TIMEOUT",),
            reader=DurationReader(zero_is_no_limit=True),
            default=30.0,
            unit="s",
            text_unit="ms",
            doc="Longest time that exporting a batch may take; 0 is no limit",
        ),
        queue_size=queue_size,
        batch_size=Parameter[int](
            name=f"{signal}.batch_size",
            variables=(f"{prefix}_MAX_EXPORT_BATCH_SIZE",),
            reader=IntegerReader(minimum=1),
            default=512,
            default_note="512, or the queue size where that is smaller",
            unit=records,
            doc=f"Most {records} in one batch; at most the queue size",
            check=judge_batch,
            adjust_default=fit_batch,
        ),
    )
