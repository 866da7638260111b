"""`init`, `flush`, `shutdown`, once and again, with a collector that is there and one that is not."""

from __future__ import annotations

import re

import pytest

from otelkit.testing import Sink, behaviours
from tests.program import output, run

WORK = """
    import otelkit
    from opentelemetry import trace
    from otelkit.signals.proxies import logger, meter, tracer
    import opentelemetry._logs as logs_api

    spans = tracer.get_tracer("test")
    count = meter.get_meter("test").create_counter("test.count")

    def work(name):
        with spans.start_as_current_span(name):
            count.add(1, {"step": name})
            logger.get_logger("test").emit(body=name, severity_number=logs_api.SeverityNumber.INFO)
"""


def program(body: str) -> str:
    """The common beginning of the programs here, and what differs."""
    import textwrap

    return textwrap.dedent(WORK) + textwrap.dedent(body)


def test_one_span_one_log_and_one_measurement_arrive_and_share_the_trace_id() -> None:
    with Sink() as sink:
        output(program(f"otelkit.init('svc', endpoint='{sink.url}')\nwork('only')\nassert otelkit.shutdown()"))
        (span,), (log,), points = sink.spans, [log for log in sink.logs if log.body == "only"], sink.metrics
        assert span.trace_id == log.trace_id
        assert span.resource["service.name"] == log.resource["service.name"] == "svc"
        (point,) = [point for metric in points if metric.name == "test.count" for point in metric.points]
        assert point.attributes == {"step": "only"}


def test_a_second_init_holds_and_nothing_is_exported_twice() -> None:
    with Sink() as first, Sink() as second:
        output(
            program(f"""
            otelkit.init("one", endpoint="{first.url}")
            work("a")
            otelkit.init("two", endpoint="{second.url}")
            work("b")
            assert otelkit.shutdown(10)
            """)
        )
        assert [span.name for span in first.spans] == ["a"]
        assert [span.name for span in second.spans] == ["b"]
        assert second.spans[0].resource["service.name"] == "two"
        assert [log.body for log in first.logs if log.scope.name == "test"] == ["a"]
        assert [log.body for log in second.logs if log.scope.name == "test"] == ["b"]
        steps = {
            sink: [p.attributes["step"] for m in sink.metrics if m.name == "test.count" for p in m.points]
            for sink in (first, second)
        }
        assert set(steps[first]) == {"a"}
        assert set(steps[second]) == {"b"}


def test_a_span_that_ends_under_the_next_configuration_is_exported_once() -> None:
    with Sink() as first, Sink() as second:
        output(
            program(f"""
            otelkit.init("one", endpoint="{first.url}")
            with spans.start_as_current_span("across"):
                otelkit.init("two", endpoint="{second.url}")
            assert otelkit.shutdown(10)
            """)
        )
        assert [span.name for span in first.spans + second.spans] == ["across"]


def test_work_before_init_and_after_shutdown_runs_and_is_silent() -> None:
    with Sink() as sink:
        output(
            program(f"""
            work("before")
            with otelkit.init("svc", endpoint="{sink.url}"):
                work("during")
            work("after")
            otelkit.init("svc", endpoint="{sink.url}")
            work("again")
            """)
        )
        assert [span.name for span in sink.spans] == ["during", "again"]


@pytest.mark.parametrize("behaviour", ["refuse", "black_hole", "slow_drip", "never_accept"])
def test_exit_keeps_its_budget_when_the_collector_is_gone(behaviour: str) -> None:
    body = """
    import time
    otelkit.init("svc", endpoint={url!r})
    for number in range(600):
        work(str(number))
    began = time.monotonic()
    import atexit
    from otelkit.runtime.lifecycle import lifecycle
    lifecycle._at_exit()
    print(time.monotonic() - began)
    """
    with Sink(getattr(behaviours, behaviour)()) as sink:
        seconds = float(output(program(body.format(url=sink.url))).splitlines()[-1])
    assert seconds < 2.3


def test_the_whole_process_ends_by_itself_with_the_collector_gone() -> None:
    with Sink(behaviours.black_hole()) as sink:
        ended = run(program(f"otelkit.init('svc', endpoint='{sink.url}')\nwork('x')"))
    assert ended.code == 0
    assert "Traceback" not in ended.err


def test_flush_tells_the_truth() -> None:
    with Sink() as well, Sink(behaviours.status(400)) as refusing:
        out = output(
            program(f"""
            otelkit.init("svc", endpoint="{well.url}")
            work("a")
            good = otelkit.flush(5)
            print(bool(good), good.signals["traces"].delivered, good.failed)
            otelkit.init("svc", endpoint="{refusing.url}")
            work("b")
            bad = otelkit.flush(5)
            print(bool(bad), bad.signals["traces"].delivered, bad.signals["traces"].failed)
            """)
        )
    assert out.splitlines() == ["True 1 0", "False 0 1"]


