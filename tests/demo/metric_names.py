"""Metrics of every kind, and what they are called in Prometheus.

One test asks our own rules, another a real Prometheus.
"""

from __future__ import annotations

from otelkit.cli.demonstration.receiver import Metric

NAMES: dict[Metric, str] = {
    Metric("http.server.request.duration", "s", "histogram"): "http_server_request_duration_seconds_count",
    Metric("demo.order.count", "{order}", "counter"): "demo_order_count_total",
    Metric("demo.order.total", "{order}", "counter"): "demo_order_total",
    Metric("demo.total.weight", "g", "counter"): "demo_weight_grams_total",
    Metric("demo.transfer", "By", "counter"): "demo_transfer_bytes_total",
    Metric("demo.transfer.bytes", "By", "counter"): "demo_transfer_bytes_total",
    Metric("demo.bytes.free", "By", "gauge"): "demo_bytes_free",
    Metric("demo.load", "1", "gauge"): "demo_load_ratio",
    Metric("demo.ratio.load", "1", "gauge"): "demo_load_ratio",
    Metric("demo.score", "1", "histogram"): "demo_score_count",
    Metric("demo.in_flight", "{request}", "up_down_counter"): "demo_in_flight",
    Metric("demo.queue", "1", "up_down_counter"): "demo_queue",
    Metric("demo.speed", "By/s", "gauge"): "demo_speed_bytes_per_second",
    Metric("demo.rate", "{request}/s", "gauge"): "demo_rate_per_second",
    Metric("demo.rotation", "{turn}/min", "gauge"): "demo_rotation_per_min",
    Metric("demo.share", "%", "gauge"): "demo_share_percent",
    Metric("demo.latency", "ms", "histogram"): "demo_latency_milliseconds_count",
    Metric("demo.memory", "MiBy", "gauge"): "demo_memory_mebibytes",
    Metric("demo.sparks", "spark", "counter"): "demo_sparks_spark_total",
    Metric("demo-dashes/slashes__double", "", "gauge"): "demo_dashes_slashes_double",
    Metric("demo.bare", "", "histogram"): "demo_bare_count",
}
