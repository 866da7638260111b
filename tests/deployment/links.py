"""What a click in Grafana asks: the query behind each provisioned link, with its variables filled in.

The rules are those of Grafana's documentation: "Custom query variables", "Derived fields", "Exemplars", "Correlations".
Whether the query finds anything is asked of the real engines elsewhere.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from tests.deployment.plain_yaml import ROOT, at, items, load, mapping, mappings, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.deployment.plain_yaml import Node

DATASOURCES: Final = ROOT / "collector" / "grafana" / "provisioning" / "datasources" / "otelkit.yaml"
"""The shipped file."""

SERVICE_MAP_METRICS: Final = (
    "traces_service_graph_request_total",
    "traces_service_graph_request_failed_total",
    "traces_service_graph_request_server_seconds_sum",
    "traces_service_graph_request_server_seconds_bucket",
)
"""What Tempo's data source asks Prometheus for to draw the service map; the edges are labelled client and server."""

SERVICE_VIEW_METRICS: Final = ("traces_spanmetrics_calls_total", "traces_spanmetrics_duration_seconds_bucket")
"""What it asks for in the table beside the map, by span_name."""

_VARIABLE: Final = re.compile(r"\$\{(?P<braced>[^}]+)\}|\$(?P<plain>\w+)")
_STEP: Final = re.compile(r"""\.?(?P<name>\w+)|\["(?P<quoted>[^"]+)"\]""")
_DURATION: Final = re.compile(r"(?P<sign>-?)(?P<number>\d+)(?P<unit>ms|s|m|h|d)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class LinkError(Exception):
    """Grafana would not show this link, or it would lead nowhere; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as it is when it is clicked.

    Args:
        label: what it says.
        datasource: uid of the data source that is asked.
        kind: its type: ``tempo``, ``loki``, ``prometheus``.
        query: what it is asked: a trace id, LogQL or PromQL.
        since_s: Unix time from which it is asked; None for the time range that is shown at that moment.
        until_s: Unix time until which.

    """

    label: str
    datasource: str
    kind: str
    query: str
    since_s: float | None = None
    until_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickedSpan:
    """A span that somebody looks at.

    Args:
        trace_id: 32 hex digits.
        span_id: 16 hex digits.
        name: the span's name.
        start_s: Unix time.
        end_s: Unix time.
        resource: attributes of its resource.
        attributes: its own.

    """

    trace_id: str
    span_id: str
    name: str
    start_s: float
    end_s: float
    resource: Mapping[str, object]
    attributes: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def tags(self) -> dict[str, object]:
        """All attributes, as Grafana's links see them: the span's own hide those of its resource."""
        return {**self.resource, **self.attributes}


class Datasources:
    """The provisioned data sources.

    Args:
        path: the provisioning file.
        environment: the variables that the file names; those that are missing are empty, as in Grafana.

    """

    def __init__(self, path: Path = DATASOURCES, environment: Mapping[str, str] | None = None) -> None:
        known = environment or {}
        self._by_uid = {
            text(source["uid"]): mapping(_read_as_grafana_does(source, known))
            for source in mappings(load(path)["datasources"])
        }

    def __getitem__(self, uid: str) -> Node:
        """The data source of a uid.

        Raises:
            LinkError: there is none.
        """
        if uid not in self._by_uid:
            raise LinkError(f"there is no data source with the uid {uid!r}")
        return self._by_uid[uid]

    @property
    def uids(self) -> tuple[str, ...]:
        """All uids."""
        return tuple(self._by_uid)

    def kind(self, uid: str) -> str:
        """The type of a data source."""
        return text(self[uid]["type"])

    def url(self, uid: str) -> str:
        """The address of a data source."""
        return text(self[uid]["url"])

    def of_exemplar(self, labels: Mapping[str, str], *, uid: str = "prometheus") -> Link:
        """The link at an exemplar.

        Args:
            labels: the exemplar's own labels.
            uid: where it was found.

        Raises:
            LinkError: none of the labels is one that leads somewhere.
        """
        for destination in mappings(at(self[uid], "jsonData", "exemplarTraceIdDestinations")):
            name = text(destination["name"])
            if labels.get(name):
                return self._link(text(destination["datasourceUid"]), destination.get("urlDisplayLabel"), labels[name])
        raise LinkError(f"no destination is provisioned for an exemplar with the labels {sorted(labels)}")

    def of_span_to_logs(self, span: ClickedSpan, *, uid: str = "tempo") -> Link:
        """The link "Logs for this span".

        Args:
            span: the span.
            uid: where it was found.

        Raises:
            LinkError: a variable of the query is not there, or no tag of the span is one of those that are mapped.
        """
        options = mapping(at(self[uid], "jsonData", "tracesToLogsV2"))
        tags = _matchers(options, span)
        if not tags:
            raise LinkError("the span has none of the tags that lead to its log lines")
        if options.get("customQuery"):
            query = _filled(text(options["query"]), {**_of_span(span), "__tags": tags})
        else:
            raise LinkError("the test knows links to log lines by a query of their own only")
        return self._link(text(options["datasourceUid"]), "Logs for this span", query, _around(options, span))

    def of_span_to_metrics(self, span: ClickedSpan, *, uid: str = "tempo") -> list[Link]:
        """The links "Metrics for this span", one for each provisioned query.

        Args:
            span: the span.
            uid: where it was found.

        Raises:
            LinkError: a variable of a query is not there.
        """
        options = mapping(at(self[uid], "jsonData", "tracesToMetrics"))
        known = {**_of_span(span), "__tags": _matchers(options, span)}
        return [
            self._link(
                text(options["datasourceUid"]),
                one.get("name"),
                _filled(text(one["query"]), known),
                _around(options, span),
            )
            for one in mappings(options["queries"])
        ]

    def of_log_line(self, metadata: Mapping[str, str], line: str, *, uid: str = "loki") -> list[Link]:
        """The links of a log line's derived fields.

        Args:
            metadata: its labels and its structured metadata.
            line: its text.
            uid: where it was found.
        """
        links: list[Link] = []
        for one in mappings(at(self[uid], "jsonData", "derivedFields")):
            value = _derived(one, metadata, line)
            if value:
                query = _filled(text(one["url"]), {"__value": {"raw": value}})
                links.append(self._link(text(one["datasourceUid"]), one.get("urlDisplayLabel"), query))
        return links

    def of_correlations(self, fields: Mapping[str, object], *, uid: str) -> list[Link]:
        """The links of the correlations whose field a result has.

        Args:
            fields: a row of the result: of Prometheus a series' labels; of Tempo ``traceID``, ``spanID``...; of Loki
                ``labels``.
            uid: where it was found.

        Raises:
            LinkError: a variable of the target is not there.
        """
        links: list[Link] = []
        for one in mappings(self[uid].get("correlations")):
            config = mapping(one["config"])
            if text(config["field"]) in fields:
                known = {**fields, **_transformed(mappings(config.get("transformations")), fields)}
                query = _filled(text(at(config, "target", "expr")), known)
                links.append(self._link(text(one["targetUID"]), one["label"], query))
        return links

    def service_map(self, *, uid: str = "tempo") -> str:
        """The uid of the data source that holds the service graph of a Tempo."""
        target = text(at(self[uid], "jsonData", "serviceMap", "datasourceUid"))
        if self.kind(target) != "prometheus":
            raise LinkError(f"the service map is in {target!r}, which is no Prometheus")
        return target

    def _link(
        self, target: str, label: object, query: str, between: tuple[float, float] | tuple[None, None] = (None, None)
    ) -> Link:
        return Link(
            label=text(label),
            datasource=target,
            kind=self.kind(target),
            query=query,
            since_s=between[0],
            until_s=between[1],
        )


def _read_as_grafana_does(value: object, environment: Mapping[str, str]) -> object:
    """Fill the environment's variables in; two dollar signs are one that stays."""
    if isinstance(value, str):
        parts = value.split("$$")
        return "$".join(
            _VARIABLE.sub(lambda found: environment.get(found["braced"] or found["plain"], ""), part) for part in parts
        )
    if isinstance(value, dict):
        inside = mapping(cast("object", value))
        return {key: _read_as_grafana_does(inner, environment) for key, inner in inside.items()}
    if isinstance(value, list):
        return [_read_as_grafana_does(one, environment) for one in items(cast("object", value))]
    return value


def _matchers(options: Node, span: ClickedSpan) -> str:
    """``$__tags``: the mapped tags that the span has, as label matchers."""
    tags = span.tags
    found = [
        (text(one.get("value") or one["key"]), tags[text(one["key"])])
        for one in mappings(options.get("tags"))
        if text(one["key"]) in tags
    ]
    return ", ".join(f'{label}="{value}"' for label, value in found)


def _of_span(span: ClickedSpan) -> dict[str, object]:
    return {
        "__span": {"spanId": span.span_id, "traceId": span.trace_id, "name": span.name, "tags": span.tags},
        "__trace": {"traceId": span.trace_id},
    }


def _around(options: Node, span: ClickedSpan) -> tuple[float, float]:
    return (
        span.start_s + _seconds(text(options["spanStartTimeShift"])),
        span.end_s + _seconds(text(options["spanEndTimeShift"])),
    )


def _seconds(duration: str) -> float:
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise LinkError(f"{duration!r} is no duration")
    return float(found["sign"] + found["number"]) * _SECONDS[found["unit"]]


def _derived(derived: Node, metadata: Mapping[str, str], line: str) -> str | None:
    pattern = re.compile(text(derived["matcherRegex"]))
    if derived.get("matcherType", "regex") == "label":
        return next((value for name, value in metadata.items() if pattern.search(name)), None)
    found = pattern.search(line)
    return found[1] if found else None


def _transformed(transformations: Sequence[Node], fields: Mapping[str, object]) -> dict[str, object]:
    """The variables that regular expressions take out of fields; a field that is no text is read as JSON text."""
    known: dict[str, object] = {}
    for one in transformations:
        if one["type"] != "regex":
            raise LinkError(f"the test knows no transformation of the type {one['type']!r}")
        given = fields[text(one["field"])]
        found = re.search(text(one["expression"]), given if isinstance(given, str) else json.dumps(given))
        if found:
            known[text(one.get("mapValue") or one["field"])] = found[1]
    return known


def _filled(template: str, known: Mapping[str, object]) -> str:
    """Fill variables in, ``${a.b}``, ``${a["b.c"]}`` and ``$a``.

    Raises:
        LinkError: one is not there; Grafana hides the link then.
    """

    def value(found: re.Match[str]) -> str:
        path = found["braced"] or found["plain"]
        here: object = known
        for step in _STEP.finditer(path):
            name = step["name"] or step["quoted"]
            here = mapping(cast("object", here)).get(name) if isinstance(here, dict) else None
        if here is None:
            raise LinkError(f"the variable {path} of {template!r} is not there")
        return str(here)

    return _VARIABLE.sub(value, template)
