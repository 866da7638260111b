"""The build hook that compiles the page: when it builds, what it asks for, and what it says when it cannot."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import hatch_build

_ROOT = Path(__file__).parents[2]
_PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "otelkit"
version = "0"
[tool.hatch.build.targets.wheel]
packages = ["otelkit"]
[tool.hatch.build.targets.wheel.hooks.custom]
path = "hatch_build.py"
"""


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """The page's sources in a checkout of their own, without what npm installs."""
    web = tmp_path / "otelkit" / "console" / "web"
    shutil.copytree(_ROOT / "otelkit" / "console" / "web", web, ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")
    shutil.copy(_ROOT / "hatch_build.py", tmp_path)
    return web


def test_the_page_is_built_anew_when_a_source_changes_and_only_then(web: Path) -> None:
    page = web.parent / "page"
    page.mkdir()
    assert not hatch_build.up_to_date(web, page)
    (page / hatch_build.STAMP).write_text(hatch_build.source_hash(web), encoding="utf-8")
    assert hatch_build.up_to_date(web, page)
    (web / "node_modules").mkdir()
    (web / "node_modules" / "installed.js").write_text("", encoding="utf-8")
    (web / "src" / "new.test.ts").write_text("", encoding="utf-8")
    assert hatch_build.up_to_date(web, page)
    (web / "src" / "new.ts").write_text("", encoding="utf-8")
    assert not hatch_build.up_to_date(web, page)


def test_a_renamed_source_counts_as_a_change(web: Path) -> None:
    before = hatch_build.source_hash(web)
    (web / "src" / "shell.tsx").rename(web / "src" / "shell2.tsx")
    assert hatch_build.source_hash(web) != before


@pytest.mark.parametrize(
    ("said", "enough"),
    [
        ("v18.20.4\n", False),
        ("v20.18.3\n", False),
        ("v20.19.0\n", True),
        ("v21.7.3\n", False),
        ("v22.11.0\n", False),
        ("v22.12.0\n", True),
        ("v24.1.0\n", True),
        ("", False),
    ],
)
def test_node_is_taken_where_vite_runs_on_it(said: str, enough: bool) -> None:  # noqa: FBT001 - a column of the table
    assert hatch_build.new_enough(said) is enough


def test_node_is_brought_as_a_package_where_the_machine_has_none(
    web: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(hatch_build.SKIP, raising=False)
    assert hatch_build.NODE_PACKAGE in WheelBuilder(str(tmp_path)).config.dependencies
    # not when the page is not built: because it is there, or because it is not wanted
    monkeypatch.setenv(hatch_build.SKIP, "1")
    assert hatch_build.NODE_PACKAGE not in WheelBuilder(str(tmp_path)).config.dependencies
    monkeypatch.delenv(hatch_build.SKIP)
    page = web.parent / "page"
    page.mkdir()
    (page / hatch_build.STAMP).write_text(hatch_build.source_hash(web), encoding="utf-8")
    assert hatch_build.NODE_PACKAGE not in WheelBuilder(str(tmp_path)).config.dependencies


def test_a_build_that_fails_says_what_failed_and_how_to_go_without(web: Path) -> None:
    failing = (sys.executable, "-c", "print('the registry is out of reach'); raise SystemExit(7)")
    node = hatch_build.Node(failing, failing, str(web))
    with pytest.raises(hatch_build.PageBuildError) as raised:
        hatch_build.compile_page(web, web.parent / "page", node)
    said = str(raised.value)
    assert "the registry is out of reach" in said
    assert "ended with 7" in said
    assert "OTELKIT_SKIP_PAGE=1" in said


def test_the_lock_file_names_no_registry_and_no_machine() -> None:
    web = _ROOT / "otelkit" / "console" / "web"
    lock = (web / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert "registry." not in lock
    assert "file:" not in lock
    assert lock.count('"integrity"') > 20
