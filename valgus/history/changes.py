"""What changed between two sessions of one leg, held against what measurement error does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from valgus import summary, verdict
from valgus.model.history import SetUp
from valgus.model.judgement import Change, DepthProfile
from valgus.model.rule import DetectableChange
from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.model.trial import Analysis
from valgus.model.trial_parts import SetMean

#: What was not entered, in a set-up that has to be put in order.
NOT_ENTERED = -1.0


def setup_of(analysis: Analysis, side: str, /, *, session: Session) -> SetUp:
    """Return what must be the same for one leg of a clip to be compared with another."""
    return SetUp(
        task=analysis.task.name,
        side=side,
        view=analysis.setup.facing.value if analysis.setup else "",
        step_height_cm=NOT_ENTERED if session.step_height_cm is None else session.step_height_cm,
        load_kg=NOT_ENTERED if session.load_kg is None else session.load_kg,
        model=analysis.provenance.model,
        definitions_version=analysis.provenance.definitions_version,
    )


def changes_between(
    before: Sequence[Analysis], now: Sequence[Analysis], side: str, book: RuleBook, /
) -> Iterator[Change]:
    """Yield the change of every measure with a smallest detectable change that both sessions have.

    Where the depths of the lowest points differ too much, the projection angle is compared at the deepest
    point that all valid reps reach.
    """
    means_before, means_now = (_means(analyses, side) for analyses in (before, now))
    depth = _depth_to_compare_at([*before, *now], side, means_before, means_now, book)
    for detectable in book.changes_for(now[0].task.name):
        measure = detectable.measure
        if measure not in means_now or measure not in means_before:
            continue
        change = _change(means_before[measure], means_now[measure], detectable)
        if depth is not None and measure == "fppa_deg":
            change = _at_depth(change, depth, before, now, side)
        yield change


def compared_at_same_depth(one_pct: float, other_pct: float, book: RuleBook, /) -> bool:
    """Return whether mean depths differ so much that angles have to be read at the same depth."""
    return abs(one_pct - other_pct) > book.limit("depth_differs_pct")


def profiles_of(analysis: Analysis, side: str, /) -> list[DepthProfile]:
    """Return the projection angle by depth of every valid rep of a side."""
    valid = {rep.number for rep in analysis.valid_reps(side)}
    return [p for p in analysis.profiles if p.side == side and p.rep in valid]


def _means(analyses: Sequence[Analysis], side: str) -> dict[str, SetMean]:
    return {mean.measure: mean for mean in verdict.session_means(analyses, side)}


def _depth_to_compare_at(
    analyses: Sequence[Analysis],
    side: str,
    means_before: dict[str, SetMean],
    means_now: dict[str, SetMean],
    book: RuleBook,
) -> int | None:
    """Return the deepest whole percent that all valid reps of both reach; None where depths agree."""
    depths = [means["depth_pct"].mean for means in (means_now, means_before) if "depth_pct" in means]
    if len(depths) < 2 or not compared_at_same_depth(depths[0], depths[1], book):
        return None
    profiles = [profile for analysis in analyses for profile in profiles_of(analysis, side)]
    reached = [
        max((k for k, angle in enumerate(p.fppa_deg) if angle is not None), default=-1) + p.from_pct
        for p in profiles
    ]
    deepest = min(reached, default=None)
    return None if deepest is None or deepest < min(p.from_pct for p in profiles) else deepest


def _at_depth(
    change: Change, depth: int, before: Sequence[Analysis], now: Sequence[Analysis], side: str
) -> Change:
    then_deg, now_deg = (
        [p.at(depth) for one in analyses for p in profiles_of(one, side)] for analyses in (before, now)
    )
    return replace(
        change,
        baseline=_mean_of_known(then_deg),
        now=_mean_of_known(now_deg),
        at_depth_pct=float(depth),
    )


def _mean_of_known(values: Sequence[float | None]) -> float:
    return round(float(np.mean([value for value in values if value is not None])), 3)


def _change(before: SetMean, now: SetMean, detectable: DetectableChange) -> Change:
    scatter = float(np.hypot(summary.scatter_ci95(before), summary.scatter_ci95(now)))
    return Change(
        measure=detectable.measure,
        baseline=before.mean,
        now=now.mean,
        needed=round(max(detectable.value, scatter), 3),
        mdc=detectable.value,
        source=f"{detectable.origin}: {detectable.source}",
    )
