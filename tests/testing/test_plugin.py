"""The pytest plugin as users meet it: test suites of their own, run by pytest in processes of their own."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from opentelemetry import trace

from otelkit.testing import capture, plugin

if TYPE_CHECKING:
    from _pytest.pytester import Pytester, RunResult

    from otelkit.testing import Capture

pytest_plugins = ["pytester"]


# The inner pytest must not take itself for a worker of the outer one, nor inherit its options.
OUTER = ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID", "PYTEST_ADDOPTS")
# pytest-asyncio, which is installed here, warns when this is not set.
SCOPE = "asyncio_default_fixture_loop_scope=function"


@pytest.fixture(autouse=True)
def a_run_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OUTER:
        monkeypatch.delenv(name, raising=False)


def run(pytester: Pytester, *arguments: str) -> RunResult:
    return pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", "-o", SCOPE, *arguments, timeout=60)


SHOP = """
    import otelkit
    from opentelemetry import trace

    log = otelkit.get_logger("shop")
    tracer = trace.get_tracer("shop")
    orders = otelkit.counter("shop.order.count", unit="{order}", description="Orders.")

    def buy(what):
        with tracer.start_as_current_span("buy", attributes={"what": what}):
            log.info("bought", what=what)
            orders.add(1)
"""


@pytest.fixture
def shop(pytester: Pytester) -> Pytester:
    """A project with a module `shop` that emits all three signals."""
    pytester.makepyfile(shop=SHOP)
    return pytester


EXPORTING = """
    import os
    import subprocess
    import sys
    import otelkit
    import shop
    from otelkit.testing import Sink

    def test_silent_here_and_not_there():
        with Sink() as sink:
            otelkit.init("here", endpoint=sink.url)
            shop.buy("tea")
            assert otelkit.flush()
            otelkit.shutdown()
            assert sink.received.requests == 0

            program = "import otelkit, shop; otelkit.init('there'); shop.buy('tea'); otelkit.shutdown()"
            environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": sink.url}
            subprocess.run([sys.executable, "-c", program], check=True, env=environment)
            assert [span.resource["service.name"] for span in sink.spans] == ["there"]
            assert sink.accepted.logs > 0
            assert sink.accepted.metric_points > 0
