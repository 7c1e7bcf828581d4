"""Two measurements of the same reps: what was put together, and how well they agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What one value is about: a rep, or the mean of a clip's reps on one side.
Unit = Literal["rep", "set"]


@dataclass(frozen=True)
class WithInterval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Limits:
    """Bland and Altman's limits of agreement, in the unit of the measure.

    Attributes
    ----------
    bias : WithInterval
        Mean difference.
    sd : float
        Standard deviation of a single difference.
    low, high : WithInterval
        Bias - 1.96 sd and bias + 1.96 sd; 95 of 100 differences are expected between them.
    """

    bias: WithInterval
    sd: float
    low: WithInterval
    high: WithInterval


@dataclass(frozen=True)
class Pair:
    """One rep, or one set, measured twice.

    Attributes
    ----------
    clip, clip_sha256, side, person : str
        Blank where nobody said.
    rep : int or None
        Number of the rep; None for a set.
    a_time_s, b_time_s : float or None
        When by either; None where that is not known.
    a, b : float
        The two values.
    n : int
        Reps in it: 1, or those of a set.
    """

    clip: str
    clip_sha256: str
    side: str
    person: str
    rep: int | None
    a_time_s: float | None
    b_time_s: float | None
    a: float
    b: float
    n: int = 1


@dataclass(frozen=True)
class LeftOut:
    """A row that counts nowhere, and why.

    ``of`` is "A" or "B"; ``row`` says where it stands, for example ``rater.csv row 7``.
    """

    of: str
    row: str
    why: str


@dataclass(frozen=True)
class Agreement:
    """How well A and B agree; differences are A minus B, in the unit of the measure.

    Attributes
    ----------
    measure, unit, by : str
        What was compared; ``by`` is "rep" or "set".
    a, b : str
        What each measurement is called.
    n, clips : int
        Pairs of values, and clips that they are from.
    people : int or None
        None where it is not known of every pair whose it is.
    groups : int
        Groups of pairs that are taken as independent: people, else clips, else the pairs themselves.
    grouped_by : str
        "person", "clip" or "pair".
    limits : Limits
        Bias and limits of agreement.
    icc2, icc3 : WithInterval or None
        ICC(2,1) and ICC(3,1); None where they do not exist.
    sem, mdc95 : float
        Error of one value by either: sd of the differences over the root of 2; and the change that it hides.
    r, rmse : float or None, float
        Pearson's correlation, None where one of them does not vary; root of the mean square difference.
    slope : WithInterval or None
        Of the difference on the mean of both: error that grows with the value. None where it does not exist.
    notes : tuple of str
        What has to be known to read the figures.
    """

    measure: str
    unit: str
    by: Unit
    a: str
    b: str
    n: int
    clips: int
    people: int | None
    groups: int
    grouped_by: str
    limits: Limits
    icc2: WithInterval | None
    icc3: WithInterval | None
    sem: float
    mdc95: float
    r: float | None
    rmse: float
    slope: WithInterval | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """The whole of one comparison: figures, the pairs behind them, and what was left out."""

    agreement: Agreement
    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