def test_a_black_hole_bounds_flush_and_makes_it_false() -> None:
    with Sink(behaviours.black_hole()) as sink:
        out = output(
            program(f"""
            import time
            otelkit.init("svc", endpoint="{sink.url}")
            work("a")
            began = time.monotonic()
            print(bool(otelkit.flush(0.5)), time.monotonic() - began < 1.0)
            """)
        )
    assert out == "False True"


def test_a_signal_can_be_switched_off() -> None:
    with Sink() as sink:
        out = output(
            program(f"""
            telemetry = otelkit.init("svc", endpoint="{sink.url}", traces=False, logs=False)
            work("a")
            otelkit.shutdown()
            print([signal.state for signal in telemetry.report().signals])
            """)
        )
        assert (sink.spans, sink.logs) == ([], [])
        assert any(metric.name == "test.count" for metric in sink.metrics)
    assert out == "['off', 'on', 'off']"


def test_otel_sdk_disabled_switches_everything_off() -> None:
    with Sink() as sink:
        out = output(
            program(f"""
            print(otelkit.init("svc", endpoint="{sink.url}").report())
            work("a")
            assert otelkit.shutdown()
            """),
            {"OTEL_SDK_DISABLED": "true"},
        )
        assert sink.requests == []
    assert out.count("off (OTEL_SDK_DISABLED)") == 3


def test_strict_refuses_every_problem_at_once_and_changes_nothing() -> None:
    out = output(
        """
        import otelkit
        from opentelemetry import trace
        try:
            otelkit.init("svc", strict=True)
        except otelkit.ConfigurationError as error:
            print(error)
        print(type(trace.get_tracer_provider()).__name__)
        """,
        {"OTEL_TRACES_EXPORTER": "otpl", "OTEL_BSP_MAX_QUEUE_SIZE": "-1"},
    )
    assert "OTEL_TRACES_EXPORTER" in out
    assert "OTEL_BSP_MAX_QUEUE_SIZE" in out
    assert out.endswith("ProxyTracerProvider")


def test_a_typo_in_the_propagators_does_not_keep_the_service_from_starting() -> None:
    out = output(
        """
        import os, otelkit
        telemetry = otelkit.init("svc", endpoint="http://127.0.0.1:1")
        from opentelemetry import propagate
        print([str(problem) for problem in telemetry.report().problems])
        print(type(propagate.get_global_textmap()).__name__, os.environ["OTEL_PROPAGATORS"])
        """,
        {"OTEL_PROPAGATORS": "tracecontxt,baggage"},
    )
    assert "did you mean 'tracecontext'" in out
    assert out.endswith("CompositePropagator tracecontxt,baggage")


def test_the_report_names_what_was_set_and_masks_secrets() -> None:
    out = output(
        """
        import otelkit
        print(otelkit.init("svc", endpoint="http://127.0.0.1:1", headers={"x-api-key": "s3cret"}).report())
        """
    )
    assert "service svc" in out
    assert "http://127.0.0.1:1/v1/traces" in out
    assert "s3cret" not in out


def test_init_prints_nothing() -> None:
    ended = run("import otelkit; otelkit.init('svc', endpoint='http://127.0.0.1:1', logs=False); otelkit.shutdown(0.1)")
    assert (ended.code, ended.out) == (0, "")
    assert not re.search("Traceback", ended.err)


def test_a_process_that_runs_pytest_exports_nothing_and_its_subprocesses_do() -> None:
    import subprocess
    import sys

    source = "import otelkit; print([s.state for s in otelkit.init('svc', endpoint='http://127.0.0.1:1').report().signals][0])"
    inside = output(f"import os, pytest; os.environ['PYTEST_VERSION'] = '9'; {source}")
    outside = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert inside.startswith("on, exporting nothing")
    assert outside.stdout.strip() == "on"


def test_asked_for_it_exports_inside_pytest_too() -> None:
    with Sink() as sink:
        output(
            program(f"""
            import os, pytest
            os.environ["PYTEST_VERSION"] = "9"
            otelkit.init("svc", endpoint="{sink.url}", export_in_pytest=True)
            work("asked")
            """)
        )
        assert [span.name for span in sink.spans] == ["asked"]


def test_malformed_headers_are_reported_once_and_never_repeated() -> None:
    ended = run(
        """
        import otelkit
        telemetry = otelkit.init("svc", endpoint="http://127.0.0.1:1")
        print(telemetry.report())
        otelkit.shutdown(0.1)
        """,
        {"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer good,s3cret-without-equals"},
    )
    assert ended.code == 0
    assert "OTEL_EXPORTER_OTLP_HEADERS" in ended.out
    assert "s3cret" not in ended.out + ended.err
    assert "Bearer good" not in ended.out + ended.err


def test_headers_given_as_an_argument_take_the_place_of_those_in_the_environment() -> None:
    with Sink() as sink:
        output(
            program(f"""
            otelkit.init("svc", endpoint="{sink.url}", headers={{"x-key": "argument"}}, metrics=False, logs=False)
            work("a")
            """),
            {"OTEL_EXPORTER_OTLP_HEADERS": "x-key=environment,x-other=environment"},
        )
        (request,) = sink.requests
    assert request.headers["x-key"] == "argument"
    assert "x-other" not in request.headers
