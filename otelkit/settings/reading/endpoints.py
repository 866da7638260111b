"""Reader of an OTLP endpoint, and the rules that turn a base URL into a signal's URL.

Which protocol an endpoint is for is another setting: `parameters/exporting.py` puts the two together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from otelkit.settings.reading.reading import Reading, kind_of, rejected, shorten

_USERINFO = re.compile(r"(//|^)[^/?#@]*@")
_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(/.*)?", re.ASCII)


def masked(url: str) -> str:
    """Hide what may be secret in a URL: user, password and the values of its query.

    Example:
        >>> masked("https://user:pa55@collector:4318/v1?token=abc&x=1")
        'https://***@collector:4318/v1?token=***&x=***'
    """
    plain, mark, query = _USERINFO.sub(r"\1***@", url, count=1).partition("?")
    if not mark:
        return shorten(plain)
    names = [pair.partition("=")[0] for pair in query.split("&")]
    return shorten(f"{plain}?{'&'.join(f'{name}=***' for name in names)}")


@dataclass(frozen=True, kw_only=True)
class EndpointReader:
    """An endpoint as it was written; whether it fits the protocol is judged by `for_http`."""

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return "URL"

    def text(self, text: str) -> Reading[str]:
        """Read an endpoint."""
        if not text.isprintable() or " " in text:
            return rejected("contains a space or a control character and is ignored", "give a URL")
        return Reading(text)

    def native(self, given: object) -> Reading[str]:
        """Read a string."""
        if not isinstance(given, str):
            return rejected(f"is {kind_of(given)}, not a URL, and is ignored", "give a URL as a string")
        return self.text(given.strip())

    def show(self, value: object) -> str:
        """Write the URL without its secrets."""
        return masked(str(value))

    def show_given(self, given: object) -> str:
        """Write what was given without its secrets."""
        return masked(str(given))


def for_http(endpoint: str) -> Reading[str]:
    """Judge an endpoint of OTLP over HTTP: a URL with scheme http or https and a host.

    Args:
        endpoint: What was given.
    """
    if "://" not in endpoint and _HOST_AND_PORT.fullmatch(endpoint):
        return rejected("has no scheme and is ignored", f"write http://{endpoint} (or https://{endpoint})")
    parts = _split(endpoint)
    if parts is None:
        return rejected("is no valid URL and is ignored", "write a URL such as http://localhost:4318")
    if parts.scheme not in ("http", "https"):
        return rejected(
            f"has the scheme {shorten(parts.scheme)!r} and is ignored",
            "write a URL that begins with http:// or https://",
        )
    if not parts.hostname:
        return rejected("has no host and is ignored", "write a URL such as http://localhost:4318")
    return Reading(endpoint)


def for_grpc(endpoint: str) -> Reading[str]:
    """Judge an endpoint of OTLP over gRPC: a URL, or any target that gRPC takes, such as ``collector:4317``.

    Args:
        endpoint: What was given.
    """
    if "://" in endpoint and _split(endpoint) is None:
        return rejected("is no valid URL and is ignored", "write a URL such as http://localhost:4317")
    return Reading(endpoint)


def with_path(base: str, path: str) -> str:
    """Append a signal's path to a base URL, as the OTLP exporter specification says.

    Example:
        >>> with_path("http://collector:4318/otel/", "/v1/traces")
        'http://collector:4318/otel/v1/traces'
    """
    parts = urlsplit(base)
    return parts._replace(path=parts.path.rstrip("/") + path).geturl()


def _split(endpoint: str) -> SplitResult | None:
    try:
        parts = urlsplit(endpoint)
        _ = parts.port  # raises when the port is no number, or none that exists
    except ValueError:
        return None
    return parts
