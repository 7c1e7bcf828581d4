"""Everything known about one analysed clip."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from valgus.model.arrays import SameByValue
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.frontal import Origin, Setup
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Band, Finding, Flag, Level, Severity
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack


@dataclass(frozen=True)
class TaskAsRun:
    """The task with everything that was in force.

    Attributes
    ----------
    name, title : str
        Name on the command line and name for people.
    origin : Origin
        Given, or detected.
    sure : float
        0.5 for a coin toss, 1 for certainty.
    why : str
        What told it apart, in words.
    legs : int
        Legs measured at once, 1 or 2.
    methods : tuple of str
        One sentence for each step, from pixels to reps, written by the step that ran.
    bands : tuple of Band
        Thresholds in force.
    """

    name: str
    title: str
    origin: Origin
    sure: float
    why: str
    legs: int
    methods: tuple[str, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class SetMean:
    """Mean of one measure over the valid reps of one side.

    ``sd`` is the spread between reps and ``ci95`` the half-width of the mean's interval; None where unknown.
    """

    measure: str
    side: str
    n: int
    mean: float
    sd: float | None
    ci95: float | None


@dataclass(frozen=True)
class SideDifference:
    """Left mean minus right mean of one measure.

    ``ci95`` is the half-width of its interval, None where the error is not known; ``mdc`` the smallest
    detectable change. It is ``real`` only when it is larger than both.
    """

    measure: str
    value: float
    ci95: float | None
    mdc: float

    @property
    def real(self) -> bool:
        """Whether it is larger than its own error and than what two sessions differ by anyway."""
        return self.ci95 is not None and abs(self.value) > max(self.ci95, self.mdc)


@dataclass(frozen=True)
class Provenance:
    """What made the numbers, so that they can be made again.

    ``packages`` are names with versions; ``model_sha256`` is that of the file as used.
    """

    valgus_version: str
    definitions_version: str
    model: str
    model_sha256: str
    settings: Settings
    packages: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Trial(SameByValue):
    """One clip, one task, all of its numbers; exports need nothing else.

    Attributes
    ----------
    track : PoseTrack
        Landmarks as the pose source gave them, before cleaning.
    signals : DataFrame
        Long: one row per frame and side (``time_s``, ``side``, one column per signal). NaN where unknown.
    measures : DataFrame
        One row per rep, in the order of ``reps``; the columns of the per-rep contract that are values.
    """

    clip: Clip
    task: TaskAsRun
    evidence: ClipEvidence
    setup: Setup | None
    track: PoseTrack
    signals: pd.DataFrame
    reps: tuple[Rep, ...]
    measures: pd.DataFrame
    means: tuple[SetMean, ...]
    differences: tuple[SideDifference, ...]
    flags: tuple[Flag, ...]
    findings: tuple[Finding, ...]
    provenance: Provenance

    @property
    def measured(self) -> bool:
        """Whether at least one rep was found, however it is graded."""
        return bool(self.reps)

    @property
    def sides(self) -> tuple[str, ...]:
        """Sides with at least one rep, left first."""
        return tuple(sorted({rep.side.value for rep in self.reps}))

    @property
    def pelvis_source(self) -> str:
        """What the pelvis was taken from: stickers, or landmarks, whose hip line is not the pelvis."""
        return "landmarks" if self.evidence.stickers is None else "stickers"

    @property
    def pelvis_baseline(self) -> str:
        """What changes of the pelvis are measured from.

        Standing on both legs in this clip ('two_leg', stickers only), on one leg before each rep
        ('single_leg'), or nothing ('none').
        """
        if self.task.legs == 2:
            return "none"
        return "two_leg" if self._change_from_two_legs_known() else "single_leg"

    def _change_from_two_legs_known(self) -> bool:
        name = "pelvic_drop_from_two_legs_deg"
        return name in self.signals and bool(self.signals[name].notna().any())

    def valid_reps(self, side: str) -> tuple[Rep, ...]:
        """Return the reps of a side that count in means: graded ok or low."""
        return tuple(r for r in self.reps if r.side.value == side and r.grade is not Grade.INVALID)

    def flags_of(self, rep: Rep) -> tuple[Flag, ...]:
        """Return the flags of one rep on its side."""
        return tuple(f for f in self.flags if (f.rep, f.side) == (rep.number, rep.side.value))

    def level_of(self, rep: Rep) -> Level | None:
        """Return the worst colour of a rep, None when it has none."""
        levels = [flag.level for flag in self.flags_of(rep)]
        return max(levels, key=lambda level: level.rank, default=None)

    @property
    def worst_finding(self) -> Finding | None:
        """The finding with the heaviest consequence, the first of them; None when there is none."""
        ordered = sorted(self.findings, key=lambda finding: -finding.severity.rank)
        return ordered[0] if ordered and ordered[0].severity is not Severity.NOTE else None
