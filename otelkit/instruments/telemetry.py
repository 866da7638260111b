"""The pack of telemetry about telemetry: what otelkit says of its own losses.

Here because the bounds of attributes count what they turn away.
"""

from __future__ import annotations

from otelkit.instruments.attribute import Attribute
from otelkit.instruments.declaring import counter
from otelkit.instruments.pack import Instruments


class TelemetryMetrics(Instruments):
    """What telemetry could not say as it was asked to.

    Example:
        >>> TelemetryMetrics.cardinality_overflows.declaration.unit
        '{value}'

    """

    cardinality_overflows = counter(
        "otelkit.telemetry.cardinality.overflow.count",
        unit="{value}",
        description="Attribute values beyond their bound, recorded as 'other'.",
        attributes=(Attribute("instrument", limit=500), Attribute("attribute", limit=100)),
    )
