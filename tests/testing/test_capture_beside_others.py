"""`capture()` in processes of their own: beside providers that someone else set, and in scripts without pytest."""

from __future__ import annotations

import subprocess
import sys
import textwrap

BUYING = """
    import otelkit
    from opentelemetry import trace
    from otelkit.testing import capture

    orders = otelkit.counter("shop.order.count", unit="{order}", description="Orders.")

    @otelkit.observe("buy")
    def buy():
        orders.add(1)
        otelkit.get_logger("shop").info("bought")
"""


def run(*parts: str) -> list[str]:
    """The lines that a program made of these parts prints."""
    program = "\n".join(textwrap.dedent(part) for part in parts)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout.splitlines()


def test_in_a_script_without_pytest_nothing_is_exported() -> None:
    assert run(
        BUYING,
        """
        from otelkit.testing import Sink
        with Sink() as sink:
            telemetry = otelkit.init("shop", endpoint=sink.url)
            with capture() as captured:
                otelkit.init("again", endpoint=sink.url)
                buy()
                print(captured.tree(), captured.counter_value("shop.order.count"))
            buy()
            telemetry.shutdown()
            print(len(sink.spans), {span.resource["service.name"] for span in sink.spans})
        """,
    ) == ["buy 1", "1 {'shop'}"]


def test_beside_foreign_providers_everything_is_captured_and_theirs_go_on() -> None:
    assert run(
        """
        from opentelemetry import trace, metrics, _logs
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        theirs, resource = InMemorySpanExporter(), Resource({"service.name": "theirs"})
        trace.set_tracer_provider(TracerProvider(resource=resource))
        trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(theirs))
        metrics.set_meter_provider(MeterProvider(resource=resource))
        _logs.set_logger_provider(LoggerProvider(resource=resource))
        """,
        BUYING,
        """
        for _ in range(2):
            with capture() as telemetry:
                buy()
                with trace.get_tracer("api").start_as_current_span("api"):
                    pass
            print(telemetry.tree().split(), telemetry.counter_value("shop.order.count"), len(telemetry.logs))
            print({span.resource["service.name"] for span in telemetry.spans})
        trace.get_tracer("api").start_span("after").end()
        print([span.name for span in theirs.get_finished_spans()])
        """,
    ) == [
        "['buy', 'api'] 1 1",
        "{'theirs'}",
        "['buy', 'api'] 1 1",
        "{'theirs'}",
        "['buy', 'api', 'buy', 'api', 'after']",
    ]


def test_a_wrong_propagator_in_the_environment_does_not_keep_it_from_starting() -> None:
    assert run(
        """
        import os
        os.environ["OTEL_PROPAGATORS"] = "no-such-propagator"
        """,
        BUYING,
        """
        with capture() as telemetry:
            buy()
        print(telemetry.tree())
        """,
    ) == ["buy"]
