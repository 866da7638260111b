"""Settings files: which one is read, what its keys may be, and what is said of a broken one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from otelkit.settings import load_settings, parameters
from otelkit.settings.parameters import LOGS, METRICS, TRACES
from otelkit.settings.reference import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path


def settings_in(directory: Path, **files: str) -> list[str]:
    """Write the files (``__`` is a dot), load, and give the texts of the problems with the directory left out."""
    for name, text in files.items():
        (directory / name.replace("__", ".")).write_text(text, encoding="utf-8")
    problems = load_settings(environ={}, directory=directory).problems
    return [str(problem).replace(f"{directory}{os.sep}", "") for problem in problems]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_reference_page_are_right(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(EXAMPLES[name], encoding="utf-8")
    settings = load_settings(environ={}, directory=tmp_path)

    assert settings.problems == ()
    assert settings[parameters.SERVICE_NAME] == "payments-api"
    assert settings[TRACES.endpoint] == "http://collector:4318/v1/traces"
    assert settings[LOGS.levels] == {"uvicorn.access": "WARNING"}
    assert str(settings.source(parameters.SERVICE_NAME)) == f"file {tmp_path / name}"


def test_keys_with_dots_and_tables_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "otelkit.toml").write_text(
        'traces.sampler = "traceidratio"\ntraces.sampler_arg = 0.5\n'
        '[resource.attributes]\n"a.b" = "x"\n[resource.attributes.c]\nd = [1, 2]\n'
    )
    settings = load_settings(environ={}, directory=tmp_path)

    assert settings[TRACES.sampler] == "traceidratio"
    assert settings[TRACES.sampler_arg] == 0.5
    assert settings[parameters.RESOURCE_ATTRIBUTES] == {"a.b": "x", "c.d": (1, 2)}
    assert settings.problems == ()


def test_a_signal_can_be_switched_off_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "otelkit.toml").write_text("metrics = false\n")
    settings = load_settings(environ={}, directory=tmp_path)

    assert settings[METRICS.enabled] is False
    assert settings.problems == ()


def test_files_have_seconds(tmp_path: Path) -> None:
    (tmp_path / "otelkit.toml").write_text("timeout = 3\n[metrics]\nexport_interval = 0.5\n")
    settings = load_settings(environ={}, directory=tmp_path)

    assert settings[LOGS.timeout] == 3.0
    assert settings[METRICS.export_interval] == 0.5


def test_only_the_working_directory_is_searched(tmp_path: Path) -> None:
    (tmp_path / "otelkit.toml").write_text('environment = "above"')
    inner = tmp_path / "inner"
    inner.mkdir()

    assert load_settings(environ={}, directory=inner)[parameters.ENVIRONMENT] is None


def test_a_pyproject_without_our_table_is_no_settings_file(tmp_path: Path) -> None:
    assert settings_in(tmp_path, pyproject__toml='[project]\nname = "x"\n', otelkit__yaml="environment: y") == []


def test_a_second_file_is_reported(tmp_path: Path) -> None:
    assert settings_in(
        tmp_path, otelkit__toml='environment = "a"', pyproject__toml='[tool.otelkit]\nenvironment = "b"'
    ) == [
        "file (pyproject.toml): is not read, because otelkit.toml is there too. Fix: keep the settings in one file.",
    ]


class TestExplicitFile:
    def test_it_is_read_instead_of_the_one_in_the_directory(self, tmp_path: Path) -> None:
        (tmp_path / "otelkit.toml").write_text('environment = "found"')
        (tmp_path / "other.toml").write_text('environment = "named"')
        environ = {"OTELKIT_CONFIG_FILE": str(tmp_path / "other.toml")}

        assert load_settings(environ=environ, directory=tmp_path)[parameters.ENVIRONMENT] == "named"

    def test_the_argument_beats_the_variable(self, tmp_path: Path) -> None:
        (tmp_path / "a.toml").write_text('environment = "argument"')
        (tmp_path / "b.toml").write_text('environment = "variable"')
        settings = load_settings(
            {"config_file": tmp_path / "a.toml"}, environ={"OTELKIT_CONFIG_FILE": str(tmp_path / "b.toml")}
        )

        assert settings[parameters.ENVIRONMENT] == "argument"
        assert settings[parameters.CONFIG_FILE] == tmp_path / "a.toml"

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("missing.toml", "cannot be read: No such file or directory. Fix: name a file that this process can read."),
            ("", "cannot be read: Is a directory. Fix: name a file that this process can read."),
            (
                "settings.ini",
                "is neither TOML nor YAML by its name. Fix: name a file that ends in .toml, .yaml or .yml.",
            ),
            ("pyproject.toml", "is no table in this file. Fix: add a table [tool.otelkit]."),
        ],
    )
    def test_one_that_cannot_be_used_is_a_problem(self, tmp_path: Path, name: str, said: str) -> None:
        if name in ("settings.ini", "pyproject.toml"):
            (tmp_path / name).touch()
        path = tmp_path / name if name else tmp_path / "folder.toml"
        if not name:
            path.mkdir()
        settings = load_settings({"config_file": str(path)}, environ={})

        (problem,) = settings.problems
        assert problem.source == str(path)
        assert str(problem).endswith(said)

    def test_a_link_to_itself_is_a_problem(self, tmp_path: Path) -> None:
        path = tmp_path / "otelkit.toml"
        path.symlink_to(path)

        (problem,) = load_settings({"config_file": str(path)}, environ={}).problems
        assert problem.message == "cannot be read: Too many levels of symbolic links"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "otelkit.toml",
            'environment = "a"\nendpoint = \n',
            "file (otelkit.toml): is not valid TOML: Invalid value (at line 2, column 12). Fix: correct that line.",
        ),
        (
            "otelkit.yaml",
            'environment: a\nheaders: {authorization: "s3cr3t\n',
            "file (otelkit.yaml): is not valid YAML (line 3, column 1). Fix: correct that line.",
        ),
        (
            "otelkit.yaml",
            "- a\n- b\n",
            "file (otelkit.yaml): holds no table of settings. Fix: write key: value pairs.",
        ),
        (
            "otelkit.yaml",
            "a: !!python/object:os.system {}\n",
            "file (otelkit.yaml): is not valid YAML (line 1, column 4). Fix: correct that line.",
        ),
        (
            "otelkit.toml",
            "[traces]\nsamplr = 1\n",
            (
                "traces.samplr (otelkit.toml): is unknown and is ignored; did you mean 'traces.sampler'?"
                " Fix: write traces.sampler."
            ),
        ),
        (
            "otelkit.toml",
            "[trace]\nsampler = 1\n",
            "trace (otelkit.toml): is unknown and is ignored; did you mean 'traces'? Fix: write traces.",
        ),
        (
            "otelkit.toml",
            "colour = 1\n",
            (
                "colour (otelkit.toml): is no setting of otelkit and is ignored."
                " Fix: remove it; the reference lists all keys."
            ),
        ),
        (
            "otelkit.toml",
            'service = "shop"\n',
            "service (otelkit.toml): is a table of settings, not a value, and is ignored. Fix: write [service].",
        ),
        (
            "otelkit.toml",
            'config_file = "x.toml"\n',
            (
                "config_file (otelkit.toml): cannot be set in a file and is ignored."
                " Fix: give it as argument or as OTELKIT_CONFIG_FILE."
            ),
        ),
        (
            "otelkit.toml",
            "[metrics]\nexport_interval = 1979-05-27\n",
            (
                "metrics.export_interval='1979-05-27' (otelkit.toml): is a date, not a number of seconds,"
                " and is ignored. Fix: give a number of seconds above 0."
            ),
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    assert settings_in(tmp_path, **{name.replace(".", "__"): text}) == [said]


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    assert settings_in(tmp_path, otelkit__yaml="") == []


def test_bytes_that_are_no_text_are_reported_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "otelkit.toml").write_bytes(b'environment = "a"\nendpoint = "\xff"\n')

    assert settings_in(tmp_path) == ["file (otelkit.toml): is not UTF-8 (line 2). Fix: save the file as UTF-8."]


@pytest.mark.parametrize("name", ["otelkit__toml", "otelkit__yaml"])
def test_nesting_without_end_is_reported(tmp_path: Path, name: str) -> None:
    deep = sys.getrecursionlimit() * 2
    text = f"a = {'[' * deep}{']' * deep}" if name == "otelkit__toml" else f"a: {'[' * deep}{']' * deep}"

    (said,) = settings_in(tmp_path, **{name: text})
    assert "nested too deeply" in said or "is not valid YAML" in said


def test_a_file_that_is_too_large_is_reported(tmp_path: Path) -> None:
    (said,) = settings_in(tmp_path, otelkit__toml="#" * 1_000_001)

    assert "is larger than 1 MB" in said


def test_a_table_that_contains_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "otelkit.yaml").write_text("resource: {attributes: &a {team: risk, again: *a}}")

    settings = load_settings(environ={}, directory=tmp_path)

    assert settings[parameters.RESOURCE_ATTRIBUTES]["team"] == "risk"


def test_a_working_directory_that_is_gone_has_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert load_settings(environ={}).problems == ()
