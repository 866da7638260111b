"""The page: built files from a directory, ``index.html`` for every view's address, and a word when it was not built.

The page itself is written in TypeScript in ``otelkit/console/web``; packaging builds it.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, cast

from starlette.responses import FileResponse, PlainTextResponse, Response

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PAGE_DIRECTORY: Final = Path(__file__).parent.parent / "page"
"""Where packaging puts the built page."""

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_HASHED: Final = "assets"

_NOT_BUILT: Final = """\
The otelkit console receives OTLP at this address, but its page was not built into this installation.

In a checkout, build it with:    cd otelkit/console/web && npm ci && npm run build
An installed otelkit carries it: pip install --force-reinstall 'otelkit[console]'

The data is served as JSON meanwhile: /api/services /api/traces /api/logs /api/metrics /api/stats
"""


class Page:
    """An ASGI application that takes every path that no route took.

    Args:
        directory: where the built files are.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] in {"GET", "HEAD"}:
            response = _answer(self._directory, cast("str", scope["path"]))
        else:
            response = PlainTextResponse("Method Not Allowed", 405, headers={"allow": "GET, HEAD"})
        await response(scope, receive, send)


def _answer(directory: Path, path: str) -> Response:
    wanted = PurePosixPath(path.lstrip("/"))
    first = wanted.parts[0] if wanted.parts else ""
    if first in {"api", "v1"}:
        return PlainTextResponse("Not Found", 404)
    file = _file(directory, wanted)
    if file is not None:
        return FileResponse(file, headers={"cache-control": _FOR_EVER if first == _HASHED else _ASK_AGAIN})
    if first == _HASHED:
        return PlainTextResponse("Not Found", 404)
    index = directory / "index.html"
    if not index.is_file():
        return PlainTextResponse(_NOT_BUILT, 503)
    return FileResponse(index, headers={"cache-control": _ASK_AGAIN})


def _file(directory: Path, wanted: PurePosixPath) -> Path | None:
    """Give the file of that path if it is one of the page's, and nothing outside of it."""
    if not wanted.parts or wanted.is_absolute() or ".." in wanted.parts or "\0" in str(wanted):
        return None
    try:
        file = (directory / wanted).resolve()
        inside = file.is_relative_to(directory.resolve())
        return file if inside and file.is_file() else None
    except OSError:  # a name longer than the file system's
        return None
