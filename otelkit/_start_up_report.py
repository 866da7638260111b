"""The start-up report of one `init`, put together: which signals run, where they send, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otelkit.runtime.report import Report, SignalReport
from otelkit.settings import parameters
from otelkit.signals import explore_links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otelkit.settings import Problem, Settings
    from otelkit.signals.logs import LogsSignal
    from otelkit.signals.metrics import MetricsSignal
    from otelkit.signals.resource import ResourceSource
    from otelkit.signals.traces import TracesSignal

    AnySignal = TracesSignal | MetricsSignal | LogsSignal


def report_of(
    settings: Settings,
    resource: ResourceSource,
    signals: Sequence[AnySignal],
    *,
    exporting: bool,
    problems: Sequence[Problem],
) -> Report:
    """Return what was set up.

    Args:
        settings: what the user asked for.
        resource: what the telemetry is about.
        signals: what runs.
        exporting: whether anything leaves the process.
        problems: what was misconfigured.
    """
    running = {signal.name: signal for signal in signals}
    entries: list[SignalReport] = []
    for rows in parameters.SIGNALS:
        signal = running.get(rows.signal)
        if signal is None:
            state = "off (OTEL_SDK_DISABLED)" if settings[parameters.SDK_DISABLED] else "off"
            entries.append(SignalReport(name=rows.signal, state=state))
            continue
        where = [
            f"otlp {rows.endpoint.show(settings[rows.endpoint])}" if name == "otlp" else name
            for name in settings[rows.exporter]
        ]
        entries.append(
            SignalReport(
                name=rows.signal,
                state="on" if exporting else "on, exporting nothing (this process runs pytest)",
                destinations=tuple(where) if exporting else (),
                notes=signal.notes,
            )
        )
    attributes: dict[str, Any] = dict(resource.current().attributes)
    return Report(
        service=str(attributes.get("service.name", "")),
        signals=tuple(entries),
        settings=settings.rows(),
        resource=attributes,
        trace_url=explore_links.trace_url_template(),
        problems=tuple(problems),
    )
