"""One person over time as a table, for people who go on computing: one row per day, side and set-up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from valgus.exports.tables import (
    DATE,
    DECISION,
    DEFINITIONS,
    LEVEL_REPS,
    LOAD,
    MEAN_PARTS,
    MODEL,
    OK_REPS,
    PERSON,
    REASONS,
    SIDE,
    STEP_HEIGHT,
    TASK,
    VALID_REPS,
    VIEW,
    write_csv,
)
from valgus.model.column import Column, text
from valgus.model.history import History, Series, Visit
from valgus.model.judgement import Decision

#: Name of the table.
PROGRESS_CSV = "progress.csv"
#: Means that get columns.
MEASURES = (
    "fppa_deg",
    "fppa_asis_deg",
    "fppa_matched_depth_deg",
    "pelvic_drop_deg",
    "trunk_lean_deg",
    "knee_plus_trunk_deg",
    "depth_pct",
)
#: Means with a smallest detectable change.
COMPARED = ("fppa_deg", "fppa_asis_deg", "pelvic_drop_deg", "trunk_lean_deg")
#: Which day, leg and set-up a row is about.
PROGRESS_IDENTITY = (
    PERSON,
    replace(DATE, required=True),
    text("date_from", "Where the day is known from"),
    TASK,
    SIDE,
    VIEW,
    STEP_HEIGHT,
    LOAD,
    VALID_REPS,
    OK_REPS,
    *LEVEL_REPS,
)
#: What is told of each measure that is compared; names are appended to the measure's.
CHANGE_PARTS = (
    Column("change", "", "", "change of the mean since the baseline", ""),
    Column("change_needed", "", "more", "what that change must exceed to count", "", least=0.0),
)
#: What came out.
PROGRESS_OUTCOME = (
    text("is_baseline", "Whether it is the one compared with", one_of=("True", "False"), required=True),
    Column("pain_during", "", "worse", "Worst pain in the task", "", least=0.0, most=10.0),
    Column("pain_next_morning", "", "worse", "Worst pain on the morning after", "", least=0.0, most=10.0),
    replace(DECISION, required=True),
    REASONS,
    MODEL,
    DEFINITIONS,
    text("clips", "Folders of results as seen from the person's folder, ; between them", required=True),
)
PROGRESS_COLUMNS = (
    *(column.name for column in PROGRESS_IDENTITY),
    *(f"{measure}_{part.name}" for measure in MEASURES for part in MEAN_PARTS),
    *(f"{measure}_{part.name}" for measure in COMPARED for part in CHANGE_PARTS),
    *(column.name for column in PROGRESS_OUTCOME),
)


def progress_table(history: History, /) -> pd.DataFrame:
    """Return one row per day, side and set-up; blank where unknown."""
    rows = [_row(history, series, visit) for series in history.series for visit in series.visits]
    return pd.DataFrame(rows, columns=PROGRESS_COLUMNS)


def write_progress_csv(history: History, path: Path, /) -> None:
    """Write the table: UTF-8, point as decimal mark, blank for what is not known."""
    write_csv(progress_table(history), path)


def write_progress_json(history: History, path: Path, /) -> None:
    """Write everything that `valgus progress` says, for programs."""
    path.write_text(progress_json(history), encoding="utf-8")


def progress_json(history: History, /) -> str:
    """Return everything that `valgus progress` says, for programs."""
    return json.dumps(_document(history), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _row(history: History, series: Series, visit: Visit) -> dict[str, Any]:
    setup, facts = series.setup, visit.facts
    return {
        "person": history.person,
        "date": visit.date.isoformat(),
        "date_from": visit.session.date_from,
        "task": setup.task,
        "side": setup.side,
        "view": setup.view,
        "step_height_cm": visit.session.step_height_cm,
        "load_kg": visit.session.load_kg,
        "valid_reps": facts.valid,
        "ok_reps": facts.ok,
        "green_reps": facts.green,
        "amber_reps": facts.amber,
        "red_reps": facts.red,
        **dict(_means(visit)),
        **dict(_changes(visit)),
        "is_baseline": visit == series.baseline,
        "pain_during": visit.session.pain_during,
        "pain_next_morning": visit.session.pain_next_morning,
        "decision": visit.decision.outcome.value,
        "reasons": ";".join(reason.code for reason in visit.decision.reasons) or None,
        "model": setup.model,
        "definitions_version": setup.definitions_version,
        "clips": ";".join(visit.clips),
    }


def _means(visit: Visit) -> Iterator[tuple[str, float | None]]:
    for measure in MEASURES:
        mean = visit.mean(measure)
        yield f"{measure}_mean", mean.mean if mean else None
        yield f"{measure}_mean_ci95", mean.ci95 if mean else None


def _changes(visit: Visit) -> Iterator[tuple[str, float | None]]:
    for measure in COMPARED:
        change = visit.change(measure)
        yield f"{measure}_change", round(change.value, 3) if change else None
        yield f"{measure}_change_needed", change.needed if change else None


def _document(history: History) -> dict[str, Any]:
    return {
        "person": history.person,
        "rules": list(history.rules),
        "dates_from": list(history.dates_from),
        "series": [_series(history, series) for series in history.series],
        "between_legs": [
            {
                "date": found.date.isoformat(),
                "task": found.setup.task,
                "measure": found.difference.measure,
                "left_minus_right": found.difference.value,
                "ci95": found.difference.ci95,
                "mdc": found.difference.mdc,
                "real": found.difference.real,
            }
            for found in history.between_legs
        ],
        "left_out": [{"where": problem.where, "says": problem.says} for problem in history.problems],
    }


def _series(history: History, series: Series) -> dict[str, Any]:
    return {
        "task": series.setup.task,
        "side": series.setup.side,
        "baseline": series.baseline.date.isoformat() if series.baseline else None,
        "best": series.best.date.isoformat() if series.best else None,
        "visits": [
            _row(history, series, visit) | {"decision_in_full": _decision(visit.decision)}
            for visit in series.visits
        ],
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "outcome": decision.outcome.value,
        "reasons": [
            {
                "code": reason.code,
                "asks_for": reason.outcome.value,
                "says": reason.says,
                "would_change": reason.would_change,
            }
            for reason in decision.reasons
        ],
        "notes": list(decision.notes),
    }
