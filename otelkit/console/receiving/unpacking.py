"""Undoes the Content-Encoding of a body without ever holding more than the limit: a small bomb stays small.

Parsing of what comes out is in ``parsing``.
"""

from __future__ import annotations

import zlib
from typing import Final

from otelkit.console.refusal import Refusal

MAX_BODY: Final = 16 * 1024 * 1024
"""Bytes of a body as it arrives; the OpenTelemetry Collector's default is 20 MiB."""

MAX_UNPACKED: Final = 32 * 1024 * 1024
"""Bytes of a body once it is unpacked."""

_WBITS: Final = {"gzip": 31, "deflate": 15}
_RAW_DEFLATE: Final = -15
_ZLIB_METHOD: Final = 8


def unpacked(body: bytes, content_encoding: str, *, limit: int = MAX_UNPACKED) -> bytes:
    """Give the body as it was before it was compressed.

    Args:
        body: the bytes that arrived.
        content_encoding: the header's value: ``gzip``, ``deflate``, ``identity`` or empty.
        limit: the most bytes that may come out.

    Raises:
        Refusal: 415 for another encoding, 413 above the limit, 400 for a body that is not in its encoding.

    Example:
        >>> unpacked(zlib.compress(b"spans"), "deflate")
        b'spans'
    """
    coding = content_encoding.strip().lower()
    if coding in ("", "identity"):
        if len(body) > limit:
            raise _too_large(limit)
        return body
    if coding not in _WBITS:
        raise Refusal(415, f"Content-Encoding {coding!r} is not supported; send gzip, deflate or identity")
    try:
        return _inflated(body, coding, limit)
    except zlib.error as error:
        raise Refusal(400, f"the body is not {coding}: {error}") from None


def _inflated(body: bytes, coding: str, limit: int) -> bytes:
    wbits = _WBITS[coding]
    if coding == "deflate" and not _has_zlib_header(body):
        wbits = _RAW_DEFLATE  # some clients send the bare stream: RFC 9110 section 8.4.1.2 notes it
    pieces: list[bytes] = []
    size = 0
    remaining = body
    while True:
        inflater = zlib.decompressobj(wbits)
        piece = inflater.decompress(remaining, limit - size + 1)
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        if not inflater.eof:
            raise Refusal(400, f"the {coding} body is cut short")
        pieces.append(piece)
        remaining = inflater.unused_data
        if not remaining:
            return b"".join(pieces)
        if coding != "gzip":
            raise Refusal(400, "there are bytes after the end of the deflate body")


def _has_zlib_header(body: bytes) -> bool:
    return len(body) > 1 and body[0] & 0x0F == _ZLIB_METHOD and (body[0] << 8 | body[1]) % 31 == 0


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"the body is larger than {limit} bytes once unpacked; send smaller batches")
