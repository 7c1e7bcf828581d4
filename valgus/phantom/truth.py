"""What is true of a rendered clip: per frame in memory, per repetition in the file beside it.

Definitions, for the numbers in the file (angles in degrees, at the frame in which the stance hip is lowest):

- `fppa_deg`: hip joint centre, knee, ankle in the picture as filmed; positive for valgus. `fppa_asis_deg`:
  from the ASIS instead.
- `pelvic_drop_deg`: tilt of the line between the ASIS in the picture, minus its mean while standing; positive
  with the swing side lower. `pelvic_drop_3d_deg`: the same for the inclination of that line in space.
  `pelvic_drop_from_two_legs_deg`: as `pelvic_drop_3d_deg`, minus the mean while standing on both feet, in
  clips that begin so.
- `knee_flexion_deg`: in space. `trunk_lean_deg`: line from between the hips to between the shoulders in the
  picture, from its vertical, positive towards the stance side.
- `bottom_s`: presentation time of that frame. `start_s`, `end_s`: leaving standing and standing again
  (landing: from the dip before the hop). `initial_contact_s`: first touch after flight, between frames too.
- `yaw_deg`: how far the camera is off the frontal plane, positive where that adds valgus on the stance leg.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from valgus.phantom.arrays import FloatArray
from valgus.phantom.camera import Camera
from valgus.phantom.motion import Motion, RepSpan
from valgus.phantom.pose import Side
from valgus.phantom.recipe import Recipe
from valgus.phantom.skeleton import Skeleton, frontal_angle_deg, inclination_deg
from valgus.phantom.stickers import Stickers


@dataclass(frozen=True)
class FrameTruth:
    """Every joint in every frame.

    Attributes
    ----------
    names : tuple of str
        The joints, as in `Skeleton.joints_m`.
    time_s : ndarray, shape (n,)
        Presentation times.
    xy_px : ndarray, shape (n, k, 2)
        Picture positions, x right, y down, (0, 0) at the outer corner of the first pixel.
    xyz_m : ndarray, shape (n, k, 3)
        World positions: x to the athlete's left, y up, z forward.
    """

    names: tuple[str, ...]
    time_s: FloatArray
    xy_px: FloatArray
    xyz_m: FloatArray

    def px(self, name: str, /) -> FloatArray:
        """Picture positions of one joint, shape (n, 2)."""
        return self.xy_px[:, self.names.index(name)]

    def m(self, name: str, /) -> FloatArray:
        """World positions of one joint, shape (n, 3)."""
        return self.xyz_m[:, self.names.index(name)]

    def fppa_deg(self, side: Side, /, *, medial_sign: int, top: str = "hip") -> FloatArray:
        """Frontal plane projection angle of one leg in every frame, from `top` ('hip' or 'asis')."""
        points = [self.px(f"{joint}_{side.value}") for joint in (top, "knee", "ankle")]
        return np.array(
            [frontal_angle_deg(*each, medial_sign=medial_sign) for each in zip(*points, strict=True)]
        )

    def knee_flexion_deg(self, side: Side, /) -> FloatArray:
        """Knee flexion in space in every frame."""
        hip, knee, ankle = (self.m(f"{joint}_{side.value}") for joint in ("hip", "knee", "ankle"))
        thigh, shank = knee - hip, ankle - knee
        cosine = np.sum(thigh * shank, axis=1) / np.linalg.norm(thigh, axis=1) / np.linalg.norm(shank, axis=1)
        return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))

    def pelvic_tilt_px_deg(self, stance: Side, /) -> FloatArray:
        """Tilt of the ASIS line in the picture in every frame, positive with the swing side lower."""
        line = self.px(f"asis_{stance.other.value}") - self.px(f"asis_{stance.value}")
        return np.degrees(np.arctan2(line[:, 1], np.abs(line[:, 0])))

    def pelvic_obliquity_deg(self, stance: Side, /) -> FloatArray:
        """Inclination of the ASIS line in space in every frame, positive with the swing side lower."""
        line = self.m(f"asis_{stance.value}") - self.m(f"asis_{stance.other.value}")
        return np.asarray(np.degrees(np.arcsin(line[:, 1] / np.linalg.norm(line, axis=1))))

    def trunk_lean_deg(self, stance: Side, /, *, medial_sign: int) -> FloatArray:
        """Trunk lean in the picture in every frame, positive towards the stance side."""
        hips = self.px("hip_left") / 2.0 + self.px("hip_right") / 2.0
        shoulders = self.px("shoulder_left") / 2.0 + self.px("shoulder_right") / 2.0
        pairs = zip(hips, shoulders, strict=True)
        return np.array([inclination_deg(low, high, toward_sign=-medial_sign) for low, high in pairs])

    def save(self, path: Path, /) -> None:
        """Write everything as a compressed numpy archive."""
        np.savez_compressed(
            path, names=np.array(self.names), time_s=self.time_s, xy_px=self.xy_px, xyz_m=self.xyz_m
        )


@dataclass(frozen=True)
class RepTruth:
    """One row of the truth file; the module's text defines the columns."""

    rep: int
    side: str
    start_s: float
    bottom_s: float
    end_s: float
    fppa_deg: float
    fppa_asis_deg: float
    pelvic_drop_deg: float
    pelvic_drop_3d_deg: float
    knee_flexion_deg: float
    trunk_lean_deg: float
    initial_contact_s: float | None = None
    pelvic_drop_from_two_legs_deg: float | None = None

    def as_row(self) -> dict[str, Any]:
        """Return the row as it is written: rounded, without what does not exist in this clip."""
        return {
            key: round(value, 4) if isinstance(value, float) else value
            for key, value in asdict(self).items()
            if value is not None
        }


