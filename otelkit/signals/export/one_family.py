"""Metrics of one name brought together, whatever scope they come from, before Prometheus' exposition is made of them.

The official exporter gives a family the labels of the first metric it meets, and puts the label values of a second
one of that name, from another scope, under the wrong labels. Operations with buckets of their own are such metrics.
It can go when upstream takes the labels of them all (opentelemetry-exporter-prometheus 0.66b2,
`_populate_histogram_family`).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.metrics.export import Metric


def one_metric_per_name(data: MetricsData) -> MetricsData:
    """Return the same points with all metrics that are one family in Prometheus as one metric, in one scope.

    Args:
        data: what a reader collected. Not changed.

    Example:
        >>> one_metric_per_name(MetricsData(resource_metrics=[])).resource_metrics
        []

    """
    return MetricsData(resource_metrics=[_in_one_scope(of_resource) for of_resource in data.resource_metrics])


def _in_one_scope(of_resource: ResourceMetrics) -> ResourceMetrics:
    families: dict[tuple[object, ...], list[Metric]] = {}
    for metric in chain.from_iterable(scope.metrics for scope in of_resource.scope_metrics):
        families.setdefault(_family(metric), []).append(metric)
    if not families:
        return of_resource
    first = of_resource.scope_metrics[0]
    merged = ScopeMetrics(
        scope=first.scope, metrics=[_merged(family) for family in families.values()], schema_url=first.schema_url
    )
    return replace(of_resource, scope_metrics=[merged])


def _family(metric: Metric) -> tuple[object, ...]:
    data = metric.data
    return (metric.name, metric.unit, metric.description, type(data), getattr(data, "is_monotonic", None))


def _merged(family: Sequence[Metric]) -> Metric:
    if len(family) == 1:
        return family[0]
    data: Any = family[0].data
    points = list(chain.from_iterable(metric.data.data_points for metric in family))
    return replace(family[0], data=replace(data, data_points=points))
