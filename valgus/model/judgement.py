"""What is made of the numbers: a decision with its reasons, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from valgus.model.rule import Band, Finding, Level
from valgus.model.trial_parts import SetMean


class Outcome(str, Enum):
    """What a session says about the exercise, the one that stands above the others first."""

    CANNOT_JUDGE = "cannot judge"
    REGRESS = "regress candidate"
    HOLD = "hold"
    PROGRESS = "progress candidate"

    @property
    def rank(self) -> int:
        """0 for the outcome that stands above all others, 3 for progress."""
        return tuple(Outcome).index(self)


@dataclass(frozen=True)
class BandedMean:
    """A set mean with the band that judges it; ``level`` is the colour of the mean itself."""

    mean: SetMean
    band: Band
    level: Level

    @property
    def edge_inside_interval(self) -> bool:
        """Whether an edge of the band lies inside the mean's interval."""
        edges = (edge for edge in (self.band.amber, self.band.red) if edge is not None)
        return self.mean.ci95 is not None and any(
            abs(self.mean.mean - edge) < self.mean.ci95 for edge in edges
        )


@dataclass(frozen=True)
class Drift:
    """Change of a measure within one set: mean of its last third minus mean of its first, + is worse.

    ``noise`` is what the difference must exceed: the half-width of its 95 % interval from the scatter of the
    reps about a straight line, or the least drift that is spoken of, whichever is larger.
    """

    measure: str
    first: float
    last: float
    noise: float

    @property
    def value(self) -> float:
        """Last third minus first third."""
        return self.last - self.first

    @property
    def real(self) -> bool:
        """Whether the set got worse by more than its own noise."""
        return self.value > self.noise


@dataclass(frozen=True)
class Change:
    """A set mean against the baseline session's.

    ``needed`` is what a change must exceed to count: the smallest detectable change ``mdc`` or the scatter of
    the reps of both sessions, whichever is larger. ``at_depth_pct`` says at which depth both were read, None
    for the lowest points.
    """

    measure: str
    baseline: float
    now: float
    needed: float
    mdc: float
    source: str
    at_depth_pct: float | None = None

    @property
    def value(self) -> float:
        """Now minus baseline; + is worse."""
        return self.now - self.baseline

    @property
    def worse(self) -> bool:
        """Whether it got worse by more than needed."""
        return self.value > self.needed

    @property
    def better(self) -> bool:
        """Whether it got better by more than needed."""
        return -self.value > self.needed


@dataclass(frozen=True)
class Facts:
    """Everything the rules look at, for one leg in one task of one session.

    Attributes
    ----------
    valid, ok : int
        Reps that count in means, and those of them that are graded ok.
    green, amber, red : int
        Reps by colour; only reps graded ok have one.
    filming : Finding or None
        What makes the whole clip unfit to be judged.
    no_colour : str
        Why no rep has a colour, empty where one has.
    means : tuple of BandedMean
        Set means that have a band, that of the projection angle first.
    fppa_mean : float or None
        Mean projection angle, deg.
    drift : Drift or None
        Within the set; None where there are too few reps.
    changes : tuple of Change
        Against the baseline session; none without one.
    pain_during, pain_next_morning : float or None
        0 to 10.
    met_before : int
        Sessions in a row, right before this one, that met every condition of progress.
    """

    task: str
    side: str
    valid: int
    ok: int
    green: int
    amber: int
    red: int
    filming: Finding | None = None
    no_colour: str = ""
    means: tuple[BandedMean, ...] = ()
    fppa_mean: float | None = None
    drift: Drift | None = None
    changes: tuple[Change, ...] = ()
    pain_during: float | None = None
    pain_next_morning: float | None = None
    met_before: int = 0

    @property
    def coloured(self) -> int:
        """Reps with a colour."""
        return self.green + self.amber + self.red

    def worse(self, measures: Sequence[str]) -> Change | None:
        """Return the first of some measures that is worse than at baseline by more than needed."""
        return next((c for c in self.changes if c.measure in measures and c.worse), None)


@dataclass(frozen=True)
class Reason:
    """One row of the rule table that applied: which outcome it asks for, why, and what would change it."""

    code: str
    outcome: Outcome
    says: str
    would_change: str


@dataclass(frozen=True)
class Decision:
    """Advice for one leg in one task, never an order.

    ``reasons`` are all rows that applied, those of the outcome first; none is a progress candidate.
    ``notes`` are said but decide nothing.
    """

    task: str
    side: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...] = ()

    @property
    def meets_all(self) -> bool:
        """Whether nothing but the wait for one more session stands against progress."""
        return all(reason.code == WAITS_FOR_ANOTHER for reason in self.reasons)


#: The one reason that a session gives on its own when everything else is met.
WAITS_FOR_ANOTHER = "one_more_session"


class Met(str, Enum):
    """Whether a fault of a movement-quality scale was seen."""

    MET = "met"
    NOT_MET = "not met"
    NOT_ASSESSED = "not assessed"


@dataclass(frozen=True)
class ItemResult:
    """One item of a movement-quality scale, where a fault that is there is 'met'.

    ``shown`` of the ``looked_at`` reps show it.
    ``rep``, ``at_s``, ``value`` are the evidence: the rep with the largest value, when its lowest point is,
    and the value in ``unit``. None where not assessed.
    """

    scale: str
    number: int
    name: str
    points: int
    side: str
    met: Met
    why: str
    shown: int = 0
    looked_at: int = 0
    rep: int | None = None
    at_s: float | None = None
    value: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class DepthProfile:
    """The projection angle of one rep on the way down, read at each whole percent of depth.

    ``fppa_deg[k]`` belongs to a depth of ``from_pct + k`` % of leg length; None where the rep is not so deep.
    """

    rep: int
    side: str
    from_pct: int
    fppa_deg: tuple[float | None, ...]

    def at(self, depth_pct: int, /) -> float | None:
        """Return the angle at a depth, None where it is not known."""
        k = depth_pct - self.from_pct
        return self.fppa_deg[k] if 0 <= k < len(self.fppa_deg) else None
