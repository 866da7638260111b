"""What metrics are called in Prometheus, as far as it can be said without Prometheus.

That a real one agrees is tested in ``tests/stack/test_stack_demo.py``.
"""

from __future__ import annotations

import pytest

from otelkit.cli.demonstration.prometheus_names import series_name
from otelkit.cli.demonstration.receiver import Metric
from tests.demo.metric_names import NAMES


@pytest.mark.parametrize("metric", NAMES, ids=lambda metric: f"{metric.name}-{metric.unit}-{metric.kind}")
def test_a_metric_has_the_name_that_the_rules_give_it(metric: Metric) -> None:
    assert series_name(metric) == NAMES[metric]


def test_a_name_that_begins_with_a_digit_gets_something_before_it() -> None:
    assert series_name(Metric("3d.renderings", "{rendering}", "counter")) == "_3d_renderings_total"
