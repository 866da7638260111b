"""`capture()`: otelkit running inside a test, with everything it emits at hand as plain data and nothing exported.

The pytest fixture around it is in `plugin.py`; what can be asked of the records is in `found.py`.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import LogRecordProcessor, ReadableLogRecord
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor

from otelkit import _observers, _telemetry
from otelkit.instruments.process_state import forget_process_state
from otelkit.runtime.internal_errors import InternalError, internal_errors, is_strict, reset_internal_errors, set_strict
from otelkit.runtime.lifecycle import lifecycle
from otelkit.signals.bound_context import allow_baggage, nothing_bound
from otelkit.testing import otlp
from otelkit.testing.clock import StepClock
from otelkit.testing.found import Records
from otelkit.testing.ids import IncrementalIds

if TYPE_CHECKING:
    from collections.abc import Generator

    from opentelemetry.sdk._logs import ReadWriteLogRecord
    from opentelemetry.sdk.trace import ReadableSpan, Span
    from opentelemetry.trace import SpanContext

    from otelkit.testing import records

_NOWHERE: Final = Path(os.devnull)
"""A directory without a settings file."""

_STOP_SECONDS: Final = 2.0


class InternalErrorsError(AssertionError):
    """otelkit kept errors of its own away from the code under test; in a test they count."""

    def __init__(self, errors: tuple[InternalError, ...]) -> None:
        self.errors = errors
        listed = "".join(f"\n  - in {error.where}: {error.text}" for error in errors)
        super().__init__(f"otelkit swallowed {len(errors)} error(s), which would pass unnoticed in production:{listed}")


class Capture(Records):
    """What the code under test has emitted so far, as plain data. Made by `capture()` and by the fixture `telemetry`.

    `spans` has the spans that ended, `logs` the log records, `metrics` what the instruments hold at this moment.
    """

    def __init__(self, clock: StepClock | None) -> None:
        self._spans = _Spans()
        self._logs = _Logs(clock)
        self._readings = _Readings()

    @property
    def spans(self) -> list[records.Span]:
        """The spans that ended, in the order in which they ended."""
        return self._spans.ended()

    @property
    def logs(self) -> list[records.Log]:
        """The log records, in the order in which they were emitted."""
        return self._logs.emitted()

    @property
    def metrics(self) -> list[records.Metric]:
        """Every metric with its series, collected now; sums and histograms count from the beginning of the test."""
        return self._readings.now()

    @property
    def unfinished(self) -> list[str]:
        """The names of the spans that began and have not ended."""
        return self._spans.unfinished()

    def clear(self) -> None:
        """Forget the spans and log records so far. What instruments have counted stays counted."""
        self._spans.clear()
        self._logs.clear()

    def take_internal_errors(self) -> tuple[InternalError, ...]:
        """Return the errors that otelkit kept to itself, and forgive them: for tests of exactly that.

        Example:
            >>> with capture() as telemetry:
            ...     telemetry.take_internal_errors()
            ()

        """
        errors = internal_errors()
        reset_internal_errors()
        return errors

    def check(self) -> None:
        """Raise if otelkit kept an error to itself; done at the end of each test anyway.

        Raises:
            InternalErrorsError: naming every one of them.
        """
        errors = self.take_internal_errors()
        if errors:
            raise InternalErrorsError(errors)

    def end(self) -> None:
        """Collect the metrics a last time: what is read from now on is as it was at this moment."""
        self._readings.end()

    def observers(self, id_generator: IncrementalIds | None) -> _observers.Observers:
        """Return what has to be put beside the processors of every configuration for this capture to see all."""
        return _observers.Observers(
            span_processor=self._spans,
            log_processor=self._logs,
            metric_reader=self._readings.new_reader,
            id_generator=id_generator,
        )


@contextmanager
def capture(
    *,
    service_name: str = "test",
    sampler: str = "parentbased_always_on",
    sampler_arg: float | None = None,
    log_level: str = "INFO",
    real_clock: bool = False,
    real_ids: bool = False,
) -> Generator[Capture]:
    """Run otelkit for a block of code, export nothing, and hand over what the code emits.

    What `init` set up before stands aside unharmed and runs again afterwards. Environment and settings files have no
    say. The code may call `otelkit.init` itself: its settings then hold, and the capture still sees everything.
    One capture can be open inside another; captures in two threads at once cannot be told apart.

    Args:
        service_name: `service.name` of the resource.
        sampler: which spans are recorded, by the names of `OTEL_TRACES_SAMPLER`.
        sampler_arg: the ratio for the ratio samplers.
        log_level: the lowest level that is kept.
        real_clock: true takes times from the system instead of a `StepClock`, where the n-th reading is n milliseconds.
        real_ids: true makes random ids instead of counting 1, 2, 3.

    Raises:
        ConfigurationError: a sampler or a level that does not exist.
        InternalErrorsError: at the end of the block, if otelkit kept errors of its own away from the code.

    Example:
        >>> import otelkit
        >>> with capture() as telemetry:
        ...     with otelkit.operation("checkout"):
        ...         otelkit.get_logger("shop").info("paid")
        >>> telemetry.span("checkout").trace_id == telemetry.log("paid").trace_id
        True

    """
    clock = None if real_clock else StepClock()
    found = Capture(clock)
    arguments = {
        "service.name": service_name,
        "traces.sampler": sampler,
        "traces.sampler_arg": sampler_arg,
        "logs.level": log_level,
        "strict": True,
    }
    with ExitStack() as undo:
        reset_internal_errors()
        undo.callback(reset_internal_errors)
        undo.enter_context(_own_context())
        undo.enter_context(_process_put_back())
        if clock is not None:
            _import_rooms()
            undo.enter_context(clock)
        before = _observers.look_on(found.observers(None if real_ids else IncrementalIds()))
        undo.callback(_observers.look_on, before)
        with _enabled():
            _telemetry.start_observed(arguments, nowhere=_NOWHERE)
        found.clear()  # what otelkit says about its own start is not the test's
        try:
            yield found
        finally:
            found.end()
        found.check()


@contextmanager
def _own_context() -> Generator[None]:
    """No current span, no baggage and no bound facts of others; whatever the block leaves behind is gone afterwards."""
    before = otel_context.get_current()
    otel_context.attach(Context())
    try:
        with nothing_bound():
            yield
    finally:
        # Not by token: the end of a fixture may run in another context than its beginning.
        otel_context.attach(before)


@contextmanager
def _process_put_back() -> Generator[None]:
    """Set aside what runs, and put it back with everything that starting something else has changed in the process."""
    strict = is_strict()
    levels = {name: logging.getLogger(name).level for name in ("otelkit", "opentelemetry")}
    # Not imported here: the import reads OTEL_PROPAGATORS and raises on a name that it does not know.
    propagate = sys.modules.get("opentelemetry.propagate")
    propagator = propagate.get_global_textmap() if propagate is not None else None
    baggage_keys = allow_baggage(frozenset())
    current = _telemetry.current()
    aside = lifecycle.set_aside()
    put_back_levels = forget_process_state()
    try:
        yield
    finally:
        _telemetry.shutdown(_STOP_SECONDS)
        put_back_levels()
        lifecycle.put_back(aside)
        _telemetry.put_back(current)
        allow_baggage(baggage_keys)
        if propagate is not None:
            propagate.set_global_textmap(propagator)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        set_strict(strict)


@contextmanager
def _enabled() -> Generator[None]:
    """The SDK's own providers read this variable while they are made, whatever our settings say."""
    given = os.environ.pop("OTEL_SDK_DISABLED", None)
    try:
        yield
    finally:
        if given is not None:
            os.environ["OTEL_SDK_DISABLED"] = given


