"""One export request from its body to its reply: unpack, parse, judge, record, answer.

HTTP itself is in ``otelkit.console.serving``.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING, Literal, TypeAlias

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from otelkit.console.receiving.log_records import log_groups
from otelkit.console.receiving.metric_points import metric_groups
from otelkit.console.receiving.parsing import Encoding, encoding_of, parsed
from otelkit.console.receiving.replies import Reply, accepted, refused
from otelkit.console.receiving.spans import span_groups
from otelkit.console.receiving.unpacking import unpacked
from otelkit.console.refusal import Refusal, Rejections

if TYPE_CHECKING:
    from otelkit.console.store.recorder import Recorder

Signal: TypeAlias = Literal["traces", "metrics", "logs"]
"""The signals that are received, by the last part of their path."""

_logger = logging.getLogger("otelkit.console")


class Intake:
    """Takes export requests in.

    Args:
        recorder: where what they bring goes.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def take(self, signal: Signal, body: bytes, *, content_type: str, content_encoding: str) -> Reply:
        """Take one request in and give the reply; blocks until what it brought is committed.

        Args:
            signal: which endpoint it came to.
            body: the bytes as they arrived.
            content_type: the header's value.
            content_encoding: the header's value, empty when there was none.
        """
        encoding = Encoding.JSON  # until the sender has said what it speaks
        try:
            encoding = encoding_of(content_type)
            data = unpacked(body, content_encoding)
            if signal == "traces":
                return self._traces(data, encoding)
            if signal == "metrics":
                return self._metrics(data, encoding)
            return self._logs(data, encoding)
        except Refusal as refusal:
            return refused(refusal, encoding)
        except sqlite3.Error as error:
            # a full disk, say: the sender keeps its batch and comes again
            _logger.exception("the console's store failed")
            return refused(Refusal(503, f"the console's store failed: {error}"), encoding)

    def _traces(self, data: bytes, encoding: Encoding) -> Reply:
        rejections = Rejections()
        groups = span_groups(parsed(data, encoding, ExportTraceServiceRequest), rejections)
        if groups or rejections.count:
            self._recorder.spans(groups, rejections)
        response = ExportTraceServiceResponse()
        if rejections.message():
            response.partial_success.rejected_spans = rejections.count
            response.partial_success.error_message = rejections.message()
        return accepted(response, encoding)

    def _metrics(self, data: bytes, encoding: Encoding) -> Reply:
        rejections = Rejections()
        groups = metric_groups(parsed(data, encoding, ExportMetricsServiceRequest), rejections)
        if groups or rejections.count:
            self._recorder.metrics(groups, rejections)
        response = ExportMetricsServiceResponse()
        if rejections.message():
            response.partial_success.rejected_data_points = rejections.count
            response.partial_success.error_message = rejections.message()
        return accepted(response, encoding)

    def _logs(self, data: bytes, encoding: Encoding) -> Reply:
        rejections = Rejections()
        groups = log_groups(parsed(data, encoding, ExportLogsServiceRequest), rejections)
        if groups or rejections.count:
            self._recorder.logs(groups, rejections)
        response = ExportLogsServiceResponse()
        if rejections.message():
            response.partial_success.rejected_log_records = rejections.count
            response.partial_success.error_message = rejections.message()
        return accepted(response, encoding)
