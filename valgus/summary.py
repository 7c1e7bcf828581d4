"""From reps to a set: mean, spread and interval per side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # Student's t; scipy.stats has it too, but takes half a second to load

from valgus.model.rep import Grade, Rep
from valgus.model.rule import DetectableChange
from valgus.model.trial import SetMean, SideDifference

#: Measures that are summed up for people, and the column of their interval, if they have one.
SUMMED_UP: tuple[tuple[str, str | None], ...] = (
    ("fppa_deg", "fppa_ci95_deg"),
    ("fppa_matched_depth_deg", "fppa_ci95_deg"),
    ("fppa_excursion_deg", None),
    ("fppa_asis_deg", "fppa_ci95_deg"),
    ("knee_plus_trunk_deg", "fppa_ci95_deg"),
    ("hip_line_tilt_deg", "hip_line_tilt_ci95_deg"),
    ("pelvic_drop_deg", "pelvic_drop_ci95_deg"),
    ("trunk_lean_deg", None),
    ("depth_pct", None),
    ("hold_s", None),
    ("sway_pct", None),
)


def set_means(reps: Sequence[Rep], measures: pd.DataFrame, /) -> tuple[SetMean, ...]:
    """Return the mean of every summed-up measure over each side's reps that are graded ok or low."""
    means = []
    for side in sorted({rep.side.value for rep in reps}):
        rows = [k for k, r in enumerate(reps) if r.side.value == side and r.grade is not Grade.INVALID]
        for measure, interval in SUMMED_UP:
            mean = _mean(measures.iloc[rows], measure, interval, side)
            if mean is not None:
                means.append(mean)
    return tuple(means)


def side_differences(
    means: Sequence[SetMean], changes: Sequence[DetectableChange], /
) -> tuple[SideDifference, ...]:
    """Return left minus right of every measure with a mean on both sides and a smallest detectable change.

    The intervals of both means are taken as independent. Errors that both legs share, from a body's build for
    example, cancel in a difference: then it is known better than its interval says.
    """
    by_place = {(mean.measure, mean.side): mean for mean in means}
    found = []
    for change in changes:
        left, right = (by_place.get((change.measure, side)) for side in ("left", "right"))
        if left is not None and right is not None:
            value = round(left.mean - right.mean, 3)
            found.append(SideDifference(change.measure, value, difference_ci95(left, right), change.value))
    return tuple(found)


def difference_ci95(one: SetMean, other: SetMean, /) -> float | None:
    """Return the half-width of the interval of a difference of two means; None where an error is unknown."""
    if one.ci95 is None or other.ci95 is None:
        return None
    return _rounded(float(np.hypot(one.ci95, other.ci95)))


def scatter_ci95(mean: SetMean, /) -> float:
    """Return the half-width of a mean's interval from the scatter of its reps alone; 0 for a single rep."""
    return _scatter_ci95(mean.sd, mean.n) if mean.sd is not None else 0.0


def _scatter_ci95(sd: float, n: int) -> float:
    return float(stdtrit(n - 1, 0.975)) * sd / float(np.sqrt(n))


def _mean(rows: pd.DataFrame, measure: str, interval: str | None, side: str) -> SetMean | None:
    values = np.asarray(rows[measure].dropna(), dtype=np.float64)
    n = len(values)
    if n == 0:
        return None
    sd = float(np.std(values, ddof=1)) if n > 1 else None
    known = rows[interval].dropna() if interval is not None else None
    shared = float(known.median()) if known is not None and len(known) else None
    ci95 = _ci95(sd, n, shared)
    return SetMean(measure, side, n, round(float(values.mean()), 3), _rounded(sd), _rounded(ci95))


def _ci95(sd: float | None, n: int, shared: float | None) -> float | None:
    """Return the half-width of the mean's interval.

    Averaging shrinks the spread between reps; the error that all reps of a clip share stays as it is.
    """
    if sd is None or shared is None:
        return shared
    return float(np.hypot(_scatter_ci95(sd, n), shared))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
