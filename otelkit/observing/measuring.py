"""The small decorators, `timed`, `counted`, `count_errors`, `track_in_progress`: one declared instrument each, no span.

Each is also a context manager; the machinery is that of `observe`.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, cast

from otelkit.instruments import (
    Attribute,
    Counter,
    CounterCell,
    Histogram,
    HistogramCell,
    UpDownCounter,
    UpDownCounterCell,
    counter,
    histogram,
    up_down_counter,
)
from otelkit.observing.open_runs import OpenRuns, end
from otelkit.observing.outcomes import IGNORED_ALWAYS, check_ignorable, outcome_of
from otelkit.observing.runs import Run, SteadyRun
from otelkit.observing.targets import decorate
from otelkit.observing.wrapping import wrap
from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture.exceptions import error_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from otelkit.observing.observe import TargetT
    from otelkit.observing.runs import Probe

ERROR_TYPE = Attribute("error.type", limit=100)
"""The one attribute that `count_errors` fills in by itself."""


class Measuring:
    """What the small decorators return: put it on a callable, or use it in ``with`` or ``async with``.

    One object may be entered again, also before it was left, from any number of threads and tasks.
    """

    __slots__ = ("_open", "_probe")

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._open: OpenRuns[Run] = OpenRuns()

    def __call__(self, target: TargetT) -> TargetT:
        """Return ``target`` measured, of the same kind as it was.

        Raises:
            TypeError: when it is a class, or cannot be called.

        """
        if isinstance(target, type):
            raise TypeError(f"class {target.__qualname__}: one instrument measures one function. Decorate its methods.")
        return cast("TargetT", decorate(target, self._measured))

    def __enter__(self) -> None:
        self._open.add(self._probe.begin((), {}))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        run = self._open.take()
        if run is not None:
            end(run, error)

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    def _measured(self, function: Callable[..., object]) -> Callable[..., object]:
        return wrap(function, self._probe)


def timed(duration: str | Histogram | HistogramCell) -> Measuring:
    """Record how long calls take, whatever their outcome; of generators, from the first ``next`` to the end.

    Args:
        duration: a histogram in seconds without attributes, or one with them bound (``wait.of("card")``), or the name
            of one, which is declared here.

    Raises:
        TypeError: when the histogram has attributes that are not bound.
        ValueError: when it does not measure seconds, or the name is no instrument name.

    Example:
        >>> import otelkit
        >>> @otelkit.timed("docs.checkout.duration")
        ... def checkout(): ...
        >>> with otelkit.timed("docs.packing.duration"):
        ...     checkout()

    """
    if isinstance(duration, str):
        duration = histogram(duration, unit="s", description=f"Time that {duration.removesuffix('.duration')} takes.")
    if isinstance(duration, Histogram):
        if duration.declaration.unit != "s":
            raise ValueError(f"timed() records seconds, and {duration.name} is in {duration.declaration.unit!r}.")
        _check_unbound("timed", duration)
        duration = duration.of()
    _check_type("timed", duration, HistogramCell, Histogram)
    return Measuring(_Timing(duration.record))


def counted(calls: str | Counter | CounterCell) -> Measuring:
    """Count calls, when they begin.

    Args:
        calls: a counter without attributes, or one with them bound (``orders.of("web")``), or the name of one, which is
            declared here.

    Raises:
        TypeError: when the counter has attributes that are not bound.
        ValueError: when the name is no instrument name.

    Example:
        >>> import otelkit
        >>> @otelkit.counted("docs.checkout.count")
        ... def checkout(): ...

    """
    if isinstance(calls, str):
        calls = counter(calls, unit="{call}", description=f"Calls of {calls.removesuffix('.count')}.")
    if isinstance(calls, Counter):
        _check_unbound("counted", calls)
        calls = calls.of()
    _check_type("counted", calls, CounterCell, Counter)
    return Measuring(_Counting(calls.add))


def count_errors(
    errors: str | Counter | CounterCell, *, ignore: Sequence[type[BaseException]] | type[BaseException] = ()
) -> Measuring:
    """Count calls that are left by an exception; cancellation is none.

    Args:
        errors: a counter without attributes, or with ``error.type`` alone, which then gets the exception's class name;
            or one with its attributes bound; or the name of a counter by ``error.type``, which is declared here.
        ignore: exception types that are no errors.

    Raises:
        TypeError: when the counter has other attributes that are not bound.
        ValueError: when the name is no instrument name.

    Example:
        >>> import otelkit
        >>> @otelkit.count_errors("docs.checkout.error.count", ignore=(KeyError,))
        ... def checkout(): ...

    """
    ignored: tuple[type[BaseException], ...] = (*IGNORED_ALWAYS, *check_ignorable(ignore))
    if isinstance(errors, str):
        errors = counter(
            errors,
            unit="{error}",
            description=f"Calls of {errors.removesuffix('.error.count')} that an exception left.",
            attributes=(ERROR_TYPE,),
        )
    if isinstance(errors, Counter) and [each.name for each in errors.declaration.attributes] == [ERROR_TYPE.name]:
        by_type = errors
        return Measuring(_ErrorCounting(lambda error: by_type.of(error_type(error)).add(), ignored))
    if isinstance(errors, Counter):
        _check_unbound("count_errors", errors)
        errors = errors.of()
    _check_type("count_errors", errors, CounterCell, Counter)
    bound = errors
    return Measuring(_ErrorCounting(lambda _: bound.add(), ignored))


def track_in_progress(active: str | UpDownCounter | UpDownCounterCell) -> Measuring:
    """Count calls that have begun and not ended; of generators, from the first ``next`` to the end.

    Args:
        active: an up-down counter without attributes, or one with them bound, or the name of one, which is declared
            here.

    Raises:
        TypeError: when the up-down counter has attributes that are not bound.
        ValueError: when the name is no instrument name.

    Example:
        >>> import otelkit
        >>> @otelkit.track_in_progress("docs.checkout.active")
        ... def checkout(): ...

    """
    if isinstance(active, str):
        active = up_down_counter(
            active, unit="{call}", description=f"Calls of {active.removesuffix('.active')} that are under way."
        )
    if isinstance(active, UpDownCounter):
        _check_unbound("track_in_progress", active)
        active = active.of()
    _check_type("track_in_progress", active, UpDownCounterCell, UpDownCounter)
    return Measuring(_InProgress(active.add))


def _check_unbound(decorator: str, instrument: Histogram | Counter | UpDownCounter) -> None:
    attributes = [each.name for each in instrument.declaration.attributes]
    if attributes:
        values = ", ".join(f"<{name}>" for name in attributes)
        raise TypeError(
            f"{instrument.name} has attributes, and {decorator}() does not know their values. "
            f"Bind them: {decorator}(instrument.of({values}))."
        )


def _check_type(decorator: str, given: object, cell: type, instrument: type) -> None:
    if not isinstance(given, cell):
        raise TypeError(
            f"{decorator}() takes a declared {instrument.__name__}, or the name of one, not a {type(given).__name__}: "
            f'write @{decorator}("shop.checkout...").'
        )


class _Timing:
    def __init__(self, record: Callable[[float], None]) -> None:
        self._record = record

    def begin(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> _TimedRun:  # noqa: ARG002 - see Probe
        return _TimedRun(self._record)


class _TimedRun(SteadyRun):
    __slots__ = ("_began", "_record")

    def __init__(self, record: Callable[[float], None]) -> None:
        self._record = record
        self._began = perf_counter()

    def returned(self, result: object) -> None:  # noqa: ARG002 - see Run
        self._record(perf_counter() - self._began)

    def raised(self, error: BaseException) -> None:  # noqa: ARG002 - see Run
        self._record(perf_counter() - self._began)


class _Counting(SteadyRun):
    """Keeps nothing per call, so the probe is its own run."""

    def __init__(self, add: Callable[[], None]) -> None:
        self._add = add

    def begin(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> _Counting:  # noqa: ARG002 - see Probe
        self._add()
        return self

    def returned(self, result: object) -> None: ...

    def raised(self, error: BaseException) -> None: ...


class _ErrorCounting(SteadyRun):
    """Keeps nothing per call, so the probe is its own run."""

    def __init__(self, count: Callable[[BaseException], None], ignored: tuple[type[BaseException], ...]) -> None:
        self._count = count
        self._ignored = ignored

    def begin(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> _ErrorCounting:  # noqa: ARG002 - see Probe
        return self

    def returned(self, result: object) -> None: ...

    def raised(self, error: BaseException) -> None:
        try:
            if outcome_of(error, self._ignored) == "error":
                self._count(error)
        except Exception as problem:  # noqa: BLE001 - the application is leaving by its own exception already
            record_internal_error("observing.count_errors", problem)


class _InProgress(SteadyRun):
    """Keeps nothing per call, so the probe is its own run."""

    def __init__(self, add: Callable[[float], None]) -> None:
        self._add = add

    def begin(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> _InProgress:  # noqa: ARG002 - see Probe
        self._add(1)
        return self

    def returned(self, result: object) -> None:  # noqa: ARG002 - see Run
        self._add(-1)

    def raised(self, error: BaseException) -> None:  # noqa: ARG002 - see Run
        self._add(-1)
