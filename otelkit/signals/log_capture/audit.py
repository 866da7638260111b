"""`audit`: records of who did what, in a stream of their own: never filtered by level, never sampled, kept longest.

They do not pass through stdlib logging, whose levels, filters and configuration could drop them.
"""

from __future__ import annotations

import logging
import time

from otelkit.runtime.internal_errors import record_internal_error

LOGGER = "otelkit.audit"
"""Name of the OpenTelemetry logger (instrumentation scope) of audit records."""


def audit(event: str, /, **fields: object) -> None:
    """Write an audit record: to the file ``audit.jsonl`` (kept 90 days) and as an OpenTelemetry log record.

    The OpenTelemetry record has the event as its ``event_name`` and the attribute ``otelkit.log.stream="audit"``.
    Where the file cannot be written, the line goes to stderr, and the failure is counted, logged and in the report.
    Without `init` there is nowhere to write to: that is an internal error, logged and counted.

    Args:
        event: what happened, such as ``"model.promoted"``.
        **fields: facts of any type, such as who did it.

    Example:
        >>> audit("model.promoted", model="fraud", version="12", by="ada")

    """
    from otelkit.signals.log_capture.caller import calling_frame
    from otelkit.signals.log_capture.entry import entry_at
    from otelkit.signals.log_capture.installation import delivery

    try:
        frame = calling_frame(__name__)
        place = ("", 0, "") if frame is None else (frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)
        here = delivery()
        entry = entry_at(
            time_ns=time.time_ns(),
            logger=LOGGER,
            level=logging.INFO,
            message=event,
            fields=fields,
            place=place,
            stream="audit",
        )
        if here is None:
            reason = f"audit record {event!r} was not kept: call otelkit.init() first, with logs on"
            record_internal_error("log_capture.audit", RuntimeError(reason))
            return
        here.deliver(entry)
    except Exception as error:  # noqa: BLE001 - auditing must not fail the application
        record_internal_error("log_capture.audit", error)
