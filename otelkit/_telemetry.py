"""`init`, `flush` and `shutdown`: settings, resource, signals and integrations, put together for the lifecycle.

Stands above every room it composes; holds no mechanism of its own.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Self

from otelkit import _observers
from otelkit import _start_up_report as start_up_report
from otelkit.integrations import semantic_conventions
from otelkit.integrations.loguru import instrument_loguru_if_imported
from otelkit.runtime.internal_errors import guarded, set_strict
from otelkit.runtime.lifecycle import FlushReport, lifecycle
from otelkit.runtime.report import Report, log_report
from otelkit.settings import (
    ConfigurationError,
    Logs,
    Metrics,
    Problem,
    Settings,
    Traces,
    init_arguments,
    load_settings,
    parameters,
)
from otelkit.signals import explore_links, log_capture, propagation
from otelkit.signals.bound_context import allow_baggage
from otelkit.signals.logs import LogsSignal
from otelkit.signals.metrics import MetricsSignal
from otelkit.signals.resource import ResourceSource
from otelkit.signals.traces import TracesSignal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from opentelemetry.util.types import AttributeValue

    from otelkit._start_up_report import AnySignal

__all__ = ["FlushReport", "Report", "Telemetry", "flush", "init", "shutdown"]


class Telemetry:
    """What `init` returns: the telemetry of this process, as it was configured.

    Use it as a context manager to shut down at the end of a block; a service need not, since the process's exit does.
    """

    def __init__(self, configuration: _Configuration, settings: Settings, report: Report) -> None:
        self._configuration = configuration
        self._settings = settings
        self._report = report

    @property
    def settings(self) -> Settings:
        """What the settings came to: ``telemetry.settings[otelkit.settings.parameters.SERVICE_NAME]``."""
        return self._settings

    def report(self) -> Report:
        """Return the start-up report: what runs, from which settings, and every problem; secrets are masked."""
        if _Process.current is not self or LogsSignal.name not in lifecycle.running:
            return self._report
        # What the logs room found may have changed since the start: a handler of someone else's, a disk that is full.
        signals = tuple(
            replace(signal, notes=(*signal.notes, *log_capture.report())) if signal.name == LogsSignal.name else signal
            for signal in self._report.signals
        )
        return replace(self._report, signals=signals)

    def flush(self, timeout: float = 10.0) -> FlushReport:
        """Hand over what is waiting (see `otelkit.flush`)."""
        return flush(timeout)

    def shutdown(self, timeout: float | None = None) -> FlushReport:
        """Stop (see `otelkit.shutdown`)."""
        return shutdown(timeout)

    def restart(self) -> Telemetry:
        """Run this configuration again, after another one took its place."""
        return _start(self._configuration)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Shut down."""
        self.shutdown()


class _Configuration:
    """The arguments of one call of `init`."""

    def __init__(
        self,
        arguments: Mapping[str, object],
        *,
        traces: Traces | Literal[False] | None,
        metrics: Metrics | Literal[False] | None,
        logs: Logs | Literal[False] | None,
    ) -> None:
        self.arguments = init_arguments(arguments, traces=traces, metrics=metrics, logs=logs)
        self.traces = traces or Traces()
        self.metrics = metrics or Metrics()
        self.logs = logs or Logs()


class _Process:
    """What runs in this process."""

    lock = threading.RLock()
    current: Telemetry | None = None


