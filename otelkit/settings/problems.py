"""What is wrong with a setting, said so that the reader can put it right: `Problem` and `ConfigurationError`.

Finding problems is the work of the readers in `reading/` and of `layers.py`; nothing here looks at a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One setting that does not mean what its author wanted, and what to do about it.

    Attributes:
        setting: The name as the user wrote it: an environment variable, an argument or a key of a file.
        value: What was given, with secrets masked.
        source: Where it was given: ``"argument"``, ``"environment"`` or the file's path.
        message: What is wrong with it, and what is used instead.
        fix: What to write.

    Example:
        >>> print(Problem(setting="OTEL_BSP_MAX_QUEUE_SIZE", value="0", source="environment",
        ...               message="is below 1 and is ignored", fix="give 1 or more"))
        OTEL_BSP_MAX_QUEUE_SIZE='0' (environment): is below 1 and is ignored. Fix: give 1 or more.
    """

    setting: str
    value: str
    source: str
    message: str
    fix: str

    def __str__(self) -> str:
        given = f"={self.value!r}" if self.value else ""
        stop = "" if self.message.endswith("?") else "."
        return f"{self.setting}{given} ({self.source}): {self.message}{stop} Fix: {self.fix}."


class ConfigurationError(ValueError):
    """Raised once, with every problem in it, when settings are strict.

    Args:
        problems: All problems that were found, not only the first.

    Example:
        >>> problem = Problem(setting="a", value="1", source="environment", message="is odd", fix="write 2")
        >>> raise ConfigurationError([problem])
        Traceback (most recent call last):
        otelkit.settings.problems.ConfigurationError: 1 problem in the configuration:
          - a='1' (environment): is odd. Fix: write 2.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        return "\n  - ".join([f"{count} {noun} in the configuration:", *map(str, self.problems)])
