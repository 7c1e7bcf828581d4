"""A trial as CSV: per rep, per frame, and the raw landmarks.

UTF-8, point as decimal mark, blank for what could not be measured.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

from valgus.model.rep import Rep
from valgus.model.rule import Flag, Level
from valgus.model.trial import Trial

TIME_DECIMALS = 6


def write_reps(trial: Trial, path: Path, /) -> None:
    """Write the per-rep contract, ``reps.csv``: one row per rep and side."""
    _write(reps_table(trial), path)


def write_frames(trial: Trial, path: Path, /) -> None:
    """Write every signal, ``frames.csv``: one row per frame and leg."""
    _write(trial.signals, path)


def write_landmarks(trial: Trial, path: Path, /) -> None:
    """Write the raw pose track, ``landmarks.csv``: pixels, visibility, metres; one row per frame."""
    _write(landmarks_table(trial), path)


def reps_table(trial: Trial, /) -> pd.DataFrame:
    """Return the per-rep contract as a table."""
    identity = pd.DataFrame([_identity(trial, rep) for rep in trial.reps], columns=IDENTITY)
    judgement = pd.DataFrame([_judgement(trial, rep) for rep in trial.reps], columns=JUDGEMENT)
    table = pd.concat([identity, trial.measures, judgement], axis=1)
    for name, value in _provenance(trial).items():
        table[name] = value
    return table


IDENTITY = [
    "clip", "person", "date", "rep", "task", "side", "view", "step_height_cm",
    "start_s", "bottom_s", "end_s",
]  # fmt: skip
PROVENANCE = ["definitions_version", "valgus_version", "model", "model_sha256", "clip_sha256"]
JUDGEMENT = ["pelvis_source", "pelvis_baseline", "grade", "grade_reasons", "flag", "flag_reasons"]


def _identity(trial: Trial, rep: Rep) -> list[object]:
    view = trial.setup.facing.value if trial.setup else None
    session = trial.session
    return [
        trial.clip.name, session.person, session.date and session.date.isoformat(),
        rep.number, trial.task.name, rep.side.value, view, session.step_height_cm,
        rep.start_s, rep.bottom_s, rep.end_s,
    ]  # fmt: skip


def _judgement(trial: Trial, rep: Rep) -> list[object]:
    flags, worst = trial.flags_of(rep), trial.level_of(rep)
    reasons = [
        _flag_reason(flag) for flag in flags if flag.level is not Level.GREEN or flag.edge_inside_interval
    ]
    return [
        trial.pelvis_source,
        trial.pelvis_baseline,
        rep.grade.value,
        ";".join(rep.grade_reasons) or None,
        worst.value if worst else None,
        ";".join(reasons) or None,
    ]


def _flag_reason(flag: Flag) -> str:
    return f"{flag.code}_{flag.level.value}" + ("_edge_inside_interval" if flag.edge_inside_interval else "")


def _provenance(trial: Trial) -> dict[str, str]:
    made = trial.provenance
    return {
        "definitions_version": made.definitions_version,
        "valgus_version": made.valgus_version,
        "model": made.model,
        "model_sha256": made.model_sha256,
        "clip_sha256": trial.clip.sha256,
    }


def landmarks_table(trial: Trial, /) -> pd.DataFrame:
    """Return the raw pose track as a table: ``NAME_x_px, NAME_y_px, NAME_visibility, NAME_x_m ...``."""
    track = trial.track
    world_m = track.world_m if track.world_m is not None else np.full((*track.xy_px.shape[:2], 3), np.nan)
    values = np.concatenate([track.xy_px, track.confidence[..., None], world_m], axis=2)
    columns = [f"{name}_{part}" for name, part in itertools.product(track.names, LANDMARK_PARTS)]
    table = pd.DataFrame(values.reshape(len(track.time_s), -1), columns=columns)
    table.insert(0, "time_s", track.time_s)
    return table


LANDMARK_PARTS = ("x_px", "y_px", "visibility", "x_m", "y_m", "z_m")


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
