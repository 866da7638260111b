"""What a person reads about a metric leaves the collector as it was declared.

Prometheus keeps no descriptions of metrics that are pushed, so they are looked at on the way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.instruments import FraudMetrics, PredictionMetrics
from otelkit.testing.sink import Sink
from tests import program
from tests.stack.asking import eventually
from tests.stack.collectors import PIPELINE, Collector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.stack.running import Stack

pytestmark = pytest.mark.stack

WITNESS = """
exporters:
  otlp_http/witness:
    endpoint: ${env:WITNESS_URL}
    sending_queue: {enabled: false}
service:
  pipelines:
    metrics:
      exporters: [otlp_http/prometheus, otlp_http/witness]
"""

SERVICE = """
    import otelkit
    from otelkit.instruments import FraudMetrics, PredictionMetrics

    otelkit.init("described")
    fraud = FraudMetrics()
    fraud.record_transaction("flagged")
    fraud.record_detection(fraud_type="theft", severity="high", confidence=0.9)
    fraud.record_outcome("tp", fraud_type="theft")
    fraud.record_anomaly(anomaly_type="spike", score=0.5)
    predictions = PredictionMetrics("model", "1")
    predictions.record("yes", score=0.9)
    predictions.record_duration(0.1)
    predictions.record_feature_failure("age")
    predictions.set_candidates(3)
    otelkit.shutdown()
"""


def test_descriptions_and_units_leave_the_collector_as_they_were_declared(
    stack: Stack, programs: Mapping[str, Path], tmp_path: Path
) -> None:
    overlay = tmp_path / "witness.yaml"
    overlay.write_text(WITNESS)
    declared = [*FraudMetrics.declared(), *PredictionMetrics.declared()]
    expected = {one.name: (one.declaration.description, one.declaration.unit) for one in declared}
    with Sink() as witness:
        collector = Collector(
            stack.backends,
            programs["otelcol"],
            name="otelcol-witness",
            configurations=(PIPELINE, overlay),
            settings={"WITNESS_URL": witness.url},
        ).start()
        program.output(SERVICE, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint})

        def seen() -> dict[str, tuple[str, str]]:
            return {one.name: (one.description, one.unit) for one in witness.metrics if one.name in expected}

        assert eventually(seen, lambda metrics: metrics == expected) == expected
        collector.program.stop()
