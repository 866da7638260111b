"""Building the stack's engines from their pinned Go modules, once, into a cache outside the checkout.

``python -m tests.stack.building`` builds what is missing. How the engines are started is ``running.py``'s business.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parents[2]
"""The checkout."""

_MODULES: Final = Path(__file__).resolve().parent / "engines"

_ATTEMPTS: Final = 5
_PAUSE_S: Final = 5.0


class BuildError(Exception):
    """An engine could not be built; the text ends with what the Go tool said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One program, or several of one module, and how they are built.

    Args:
        name: the folder of its go.mod below ``engines/``.
        packages: the main packages; each becomes a program named after its last part.
        tags: build tags.
        manifest: for the collector, the file that its own builder makes the sources from.

    """

    name: str
    packages: tuple[str, ...]
    tags: str = ""
    manifest: Path | None = None

    @property
    def folder(self) -> Path:
        """Where its go.mod is."""
        return _MODULES / self.name

    @property
    def programs(self) -> tuple[str, ...]:
        """The names of the programs that come of it."""
        return (self.name,) if self.manifest else tuple(package.rpartition("/")[2] for package in self.packages)


ENGINES: Final = (
    Engine(
        name="prometheus",
        packages=("github.com/prometheus/prometheus/cmd/prometheus", "github.com/prometheus/prometheus/cmd/promtool"),
        # The clients of two dozen clouds, which nothing here asks, are left out; targets are found in files and by DNS.
        tags="remove_all_sd,enable_dns_sd",
    ),
    Engine(
        name="alertmanager",
        packages=(
            "github.com/prometheus/alertmanager/cmd/alertmanager",
            "github.com/prometheus/alertmanager/cmd/amtool",
        ),
    ),
    Engine(
        name="otelcol",
        packages=("go.opentelemetry.io/collector/cmd/builder",),
        manifest=ROOT / "collector" / "otelcol" / "builder.yaml",
    ),
    Engine(name="tempo", packages=("github.com/grafana/tempo/cmd/tempo",)),
    Engine(name="loki", packages=("github.com/grafana/loki/v3/cmd/loki",), tags="noasm"),
)


def build_engines(names: Sequence[str] = ()) -> dict[str, Path]:
    """Build what is not built yet, one line for each engine, and return where every program is.

    Args:
        names: the engines to build; all of them when empty.

    Raises:
        BuildError: Go is missing, or an engine could not be built.

    """
    version = _go_version()
    programs: dict[str, Path] = {}
    for engine in ENGINES:
        if names and engine.name not in names:
            continue
        began = time.monotonic()
        folder, fresh = _built(engine, version)
        how = f"built in {time.monotonic() - began:.0f} s" if fresh else "in the cache"
        sys.stdout.write(f"{engine.name:13} {how}\n")
        sys.stdout.flush()
        programs |= {program: folder / program for program in engine.programs}
    return programs


def built_programs() -> dict[str, Path]:
    """Return where every program is; nothing is built.

    Raises:
        BuildError: some are not built.

    """
    version = _go_version()
    programs = {program: _cache_folder(engine, version) / program for engine in ENGINES for program in engine.programs}
    missing = sorted(name for name, path in programs.items() if not path.is_file())
    if missing:
        raise BuildError(f"not built yet: {', '.join(missing)}. Build them with: python -m tests.stack.building")
    return programs


def _built(engine: Engine, version: str) -> tuple[Path, bool]:
    folder = _cache_folder(engine, version)
    if _complete(engine, folder):
        return folder, False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent / f"{folder.name}.lock"):
        if _complete(engine, folder):  # another process built it while this one waited
            return folder, False
        with tempfile.TemporaryDirectory(prefix="otelkit-engine-") as scratch:
            output = Path(scratch) / "programs"
            output.mkdir()
            if engine.manifest is None:
                _compile(engine, engine.folder, engine.packages, output)
            else:
                _compile(engine, _generated_sources(engine, engine.manifest, Path(scratch)), (".",), output)
            # Moved under its final name only when whole: an interrupted build leaves nothing that looks finished.
            unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=folder.parent))
            shutil.copytree(output, unfinished, dirs_exist_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.rename(folder)
    return folder, True


def _compile(engine: Engine, sources: Path, packages: Sequence[str], output: Path) -> None:
    flags = ("-tags", engine.tags)
    # Listing fetches every module that compiling needs. Only this step meets the proxy, which sometimes refuses once.
    _go(("list", "-deps", "-f", "{{.Name}}", *flags, *packages), folder=sources, attempts=_ATTEMPTS)
    # One package, one name: the collector's sources are a package ".", which would be named after its folder.
    for program, package in zip(engine.programs, packages, strict=True):
        target = str(output / program)
        _go(("build", "-trimpath", "-ldflags=-s -w", *flags, "-o", target, package), folder=sources)


def _generated_sources(engine: Engine, manifest: Path, scratch: Path) -> Path:
    """Have the collector's builder write the sources of our collector, and return where they are."""
    builder = scratch / "builder"
    _go(("list", "-deps", "-f", "{{.Name}}", *engine.packages), folder=engine.folder, attempts=_ATTEMPTS)
    _go(("build", "-trimpath", "-o", str(builder), *engine.packages), folder=engine.folder)
    sources = scratch / "_build"
    copy = scratch / manifest.name
    shutil.copyfile(manifest, copy)  # the output path in it is relative to where the builder runs
    _run(
        (str(builder), "--config", str(copy), "--skip-strict-versioning", "--skip-compilation"),
        folder=scratch,
        environment=_environment(readonly=False),
        attempts=_ATTEMPTS,
    )
    return sources


