"""The labelled pages of the data set: what the services know at the start, and what is replayed to them.

Where the data comes from, its licence and its oddities are told in data/README.md.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FEATURES = (
    "empty_server_form_handler",
    "popup_window",
    "https",
    "request_from_other_domain",
    "anchor_from_other_domain",
    "is_popular",
    "long_url",
    "age_of_domain",
    "ip_in_url",
)
"""The nine features, in the order of the file. Each value is 0, 0.5 or 1."""

KNOWN_PAGES = 250
"""How many pages, the oldest, are known with their labels when the services start."""

Features = tuple[float, ...]
"""One value per name in FEATURES."""


@dataclass(frozen=True, slots=True)
class Page:
    """One web page of the data set."""

    number: int
    features: Features
    is_phishing: bool


def load_pages() -> tuple[Page, ...]:
    """All 1,250 pages, oldest first."""
    path = Path(__file__).with_name("data") / "phishing.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Page(
                number=number,
                features=tuple(float(row[name]) for name in FEATURES),
                is_phishing=row["is_phishing"] == "1",
            )
            for number, row in enumerate(csv.DictReader(file), start=1)
        )


def known_pages() -> tuple[Page, ...]:
    """The pages to learn from."""
    return load_pages()[:KNOWN_PAGES]


def new_pages() -> tuple[Page, ...]:
    """The pages that arrive while the services run."""
    return load_pages()[KNOWN_PAGES:]
