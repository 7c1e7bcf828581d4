"""From points that a rater clicked to angles: by the same geometry as everything else."""

from __future__ import annotations

import numpy as np

from valgus import geometry
from valgus.agreement.sheet import Line, Sheet
from valgus.errors import WrongUsage
from valgus.model.arrays import FloatArray
from valgus.model.clicks import INSIDE, INSIDES, JOINTS, LANDMARKS, Landmark, point_columns

HIP, KNEE, ANKLE, ASIS, OTHER_ASIS = (landmark.name for landmark in LANDMARKS)
#: Measures that clicked points give, and the points of each.
FROM_POINTS = {
    "fppa_deg": (HIP, KNEE, ANKLE),
    "fppa_asis_deg": (ASIS, KNEE, ANKLE),
    "pelvic_drop_absolute_deg": (ASIS, OTHER_ASIS),
}
_BY_NAME = {landmark.name: landmark for landmark in LANDMARKS}


def holds_clicks(sheet: Sheet, /) -> bool:
    """Return whether a table holds clicked points."""
    return sheet.has(INSIDE, *(column for joint in JOINTS for column in point_columns(joint)))


def value_from_points(line: Line, measure: str, /) -> float | None:
    """Return a measure of one row of clicked points, None where a point was not seen.

    Raises
    ------
    WrongUsage
        If clicked points do not give this measure, or the row does not say where the inside of the leg is.
    """
    if measure not in FROM_POINTS:
        raise WrongUsage(
            f"{line.sheet}: clicked points do not give {measure}.",
            f"They give {', '.join(FROM_POINTS)}; choose one by --measure.",
        )
    inward = _inward(line)
    points = [_point(line, _BY_NAME[name], inward) for name in FROM_POINTS[measure]]
    known = [point for point in points if point is not None]
    if len(known) < len(points):
        return None
    angle = geometry.tilt_deg(*known) if len(known) == 2 else geometry.signed_bend_deg(*known)
    return float(angle) if np.isfinite(angle) else None


def _inward(line: Line) -> float:
    """Return +1 where the inside of the leg is to the right of the picture, -1 to the left."""
    says = line.text(INSIDE).lower()
    if says not in INSIDES:
        raise WrongUsage(
            f"{line.where}, column {INSIDE}: {says[:40] or 'nothing'} is no direction.",
            "Write left or right: where in the picture the other leg is.",
        )
    return 1.0 if says == INSIDES[1] else -1.0


def _point(line: Line, landmark: Landmark, inward: float) -> FloatArray | None:
    """Return a point with axis 0 to the inside and axis 1 up."""
    x, y = (line.number_in(column) for column in point_columns(landmark))
    return None if x is None or y is None else np.array([inward * x, -y])
