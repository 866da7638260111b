"""The services that were seen, and how much there is of everything. Shapes are those of the REST API.

Lists of single things are in the modules beside this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

    from otelkit.console.records import JsonObject, JsonValue

_SERVICES: Final = """
SELECT name, coalesce(spans.count, 0), coalesce(logs.count, 0), coalesce(metrics.count, 0), last_seen
FROM services
LEFT JOIN (SELECT service, sum(spans) AS count FROM trace_services GROUP BY service) AS spans
       ON spans.service = services.id
LEFT JOIN (SELECT service, count(*) AS count FROM logs GROUP BY service) AS logs ON logs.service = services.id
LEFT JOIN (SELECT service, count(DISTINCT name) AS count FROM series JOIN instruments ON instruments.id = instrument
           WHERE EXISTS (SELECT 1 FROM points WHERE series = series.id) GROUP BY service) AS metrics
       ON metrics.service = services.id
WHERE spans.count > 0 OR logs.count > 0 OR metrics.count > 0
ORDER BY name
"""
_STATS: Final = {
    "spans": "SELECT count(*) FROM spans",
    "traces": "SELECT count(*) FROM traces",
    "logs": "SELECT count(*) FROM logs",
    "metricPoints": "SELECT count(*) FROM points",
    "exemplars": "SELECT count(*) FROM exemplars",
    "logsWithTrace": "SELECT count(*) FROM logs WHERE trace_id IS NOT NULL",
}
_EVICTED: Final = {
    "spans": "evicted_spans",
    "logs": "evicted_logs",
    "metricPoints": "evicted_points",
    "exemplars": "evicted_exemplars",
}


def list_services(connection: sqlite3.Connection) -> JsonObject:
    """Give the services of which something is kept, by name."""
    services: list[JsonValue] = [
        {"name": name, "spans": spans, "logs": logs, "metrics": metrics, "lastSeen": str(last_seen)}
        for name, spans, logs, metrics, last_seen in connection.execute(_SERVICES)
    ]
    return {"services": services}


def stats(connection: sqlite3.Connection) -> JsonObject:
    """Give how much is kept, and how much was rejected or evicted since the database was made."""
    ledger: dict[str, int] = dict(connection.execute("SELECT name, count FROM ledger").fetchall())
    kept: JsonObject = {name: connection.execute(query).fetchone()[0] for name, query in _STATS.items()}
    evicted: JsonObject = {name: ledger.get(entry, 0) for name, entry in _EVICTED.items()}
    return {**kept, "rejected": ledger.get("rejected", 0), "evicted": evicted}
