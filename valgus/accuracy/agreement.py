"""How well measured values agree with true ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valgus.model.arrays import FloatArray

#: A slope or correlation says nothing where the truth hardly varies.
LEAST_RANGE = 6.0
#: Measured values that differ by less are one value.
LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class Agreement:
    """Measured minus true, over one set of values; units are those of the measure.

    Attributes
    ----------
    n : int
        Values compared.
    missing : int
        Values that were not measured.
    bias, sd : float
        Mean and standard deviation (n - 1) of the differences. Bland and Altman's limits are bias +- 1.96 sd.
    rmse, largest : float
        Root of the mean square, and the largest difference without its sign.
    slope, r : float or None
        Least squares of measured on true, and Pearson's correlation; None where the truth varies too little.
    covered : float or None
        Share of 95 % intervals that contain the truth; None without intervals.
    half_width : float or None
        Median half-width of the intervals.
    """

    n: int
    missing: int
    bias: float
    sd: float
    rmse: float
    largest: float
    slope: float | None
    r: float | None
    covered: float | None
    half_width: float | None


def agreement_of(rows: pd.DataFrame, /) -> Agreement | None:
    """Compare the columns ``measured`` and ``truth``, with ``ci95``; None where nothing was measured."""
    known = rows[rows["measured"].notna()]
    if known.empty:
        return None
    measured, truth = (np.asarray(known[name], dtype=np.float64) for name in ("measured", "truth"))
    off = measured - truth
    slope, r = _line(measured, truth)
    covered, half_width = _intervals(off, np.asarray(known["ci95"], dtype=np.float64))
    return Agreement(
        n=len(off),
        missing=len(rows) - len(off),
        bias=float(off.mean()),
        sd=float(off.std(ddof=1)) if len(off) > 1 else 0.0,
        rmse=float(np.sqrt((off**2).mean())),
        largest=float(np.abs(off).max()),
        slope=slope,
        r=r,
        covered=covered,
        half_width=half_width,
    )


def within_clip_r(rows: pd.DataFrame, /) -> FloatArray:
    """Return the correlation inside each clip whose truth varies enough, (clips,)."""
    known = rows[rows["measured"].notna()]
    lines = [
        _line(np.asarray(clip["measured"]), np.asarray(clip["truth"])) for _, clip in known.groupby("case")
    ]
    return np.array([r for _, r in lines if r is not None])


def _line(measured: FloatArray, truth: FloatArray) -> tuple[float | None, float | None]:
    if len(truth) < 3 or np.ptp(truth) < LEAST_RANGE or np.ptp(measured) < LEAST_SPREAD:
        return None, None
    slope = float(np.polyfit(truth, measured, 1)[0])
    return slope, float(np.corrcoef(truth, measured)[0, 1])


def _intervals(off: FloatArray, ci95: FloatArray) -> tuple[float | None, float | None]:
    known = np.isfinite(ci95)
    if not known.any():
        return None, None
    return float((np.abs(off[known]) <= ci95[known]).mean()), float(np.median(ci95[known]))