def init(
    service_name: str | None = None,
    *,
    service_namespace: str | None = None,
    service_version: str | None = None,
    environment: str | None = None,
    resource_attributes: Mapping[str, AttributeValue] | None = None,
    endpoint: str | None = None,
    headers: Mapping[str, str] | None = None,
    protocol: str | None = None,
    traces: Traces | Literal[False] | None = None,
    metrics: Metrics | Literal[False] | None = None,
    logs: Logs | Literal[False] | None = None,
    propagators: Sequence[str] | None = None,
    baggage_keys: Sequence[str] | None = None,
    shutdown_timeout: float | None = None,
    grafana_url: str | None = None,
    config_file: str | Path | None = None,
    export_in_pytest: bool | None = None,
    strict: bool | None = None,
) -> Telemetry:
    """Set up traces, metrics and logs for this process.

    Every argument beats the environment (``OTEL_*``, ``OTELKIT_*``), which beats the configuration file, which beats
    the default; None and an empty string mean "not given". Calling it again reconfigures in place: decorators,
    instruments and loggers made before keep working, and what the earlier configuration held goes where it was going.
    Nothing is printed and nothing fails because of a wrong setting: problems are in the report, and in the log.

    Args:
        service_name: what the service is called (``service.name``).
        service_namespace: the group of services that it belongs to (``service.namespace``).
        service_version: its version (``service.version``).
        environment: where it runs, such as ``production`` (``deployment.environment.name``).
        resource_attributes: further attributes of the resource.
        endpoint: base URL of the OTLP endpoint, such as ``http://collector:4318``.
        headers: headers of every export request, such as an API key.
        protocol: ``http/protobuf`` or ``grpc``.
        traces: options of tracing; False turns it off.
        metrics: options of metrics; False turns them off.
        logs: options of logs; False turns them off.
        propagators: how the trace travels between processes, such as ``("tracecontext", "baggage")``.
        baggage_keys: names given to `bind` that may travel to other services.
        shutdown_timeout: seconds that the process's exit may wait for delivery.
        grafana_url: base URL of the Grafana that `explore_url` links to.
        config_file: the configuration file, in place of the one found in the working directory.
        export_in_pytest: export from a process that runs pytest, which is otherwise silent.
        strict: refuse to start with a problem, and raise on wrong use of recorders.

    Returns:
        the telemetry of this process: ``report()``, ``flush()``, ``shutdown()``.

    Raises:
        ConfigurationError: in strict mode, naming every problem at once. Nothing has been changed then.

    Example:
        >>> import otelkit
        >>> telemetry = otelkit.init("payments-api", environment="docs")
        >>> print(telemetry.report().service)
        payments-api
        >>> report = telemetry.shutdown()

    """
    return _start(
        _Configuration(
            {
                "service.name": service_name,
                "service.namespace": service_namespace,
                "service.version": service_version,
                "environment": environment,
                "resource.attributes": resource_attributes,
                "endpoint": endpoint,
                "headers": headers,
                "protocol": protocol,
                "propagators": propagators,
                "baggage_keys": baggage_keys,
                "shutdown_timeout": shutdown_timeout,
                "grafana.url": grafana_url,
                "config_file": config_file,
                "export_in_pytest": export_in_pytest,
                "strict": strict,
            },
            traces=traces,
            metrics=metrics,
            logs=logs,
        )
    )


def flush(timeout: float = 10.0) -> FlushReport:
    """Hand over what is waiting, now.

    Args:
        timeout: seconds after which it returns, delivered or not.

    Returns:
        per signal: whether it is complete, and how many records were delivered and lost. True when all are complete.
    """
    return lifecycle.flush(timeout)


def shutdown(timeout: float | None = None) -> FlushReport:
    """Deliver what is waiting and stop; `init` may be called again later. The process's exit calls it by itself.

    Args:
        timeout: seconds after which it returns, delivered or not; by default the setting ``shutdown_timeout``.

    Returns:
        what the last flush did.
    """
    with _Process.lock:
        _Process.current = None
        return lifecycle.stop(timeout)


def current() -> Telemetry | None:
    """Return the telemetry that runs in this process, or None before `init` and after `shutdown`."""
    return _Process.current


