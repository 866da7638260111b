"""The pack of errors: how many, of which type, in which component, how severe.

The exception itself, with its stack trace, is a log record and lives with the logs.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from otelkit.instruments.attribute import Attribute
from otelkit.instruments.choices import check_choice
from otelkit.instruments.declaring import counter
from otelkit.instruments.pack import Instruments
from otelkit.signals.log_capture.exceptions import error_type

Severity: TypeAlias = Literal["warning", "error", "critical"]
"""How bad an error is: the words of Python's logging levels."""

_SEVERITIES = ("warning", "error", "critical")


class ErrorMetrics(Instruments):
    """Errors that a component met, counted by type and severity.

    Example:
        >>> from otelkit.instruments import ErrorMetrics
        >>> errors = ErrorMetrics()
        >>> errors.expect(TimeoutError, component="payments")
        >>> try:
        ...     raise TimeoutError("no answer in 5 s")
        ... except TimeoutError as error:
        ...     errors.record(error, component="payments", severity="critical")

    """

    count = counter(
        "otelkit.error.count",
        unit="{error}",
        description="Errors by component, type and severity.",
        attributes=(
            Attribute("component", limit=100),
            Attribute("error.type", limit=100),
            Attribute("severity", values=_SEVERITIES),
        ),
    )

    def expect(self, *errors: type[BaseException] | str, component: str) -> None:
        """Have these errors of a component exist with zero, in every severity, so that the first one is an increase.

        Args:
            errors: exception classes, or names of what is no exception (``"rejected"``).
            component: the part of the application that may meet them.

        """
        for error in errors:
            for severity in _SEVERITIES:
                self.count.start_at_zero(component, _type_of(error), severity)

    def record(
        self, error: BaseException | type[BaseException] | str, *, component: str, severity: Severity = "error"
    ) -> None:
        """Count one error.

        Args:
            error: the exception, its class, or a name for what is no exception.
            component: the part of the application that met it.
            severity: ``warning``, ``error`` or ``critical``.

        Raises:
            ValueError: in strict mode, when the severity is none of the three.
        """
        check_choice(severity, _SEVERITIES, of="severity", call="ErrorMetrics.record()")
        self.count.of(component, _type_of(error), severity).add()


def _type_of(error: BaseException | type[BaseException] | str) -> str:
    is_error = isinstance(error, BaseException) or (isinstance(error, type) and issubclass(error, BaseException))  # pyright: ignore[reportUnnecessaryIsInstance] - anything may come
    return error_type(error) if is_error else error  # type: ignore[arg-type, return-value]
