"""Puts contexts in place and takes them away again, silently where that is no longer possible.

Also the id of the observed call that the current context is inside of.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from opentelemetry.context import Context, attach, create_key, detach, get_current
from opentelemetry.trace import INVALID_SPAN, set_span_in_context

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.trace import Span

(_SPAN_KEY,) = set_span_in_context(INVALID_SPAN, Context())
"""The API's own key for the current span, asked of its public face."""

_CALL_KEY = create_key("otelkit-observed-call")

next_call_id = itertools.count(1).__next__
"""Gives the next observed call its id: a number that means something to this process only."""


def inside(current: Context, *, call_id: int, span: Span | None) -> Context:
    """Return ``current`` as it is inside of an observed call.

    Args:
        current: the context outside.
        call_id: of the observed call.
        span: the call's span; None leaves the current one in place.

    """
    if span is None:
        return Context({**current, _CALL_KEY: call_id})
    return Context({**current, _CALL_KEY: call_id, _SPAN_KEY: span})


def without_span(context: Context) -> Context:
    """Return the context as it is outside of any span: a span started in it is a root."""
    return Context({key: value for key, value in context.items() if key != _SPAN_KEY})


def call_id_of(context: Context) -> int | None:
    """Return the id of the innermost observed call that a context is inside of."""
    found = context.get(_CALL_KEY)
    return found if isinstance(found, int) else None


def restore(token: Token[Context]) -> None:
    """Make current again what was current before ``attach`` gave this token.

    Says nothing when the token belongs to another `contextvars` context: then a coroutine is being closed by someone
    else (the garbage collector, another task), whose context never was changed. The API's ``detach`` would log
    "Failed to detach context" (open-telemetry/opentelemetry-python#2606).
    """
    try:
        token.var.reset(token)
    except ValueError:
        return
    except AttributeError:  # a runtime context chosen by OTEL_PYTHON_CONTEXT may give tokens of its own
        detach(token)


__all__ = ["attach", "call_id_of", "get_current", "inside", "next_call_id", "restore", "without_span"]
