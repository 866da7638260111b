"""What a FastAPI request leaves behind: one span, one measurement, headers that name its trace."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Host, Route

import otelkit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.requests import Request

    from otelkit.testing import Capture

DURATION = "http.server.request.duration"


@pytest.fixture
def app() -> Iterator[FastAPI]:
    """An instrumented application with the kinds of routes that there are."""
    app = make_app()
    with otelkit.instrument_fastapi(app):
        yield app


def make_app() -> FastAPI:
    """The same application, bare."""
    app = FastAPI()
    router = APIRouter(prefix="/v1")

    @router.get("/items/{item}")
    async def item(item: str) -> dict[str, str]:
        await asyncio.sleep(0.01)
        with otelkit.operation("look up"):
            return {"item": item}

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError("boom")

    @app.get("/healthz")
    async def healthz() -> str:
        return "ok"

    @app.get("/healthcare/{plan}")
    async def healthcare(plan: str) -> str:
        return plan

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"x" * 10

        return StreamingResponse(parts())

    async def by_host(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.url.path)

    app.include_router(router)
    app.router.routes.append(Host("api.example.org", app=Starlette(routes=[Route("/{rest:path}", by_host)])))
    return app


def client(app: FastAPI) -> httpx.AsyncClient:
    """A client that speaks to the application in this process."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


def routes(telemetry: Capture, metric: str = DURATION) -> list[object]:
    """The route of each series of a metric."""
    return [point.attributes.get("http.route") for point in telemetry.points(metric)]


async def test_a_request_is_one_span_named_by_its_route_and_the_root_of_what_happens_inside(
    app: FastAPI, telemetry: Capture
) -> None:
    async with client(app) as http:
        response = await http.get("/v1/items/17")
    span, inside = telemetry.span("GET /v1/items/{item}"), telemetry.span("look up")
    assert (span.kind, span.parent_id, span.status) == ("server", None, "unset")
    assert span.attributes["http.route"] == "/v1/items/{item}"
    assert (inside.trace_id, inside.parent_id) == (span.trace_id, span.span_id)
    assert len(telemetry.spans) == 2
    assert response.headers["x-trace-id"] == span.trace_id
    assert response.headers["traceresponse"].startswith(f"00-{span.trace_id}-{span.span_id}-")


async def test_the_duration_is_in_seconds_by_route_with_an_exemplar_that_leads_to_the_trace(
    app: FastAPI, telemetry: Capture
) -> None:
    async with client(app) as http:
        await http.get("/v1/items/17")
    point = telemetry.histogram(DURATION)
    assert telemetry.metric(DURATION).unit == "s"
    assert point.count == 1
    assert point.attributes["http.route"] == "/v1/items/{item}"
    assert point.attributes["http.response.status_code"] == 200
    assert [exemplar.trace_id for exemplar in point.exemplars] == [telemetry.span("GET /v1/items/{item}").trace_id]


async def test_the_callers_trace_is_continued(app: FastAPI, telemetry: Capture) -> None:
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with client(app) as http:
        await http.get("/v1/items/1", headers={"traceparent": caller})
    span = telemetry.span("GET /v1/items/{item}")
    assert (span.trace_id, span.parent_id) == (caller[3:35], caller[36:52])


@pytest.mark.parametrize(
    ("method", "path", "headers", "route"),
    [
        ("GET", "/nowhere/17", {}, None),
        ("POST", "/v1/items/17", {}, "/v1/items/{item}"),
        ("HEAD", "/nowhere", {}, None),
        ("GET", "/customers/17", {"host": "api.example.org"}, None),
        ("GET", "/healthcare/gold", {}, "/healthcare/{plan}"),
    ],
    ids=["404", "405", "HEAD of nothing", "a route by host name", "a path that begins like a probe"],
)
async def test_the_route_is_a_template_or_absent_but_never_the_raw_path(  # noqa: PLR0917 - fixtures and a table's columns
    app: FastAPI, telemetry: Capture, method: str, path: str, headers: dict[str, str], route: str | None
) -> None:
    async with client(app) as http:
        await http.request(method, path, headers=headers)
    assert routes(telemetry) == [route]
    (span,) = telemetry.spans
    assert span.attributes.get("http.route") == route
    assert "17" not in span.name


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/livez", "/readyz", "/health/ready"])
async def test_probes_and_metrics_are_left_out(app: FastAPI, telemetry: Capture, path: str) -> None:
    async with client(app) as http:
        response = await http.get(path)
    assert telemetry.spans == []
    assert DURATION not in {metric.name for metric in telemetry.metrics}
    assert "x-trace-id" not in response.headers


