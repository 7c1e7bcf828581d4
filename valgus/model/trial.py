"""Everything known about one analysed clip."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from valgus.model.arrays import SameByValue
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.frontal import Setup
from valgus.model.judgement import Decision, DepthProfile, ItemResult
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Finding, Flag, Level, Severity
from valgus.model.session import Session
from valgus.model.track import PoseTrack
from valgus.model.trial_parts import LandmarkSource, Provenance, SetMean, SideDifference, TaskAsRun

__all__ = ["Analysis", "Provenance", "SetMean", "SideDifference", "TaskAsRun", "Trial"]

#: What the pelvis is taken from, and what its changes are measured from.
PELVIS_SOURCES = ("stickers", "landmarks", "markers")
PELVIS_BASELINES = ("two_leg", "single_leg", "none")


@dataclass(frozen=True, eq=False, kw_only=True)
class Analysis(SameByValue):
    """What is known about one clip without its tables per frame: enough to judge and to compare.

    Attributes
    ----------
    measures : DataFrame
        One row per rep, in the order of ``reps``; the columns of the per-rep contract that are values.
    session : Session
        What the person said about the day.
    profiles : tuple of DepthProfile
        The projection angle by depth, one for each rep.
    verdicts : tuple of Decision
        What this clip alone says, one for each side; the decision over time belongs to the history.
    items : tuple of ItemResult
        Movement-quality items, for each side.
    """

    clip: Clip
    task: TaskAsRun
    evidence: ClipEvidence
    setup: Setup | None
    reps: tuple[Rep, ...]
    measures: pd.DataFrame
    means: tuple[SetMean, ...]
    differences: tuple[SideDifference, ...]
    flags: tuple[Flag, ...]
    findings: tuple[Finding, ...]
    provenance: Provenance
    session: Session = field(default_factory=Session)
    profiles: tuple[DepthProfile, ...] = ()
    verdicts: tuple[Decision, ...] = ()
    items: tuple[ItemResult, ...] = ()

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
        """What the pelvis was taken from: stickers or markers, or landmarks, whose hip line is not it."""
        if self.provenance.source is LandmarkSource.MARKERS:
            return "markers"
        return "landmarks" if self.evidence.stickers is None else "stickers"

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

    def mean_of(self, measure: str, side: str, /) -> SetMean | None:
        """Return the set mean of one measure on one side, None when there is none."""
        return next((m for m in self.means if (m.measure, m.side) == (measure, side)), None)


@dataclass(frozen=True, eq=False, kw_only=True)
class Trial(Analysis):
    """One clip, one task, all of its numbers; exports need nothing else.

    Attributes
    ----------
    track : PoseTrack
        Landmarks as the pose source gave them, before cleaning.
    signals : DataFrame
        Long: one row per frame and side (``time_s``, ``side``, one column per signal). NaN where unknown.
    """

    track: PoseTrack
    signals: pd.DataFrame

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
