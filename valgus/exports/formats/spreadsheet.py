"""Tables for spreadsheets and statistics: per rep and per frame, as CSV or Parquet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from valgus.errors import WrongUsage
from valgus.exports.formats.base import Format, Shape, Wanted, wide, with_sign
from valgus.exports.tables import reps_table, write_csv
from valgus.model.trial import Trial


def _tables(trial: Trial, wanted: Wanted) -> dict[str, pd.DataFrame]:
    frames = with_sign(trial.signals, wanted.sign)
    return {
        "reps": with_sign(reps_table(trial), wanted.sign),
        "frames": wide(frames) if wanted.shape is Shape.WIDE else frames,
    }


def _write(
    trial: Trial, folder: Path, stem: str, wanted: Wanted, *, ending: str, one: _One
) -> tuple[str, ...]:
    names = []
    for name, table in _tables(trial, wanted).items():
        names.append(f"{stem}.{name}.{ending}")
        one(table, folder / names[-1])
    return tuple(names)


_One = Callable[[pd.DataFrame, Path], None]


def _parquet(table: pd.DataFrame, path: Path) -> None:
    try:
        table.to_parquet(path, engine="pyarrow")
    except ImportError as missing:
        raise WrongUsage(
            "Parquet needs pyarrow, which is not installed.", "Install it with: pip install 'valgus[parquet]'"
        ) from missing


CSV = Format(
    "csv",
    "reps and frames as CSV",
    lambda trial, folder, stem, wanted: _write(trial, folder, stem, wanted, ending="csv", one=write_csv),
)
PARQUET = Format(
    "parquet",
    "reps and frames as Parquet (needs valgus[parquet])",
    lambda trial, folder, stem, wanted: _write(trial, folder, stem, wanted, ending="parquet", one=_parquet),
)
