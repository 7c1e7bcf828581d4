"""Facts, legs and sessions that meet every condition of progress, to be changed in one place at a time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from tests.trials import trial_of
from valgus import rules
from valgus.decision import decide
from valgus.flags import level_of
from valgus.model.frontal import Origin, Side
from valgus.model.judgement import BandedMean, Facts
from valgus.model.rep import Rep
from valgus.model.rulebook import RuleBook
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.model.trial_parts import SetMean, TaskAsRun
from valgus.plan import Leg
from valgus.simulate import film, repetitions

#: Means of a leg in which nothing stands out.
QUIET = {"fppa_deg": 2.0, "trunk_lean_deg": 4.0, "depth_pct": 13.0}


def mean_of(measure: str, value: float, *, side: str = "left", ci95: float | None = 1.0) -> SetMean:
    return SetMean(measure, side, 5, value, 0.0, ci95)


def facts(**changed: Any) -> Facts:
    """Return facts that make a progress candidate, but for what is changed."""
    met = Facts(
        task="step-down",
        side="left",
        valid=5,
        ok=5,
        green=5,
        amber=0,
        red=0,
        fppa_mean=2.0,
        pain_during=1.0,
        pain_next_morning=0.0,
        met_before=1,
    )
    return replace(met, **changed)


def banded(measure: str, value: float, ci95: float | None) -> BandedMean:
    """Return a mean with the step-down's band of a measure."""
    bands = rules.published().bands_for("step-down", None)
    band = next(band for band in bands if band.measure == measure)
    return BandedMean(mean_of(measure, value, ci95=ci95), band, level_of(value, band))


def leg_of(
    book: RuleBook, *, side: str = "left", changed: dict[str, Any] | None = None, **means: float
) -> Leg:
    """Return a leg that meets every condition, with other means or facts."""
    values = QUIET | means
    judged = tuple(
        BandedMean(mean_of(band.measure, values[band.measure]), band, level_of(values[band.measure], band))
        for band in book.bands_for("step-down", "f")
        if band.measure in values
    )
    of_it = facts(side=side, means=judged, **(changed or {}))
    return Leg(of_it, decide(of_it, book), [mean_of(m, v, side=side) for m, v in values.items()])


def task_of(name: str = "step-down", title: str = "lateral step-down") -> TaskAsRun:
    return TaskAsRun(name, title, Origin.GIVEN, 1.0, "given", 1, (), ())


@cache
def _simulated(task: str) -> Trial:
    return trial_of(film(repetitions(task=task)), Settings(task=task, side=Side.LEFT))


def one_session(task: str, **columns: list[float]) -> Trial:
    """Return a trial with as many reps, all graded ok, as the columns are long."""
    trial = _simulated(task)
    count = len(next(iter(columns.values())))
    reps = tuple(Rep(k + 1, Side.LEFT, k, k + 0.5, k + 0.9) for k in range(count))
    blank = pd.DataFrame(index=range(count), columns=trial.measures.columns, dtype=float)
    return replace(trial, reps=reps, measures=blank.assign(**columns), flags=())
