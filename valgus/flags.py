"""Hold values against bands: a colour for each rep that can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import pandas as pd

from valgus.model.rep import Grade, Rep
from valgus.model.rule import Band, Flag, Level
from valgus.model.rulebook import RuleBook
from valgus.model.trial import Analysis

Kind = TypeVar("Kind", bound=Analysis)

#: Columns whose half-width of the 95 % interval is known, and where it stands.
INTERVALS = {
    "fppa_deg": "fppa_ci95_deg",
    # The knee and the ankle err alike in both, and a sticker errs less than a hip landmark.
    "fppa_asis_deg": "fppa_ci95_deg",
    "knee_plus_trunk_deg": "fppa_ci95_deg",
    "pelvic_drop_deg": "pelvic_drop_ci95_deg",
}


def flags_of(reps: Sequence[Rep], measures: pd.DataFrame, bands: Sequence[Band], /) -> tuple[Flag, ...]:
    """Return one flag for each rep graded ok and each band whose measure is known.

    The colour is that of the value itself; whether an edge lies inside the value's interval is marked beside
    it.
    """
    flags = []
    for (_, row), rep in zip(measures.iterrows(), reps, strict=True):
        for band in bands:
            value = float(row[band.measure])
            if rep.grade is Grade.OK and value == value:
                flags.append(_flag(rep, band, value, _interval(row, band.measure)))
    return tuple(flags)


def judged_by(analysis: Kind, book: RuleBook, /) -> Kind:
    """Return an analysis with the bands of a book in force, whatever was in force when it was made."""
    bands = book.bands_for(analysis.task.name, analysis.provenance.settings.sex)
    if bands == analysis.task.bands:
        return analysis
    flags = flags_of(analysis.reps, analysis.measures, bands)
    return replace(analysis, task=replace(analysis.task, bands=bands), flags=flags)


def level_of(value: float, band: Band, /) -> Level:
    """Return the colour of a value; a value on an edge still has the better colour."""
    if band.red is not None and value > band.red:
        return Level.RED
    if band.amber is not None and value > band.amber:
        return Level.AMBER
    return Level.GREEN


def _flag(rep: Rep, band: Band, value: float, half_width: float) -> Flag:
    edges = [edge for edge in (band.amber, band.red) if edge is not None]
    inside = any(abs(value - edge) < half_width for edge in edges)
    return Flag(rep.number, rep.side.value, band.code, band.measure, value, level_of(value, band), inside)


def _interval(row: pd.Series, measure: str) -> float:
    half_width = float(row[INTERVALS[measure]]) if measure in INTERVALS else float("nan")
    return half_width if half_width == half_width else 0.0
