"""The rows of OTLP export: for all signals, and the same again for each signal.

What else a signal can be told is in `traces.py`, `metrics.py` and `logs.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypedDict

from otelkit.settings.parameters.parameter import General, Lookup, Parameter
from otelkit.settings.reading.endpoints import EndpointReader, for_grpc, for_http, with_path
from otelkit.settings.reading.names import Advice, ChoiceReader, NamesReader, PathReader
from otelkit.settings.reading.numbers import BooleanReader, DurationReader, SwitchReader
from otelkit.settings.reading.reading import UNSET, Reading, rejected
from otelkit.settings.reading.tables import HeadersReader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    _PathCheck: TypeAlias = Callable[[Path | None, Lookup], Reading[Path | None]]

Signal: TypeAlias = Literal["traces", "metrics", "logs"]

GRPC: Final = "grpc"
HTTP_PROTOBUF: Final = "http/protobuf"
_GRPC_MODULE = "opentelemetry.exporter.otlp.proto.grpc"
_DEFAULT_HTTP = "http://localhost:4318"
_DEFAULT_GRPC = "http://localhost:4317"


def _installed_protocols() -> frozenset[str]:
    from otelkit.settings.installed import has_module

    return frozenset({GRPC}) if has_module(_GRPC_MODULE) else frozenset()


_ENDPOINT = EndpointReader()
_HEADERS = HeadersReader()
_INSECURE = BooleanReader(false_when_wrong=True)
_FILE = PathReader(must_exist=True)
# A timeout of less than a tenth of a second is nearly always "10" meant as seconds, which the Python exporters of
# OpenTelemetry read it as, against the specification (open-telemetry/opentelemetry-python#4044).
_TIMEOUT = DurationReader(zero_is_no_limit=True, doubt_below=0.1)
_COMPRESSION = ChoiceReader(choices=("none", "gzip", "deflate"))
_PROTOCOL = ChoiceReader(
    choices=(HTTP_PROTOBUF,),
    optional=(GRPC,),
    more_choices=_installed_protocols,
    advice=MappingProxyType(
        {
            GRPC: Advice(
                message="OTLP over gRPC needs a package that is not installed", fix="pip install 'otelkit[grpc]'"
            ),
            "http/json": Advice(
                message="OTLP/JSON is not supported by the Python exporters", fix=f"write {HTTP_PROTOBUF}"
            ),
            "http": Advice(message="names no encoding", fix=f"write {HTTP_PROTOBUF}"),
        }
    ),
)


def _compression_check(compression: str, protocol: str) -> Reading[str]:
    if compression == "deflate" and protocol == GRPC:
        return rejected("is not available over gRPC and is ignored", "write gzip or none")
    return Reading(compression)


ENDPOINT: Final[Parameter[str | None]] = Parameter(
    name="endpoint",
    variables=("OTEL_EXPORTER_OTLP_ENDPOINT",),
    reader=_ENDPOINT,
    default=None,
    default_note=f"`{_DEFAULT_HTTP}`, with gRPC `{_DEFAULT_GRPC}`",
    doc="Base URL of the OTLP endpoint; over HTTP, `/v1/traces`, `/v1/metrics` and `/v1/logs` are appended",
)
PROTOCOL: Final = Parameter[str](
    name="protocol",
    variables=("OTEL_EXPORTER_OTLP_PROTOCOL",),
    reader=_PROTOCOL,
    default=HTTP_PROTOBUF,
    doc="Transport of OTLP: `http/protobuf`, or `grpc` with the extra `otelkit[grpc]`",
)
HEADERS: Final[Parameter[Mapping[str, str]]] = Parameter(
    name="headers",
    variables=("OTEL_EXPORTER_OTLP_HEADERS",),
    reader=_HEADERS,
    default=MappingProxyType({}),
    doc="Headers of every export request",
    secret=True,
)
TIMEOUT: Final = Parameter[float](
    name="timeout",
    variables=("OTEL_EXPORTER_OTLP_TIMEOUT",),
    reader=_TIMEOUT,
    default=10.0,
    unit="s",
    text_unit="ms",
    doc="Longest time one export may take; 0 is no limit",
)
COMPRESSION: Final = Parameter[str](
    name="compression",
    variables=("OTEL_EXPORTER_OTLP_COMPRESSION",),
    reader=_COMPRESSION,
    default="none",
    doc="Compression of export requests",
)
CERTIFICATE: Final[Parameter[Path | None]] = Parameter(
    name="certificate",
    variables=("OTEL_EXPORTER_OTLP_CERTIFICATE",),
    reader=_FILE,
    default=None,
    doc="PEM file with the certificates to trust",
)
CLIENT_KEY: Final[Parameter[Path | None]] = Parameter(
    name="client_key",
    variables=("OTEL_EXPORTER_OTLP_CLIENT_KEY",),
    reader=_FILE,
    default=None,
    doc="PEM file with the private key of the client (mTLS)",
)
CLIENT_CERTIFICATE: Final[Parameter[Path | None]] = Parameter(
    name="client_certificate",
    variables=("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",),
    reader=_FILE,
    default=None,
    doc="PEM file with the certificate of the client (mTLS)",
)
INSECURE: Final = Parameter[bool](
    name="insecure",
    variables=("OTEL_EXPORTER_OTLP_INSECURE",),
    reader=_INSECURE,
    default=False,
    doc="gRPC without TLS where the endpoint has no scheme",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class SignalParameters:
    """The rows that every signal has.

    Attributes:
        signal: Which signal.
        enabled: Whether it runs at all.
        exporter: The exporters by name; empty for none.
        protocol: Transport of OTLP.
        endpoint: The whole URL, path included (with gRPC, the target).
        headers: Headers of each export request, names in lower case.
        timeout: Longest time of one export, in seconds.
        compression: ``none``, ``gzip`` or ``deflate``.
        certificate: Certificates to trust.
        client_certificate: Certificate of the client.
        client_key: Private key of the client; never without its certificate.
        insecure: gRPC without TLS where the endpoint has no scheme.
    """

    signal: Signal
    enabled: Parameter[bool]
    exporter: Parameter[tuple[str, ...]]
    protocol: Parameter[str]
    endpoint: Parameter[str]
    headers: Parameter[Mapping[str, str]]
    timeout: Parameter[float]
    compression: Parameter[str]
    certificate: Parameter[Path | None]
    client_certificate: Parameter[Path | None]
    client_key: Parameter[Path | None]
    insecure: Parameter[bool]


class ExportingRows(TypedDict):
    """The rows of `SignalParameters`, ready to be passed on to the class of a signal."""

    signal: Signal
    enabled: Parameter[bool]
    exporter: Parameter[tuple[str, ...]]
    protocol: Parameter[str]
    endpoint: Parameter[str]
    headers: Parameter[Mapping[str, str]]
    timeout: Parameter[float]
    compression: Parameter[str]
    certificate: Parameter[Path | None]
    client_certificate: Parameter[Path | None]
    client_key: Parameter[Path | None]
    insecure: Parameter[bool]


def exporting_rows(
    signal: Signal, *, obsolete_insecure: str = "", extra_exporters: Mapping[str, Advice] = MappingProxyType({})
) -> ExportingRows:
    """Make the rows that every signal has.

    Args:
        signal: Which signal.
        obsolete_insecure: The older variable for `insecure` that the specification still wants honoured.
        extra_exporters: What to say of exporters that only this signal knows, when they are not installed.
    """
    upper = signal.upper()
    path = f"/v1/{signal}"
    protocol = Parameter[str](
        name=f"{signal}.protocol",
        variables=(f"OTEL_EXPORTER_OTLP_{upper}_PROTOCOL",),
        reader=_PROTOCOL,
        default=HTTP_PROTOBUF,
        doc=f"Transport of OTLP for {signal}",
        general=General(parameter=PROTOCOL),
    )

    def signal_url(base: str, lookup: Lookup) -> Reading[str]:
        if lookup(protocol) == GRPC:
            return for_grpc(base)
        judged = for_http(base)
        return judged if judged.value is UNSET else Reading(with_path(base, path))

    def judge_url(url: str, lookup: Lookup) -> Reading[str]:
        return for_grpc(url) if lookup(protocol) == GRPC else for_http(url)

    def default_url(default: str, lookup: Lookup) -> str:
        return _DEFAULT_GRPC if lookup(protocol) == GRPC else default

    def judge_compression(compression: str, lookup: Lookup) -> Reading[str]:
        return _compression_check(compression, lookup(protocol))

    client_certificate = _file_row(
        signal, "client_certificate", "PEM file with the certificate of the client", CLIENT_CERTIFICATE
    )

    def judge_key(key: Path | None, lookup: Lookup) -> Reading[Path | None]:
        if lookup(client_certificate) is None:
            return rejected("has no effect without a client certificate", "give the client certificate too")
        return Reading(key)

    return ExportingRows(
        signal=signal,
        enabled=Parameter[bool](
            name=f"{signal}.enabled",
            reader=SwitchReader(options=signal.capitalize()),
            default=True,
            doc=f"Whether {signal} run at all; in Python `{signal}=False`, in a file also `{signal} = false`",
        ),
        exporter=Parameter[tuple[str, ...]](
            name=f"{signal}.exporter",
            variables=(f"OTEL_{upper}_EXPORTER",),
            reader=NamesReader(each=_exporter_reader(signal, extra_exporters), none_is_empty=True),
            default=("otlp",),
            doc=f"Where {signal} go; also any installed `opentelemetry_{signal}_exporter` entry point",
        ),
        protocol=protocol,
        endpoint=Parameter[str](
            name=f"{signal}.endpoint",
            variables=(f"OTEL_EXPORTER_OTLP_{upper}_ENDPOINT",),
            reader=_ENDPOINT,
            default=_DEFAULT_HTTP + path,
            default_note=f"`{_DEFAULT_HTTP}{path}`, with gRPC `{_DEFAULT_GRPC}`",
            doc=f"Whole URL for {signal}, used as it is",
            general=General(parameter=ENDPOINT, adapt=signal_url),
            check=judge_url,
            adjust_default=default_url,
        ),
        headers=Parameter(
            name=f"{signal}.headers",
            variables=(f"OTEL_EXPORTER_OTLP_{upper}_HEADERS",),
            reader=_HEADERS,
            default=MappingProxyType({}),
            doc=f"Headers of export requests for {signal}, instead of the general ones",
            secret=True,
            general=General(parameter=HEADERS),
        ),
        timeout=Parameter[float](
            name=f"{signal}.timeout",
            variables=(f"OTEL_EXPORTER_OTLP_{upper}_TIMEOUT",),
            reader=_TIMEOUT,
            default=10.0,
            unit="s",
            text_unit="ms",
            doc=f"Longest time one export of {signal} may take; 0 is no limit",
            general=General(parameter=TIMEOUT),
        ),
        compression=Parameter[str](
            name=f"{signal}.compression",
            variables=(f"OTEL_EXPORTER_OTLP_{upper}_COMPRESSION",),
            reader=_COMPRESSION,
            default="none",
            doc=f"Compression of export requests for {signal}",
            general=General(parameter=COMPRESSION, adapt=judge_compression),
            check=judge_compression,
        ),
        certificate=_file_row(signal, "certificate", "PEM file with the certificates to trust", CERTIFICATE),
        client_certificate=client_certificate,
        client_key=_file_row(
            signal, "client_key", "PEM file with the private key of the client", CLIENT_KEY, check=judge_key
        ),
        insecure=Parameter[bool](
            name=f"{signal}.insecure",
            variables=tuple(filter(None, (f"OTEL_EXPORTER_OTLP_{upper}_INSECURE", obsolete_insecure))),
            reader=_INSECURE,
            default=False,
            doc=f"gRPC without TLS for {signal} where the endpoint has no scheme",
            general=General(parameter=INSECURE),
        ),
    )


def _file_row(
    signal: Signal, field: str, doc: str, general: Parameter[Path | None], *, check: _PathCheck | None = None
) -> Parameter[Path | None]:
    return Parameter(
        name=f"{signal}.{field}",
        variables=(f"OTEL_EXPORTER_OTLP_{signal.upper()}_{field.upper()}",),
        reader=_FILE,
        default=None,
        doc=f"{doc}, for {signal}",
        general=General(parameter=general, adapt=check),
        check=check,
    )


def _exporter_reader(signal: Signal, extra: Mapping[str, Advice]) -> ChoiceReader:
    def installed() -> frozenset[str]:
        from otelkit.settings.installed import entry_point_names

        return entry_point_names(f"opentelemetry_{signal}_exporter")

    return ChoiceReader(
        choices=("otlp", "console"),
        more_choices=installed,
        optional=("prometheus",) if signal == "metrics" else (),
        special=("none",),
        advice=MappingProxyType(
            {
                "logging": Advice(message='is the deprecated name of "console"', fix="write console"),
                "otlp/stdout": Advice(message="is not supported by otelkit", fix="write console"),
                **extra,
            }
        ),
    )
