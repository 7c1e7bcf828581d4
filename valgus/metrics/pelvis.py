"""The pelvis: what is measured from stickers, and the landmarks' hip line, which is not pelvic drop."""

from __future__ import annotations

import numpy as np

from valgus import geometry
from valgus.metrics.base import (
    STICKERS_SEEN,
    Measure,
    RepView,
    Signal,
    at_lowest_point,
    change_from_standing,
    over_rep,
)
from valgus.model.arrays import FloatArray
from valgus.model.column import Column
from valgus.model.frontal import FrontalTrack


def _hip_line_tilt_deg(leg: FrontalTrack) -> FloatArray:
    return geometry.tilt_deg(leg.hip, leg.swing_hip)


def _pelvis_tilt_deg(leg: FrontalTrack) -> FloatArray:
    if leg.asis is None or leg.swing_asis is None:
        return np.full(len(leg.time_s), np.nan)
    return geometry.tilt_deg(leg.asis, leg.swing_asis)


def _hip_adduction_deg(leg: FrontalTrack) -> FloatArray:
    if leg.asis is None or leg.swing_asis is None:
        return np.full(len(leg.time_s), np.nan)
    # 90 deg between pelvis line and thigh is neutral; a smaller angle on the medial side is adduction.
    return 90.0 - geometry.angle_deg(leg.swing_asis - leg.asis + leg.hip, leg.hip, leg.knee)


def _from_two_legs_deg(leg: FrontalTrack) -> FloatArray:
    if leg.two_leg_tilt_deg is None:
        return np.full(len(leg.time_s), np.nan)
    return _pelvis_tilt_deg(leg) - leg.two_leg_tilt_deg


def _pelvic_drop_deg(view: RepView) -> float:
    """Return the change from standing on both legs where that was seen, else from standing before the rep."""
    from_two_legs, tilt = FROM_TWO_LEGS.column.name, PELVIS_TILT.column.name
    if np.isfinite(view.signal(from_two_legs)).any():
        return at_lowest_point(from_two_legs, least_known=STICKERS_SEEN)(view)
    return change_from_standing(tilt, least_known=STICKERS_SEEN)(view)


HIP_LINE = Signal(
    Column(
        "hip_line_tilt_deg",
        "deg",
        "swing side lower",
        "Tilt of the line between the pose model's hips against the picture's horizontal. Not pelvic drop: "
        "it does not follow the pelvis, and is never judged",
        "convention",
        least=-180.0,
        most=180.0,
    ),
    _hip_line_tilt_deg,
)
PELVIS_TILT = Signal(
    Column(
        "pelvic_drop_absolute_deg",
        "deg",
        "swing side lower",
        "Tilt of the sticker line against the picture's horizontal",
        "convention",
        least=-180.0,
        most=180.0,
    ),
    _pelvis_tilt_deg,
)
FROM_TWO_LEGS = Signal(
    Column(
        "pelvic_drop_from_two_legs_deg",
        "deg",
        "swing side lower",
        "Tilt of the sticker line, change from standing on both legs in the same clip",
        "convention",
    ),
    _from_two_legs_deg,
)
HIP_ADDUCTION = Signal(
    Column(
        "hip_adduction_deg",
        "deg",
        "adduction",
        "Angle between the sticker line and the thigh, less than 90 deg",
        "Herrington 2017",
        least=-90.0,
        most=90.0,
    ),
    _hip_adduction_deg,
)

HIP_LINE_CHANGE = Measure(
    Column(
        "hip_line_tilt_deg",
        "deg",
        "swing side lower",
        "Tilt of the line between the pose model's hips at the lowest point, change from standing. Not "
        "pelvic drop: it does not follow the pelvis, and is never judged",
        "convention",
    ),
    change_from_standing("hip_line_tilt_deg"),
)
PELVIC_DROP = Measure(
    Column(
        "pelvic_drop_deg",
        "deg",
        "swing side lower",
        "Contralateral pelvic drop: tilt of the sticker line at the lowest point, change from standing on "
        "both legs, or on one where the clip has nothing else",
        "Weeks 2015 for the sense; sticker line by convention",
    ),
    _pelvic_drop_deg,
)
PELVIC_DROP_OF_HOLD = Measure(PELVIC_DROP.column, over_rep(FROM_TWO_LEGS.column.name))
PELVIC_DROP_ABSOLUTE = Measure(
    PELVIS_TILT.column,
    at_lowest_point("pelvic_drop_absolute_deg", least_known=STICKERS_SEEN),
)
HIP_ADDUCTION_AT_LOWEST = Measure(
    HIP_ADDUCTION.column, at_lowest_point("hip_adduction_deg", least_known=STICKERS_SEEN)
)

PELVIC_DROP_CI95 = Column(
    "pelvic_drop_ci95_deg",
    "deg",
    "wider",
    "Half-width of the 95 % interval of the pelvic drop",
    "convention",
    least=0.0,
)
HIP_LINE_CI95 = Column(
    "hip_line_tilt_ci95_deg",
    "deg",
    "wider",
    "Half-width of the 95 % interval of the hip line read as pelvic drop, which it is not",
    "pose model against a rendered athlete",
    least=0.0,
)
