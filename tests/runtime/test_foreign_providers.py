"""Global providers that someone else set before `init` stay, and are worked with."""

from __future__ import annotations

from otelkit.testing import Sink
from tests.program import output


def test_a_foreign_tracer_provider_keeps_its_resource_and_gets_our_processors() -> None:
    with Sink() as sink:
        out = output(
            f"""
            from opentelemetry import trace
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import SimpleSpanProcessor
            from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

            theirs = TracerProvider(resource=Resource({{"service.name": "theirs"}}))
            memory = InMemorySpanExporter()
            theirs.add_span_processor(SimpleSpanProcessor(memory))
            trace.set_tracer_provider(theirs)

            import otelkit
            telemetry = otelkit.init("ours", endpoint="{sink.url}", logs=False)
            telemetry = otelkit.init("ours", endpoint="{sink.url}", logs=False)
            print(telemetry.report())
            from otelkit.signals.proxies import tracer
            with tracer.get_tracer("x").start_as_current_span("through otelkit"):
                pass
            assert otelkit.shutdown()
            assert trace.get_tracer_provider() is theirs
            with trace.get_tracer("x").start_as_current_span("after our shutdown"):
                pass
            print([span.name for span in memory.get_finished_spans()])
            """
        )
        assert [(span.name, span.resource["service.name"]) for span in sink.spans] == [("through otelkit", "theirs")]
    assert "TracerProvider was global before init()" in out
    assert out.endswith("['through otelkit', 'after our shutdown']")


def test_a_foreign_meter_provider_gets_our_reader() -> None:
    with Sink() as sink:
        out = output(
            f"""
            from opentelemetry import metrics
            from opentelemetry.sdk.metrics import MeterProvider
            from opentelemetry.sdk.resources import Resource
            theirs = MeterProvider(resource=Resource({{"service.name": "theirs"}}))
            metrics.set_meter_provider(theirs)
            import otelkit
            print(otelkit.init("ours", endpoint="{sink.url}", logs=False).report())
            from otelkit.signals.proxies import meter
            meter.get_meter("x").create_counter("x.count").add(2)
            assert otelkit.flush(5)
            """
        )
        (metric,) = [metric for metric in sink.metrics if metric.name == "x.count"][:1]
        assert metric.resource["service.name"] == "theirs"
    assert "MeterProvider was global before init()" in out


def test_a_foreign_meter_provider_is_left_as_it_was_by_shutdown_and_by_a_second_init() -> None:
    with Sink() as sink:
        out = output(
            f"""
            from opentelemetry import metrics
            from opentelemetry.sdk.metrics import MeterProvider
            from opentelemetry.sdk.metrics.export import InMemoryMetricReader
            memory = InMemoryMetricReader()
            theirs = MeterProvider(metric_readers=[memory])
            metrics.set_meter_provider(theirs)
            import otelkit, time
            for _ in range(3):
                otelkit.init("ours", endpoint="{sink.url}", logs=False, traces=False)
            assert otelkit.shutdown(5)
            theirs.get_meter("x").create_counter("after.count").add(1)
            print(len(theirs._measurement_consumer._reader_storages), memory.get_metrics_data() is not None)
            """
        )
    assert out == "1 True"


def test_a_foreign_logger_provider_gets_our_processor() -> None:
    with Sink() as sink:
        out = output(
            f"""
            from opentelemetry import _logs
            from opentelemetry.sdk._logs import LoggerProvider
            from opentelemetry.sdk.resources import Resource
            theirs = LoggerProvider(resource=Resource({{"service.name": "theirs"}}))
            _logs.set_logger_provider(theirs)
            import otelkit
            print(otelkit.init("ours", endpoint="{sink.url}").report())
            import logging
            logging.getLogger("app").warning("hello")
            assert otelkit.shutdown()
            """
        )
        (log,) = [log for log in sink.logs if log.scope.name == "app"]
        assert (log.body, log.resource["service.name"]) == ("hello", "theirs")
    assert "LoggerProvider was global before init()" in out


def test_others_find_an_sdk_provider_after_init_and_their_processor_survives_a_second_init() -> None:
    with Sink() as sink:
        out = output(
            f"""
            import otelkit
            from opentelemetry import trace, metrics, _logs
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.metrics import MeterProvider
            from opentelemetry.sdk._logs import LoggerProvider
            from opentelemetry.sdk.trace.export import SimpleSpanProcessor
            from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
            otelkit.init("svc", endpoint="{sink.url}")
            provider = trace.get_tracer_provider()
            assert isinstance(provider, TracerProvider)
            assert isinstance(metrics.get_meter_provider(), MeterProvider)
            assert isinstance(_logs.get_logger_provider(), LoggerProvider)
            assert provider.resource.attributes["service.name"] == "svc"
            assert provider.sampler is not None
            memory = InMemorySpanExporter()
            provider.add_span_processor(SimpleSpanProcessor(memory))
            tracer = trace.get_tracer("x")
            with tracer.start_as_current_span("one"): pass
            otelkit.init("svc", endpoint="{sink.url}")
            with tracer.start_as_current_span("two"): pass
            print([span.name for span in memory.get_finished_spans()])
            """
        )
    assert out.endswith("['one', 'two']")


def test_a_processor_that_raises_disturbs_nobody() -> None:
    with Sink() as sink:
        out = output(
            f"""
            import otelkit
            from opentelemetry.sdk.trace import SpanProcessor
            class Broken(SpanProcessor):
                def on_start(self, span, parent_context=None): raise RuntimeError("start")
                def on_end(self, span): raise RuntimeError("end")
            otelkit.init("svc", endpoint="{sink.url}", logs=False, traces=otelkit.Traces(processors=[Broken()]))
            from otelkit.signals.proxies import tracer
            with tracer.get_tracer("x").start_as_current_span("fine"): pass
            from otelkit.runtime.internal_errors import internal_error_count
            print(internal_error_count())
            """
        )
        assert [span.name for span in sink.spans] == ["fine"]
    assert out == "2"
