"""What an operator may set: two environment variables. Telemetry has its own, the standard OTEL_* ones.

FRAUD_DATABASE (a SQLite file; a temporary one where unset) and FRAUD_REPUTATION_URL.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Where the scoring service keeps its decisions and whom it asks for reputations."""

    database: Path | None
    reputation_url: str

    @classmethod
    def from_environment(cls) -> ServiceSettings:
        """What the environment says, the defaults for the rest."""
        database = os.environ.get("FRAUD_DATABASE")
        return cls(
            database=Path(database) if database else None,
            reputation_url=os.environ.get("FRAUD_REPUTATION_URL") or "http://127.0.0.1:8001",
        )
