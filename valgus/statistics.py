"""Agreement and reliability in figures: limits of agreement, intraclass correlation, measurement error.

Arrays in, plain numbers out; no person, no clip, no rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from valgus.model.agreement import Limits, WithInterval
from valgus.model.arrays import FloatArray

#: Standard deviations that hold 95 % of a normal distribution, to both sides.
Z95 = 1.96
#: Tails of a 95 % interval.
LOW_TAIL, HIGH_TAIL = 0.025, 0.975
#: Mean squares this small beside others are what is left of equal numbers.
ROUNDING = 1e-14


def mdc95(sem: float, /) -> float:
    """Return the smallest detectable change: 1.96 times the square root of 2 times the error of one value."""
    return Z95 * float(np.sqrt(2.0)) * sem


# --- limits of agreement ------------------------------------------------------------------------------------


def limits_of(bias: float, sd: float, /) -> tuple[float, float]:
    """Return Bland and Altman's 95 % limits of agreement: bias - 1.96 sd and bias + 1.96 sd."""
    return bias - Z95 * sd, bias + Z95 * sd


def limits_of_agreement(groups: Sequence[FloatArray], /) -> Limits | None:
    """Return bias and limits of agreement of differences that come in groups, None with fewer than two.

    Parameters
    ----------
    groups : sequence of arrays (m,)
        Differences between two measurements, one array for each group: the reps of one person are a group,
        because they are more alike than those of two. Groups of one each are Bland and Altman's plain method.

    Notes
    -----
    The bias is the mean of the groups' means. The variance of a single difference is that of the groups'
    means and (1 - 1 / m) times that within groups, with m the harmonic mean of the groups' sizes (Bland and
    Altman's limits for repeated measures whose true value varies). The bias has its interval from Student's
    t, the limits by the method of variance estimates recovery.

    References
    ----------
    Bland & Altman 1986, doi:10.1016/S0140-6736(86)90837-8; 2007, doi:10.1080/10543400701329422.
    Zou 2013, doi:10.1177/0962280211402548.
    """
    if len(groups) < 2:
        return None
    sizes = np.array([len(group) for group in groups])
    means = np.array([group.mean() for group in groups])
    bias, between = float(means.mean()), float(means.var(ddof=1))
    spare = int((sizes - 1).sum())
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    within = (1.0 - float((1.0 / sizes).mean())) * (squares / spare if spare else 0.0)
    parts = ((between, len(groups) - 1), (within, max(spare, 1)))
    sd, sd_low, sd_high = _sd_with_interval(parts)
    error = float(np.sqrt(between / len(groups)))
    reach = float(stats.t.ppf(HIGH_TAIL, len(groups) - 1)) * error
    down, up = (float(np.hypot(reach, Z95 * (other - sd))) for other in (sd_low, sd_high))
    low, high = limits_of(bias, sd)
    return Limits(
        bias=WithInterval(bias, bias - reach, bias + reach),
        sd=sd,
        low=WithInterval(low, low - up, low + down),
        high=WithInterval(high, high - down, high + up),
    )


def _sd_with_interval(parts: Sequence[tuple[float, int]]) -> tuple[float, float, float]:
    """Return the root of a sum of variances, each with its degrees of freedom, and its 95 % interval."""
    total = sum(variance for variance, _ in parts)
    below = sum((v * (1.0 - df / stats.chi2.ppf(HIGH_TAIL, df))) ** 2 for v, df in parts)
    above = sum((v * (df / stats.chi2.ppf(LOW_TAIL, df) - 1.0)) ** 2 for v, df in parts)
    low, high = max(total - float(np.sqrt(below)), 0.0), total + float(np.sqrt(above))
    return float(np.sqrt(total)), float(np.sqrt(low)), float(np.sqrt(high))


# --- intraclass correlation ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class MeanSquares:
    """Two-way analysis of variance without repetition: n targets, k raters.

    Attributes
    ----------
    targets, raters, rest : float
        Mean squares between targets, between raters, and of what is left.
    n, k : int
        Targets and raters.
    """

    targets: float
    raters: float
    rest: float
    n: int
    k: int

    @property
    def vary(self) -> bool:
        """Whether targets differ and something is by chance; what rounding leaves is neither."""
        return self.targets > 0 and self.rest > ROUNDING * self.targets


def mean_squares(ratings: FloatArray, /) -> MeanSquares:
    """Return the mean squares of a table (n, k): a row for each target, a column for each rater."""
    n, k = ratings.shape
    middle = ratings.mean()
    rows, columns = ratings.mean(axis=1, keepdims=True), ratings.mean(axis=0, keepdims=True)
    rest = ratings - rows - columns + middle
    return MeanSquares(
        targets=float(k * ((rows - middle) ** 2).sum() / (n - 1)),
        raters=float(n * ((columns - middle) ** 2).sum() / (k - 1)),
        rest=float((rest**2).sum() / ((n - 1) * (k - 1))),
        n=n,
        k=k,
    )


def icc_agreement(of: MeanSquares, /) -> WithInterval | None:
    """Return ICC(2,1): a rater's bias counts as error. None where nothing varies or nothing is by chance.

    References
    ----------
    Shrout & Fleiss 1979, doi:10.1037/0033-2909.86.2.420; the interval is that of ICC(A,1) in McGraw & Wong
    1996, doi:10.1037/1082-989X.1.1.30.
    """
    if not of.vary:
        return None
    n, k = of.n, of.k
    error = k * of.raters + (k * n - k - n) * of.rest
    value = (of.targets - of.rest) / (of.targets + (k - 1) * of.rest + k * (of.raters - of.rest) / n)
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    parts = (a * of.raters) ** 2 / (k - 1) + (b * of.rest) ** 2 / ((n - 1) * (k - 1))
    df = (a * of.raters + b * of.rest) ** 2 / parts
    below, above = stats.f.ppf(HIGH_TAIL, n - 1, df), stats.f.ppf(HIGH_TAIL, df, n - 1)
    # Divided by the quantiles, which grow beyond all bounds where there are next to no degrees of freedom.
    low = n * (of.targets / below - of.rest) / (error + n * of.targets / below)
    high = n * (of.targets - of.rest / above) / (error / above + n * of.targets)
    return WithInterval(value, float(low), float(high))


def icc_consistency(of: MeanSquares, /) -> WithInterval | None:
    """Return ICC(3,1): a rater's bias does not count. None where nothing varies or nothing is by chance.

    References
    ----------
    Shrout & Fleiss 1979, doi:10.1037/0033-2909.86.2.420.
    """
    if not of.vary:
        return None
    ratio, df_rest = of.targets / of.rest, (of.n - 1) * (of.k - 1)
    low = ratio / stats.f.ppf(HIGH_TAIL, of.n - 1, df_rest)
    high = ratio * stats.f.ppf(HIGH_TAIL, df_rest, of.n - 1)
    value, low, high = ((f - 1) / (f + of.k - 1) for f in (ratio, low, high))
    return WithInterval(float(value), float(low), float(high))


# --- lines --------------------------------------------------------------------------------------------------


def slope_of(x: FloatArray, y: FloatArray, /) -> WithInterval | None:
    """Return the least-squares slope of y on x with its 95 % interval; None with fewer than three points."""
    if len(x) < 3 or np.ptp(x) == 0:
        return None
    line = stats.linregress(x, y)
    reach = float(stats.t.ppf(HIGH_TAIL, len(x) - 2)) * float(line.stderr)
    return WithInterval(float(line.slope), float(line.slope) - reach, float(line.slope) + reach)