async def test_an_unhandled_exception_is_a_500_an_error_span_and_one_log_with_its_trace(
    app: FastAPI, telemetry: Capture
) -> None:
    async with client(app) as http:
        response = await http.get("/boom")
    span = telemetry.span("GET /boom")
    assert (span.status, span.attributes["error.type"]) == ("error", "500")
    (log,) = [log for log in telemetry.logs if log.attributes.get("exception.type")]
    assert (log.trace_id, log.span_id, log.severity) == (span.trace_id, span.span_id, "ERROR")
    assert "RuntimeError: boom" in log.text
    assert response.headers["x-trace-id"] == span.trace_id
    assert telemetry.histogram(DURATION).attributes["error.type"] == "500"
    assert telemetry.counter_value("otelkit.error.count", component="http.server") == 1


async def test_sizes_of_bodies_belong_to_their_own_request_under_concurrency(app: FastAPI, telemetry: Capture) -> None:
    async with client(app) as http:
        names = ["a", "bb" * 20, "c" * 300]
        responses = await asyncio.gather(*(http.get(f"/v1/items/{name}") for name in names), http.get("/stream"))
        await http.post("/v1/items/1", content=b"12345")
    sizes = telemetry.histogram("http.server.response.body.size", **{"http.response.status_code": 200})
    expected = [len(response.content) for response in responses[:3]]
    assert (sizes.count, sizes.value, sizes.minimum) == (3, sum(expected), min(expected))
    assert routes(telemetry, "http.server.request.body.size") == ["/v1/items/{item}"]
    assert telemetry.histogram("http.server.request.body.size").value == 5


async def test_requests_in_flight_are_counted_up_and_down(app: FastAPI, telemetry: Capture) -> None:
    async with client(app) as http:
        request = asyncio.create_task(http.get("/v1/items/1"))
        await asyncio.sleep(0.005)
        during = telemetry.points("http.server.active_requests")[0].value
        await request
    assert during == 1
    assert telemetry.points("http.server.active_requests")[0].value == 0


async def test_instrumented_twice_a_request_is_still_measured_once(app: FastAPI, telemetry: Capture) -> None:
    otelkit.instrument_fastapi(app)
    app.add_middleware(OpenTelemetryMiddleware)
    async with client(app) as http:
        await http.get("/v1/items/1")
    assert [span.kind for span in telemetry.spans if span.kind == "server"] == ["server"]
    assert telemetry.histogram(DURATION).count == 1


async def test_an_application_that_another_instrumented_keeps_that_and_gains_the_headers(telemetry: Capture) -> None:
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    app = make_app()
    FastAPIInstrumentor.instrument_app(app)
    try:
        with otelkit.instrument_fastapi(app):
            async with client(app) as http:
                await http.get("/v1/items/1")
        assert telemetry.histogram(DURATION).count == 1
    finally:
        FastAPIInstrumentor.uninstrument_app(app)


def official(telemetry: Capture) -> list[str]:
    """The spans of the official instrumentation; where it is absent, newer versions of FastAPI make their own."""
    return [span.name for span in telemetry.spans if span.scope.name.startswith("opentelemetry.instrumentation")]


async def test_the_handle_undoes_it_also_while_the_application_runs(telemetry: Capture) -> None:
    app = make_app()
    async with client(app) as http:
        await http.get("/v1/items/1")
        assert official(telemetry) == []
        handle = otelkit.instrument_fastapi(app)
        await http.get("/v1/items/1")
        handle.undo()
        handle.undo()
        response = await http.get("/v1/items/1")
    assert official(telemetry) == ["GET /v1/items/{item}"]
    assert "x-trace-id" not in response.headers


def test_an_application_that_has_not_started_can_still_be_extended_after_the_undoing() -> None:
    app = make_app()
    otelkit.instrument_fastapi(app).undo()
    app.add_middleware(OpenTelemetryMiddleware)


async def test_undoing_one_application_leaves_the_others_instrumented(telemetry: Capture) -> None:
    first, second = make_app(), make_app()
    handle = otelkit.instrument_fastapi(first)
    with otelkit.instrument_fastapi(second):
        handle.undo()
        async with client(second) as http:
            await asyncio.gather(*(http.get(f"/v1/items/{'x' * size}") for size in (1, 100)))
    assert telemetry.histogram(DURATION).count == 2
    assert telemetry.histogram("http.server.response.body.size").maximum == len('{"item":""}') + 100


async def test_headers_can_be_left_out(telemetry: Capture) -> None:
    app = make_app()
    with otelkit.instrument_fastapi(app, response_headers=False):
        async with client(app) as http:
            response = await http.get("/v1/items/1")
    assert telemetry.spans
    assert "traceresponse" not in response.headers
