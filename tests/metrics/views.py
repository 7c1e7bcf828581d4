"""Reps over signals written out by hand, and legs of a few points."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from valgus.metrics import RepView
from valgus.model.arrays import FloatArray
from valgus.model.frontal import FrontalTrack, Side
from valgus.model.rep import Rep

#: Ten frames a second for four seconds; the rep is from 1.0 to 3.0 s with its lowest point at 2.0 s.
TIME_S = np.round(np.arange(41) * 0.1, 6)
REP = Rep(1, Side.LEFT, start_s=1.0, bottom_s=2.0, end_s=3.0)
#: Standing until 1 s, down to 20 % at 2 s and up again.
DEPTH_PCT = np.interp(TIME_S, [0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 20.0, 0.0, 0.0])


def view(rep: Rep = REP, **signals: Any) -> RepView:
    """Return the rep over some signals; each is one value for each of ``time_s``, or one for all of them."""
    table = {"time_s": TIME_S, "depth_pct": DEPTH_PCT, "ankle_height_pct": 0.0} | signals
    return RepView(
        rep, {name: np.broadcast_to(values, np.shape(table["time_s"])) for name, values in table.items()}
    )


def points(*xy: tuple[float, float]) -> FloatArray:
    """Return (n, 2) points, one for each frame."""
    return np.array(xy, dtype=np.float64)


def leg(**changed: Any) -> FrontalTrack:
    """Return one frame of a straight leg of 100 px, in medial and up; the other leg 20 px medial to it."""
    straight = FrontalTrack(
        side=Side.LEFT,
        time_s=np.array([0.0]),
        hip=points((0, 100)),
        knee=points((0, 50)),
        ankle=points((0, 0)),
        toe=points((0, -5)),
        shoulder=points((0, 160)),
        swing_hip=points((20, 100)),
        swing_knee=points((20, 50)),
        swing_ankle=points((20, 0)),
        swing_shoulder=points((20, 160)),
        confidence=np.array([1.0]),
        leg_length_px=100.0,
    )
    return replace(straight, **changed)
