"""The four programs that keep the telemetry, started natively from the shipped configuration files.

The collector before them is in ``collectors.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.stack.building import ROOT
from tests.stack.programs import Program, ProgramError, Recipe, free_ports

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFIGURATION: Final = ROOT / "collector"
"""The shipped files."""

HOST: Final = "127.0.0.1"

_PORTS: Final = (
    "prometheus",
    "alertmanager",
    "tempo",
    "tempo-grpc",
    "tempo-otlp-grpc",
    "tempo-otlp-http",
    "loki",
    "loki-grpc",
)

# A person who tries something wants to find it; elsewhere the defaults in the files hold.
_TEMPO_QUICK: Final = {"TEMPO_QUERY_END_CUTOFF": "1s", "TEMPO_LOG_LEVEL": "warn"}
_LOKI_QUICK: Final = {"LOKI_LOG_LEVEL": "warn"}


class Backends:
    """Prometheus, Tempo, Loki and Alertmanager in one folder; leaving the context ends them.

    Args:
        folder: where their data and logs are kept.
        programs: where the built programs are.

    """

    def __init__(self, folder: Path, programs: Mapping[str, Path]) -> None:
        self.folder = folder
        self.keep = False
        """Whether the folder is kept at the end; whoever saw something fail sets it."""
        self._ports = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
        self._programs = programs
        self._running: dict[str, Program] = {}
        self._scraped = {name: self._ports[name] for name in ("prometheus", "tempo", "loki", "alertmanager")}

    def __getitem__(self, name: str) -> Program:
        return self._running[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that was added, in the order in which it was."""
        return tuple(self._running)

    @property
    def prometheus_url(self) -> str:
        """Where Prometheus answers."""
        return f"http://{HOST}:{self._ports['prometheus']}"

    @property
    def tempo_url(self) -> str:
        """Where Tempo answers."""
        return f"http://{HOST}:{self._ports['tempo']}"

    @property
    def loki_url(self) -> str:
        """Where Loki answers."""
        return f"http://{HOST}:{self._ports['loki']}"

    @property
    def alertmanager_url(self) -> str:
        """Where Alertmanager answers."""
        return f"http://{HOST}:{self._ports['alertmanager']}"

    @property
    def addresses(self) -> dict[str, str]:
        """The variables by which the shipped collector configurations find these programs."""
        return {
            "PROMETHEUS_OTLP_URL": f"{self.prometheus_url}/api/v1/otlp",
            "TEMPO_OTLP_URL": f"http://{HOST}:{self._ports['tempo-otlp-http']}",
            "LOKI_OTLP_URL": f"{self.loki_url}/otlp",
        }

    def start(self) -> None:
        """Start all four, and wait until each is ready.

        Raises:
            ProgramError: one did not become ready.

        """
        self.write_targets()
        for recipe in (self._tempo(), self._loki(), self._prometheus(), self._alertmanager()):
            self.add(recipe)
        for program in self._running.values():
            program.await_ready()

    def add(self, recipe: Recipe) -> Program:
        """Start one more program that ends with the others."""
        program = self._running[recipe.name] = Program(recipe)
        program.start()
        return program

    def scrape(self, job: str, port: int) -> None:
        """Have Prometheus scrape one more program of the stack."""
        self._scraped[job] = port
        self.write_targets()

    def write_targets(self) -> None:
        """Write the files beside prometheus.yml that hold addresses, as whoever deploys it elsewhere would."""
        folder = self.folder / "prometheus"
        (folder / "targets").mkdir(parents=True, exist_ok=True)
        for name in ("prometheus.yml", "flags", "rules"):
            shipped = CONFIGURATION / "prometheus" / name
            # Prometheus reads the files beside the path it was given: a link puts the shipped file beside our targets.
            if shipped.exists() and not (folder / name).exists():
                (folder / name).symlink_to(shipped)
        stack = "".join(
            f'- {{targets: ["{HOST}:{port}"], labels: {{job: {job.partition("/")[0]}}}}}\n'
            for job, port in self._scraped.items()
        )
        (folder / "targets" / "stack.yml").write_text(stack, encoding="utf-8")
        (folder / "targets" / "probes.yml").write_text("[]\n", encoding="utf-8")
        alertmanagers = f'- targets: ["{HOST}:{self._ports["alertmanager"]}"]\n'
        (folder / "targets" / "alertmanagers.yml").write_text(alertmanagers, encoding="utf-8")

    def check(self) -> None:
        """Make sure that everything that was started still runs.

        Raises:
            ProgramError: a program has ended.

        """
        for program in self._running.values():
            if program.pid is None:
                raise ProgramError(f"{program.name} ended:\n{program.last_words()}")

    def stop(self) -> None:
        """End everything, the last started first: asked all at once, so together they take as long as the slowest."""
        for program in reversed(self._running.values()):
            program.ask_to_stop()
        for program in reversed(self._running.values()):
            program.stop()

    def _prometheus(self) -> Recipe:
        folder = self.folder / "prometheus"
        return Recipe(
            name="prometheus",
            command=(
                str(self._programs["prometheus"]),
                f"@{folder / 'flags'}",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={HOST}:{self._ports['prometheus']}",
            ),
            ready=f"{self.prometheus_url}/-/ready",
            folder=self.folder,
        )

    def _alertmanager(self) -> Recipe:
        return Recipe(
            name="alertmanager",
            command=(
                str(self._programs["alertmanager"]),
                f"--config.file={CONFIGURATION / 'alertmanager' / 'alertmanager.yml'}",
                f"--storage.path={self.folder / 'alertmanager'}",
                f"--web.listen-address={HOST}:{self._ports['alertmanager']}",
                "--cluster.listen-address=",
            ),
            ready=f"{self.alertmanager_url}/-/ready",
            folder=self.folder,
        )

    def _tempo(self) -> Recipe:
        return Recipe(
            name="tempo",
            command=(
                str(self._programs["tempo"]),
                f"-config.file={CONFIGURATION / 'tempo' / 'tempo.yaml'}",
                "-config.expand-env=true",
            ),
            environment={
                **_TEMPO_QUICK,
                "TEMPO_LISTEN_HOST": HOST,
                "TEMPO_HTTP_PORT": str(self._ports["tempo"]),
                "TEMPO_GRPC_PORT": str(self._ports["tempo-grpc"]),
                "TEMPO_OTLP_GRPC_LISTEN": f"{HOST}:{self._ports['tempo-otlp-grpc']}",
                "TEMPO_OTLP_HTTP_LISTEN": f"{HOST}:{self._ports['tempo-otlp-http']}",
                "TEMPO_DATA": str(self.folder / "tempo"),
            },
            ready=f"{self.tempo_url}/ready",
            folder=self.folder,
        )

    def _loki(self) -> Recipe:
        return Recipe(
            name="loki",
            command=(
                str(self._programs["loki"]),
                f"-config.file={CONFIGURATION / 'loki' / 'loki.yaml'}",
                "-config.expand-env=true",
            ),
            environment={
                **_LOKI_QUICK,
                "LOKI_LISTEN_HOST": HOST,
                "LOKI_HTTP_PORT": str(self._ports["loki"]),
                "LOKI_GRPC_PORT": str(self._ports["loki-grpc"]),
                "LOKI_DATA": str(self.folder / "loki"),
            },
            ready=f"{self.loki_url}/ready",
            folder=self.folder,
        )