def start_observed(arguments: Mapping[str, object], *, nowhere: Path) -> Telemetry:
    """Run for a test: from these settings alone, whatever environment and files say, and with a silent console.

    Args:
        arguments: values by the name of the parameter.
        nowhere: a directory without a settings file.
    """
    quiet = _Configuration(arguments, traces=None, metrics=None, logs=Logs(console="off"))
    return _start(quiet, environ={}, directory=nowhere)


def put_back(telemetry: Telemetry | None) -> None:
    """Say that this one is current again, after the lifecycle has put its signals back."""
    _Process.current = telemetry


def _start(
    configuration: _Configuration, *, environ: Mapping[str, str] | None = None, directory: Path | None = None
) -> Telemetry:
    settings = load_settings(configuration.arguments, environ=environ, directory=directory)
    if settings[parameters.STRICT] and settings.problems:
        raise ConfigurationError(settings.problems)
    with _Process.lock:
        set_strict(settings[parameters.STRICT] or _observers.present() is not None)
        problems = list(settings.problems)
        resource = ResourceSource(settings)
        exporting = settings[parameters.EXPORT_IN_PYTEST] or not (_runs_pytest() or _observers.present() is not None)
        signals: list[AnySignal] = []
        # The specification switches everything off but propagation: the services behind this one still need the trace.
        propagation.install(settings[parameters.PROPAGATORS])
        explore_links.configure(settings)
        if not settings[parameters.SDK_DISABLED]:
            problems.extend(_prepare(settings))
            signals = _signals(configuration, settings, resource, exporting=exporting)
        lifecycle.start(signals, exit_timeout=settings[parameters.SHUTDOWN_TIMEOUT])
        report = start_up_report.report_of(settings, resource, signals, exporting=exporting, problems=problems)
        _Process.current = Telemetry(configuration, settings, report)
        log_report(report)
        return _Process.current


def _prepare(settings: Settings) -> list[Problem]:
    """Set what the signals and the official instrumentations read: levels, conventions, baggage."""
    level = settings[parameters.OTEL_LOG_LEVEL]
    for name in ("otelkit", "opentelemetry"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1 if level == "OFF" else level)
    allow_baggage(frozenset(settings[parameters.BAGGAGE_KEYS]))
    note = semantic_conventions.opt_in()
    if note is None:
        return []
    return [
        Problem(
            setting="OTEL_SEMCONV_STABILITY_OPT_IN",
            value="",
            source="order of start-up",
            message="an instrumentation chose the old HTTP conventions before init()",
            fix=note,
        )
    ]


def _signals(
    configuration: _Configuration, settings: Settings, resource: ResourceSource, *, exporting: bool
) -> list[AnySignal]:
    signals: list[AnySignal] = []
    observers = _observers.present()
    # Metrics first: the SDK's tracers and batch processors look for a meter provider when they are made.
    if settings[parameters.METRICS.enabled]:
        signals.append(
            MetricsSignal(
                settings,
                resource,
                exporting=exporting,
                readers=(
                    *(configuration.metrics.readers or ()),
                    *([observers.metric_reader()] if observers else []),
                ),
                views=configuration.metrics.views or (),
            )
        )
    if settings[parameters.TRACES.enabled]:
        signals.append(
            TracesSignal(
                settings,
                resource,
                exporting=exporting,
                processors=(
                    *(configuration.traces.processors or ()),
                    *([observers.span_processor] if observers else []),
                ),
                id_generator=configuration.traces.id_generator or (observers.id_generator if observers else None),
            )
        )
    if settings[parameters.LOGS.enabled]:
        with guarded("init.loguru"):
            instrument_loguru_if_imported()
        signals.append(
            LogsSignal(
                settings,
                resource,
                exporting=exporting,
                processors=(
                    *(configuration.logs.processors or ()),
                    *([observers.log_processor] if observers else []),
                ),
            )
        )
    return signals


def _runs_pytest() -> bool:
    """Return whether this very process runs tests; what it starts inherits the variable but has no pytest loaded."""
    return "PYTEST_VERSION" in os.environ and "pytest" in sys.modules
