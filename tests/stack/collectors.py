"""One collector natively, from the shipped configuration files of its tier.

What it delivers to is in ``backends.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from tests.stack.backends import CONFIGURATION, HOST
from tests.stack.programs import Recipe, free_ports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.stack.backends import Backends
    from tests.stack.programs import Program

PIPELINE: Final = CONFIGURATION / "otelcol" / "pipeline.yaml"
"""The single-node pipeline."""

_PORTS: Final = ("otlp-grpc", "otlp-http", "health", "telemetry")

_QUICK: Final = {
    # A person who tries something wants to see it; elsewhere the defaults in the files hold.
    "TRACES_DECISION_WAIT": "2s",
    "MEASURE_INTERVAL": "2s",
}


class Collector:
    """One collector in front of the backends.

    Args:
        backends: what it delivers to; it ends with them.
        binary: the built collector.
        configurations: shipped files, merged from left to right.
        name: what it is called, for several of them.
        settings: variables that its configuration declares.

    """

    def __init__(
        self,
        backends: Backends,
        binary: Path,
        *,
        configurations: Sequence[Path] = (PIPELINE,),
        name: str = "otelcol",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._ports = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
        self.queue = backends.folder / f"{name}-queue"
        self.log_files = backends.folder / f"{name}-third-party"
        self.log_files.mkdir()
        self._backends = backends
        self._recipe = Recipe(
            name=name,
            command=(str(binary), *(f"--config={path}" for path in configurations)),
            environment={
                **_QUICK,
                **backends.addresses,
                "OTLP_GRPC_LISTEN": f"{HOST}:{self._ports['otlp-grpc']}",
                "OTLP_HTTP_LISTEN": f"{HOST}:{self._ports['otlp-http']}",
                "HEALTH_LISTEN": f"{HOST}:{self._ports['health']}",
                "TELEMETRY_HOST": HOST,
                "TELEMETRY_PORT": str(self._ports["telemetry"]),
                "QUEUE_DIRECTORY": str(self.queue),
                "LOG_FILES": str(self.log_files / "*.log"),
                **(settings or {}),
            },
            ready=f"http://{HOST}:{self._ports['health']}/",
            folder=backends.folder,
        )

    @property
    def endpoint(self) -> str:
        """Where applications send OTLP/HTTP to."""
        return f"http://{HOST}:{self._ports['otlp-http']}"

    @property
    def grpc_endpoint(self) -> str:
        """Where applications send OTLP/gRPC to."""
        return f"{HOST}:{self._ports['otlp-grpc']}"

    @property
    def telemetry_url(self) -> str:
        """Where its own metrics are."""
        return f"http://{HOST}:{self._ports['telemetry']}/metrics"

    @property
    def program(self) -> Program:
        """The running program."""
        return self._backends[self.name]

    def start(self) -> Self:
        """Start it, wait until it is ready, and have Prometheus scrape it.

        Raises:
            ProgramError: it did not become ready.

        """
        self._backends.add(self._recipe).await_ready()
        self._backends.scrape(f"otelcol/{self.name}", self._ports["telemetry"])
        return self
