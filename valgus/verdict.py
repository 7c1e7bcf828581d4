"""From analysed clips to what they say: the facts that the rules look at, and a verdict on one clip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from valgus import decision, summary
from valgus.decision import drift_within
from valgus.flags import level_of
from valgus.model.judgement import BandedMean, Change, Decision, Drift, Facts
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Band, Finding, Level, Severity
from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.model.trial import Analysis
from valgus.model.trial_parts import SetMean


def verdicts_of(analysis: Analysis, book: RuleBook, /) -> tuple[Decision, ...]:
    """Return what one clip says by itself, for each side that was measured."""
    return tuple(
        decision.decide(facts_of([analysis], side, book, session=analysis.session), book)
        for side in sides_of(analysis)
    )


def sides_of(analysis: Analysis, /) -> tuple[str, ...]:
    """Return the sides with reps, else those on which the person stood."""
    if analysis.sides or analysis.setup is None:
        return analysis.sides
    return tuple(sorted({stretch.side.value for stretch in analysis.setup.stance}))


def facts_of(
    analyses: Sequence[Analysis],
    side: str,
    book: RuleBook,
    /,
    *,
    session: Session,
    changes: tuple[Change, ...] = (),
    met_before: int = 0,
) -> Facts:
    """Return what the rules look at, over all clips of one session that show one side in one task.

    Parameters
    ----------
    analyses : sequence of Analysis
        At least one, all of the same task, in order of time.
    changes : tuple of Change
        Against the baseline session.
    met_before : int
        Sessions in a row before this one that met every condition of progress.
    """
    task = analyses[0].task
    reps = [(analysis, rep) for analysis in analyses for rep in analysis.valid_reps(side)]
    levels = [level for analysis, rep in reps if (level := analysis.level_of(rep)) is not None]
    means = session_means(analyses, side)
    angle = projection_angle(task.bands)
    return Facts(
        task=task.name,
        side=side,
        valid=len(reps),
        ok=sum(rep.grade is Grade.OK for _, rep in reps),
        green=levels.count(Level.GREEN),
        amber=levels.count(Level.AMBER),
        red=levels.count(Level.RED),
        filming=_unfit(analyses),
        no_colour="" if levels else _why_no_colour(task.bands, [rep for _, rep in reps]),
        means=tuple(_banded(means, task.bands)),
        fppa_mean=next((mean.mean for mean in means if mean.measure == "fppa_deg"), None),
        drift=_worst_drift(analyses, side, angle, book),
        changes=changes,
        pain_during=session.pain_during,
        pain_next_morning=session.pain_next_morning,
        met_before=met_before,
    )


def session_means(analyses: Sequence[Analysis], side: str, /) -> tuple[SetMean, ...]:
    """Return the means of a side over all clips of a session."""
    if len(analyses) == 1:
        return tuple(mean for mean in analyses[0].means if mean.side == side)
    reps = [rep for analysis in analyses for rep in analysis.reps]
    measures = pd.concat([analysis.measures for analysis in analyses], ignore_index=True)
    return tuple(mean for mean in summary.set_means(reps, measures) if mean.side == side)


def projection_angle(bands: Sequence[Band], /) -> str:
    """Return the column of the projection angle that a task's bands read."""
    return "fppa_asis_deg" if any(band.measure == "fppa_asis_deg" for band in bands) else "fppa_deg"


def _unfit(analyses: Sequence[Analysis]) -> Finding | None:
    """Return what forbids to judge, if it does so in every clip of the session."""
    heavy = [
        finding
        for analysis in analyses
        if (finding := analysis.worst_finding) is not None and finding.severity.rank >= Severity.INVALID.rank
    ]
    return heavy[0] if len(heavy) == len(analyses) else None


def _why_no_colour(bands: Sequence[Band], reps: Sequence[Rep]) -> str:
    if reps and all(rep.grade is not Grade.OK for rep in reps):
        codes = sorted({code for rep in reps for code in rep.grade_reasons})
        return f"all valid reps are graded low ({', '.join(code.replace('_', ' ') for code in codes)})"
    if projection_angle(bands) == "fppa_asis_deg":
        return "the published limits for this task need stickers on the hip bones"
    return "no limit for this task is published"


def _banded(means: Sequence[SetMean], bands: Sequence[Band]) -> Iterator[BandedMean]:
    """Yield the means that have a band, the projection angle's first."""
    by_measure = {mean.measure: mean for mean in means}
    for band in sorted(bands, key=lambda band: band.measure not in decision.PROJECTION_ANGLES):
        mean = by_measure.get(band.measure)
        if mean is not None:
            yield BandedMean(mean, band, level_of(mean.mean, band))


def _worst_drift(analyses: Sequence[Analysis], side: str, measure: str, book: RuleBook) -> Drift | None:
    """Return the drift of the set that drifts most beyond its own noise; a clip is a set."""
    drifts = [drift_within(_values(analysis, side, measure), measure, book) for analysis in analyses]
    return max(
        (drift for drift in drifts if drift is not None), key=lambda d: d.value - d.noise, default=None
    )


def _values(analysis: Analysis, side: str, measure: str) -> list[float]:
    valid = set(analysis.valid_reps(side))
    return [
        float(v) for v, rep in zip(analysis.measures[measure], analysis.reps, strict=True) if rep in valid
    ]
