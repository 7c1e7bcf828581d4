"""The exercise ladder, and the plan that is made from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Exercise:
    """One exercise with its dose; ``hold_or_reps`` is what a set is made of, for example ``8-10 each side``.

    ``tempo`` is how fast, ``cue`` what to think of; ``tasks`` are the filmed tasks that it practises.
    """

    code: str
    name: str
    rung: int
    sets: int
    hold_or_reps: str
    tempo: str
    cue: str
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rung:
    """One step of the ladder; ``tasks`` are those that the product films on it, ``loaded`` with a weight."""

    number: int
    name: str
    purpose: str
    tasks: tuple[str, ...]
    loaded: bool


@dataclass(frozen=True)
class Pattern:
    """What a deficit in the reps points to; ``exercises`` are codes, the most fitting first."""

    code: str
    says: str
    lead: str
    exercises: tuple[str, ...]
    advice: str


@dataclass(frozen=True)
class Ladder:
    """Rungs, exercises and patterns; ``source`` says what they are made from."""

    rungs: tuple[Rung, ...]
    exercises: tuple[Exercise, ...]
    patterns: tuple[Pattern, ...]
    step_heights_cm: tuple[float, ...]
    step_tasks: tuple[str, ...]
    source: str

    def rung(self, number: int, /) -> Rung:
        """Return a rung; below the lowest it is the lowest, above the highest the highest."""
        wanted = min(max(number, self.rungs[0].number), self.rungs[-1].number)
        return next(rung for rung in self.rungs if rung.number == wanted)

    def exercise(self, code: str, /) -> Exercise:
        """Return an exercise by its code."""
        return next(exercise for exercise in self.exercises if exercise.code == code)

    def pattern(self, code: str, /) -> Pattern:
        """Return a pattern by its code."""
        return next(pattern for pattern in self.patterns if pattern.code == code)


@dataclass(frozen=True)
class SeenPattern:
    """A pattern that was seen, on which side, and the figures that show it."""

    pattern: Pattern
    side: str
    evidence: str


@dataclass(frozen=True)
class Plan:
    """What to do until the next test; advice, not a diagnosis.

    Attributes
    ----------
    rests_on : str
        Which session, task and reps it is made from.
    rung, next_rung : Rung
        Where the person is and where to go.
    step : str
        What changes now, in a sentence.
    because : tuple of str
        The outcome of each leg with its first reason.
    exercises : tuple of Exercise
        Two or three, in the order of a session, and the stretch.
    why : tuple of SeenPattern
        What pointed to them.
    days_per_week : str
        How often.
    retest_from, retest_to : date or None
        When to film again; None where the session has no date.
    next_test : str
        How to film then, without a full stop.
    rules : tuple of str
        What to keep to, each a sentence.
    withheld : str
        Why there is no plan; empty where there is one.
    """

    rests_on: str
    rung: Rung
    next_rung: Rung
    step: str
    because: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    why: tuple[SeenPattern, ...]
    days_per_week: str
    retest_from: dt.date | None
    retest_to: dt.date | None
    next_test: str
    rules: tuple[str, ...]
    withheld: str = ""
