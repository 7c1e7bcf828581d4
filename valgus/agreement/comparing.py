"""From pairs of values to figures of agreement, and what has to be known to read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from valgus.agreement.matching import Matched
from valgus.errors import WrongUsage
from valgus.metrics import MEASURE_COLUMNS
from valgus.model.agreement import Agreement, Compared, Pair, Unit
from valgus.model.arrays import IntArray
from valgus.statistics import (
    icc_agreement,
    icc_consistency,
    limits_of_agreement,
    mdc95,
    mean_squares,
    slope_of,
)

#: Fewest pairs from which figures are given.
LEAST_PAIRS = 3
#: From so many independent groups on, nothing is said about few.
ENOUGH = 20


def compare(matched: Matched, /, *, measure: str, names: tuple[str, str], by: Unit = "rep") -> Compared:
    """Return how well two measurements agree, over reps or over the means of sets.

    Parameters
    ----------
    matched : Matched
        Reps measured twice.
    measure : str
        What was measured.
    names : (str, str)
        What A and B are called.
    by : str, optional
        "rep", or "set": the mean of all reps of one clip and side.

    Raises
    ------
    WrongUsage
        If fewer than three pairs are left.
    """
    pairs = matched.pairs if by == "rep" else _set_means(matched.pairs)
    if len(pairs) < LEAST_PAIRS:
        raise WrongUsage(
            f"Only {len(pairs)} {_many(by)} measured by both; {LEAST_PAIRS} are needed.",
            f"Left out: {matched.first_reasons}." if matched.left_out else "",
        )
    groups = _groups_of(pairs)
    a, b = (np.array([getattr(pair, name) for pair in pairs]) for name in ("a", "b"))
    limits = limits_of_agreement([(a - b)[of_it] for of_it in groups.members])
    assert limits is not None
    squares, vary = mean_squares(np.column_stack([a, b])), min(np.ptp(a), np.ptp(b)) > 0
    sem = limits.sd / float(np.sqrt(2.0))
    agreement = Agreement(
        measure=measure,
        unit=next((column.unit for column in MEASURE_COLUMNS if column.name == measure), ""),
        by=by,
        a=names[0],
        b=names[1],
        n=len(pairs),
        clips=len({_clip(pair) for pair in pairs}),
        people=len({pair.person for pair in pairs}) if all(pair.person for pair in pairs) else None,
        groups=len(groups.members),
        grouped_by=groups.by,
        limits=limits,
        icc2=icc_agreement(squares),
        icc3=icc_consistency(squares),
        sem=sem,
        mdc95=mdc95(sem),
        r=float(np.corrcoef(a, b)[0, 1]) if vary else None,
        rmse=float(np.sqrt(((a - b) ** 2).mean())),
        slope=slope_of((a + b) / 2, a - b),
        notes=(),
    )
    noted = replace(agreement, notes=tuple(_notes(agreement, matched.invalid)))
    return Compared(noted, pairs, matched.left_out)


def _clip(pair: Pair) -> tuple[str, str]:
    return pair.clip, pair.clip_sha256


def _many(by: Unit) -> str:
    return "reps were" if by == "rep" else "sets were"


def _set_means(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    sets: dict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        sets[(*_clip(pair), pair.side)].append(pair)
    return tuple(_mean(of_it) for of_it in sets.values())


def _mean(of_it: Sequence[Pair]) -> Pair:
    a, b = (float(np.mean([getattr(pair, name) for pair in of_it])) for name in ("a", "b"))
    return replace(of_it[0], rep=None, a_time_s=None, b_time_s=None, a=a, b=b, n=len(of_it))


# --- what is independent ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Groups:
    """Pairs that belong together: by what, and the places of each group's pairs."""

    by: str
    members: tuple[IntArray, ...]


def _groups_of(pairs: Sequence[Pair]) -> _Groups:
    """Return the pairs by person, else by clip, else each alone: the first that makes two groups or more."""
    for by, keys in (
        ("person", [pair.person for pair in pairs]),
        ("clip", ["/".join(_clip(pair)).strip("/") for pair in pairs]),
    ):
        if all(keys) and len(set(keys)) > 1:
            return _Groups(by, tuple(np.flatnonzero(np.array(keys) == key) for key in dict.fromkeys(keys)))
    return _Groups("pair", tuple(np.array([k]) for k in range(len(pairs))))


# --- how to read it -----------------------------------------------------------------------------------------


def _notes(of: Agreement, invalid: int) -> Iterator[str]:
    if of.grouped_by == "pair" and of.clips < 2:
        yield (
            f"All {of.n} {of.by}s are from one clip: the figures speak of that clip alone, and their "
            "intervals take as independent what is not."
        )
    elif of.n > of.groups:
        named = "people" if of.grouped_by == "person" else "clips"
        yield (
            f"{of.n} {of.by}s of {of.groups} {named}: those of one {of.grouped_by} are alike, so limits and "
            f"bias are those for repeated measures, and the bias has the interval of {of.groups} {named}."
        )
        yield (
            f"The intervals of ICC and slope take every {of.by} as independent and are too narrow"
            + ("; --by set compares the mean of each clip." if of.by == "rep" else ".")
        )
    if of.people == 1:
        yield "Everything is from one person: nothing is known of others."
    elif of.people is None and of.clips > 1:
        yield "Whose clips they are was not said; clips of one person count as if they were of several."
    if of.groups < ENOUGH:
        yield f"Few: {of.groups} independent {_few(of)}. Read the intervals, not the figures."
    if invalid:
        yield f"{invalid} reps graded invalid are left out (--include-invalid counts them)."
    if of.slope and (of.slope.low > 0 or of.slope.high < 0):
        yield (
            f"The difference {'grows' if of.slope.value > 0 else 'falls'} as the value grows: one bias does "
            "not fit all values (or A and B vary differently)."
        )
    if of.icc2 is None:
        yield "There is no ICC: the values do not vary, or A and B differ by nothing but a constant."


def _few(of: Agreement) -> str:
    return {"person": "people", "clip": "clips"}.get(of.grouped_by, f"{of.by}s")
