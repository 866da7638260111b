"""The REST API that the page reads: parameters in, JSON out.

The answers' shapes are made by the queries in ``otelkit.console.store``; docs/console.md describes them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, cast

from starlette.responses import Response
from starlette.routing import Route

from otelkit.console.serving.query_parameters import BadParameterError, QueryParameters, trace_id_of
from otelkit.console.store.log_queries import LogFilter, list_logs, logs_of_trace
from otelkit.console.store.metric_queries import MetricFilter, list_metrics, one_metric
from otelkit.console.store.overview_queries import list_services, stats
from otelkit.console.store.trace_queries import TraceFilter, list_traces, one_trace

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from otelkit.console.records import JsonObject
    from otelkit.console.store.database import Database

_MAX_SEVERITY = 24


def json_response(value: JsonObject, *, status: int = 200) -> Response:
    """Give a JSON answer that nobody keeps."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(body, status, media_type="application/json", headers={"cache-control": "no-store"})


def api_routes(database: Database) -> list[Route]:
    """Give the routes of the API over a database. Their endpoints block, so they run in Starlette's thread pool."""
    api = _Api(database)
    endpoints: dict[str, Callable[[Request], JsonObject | None]] = {
        "/api/services": api.services,
        "/api/traces": api.traces,
        "/api/traces/{trace_id}": api.trace,
        "/api/logs": api.logs,
        "/api/metrics": api.metrics,
        "/api/metrics/{name:path}": api.metric,
        "/api/stats": api.stats,
    }
    return [Route(path, _answering(endpoint), methods=["GET"]) for path, endpoint in endpoints.items()]


def _answering(endpoint: Callable[[Request], JsonObject | None]) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        try:
            value = endpoint(request)
        except BadParameterError as error:
            return json_response({"error": str(error)}, status=400)
        if value is None:
            return json_response({"error": "there is nothing of that name here (any more)"}, status=404)
        return json_response(value)

    return answer


class _Api:
    """The endpoints; None says that the thing asked for is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def services(self, request: Request) -> JsonObject:
        QueryParameters(request.query_params)
        with self._database.reading() as connection:
            return list_services(connection)

    def stats(self, request: Request) -> JsonObject:
        QueryParameters(request.query_params)
        with self._database.reading() as connection:
            return stats(connection)

    def traces(self, request: Request) -> JsonObject:
        given = QueryParameters(request.query_params, "service", "q", "status", "minDurationMs", "limit", "before")
        wanted = TraceFilter(
            service=given.text("service"),
            text=given.text("q"),
            status=cast("Literal['error', 'ok'] | None", given.choice("status", ("error", "ok"))),
            min_duration=given.milliseconds("minDurationMs"),
            before=given.before(),
            limit=given.limit(50),
        )
        with self._database.reading() as connection:
            return list_traces(connection, wanted)

    def trace(self, request: Request) -> JsonObject | None:
        QueryParameters(request.query_params)
        trace_id = trace_id_of(cast("str", request.path_params["trace_id"]))
        with self._database.reading() as connection:
            trace = one_trace(connection, trace_id)
            if trace is not None:
                trace["logs"] = logs_of_trace(connection, trace_id)
            return trace

    def logs(self, request: Request) -> JsonObject:
        given = QueryParameters(request.query_params, "service", "severity", "text", "traceId", "limit", "before")
        wanted = LogFilter(
            service=given.text("service"),
            min_severity=given.whole("severity", 0, most=_MAX_SEVERITY),
            text=given.text("text"),
            trace_id=given.trace_id(),
            before=given.before(),
            limit=given.limit(100),
        )
        with self._database.reading() as connection:
            return list_logs(connection, wanted)

    def metrics(self, request: Request) -> JsonObject:
        given = QueryParameters(request.query_params, "service")
        with self._database.reading() as connection:
            return list_metrics(connection, given.text("service"))

    def metric(self, request: Request) -> JsonObject | None:
        given = QueryParameters(request.query_params, "service", "since", "limit")
        wanted = MetricFilter(service=given.text("service"), since=given.whole("since", 0), limit=given.limit(200))
        with self._database.reading() as connection:
            return one_metric(connection, cast("str", request.path_params["name"]), wanted)
