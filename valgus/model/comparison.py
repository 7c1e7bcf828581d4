"""Two analyses side by side: one leg against the other, or one leg before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from valgus.model.arrays import FloatArray
from valgus.model.frontal import Side
from valgus.model.rep import Rep
from valgus.model.trial import Trial
from valgus.model.trial_parts import SetMean


@dataclass(frozen=True, eq=False)
class Curve:
    """The projection angle (n,), deg, over time (n,), s after the lowest point, or over depth, %."""

    over: FloatArray
    fppa_deg: FloatArray


@dataclass(frozen=True)
class Extract:
    """The part of a clip around one rep: from and to, s, both inclusive, some standing included."""

    rep: Rep
    from_s: float
    to_s: float


@dataclass(frozen=True, eq=False)
class ComparedLeg:
    """One leg of one analysis.

    Attributes
    ----------
    letter : str
        A or B.
    extracts : tuple of Extract
        The reps compared, in order.
    over_time, over_depth : tuple of Curve
        One for each of them; depths are those of the way down.
    mean_over_time, mean_over_depth : Curve
        Mean over the reps compared, NaN where one of them is not known.
    mean : SetMean
        Of the projection angle over all valid reps of the leg, whichever are compared.
    """

    letter: str
    trial: Trial
    side: Side
    extracts: tuple[Extract, ...]
    over_time: tuple[Curve, ...]
    over_depth: tuple[Curve, ...]
    mean_over_time: Curve
    mean_over_depth: Curve
    mean: SetMean


@dataclass(frozen=True)
class Difference:
    """The difference of two set means of the projection angle, deg.

    Attributes
    ----------
    of : str
        What was taken from what, in words.
    value : float
        In the direction of ``of``.
    ci95 : float or None
        Half-width of its interval, None where the error is not known.
    needed : float
        What it must exceed to count.
    mdc : float
        The smallest detectable change between sessions.
    source : str
        Where that is from.
    at_depth_pct : float or None
        Depth at which both angles were read, None for the lowest points.
    """

    of: str
    value: float
    ci95: float | None
    needed: float
    mdc: float
    source: str
    at_depth_pct: float | None = None

    @property
    def counts(self) -> bool:
        """Whether it is more than measurement error."""
        return abs(self.value) > self.needed


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two legs that are compared rep by rep; ``differing`` says in words what was not the same."""

    a: ComparedLeg
    b: ComparedLeg
    difference: Difference
    differing: tuple[str, ...]

    @property
    def between_legs(self) -> bool:
        """Whether left is compared with right, and not a leg with itself at another time."""
        return self.a.side is not self.b.side

    @property
    def legs(self) -> tuple[ComparedLeg, ComparedLeg]:
        """A, then B."""
        return self.a, self.b

    @property
    def pairs(self) -> Sequence[tuple[Extract, Extract]]:
        """The reps that belong together."""
        return list(zip(self.a.extracts, self.b.extracts, strict=True))


@dataclass(frozen=True)
class Moment:
    """One picture of two clips beside each other.

    Attributes
    ----------
    time_s : float
        When it is shown.
    pair : int
        Which pair of reps it belongs to, from 0.
    from_lowest_s : float
        Time after the lowest points, which coincide.
    clip_s : (float, float)
        When within A and within B the picture is that is shown.
    """

    time_s: float
    pair: int
    from_lowest_s: float
    clip_s: tuple[float, float]
