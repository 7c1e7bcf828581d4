"""Every metric the product knows. Add one in a file here and to the tuple below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from valgus.metrics import depth, displacement, knee, pelvis, trunk
from valgus.metrics.base import Measure, RepView, Signal
from valgus.model.column import Column, text, time, values_of
from valgus.model.frontal import FrontalTrack, Side
from valgus.model.judgement import DepthProfile
from valgus.model.rep import Rep

#: Decimals kept in every table, so that what is saved is what was computed with.
DECIMALS = 3

SIGNALS: tuple[Signal, ...] = (
    knee.FPPA,
    knee.FPPA_ASIS,
    pelvis.HIP_LINE,
    pelvis.PELVIS_TILT,
    pelvis.FROM_TWO_LEGS,
    pelvis.HIP_ADDUCTION,
    trunk.TRUNK_LEAN,
    trunk.KNEE_PLUS_TRUNK,
    knee.KNEE_OVER_FOOT,
    knee.KNEE_MEDIAL,
    knee.KNEE_SEPARATION,
    depth.DEPTH,
    depth.ANKLE_HEIGHT,
    depth.SWING_ANKLE_HEIGHT,
    depth.BODY_MEDIAL,
)

#: What a row of the signals belongs to; the signals follow in their order.
FRAME_COLUMNS: tuple[Column, ...] = (
    time("time_s", "Presentation time of the frame"),
    text("side", "The leg, by the person's own left and right", one_of=values_of(Side), required=True),
)

#: The value columns of the per-rep contract, in its order; a task measures some, the others stay blank.
MEASURE_COLUMNS: tuple[Column, ...] = (
    depth.INITIAL_CONTACT.column,
    depth.DESCENT.column,
    depth.ASCENT.column,
    depth.HOLD.column,
    knee.FPPA_AT_LOWEST.column,
    knee.FPPA_CI95,
    knee.FPPA_MATCHED.column,
    knee.FPPA_EXCURSION.column,
    knee.FPPA_YAW_CORRECTED,
    knee.FPPA_ASIS_AT_LOWEST.column,
    pelvis.PELVIC_DROP.column,
    pelvis.PELVIC_DROP_CI95,
    pelvis.PELVIC_DROP_ABSOLUTE.column,
    pelvis.HIP_ADDUCTION_AT_LOWEST.column,
    pelvis.HIP_LINE_CHANGE.column,
    pelvis.HIP_LINE_CI95,
    trunk.TRUNK_LEAN_AT_LOWEST.column,
    trunk.KNEE_PLUS_TRUNK_AT_LOWEST.column,
    knee.KNEE_OVER_FOOT_AT_LOWEST.column,
    knee.KNEE_SEPARATION_AT_LOWEST.column,
    displacement.KNEE_DISPLACEMENT.column,
    depth.DEPTH_AT_LOWEST.column,
    knee.WOBBLE.column,
    depth.SWAY.column,
    knee.YAW,
    knee.YAW_CI95,
)


def signals_of(legs: Sequence[FrontalTrack], /) -> pd.DataFrame:
    """Return every signal of every leg, long: one row per frame and leg with ``time_s`` and ``side``.

    Frames in which a leg does not carry the person have NaN in all signals. No legs give no rows.
    """
    tables = [
        pd.DataFrame(
            {"time_s": leg.time_s, "side": leg.side.value}
            | {signal.column.name: _rounded(signal.of(leg), leg) for signal in SIGNALS}
        )
        for leg in legs
    ]
    return pd.concat(tables, ignore_index=True) if tables else _no_signals()


def _no_signals() -> pd.DataFrame:
    names = [signal.column.name for signal in SIGNALS]
    empty = {"time_s": np.empty(0), "side": np.empty(0, dtype=str)} | {name: np.empty(0) for name in names}
    return pd.DataFrame(empty)


def _rounded(values: object, leg: FrontalTrack) -> object:
    return np.round(np.where(leg.carries, np.asarray(values, dtype=np.float64), np.nan), DECIMALS) + 0.0


def measures_of(reps: Sequence[Rep], signals: pd.DataFrame, /, *, chosen: Sequence[Measure]) -> pd.DataFrame:
    """Return the measures, one row per rep in the order given, with every column of the contract.

    NaN is 'not measurable', or not measured in this task.
    """
    rows = [
        {m.column.name: round(m.of(view), DECIMALS) + 0.0 for m in chosen} for view in _views(reps, signals)
    ]
    return pd.DataFrame(rows, columns=[column.name for column in MEASURE_COLUMNS], dtype=np.float64)


def depth_profiles_of(reps: Sequence[Rep], signals: pd.DataFrame, /) -> tuple[DepthProfile, ...]:
    """Return the projection angle by depth, one profile for each rep."""
    return tuple(knee.depth_profile(view) for view in _views(reps, signals))


def _views(reps: Sequence[Rep], signals: pd.DataFrame) -> Iterator[RepView]:
    by_side = {
        side: {str(name): np.asarray(table[name], dtype=np.float64) for name in table.columns.drop("side")}
        for side, table in signals.groupby("side")
    }
    return (RepView(rep, by_side[rep.side.value]) for rep in reps)


__all__ = [
    "FRAME_COLUMNS",
    "MEASURE_COLUMNS",
    "SIGNALS",
    "Column",
    "Measure",
    "RepView",
    "Signal",
    "depth_profiles_of",
    "measures_of",
    "signals_of",
]
