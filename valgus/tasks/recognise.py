"""Tell the tasks apart from what the free leg does."""

from __future__ import annotations

from collections.abc import Sequence
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
    follows = float(np.median([_follows_pelvis(rep, signals) for rep in reps]))
    if not follows > FOLLOWS_PELVIS:
        return Recognised(SQUAT, _sure(FOLLOWS_PELVIS - follows, 0.25), "both feet stay on the floor")
    return _which_single_leg_bend(reps, signals)


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


def _which_single_leg_bend(reps: Sequence[Rep], signals: pd.DataFrame) -> Recognised:
    held = float(np.median([_at_lowest(rep, signals, "swing_ankle_height_pct") for rep in reps]))
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


def _follows_pelvis(rep: Rep, signals: pd.DataFrame) -> float:
    """Return how much of the hip's lowering the free ankle goes along with."""
    leg = signals[signals["side"] == rep.side.value]
    lift = _at(leg, "swing_ankle_height_pct", rep.start_s) - _at(leg, "swing_ankle_height_pct", rep.bottom_s)
    lowering = _at(leg, "depth_pct", rep.bottom_s) - _at(leg, "depth_pct", rep.start_s)
    return lift / lowering if lowering > 0 else float("nan")


def _at_lowest(rep: Rep, signals: pd.DataFrame, name: str) -> float:
    return _at(signals[signals["side"] == rep.side.value], name, rep.bottom_s)


def _at(leg: pd.DataFrame, name: str, instant_s: float) -> float:
    return float(_column(leg, name)[int(np.argmin(np.abs(_column(leg, "time_s") - instant_s)))])


def _column(signals: pd.DataFrame, name: str) -> FloatArray:
    return np.asarray(signals[name], dtype=np.float64)


def _sure(margin: float, scale: float) -> float:
    """Return 0.5 at no margin, 0.88 at one scale of it, towards 1."""
    return round(float(1 / (1 + np.exp(-2 * margin / scale))), 3)