def _go(arguments: Sequence[str], *, folder: Path, attempts: int = 1) -> None:
    # The committed go.mod and go.sum are what is built: -mod=readonly refuses to change them.
    _run(("go", *arguments), folder=folder, environment=_environment(readonly=True), attempts=attempts)


def _run(command: Sequence[str], *, folder: Path, environment: Mapping[str, str], attempts: int) -> None:
    said: list[str] = []
    for attempt in range(attempts):
        time.sleep(_PAUSE_S * attempt)
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        said = (done.stdout + done.stderr).splitlines()[-30:]
    raise BuildError("\n".join([f"{' '.join(command[:3])} ... failed in {folder.name}, tries: {attempts}", *said]))


def _environment(*, readonly: bool) -> dict[str, str]:
    flags = "-buildvcs=false" + (" -mod=readonly" if readonly else " -mod=mod")
    # A workspace or flags of the user's shell would change what is built under the same name in the cache.
    return {**os.environ, "GOFLAGS": flags, "GOWORK": "off", "CGO_ENABLED": "0"}


def _go_version() -> str:
    if shutil.which("go") is None:
        raise BuildError("the engines are built with Go, which is not installed: https://go.dev/doc/install")
    done = subprocess.run(["go", "env", "GOVERSION", "GOOS", "GOARCH"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def _cache_folder(engine: Engine, version: str) -> Path:
    """Return where the engine's programs are kept: other module files, flags or Go make another place."""
    digest = hashlib.sha256()
    inputs = [*sorted(engine.folder.glob("go.*")), *filter(None, (engine.manifest,))]
    parts = [version, engine.tags, *engine.packages, *(path.read_text(encoding="utf-8") for path in inputs)]
    for part in parts:
        digest.update(part.encode() + b"\0")
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "otelkit" / "engines" / f"{engine.name}-{digest.hexdigest()[:16]}"


def _complete(engine: Engine, folder: Path) -> bool:
    return all((folder / program).is_file() for program in engine.programs)


@contextlib.contextmanager
def _locked(path: Path) -> Generator[None]:
    """Wait until no other process builds the same engine; a lock of a process that died is free."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Build the engines named on the command line, or all."""
    try:
        build_engines(sys.argv[1:])
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
