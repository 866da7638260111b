"""What a user is told when the package behind an extra is not installed."""

from __future__ import annotations


class MissingExtraError(ImportError):
    """A feature was used whose extra is not installed; the message is the command that installs it."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra that is not installed: pip install 'otelkit[{extra}]'")
        self.extra = extra
