"""Which legs and reps of two analyses are compared, their curves, and their difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from valgus import summary
from valgus.errors import WrongUsage
from valgus.history.changes import NOT_ENTERED, changes_between, compared_at_same_depth, profiles_of, setup_of
from valgus.metrics.knee import PROFILE_PCT
from valgus.model.arrays import FloatArray
from valgus.model.comparison import ComparedLeg, Comparison, Curve, Difference, Extract
from valgus.model.frontal import Side
from valgus.model.rep import Grade, Rep
from valgus.model.rulebook import RuleBook
from valgus.model.trial import Trial
from valgus.model.trial_parts import SetMean

MEASURE = "fppa_deg"
#: Standing that is shown before and after a rep, as far as the reps beside it leave room, s.
AROUND_S = 0.4
#: Spacing of a mean curve over time, s.
STEP_S = 0.02
#: Depths at which a mean over depth is read, % of leg length: those of the profiles.
DEPTHS_PCT: FloatArray = np.asarray(PROFILE_PCT, dtype=np.float64)


def compare(
    a: Trial, b: Trial, book: RuleBook, /, *, side: Side | None = None, reps: Sequence[int] = ()
) -> Comparison:
    """Compare one leg of each of two analyses.

    Legs that both show are compared with themselves, B against A; otherwise left with right.

    Parameters
    ----------
    a, b : Trial
        Of the same task.
    book : RuleBook
        Says what is within measurement error.
    side : Side, optional
        The leg, where both show both.
    reps : sequence of int, optional
        Which reps, counted on that leg from 1; by default all that are valid in both.

    Raises
    ------
    WrongUsage
        If the tasks differ or have no lowest point, a leg or rep is not there, or nothing valid is.
    """
    _check_tasks(a, b)
    side_a, side_b = _sides(a, b, side)
    mean_a, mean_b = _mean(a, side_a), _mean(b, side_b)
    pairs = _chosen(_of_side(a, side_a), _of_side(b, side_b), reps)
    leg_a = _leg("A", a, side_a, mean_a, [one for one, _ in pairs])
    leg_b = _leg("B", b, side_b, mean_b, [other for _, other in pairs])
    difference = _difference(leg_a, leg_b, book)
    return Comparison(leg_a, leg_b, difference, tuple(_differing(leg_a, leg_b, book)))


# --- what is compared ---------------------------------------------------------------------------------------


def _check_tasks(a: Trial, b: Trial) -> None:
    if a.task.name != b.task.name:
        raise WrongUsage(
            f"{a.clip.name} shows a {a.task.title}, {b.clip.name} a {b.task.title}: angles of different "
            "tasks are never compared.",
            "Give two analyses of the same task; valgus analyze --task NAME says which one a clip shows.",
        )
    if a.measures["hold_s"].notna().any() or b.measures["hold_s"].notna().any():
        raise WrongUsage(
            f"{a.clip.name}: a hold has no lowest point at which two clips could be aligned.",
            "valgus progress compares sessions of holds.",
        )


def _sides(a: Trial, b: Trial, wanted: Side | None) -> tuple[Side, Side]:
    one, other = ([Side(side) for side in trial.sides] for trial in (a, b))
    for trial, sides in ((a, one), (b, other)):
        if not sides or (wanted is not None and wanted not in sides):
            which = "no rep" if wanted is None else f"no rep of the {wanted.value} leg"
            raise WrongUsage(f"{trial.clip.name}: {which} was found.", "Choose another leg or clip.")
    common = [side for side in one if side in other]
    if wanted is not None:
        return wanted, wanted
    if len(common) > 1:
        raise WrongUsage(
            f"{a.clip.name} and {b.clip.name} both show both legs.",
            "Choose one with --side left or --side right.",
        )
    return (common[0], common[0]) if common else (one[0], other[0])


def _mean(trial: Trial, side: Side) -> SetMean:
    mean = trial.mean_of(MEASURE, side.value)
    if mean is None:
        raise WrongUsage(
            f"{trial.clip.name}: no rep of the {side.value} leg counts, so there is nothing to compare.",
            "Its report.html says why, and what to film again.",
        )
    return mean


def _of_side(trial: Trial, side: Side) -> list[Rep]:
    return [rep for rep in trial.reps if rep.side is side]


def _chosen(one: Sequence[Rep], other: Sequence[Rep], numbers: Sequence[int]) -> list[tuple[Rep, Rep]]:
    """Return the pairs of reps asked for, or all of which both are valid, in order of time."""
    pairs = dict(enumerate(zip(one, other, strict=False), start=1))
    valid = {k: pair for k, pair in pairs.items() if all(rep.grade is not Grade.INVALID for rep in pair)}
    there = ", ".join(map(str, valid)) or "none"
    missing = [k for k in numbers if k not in valid]
    if missing or not valid:
        asked = ", ".join(map(str, missing))
        problem = f"Rep {asked} is not valid in both clips." if missing else "No rep is valid in both clips."
        raise WrongUsage(problem, f"Valid in both: {there}.")
    return [valid[k] for k in sorted(set(numbers) or valid)]


def _leg(letter: str, trial: Trial, side: Side, mean: SetMean, reps: Sequence[Rep]) -> ComparedLeg:
    extracts = tuple(_extracts(trial, side, reps))
    over_time = tuple(_over_time(trial, side, extract) for extract in extracts)
    over_depth = tuple(_over_depth(trial, side, reps))
    every_s = np.arange(min(curve.over[0] for curve in over_time), max(c.over[-1] for c in over_time), STEP_S)
    return ComparedLeg(
        letter=letter,
        trial=trial,
        side=side,
        extracts=extracts,
        over_time=over_time,
        over_depth=over_depth,
        mean_over_time=_mean_curve(over_time, np.asarray(every_s)),
        mean_over_depth=_mean_curve(over_depth, DEPTHS_PCT),
        mean=mean,
    )


# --- curves -------------------------------------------------------------------------------------------------


def _extracts(trial: Trial, side: Side, reps: Sequence[Rep]) -> Iterator[Extract]:
    """Yield the part of the clip around each rep; parts of neighbouring reps do not overlap."""
    everyone = _of_side(trial, side)
    between_s = [(before.end_s + after.start_s) / 2 for before, after in pairwise(everyone)]
    limits = list(pairwise([-np.inf, *between_s, np.inf]))
    for rep in reps:
        low_s, high_s = limits[everyone.index(rep)]
        yield Extract(rep, max(rep.start_s - AROUND_S, low_s), min(rep.end_s + AROUND_S, high_s))


def _over_time(trial: Trial, side: Side, extract: Extract) -> Curve:
    leg = trial.signals[trial.signals["side"] == side.value]
    time_s, fppa_deg = (np.asarray(leg[name], dtype=np.float64) for name in ("time_s", MEASURE))
    inside = (time_s >= extract.from_s) & (time_s <= extract.to_s)
    return Curve(time_s[inside] - extract.rep.bottom_s, fppa_deg[inside])


def _over_depth(trial: Trial, side: Side, reps: Sequence[Rep]) -> Iterator[Curve]:
    wanted = {rep.number for rep in reps}
    for profile in profiles_of(trial, side.value):
        if profile.rep in wanted:
            depth_pct = profile.from_pct + np.arange(len(profile.fppa_deg), dtype=np.float64)
            yield Curve(depth_pct, np.array(profile.fppa_deg, dtype=np.float64))


def _mean_curve(curves: Sequence[Curve], over: FloatArray) -> Curve:
    """Return the mean of curves at given places, NaN where one of them is not known.

    A mean over fewer and fewer curves would jump where one ends, and that jump would look like movement.
    """
    if not curves:  # saved before there were profiles over depth
        return Curve(over, np.full(len(over), np.nan))
    values = np.stack([np.interp(over, c.over, c.fppa_deg, left=np.nan, right=np.nan) for c in curves])
    return Curve(over, values.mean(axis=0))


# --- the difference -----------------------------------------------------------------------------------------


def _difference(a: ComparedLeg, b: ComparedLeg, book: RuleBook) -> Difference:
    return _between_legs(a, b, book) if a.side is not b.side else _since(a, b, book)


def _between_legs(a: ComparedLeg, b: ComparedLeg, book: RuleBook) -> Difference:
    (detectable,) = (c for c in book.changes_for(a.trial.task.name) if c.measure == MEASURE)
    (found,) = summary.side_differences([a.mean, b.mean], [detectable])
    return Difference(
        of="left minus right",
        value=found.value,
        ci95=found.ci95,
        needed=max(found.mdc, float("inf") if found.ci95 is None else found.ci95),
        mdc=found.mdc,
        source=f"{detectable.origin}: {detectable.source}",
    )


def _since(a: ComparedLeg, b: ComparedLeg, book: RuleBook) -> Difference:
    changes = changes_between([a.trial], [b.trial], a.side.value, book)
    (change,) = (change for change in changes if change.measure == MEASURE)
    return Difference(
        of="B minus A",
        value=change.value,
        ci95=summary.difference_ci95(a.mean, b.mean),
        needed=change.needed,
        mdc=change.mdc,
        source=change.source,
        at_depth_pct=change.at_depth_pct,
    )


# --- what was not the same ----------------------------------------------------------------------------------


def _differing(a: ComparedLeg, b: ComparedLeg, book: RuleBook) -> Iterator[str]:
    """Yield in words what makes the two less comparable."""
    for name, one, other in zip(_NAMES, _circumstances(a), _circumstances(b), strict=True):
        if one != other:
            yield f"{name}: {one} in A, {other} in B"
    depths = [leg.trial.mean_of("depth_pct", leg.side.value) for leg in (a, b)]
    if depths[0] and depths[1] and compared_at_same_depth(depths[0].mean, depths[1].mean, book):
        yield f"depth: {depths[0].mean:.0f} in A, {depths[1].mean:.0f} % of leg length in B"


_NAMES = ("person", "view", "mirrored", "step height", "load", "pose model", "definitions")


def _circumstances(leg: ComparedLeg) -> tuple[str, ...]:
    """Return what should be the same, in words, in the order of their names."""
    trial, session = leg.trial, leg.trial.session
    setup = setup_of(trial, leg.side.value, session=session)
    return (
        session.person or "not named",
        setup.view or "not known",
        "yes" if trial.setup is not None and trial.setup.mirrored else "no",
        _entered(setup.step_height_cm, "cm"),
        _entered(setup.load_kg, "kg"),
        setup.model,
        setup.definitions_version,
    )


def _entered(value: float, unit: str) -> str:
    return "not entered" if value == NOT_ENTERED else f"{value:g} {unit}"