@dataclass(frozen=True)
class ClipTruth:
    """Truth of a clip; `frames` stays in memory unless it is asked for."""

    task: str
    side: str
    fps: int
    view: str
    yaw_deg: float
    roll_deg: float
    stickers: Stickers | None
    reps: tuple[RepTruth, ...]
    frames: FrameTruth

    def as_dict(self) -> dict[str, Any]:
        """Return the content of the truth file."""
        return {
            "task": self.task,
            "side": self.side,
            "fps": self.fps,
            "view": self.view,
            "yaw_deg": round(self.yaw_deg, 4),
            "roll_deg": round(self.roll_deg, 4),
            "stickers": False if self.stickers is None else asdict(self.stickers),
            "reps": [rep.as_row() for rep in self.reps],
        }

    def save(self, path: Path, /) -> None:
        """Write the truth file, whole or not at all."""
        partial = path.with_name(path.name + ".part")
        partial.write_text(json.dumps(self.as_dict(), indent=2) + "\n", encoding="utf-8")
        partial.replace(path)


def tell_truth(recipe: Recipe, motion: Motion, skeletons: list[Skeleton], /) -> ClipTruth:
    """Measure the solved skeletons of a clip."""
    frames = project_frames(skeletons, recipe.camera, fps=recipe.fps)
    sides = tuple(Side) if recipe.task.is_two_leg else (recipe.side,)
    reps = tuple(
        _measure_rep(number, span, side, recipe, motion, frames)
        for number, span in enumerate(motion.reps, start=1)
        for side in sides
    )
    return ClipTruth(
        task=recipe.task.value,
        side=recipe.side.value,
        fps=recipe.fps,
        view="back" if recipe.camera.is_behind else "front",
        yaw_deg=recipe.camera.valgus_yaw_deg(recipe.side),
        roll_deg=recipe.camera.roll_deg,
        stickers=recipe.stickers,
        reps=reps,
        frames=frames,
    )


def project_frames(skeletons: list[Skeleton], camera: Camera, /, *, fps: int) -> FrameTruth:
    """Collect the joints of all frames, in space and in the picture."""
    names = tuple(skeletons[0].joints_m)
    xyz = np.array([[skeleton.joints_m[name] for name in names] for skeleton in skeletons])
    xy, _ = camera.project(xyz)
    return FrameTruth(names, np.arange(len(skeletons)) / fps, xy, xyz)


def _measure_rep(
    number: int, span: RepSpan, side: Side, recipe: Recipe, motion: Motion, frames: FrameTruth
) -> RepTruth:
    lowest = _lowest_frame(span, side, frames)
    medial_sign = recipe.camera.medial_sign(side)
    standing = (frames.time_s >= motion.quiet_s[0]) & (frames.time_s < motion.quiet_s[1])

    def change(tilt_deg: FloatArray) -> float:
        return float(tilt_deg[lowest] - tilt_deg[standing].mean())

    return RepTruth(
        rep=number,
        side=side.value,
        start_s=span.start_s,
        bottom_s=float(frames.time_s[lowest]),
        end_s=span.end_s,
        fppa_deg=float(frames.fppa_deg(side, medial_sign=medial_sign)[lowest]),
        fppa_asis_deg=float(frames.fppa_deg(side, medial_sign=medial_sign, top="asis")[lowest]),
        pelvic_drop_deg=change(frames.pelvic_tilt_px_deg(side)),
        pelvic_drop_3d_deg=change(frames.pelvic_obliquity_deg(side)),
        knee_flexion_deg=float(frames.knee_flexion_deg(side)[lowest]),
        trunk_lean_deg=float(frames.trunk_lean_deg(side, medial_sign=medial_sign)[lowest]),
        initial_contact_s=span.initial_contact_s,
        pelvic_drop_from_two_legs_deg=_from_two_legs(
            frames.pelvic_obliquity_deg(side), lowest, recipe, frames
        ),
    )


def _from_two_legs(tilt_deg: FloatArray, lowest: int, recipe: Recipe, frames: FrameTruth) -> float | None:
    on_both = frames.time_s < recipe.two_leg_lead_s
    return float(tilt_deg[lowest] - tilt_deg[on_both].mean()) if on_both.any() else None


def _lowest_frame(span: RepSpan, side: Side, frames: FrameTruth) -> int:
    """Frame with the lowest hip; after a flight, only from the contact on."""
    begin_s = span.start_s if span.initial_contact_s is None else span.initial_contact_s
    during = (frames.time_s >= begin_s) & (frames.time_s <= span.end_s)
    height = np.where(during, frames.m(f"hip_{side.value}")[:, 1], math.inf)
    return int(np.argmin(height))
