"""The decorator `observe`: what may be asked of it, checked when it is put on something, and bound once.

How a call is observed is in calls; how callables of every kind are wrapped is in wrapping and targets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Never, Protocol, TypeAlias, TypeVar, cast, overload

from opentelemetry.trace import SpanKind

from otelkit.instruments import DURATION_BUCKETS, Attribute, ErrorMetrics
from otelkit.instruments.operations import bind_operation
from otelkit.observing.arguments import check_is_names, check_names, parameters_of
from otelkit.observing.calls import Plan
from otelkit.observing.naming import Origin, origin_of
from otelkit.observing.outcomes import IGNORED_ALWAYS, check_ignorable
from otelkit.observing.registry import RegisteredOperation, register
from otelkit.observing.targets import OBSERVED, decorate, decorate_class
from otelkit.observing.values import SpanValue, exportable, span_value
from otelkit.observing.wrapping import kind_of, wrap
from otelkit.signals.proxies import tracer

if TYPE_CHECKING:
    from otelkit.instruments.operations import BoundOperation
    from otelkit.observing.slo import Slo

SCOPE = "otelkit.observing"
"""Instrumentation scope of the spans."""

LABEL_LIMIT = 50
"""Distinct values of a label that is given by name only; the rest becomes ``other``."""

Kind: TypeAlias = Literal["internal", "server", "client", "producer", "consumer"]

_KINDS: dict[object, SpanKind] = {kind.name.lower(): kind for kind in SpanKind}

Labels: TypeAlias = Sequence[str] | Mapping[str, Attribute | Sequence[str]]
"""Argument names, or argument names with the metric attribute (or the allowed values) that each becomes."""


class _Descriptor(Protocol):
    """What a class body may hold in a method's place: classmethod, staticmethod, property."""

    def __get__(self, instance: Never, owner: Never, /) -> object: ...


TargetT = TypeVar("TargetT", bound="Callable[..., object] | _Descriptor")


@dataclass(frozen=True, kw_only=True)
class Observing:
    """What was asked of `observe`. Call it with what is to be observed."""

    name: str | None = None
    capture: Sequence[str] = ()
    labels: Labels = ()
    attributes: Mapping[str, SpanValue] = field(default_factory=dict[str, SpanValue])
    error_if: Callable[[Never], object] | None = None
    ignore: tuple[type[BaseException], ...] = ()
    slo: Slo | None = None
    buckets: Sequence[float] | None = None
    span: bool = True
    metrics: bool = True
    new_trace: bool = False
    kind: Kind = "internal"

    def __call__(self, target: TargetT) -> TargetT:
        """Return ``target`` observed: a class as itself, everything else as a wrapper of the same kind."""
        if isinstance(target, type):
            self._observe_class(target)
            return cast("TargetT", target)
        return cast("TargetT", decorate(target, self._observed))

    def _observe_class(self, cls: type) -> None:
        """Observe the methods; each takes those of the named arguments that it has."""
        seen: set[str] = set()

        def observed(function: Callable[..., Any]) -> Callable[..., Any]:
            parameters = parameters_of(function)
            seen.update(parameters)
            mine = replace(
                self,
                name=None if self.name is None else f"{self.name}.{origin_of(function).qualname.rpartition('.')[2]}",
                capture=[name for name in self.capture if name in parameters],
                labels={name: label for name, label in label_attributes(self.labels).items() if name in parameters},
                error_if=None if kind_of(function) == "async generator" else self.error_if,
            )
            return mine._observed(function)  # noqa: SLF001 - another object of this class

        decorate_class(cls, observed)
        for option, names in (("capture", self.capture), ("labels", self.labels)):
            check_names(cls.__qualname__, option, names, sorted(seen))

    def _observed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        origin = origin_of(function)
        name = origin.default_name if self.name is None else self.name
        if self.error_if is not None and kind_of(function) == "async generator":
            raise TypeError(f"error_if looks at a result, and {origin.qualname}() is an async generator: it has none.")
        parameters = parameters_of(function) if self.capture or self.labels else {}
        check_names(origin.qualname, "capture", self.capture, parameters)
        check_names(origin.qualname, "labels", self.labels, parameters)
        labels = label_attributes(self.labels)
        measured = bind_operation(name, labels=tuple(labels.values()), buckets=self.buckets) if self.metrics else None
        self._register(name, origin, measured, tuple(labels.values()))
        captured = {label.name: parameters[argument] for argument, label in labels.items()}
        captured.update({argument: parameters[argument] for argument in self.capture})
        plan = Plan(
            name,
            component=origin.importable,
            logger=origin.module,
            tracer=tracer.get_tracer(SCOPE) if self.span else None,
            measured=measured,
            errors=error_metrics() if self.metrics else None,
            kind=_KINDS[self.kind],
            attributes={"code.function.name": origin.path, **self.attributes},
            captured=tuple(captured.items()),
            labels=tuple(parameters[argument] for argument in labels),
            ignored=(*IGNORED_ALWAYS, *self.ignore),
            error_if=cast("Callable[[object], object] | None", self.error_if),
            new_trace=self.new_trace,
        )
        wrapper = wrap(function, plan)
        setattr(wrapper, OBSERVED, name)
        return wrapper

    def _register(
        self, name: str, origin: Origin, measured: BoundOperation | None, labels: tuple[Attribute, ...]
    ) -> None:
        buckets = DURATION_BUCKETS if measured is None else tuple(measured.declaration.buckets or DURATION_BUCKETS)
        if self.slo is not None:
            if measured is None:
                raise ValueError(
                    f"operation {name!r} has an slo and metrics=False: nobody could tell whether it holds."
                )
            self.slo.check_against(buckets)
        register(
            RegisteredOperation(
                name=name,
                module=origin.importable,
                qualname=origin.qualname,
                buckets=buckets,
                slo=self.slo,
                labels=labels,
                named_by_default=self.name is None,
                metrics=self.metrics,
            )
        )