"""

SUITE = {
    "test_exporting": EXPORTING,
    "test_use": """
        import shop

        def test_tea(telemetry):
            shop.buy("tea")
            span = telemetry.span("buy", what="tea")
            assert (span.trace_id, span.span_id) == (f"{1:032x}", f"{1:016x}")
            assert telemetry.log("bought").span_id == span.span_id
            assert telemetry.counter_value("shop.order.count") == 1

        def test_a_finder_in_vain(telemetry):
            shop.buy("tea")
            telemetry.span("sell")
    """,
    "test_swallowed": """
        import pytest
        import shop
        from opentelemetry import trace
        from opentelemetry.sdk.trace import SpanProcessor
        from otelkit.runtime.internal_errors import record_internal_error

        class Broken(SpanProcessor):
            def on_end(self, span):
                raise KeyError("broken")

        @pytest.fixture
        def ends_badly(telemetry):
            yield
            record_internal_error("the.end", KeyError("x"))

        def test_during_the_test(telemetry):
            trace.get_tracer_provider().add_span_processor(Broken())
            shop.buy("tea")

        def test_while_fixtures_end(ends_badly):
            pass

        def test_of_others_is_not_concerned(telemetry):
            shop.buy("tea")
    """,
    "test_marker": """
        import pytest
        import shop

        pytestmark = pytest.mark.telemetry(service_name="module", sampler="always_off")

        @pytest.mark.telemetry(sampler="always_on", real_ids=True, real_clock=True)
        def test_close(telemetry):
            shop.buy("tea")
            assert telemetry.span("buy").resource["service.name"] == "module"
            assert int(telemetry.span("buy").trace_id, 16) > 2**64
            assert telemetry.span("buy").start > 10**18

        def test_far(telemetry):
            shop.buy("tea")
            assert telemetry.spans == []
            assert telemetry.log("bought").resource["service.name"] == "module"

        @pytest.mark.telemetry(real_clok=True)
        def test_misspelt(telemetry):
            pass

        @pytest.mark.telemetry(True)
        def test_positional(telemetry):
            pass
    """,
    "test_fixtures": """
        import asyncio
        import unittest
        import otelkit
        import pytest
        import shop

        @pytest.fixture
        def with_stock(telemetry):
            shop.buy("stock")
            yield
            shop.buy("clearance")
            assert [span.attributes["what"] for span in telemetry.spans] == ["stock", "tea", "clearance"]

        @pytest.fixture
        def early():
            shop.buy("early")

        def test_nested(early, with_stock, telemetry):
            shop.buy("tea")
            assert [span.attributes["what"] for span in telemetry.spans] == ["stock", "tea"]

        @pytest.fixture
        async def async_stock(telemetry):
            shop.buy("stock")
            yield
            assert len(telemetry.spans) == 3

        async def test_async(async_stock, telemetry):
            async def later():
                await asyncio.sleep(0)
                shop.buy("later")
            otelkit.bind(case="a")
            await asyncio.gather(later(), asyncio.to_thread(shop.buy, "thread"))
            assert {span.attributes["what"] for span in telemetry.spans} == {"stock", "later", "thread"}
            assert telemetry.span("buy", what="later").attributes["case"] == "a"

        async def test_async_leaves_nothing(telemetry):
            shop.buy("tea")
            assert dict(telemetry.span("buy").attributes) == {"what": "tea"}

        class TestUnittest(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _telemetry(self, telemetry):
                self.telemetry = telemetry

            def test_method(self):
                shop.buy("tea")
                self.assertEqual(self.telemetry.tree(), "buy")
    """,
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How tests of the inner suite ended, by name: `passed`, `failure` or `error`, and what was said about it."""

    kinds: dict[str, str]
    texts: dict[str, str]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The tests of `SUITE`, run once by a pytest of their own."""
    project = tmp_path_factory.mktemp("project")
    for name, source in {"shop": SHOP, **SUITE}.items():
        project.joinpath(f"{name}.py").write_text(textwrap.dedent(source))
    options = ("-W", "error", "--strict-markers", "-o", SCOPE, "-o", "asyncio_mode=auto", "--junitxml=report.xml")
    environment = {name: value for name, value in os.environ.items() if name not in OUTER}
    subprocess.run(
        [sys.executable, "-m", "pytest", *options], cwd=project, env=environment, check=False, capture_output=True
    )
    kinds: dict[str, str] = {}
    texts: dict[str, str] = {}
    for case in ET.parse(project / "report.xml").iter("testcase"):  # noqa: S314 # written by pytest just now
        name = f"{case.attrib['classname'].split('.')[0]}::{case.attrib['name']}"
        results = [child for child in case if child.tag in {"failure", "error"}]
        kinds[name] = results[0].tag if results else "passed"
        texts[name] = "".join(child.text or "" for child in results)
    return Outcome(kinds=kinds, texts=texts)


def test_the_fixture_is_there_without_any_set_up(suite: Outcome) -> None:
    assert suite.kinds["test_use::test_tea"] == "passed"


def test_a_finder_that_finds_nothing_fails_the_test_and_says_what_there_is(suite: Outcome) -> None:
    assert suite.kinds["test_use::test_a_finder_in_vain"] == "failure"
    said = suite.texts["test_use::test_a_finder_in_vain"]
    assert "LookupError: there is no span 'sell'; spans that ended: " in said
    assert "- 'buy' {'what': 'tea'}" in said


def test_an_error_that_otelkit_swallowed_fails_the_test_itself(suite: Outcome) -> None:
    assert suite.kinds["test_swallowed::test_during_the_test"] == "failure"
    said = suite.texts["test_swallowed::test_during_the_test"]
    assert "otelkit swallowed 1 error" in said
    assert "span processor Broken.on_end: KeyError: 'broken'" in said
    assert suite.kinds["test_swallowed::test_of_others_is_not_concerned"] == "passed"


def test_an_error_swallowed_while_fixtures_end_is_an_error_too(suite: Outcome) -> None:
    assert suite.kinds["test_swallowed::test_while_fixtures_end"] == "error"
    assert "in the.end: KeyError" in suite.texts["test_swallowed::test_while_fixtures_end"]


def test_the_marker_sets_options_and_the_closest_one_wins(suite: Outcome) -> None:
    assert suite.kinds["test_marker::test_close"] == suite.kinds["test_marker::test_far"] == "passed"


def test_a_marker_that_is_misspelt_is_refused(suite: Outcome) -> None:
    assert suite.kinds["test_marker::test_misspelt"] == suite.kinds["test_marker::test_positional"] == "error"
    assert "unexpected keyword argument 'real_clok'" in suite.texts["test_marker::test_misspelt"]
    assert "takes keyword arguments only, such as real_clock=True" in suite.texts["test_marker::test_positional"]


def test_fixtures_that_emit_on_their_way_in_and_out_are_part_of_the_test(suite: Outcome) -> None:
    assert suite.kinds["test_fixtures::test_nested"] == "passed"


def test_async_tests_and_fixtures_are_captured_and_leave_nothing(suite: Outcome) -> None:
    assert suite.kinds["test_fixtures::test_async"] == "passed"
    assert suite.kinds["test_fixtures::test_async_leaves_nothing"] == "passed"


def test_unittest_classes_can_use_it(suite: Outcome) -> None:
    assert suite.kinds["test_fixtures::test_method"] == "passed"


BUYING = """
    import pytest
    import shop

    @pytest.mark.parametrize("what", ["tea", "milk", "bread", "salt", "soap", "rice"])
    def test_buying(telemetry, what):
        assert telemetry.spans == telemetry.logs == []
        shop.buy(what)
        [span] = telemetry.spans
        assert (span.trace_id, span.attributes["what"]) == (f"{1:032x}", what)
        assert telemetry.counter_value("shop.order.count") == 1
        assert len(telemetry.logs) == 1
"""


def test_tests_do_not_see_each_other_backwards(shop: Pytester) -> None:
    shop.makepyfile(test_buying=BUYING)
    backwards = [f"test_buying.py::test_buying[{what}]" for what in ("rice", "soap", "salt", "bread", "milk", "tea")]
    run(shop, *backwards).assert_outcomes(passed=6)


def test_tests_do_not_see_each_other_under_xdist_and_its_workers_export_nothing(shop: Pytester) -> None:
    shop.makepyfile(test_buying=BUYING, test_exporting=EXPORTING)
    run(shop, "-n2").assert_outcomes(passed=7)


def test_what_the_session_set_up_runs_before_between_and_after(shop: Pytester) -> None:
    shop.makeconftest("""
        import otelkit
        import pytest
        from otelkit.testing import Sink

        @pytest.fixture(scope="session", autouse=True)
        def sink():
            with Sink() as sink:
                telemetry = otelkit.init("session", endpoint=sink.url, export_in_pytest=True)
                yield sink
                telemetry.shutdown()
                assert [span.attributes["what"] for span in sink.spans] == ["before", "after"]
                assert {span.resource["service.name"] for span in sink.spans} == {"session"}
                counts = [metric for metric in sink.metrics if metric.name == "shop.order.count"]
                assert counts[-1].points[0].value == 2
    """)
    shop.makepyfile("""
        import shop

        def test_1_before():
            shop.buy("before")

        def test_2_captured(telemetry):
            shop.buy("captured")
            assert telemetry.span("buy").resource["service.name"] == "test"

        def test_3_after():
            shop.buy("after")
    """)
    run(shop).assert_outcomes(passed=3)


def test_the_plugin_imports_nothing_of_otel_until_a_test_uses_it(pytester: Pytester) -> None:
    pytester.makepyfile("""
        import sys

        def test_light():
            heavy = {name.split(".")[0] for name in sys.modules} & {"opentelemetry", "google", "structlog"}
            assert not heavy
            assert {name for name in sys.modules if name.startswith("otelkit")} == {
                "otelkit", "otelkit.testing", "otelkit.testing.plugin"
            }
    """)
    run(pytester).assert_outcomes(passed=1)


def test_without_being_asked_a_pytest_process_exports_nothing_and_its_subprocess_does(suite: Outcome) -> None:
    assert suite.kinds["test_exporting::test_silent_here_and_not_there"] == "passed"


def test_pytest_lists_the_fixture_and_the_marker(pytester: Pytester) -> None:
    fixtures = run(pytester, "--fixtures")
    fixtures.stdout.fnmatch_lines(["telemetry -- *plugin.py*", "*plain data, and nothing exported*"])
    markers = run(pytester, "--markers")
    markers.stdout.fnmatch_lines(["@pytest.mark.telemetry(*real_clock=False*"])


def test_the_marker_lists_the_options_that_there_are() -> None:
    [listed] = re.findall(r"telemetry\(\*, (.*)\): ", vars(plugin)["_MARKER"])
    parameters = inspect.signature(capture).parameters.values()
    assert listed == ", ".join(f"{parameter.name}={parameter.default!r}" for parameter in parameters)


@pytest.fixture
def emitted(telemetry: Capture) -> list[str]:
    """The fixture in this very suite, under whatever runner it is run."""
    trace.get_tracer("t").start_span("here").end()
    return [span.name for span in telemetry.spans]


def test_the_fixture_works_in_this_suite(emitted: list[str]) -> None:
    assert emitted == ["here"]
