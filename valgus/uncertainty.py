"""How wrong each number may be: half-widths of 95 % intervals.

Three parts, taken as independent. The pose model places hip, knee and ankle with an error that stays the same
within a clip and differs between bodies and clothes; its landmarks tremble from frame to frame, in one clip
more than in another; and a turned pelvis or camera adds a false angle that grows with depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valgus import geometry
from valgus.model.clip import FOCAL_SHARE, Clip
from valgus.model.frontal import Estimate, FrontalTrack
from valgus.model.rep import Rep

# Stated errors: root mean square differences from rendered people, over the bodies and clothes that the
# accuracy suite calls 'settled', times what a few clips say less about the next one than many would
# (Student's t with one value per clip, for a new clip). Real people do not look like them; real errors may be
# larger.


@dataclass(frozen=True)
class PoseError:
    """Root mean square errors, deg, of what rests on the landmarks of one pose source.

    ``fppa_rmse_deg`` is of the frontal plane projection angle square on, ``hip_line_rmse_deg`` of the tilt of
    the hip line when that is read as pelvic drop.
    """

    fppa_rmse_deg: float
    hip_line_rmse_deg: float


#: The product's own pose model, with and without averaging the mirrored picture: 2.75 and 3.03 over 20 clips,
#: and 6.99 over 21.
MIRROR_AVERAGED = PoseError(3.01, 7.62)
SINGLE_PICTURE = PoseError(3.31, 7.62)
#: Of the pelvic drop from stickers, deg: 0.23 over 6 clips. Cloth does not move on these people.
STICKER_RMSE_DEG = 0.33
#: What skin and cloth add on people, deg: a stated allowance, not measured here.
STICKER_ALLOWANCE_DEG = 3.0
#: How far a pelvis turns about the vertical between standing and the lowest point, deg, 95 % of the time.
#: Convention. Seen from above or below, a turned pelvis looks tilted.
PELVIS_TURN_95_DEG = 10.0
NORMAL_95 = 1.96
#: How far a person who tries to face the camera may stand off, deg, where nothing is known. Convention.
UNKNOWN_YAW_SD_DEG = 5.0
#: Frames within 50 ms of the lowest point at 30 frames per second.
FRAMES_IN_A_VALUE = 3


def with_intervals(
    measures: pd.DataFrame,
    /,
    *,
    pose: PoseError | None,
    tremble_deg: Sequence[float],
    yaws: Sequence[Estimate],
    pelvis_above: Sequence[float],
) -> pd.DataFrame:
    """Return the measures, one row per rep, with yaw and with ``_ci95_`` columns where the error is known.

    Without a ``pose`` error there is none for what rests on hip, knee and ankle.

    ``tremble_deg``, ``yaws`` and ``pelvis_above`` have one value per rep, as `tremble_of`, the orientation
    and `pelvis_above_axis` give them.
    """
    if measures.empty:
        return measures
    filled = measures.copy()
    depths = measures["depth_pct"].to_numpy(dtype=np.float64)
    if pose is not None:
        fppa = [
            fppa_ci95_deg(depth, yaw, pose=pose, tremble_deg=tremble)
            for depth, yaw, tremble in zip(depths, yaws, tremble_deg, strict=True)
        ]
        filled["fppa_ci95_deg"] = np.where(measures["fppa_deg"].notna(), np.round(fppa, 3), np.nan)
        filled["hip_line_tilt_ci95_deg"] = np.where(
            measures["hip_line_tilt_deg"].notna(), round(NORMAL_95 * pose.hip_line_rmse_deg, 3), np.nan
        )
    drops = [pelvic_drop_ci95_deg(above) for above in pelvis_above]
    filled["pelvic_drop_ci95_deg"] = np.where(measures["pelvic_drop_deg"].notna(), np.round(drops, 3), np.nan)
    filled["yaw_deg"] = [float("nan") if yaw.value is None else yaw.value for yaw in yaws]
    filled["yaw_ci95_deg"] = [float("nan") if yaw.ci95 is None else yaw.ci95 for yaw in yaws]
    return filled


def fppa_ci95_deg(depth_pct: float, yaw: Estimate, /, *, pose: PoseError, tremble_deg: float = 0.0) -> float:
    """Return the half-width of the frontal plane projection angle's interval at a depth, deg.

    It is an interval for the angle that a camera square on would see, about the angle that this one saw. A
    yaw shifts the one from the other by a false angle. Their distance is normal, with the false angle as mean
    and the spread of all parts together; the half-width is what it stays within in 95 of 100 cases.
    """
    from scipy.stats import foldnorm  # takes long to load, as SciPy's signals do: see `valgus.filters`

    false_deg = false_valgus_deg(yaw.value or 0.0, depth_pct)
    unsure_deg = false_valgus_deg(yaw_sd_deg(yaw), depth_pct)
    spread_deg = float(np.sqrt(pose.fppa_rmse_deg**2 + unsure_deg**2 + tremble_deg**2))
    return float(foldnorm.ppf(0.95, abs(false_deg) / spread_deg, scale=spread_deg))


def false_valgus_deg(yaw_deg: float, depth_pct: float, /) -> float:
    """Return the valgus that a yaw adds at a depth, deg; both have one sign."""
    inclination_deg = np.array(segment_inclination_deg(depth_pct))
    return float(geometry.yaw_false_valgus_deg(yaw_deg, inclination_deg, inclination_deg))


def with_yaw_corrected(measures: pd.DataFrame, /) -> pd.DataFrame:
    """Return the measures with the projection angle less what the estimated yaw adds, where that is known."""
    fppa, yaw, depth = (
        measures[name].to_numpy(dtype=np.float64) for name in ("fppa_deg", "yaw_deg", "depth_pct")
    )
    false = np.array([false_valgus_deg(float(y), float(d)) for y, d in zip(yaw, depth, strict=True)])
    return measures.assign(fppa_yaw_corrected_deg=np.round(fppa - false, 3))


def tremble_of(reps: Sequence[Rep], raw: pd.DataFrame, smooth: pd.DataFrame, /) -> tuple[float, ...]:
    """Return how much of each rep's frame-to-frame tremble is left in its value: standard deviation, deg.

    Parameters
    ----------
    raw, smooth : DataFrame
        Signals before and after cleaning, with the same rows.

    Notes
    -----
    A rep's value is a median over some `FRAMES_IN_A_VALUE` frames of a signal that is smooth over about as
    many.
    """
    off = (raw["fppa_deg"] - smooth["fppa_deg"]).to_numpy(dtype=np.float64)
    left = []
    for rep in reps:
        during = (smooth["side"] == rep.side.value) & smooth["time_s"].between(rep.start_s, rep.end_s)
        known = off[during.to_numpy() & np.isfinite(off)]
        left.append(float(np.std(known) / np.sqrt(FRAMES_IN_A_VALUE)) if len(known) > 1 else 0.0)
    return tuple(left)


def pelvic_drop_ci95_deg(above: float = 0.0, /, *, allowance_deg: float = STICKER_ALLOWANCE_DEG) -> float:
    """Return the half-width of the interval of pelvic drop from stickers, deg.

    It is an interval for the inclination of the pelvis in space.

    Parameters
    ----------
    above : float
        How far the pelvis is above the camera's axis, as `pelvis_above_axis` gives it.
    allowance_deg : float
        For skin and cloth that move, in which the pictures have no say.

    Notes
    -----
    One hip bone nearer than the other by w sin(turn) is seen lower or higher by that times the slope of the
    line of sight, so the line between both looks tilted by about turn times slope.
    """
    slope = abs(above) if np.isfinite(above) else 0.0
    perspective_deg = PELVIS_TURN_95_DEG * slope
    return float(np.sqrt((NORMAL_95 * STICKER_RMSE_DEG) ** 2 + perspective_deg**2 + allowance_deg**2))


def pelvis_above_axis(leg: FrontalTrack, rep: Rep, clip: Clip, /) -> float:
    """Return how far the stickers are above the camera's axis at the lowest point, as a slope.

    NaN if they are not seen. A phone that stands upright looks level, so the middle of the picture is at the
    height of its lens.
    """
    if leg.asis is None or leg.swing_asis is None:
        return float("nan")
    lowest = np.abs(leg.time_s - rep.bottom_s) <= 0.05
    up_px = ((leg.asis + leg.swing_asis) / 2)[lowest, 1] + clip.height_px / 2
    known = up_px[np.isfinite(up_px)]
    focal_px = FOCAL_SHARE * max(clip.width_px, clip.height_px)
    return float(np.median(known)) / focal_px if len(known) else float("nan")


def yaw_sd_deg(yaw: Estimate, /) -> float:
    """Return the standard deviation of a yaw, deg."""
    if yaw.value is None or yaw.ci95 is None:
        return UNKNOWN_YAW_SD_DEG
    return yaw.ci95 / NORMAL_95


def segment_inclination_deg(depth_pct: float, /) -> float:
    """Return the sagittal inclination of shank and thigh at a depth, + knee forward; 0 where it is unknown.

    Two equal segments, equally inclined: depth = 1 - cos(inclination), 60 deg of knee flexion at 13.4 %.
    """
    if not np.isfinite(depth_pct):
        return 0.0
    return float(np.degrees(np.arccos(np.clip(1 - depth_pct / 100, 0.0, 1.0))))
