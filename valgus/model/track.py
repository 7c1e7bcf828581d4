"""Landmarks of one person over time, in pixels of the upright picture."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from valgus.model.arrays import FloatArray, SameByValue, frozen

#: The thirty-three body landmarks of MediaPipe's pose model, in its order.
LANDMARKS: tuple[str, ...] = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye",
    "right_eye_outer", "left_ear", "right_ear", "mouth_left", "mouth_right",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_pinky", "right_pinky", "left_index", "right_index", "left_thumb", "right_thumb",
    "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_heel", "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip
#: Two more, where stickers on the front of the hip bones are followed.
STICKER_LANDMARKS = ("left_asis", "right_asis")

#: Without these nothing can be measured; a pose source may lack any other.
NEEDED_LANDMARKS = tuple(
    f"{side}_{joint}" for joint in ("hip", "knee", "ankle") for side in ("left", "right")
)

#: All that anything is measured from. The others say where the head is, and whether the picture's edge cuts
#: the body; they need no cleaning.
MEASURED_LANDMARKS = tuple(
    f"{side}_{part}"
    for part in ("shoulder", "hip", "asis", "knee", "ankle", "foot_index")
    for side in ("left", "right")
)


@dataclass(frozen=True, eq=False)
class PoseTrack(SameByValue):
    """One person's landmarks, frame by frame; NaN means not seen.

    Attributes
    ----------
    time_s : (n,) array
        Presentation time of each frame, strictly rising.
    xy_px : (n, k, 2) array
        Landmark positions in upright pixels, x to the right and y down.
    confidence : (n, k) array
        Visibility of each landmark, 0 to 1.
    names : tuple of str
        The k landmark names; left and right are the person's own as the pose source labelled them.
    world_m : (n, k, 3) array or None
        The source's own guess in metres from the mid-hip: x right, y down, z away from the camera.
    steps : tuple of str
        What was done to the track, in order, as sentences for the methods paragraph.

    Raises
    ------
    ValueError
        If shapes disagree or times do not strictly rise.
    """

    time_s: FloatArray
    xy_px: FloatArray
    confidence: FloatArray
    names: tuple[str, ...] = LANDMARKS
    world_m: FloatArray | None = None
    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("time_s", "xy_px", "confidence"):
            object.__setattr__(self, field, frozen(getattr(self, field)))
        if self.world_m is not None:
            object.__setattr__(self, "world_m", frozen(self.world_m))
        self._check_shapes()

    def _check_shapes(self) -> None:
        n, k = len(self.time_s), len(self.names)
        if self.xy_px.shape != (n, k, 2) or self.confidence.shape != (n, k):
            raise ValueError(
                f"expected xy_px ({n}, {k}, 2) and confidence ({n}, {k}), "
                f"got {self.xy_px.shape} and {self.confidence.shape}"
            )
        if self.world_m is not None and self.world_m.shape != (n, k, 3):
            raise ValueError(f"expected world_m ({n}, {k}, 3), got {self.world_m.shape}")
        if np.any(np.diff(self.time_s) <= 0):
            raise ValueError("time_s must strictly rise")

    def index(self, name: str) -> int:
        """Return the column of a landmark; a name that the track does not have raises ValueError."""
        return self.names.index(name)

    def point(self, name: str) -> FloatArray:
        """Return the (n, 2) pixel positions of one landmark."""
        return self.xy_px[:, self.index(name)]

    def point_if_given(self, name: str) -> FloatArray:
        """Return the (n, 2) pixel positions of a landmark, NaN if the source does not give it at all."""
        return self.point(name) if name in self.names else np.full((len(self.time_s), 2), np.nan)

    def world(self, name: str) -> FloatArray:
        """Return the (n, 3) metric positions of one landmark, NaN where the source has none."""
        if self.world_m is None:
            return np.full((len(self.time_s), 3), np.nan)
        return self.world_m[:, self.index(name)]

    def confidence_of(self, *names: str) -> FloatArray:
        """Return, frame by frame, the lowest confidence (n,) among the named landmarks."""
        columns = [self.index(name) for name in names]
        return np.asarray(self.confidence[:, columns].min(axis=1))

    @property
    def fps(self) -> float:
        """Frames per second from the median spacing; NaN with fewer than two frames."""
        if len(self.time_s) < 2:
            return float("nan")
        return float(1.0 / np.median(np.diff(self.time_s)))

    @cached_property
    def leg_scale_px(self) -> float:
        """Longest usual hip-ankle distance in the picture, px: how large the person is. NaN if never seen."""
        spans = [
            np.hypot(*(self.point(f"{side}_ankle") - self.point(f"{side}_hip")).T)
            for side in ("left", "right")
        ]
        known = np.concatenate(spans)
        known = known[np.isfinite(known) & (known > 0)]  # hip and ankle in one point are no leg
        return float(np.percentile(known, 90)) if len(known) else float("nan")

    def with_landmarks(self, names: tuple[str, ...], xy_px: FloatArray, step: str) -> PoseTrack:
        """Return the track with more landmarks, (n, m, 2); those seen have full confidence, others none."""
        seen = np.isfinite(xy_px).all(axis=2).astype(np.float64)
        unknown = np.full((*seen.shape, 3), np.nan)
        return replace(
            self,
            names=(*self.names, *names),
            xy_px=np.concatenate([self.xy_px, xy_px], axis=1),
            confidence=np.concatenate([self.confidence, seen], axis=1),
            world_m=None if self.world_m is None else np.concatenate([self.world_m, unknown], axis=1),
            steps=(*self.steps, step),
        )

    def only(self, names: Collection[str]) -> PoseTrack:
        """Return the track with those of its landmarks that are named, in its own order."""
        columns = [k for k, name in enumerate(self.names) if name in names]
        return replace(
            self,
            names=tuple(self.names[k] for k in columns),
            xy_px=self.xy_px[:, columns],
            confidence=self.confidence[:, columns],
            world_m=None if self.world_m is None else self.world_m[:, columns],
        )

    def moved(self, xy_px: FloatArray, step: str) -> PoseTrack:
        """Return the same track at other positions, with one more step in its history."""
        return replace(self, xy_px=xy_px, steps=(*self.steps, step))
