"""Landmarks as points over time, in the unit and under the names asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valgus.errors import WrongUsage
from valgus.exports.formats.base import Names, Unit, Wanted
from valgus.model.arrays import FloatArray
from valgus.model.track import PoseTrack

#: HALPE 26, as Sports2D and Pose2Sim name its points.
HALPE = {
    "nose": "Nose",
    **{
        f"{side}_{part}": f"{side[0].upper()}{name}"
        for side in ("left", "right")
        for part, name in (
            ("eye", "Eye"),
            ("ear", "Ear"),
            ("shoulder", "Shoulder"),
            ("elbow", "Elbow"),
            ("wrist", "Wrist"),
            ("hip", "Hip"),
            ("knee", "Knee"),
            ("ankle", "Ankle"),
            ("foot_index", "BigToe"),
            ("heel", "Heel"),
            ("asis", "ASIS"),
        )
    },
}


@dataclass(frozen=True, eq=False)
class Points:
    """Named points (n, k, 3) over time, NaN where not seen; ``unit`` as it is written into files."""

    labels: tuple[str, ...]
    xyz: FloatArray
    unit: str


def points_of(track: PoseTrack, wanted: Wanted, /) -> Points:
    """Return the landmarks of a track.

    In pixels x is to the right, y down as in the picture, and z is 0. In metres they are the pose model's own
    guess from the mid-hip: x to the right of the picture, y up, z towards the camera.

    Raises
    ------
    WrongUsage
        If metres are asked for and the source gave none.
    """
    kept = [name for name in track.names if wanted.names is Names.MEDIAPIPE or name in HALPE]
    labels = tuple(name if wanted.names is Names.MEDIAPIPE else HALPE[name] for name in kept)
    columns = [track.index(name) for name in kept]
    if wanted.unit is Unit.PIXELS:
        xy = track.xy_px[:, columns]
        flat = np.where(np.isfinite(xy[..., :1]), 0.0, np.nan)
        return Points(labels, np.concatenate([xy, flat], axis=2), "px")
    if track.world_m is None:
        raise WrongUsage("These landmarks have no depth, so no metres.", "Export them with --units px.")
    known = np.isfinite(track.xy_px[:, columns]).all(axis=2, keepdims=True)
    metres = np.where(known, track.world_m[:, columns] * np.array([1.0, -1.0, -1.0]) + 0.0, np.nan)
    return Points(labels, metres, "m")
