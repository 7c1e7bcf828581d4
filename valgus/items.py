"""Items of movement-quality scales, as far as a frontal clip shows them; never a total."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from valgus.model.arrays import FloatArray
from valgus.model.judgement import ItemResult, Met
from valgus.model.rep import Grade
from valgus.model.rule import Item
from valgus.model.rulebook import RuleBook
from valgus.model.trial import Analysis


def items_of(analysis: Analysis, book: RuleBook, /) -> tuple[ItemResult, ...]:
    """Return every item of the scales made for the task, for each side with reps.

    An item is met when enough of the reps graded ok show it; reps graded low or invalid are not looked at.
    """
    return tuple(
        _result(item, analysis, side, book.limit("item_share"))
        for side in analysis.sides
        for item in book.items_for(analysis.task.name)
    )


def _result(item: Item, analysis: Analysis, side: str, share: float) -> ItemResult:
    def not_assessed(why: str) -> ItemResult:
        return ItemResult(item.scale, item.number, item.name, item.points, side, Met.NOT_ASSESSED, why)

    if item.measure is None or item.above is None:
        return not_assessed(item.why_not)
    rows = [k for k, rep in enumerate(analysis.reps) if rep.side.value == side and rep.grade is Grade.OK]
    if not rows:
        return not_assessed("no rep is graded ok")
    values = np.asarray(analysis.measures[item.measure].iloc[rows], dtype=np.float64)
    if not np.isfinite(values).any():
        return not_assessed(item.why_not or "could not be measured")
    return _judged(item, analysis, side, share, values, rows)


def _judged(
    item: Item, analysis: Analysis, side: str, share: float, values: FloatArray, rows: Sequence[int]
) -> ItemResult:
    known, limit = np.isfinite(values), float(item.above or 0.0)
    shown = int((values[known] > limit).sum())
    worst = int(np.nanargmax(values))
    rep = analysis.reps[rows[worst]]
    return ItemResult(
        item.scale,
        item.number,
        item.name,
        item.points,
        side,
        Met.MET if shown >= share * known.sum() and shown > 0 else Met.NOT_MET,
        f"above {limit:g} {item.unit}: {item.proxy}",
        shown,
        int(known.sum()),
        rep.number,
        rep.bottom_s,
        round(float(values[worst]), 1),
        item.unit,
    )
