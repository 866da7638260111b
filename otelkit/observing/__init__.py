"""What users put on their functions: `observe` and its family, objectives, and taking the context along.

Which instruments are recorded to is declared in `otelkit.instruments`; where it all goes is decided by `otelkit.init`.
"""

from otelkit.observing.carrying import carry_context
from otelkit.observing.measuring import Measuring, count_errors, counted, timed, track_in_progress
from otelkit.observing.observe import Observing, observe
from otelkit.observing.operation import Operation, RunningOperation, operation
from otelkit.observing.registry import RegisteredOperation, registered_operations
from otelkit.observing.slo import Slo

__all__ = [
    "Measuring",
    "Observing",
    "Operation",
    "RegisteredOperation",
    "RunningOperation",
    "Slo",
    "carry_context",
    "count_errors",
    "counted",
    "observe",
    "operation",
    "registered_operations",
    "timed",
    "track_in_progress",
]
