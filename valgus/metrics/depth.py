"""How deep, how long, and how still."""

from __future__ import annotations

import numpy as np

from valgus.metrics.base import (
    Measure,
    RepView,
    Signal,
    at_lowest_point,
    spread_over_rep,
)
from valgus.model.arrays import FloatArray
from valgus.model.column import Column
from valgus.model.frontal import FrontalTrack


def _depth_pct(leg: FrontalTrack) -> FloatArray:
    # Hip above ankle, not hip above its own standing place: holds in flight and when the camera drifts.
    return np.asarray(100 * (1 - (leg.hip[:, 1] - leg.ankle[:, 1]) / leg.leg_length_px))


def _ankle_height_pct(leg: FrontalTrack) -> FloatArray:
    height = leg.ankle[:, 1]
    known = height[np.isfinite(height)]
    # The ankle rests most of the time: its median height is where it stands.
    return np.asarray(100 * (height - (np.median(known) if len(known) else np.nan)) / leg.leg_length_px)


def _body_medial_pct(leg: FrontalTrack) -> FloatArray:
    hips = (leg.hip + leg.swing_hip) / 2
    return np.asarray(100 * (hips[:, 0] - leg.ankle[:, 0]) / leg.leg_length_px)


def _swing_ankle_height_pct(leg: FrontalTrack) -> FloatArray:
    return np.asarray(100 * (leg.swing_ankle[:, 1] - leg.ankle[:, 1]) / leg.leg_length_px)


DEPTH = Signal(
    Column(
        "depth_pct",
        "% of leg length",
        "lower",
        "Lowering of the stance hip towards the stance ankle, from the standing hip-ankle distance",
        "convention; 15 % is about 64 deg of knee flexion",
    ),
    _depth_pct,
)
ANKLE_HEIGHT = Signal(
    Column(
        "ankle_height_pct",
        "% of leg length",
        "higher",
        "Height of the stance ankle above where it rests",
        "convention",
    ),
    _ankle_height_pct,
)
BODY_MEDIAL = Signal(
    Column(
        "body_medial_pct",
        "% of leg length",
        "medial",
        "Horizontal offset of the mid-hip from the stance ankle",
        "convention",
    ),
    _body_medial_pct,
)
SWING_ANKLE_HEIGHT = Signal(
    Column(
        "swing_ankle_height_pct",
        "% of leg length",
        "higher",
        "Height of the other ankle above the stance ankle",
        "convention",
    ),
    _swing_ankle_height_pct,
)


def _initial_contact_s(view: RepView) -> float:
    return float("nan") if view.rep.initial_contact_s is None else view.rep.initial_contact_s


def _descent_s(view: RepView) -> float:
    from_s = view.rep.start_s if view.rep.initial_contact_s is None else view.rep.initial_contact_s
    return view.rep.bottom_s - from_s


def _ascent_s(view: RepView) -> float:
    return view.rep.end_s - view.rep.bottom_s


def _hold_s(view: RepView) -> float:
    return view.rep.end_s - view.rep.start_s


def _time(name: str, meaning: str) -> Column:
    return Column(name, "s", "later", meaning, "convention")


def _duration(name: str, meaning: str) -> Column:
    return Column(name, "s", "longer", meaning, "convention", least=0.0)


DEPTH_AT_LOWEST = Measure(DEPTH.column, at_lowest_point("depth_pct"))
INITIAL_CONTACT = Measure(_time("initial_contact_s", "Initial contact of a landing"), _initial_contact_s)
DESCENT = Measure(
    _duration("descent_s", "Time from start, or initial contact, to the lowest point"), _descent_s
)
ASCENT = Measure(_duration("ascent_s", "Time from the lowest point back to standing"), _ascent_s)
HOLD = Measure(_duration("hold_s", "How long single-leg standing was held"), _hold_s)
SWAY = Measure(
    Column(
        "sway_pct",
        "% of leg length",
        "more sway",
        "Standard deviation of the mid-hip's side-to-side position over the stance ankle during a hold",
        "convention",
        least=0.0,
    ),
    spread_over_rep("body_medial_pct"),
)
