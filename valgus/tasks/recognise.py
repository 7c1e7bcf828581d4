"""Tell the tasks apart from what the free leg does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valgus.cleaning import FillGaps, LowPass, RejectOutliers, Step
from valgus.filters import rate_of_change
from valgus.model.arrays import FloatArray
from valgus.model.rep import Rep
from valgus.segmentation import ByDepth, reps_of_each_leg
from valgus.tasks.base import Task
from valgus.tasks.drop_jump import DROP_JUMP
from valgus.tasks.landing import LANDING
from valgus.tasks.single_leg_squat import SINGLE_LEG_SQUAT
from valgus.tasks.squat import SQUAT
from valgus.tasks.stance import STANCE
from valgus.tasks.step_down import STEP_DOWN

#: Enough smoothing to see which movement it is, whatever it is. Unsure landmarks are kept: a foot held up
#: behind the other leg is hidden, but where it is guessed to be tells what it does.
OVERVIEW_CLEANING: tuple[Step, ...] = (RejectOutliers(), FillGaps(), LowPass(6.0))
#: A jump takes the carrying ankle off the ground by at least this, % of leg length, this fast per second.
FLIGHT_HEIGHT_PCT = 8.0
FLIGHT_SPEED_PCT_S = 60.0
#: The free ankle follows the pelvis down in single-leg tasks (about 1) and stays in two-leg ones (about 0).
FOLLOWS_PELVIS = 0.5
#: A foot that is held up goes along with less: the thigh rises while the pelvis comes down.
FOLLOWS_PELVIS_HELD_UP = 0.25
#: A foot reaching for the floor is near or below the carrying ankle, one that is held up is above it.
HELD_UP_PCT = 8.0
#: Standing on one leg, the other ankle is at least this much higher, % of leg length.
LIFTED_PCT = 4.0


@dataclass(frozen=True)
class Recognised:
    """The task that a clip most likely shows, how sure (0.5 to 1), and what told it apart."""

    task: Task
    sure: float
    why: str


def recognise(signals: pd.DataFrame, /) -> Recognised:
    """Return the task that the signals most likely show.

    Parameters
    ----------
    signals : DataFrame
        Of the overview track, with one leg taken as carrying at a time.
    """
    lift = _column(signals, "swing_ankle_height_pct")
    if _has_flight(signals):
        return _which_landing(lift)
    reps = reps_of_each_leg(signals, ByDepth())
    if not reps:
        return _which_standing(lift)
    follows, held = np.transpose([_free_ankle(rep, signals) for rep in reps])
    return _which_bend(_median(follows), _median(held))


def _which_bend(follows: float, held: float) -> Recognised:
    if not np.isfinite(follows):
        return Recognised(SINGLE_LEG_SQUAT, 0.5, "the free foot is not seen, perhaps held up behind")
    least = FOLLOWS_PELVIS_HELD_UP if held > HELD_UP_PCT else FOLLOWS_PELVIS
    if follows <= least:
        return Recognised(SQUAT, _sure(least - follows, 0.25), "both feet stay on the floor")
    return _which_single_leg_bend(held)


def _which_landing(lift: FloatArray) -> Recognised:
    usual = float(np.nanmedian(lift))
    if usual > LIFTED_PCT:
        return Recognised(LANDING, _sure(usual - LIFTED_PCT, 6.0), "flights, landed on one leg")
    return Recognised(DROP_JUMP, _sure(LIFTED_PCT - usual, 4.0), "flights, landed on both legs")


def _which_standing(lift: FloatArray) -> Recognised:
    usual = float(np.nanmedian(lift)) if np.isfinite(lift).any() else 0.0
    if usual > LIFTED_PCT:
        return Recognised(STANCE, _sure(usual - LIFTED_PCT, 6.0), "one foot held up and no bend of the knee")
    return Recognised(SQUAT, 0.5, "both feet on the floor and no bend of the knee")


def _which_single_leg_bend(held: float) -> Recognised:
    if held > HELD_UP_PCT:
        return Recognised(SINGLE_LEG_SQUAT, _sure(held - HELD_UP_PCT, 6.0), "the free foot is held up")
    return Recognised(STEP_DOWN, _sure(HELD_UP_PCT - held, 6.0), "the free foot reaches down beside the step")


def _has_flight(signals: pd.DataFrame) -> bool:
    for _, leg in signals.groupby("side"):
        height = _column(leg, "ankle_height_pct")
        speed = rate_of_change(height, _column(leg, "time_s"))
        # Up and fast: an ankle that drifts or is lifted slowly is no jump.
        if np.any((height > FLIGHT_HEIGHT_PCT) & (np.abs(speed) > FLIGHT_SPEED_PCT_S)):
            return True
    return False


def _free_ankle(rep: Rep, signals: pd.DataFrame) -> tuple[float, float]:
    """Return how much of the hip's lowering the free ankle goes along with, and its height at the lowest.

    Both from a straight line through all frames of the rep, because in single ones the foot may be hidden or
    guessed wrong; NaN where it is not seen in at least half of them.
    """
    leg = signals[(signals["side"] == rep.side.value) & signals["time_s"].between(rep.start_s, rep.end_s)]
    lift, depth = _column(leg, "swing_ankle_height_pct"), _column(leg, "depth_pct")
    known = np.isfinite(lift) & np.isfinite(depth)
    if known.sum() < max(0.5 * len(leg), 3) or np.ptp(depth[known]) == 0:
        return float("nan"), float("nan")
    slope, standing = np.polyfit(depth[known], lift[known], 1)
    return -float(slope), float(standing + slope * np.nanmax(depth))


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _column(signals: pd.DataFrame, name: str) -> FloatArray:
    return np.asarray(signals[name], dtype=np.float64)


def _sure(margin: float, scale: float) -> float:
    """Return 0.5 at no margin, 0.88 at one scale of it, towards 1."""
    return round(float(1 / (1 + np.exp(-2 * margin / scale))), 3)
