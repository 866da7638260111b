"""Installing the capture of log records with its console, files and levels, and taking it away without a trace.

Which OpenTelemetry provider receives the records is decided elsewhere, behind the proxies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture import active, capture
from otelkit.signals.log_capture.console import Console
from otelkit.signals.log_capture.delivery import Delivery, Files
from otelkit.signals.log_capture.levels import ChangedLevel, apply_levels, restore_levels

if TYPE_CHECKING:
    from pathlib import Path

    from otelkit.signals.log_capture.options import CaptureOptions


@dataclass(frozen=True, kw_only=True)
class _Installed:
    options: CaptureOptions
    delivery: Delivery
    changed: tuple[ChangedLevel, ...]


class _State:
    installed: _Installed | None = None


def install_options(options: CaptureOptions) -> None:
    """Capture log records as ``options`` say; replaces what was installed before, without a gap between the two."""
    before = _State.installed
    if before is not None:
        restore_levels(before.changed)
    delivery = Delivery(
        service=options.service,
        console=None if options.console == "off" else Console(options.console, options.service),
        files=None if options.directory is None else _files(options, options.directory),
    )
    changed = apply_levels(options.level, options.levels, insist=options.insist_on_level)
    _State.installed = _Installed(options=options, delivery=delivery, changed=changed)
    capture.attach(capture.Capture(delivery=delivery, everything=options.capture))
    active.set_installed(True)
    if before is not None:
        _close(before.delivery)


def uninstall() -> None:
    """Stop capturing, close the files and give loggers the levels that they had; does nothing if not installed."""
    active.set_installed(False)
    capture.detach()
    installed = _State.installed
    _State.installed = None
    if installed is None:
        return
    restore_levels(installed.changed)
    _close(installed.delivery)


def delivery() -> Delivery | None:
    """Return where entries go at this moment, None while nothing is installed."""
    installed = _State.installed
    return None if installed is None else installed.delivery


def report() -> tuple[str, ...]:
    """Return what was set up and what is wrong with it, a sentence each, for the start-up report."""
    from otelkit.signals.log_capture.foreign import foreign_handlers

    installed = _State.installed
    if installed is None:
        return ("log records are not captured",)
    options = installed.options
    console = installed.delivery.console
    lines = [
        "log records of otelkit's loggers and of stdlib logging are captured"
        if options.capture
        else "log records of otelkit's loggers are captured, stdlib logging is left alone",
        "console: off" if console is None else f"console: {'pretty' if console.pretty else 'json'} ({options.console})",
    ]
    if options.directory is not None:
        lines.append(
            f"files: {options.directory} (app and error {options.retention_days} days, "
            f"audit {options.audit_retention_days} days)"
        )
    lines.extend(foreign_handlers())
    lines.extend(f"AUDIT RECORDS NOT WRITTEN: {reason}" for reason in installed.delivery.lost_audit_lines)
    return tuple(lines)


def settle(timeout: float) -> bool:
    """Wait until rotated files are compressed, at most ``timeout`` seconds each; return whether they are."""
    here = delivery()
    if here is None or here.files is None:
        return True
    done = [file.settle(timeout) for file in here.files.all()]
    return all(done)


def _files(options: CaptureOptions, directory: Path) -> Files | None:
    try:
        from otelkit.signals.log_capture.shared_file import SharedFile
    except ImportError as error:  # no fcntl on this platform
        record_internal_error("log_capture.files", error)
        return None
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # said now; each write tries again and says so again
        record_internal_error(f"log_capture.directory {directory}", error)

    def file(name: str, retention_days: int) -> SharedFile:
        shared = SharedFile(
            directory / f"{name}.jsonl",
            max_bytes=options.file_max_bytes,
            retention_days=retention_days,
            compress=options.compress,
        )
        if directory.is_dir():
            shared.tend()
        return shared

    return Files(
        app=file("app", options.retention_days),
        error=file("error", options.retention_days),
        audit=file("audit", options.audit_retention_days),
    )


def _close(delivery: Delivery) -> None:
    if delivery.files is None:
        return
    for file in delivery.files.all():
        file.close()
