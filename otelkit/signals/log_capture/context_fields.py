"""What is bound to the current context, as fields of a record: by otelkit's ``bind`` and by structlog's contextvars.

Binding itself is in bound_context.py, for logs and spans alike.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from otelkit.signals.bound_context import bound
from otelkit.signals.log_capture.plain_values import field_name, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.util.types import AnyValue


def context_fields() -> dict[str, AnyValue]:
    """Return what is bound; otelkit's own bindings win over structlog's."""
    fields: dict[str, AnyValue] = {}
    contextvars = sys.modules.get("structlog.contextvars")  # who never imported it has bound nothing with it
    if contextvars is not None:
        bound_there = cast("Mapping[str, object]", contextvars.get_contextvars())
        fields.update((field_name(name), plain(value)) for name, value in bound_there.items())
    here = bound()
    if here:
        fields.update((field_name(name), plain(value)) for name, value in here.items())
    return fields
