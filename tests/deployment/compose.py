"""docker-compose.yml as Docker Compose reads it, without a Docker engine: by Compose's own parser, a Go module.

What must hold of it is in the tests beside this file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Final

import pytest

from tests.deployment.plain_yaml import ROOT, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.deployment.plain_yaml import Node

FILE: Final = ROOT / "docker-compose.yml"
"""The shipped file."""

EXAMPLE: Final = ROOT / ".env.example"
"""The variables that may be set."""

PROFILES: Final = ("core", "exporters", "scale", "example")

PASSWORDS: Final = {
    "GRAFANA_ADMIN_PASSWORD": "grafana-is-open",
    "POSTGRES_PASSWORD": "postgres-is-open",
    "REDIS_PASSWORD": "redis-is-open",
}
"""Values for what has to be set."""

_VARIABLE: Final = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")
_SOURCES: Final = ROOT / "tests" / "deployment" / "composing"
_ATTEMPTS: Final = 5
_PAUSE_S: Final = 3.0


class RefusedError(Exception):
    """Compose refuses the file; the text is what it says."""


class Composing:
    """Docker Compose's parser.

    Args:
        folder: where the program is built.

    """

    def __init__(self, folder: Path) -> None:
        go = shutil.which("go")
        if go is None:
            pytest.skip("Docker Compose's parser is a Go module, and there is no go on this machine")
        self._program = folder / "composing"
        said = ""
        for attempt in range(_ATTEMPTS):
            # The module proxy refuses a module once, and serves it when it is asked again.
            time.sleep(_PAUSE_S * attempt)
            built = subprocess.run(
                [go, "build", "-o", str(self._program), "."],
                cwd=_SOURCES,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            if built.returncode == 0:
                return
            said = built.stderr
        raise RuntimeError(f"composing could not be built:\n{said}")

    def project(self, *profiles: str, environment: Mapping[str, str] = PASSWORDS, file: Path = FILE) -> Node:
        """What ``docker compose config`` shows for these profiles.

        Args:
            profiles: the profiles that are active.
            environment: the variables that are set, and no others.
            file: the compose file.

        Raises:
            RefusedError: Compose refuses it.
        """
        done = subprocess.run(
            [self._program, str(file), *profiles],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        )
        if done.returncode != 0:
            raise RefusedError(done.stderr)
        return mapping(json.loads(done.stdout))


def variables(source: str) -> dict[str, set[str]]:
    """The variables that a compose file names, each with what follows its name: ``:-default``, ``:?message``."""
    named: dict[str, set[str]] = {}
    for found in _VARIABLE.finditer(source):
        named.setdefault(found["name"], set()).add(found["rest"])
    return named
