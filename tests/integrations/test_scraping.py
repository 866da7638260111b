"""Metrics to be scraped: `metrics_app` and the loopback server, beside OTLP push."""

from __future__ import annotations

from otelkit.testing import Sink
from tests.program import output


def test_the_metrics_app_shows_what_is_pushed_also_when_made_before_init_and_after_a_second_one() -> None:
    with Sink() as sink:
        shown = output(f"""
import asyncio, httpx, otelkit
app = otelkit.metrics_app()
orders = otelkit.counter("shop.order.count", unit="{{order}}", description="Orders placed")

def scrape():
    async def get():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x") as client:
            return (await client.get("/")).text
    return [line for line in asyncio.run(get()).splitlines() if line.startswith("shop_order")]

otelkit.init("svc", endpoint="{sink.url}", logs=False)
orders.add(2)
print(scrape())
otelkit.init("svc", endpoint="{sink.url}", logs=False)
orders.add(3)
print(scrape())
""")
        assert [line.count("shop_order_count_total") for line in shown.splitlines()] == [1, 1]
        assert "2.0" in shown.splitlines()[0]
        assert "3.0" in shown.splitlines()[1]
        assert any(metric.name == "shop.order.count" for metric in sink.metrics)


def test_the_loopback_server_answers_on_its_port_and_frees_it_at_shutdown() -> None:
    shown = output("""
import socket, urllib.request, otelkit
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
metrics = otelkit.Metrics(exporter="prometheus", prometheus_port=port)
telemetry = otelkit.init("svc", metrics=metrics, traces=False, logs=False)
otelkit.counter("shop.order.count", unit="{order}", description="Orders placed").add(1)
otelkit.init("svc", metrics=metrics, traces=False, logs=False)
otelkit.counter("shop.order.count", unit="{order}", description="Orders placed").add(4)
body = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()
print([line for line in body.splitlines() if line.startswith("shop_order_count_total")])
otelkit.shutdown()
socket.create_server(("127.0.0.1", port)).close()
print("free")
""")
    assert shown.splitlines() == ["['shop_order_count_total 4.0']", "free"]


def test_a_port_that_is_taken_is_no_crash_and_no_silence() -> None:
    shown = output("""
import socket, otelkit
from otelkit.runtime.internal_errors import internal_errors
taken = socket.create_server(("127.0.0.1", 0))
metrics = otelkit.Metrics(exporter="prometheus", prometheus_host="127.0.0.1", prometheus_port=taken.getsockname()[1])
otelkit.init("svc", metrics=metrics, traces=False, logs=False)
print([error.where for error in internal_errors()])
taken.close()
""")
    assert "export.prometheus on 127.0.0.1" in shown
