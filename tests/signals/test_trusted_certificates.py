"""Which certificates an OTLP exporter trusts: those of the settings, whatever other libraries are told."""

from __future__ import annotations

import pytest

from otelkit.signals.export.exporters import trusting_session


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_certificate_of_the_settings_beats_the_bundles_of_other_libraries(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(
        "requests", reason="this version of the exporter sends by urllib3, which reads no such variable"
    )
    monkeypatch.setenv(variable, "/somewhere/else.pem")
    session = trusting_session()
    assert session is not None
    session.verify = "/our/own.pem"
    merged = session.merge_environment_settings("https://collector:4318/v1/traces", {}, None, None, None)
    assert merged["verify"] == "/our/own.pem"
