"""The reference page comes from the table, is the same every time, and is the one in docs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from otelkit.settings import reference
from otelkit.settings.parameters import ALL
from otelkit.settings.specification import VARIABLES

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_in_docs_is_up_to_date() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.render(), "run python -m otelkit.settings.reference"


def test_every_parameter_and_every_variable_is_on_the_page() -> None:
    page = reference.render()

    assert [row.name for row in ALL if f"| `{row.name}` |" not in page] == []
    assert [row.doc for row in ALL if row.doc not in page] == []
    assert [name for name in VARIABLES if f"`{name}`" not in page] == []


def test_every_table_row_has_the_cells_of_its_head() -> None:
    cells = 0
    for line in reference.render().splitlines():
        if not line.startswith("|"):
            cells = 0
            continue
        count = line.replace("\\|", "").count("|")
        assert count == (cells or count), line
        cells = count


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_page_is_the_same_to_the_byte_in_every_process(tmp_path: Path, hash_seed: str) -> None:
    page = tmp_path / "configuration.md"
    subprocess.run(
        [sys.executable, "-m", "otelkit.settings.reference", "--output", str(page)],
        check=True,
        env={"PYTHONHASHSEED": hash_seed, "OTEL_SERVICE_NAME": "not-on-the-page"},
    )

    assert page.read_bytes() == reference.PAGE.read_bytes()


def test_check_tells_an_outdated_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "configuration.md"

    assert reference.main(["--check", "--output", str(page)]) == 1
    assert "is not up to date: run python -m otelkit.settings.reference" in capsys.readouterr().err
    assert reference.main(["--output", str(page)]) == 0
    assert reference.main(["--check", "--output", str(page)]) == 0
    page.write_text(page.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert reference.main(["--check", "--output", str(page)]) == 1
