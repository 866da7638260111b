"""What stands in one test does not stand in the next, and what stood outside of both is there afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otelkit.instruments import gauge, up_down_counter
from otelkit.instruments.operations import bind_operation
from otelkit.testing.capturing import capture

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.instruments.backend import Backend


def test_a_capture_begins_with_nothing_and_leaves_nothing(backend: Backend, fresh: Callable[[str], str]) -> None:
    stock = gauge(fresh("stock.size"), unit="{item}", description="Items.")
    active = up_down_counter(fresh("order.active"), unit="{order}", description="Orders.")
    operation = bind_operation(fresh("operation"))
    stock.set(40)
    active.add(2)
    operation.started()
    with capture() as first:
        assert [metric for metric in first.metrics if metric.name in {stock.name, active.name}] == []
        stock.set(1)
        active.add(1)
        operation.started()
        assert first.gauge_value(stock.name) == 1
        assert first.points("otelkit.operation.active", operation=operation.name)[0].value == 1
    with capture() as second:
        stock.of()
        assert [metric for metric in second.metrics if metric.name in {stock.name, active.name}] == []
    backend.start()
    assert backend.value(stock.name) == 40
    assert backend.value(active.name) == 2
    assert backend.value("otelkit.operation.active", operation=operation.name) == 1
