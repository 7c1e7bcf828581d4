"""One row for each measure of each rep, with interval, unit and sign: as R and plotting programs like it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from valgus.exports.formats.base import NEGATIVE_ENDING, Format, Wanted, with_sign
from valgus.exports.tables import reps_table, write_csv
from valgus.metrics import MEASURE_COLUMNS
from valgus.model.column import Column
from valgus.model.trial import Trial

#: What tells a rep from all others, and how far it is trusted.
WHOSE = ["clip", "clip_sha256", "person", "date", "task", "side", "rep", "grade"]


def tidy(trial: Trial, wanted: Wanted, /) -> pd.DataFrame:
    """Return one row per rep and measure that is known.

    Returns
    -------
    DataFrame
        `WHOSE`, then ``measure``, ``value``, ``ci95`` (half-width of the 95 % interval, blank where it is not
        known), ``unit`` and ``positive`` (what a positive value means).
    """
    reps = with_sign(reps_table(trial), wanted.sign)
    # Results of an earlier version may lack a measure.
    measured = [column for column in MEASURE_COLUMNS if column.name in trial.measures]
    parts = [_rows_of(column, reps) for column in measured if "_ci95_" not in column.name]
    return pd.concat(parts).dropna(subset="value").sort_values(["rep", "side"], kind="stable")


def _rows_of(column: Column, reps: pd.DataFrame) -> pd.DataFrame:
    turned = f"{column.name}{NEGATIVE_ENDING}"
    name = turned if turned in reps else column.name
    stem, _, unit = column.name.rpartition("_")
    interval = f"{stem}_ci95_{unit}"
    return reps[WHOSE].assign(
        measure=name,
        value=reps[name],
        ci95=reps[interval] if interval in reps else float("nan"),
        unit=column.unit,
        positive="varus" if name == turned else column.positive,
    )


def _write(trial: Trial, folder: Path, stem: str, wanted: Wanted) -> tuple[str, ...]:
    write_csv(tidy(trial, wanted), folder / f"{stem}.tidy.csv")
    return (f"{stem}.tidy.csv",)


TIDY = Format("tidy", "a row for each measure of each rep, as CSV", _write)
