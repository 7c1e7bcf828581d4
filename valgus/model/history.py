"""One person over time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from valgus.model.judgement import Change, Decision, Facts
from valgus.model.session import Session
from valgus.model.trial_parts import SetMean, SideDifference, TaskAsRun


@dataclass(frozen=True, order=True)
class SetUp:
    """What must be the same for two sessions to be compared.

    ``view`` is front or back; ``step_height_cm`` and ``load_kg`` are -1 where they were not entered.
    """

    task: str
    side: str
    view: str
    step_height_cm: float
    load_kg: float
    model: str
    definitions_version: str


@dataclass(frozen=True)
class Visit:
    """One day in one set-up: the clips of that day together.

    Attributes
    ----------
    clips : tuple of str
        Result folders, as seen from the person's folder.
    session : Session
        What was said about the day; of several clips the worst pain.
    facts, decision
        What the rules looked at, and what came out.
    changes : tuple of Change
        Against the baseline; none at the baseline itself, or before it.
    """

    date: dt.date
    clips: tuple[str, ...]
    session: Session
    means: tuple[SetMean, ...]
    facts: Facts
    decision: Decision
    changes: tuple[Change, ...]

    def mean(self, measure: str, /) -> SetMean | None:
        """Return the mean of a measure, None where it is not known."""
        return next((mean for mean in self.means if mean.measure == measure), None)

    def change(self, measure: str, /) -> Change | None:
        """Return the change of a measure since the baseline, None where it is not known."""
        return next((change for change in self.changes if change.measure == measure), None)


@dataclass(frozen=True)
class Series:
    """All visits of one set-up in order of time; ``baseline`` is the one compared with, if any can be."""

    setup: SetUp
    task: TaskAsRun
    angle: str
    visits: tuple[Visit, ...]
    baseline: Visit | None

    @property
    def last(self) -> Visit:
        """The latest visit."""
        return self.visits[-1]

    @property
    def best(self) -> Visit | None:
        """The visit with the smallest mean projection angle among those that could be judged."""
        judged = [visit for visit in self.visits if visit.facts.coloured and visit.mean(self.angle)]
        return min(judged, key=self._angle_at, default=None)

    def _angle_at(self, visit: Visit) -> float:
        mean = visit.mean(self.angle)
        return mean.mean if mean else float("inf")


@dataclass(frozen=True)
class BetweenLegs:
    """Left against right on one day in one set-up but for the side."""

    date: dt.date
    setup: SetUp
    difference: SideDifference


@dataclass(frozen=True)
class Problem:
    """Something in the folder that could not be used: where, and what to do."""

    where: str
    says: str


@dataclass(frozen=True)
class History:
    """One person's saved analyses, ordered.

    Attributes
    ----------
    person : str
        Name as entered, else the folder's.
    series : tuple of Series
        One for each set-up, those filmed last first.
    between_legs : tuple of BetweenLegs
        For every day on which both legs were filmed.
    problems : tuple of Problem
        What was left out and why.
    dates_from : tuple of str
        Where the days are known from, each once.
    rules : tuple of str
        Versions of the thresholds that all visits were judged by.
    """

    person: str
    series: tuple[Series, ...]
    between_legs: tuple[BetweenLegs, ...]
    problems: tuple[Problem, ...]
    dates_from: tuple[str, ...]
    rules: tuple[str, ...]
