"""Where the example's code lies, what it needs, and how its programs are called.

The example is not imported: it runs in processes of its own, as a user's services do.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parents[2]
_EXAMPLE: Final = "fraud_service"

_NEEDED: Final = (
    "fastapi",
    "httpx",
    "opentelemetry.instrumentation.fastapi",
    "opentelemetry.instrumentation.httpx",
    "rich",
    "sklearn",
    "sqlalchemy",
    "starlette",
    "uvicorn",
)

SCORING: Final = "fraud-scoring"
"""The ``service.name`` of the service that the replayer calls."""

REPUTATION: Final = "page-reputation"
"""The ``service.name`` of the service that the scoring calls."""


def missing_packages() -> tuple[str, ...]:
    """Return the names of the packages that the demo needs and cannot import."""
    return tuple(name for name in _NEEDED if not _importable(name))


def example_folder() -> Path:
    """Return the folder that holds the example's package.

    An installed otelkit has it inside, a checkout beside; it is the same code from the same place in the repository.

    Raises:
        FileNotFoundError: it is in neither place.

    """
    for folder in (_PACKAGE / "examples", _PACKAGE.parent / "examples"):
        if (folder / _EXAMPLE / "app.py").is_file():
            return folder
    raise FileNotFoundError(f"the example service is missing: neither in {_PACKAGE} nor beside it")


def service_command(module: str, port: int, *, log_config: Path) -> tuple[str, ...]:
    """Return the arguments, after the interpreter's name, that serve one of the example's apps on loopback.

    Args:
        module: the module of the example whose ``serve`` makes the app.
        port: where it listens.
        log_config: uvicorn's logging configuration.

    """
    return (
        *("-m", "uvicorn", "--factory", f"{_EXAMPLE}.{module}:serve", "--log-config", str(log_config)),
        *("--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "10"),
    )


def write_log_config(path: Path) -> None:
    """Write a logging configuration that leaves uvicorn's loggers without handlers of their own.

    What they log is captured all the same, and a demo that runs for days does not fill the disk with access lines.
    """
    path.write_text('{"version": 1, "disable_existing_loggers": false}', encoding="utf-8")


def replay_command(url: str, *, requests: int | None, seconds: float | None, rate: float) -> tuple[str, ...]:
    """Return the arguments, after the interpreter's name, that replay the data to the service at ``url``."""
    bounds = [
        *(() if requests is None else ("--requests", str(requests))),
        *(() if seconds is None else ("--seconds", str(seconds))),
    ]
    return ("-m", f"{_EXAMPLE}.replay", "--url", url, "--rate", str(rate), *bounds)


def _importable(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False
