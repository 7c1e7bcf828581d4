"""How wrong each number may be: half-widths of 95 % intervals.

Two parts, taken as independent. The pose model places hip, knee and ankle with an error that stays the same
within a clip and differs between bodies and clothes; and a turned pelvis or camera adds a false angle that
grows with depth.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from valgus import geometry
from valgus.model.arrays import FloatArray
from valgus.model.frontal import Estimate

#: RMSE of the frontal plane projection angle against a rendered athlete, deg, with and without averaging the
#: mirrored picture (8 clips each). Real people do not look like it; real errors may be larger.
FPPA_POSE_RMSE_DEG = {True: 2.9, False: 4.1}
#: RMSE of the hip line's tilt when read as pelvic drop, deg, against the same athlete.
HIP_LINE_RMSE_DEG = 6.5
NORMAL_95 = 1.96


def with_intervals(measures: pd.DataFrame, yaw: Estimate, /, *, mirror_averaged: bool) -> pd.DataFrame:
    """Return the measures with their ``_ci95_`` columns filled where the value is known, and the yaw."""
    filled = measures.copy()
    depth_pct = np.asarray(measures["depth_pct"], dtype=np.float64)
    fppa_ci95 = fppa_ci95_deg(depth_pct, yaw, mirror_averaged=mirror_averaged)
    filled["fppa_ci95_deg"] = np.where(measures["fppa_deg"].notna(), np.round(fppa_ci95, 3), np.nan)
    filled["hip_line_tilt_ci95_deg"] = np.where(
        measures["hip_line_tilt_deg"].notna(), round(NORMAL_95 * HIP_LINE_RMSE_DEG, 3), np.nan
    )
    filled["yaw_deg"] = float("nan") if yaw.value is None else yaw.value
    return filled


def fppa_ci95_deg(depth_pct: FloatArray, yaw: Estimate, /, *, mirror_averaged: bool) -> FloatArray:
    """Return the half-width (n,) of the frontal plane projection angle's interval at each depth, deg."""
    pose = NORMAL_95 * FPPA_POSE_RMSE_DEG[mirror_averaged]
    turned = geometry.yaw_false_valgus_deg(yaw_bound_deg(yaw), *segment_inclinations_deg(depth_pct))
    return np.asarray(np.hypot(pose, np.abs(turned)))


def yaw_bound_deg(yaw: Estimate, /) -> float:
    """Return how far the person may be turned, deg: the far end of the estimate's interval."""
    if yaw.value is None:
        return 10.0  # convention: as far as a person who tries to face the camera stands off
    return abs(yaw.value) + (yaw.ci95 or 0.0)


def segment_inclinations_deg(depth_pct: FloatArray, /) -> tuple[FloatArray, FloatArray]:
    """Return the sagittal inclination (n,) of shank and thigh at a depth, both + forward.

    Two equal segments, equally inclined: depth = 1 - cos(inclination), 60 deg of knee flexion at 13.4 %.
    """
    half = np.degrees(np.arccos(np.clip(1 - np.nan_to_num(depth_pct) / 100, 0.0, 1.0)))
    return half, half
