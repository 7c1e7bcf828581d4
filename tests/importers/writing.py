"""Files of other tools, written here by hand from simulated tracks: nothing of the product is used for it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np

from valgus.model.track import PoseTrack

HALPE = {
    "RHip": "right_hip", "RKnee": "right_knee", "RAnkle": "right_ankle", "RBigToe": "right_foot_index",
    "RHeel": "right_heel", "LHip": "left_hip", "LKnee": "left_knee", "LAnkle": "left_ankle",
    "LBigToe": "left_foot_index", "LHeel": "left_heel", "Nose": "nose", "RShoulder": "right_shoulder",
    "LShoulder": "left_shoulder",
}  # fmt: skip


def trc_text(
    names: list[str],
    time_s: np.ndarray,
    xyz: np.ndarray,
    *,
    units: str = "m",
    frames: int | None = None,
    markers: int | None = None,
) -> str:
    """Return a TRC file of (n, k, 3) coordinates."""
    n, k = len(time_s), len(names)
    rate = round(1 / float(np.median(np.diff(time_s))), 3)
    said = n if frames is None else frames
    rows = [
        "PathFileType\t4\t(X/Y/Z)\ttrial.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{said}\t{k if markers is None else markers}\t{units}\t{rate}\t0\t{said}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"X{j + 1}\tY{j + 1}\tZ{j + 1}" for j in range(k)),
    ]
    for number, (t, places) in enumerate(zip(time_s, xyz, strict=True), start=1):
        cells = ["" if np.isnan(v) else f"{v:.6f}" for v in places.ravel()]
        rows.append("\t".join([str(number), f"{t:.6f}", *cells]))
    return "\n".join(rows) + "\n"


def sports2d_trc(track: PoseTrack) -> str:
    """Return pixels as Sports2D writes them: y down, z 1 throughout, metres in the header nonetheless."""
    xy = np.stack([track.point(name) for name in HALPE.values()], axis=1)
    xyz = np.concatenate([xy, np.ones((*xy.shape[:2], 1))], axis=2)
    return trc_text(list(HALPE), track.time_s, xyz)


def laboratory_trc(track: PoseTrack, *, units: str = "mm") -> str:
    """Return markers in space, y up, of a simulated track: its own metres, the camera's axes turned over."""
    scale = {"m": 1.0, "cm": 100.0, "mm": 1000.0}[units]
    assert track.world_m is not None
    names = {"L_HJC": "left_hip", "R_HJC": "right_hip", "L_knee": "left_knee", "r_knee": "right_knee"}
    names |= {
        "L_ankle": "left_ankle",
        "r_ankle": "right_ankle",
        "L.ASIS": "left_asis",
        "r.ASIS": "right_asis",
    }
    names |= {"L_Shoulder": "left_shoulder", "R_Shoulder": "right_shoulder"}
    names |= {"L_toe": "left_foot_index", "r_toe": "right_foot_index"}
    # The track's metres are from the mid-hip; in a laboratory it is the feet that stay.
    ankle = track.world("left_ankle")
    places = np.stack([track.world(name) - ankle for name in names.values()], axis=1)
    xyz = places * [1, -1, -1] * scale + np.array([0.4, 0.09, -0.2]) * scale
    return trc_text(["C7", *names], track.time_s, np.insert(xyz, 0, 1.4 * scale, axis=1), units=units)


def openpose_folder(track: PoseTrack, folder: Path, *, bystander_px: float | None = None) -> Path:
    """Write one JSON a frame, BODY_25; a bystander stands so far to the left, and is smaller."""
    from valgus.importers.openpose import BODY_25

    folder.mkdir()
    for k in range(len(track.time_s)):
        points = []
        for label in BODY_25:
            name = HALPE.get(label)
            known = name is not None and np.isfinite(track.point(name)[k]).all()
            points += [*map(float, track.point(name)[k]), 0.9] if known else [0.0, 0.0, 0.0]
        people = [{"person_id": [-1], "pose_keypoints_2d": points}]
        if bystander_px is not None:
            aside = np.array(points).reshape(-1, 3) * [0.7, 0.7, 1.0]
            aside[aside[:, 2] > 0, 0] += bystander_px
            people.insert(k % 2, {"person_id": [-1], "pose_keypoints_2d": aside.ravel().tolist()})
        (folder / f"clip_{k:012d}_keypoints.json").write_text(json.dumps({"version": 1.3, "people": people}))
    return folder


def mmpose_json(track: PoseTrack, names: tuple[str, ...]) -> str:
    """Return what MMPose's inferencer writes."""
    own = {"left_big_toe": "left_foot_index", "right_big_toe": "right_foot_index"}
    frames = []
    for k in range(len(track.time_s)):
        at = [track.point(own.get(n, n))[k] if own.get(n, n) in track.names else [0.0, 0.0] for n in names]
        points = [[float(v) for v in np.nan_to_num(p)] for p in at]
        one = {"keypoints": points, "keypoint_scores": [0.8] * len(names)}
        frames.append({"frame_id": k, "instances": [one]})
    return json.dumps(frames)


def deeplabcut_rows(track: PoseTrack, names: dict[str, str]) -> list[list[str]]:
    """Return the rows of a DeepLabCut CSV."""
    parts = [part for part in names for _ in range(3)]
    rows = [
        ["scorer", *["DLC_resnet50"] * len(parts)],
        ["bodyparts", *parts],
        ["coords", *["x", "y", "likelihood"] * len(names)],
    ]
    for k in range(len(track.time_s)):
        cells = []
        for name in names.values():
            x, y = track.point(name)[k]
            cells += ["" if np.isnan(x) else repr(float(x)), "" if np.isnan(y) else repr(float(y)), "0.97"]
        rows.append([str(k), *cells])
    return rows


def write_csv(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path
