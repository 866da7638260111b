"""The committed data set: that it is what its README says."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fraud_service import data

FOLDER = Path(data.__file__).with_name("data")


def test_there_are_1250_pages_of_nine_features_and_548_are_phishing() -> None:
    pages = data.load_pages()

    assert len(pages) == 1250
    assert {len(page.features) for page in pages} == {len(data.FEATURES)} == {9}
    assert sum(page.is_phishing for page in pages) == 548
    assert {value for page in pages for value in page.features} == {0.0, 0.5, 1.0}


def test_the_file_is_the_one_whose_checksum_the_readme_names() -> None:
    checksum = hashlib.sha256((FOLDER / "phishing.csv").read_bytes()).hexdigest()

    assert checksum in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_what_is_known_at_the_start_and_what_is_replayed_are_apart_and_in_order() -> None:
    known, new = data.known_pages(), data.new_pages()

    assert (*known, *new) == data.load_pages()
    assert [page.number for page in (*known, *new)] == list(range(1, 1251))
    assert len(known) == data.KNOWN_PAGES
