"""MMPose: the predictions that its inferencer and its demos write as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from valgus import bounded
from valgus.errors import NotReadableAsLandmarks
from valgus.importers.base import MOST_MB, About, by_landmark, head_of, pixel_track, times_of
from valgus.importers.people import Person, followed
from valgus.model.imported import ImportedTrack

COCO_17 = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip",
    "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip
HALPE_26 = (
    *COCO_17, "head", "neck", "hip", "left_big_toe", "right_big_toe", "left_small_toe", "right_small_toe",
    "left_heel", "right_heel",
)  # fmt: skip
#: COCO-WholeBody begins with COCO, then six points of the feet; faces and hands follow.
WHOLE_BODY_FEET = (
    *COCO_17, "left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe",
    "right_heel",
)  # fmt: skip
LAYOUTS = {17: COCO_17, 26: HALPE_26, 133: WHOLE_BODY_FEET}
AGAIN = "Run the inferencer again with pred_out_dir and one of the body models (COCO, HALPE 26, WholeBody)."


class _MMPose:
    name = "MMPose (JSON; COCO 17, HALPE 26, WholeBody 133)"

    def recognises(self, path: Path, /) -> bool:
        return '"keypoints"' in head_of(path, 1 << 16) and '"instance' in head_of(path, 1 << 16)

    def read(self, path: Path, about: About, /) -> ImportedTrack:
        try:
            document = bounded.json_of(bounded.text_of(path, most_mb=MOST_MB))
            frames = _frames(document)
            labels = _labels(document, frames)
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as wrong:
            raise NotReadableAsLandmarks(
                f"{path.name}: is not as MMPose writes it ({bounded.quoted(wrong)}).", AGAIN
            ) from wrong
        time_s = times_of(len(frames), about, path)
        return pixel_track(time_s, *followed(frames, by_landmark(labels, path), path, about), "MMPose JSON")


def _frames(document: Any) -> list[Sequence[Person]]:
    listed = document["instance_info"] if isinstance(document, dict) else document
    numbers = [frame.get("frame_id", k) for k, frame in enumerate(listed)]
    if any(b - a != 1 for a, b in pairwise(numbers)):
        raise ValueError("frame_id does not count every frame in order")
    return [[_person(one) for one in frame["instances"]] for frame in listed]


def _person(one: dict[str, Any]) -> Person:
    points = np.array(one["keypoints"], dtype=np.float64)[:, :2]
    sure = np.array(one.get("keypoint_scores", np.ones(len(points))), dtype=np.float64)
    if sure.shape != (len(points),):
        raise ValueError("as many keypoint_scores as keypoints are expected")
    return Person(points, np.clip(sure, 0.0, 1.0))


def _labels(document: Any, frames: Sequence[Sequence[Person]]) -> Sequence[str]:
    """Return the names that the file itself gives, else those of the layout with so many points."""
    sizes = {len(one.xy_px) for people in frames for one in people}
    if isinstance(document, dict) and "keypoint_id2name" in document.get("meta_info", {}):
        named = document["meta_info"]["keypoint_id2name"]
        if sizes - {len(named)}:
            raise ValueError(f"{sorted(sizes)} key points a person, and {len(named)} names")
        return [str(named[str(k)]) for k in range(len(named))]
    if len(sizes) != 1 or not sizes <= set(LAYOUTS):
        raise ValueError(f"{sorted(sizes)} key points a person; known are {sorted(LAYOUTS)}")
    return LAYOUTS[sizes.pop()]


IMPORTER = _MMPose()
