"""Two measurements of the same reps: read, put together, compared."""

from valgus.agreement.comparing import compare
from valgus.agreement.matching import TOLERANCE_S, Matched, as_one_clip, match
from valgus.agreement.measurement import Frames, Measurement, Reps, Row
from valgus.agreement.reading import Source, read_measurement

__all__ = [
    "TOLERANCE_S",
    "Frames",
    "Matched",
    "Measurement",
    "Reps",
    "Row",
    "Source",
    "as_one_clip",
    "compare",
    "match",
    "read_measurement",
]
