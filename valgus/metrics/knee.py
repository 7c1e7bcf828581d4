"""The knee in the frontal plane."""

from __future__ import annotations

import numpy as np

from valgus import geometry
from valgus.metrics.base import (
    STICKERS_SEEN,
    Measure,
    RepView,
    Signal,
    at_depth,
    at_lowest_point,
    change_from_standing,
    path_over_rep,
)
from valgus.model.arrays import FloatArray
from valgus.model.column import Column
from valgus.model.frontal import FrontalTrack
from valgus.model.judgement import DepthProfile

#: Depth at which reps of different depth are compared, % of leg length: about 64 deg of knee flexion.
MATCHED_DEPTH_PCT = 15.0


def _fppa_deg(leg: FrontalTrack) -> FloatArray:
    return geometry.signed_bend_deg(leg.hip, leg.knee, leg.ankle)


def _fppa_asis_deg(leg: FrontalTrack) -> FloatArray:
    if leg.asis is None:
        return np.full(len(leg.time_s), np.nan)
    return geometry.signed_bend_deg(leg.asis, leg.knee, leg.ankle)


def _knee_over_foot_pct(leg: FrontalTrack) -> FloatArray:
    return np.asarray(100 * (leg.knee[:, 0] - leg.toe[:, 0]) / leg.leg_length_px)


def _knee_medial_pct(leg: FrontalTrack) -> FloatArray:
    return np.asarray(100 * (leg.knee[:, 0] - leg.ankle[:, 0]) / leg.leg_length_px)


def _knee_separation_ratio(leg: FrontalTrack) -> FloatArray:
    between_ankles = geometry.distance(leg.ankle, leg.swing_ankle)
    apart = between_ankles > 0.02 * leg.leg_length_px  # feet one behind the other make no ratio
    between_knees = geometry.distance(leg.knee, leg.swing_knee)
    return np.asarray(np.where(apart, between_knees / np.where(apart, between_ankles, 1.0), np.nan))


FPPA = Signal(
    Column(
        "fppa_deg",
        "deg",
        "valgus: knee medial to the hip-ankle line",
        "Frontal plane projection angle: 180 minus the angle hip-knee-ankle in the picture; hip landmark",
        "Willson & Davis 2008; Munro 2012 (sign reversed in the former)",
        least=-180.0,
        most=180.0,
    ),
    _fppa_deg,
)
FPPA_ASIS = Signal(
    Column(
        "fppa_asis_deg",
        "deg",
        "valgus",
        "Frontal plane projection angle from the sticker on the front of the pelvis, the basis of most norms",
        "Herrington & Munro 2010",
        least=-180.0,
        most=180.0,
    ),
    _fppa_asis_deg,
)
KNEE_OVER_FOOT = Signal(
    Column(
        "knee_over_foot_pct",
        "% of leg length",
        "knee medial to the foot",
        "Horizontal offset of the knee from the tip of the foot",
        "after Piva 2006, with the foot landmark for the second toe",
    ),
    _knee_over_foot_pct,
)
KNEE_MEDIAL = Signal(
    Column(
        "knee_medial_pct",
        "% of leg length",
        "medial",
        "Horizontal offset of the knee from the ankle",
        "convention",
    ),
    _knee_medial_pct,
)
KNEE_SEPARATION = Signal(
    Column(
        "knee_separation_ratio",
        "ratio",
        "below 1: knees closer than ankles",
        "Distance between the knees over distance between the ankles (KASR)",
        "Mizner 2012",
        least=0.0,
    ),
    _knee_separation_ratio,
)

FPPA_AT_LOWEST = Measure(FPPA.column, at_lowest_point("fppa_deg"))
FPPA_MATCHED = Measure(
    Column(
        "fppa_matched_depth_deg",
        "deg",
        "valgus",
        f"Frontal plane projection angle on reaching {MATCHED_DEPTH_PCT:g} % of leg length on the way down",
        "Uhlar 2022 (about 64 deg of knee flexion)",
        least=-180.0,
        most=180.0,
    ),
    at_depth("fppa_deg", depth_pct=MATCHED_DEPTH_PCT),
)
FPPA_EXCURSION = Measure(
    Column(
        "fppa_excursion_deg",
        "deg",
        "towards valgus",
        "Frontal plane projection angle at the lowest point minus standing before the rep",
        "convention",
    ),
    change_from_standing("fppa_deg"),
)
FPPA_ASIS_AT_LOWEST = Measure(FPPA_ASIS.column, at_lowest_point("fppa_asis_deg", least_known=STICKERS_SEEN))
KNEE_OVER_FOOT_AT_LOWEST = Measure(KNEE_OVER_FOOT.column, at_lowest_point("knee_over_foot_pct"))
KNEE_SEPARATION_AT_LOWEST = Measure(KNEE_SEPARATION.column, at_lowest_point("knee_separation_ratio"))
WOBBLE = Measure(
    Column(
        "wobble_pct",
        "% of leg length",
        "more movement",
        "Side-to-side path of the knee during the rep",
        "convention",
        least=0.0,
    ),
    path_over_rep("knee_medial_pct"),
)

#: Depths, % of leg length, at which the projection angle is kept: reps can be compared at any of them.
PROFILE_PCT = range(5, 26)


def depth_profile(view: RepView, /) -> DepthProfile:
    """Return the projection angle of one rep on the way down at each whole percent of depth."""
    angles = (at_depth("fppa_deg", depth_pct=float(depth))(view) for depth in PROFILE_PCT)
    known = tuple(None if np.isnan(angle) else round(angle, 2) for angle in angles)
    return DepthProfile(view.rep.number, view.rep.side.value, PROFILE_PCT.start, known)


FPPA_CI95 = Column(
    "fppa_ci95_deg",
    "deg",
    "wider",
    "Half-width of the 95 % interval of the frontal plane projection angle",
    "pose model against a rendered athlete, and yaw times its sensitivity at this depth",
    least=0.0,
)
FPPA_YAW_CORRECTED = Column(
    "fppa_yaw_corrected_deg",
    "deg",
    "valgus",
    "Frontal plane projection angle less what the estimated yaw adds; blank unless asked for",
    "convention",
)
YAW_CI95 = Column(
    "yaw_ci95_deg",
    "deg",
    "wider",
    "Half-width of the 95 % interval of the yaw",
    "pose model against a rendered athlete",
    least=0.0,
)
YAW = Column(
    "yaw_deg",
    "deg",
    "adds valgus on the stance leg",
    "Turn of the pelvis away from the camera while standing",
    "convention",
    least=-180.0,
    most=180.0,
)
