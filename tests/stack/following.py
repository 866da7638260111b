"""Following a provisioned link on the running stack: its own query, at its own data source, over its own time range.

Which query that is, ``tests.deployment.links`` renders from Grafana's provisioning.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.deployment.links import ClickedSpan, LinkError

if TYPE_CHECKING:
    from tests.deployment.links import Link
    from tests.stack.asking import Line, Loki, Prometheus, Sample, StoredSpan, Tempo

_SHOWN_S: Final = 3600
"""What Explore shows where a link brings no time range of its own."""


def clicked(span: StoredSpan, trace_id: str) -> ClickedSpan:
    """Return the span as Grafana's links see it."""
    return ClickedSpan(
        trace_id=trace_id,
        span_id=span.span_id,
        name=span.name,
        start_s=span.start_s,
        end_s=span.start_s + span.duration_s,
        resource=span.resource,
        attributes=span.attributes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Runs what a click would run.

    Args:
        prometheus: the metrics.
        tempo: the traces.
        loki: the log records.

    """

    prometheus: Prometheus
    tempo: Tempo
    loki: Loki

    def trace(self, link: Link) -> list[StoredSpan]:
        """Return the spans that a link to a trace shows.

        Raises:
            LinkError: it leads to another kind of data source.

        """
        _leads_to("tempo", link)
        return self.tempo.trace(link.query)

    def lines(self, link: Link) -> list[Line]:
        """Return the log records that a link shows.

        Raises:
            LinkError: it leads to another kind of data source.

        """
        _leads_to("loki", link)
        return self.loki.between(link.query, *_range(link))

    def points(self, link: Link) -> list[Sample]:
        """Return the points of the graph that a link shows; what is not a number is not drawn.

        Raises:
            LinkError: it leads to another kind of data source.

        """
        _leads_to("prometheus", link)
        return [one for one in self.prometheus.between(link.query, *_range(link)) if not math.isnan(one.value)]


def _leads_to(kind: str, link: Link) -> None:
    if link.kind != kind:
        raise LinkError(f"{link.label!r} leads to {link.datasource!r}, a {link.kind}, where a {kind} was expected")


def _range(link: Link) -> tuple[float, float]:
    now = time.time()
    since_s = now - _SHOWN_S if link.since_s is None else link.since_s
    return since_s, now + 60 if link.until_s is None else link.until_s
