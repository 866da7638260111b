"""The rows of logs: levels, capture, the console, files, batching, limits.

How logs are exported over OTLP is in `exporting.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from otelkit.settings.parameters.batching import batching_rows
from otelkit.settings.parameters.exporting import SignalParameters, exporting_rows
from otelkit.settings.parameters.general import ATTRIBUTE_COUNT_LIMIT, ATTRIBUTE_VALUE_LENGTH_LIMIT
from otelkit.settings.parameters.parameter import General, Parameter
from otelkit.settings.reading.names import ChoiceReader, PathReader
from otelkit.settings.reading.numbers import BooleanReader, IntegerReader
from otelkit.settings.reading.tables import LevelsReader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LEVEL = ChoiceReader(
    choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
    aliases=MappingProxyType({"warn": "warning", "fatal": "critical", "trace": "debug", "notset": "debug"}),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class LogsParameters(SignalParameters):
    """The rows of logs.

    Attributes:
        level: Lowest level that is kept, by its name in `logging`.
        levels: Levels of single loggers and what is below them, by logger name.
        capture: Whether stdlib logging becomes OpenTelemetry log records.
        console: ``auto``, ``pretty``, ``json`` or ``off``.
        directory: Where log files go; None for no files.
        file_max_bytes: Size at which a file is rotated before midnight.
        compress_files: Whether rotated files are compressed.
        retention_days: Days that application and error logs are kept.
        audit_retention_days: Days that audit logs are kept.
        trace_url: Whether error records carry a link to their trace.
        schedule_delay: Longest wait before a batch is exported, in seconds.
        export_timeout: Longest time to export a batch, in seconds.
        queue_size: Most records waiting.
        batch_size: Most records in a batch; never above `queue_size`.
        attribute_count_limit: Most attributes of a record.
        attribute_value_length_limit: Longest text of an attribute; None for no limit.
    """

    level: Parameter[str]
    levels: Parameter[Mapping[str, str]]
    capture: Parameter[bool]
    console: Parameter[str]
    directory: Parameter[Path | None]
    file_max_bytes: Parameter[int]
    compress_files: Parameter[bool]
    retention_days: Parameter[int]
    audit_retention_days: Parameter[int]
    trace_url: Parameter[bool]
    schedule_delay: Parameter[float]
    export_timeout: Parameter[float]
    queue_size: Parameter[int]
    batch_size: Parameter[int]
    attribute_count_limit: Parameter[int]
    attribute_value_length_limit: Parameter[int | None]


LOGS: Final = LogsParameters(
    **exporting_rows("logs"),
    **batching_rows("logs", prefix="OTEL_BLRP", records="log records", schedule_delay=1.0),
    level=Parameter[str](
        name="logs.level",
        variables=("OTELKIT_LOGS_LEVEL",),
        reader=_LEVEL,
        default="INFO",
        doc="Lowest level that is kept",
    ),
    levels=Parameter(
        name="logs.levels",
        variables=("OTELKIT_LOGS_LEVELS",),
        reader=LevelsReader(level=_LEVEL),
        default=MappingProxyType({}),
        doc="Levels of single loggers and all below them, merged key by key over all layers",
        merge=True,
    ),
    capture=Parameter[bool](
        name="logs.capture",
        variables=("OTELKIT_LOGS_CAPTURE",),
        reader=BooleanReader(),
        default=True,
        doc="Whether records of stdlib logging become OpenTelemetry log records",
    ),
    console=Parameter[str](
        name="logs.console",
        variables=("OTELKIT_LOGS_CONSOLE",),
        reader=ChoiceReader(choices=("auto", "pretty", "json", "off"), aliases=MappingProxyType({"none": "off"})),
        default="auto",
        doc="What is written to stderr; `auto` is `pretty` on a terminal and `json` elsewhere",
    ),
    directory=Parameter(
        name="logs.directory",
        variables=("OTELKIT_LOGS_DIRECTORY",),
        reader=PathReader(),
        default=None,
        default_note="no files",
        doc="Directory of the log files (JSON lines), made when it is missing",
    ),
    file_max_bytes=Parameter[int](
        name="logs.file_max_bytes",
        variables=("OTELKIT_LOGS_FILE_MAX_BYTES",),
        reader=IntegerReader(minimum=1024),
        default=104_857_600,
        unit="bytes",
        doc="Size at which a log file is rotated before midnight comes",
    ),
    compress_files=Parameter[bool](
        name="logs.compress_files",
        variables=("OTELKIT_LOGS_COMPRESS_FILES",),
        reader=BooleanReader(),
        default=True,
        doc="Whether rotated log files are compressed (gzip)",
    ),
    retention_days=Parameter[int](
        name="logs.retention_days",
        variables=("OTELKIT_LOGS_RETENTION_DAYS",),
        reader=IntegerReader(minimum=1, maximum=36_500),
        default=30,
        unit="days",
        doc="How long rotated application and error logs are kept",
    ),
    audit_retention_days=Parameter[int](
        name="logs.audit_retention_days",
        variables=("OTELKIT_LOGS_AUDIT_RETENTION_DAYS",),
        reader=IntegerReader(minimum=1, maximum=36_500),
        default=90,
        unit="days",
        doc="How long rotated audit logs are kept",
    ),
    trace_url=Parameter[bool](
        name="logs.trace_url",
        variables=("OTELKIT_LOGS_TRACE_URL",),
        reader=BooleanReader(),
        default=False,
        doc="Whether records of level ERROR and above carry a link to their trace (`trace_url`); needs `grafana.url`",
    ),
    attribute_count_limit=Parameter[int](
        name="logs.attribute_count_limit",
        variables=("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",),
        reader=IntegerReader(),
        default=128,
        doc="Most attributes on a log record",
        general=General(parameter=ATTRIBUTE_COUNT_LIMIT),
    ),
    attribute_value_length_limit=Parameter(
        name="logs.attribute_value_length_limit",
        variables=("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",),
        reader=IntegerReader(),
        default=None,
        default_note="no limit",
        unit="characters",
        doc="Longest text of an attribute of a log record; longer ones are cut",
        general=General(parameter=ATTRIBUTE_VALUE_LENGTH_LIMIT),
    ),
)
