"""JSON: one document with every rep, every signal over time and what they mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from valgus.exports.formats.base import NEGATIVE_ENDING, Format, Shape, Wanted, wide, with_sign
from valgus.exports.tables import reps_table
from valgus.metrics import MEASURE_COLUMNS, SIGNALS
from valgus.model.trial import Trial


def _write(trial: Trial, folder: Path, stem: str, wanted: Wanted) -> tuple[str, ...]:
    frames = with_sign(trial.signals, wanted.sign)
    frames = wide(frames) if wanted.shape is Shape.WIDE else frames
    document = {
        "clip": trial.clip.name,
        "task": trial.task.name,
        "definitions_version": trial.provenance.definitions_version,
        "methods": list(trial.task.methods),
        "findings": [{"code": one.code, "says": one.says} for one in trial.findings],
        "columns": list(_columns(wanted)),
        "reps": _rows(with_sign(reps_table(trial), wanted.sign)),
        "frames": {str(name): _values(frames[name]) for name in frames.columns},
    }
    name = f"{stem}.json"
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    (folder / name).write_text(text + "\n", encoding="utf-8")
    return (name,)


def _columns(wanted: Wanted) -> list[dict[str, str]]:
    known = {column.name: column for column in (*(s.column for s in SIGNALS), *MEASURE_COLUMNS)}
    probe = with_sign(pd.DataFrame(columns=list(known), dtype=np.float64), wanted.sign)
    return [
        {
            "name": str(name),
            "unit": column.unit,
            "positive" if not str(name).endswith(NEGATIVE_ENDING) else "negative": column.positive,
            "meaning": column.meaning,
        }
        for name, column in zip(probe.columns, known.values(), strict=True)
    ]


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {str(name): _values(table[name]) for name in table.columns}
    return [{name: values[k] for name, values in columns.items()} for k in range(len(table))]


def _values(column: pd.Series[Any]) -> list[Any]:
    return [None if pd.isna(value) else value for value in column.tolist()]


JSON = Format("json", "reps and frames in one document, with what every column means", _write)
