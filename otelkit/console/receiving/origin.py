"""Who made a record: OTLP's resource and scope as the console's, and how two processes of one service are told apart.

Records themselves are in ``spans``, ``log_records`` and ``metric_points``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from otelkit.console import records
from otelkit.console.receiving.any_value import attributes, canonical_text

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
    from opentelemetry.proto.resource.v1.resource_pb2 import Resource

UNKNOWN_SERVICE: Final = "unknown_service"
"""The name the specification gives to a service that has none."""


def resource_of(resource: Resource) -> records.Resource:
    """Give the console's resource.

    Its `source` is the service's namespace, name and instance id. A resource without an instance id is told apart
    by all its attributes, so that two processes on one machine do not write into one series.
    """
    text = canonical_text(resource.attributes)
    values = attributes(resource.attributes)
    service = _text(values.get("service.name")) or UNKNOWN_SERVICE
    instance = _text(values.get("service.instance.id"))
    namespace = _text(values.get("service.namespace"))
    source = f"{namespace}\x1f{service}\x1f{instance}" if instance else text
    return records.Resource(service, source, text)


def scope_of(scope: InstrumentationScope) -> records.Scope:
    """Give the console's scope."""
    return records.Scope(scope.name, scope.version, canonical_text(scope.attributes))


def _text(value: records.JsonValue) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
