"""The public API of instruments as type checkers see it: checked, never run."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_type

from otelkit import Attribute, Instruments, counter, gauge, histogram, up_down_counter
from otelkit.instruments import (
    Counter,
    CounterCell,
    Declaration,
    ErrorMetrics,
    FraudMetrics,
    Gauge,
    GaugeCell,
    Histogram,
    HistogramCell,
    OperationMetrics,
    PredictionMetrics,
    UpDownCounter,
    UpDownCounterCell,
    declared_instruments,
)
from otelkit.instruments.confusion import Confusion
from otelkit.instruments.fraud_snapshot import FraudSnapshot, FraudTypeSnapshot
from otelkit.instruments.operations import BoundOperation, bind_operation


class Channel(StrEnum):
    WEB = "web"
    PHONE = "phone"


class Shop(Instruments):
    orders = counter(
        "typing.order.count",
        unit="{order}",
        description="Orders placed.",
        attributes=(Attribute("channel", values=tuple(Channel)), Attribute("region", limit=50, known=["eu"])),
        from_zero=True,
    )
    baskets: UpDownCounter = up_down_counter("typing.basket.active", unit="{basket}", description="Open baskets.")
    stock = gauge("typing.stock.size", unit="{item}", description="Items in stock.")
    wait = histogram("typing.wait.duration", unit="s", description="Time to wait.", buckets=(0.1, 0.25, 1))

    def __init__(self, region: str) -> None:
        self.region = region

    def ordered(self, channel: Channel) -> None:
        self.orders.of(channel, self.region).add()


shop = Shop("eu")
assert_type(Shop.orders, Counter)
assert_type(shop.orders, Counter)
assert_type(shop.baskets, UpDownCounter)
assert_type(shop.stock, Gauge)
assert_type(shop.wait, Histogram)
assert_type(shop.orders.of("web", "eu"), CounterCell)
assert_type(shop.baskets.of(), UpDownCounterCell)
assert_type(shop.stock.of(), GaugeCell)
assert_type(shop.wait.of(), HistogramCell)
assert_type(shop.orders.declaration, Declaration)
assert_type(Shop.declared(), tuple[Counter | UpDownCounter | Gauge | Histogram, ...])
assert_type(declared_instruments(), tuple[Counter | UpDownCounter | Gauge | Histogram, ...])

shop.orders.add()
shop.orders.add(2, {"channel": Channel.WEB, "region": "eu"})
shop.orders.of(Channel.WEB, True, 1, None).add(0.5)  # noqa: FBT003 - a value of an attribute, not a switch
shop.baskets.add(-1)
shop.stock.set(True)
shop.wait.record(1)
shop.ordered(Channel.PHONE)

# What is refused: each of these comments is unused, and so an error itself, once the mistake is accepted.
shop.orders.add("2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
shop.orders.of(0.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
shop.orders.of("web").record(1)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
shop.stock.add(1)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
counter("typing.no.unit", description="No unit.")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Shop()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Attribute("channel", ("web",))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

fraud = FraudMetrics(fraud_types=("card",), anomaly_types=["velocity"])
fraud.record_transaction("flagged")
fraud.record_transaction("odd")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
fraud.record_detection(fraud_type="card", severity="critical", confidence=0.9)
fraud.record_detection(fraud_type="card", severity="urgent")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
fraud.record_outcome("tp", fraud_type="card")
snapshot = fraud.snapshot()
assert_type(snapshot, FraudSnapshot)
assert_type(snapshot.fraud_rate, float | None)
assert_type(snapshot.by_type["card"], FraudTypeSnapshot)
assert_type(snapshot.by_type["card"].confusion, Confusion)
assert_type(snapshot.confusion.f1, float | None)

predictions = PredictionMetrics("model", "1", labels=("yes", "no"))
with predictions.timed():
    predictions.record("yes", score=0.9)
predictions.record(Channel.WEB)

errors = ErrorMetrics()
errors.expect(TimeoutError, "rejected", component="shop")
errors.record(TimeoutError(), component="shop", severity="warning")
errors.record(TimeoutError, component="shop")

operation = bind_operation("typing.checkout", labels=[Attribute("region", limit=5)], buckets=[0.1, 1])
assert_type(operation, BoundOperation)
operation.started()
operation.ended(0.2, "cancelled", None, ("eu",))
operation.ended(0.2, "failed")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
assert_type(OperationMetrics.duration, Histogram)
