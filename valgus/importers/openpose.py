"""OpenPose: a folder with one ``*_keypoints.json`` for each frame, BODY_25."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from valgus import bounded
from valgus.errors import NotReadableAsLandmarks
from valgus.importers.base import MOST_MB, About, by_landmark, pixel_track, times_of
from valgus.importers.people import Person, followed
from valgus.model.imported import ImportedTrack

BODY_25 = (
    "Nose", "Neck", "RShoulder", "RElbow", "RWrist", "LShoulder", "LElbow", "LWrist", "MidHip",
    "RHip", "RKnee", "RAnkle", "LHip", "LKnee", "LAnkle", "REye", "LEye", "REar", "LEar",
    "LBigToe", "LSmallToe", "LHeel", "RBigToe", "RSmallToe", "RHeel",
)  # fmt: skip
ENDING = "_keypoints.json"


class _OpenPose:
    name = "OpenPose (folder of *_keypoints.json, BODY_25)"

    def recognises(self, path: Path, /) -> bool:
        return path.is_dir() and any(path.glob(f"*{ENDING}"))

    def read(self, path: Path, about: About, /) -> ImportedTrack:
        files = sorted(path.glob(f"*{ENDING}"))
        frames = [_people(file) for file in files]
        columns = by_landmark(BODY_25, path)
        time_s = times_of(len(files), about, path)
        return pixel_track(time_s, *followed(frames, columns, path, about), "OpenPose BODY_25 JSON")


def _people(file: Path) -> Sequence[Person]:
    try:
        people = bounded.json_of(bounded.text_of(file, most_mb=MOST_MB))["people"]
        return [_person(one) for one in people]
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as wrong:
        raise NotReadableAsLandmarks(
            f"{file.name}: is not as OpenPose writes it ({bounded.quoted(wrong)}).",
            "Run OpenPose with --model_pose BODY_25 --write_json again.",
        ) from wrong


def _person(one: dict[str, Any]) -> Person:
    numbers = np.array(one["pose_keypoints_2d"], dtype=np.float64)
    if numbers.shape != (3 * len(BODY_25),):
        raise ValueError(f"{numbers.size // 3} key points instead of {len(BODY_25)}")
    points = numbers.reshape(-1, 3)
    # A point that was not found is written as three zeros.
    points[points[:, 2] == 0] = (np.nan, np.nan, 0.0)
    return Person(points[:, :2], points[:, 2])


IMPORTER = _OpenPose()
