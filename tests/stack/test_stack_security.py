"""The closed entrance: TLS, and a token that every sender must know."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)

from tests.stack.asking import eventually
from tests.stack.backends import CONFIGURATION
from tests.stack.collectors import PIPELINE, Collector
from tests.stack.traffic import produce

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.stack.asking import Loki
    from tests.stack.running import Stack

pytestmark = pytest.mark.stack

TOKEN = "a-token-of-the-test"  # noqa: S105 - opens nothing but the collector of this test


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A collector with a closed entrance."""

    endpoint: str
    grpc_endpoint: str
    certificate: Path

    def answer(self, token: str | None) -> int:
        """Return the status that an empty export with this token is answered with."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        context = ssl.create_default_context(cafile=str(self.certificate))
        return httpx.post(
            f"{self.endpoint}/v1/logs", json={}, headers=headers, verify=context, trust_env=False
        ).status_code


@pytest.fixture(scope="module")
def closed(stack: Stack, programs: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Closed:
    """A collector with secured.yaml over the pipeline."""
    folder = tmp_path_factory.mktemp("secrets")
    certificate, key, token = folder / "certificate.pem", folder / "key.pem", folder / "token"
    token.write_text(f"{TOKEN}\n")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    collector = Collector(
        stack.backends,
        programs["otelcol"],
        name="otelcol-closed",
        configurations=(PIPELINE, CONFIGURATION / "otelcol" / "secured.yaml"),
        settings={"OTLP_TOKEN_FILE": str(token), "OTLP_CERTIFICATE": str(certificate), "OTLP_KEY": str(key)},
    ).start()
    return Closed(
        endpoint=collector.endpoint.replace("http:", "https:"),
        grpc_endpoint=collector.grpc_endpoint,
        certificate=certificate,
    )


def test_the_right_token_is_let_in(closed: Closed) -> None:
    assert closed.answer(TOKEN) == 200


def test_a_wrong_token_is_refused(closed: Closed) -> None:
    assert closed.answer("guessed") == 401


def test_no_token_is_refused(closed: Closed) -> None:
    assert closed.answer(None) == 401


def test_plain_http_is_refused(closed: Closed) -> None:
    answer = httpx.post(closed.endpoint.replace("https:", "http:") + "/v1/logs", json={}, trust_env=False)
    assert answer.status_code == 400


def test_a_wrong_token_is_refused_over_grpc(closed: Closed) -> None:
    credentials = grpc.ssl_channel_credentials(closed.certificate.read_bytes())
    with grpc.secure_channel(closed.grpc_endpoint, credentials) as channel:
        export = channel.unary_unary(
            "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
            request_serializer=ExportLogsServiceRequest.SerializeToString,
            response_deserializer=ExportLogsServiceResponse.FromString,
        )
        export(ExportLogsServiceRequest(), metadata=(("authorization", f"Bearer {TOKEN}"),), timeout=10)
        with pytest.raises(grpc.RpcError) as refused:
            export(ExportLogsServiceRequest(), metadata=(("authorization", "Bearer guessed"),), timeout=10)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_service_with_the_token_and_the_certificate_is_heard(closed: Closed, loki: Loki) -> None:
    settings = {
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer {TOKEN}",
        "OTEL_EXPORTER_OTLP_CERTIFICATE": str(closed.certificate),
    }
    assert produce(closed.endpoint, 10, run="closed", settings=settings).lossless
    assert (
        len(eventually(lambda: loki.lines('{service_name="producer"} | run="closed"'), lambda seen: len(seen) >= 10))
        == 10
    )


def test_a_service_with_a_wrong_token_learns_that_nothing_was_accepted(closed: Closed) -> None:
    settings = {
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer guessed",
        "OTEL_EXPORTER_OTLP_CERTIFICATE": str(closed.certificate),
    }
    produced = produce(closed.endpoint, 10, run="refused", settings=settings)
    assert {signal.delivered for signal in produced.delivery.values()} == {0}
    assert all(signal.failed > 0 for signal in produced.delivery.values())
