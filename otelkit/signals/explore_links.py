"""Links into Grafana Explore: to a trace, to log records, to a metric.

Only addresses are made here; nothing is asked, and whether Grafana answers is not known.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from otelkit.runtime.internal_errors import wrong_use
from otelkit.settings import parameters
from otelkit.signals import current

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.util.types import AnyValue

    from otelkit.settings import Settings

TRACE_URL: Final = "trace_url"
"""The field of an error record that holds the link to its trace."""

_PANE: Final = "otk"
"""Grafana keeps a pane's id when it is three characters long, one of them a letter."""

_TRACE_ID: Final = re.compile(r"[0-9a-f]{1,32}", re.ASCII)
_PLACE: Final = "TRACEID"
"""Stands in a link for the trace id that is filled in later; no character of it is ever escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grafana:
    url: str
    tempo: str
    loki: str
    prometheus: str
    before_trace_id: str
    after_trace_id: str
    in_error_logs: bool

    def trace_link(self, trace_id: str) -> str:
        return f"{self.before_trace_id}{trace_id}{self.after_trace_id}"


class _State:
    grafana: _Grafana | None = None


def configure(settings: Settings) -> None:
    """Take the address of Grafana and the uids of its data sources from the settings; `init` calls it."""
    url = settings[parameters.GRAFANA_URL]
    if url is None:
        _State.grafana = None
        return
    tempo = settings[parameters.GRAFANA_TEMPO]
    # The last one: addresses and uids, which may hold any text, stand before the query.
    before, _, after = _link(url, tempo, _trace_query(_PLACE), kind="tempo").rpartition(_PLACE)
    _State.grafana = _Grafana(
        url=url,
        tempo=tempo,
        loki=settings[parameters.GRAFANA_LOKI],
        prometheus=settings[parameters.GRAFANA_PROMETHEUS],
        before_trace_id=before,
        after_trace_id=after,
        in_error_logs=settings[parameters.LOGS.trace_url],
    )


def explore_url(
    *,
    trace_id: str | None = None,
    logs: str | None = None,
    metric: str | None = None,
    since: str = "now-1h",
    until: str = "now",
) -> str | None:
    """Return a link into Grafana Explore: to the current trace, or to what the argument names.

    For an error page, a chat message, a ticket. The address of Grafana is the setting ``grafana.url``
    (``OTELKIT_GRAFANA_URL``).

    Args:
        trace_id: a trace, as up to 32 hex digits; by default the current one.
        logs: a LogQL query in place of a trace.
        metric: a PromQL expression in place of a trace.
        since: where the time range begins, as Grafana writes times: relative (``now-6h``) or milliseconds since 1970.
        until: where it ends.

    Returns:
        the link; None while no Grafana is set, and outside of any span when nothing was named.

    Raises:
        ValueError: in strict mode and in tests, when two things were named at once or the trace id is none.

    Example:
        >>> import otelkit
        >>> otelkit.explore_url(logs='{service_name="payments"} | severity_text="ERROR"') is None  # no grafana.url
        True

    """
    grafana = _State.grafana
    named: list[object] = [one for one in (trace_id, logs, metric) if one is not None]
    if len(named) > 1:
        wrong_use("explore_url() takes one of trace_id, logs and metric: make one link for each.")
        return None
    if not all(isinstance(one, str) for one in (*named, since, until)):
        wrong_use("explore_url() takes texts: trace_id='4bf9...', logs='{service_name=\"shop\"}', since='now-6h'.")
        return None
    if grafana is None:
        return None
    if logs is not None:
        query: dict[str, object] = {"expr": logs, "queryType": "range"}
        return _link(grafana.url, grafana.loki, query, kind="loki", since=since, until=until)
    if metric is not None:
        # Exemplars are the way on from here: each leads to a trace.
        query = {"expr": metric, "range": True, "instant": True, "exemplar": True}
        return _link(grafana.url, grafana.prometheus, query, kind="prometheus", since=since, until=until)
    wanted = _trace_id(trace_id)
    return (
        None
        if wanted is None
        else _link(grafana.url, grafana.tempo, _trace_query(wanted), kind="tempo", since=since, until=until)
    )


def trace_url_template() -> str | None:
    """Return the link to a trace with ``{trace_id}`` in place of the id; None while no Grafana is set."""
    grafana = _State.grafana
    return None if grafana is None else grafana.trace_link("{trace_id}")


def with_trace_url(fields: dict[str, AnyValue], level: int, trace_id: str) -> Mapping[str, AnyValue]:
    """Return a log record's fields, with the link to its trace when the settings ask for it and it is an error.

    Args:
        fields: what the application logged; a field of the same name is the application's and stays.
        level: stdlib level number.
        trace_id: 32 hex digits; empty outside of a span.
    """
    grafana = _State.grafana
    if grafana is None or not grafana.in_error_logs or level < logging.ERROR or not trace_id:
        return fields
    return {TRACE_URL: grafana.trace_link(trace_id), **fields}


def _trace_id(given: str | None) -> str | None:
    if given is None:
        return current.trace_id()
    wanted = given.strip().lower()
    if _TRACE_ID.fullmatch(wanted) and wanted.strip("0"):
        # Tempo's search leaves out leading zeros.
        return wanted.zfill(32)
    wrong_use(f"explore_url() takes a trace id of up to 32 hex digits; it was given {given[:40]!r}.")
    return None


def _trace_query(trace_id: str) -> dict[str, object]:
    return {"query": trace_id, "queryType": "traceql"}


def _link(
    url: str,
    datasource: str,
    query: Mapping[str, object],
    *,
    kind: str,
    since: str = "now-1h",
    until: str = "now",
) -> str:
    """Return the link in the form that Grafana documents as version 1 of Explore's URL state."""
    pane = {
        "datasource": datasource,
        "queries": [{"refId": "A", "datasource": {"type": kind, "uid": datasource}, **query}],
        "range": {"from": since, "to": until},
    }
    state = json.dumps({_PANE: pane}, separators=(",", ":"))
    parameters_of_page = urlencode({"schemaVersion": "1", "panes": state, "orgId": "1"}, quote_via=quote)
    return f"{url.rstrip('/')}/explore?{parameters_of_page}"