def _import_rooms() -> None:
    """Have the modules that take time imported, so that the clock finds them."""
    for room in ("otelkit.instruments", "otelkit.observing"):
        importlib.import_module(room)


class _Spans(SpanProcessor):
    """Keeps the spans that began while it looked on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[int, tuple[SpanContext, str]] = {}
        self._ended: list[ReadableSpan] = []
        self._decoded: list[records.Span] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Note that the span is one of ours: spans of an earlier test may end during this one."""
        del parent_context
        context = span.get_span_context()
        with self._lock:
            self._open[id(context)] = (context, span.name)

    def on_end(self, span: ReadableSpan) -> None:
        """Keep the span."""
        with self._lock:
            if self._open.pop(id(span.get_span_context()), None) is not None:
                self._ended.append(span)

    def ended(self) -> list[records.Span]:
        with self._lock:
            # One by one: the encoder groups by scope, and the order in which they ended would be lost.
            for span in self._ended[len(self._decoded) :]:
                self._decoded.extend(otlp.decode_spans(encode_spans([span])))
            return list(self._decoded)

    def unfinished(self) -> list[str]:
        with self._lock:
            return [name for _, name in self._open.values()]

    def clear(self) -> None:
        with self._lock:
            self._ended.clear()
            self._decoded.clear()


class _Logs(LogRecordProcessor):
    """Keeps log records, with the test's time on them: stdlib logging, which stamps them, keeps the real time."""

    def __init__(self, clock: StepClock | None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._emitted: list[records.Log] = []

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Keep the record as it is now."""
        record = log_record.log_record
        if self._clock is not None:
            record.timestamp = record.observed_timestamp = self._clock.time_ns()
        readable = ReadableLogRecord(
            log_record=record,
            resource=log_record.resource or Resource.get_empty(),
            instrumentation_scope=log_record.instrumentation_scope,
            limits=log_record.limits,
        )
        decoded = otlp.decode_logs(encode_logs([readable]))
        with self._lock:
            self._emitted.extend(decoded)

    def emitted(self) -> list[records.Log]:
        with self._lock:
            return list(self._emitted)

    def clear(self) -> None:
        with self._lock:
            self._emitted.clear()

    def shutdown(self) -> None:
        """Keep what there is."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Do nothing: a record is kept at once."""
        del timeout_millis
        return True


class _Readings:
    """Reads the metrics of the running configuration, and remembers what those before it had counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: InMemoryMetricReader | None = None
        self._before: list[records.Metric] = []
        self._exemplars: dict[object, tuple[records.Exemplar, ...]] = {}

    def new_reader(self) -> MetricReader:
        with self._lock:
            # A metric that never got beyond zero would only stand in the way of the same one in the next reading.
            self._before += [metric for metric in self._read() if any(point.value for point in metric.points)]
            self._reader = InMemoryMetricReader()
            return self._reader

    def now(self) -> list[records.Metric]:
        with self._lock:
            return [*self._before, *self._read()]

    def end(self) -> None:
        with self._lock:
            self._before += self._read()
            self._reader = None

    def _read(self) -> list[records.Metric]:
        data = None if self._reader is None else self._reader.get_metrics_data()
        if data is None:
            return []
        return [
            replace(metric, points=tuple(self._with_all_exemplars(metric, point) for point in metric.points))
            for metric in otlp.decode_metrics(encode_metrics(data))
        ]

    def _with_all_exemplars(self, metric: records.Metric, point: records.Point) -> records.Point:
        """The SDK gives each exemplar to one collection alone; a test may look several times."""
        key = (self._reader, metric.scope, metric.name, repr(sorted(point.attributes.items())))
        seen = self._exemplars[key] = (*self._exemplars.get(key, ()), *point.exemplars)
        return replace(point, exemplars=seen)
