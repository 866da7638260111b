"""The end of a service's telemetry: send what is still held, and say what became of all of it.

An operator wants to know that, and so does the test that compares it with what arrived.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import otelkit


def finish_telemetry() -> None:
    """Shut telemetry down, and write a line of JSON: per signal, how many records were delivered and how many lost."""
    report = otelkit.shutdown()
    delivery = {name: asdict(signal) for name, signal in report.signals.items()}
    sys.stdout.write(json.dumps({"telemetry_stopped": delivery}) + "\n")
    sys.stdout.flush()
