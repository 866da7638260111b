"""The pytest plugin: the fixture `telemetry` and its marker. pytest loads it in every run, so it imports pytest alone.

What the fixture gives is made in `capturing.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from pluggy import Result

    from otelkit.testing.capturing import Capture

_MARKER = (
    "telemetry(*, service_name='test', sampler='parentbased_always_on', sampler_arg=None, log_level='INFO', "
    "real_clock=False, real_ids=False): options of the fixture telemetry, see otelkit.testing.capturing"
)
_CAPTURE: pytest.StashKey[Capture] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, so that --strict-markers knows it."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def telemetry(request: pytest.FixtureRequest) -> Generator[Capture]:
    """What the test's code emits: spans, metrics and log records as plain data, and nothing exported.

    Ids count 1, 2, 3 and the n-th reading of the clock is n milliseconds, unless `@pytest.mark.telemetry(...)` says
    otherwise. The test fails if otelkit kept an error of its own to itself.
    """
    from otelkit.testing.capturing import capture

    options: dict[str, object] = {}
    for marker in request.node.iter_markers("telemetry"):  # the closest comes first
        if marker.args:
            raise pytest.UsageError("@pytest.mark.telemetry takes keyword arguments only, such as real_clock=True")
        options = {**marker.kwargs, **options}
    try:
        running = capture(**options)  # type: ignore[arg-type] # checked by the call itself, and reported below
    except TypeError as error:
        raise pytest.UsageError(f"@pytest.mark.telemetry: {error}") from None
    with running as found:
        request.node.stash[_CAPTURE] = found
        yield found


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Result[None]]:
    """Fail the test itself, rather than its teardown, for an error that otelkit kept to itself."""
    # The old kind of wrapper, because the new one would keep a pytest that does not know it from starting at all.
    outcome = yield
    found = item.stash.get(_CAPTURE, None)
    if found is None or outcome.excinfo is not None:
        return
    try:
        found.check()
    except AssertionError as error:
        outcome.force_exception(error)
