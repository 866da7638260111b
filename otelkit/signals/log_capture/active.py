"""Whether the capture of log records is installed, for modules that must stay light to import.

The installing itself, and all that it brings with it, is in installation.py.
"""

from __future__ import annotations


class _Switch:
    installed = False


def is_installed() -> bool:
    """Return whether `install` ran and `uninstall` did not since: whether log records are being captured."""
    return _Switch.installed


def set_installed(installed: bool) -> None:  # noqa: FBT001 - the only argument, and its name is the function's
    """Say that the capture was installed or taken away; called by installation.py only."""
    _Switch.installed = installed