@overload
def observe(target: TargetT, /) -> TargetT: ...
@overload
def observe(
    name: str | None = None,
    /,
    *,
    capture: Sequence[str] = (),
    labels: Labels = (),
    attributes: Mapping[str, object] | None = None,
    error_if: Callable[[Never], object] | None = None,
    ignore: Sequence[type[BaseException]] | type[BaseException] = (),
    slo: Slo | None = None,
    buckets: Sequence[float] | None = None,
    span: bool = True,
    metrics: bool = True,
    new_trace: bool = False,
    kind: Kind = "internal",
) -> Observing: ...
def observe(
    name: object = None,
    /,
    *,
    capture: Sequence[str] = (),
    labels: Labels = (),
    attributes: Mapping[str, object] | None = None,
    error_if: Callable[[Never], object] | None = None,
    ignore: Sequence[type[BaseException]] | type[BaseException] = (),
    slo: Slo | None = None,
    buckets: Sequence[float] | None = None,
    span: bool = True,
    metrics: bool = True,
    new_trace: bool = False,
    kind: Kind = "internal",
) -> object:
    """Observe a function: span, duration, number in flight, outcome, error with stack trace, exemplar. One decorator.

    Works on functions, coroutine functions, generators, async generators, methods, static and class methods,
    properties, partials, callable objects, and on classes: then on each public method that is written in the class.
    Usable before `init`: until then the function just runs.

    A call ends ``ok``, in ``error`` (an exception, or a result that ``error_if`` rejects) or ``cancelled`` (what is no
    `Exception`: cancelled tasks, Ctrl-C, an exit, a generator that is closed early). An exception is logged once,
    however many observed calls it crosses, and passes through unchanged.

    Args:
        name: what spans and the metric attribute ``operation`` are called; by default the last part of the module and
            the qualified name (``scoring.Scorer.score``). On a class: what the methods' names begin with.
        capture: names of arguments that become span attributes. Opt-in: arguments may be large, or personal data.
        labels: names of arguments that become metric attributes (and span attributes); as a mapping, with the
            `Attribute` or the allowed values of each. By name alone a label has at most 50 values, then ``other``.
        attributes: attributes of every span.
        error_if: takes the result and returns whether it is an error; of a generator, its return value.
        ignore: exception types that are no errors: they are raised all the same, but the call ends ``ok``, unlogged.
        slo: what the operation promises; found by `registered_operations`.
        buckets: boundaries of the duration histogram, in seconds.
        span: whether there is a span.
        metrics: whether there are metrics.
        new_trace: whether the span begins a trace of its own, linked to the caller's span.
        kind: the span's kind.

    Raises:
        TypeError: when ``capture`` or ``labels`` name no parameter, or there is nothing to observe.
        ValueError: when a name, the buckets or the slo make no sense, or contradict another operation of the name.

    Example:
        >>> import otelkit
        >>> @otelkit.observe("docs.review", capture=("case_id",), slo=otelkit.Slo(success=0.999, latency=(0.25, 0.99)))
        ... def review(case_id, note=""):
        ...     return f"{case_id} reviewed"
        >>> review("c-17")
        'c-17 reviewed'

    Spans follow the OpenTelemetry trace specification; the exception is a log record, as the semantic conventions have
    it since span events for exceptions are deprecated.

    """
    check_is_names("capture", capture)
    check_is_names("labels", labels)
    observing = Observing(
        name=exportable(name) if isinstance(name, str) else None,
        capture=tuple(capture),
        labels=labels,
        attributes=static_attributes(attributes or {}),
        error_if=error_if,
        ignore=check_ignorable(ignore),
        slo=slo,
        buckets=buckets,
        span=span,
        metrics=metrics,
        new_trace=new_trace,
        kind=kind,
    )
    if kind not in _KINDS:
        raise ValueError(f"kind={kind!r} is none of {', '.join(map(str, _KINDS))}.")
    if name is None:
        return observing
    if not isinstance(name, str):
        return observing(cast("Callable[..., object]", name))
    if not name.strip():
        raise ValueError("an operation's name is empty. Write @observe('shop.checkout'), or @observe for the default.")
    return observing


def label_attributes(labels: Labels) -> dict[str, Attribute]:
    """Return the metric attribute that each named argument becomes."""
    if not isinstance(labels, Mapping):
        return {name: Attribute(name, limit=LABEL_LIMIT, optional=True) for name in labels}
    return {
        name: bound if isinstance(bound, Attribute) else Attribute(name, values=bound, optional=True)
        for name, bound in labels.items()
    }


def static_attributes(attributes: Mapping[str, object]) -> dict[str, SpanValue]:
    """Return attributes as spans take them, without those that are None."""
    values = {exportable(name): span_value(value) for name, value in attributes.items()}
    return {name: value for name, value in values.items() if value is not None}


@cache
def error_metrics() -> ErrorMetrics:
    """Return the pack that counts errors."""
    return ErrorMetrics()
