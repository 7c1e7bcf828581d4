"""A laboratory trial as a phone beside it would have filmed it: markers in space -> pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valgus import filters
from valgus.model.arrays import FloatArray
from valgus.model.clip import FOCAL_SHARE
from valgus.model.imported import ImportedTrack, MarkerTrajectories
from valgus.model.track import PoseTrack

#: Hips within this share of their usual highest place: the person stands.
STANDING = 0.97
#: The lowest place of any of these is the floor.
_FEET = tuple(f"{side}_{part}" for side in ("left", "right") for part in ("ankle", "heel", "foot_index"))


@dataclass(frozen=True)
class VirtualCamera:
    """Where the camera stands, and how large its picture is.

    Attributes
    ----------
    yaw_deg : float
        How far it stands aside of straight in front, + towards the person's left. A camera on the left sees
        more valgus on the left leg and less on the right.
    pitch_deg : float
        How far it looks down, + downwards.
    distance_m, height_m : float
        From the standing person, along the floor; and of the lens above the lowest place of the feet.
    width_px, height_px : int
        Of the upright picture.
    """

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    distance_m: float = 3.5
    height_m: float = 0.9
    width_px: int = 1080
    height_px: int = 1920

    @property
    def sentence(self) -> str:
        """What was done, for the methods paragraph."""
        return (
            f"markers projected on to a camera at {self.distance_m:g} m, {self.height_m:g} m high, "
            f"{self.yaw_deg:g} deg towards the person's left, looking {self.pitch_deg:g} deg down"
        )


def film_markers(markers: MarkerTrajectories, camera: VirtualCamera, /) -> ImportedTrack:
    """Return what a camera sees of markers: a pose track with exact depth.

    Parameters
    ----------
    markers : MarkerTrajectories
        With hips, knees and ankles of both sides.
    camera : VirtualCamera
        Its yaw is from the person's own frontal plane, which is that of the front of the pelvis (ASIS) while
        standing, or of the hip joints where the file has no ASIS.

    Notes
    -----
    A pinhole without distortion, and without roll. The vertical is the axis of the laboratory along which
    hips are furthest from ankles.
    """
    body = BodyAxes.of(markers)
    turn, tip = np.radians(camera.yaw_deg), np.radians(camera.pitch_deg)
    towards = np.cos(turn) * body.forward + np.sin(turn) * body.left
    lens = body.stands_at + camera.distance_m * towards + camera.height_m * body.up
    view = -np.cos(tip) * towards - np.sin(tip) * body.up
    right = np.cross(view, body.up) / np.cos(tip)
    down = np.cross(view, right)
    seen = (markers.xyz_m - lens) @ np.stack([right, down, view], axis=1)
    focal_px = FOCAL_SHARE * max(camera.width_px, camera.height_px)
    depth = np.where(seen[..., 2] > 0, seen[..., 2], np.nan)[..., None]
    xy_px = focal_px * seen[..., :2] / depth + np.array([camera.width_px, camera.height_px]) / 2
    hips = [markers.names.index(f"{side}_hip") for side in ("left", "right")]
    track = PoseTrack(
        time_s=markers.time_s,
        xy_px=xy_px,
        confidence=np.isfinite(xy_px).all(axis=2).astype(np.float64),
        names=markers.names,
        world_m=seen - seen[:, hips].mean(axis=1, keepdims=True),
        steps=(f"landmarks from {markers.source}", camera.sentence),
    )
    return ImportedTrack(track, markers.source, markers.notices)


@dataclass(frozen=True, eq=False)
class BodyAxes:
    """The person's own directions in the laboratory, each a unit vector (3,), and the floor under them, m."""

    up: FloatArray
    left: FloatArray
    forward: FloatArray
    stands_at: FloatArray

    @classmethod
    def of(cls, markers: MarkerTrajectories) -> BodyAxes:
        """Return them as the standing person has them."""
        hips, ankles = (_middle(markers, joint) for joint in ("hip", "ankle"))
        up = _vertical(hips - ankles)
        standing = filters.near_highest((hips - ankles) @ up, share=STANDING)
        front = "asis" if {"left_asis", "right_asis"} <= set(markers.names) else "hip"
        across = markers.place(f"left_{front}") - markers.place(f"right_{front}")
        left = np.nanmedian(across[standing], axis=0)
        left = left - (left @ up) * up
        left = left / np.linalg.norm(left)
        feet = np.nanmedian(hips[standing], axis=0)
        floor = min(float(np.nanmin(markers.place(name) @ up)) for name in _FEET if name in markers.names)
        return cls(up, left, np.cross(left, up), feet + (floor - feet @ up) * up)


def _middle(markers: MarkerTrajectories, joint: str) -> FloatArray:
    return (markers.place(f"left_{joint}") + markers.place(f"right_{joint}")) / 2


def _vertical(ankle_to_hip: FloatArray) -> FloatArray:
    """Return the laboratory's axis, (3,), along which hips are above ankles."""
    usual = np.nanmedian(ankle_to_hip, axis=0)
    axis = int(np.argmax(np.abs(usual)))
    up = np.zeros(3)
    up[axis] = np.sign(usual[axis])
    return up
