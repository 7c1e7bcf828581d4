"""A trial as CSV: per rep, per frame, and the raw landmarks.

UTF-8, point as decimal mark, blank for what could not be measured; words that a spreadsheet would take for a
formula are marked with an apostrophe.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

from valgus.model.column import CODES, SHA256, Column, Kind, as_cell, count, text, time, values_of
from valgus.model.frontal import Facing, Side
from valgus.model.judgement import Outcome
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Flag, Level
from valgus.model.track import PoseTrack
from valgus.model.trial import PELVIS_BASELINES, PELVIS_SOURCES, Trial

#: Rows of the landmarks that are held as a table at once: a long clip has many, of two hundred numbers each.
FRAMES_AT_A_TIME = 2000


def write_reps(trial: Trial, path: Path, /) -> None:
    """Write the per-rep contract, ``reps.csv``: one row per rep and side."""
    write_csv(reps_table(trial), path)


def write_frames(trial: Trial, path: Path, /) -> None:
    """Write every signal, ``frames.csv``: one row per frame and leg."""
    write_csv(trial.signals, path)


def write_landmarks(trial: Trial, path: Path, /) -> None:
    """Write the raw pose track, ``landmarks.csv``: pixels, visibility, metres; one row per frame."""
    track, first = trial.track, True
    with path.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, max(len(track.time_s), 1), FRAMES_AT_A_TIME):
            block = landmarks_table(track, slice(start, start + FRAMES_AT_A_TIME))
            block.to_csv(file, index=False, header=first, lineterminator="\n")
            first = False


def reps_table(trial: Trial, /) -> pd.DataFrame:
    """Return the per-rep contract as a table."""
    identity = pd.DataFrame([_identity(trial, rep) for rep in trial.reps], columns=IDENTITY)
    judgement = pd.DataFrame([_judgement(trial, rep) for rep in trial.reps], columns=JUDGEMENT)
    table = pd.concat([identity, trial.measures, judgement], axis=1)
    for name, value in _provenance(trial).items():
        table[name] = value
    return table


SIDE = text(
    "side", "The leg measured, by the person's own left and right", one_of=values_of(Side), required=True
)
PERSON = text("person", "Whose knee it is; blank where nobody said")
DATE = Column("date", "", "", "Day of filming, ISO 8601", "", Kind.DATE)
TASK = text("task", "What was done", required=True)
VIEW = text("view", "Which side of the body the camera sees", one_of=values_of(Facing))
STEP_HEIGHT = Column(
    "step_height_cm", "cm", "higher", "Height of the step, as given", "", least=0.0, most=60.0
)
LOAD = Column("load_kg", "kg", "more", "Weight carried, as given", "", least=0.0, most=300.0)
VALID_REPS = count("valid_reps", "Reps that count in means: graded ok or low")
GRADE_REPS = tuple(count(f"{grade.value}_reps", f"Reps graded {grade.value}") for grade in Grade)
OK_REPS = GRADE_REPS[Grade.OK.rank]
LEVEL_REPS = tuple(count(f"{level.value}_reps", f"Reps with the colour {level.value}") for level in Level)
DECISION = text("decision", "What it says about the exercise", one_of=values_of(Outcome))
REASONS = text("reasons", "Codes of the rules that applied, ; between them", pattern=CODES)
#: What is told of a measure over the valid reps of a leg; names are appended to the measure's.
MEAN_PARTS = (
    Column("mean", "", "", "mean over the valid reps", ""),
    Column("mean_ci95", "", "wider", "half-width of the 95 % interval of that mean", "", least=0.0),
)
DEFINITIONS = text("definitions_version", "Version of the definitions of all measures", required=True)
MODEL = text("model", "Pose model, or the tool and format that the landmarks are from", required=True)
#: What made the numbers.
PROVENANCE_COLUMNS = (
    DEFINITIONS,
    text("valgus_version", "Version of the program", required=True),
    MODEL,
    text(
        "model_sha256",
        "Hash of the file of the pose model, or of the landmarks",
        pattern=SHA256,
        required=True,
    ),
    text("clip_sha256", "Hash of the clip's bytes", pattern=SHA256, required=True),
)
#: Which rep a row of ``reps.csv`` is about.
IDENTITY_COLUMNS = (
    text("clip", "Name of the clip's file, without its folder", required=True),
    PERSON,
    DATE,
    count("rep", "Counted from 1 in order of time; both legs of a two-leg rep share it", least=1),
    TASK,
    SIDE,
    VIEW,
    STEP_HEIGHT,
    time("start_s", "Leaving standing"),
    time("bottom_s", "Lowest point of the hip, peak knee flexion"),
    time("end_s", "Back to standing"),
)
#: What is made of the numbers of a rep.
JUDGEMENT_COLUMNS = (
    text("pelvis_source", "What the pelvis was taken from", one_of=PELVIS_SOURCES, required=True),
    text(
        "pelvis_baseline",
        "What changes of the pelvis are measured from: standing on both legs in this clip, on one leg before "
        "the rep, or nothing",
        one_of=PELVIS_BASELINES,
        required=True,
    ),
    text(
        "grade",
        "How far the numbers can be trusted: ok earns a colour, low counts in means only, invalid counts "
        "nowhere",
        one_of=values_of(Grade),
        required=True,
    ),
    text("grade_reasons", "Codes of the findings that lowered the grade, ; between them", pattern=CODES),
    text("flag", "Worst colour by the bands in force; blank where no band applies", one_of=values_of(Level)),
    text(
        "flag_reasons",
        "Code of each band and its colour, ; between them; with _edge_inside_interval where the interval "
        "reaches beyond the edge. Green is left out unless it does",
        pattern=CODES,
    ),
)
IDENTITY = [column.name for column in IDENTITY_COLUMNS]
JUDGEMENT = [column.name for column in JUDGEMENT_COLUMNS]


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


def landmarks_table(track: PoseTrack, frames: slice = slice(None), /) -> pd.DataFrame:
    """Return frames of a track as a table: ``NAME_x_px, NAME_y_px, NAME_visibility, NAME_x_m ...``."""
    time_s, xy_px, confidence = track.time_s[frames], track.xy_px[frames], track.confidence[frames]
    world_m = np.full((*xy_px.shape[:2], 3), np.nan) if track.world_m is None else track.world_m[frames]
    values = np.concatenate([xy_px, confidence[..., None], world_m], axis=2)
    columns = [f"{name}_{part}" for name, part in itertools.product(track.names, LANDMARK_PARTS)]
    table = pd.DataFrame(values.reshape(len(time_s), -1), columns=columns)
    table.insert(0, LANDMARK_TIME.name, time_s)
    return table


#: What is kept of each landmark; a column is called after the landmark and one of these.
LANDMARK_COLUMNS = (
    Column("x_px", "px", "right", "place in the upright picture, from its left edge", ""),
    Column("y_px", "px", "down", "place in the upright picture, from its top edge", ""),
    Column("visibility", "", "surer", "how sure the pose model is that it is seen", "", least=0.0, most=1.0),
    Column("x_m", "m", "right", "the pose model's guess in space, from the mid-hip", ""),
    Column("y_m", "m", "down", "the pose model's guess in space, from the mid-hip", ""),
    Column("z_m", "m", "away from the camera", "the pose model's guess in space, from the mid-hip", ""),
)
LANDMARK_PARTS = tuple(column.name for column in LANDMARK_COLUMNS)
#: What a row of the landmarks belongs to.
LANDMARK_TIME = time("time_s", "Presentation time of the frame")


def write_csv(table: pd.DataFrame, path: Path, /) -> None:
    """Write a table as every table is written: see the top of this file."""
    words = [str(name) for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    table = table.assign(**{name: table[name].map(as_cell) for name in words})
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
