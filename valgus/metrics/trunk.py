"""The trunk over the pelvis."""

from __future__ import annotations

import numpy as np

from valgus import geometry
from valgus.metrics.base import Measure, Signal, at_lowest_point
from valgus.metrics.knee import FPPA
from valgus.model.arrays import FloatArray
from valgus.model.column import Column
from valgus.model.frontal import FrontalTrack


def _trunk_lean_deg(leg: FrontalTrack) -> FloatArray:
    hips, shoulders = (leg.hip + leg.swing_hip) / 2, (leg.shoulder + leg.swing_shoulder) / 2
    return -geometry.lean_deg(hips, shoulders)  # medial is towards the swing leg


def _knee_plus_trunk_deg(leg: FrontalTrack) -> FloatArray:
    return np.asarray(FPPA.of(leg) + _trunk_lean_deg(leg))


TRUNK_LEAN = Signal(
    Column(
        "trunk_lean_deg",
        "deg",
        "towards the stance leg",
        "Lean of the line from mid-hip to mid-shoulder from the picture's vertical",
        "Dingenen 2014",
        least=-180.0,
        most=180.0,
    ),
    _trunk_lean_deg,
)
KNEE_PLUS_TRUNK = Signal(
    Column(
        "knee_plus_trunk_deg",
        "deg",
        "valgus and lean towards the stance leg",
        "Frontal plane projection angle plus lateral trunk lean",
        "Dingenen 2014; Park 2024",
    ),
    _knee_plus_trunk_deg,
)

TRUNK_LEAN_AT_LOWEST = Measure(TRUNK_LEAN.column, at_lowest_point("trunk_lean_deg"))
KNEE_PLUS_TRUNK_AT_LOWEST = Measure(KNEE_PLUS_TRUNK.column, at_lowest_point("knee_plus_trunk_deg"))
