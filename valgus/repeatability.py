"""A site's own measurement error: the same people filmed again when nothing has changed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from valgus.errors import WrongUsage
from valgus.model.agreement import WithInterval
from valgus.model.history import History, Series, Visit
from valgus.model.rulebook import RuleBook
from valgus.statistics import icc_agreement, icc_consistency, mdc95, mean_squares

#: Fewest degrees of freedom (sessions minus legs) from which a figure is given at all.
LEAST_DF = 5
#: Below this many the figure is called uncertain.
ENOUGH_DF = 20


@dataclass(frozen=True)
class Repeatability:
    """Error between sessions of one measure in one task.

    Attributes
    ----------
    people, legs, sessions : int
        How many entered; a leg in one set-up is the unit that is filmed again.
    sem, sem_low, sem_high : float
        Standard error of measurement with its 95 % interval, in the unit of the measure.
    mdc95 : float
        1.96 times the square root of 2 times the SEM.
    icc2, icc3 : (float, float, float) or None
        ICC(2,1) and ICC(3,1) of the first two sessions with their 95 % intervals; None with fewer than five
        legs.
    """

    measure: str
    task: str
    unit: str
    people: int
    legs: int
    sessions: int
    sem: float
    sem_low: float
    sem_high: float
    mdc95: float
    icc2: tuple[float, float, float] | None
    icc3: tuple[float, float, float] | None

    @property
    def uncertain(self) -> bool:
        """Whether too few sessions make the figure itself uncertain."""
        return self.sessions - self.legs < ENOUGH_DF


def repeatability_of(
    histories: Sequence[History], book: RuleBook, /, *, within_days: int
) -> tuple[Repeatability, ...]:
    """Return the error between sessions of every measure with a smallest detectable change, per task.

    Only sessions within some days of a person's first in a set-up count, so that training has no time to
    change anything, and only those with enough valid reps.

    Raises
    ------
    WrongUsage
        If there are too few repeated sessions for any figure.
    """
    means = _session_means(histories, book, within_days)
    tasks = {(row.task, row.measure): row.unit for row in means}
    found = [_of_one(means, task, measure, unit) for (task, measure), unit in sorted(tasks.items())]
    known = tuple(one for one in found if one is not None)
    if not known:
        raise WrongUsage(
            f"There are too few repeated sessions within {within_days} days of a first one.",
            f"Film people again in the same set-up: together at least {LEAST_DF} sessions more than legs; "
            "20 people filmed twice make a good figure.",
        )
    return known


@dataclass(frozen=True)
class _Mean:
    """The set mean of one measure in one session of one leg."""

    task: str
    measure: str
    unit: str
    person: str
    leg: str
    session: int
    value: float


def _session_means(histories: Sequence[History], book: RuleBook, within_days: int) -> list[_Mean]:
    return [
        _Mean(series.setup.task, change.measure, change.unit, history.person, leg, k, mean.mean)
        for history in histories
        for series in history.series
        for leg in [f"{history.person} {series.setup}"]
        for k, visit in enumerate(_close_visits(series, book, within_days))
        for change in book.changes_for(series.setup.task)
        if (mean := visit.mean(change.measure)) is not None
    ]


def _close_visits(series: Series, book: RuleBook, within_days: int) -> Iterator[Visit]:
    least = book.limit("least_valid_reps")
    usable = [v for v in series.visits if v.facts.filming is None and v.facts.valid >= least]
    for visit in usable:
        if visit.date - usable[0].date <= dt.timedelta(days=within_days):
            yield visit


def _of_one(means: Sequence[_Mean], task: str, measure: str, unit: str) -> Repeatability | None:
    by_leg: dict[str, list[_Mean]] = defaultdict(list)
    for mean in means:
        if (mean.task, mean.measure) == (task, measure):
            by_leg[mean.leg].append(mean)
    repeated = {leg: of_it for leg, of_it in by_leg.items() if len(of_it) > 1}
    sessions = sum(map(len, repeated.values()))
    df = sessions - len(repeated)
    if df < LEAST_DF:
        return None
    squares = sum(float(np.var([m.value for m in of_it])) * len(of_it) for of_it in repeated.values())
    sem = float(np.sqrt(squares / df))
    low, high = (float(np.sqrt(squares / chi2.ppf(share, df))) for share in (0.975, 0.025))
    icc2, icc3 = _icc(repeated)
    return Repeatability(
        measure=measure,
        task=task,
        unit=unit,
        people=len({m.person for of_it in repeated.values() for m in of_it}),
        legs=len(repeated),
        sessions=sessions,
        sem=round(sem, 2),
        sem_low=round(low, 2),
        sem_high=round(high, 2),
        mdc95=round(mdc95(sem), 2),
        icc2=icc2,
        icc3=icc3,
    )


Interval = tuple[float, float, float]


def _icc(repeated: dict[str, list[_Mean]]) -> tuple[Interval | None, Interval | None]:
    """Return ICC(2,1) and ICC(3,1) of everybody's first two sessions."""
    if len(repeated) < LEAST_DF:
        return None, None
    squares = mean_squares(np.array([[m.value for m in of_it[:2]] for of_it in repeated.values()]))
    return _rounded(icc_agreement(squares)), _rounded(icc_consistency(squares))


def _rounded(found: WithInterval | None) -> Interval | None:
    return None if found is None else (round(found.value, 3), round(found.low, 3), round(found.high, 3))


def as_rules(found: Sequence[Repeatability], day: dt.date, /) -> str:
    """Return the figures as a file of own rules, which `--rules` takes in place of the published ones."""
    head = (
        "# Smallest detectable changes measured at this site with valgus repeatability. Use it with\n"
        "# --rules FILE in valgus analyze, progress and plan.\n"
    )
    return head + "".join(f"\n{_as_entry(one, day)}" for one in found)


def _as_entry(one: Repeatability, day: dt.date) -> str:
    return (
        "[[mdc]]\n"
        f'measure = "{one.measure}"\n'
        f'task = "{one.task}"\n'
        f"value = {one.mdc95}\n"
        'origin = "own"\n'
        f'population = "{one.people} people, {one.legs} legs, {one.sessions} sessions at this site"\n'
        f'source = "measured at this site, {day.isoformat()}: SEM {one.sem} (95 % interval {one.sem_low} to '
        f'{one.sem_high})"\n'
    )
