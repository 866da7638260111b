"""Standard library levels as OpenTelemetry severities.

Numbers and names follow the OpenTelemetry log data model; levels in between keep their order.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Final

from opentelemetry._logs import SeverityNumber

_BANDS: Final = (
    (logging.CRITICAL, SeverityNumber.FATAL.value, "FATAL"),
    (logging.ERROR, SeverityNumber.ERROR.value, "ERROR"),
    (logging.WARNING, SeverityNumber.WARN.value, "WARN"),
    (logging.INFO, SeverityNumber.INFO.value, "INFO"),
    (logging.DEBUG, SeverityNumber.DEBUG.value, "DEBUG"),
    (0, SeverityNumber.TRACE.value, "TRACE"),
)


@lru_cache(maxsize=256)
def severity_of(level: int) -> tuple[SeverityNumber, str]:
    """Return severity number and short name of a stdlib level.

    The ten levels of a band are spread over its four severities: loguru's SUCCESS (25) is INFO3, its TRACE (5) TRACE3.

    Example:
        >>> severity_of(30)
        (<SeverityNumber.WARN: 13>, 'WARN')

    """
    for start, first, name in _BANDS:
        if level >= start:
            return SeverityNumber(first + min(3, (level - start) * 4 // 10)), name
    return SeverityNumber.UNSPECIFIED, "UNSPECIFIED"
