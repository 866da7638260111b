"""What the tests of the settings share: settings made from nothing but what a test gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from otelkit.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Load(Protocol):
    """Makes settings; what is not given does not exist."""

    def __call__(
        self,
        arguments: Mapping[str, object] | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        toml: str | None = None,
    ) -> Settings: ...


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load_from(
        arguments: Mapping[str, object] | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        toml: str | None = None,
    ) -> Settings:
        if toml is not None:
            (tmp_path / "otelkit.toml").write_text(toml, encoding="utf-8")
        return load_settings(arguments, environ=environ or {}, directory=tmp_path)

    return load_from
