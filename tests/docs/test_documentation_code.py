"""Code in the README and in docs/ runs, and so do the examples in docstrings: documentation that lies fails here.

A block fenced as ``python`` runs as it stands, all blocks of one page in one process, in order. A block fenced as
``python pytest`` is a test file. Shell, TOML, YAML and output blocks are not run here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?P<kind>python(?: pytest)?)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
ROOMS = sorted(
    {path.parent.relative_to(ROOT) for path in (ROOT / "otelkit").rglob("*.py") if "node_modules" not in path.parts}
)

DOCTESTS = """
import doctest, importlib, sys
failed = tried = 0
for name in sys.argv[1:]:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    failed, tried = failed + result.failed, tried + result.attempted
print(f"{tried} examples, {failed} failed")
sys.exit(1 if failed else 0)
"""


def blocks(page: Path, kind: str) -> list[str]:
    """The code blocks of one kind on a page."""
    return [match["code"] for match in BLOCK.finditer(page.read_text(encoding="utf-8")) if match["kind"] == kind]


def quiet(tmp_path: Path) -> dict[str, str]:
    """An environment in which examples that export find nobody, at once, and leave no file in the checkout."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "OTELKIT_", "PYTEST_"))},
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
        "OTELKIT_SHUTDOWN_TIMEOUT": "0.2",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
    }


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_the_code_of_the_page_runs(page: Path, tmp_path: Path) -> None:
    # The file stays where the page is in name only: examples see an empty working directory.
    source = tmp_path / f"{page.stem}_examples.py"
    source.write_text("\n".join(blocks(page, "python")), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(source)],
        cwd=tmp_path,
        env=quiet(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{page.name}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr.replace('"Traceback', ""), done.stderr


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python pytest")], ids=lambda page: page.name)
def test_the_tests_on_the_page_pass(page: Path, tmp_path: Path) -> None:
    (tmp_path / "test_page.py").write_text("\n".join(blocks(page, "python pytest")), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".", "."],
        cwd=tmp_path,
        env=quiet(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{page.name}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("room", ROOMS, ids=str)
def test_the_examples_in_docstrings_run(room: Path, tmp_path: Path) -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / room).glob("*.py"))
        if path.name != "__main__.py"
    ]
    done = subprocess.run(
        [sys.executable, "-c", DOCTESTS, *modules],
        cwd=tmp_path,
        env=quiet(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
