"""Every threshold of the data files decides something: moving it by one percent changes what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from tests.decisions import facts, leg_of, mean_of, one_session, task_of
from valgus import rules
from valgus.decision import decide, drift_within
from valgus.flags import level_of
from valgus.items import items_of
from valgus.model.frontal import Estimate, Origin
from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.plan import plan_of
from valgus.quality import crossed
from valgus.summary import side_differences

Probe = Callable[[RuleBook], Any]


def colours(task: str, sex: str | None, code: str, *values: float) -> Probe:
    """The colours of values next to the edges of a band."""

    def probe(book: RuleBook) -> list[str]:
        band = next(b for b in book.bands if (b.task, b.sex, b.code) == (task, sex, code))
        return [level_of(value, band).value for value in values]

    return probe


def findings(code: str, task: str, *values: float) -> Probe:
    """What values next to the limits of a gate do."""

    def probe(book: RuleBook) -> list[str]:
        said = []
        for value in values:
            fact = {code: Estimate(value, 0.0, Origin.DETECTED, "")}
            gates = [g for on in ("clip", "rep", "set") for g in book.gates_for(task, on=on)]  # type: ignore[arg-type]
            found = crossed(gates, fact)
            said.append(found[0].severity.value if found else "-")
        return said

    return probe


def real_differences(measure: str, *values: float) -> Probe:
    """Whether differences between the legs next to the smallest detectable change count."""

    def probe(book: RuleBook) -> list[bool]:
        said = []
        for value in values:
            means = (mean_of(measure, value, side="left"), mean_of(measure, 0.0, side="right"))
            said += [d.real for d in side_differences(means, book.changes_for("step-down"))]
        return said

    return probe


def outcomes(**of: list[Any]) -> Probe:
    """The codes that apply for each value of one fact."""

    def probe(book: RuleBook) -> list[list[str]]:
        ((name, values),) = of.items()
        return [[r.code for r in decide(facts(**{name: value}), book).reasons] for value in values]

    return probe


def shares_of_green(book: RuleBook) -> list[list[str]]:
    cases = [facts(valid=1000, ok=1000, green=green, amber=1000 - green) for green in (800, 793)]
    return [[r.code for r in decide(case, book).reasons] for case in cases]


def few_valid(book: RuleBook) -> list[list[str]]:
    cases = [facts(valid=n, ok=n, green=n) for n in (3, 2)]
    return [[r.code for r in decide(case, book).reasons] for case in cases]


def reds(book: RuleBook) -> list[list[str]]:
    cases = [facts(valid=20, ok=20, green=20 - red, red=red) for red in (1, 2)]
    return [[r.code for r in decide(case, book).reasons] for case in cases]


def notes(book: RuleBook) -> list[int]:
    return [len(decide(facts(fppa_mean=value), book).notes) for value in (-10.0, -10.05)]


def drifts(*sets: list[float]) -> Probe:
    def probe(book: RuleBook) -> list[bool | None]:
        found = [drift_within(values, "fppa_deg", book) for values in sets]
        return [None if drift is None else drift.real for drift in found]

    return probe


def rising_by(deg: float) -> list[float]:
    """Six reps on a straight line whose last two are that much above the first two."""
    return [deg / 4 * k for k in range(6)]


def patterns(measure: str, *values: float) -> Probe:
    def probe(book: RuleBook) -> list[list[str]]:
        said = []
        for value in values:
            plan = plan_of(
                [leg_of(book, **{measure: value})], (), task=task_of(), session=Session(), book=book
            )
            said.append([seen.pattern.code for seen in plan.why])
        return said

    return probe


def plan_days(book: RuleBook) -> tuple[date | None, date | None, str]:
    session = Session(date=date(2026, 11, 21))
    plan = plan_of([leg_of(book)], (), task=task_of(), session=session, book=book)
    return plan.retest_from, plan.retest_to, next(rule for rule in plan.rules if "week do half" in rule)


def recommended(book: RuleBook) -> str:
    return decide(facts(valid=2, ok=2, green=2), book).reasons[0].would_change


def depths_compared(*apart_pct: float) -> Probe:
    """Whether sessions whose depth differs by this much are compared at the same depth."""
    from valgus.history.changes import compared_at_same_depth

    return lambda book: [compared_at_same_depth(13.0, 13.0 + apart, book) for apart in apart_pct]


def items(scale: str, number: int, measure: str, *values: float) -> Probe:
    def probe(book: RuleBook) -> list[str]:
        task = "step-down" if scale == "lateral step-down" else "single-leg-squat"
        said = []
        for value in values:
            found = items_of(one_session(task, **{measure: [value] * 3}), book)
            said.append(next(i.met.value for i in found if (i.scale, i.number) == (scale, number)))
        return said

    return probe


def item_share(book: RuleBook) -> list[str]:
    """Half of 200 reps, and just less than half of 201."""
    said = []
    for values in ([1.0] * 100 + [-1.0] * 100, [1.0] * 100 + [-1.0] * 101):
        found = items_of(one_session("step-down", knee_over_foot_pct=values), book)
        said.append(next(item.met.value for item in found if item.number == 4))
    return said


SLS, DOWN, LAND, JUMP = "single-leg-squat", "step-down", "landing", "drop-jump"


@dataclass(frozen=True)
class Case:
    """A probe next to a threshold, and what comes out of it."""

    probe: Probe
    expected: Any


#: Band, task, sex, field: a value on the edge, one just beyond.
BANDS = [
    ("fppa", SLS, None, "amber", 11.3, 11.35),
    ("fppa", SLS, None, "red", 16.0, 16.05),
    ("fppa", DOWN, None, "amber", 11.3, 11.35),
    ("fppa", DOWN, None, "red", 16.0, 16.05),
    ("knee_plus_trunk", SLS, None, "amber", 28.4, 28.5),
    ("knee_plus_trunk", DOWN, None, "amber", 28.4, 28.5),
    ("fppa_asis", LAND, "f", "amber", 12.0, 12.05),
    ("fppa_asis", LAND, "m", "amber", 9.0, 9.05),
    ("fppa_asis", JUMP, "f", "amber", 13.0, 13.05),
    ("fppa_asis", JUMP, "m", "amber", 8.0, 8.05),
    ("pelvic_drop", SLS, "m", "amber", 7.0, 7.05),
    ("pelvic_drop", SLS, "f", "amber", 9.0, 9.05),
    ("pelvic_drop", DOWN, "m", "amber", 7.0, 7.05),
    ("pelvic_drop", DOWN, "f", "amber", 9.0, 9.05),
]
#: Gate, task, what it does beyond the limit: a value on the limit, one just beyond, what it does up to it.
GATES = [
    ("camera_rolled", DOWN, "low", 6.0, 6.03, "-"),
    ("camera_rolled", DOWN, "stop", 45.0, 45.2, "low"),
    ("not_frontal", DOWN, "low", 5.0, 5.03, "-"),
    ("not_frontal", DOWN, "invalid", 10.0, 10.05, "low"),
    ("not_frontal", DOWN, "stop", 60.0, 60.3, "invalid"),
    ("too_small", DOWN, "low", 150.0, 149.5, "-"),
    ("too_small", DOWN, "invalid", 80.0, 79.6, "low"),
    ("low_frame_rate", DOWN, "low", 20.0, 19.9, "-"),
    ("low_frame_rate", DOWN, "invalid", 8.0, 7.96, "low"),
    ("low_frame_rate", LAND, "low", 50.0, 49.8, "-"),
    ("low_frame_rate", LAND, "invalid", 20.0, 19.9, "low"),
    ("rarely_seen", DOWN, "low", 0.8, 0.798, "-"),
    ("rarely_seen", DOWN, "invalid", 0.4, 0.399, "low"),
    ("rarely_seen", DOWN, "stop", 0.25, 0.249, "invalid"),
    ("other_leg_carries", DOWN, "low", 0.9, 0.9045, "-"),
    ("identity_jump", DOWN, "low", 0.02, 0.0201, "-"),
    ("identity_jump", DOWN, "invalid", 0.2, 0.201, "low"),
    ("legs_swapped", DOWN, "low", 0.1, 0.1005, "-"),
    ("legs_swapped", DOWN, "invalid", 0.3, 0.301, "low"),
    ("off_centre", DOWN, "note", 0.25, 0.251, "-"),
    ("off_centre", DOWN, "low", 0.42, 0.422, "note"),
    ("head_or_feet_cut", DOWN, "low", 0.1, 0.1005, "-"),
    ("too_dark", DOWN, "low", 72.0, 71.7, "-"),
    ("blurred", DOWN, "low", 0.5, 0.502, "-"),
    ("camera_moving", DOWN, "note", 0.5, 0.502, "-"),
    ("camera_moving", DOWN, "low", 2.0, 2.01, "note"),
    ("clip_cut", DOWN, "low", 0.5, 0.502, "-"),
    ("repeated_frames", DOWN, "note", 0.3, 0.301, "-"),
    ("slow_motion", DOWN, "note", 5.0, 5.02, "-"),
    ("slow_fall", LAND, "note", 4.0, 3.98, "-"),
    ("inconsistent_depth", DOWN, "note", 0.5, 0.502, "-"),
    ("few_frames", DOWN, "low", 0.9, 0.898, "-"),
    ("few_frames", DOWN, "invalid", 0.6, 0.598, "low"),
    ("lowest_not_seen", DOWN, "low", 0.99, 0.987, "-"),
    ("lowest_not_seen", DOWN, "invalid", 0.5, 0.498, "low"),
    ("unsure_landmarks", DOWN, "low", 0.7, 0.698, "-"),
    ("unsure_landmarks", DOWN, "invalid", 0.5, 0.498, "low"),
    ("too_deep", DOWN, "low", 21.0, 21.1, "-"),
]
#: Scale, item, measure: a value on the limit, one just beyond.
ITEMS = [
    ("lateral step-down", 2, "trunk_lean_deg", 10.0, 10.05),
    ("lateral step-down", 3, "pelvic_drop_deg", 4.0, 4.02),
    ("lateral step-down", 4, "knee_over_foot_pct", 0.0, 0.005),
    ("lateral step-down", 5, "knee_over_foot_pct", 6.0, 6.03),
    ("QASLS", 2, "trunk_lean_deg", 10.0, 10.05),
    ("QASLS", 3, "pelvic_drop_deg", 4.0, 4.02),
    ("QASLS", 7, "knee_over_foot_pct", 0.0, 0.005),
    ("QASLS", 8, "knee_over_foot_pct", 6.0, 6.03),
]
CHANGES = [
    ("fppa_deg", 8.9, 8.95),
    ("fppa_asis_deg", 8.9, 8.95),
    ("trunk_lean_deg", 5.0, 5.02),
    ("pelvic_drop_deg", 4.0, 4.02),
]
LIMITS = {
    "least_valid_reps": Case(few_valid, [[], ["few_reps", "few_ok_reps"]]),
    "recommended_reps": Case(recommended, "At least 3 valid reps; film 5."),
    "least_green_share": Case(shares_of_green, [[], ["few_green"]]),
    "red_reps_to_regress": Case(reds, [["one_red_rep"], ["red_reps"]]),
    "pain_safe": Case(outcomes(pain_during=[2.0, 2.01]), [[], ["pain_some"]]),
    "pain_acceptable": Case(outcomes(pain_during=[5.0, 5.01]), [["pain_some"], ["pain_high"]]),
    "pain_settled": Case(outcomes(pain_next_morning=[2.0, 2.01]), [[], ["pain_not_settled"]]),
    "sessions_in_a_row": Case(outcomes(met_before=[1, 0]), [[], ["one_more_session"]]),
    "drift_least_reps": Case(drifts([0, 0, 9, 9], [0, 0, 5, 9, 9]), [None, True]),
    "drift_least_deg": Case(drifts(rising_by(3.01), rising_by(2.99)), [True, False]),
    "varus_overshoot_deg": Case(notes, [0, 1]),
    "depth_differs_pct": Case(depths_compared(2.0, 2.01), [False, True]),
    "pattern_trunk_lean_deg": Case(patterns("trunk_lean_deg", 10.0, 10.05), [["none"], ["trunk_lean"]]),
    "pattern_shallow_pct": Case(patterns("depth_pct", 10.0, 9.95), [["none"], ["shallow"]]),
    "retest_weeks_from": Case(lambda book: plan_days(book)[0], date(2026, 12, 19)),
    "retest_weeks_to": Case(lambda book: plan_days(book)[1], date(2027, 1, 2)),
    "deload_every_weeks": Case(
        lambda book: plan_days(book)[2],
        "Every 4th week do half of the sets: plateaus come from never resting.",
    ),
    "item_share": Case(item_share, ["met", "not met"]),
}

CASES: dict[tuple[str, ...], Case] = {
    **{
        ("band", code, task, sex or "", field): Case(
            colours(task, sex, code, on, beyond), ["amber", "red"] if field == "red" else ["green", "amber"]
        )
        for code, task, sex, field, on, beyond in BANDS
    },
    **{
        ("gate", code, task, does): Case(findings(code, task, on, beyond), [before, does])
        for code, task, does, on, beyond, before in GATES
    },
    **{
        ("item", scale, str(number)): Case(items(scale, number, measure, on, beyond), ["not met", "met"])
        for scale, number, measure, on, beyond in ITEMS
    },
    **{
        ("mdc", measure): Case(real_differences(measure, on, beyond), [False, True])
        for measure, on, beyond in CHANGES
    },
    **{("limit", code): case for code, case in LIMITS.items()},
}


COUNTED = ("reps", "sessions", "weeks")


def moved(book: RuleBook, part: str, k: int, field: str) -> Callable[[int], RuleBook]:
    """Return what moves a figure: by one percent, or by one where it counts something."""

    def by(direction: int) -> RuleBook:
        entries: list[Any] = list(getattr(book, part))
        value = getattr(entries[k], field)
        whole = part == "limits" and entries[k].unit in COUNTED
        step = 1.0 if whole else max(abs(value) * 0.01, 0.01)
        entries[k] = replace(entries[k], **{field: value + direction * step})
        return replace(book, **{part: tuple(entries)})

    return by


def thresholds(book: RuleBook) -> Iterator[tuple[tuple[str, ...], Callable[[int], RuleBook]]]:
    """Every number of the data files, and what moves it."""
    for k, band in enumerate(book.bands):
        for field in ("amber", "red"):
            if getattr(band, field) is not None:
                yield ("band", band.code, band.task, band.sex or "", field), moved(book, "bands", k, field)
    for k, change in enumerate(book.changes):
        yield ("mdc", change.measure), moved(book, "changes", k, "value")
    for k, limit in enumerate(book.limits):
        yield ("limit", limit.code), moved(book, "limits", k, "value")
    for k, item in enumerate(book.items):
        if item.above is not None:
            yield ("item", item.scale, str(item.number)), moved(book, "items", k, "above")
    for k, gate in enumerate(book.gates):
        for field in ("note", "low", "invalid", "stop"):
            if getattr(gate, field) is not None:
                task = LAND if gate.tasks and gate.tasks[0] == LAND else DOWN
                yield ("gate", gate.code, task, field), moved(book, "gates", k, field)


ALL = dict(thresholds(rules.published()))


def test_every_threshold_has_a_case() -> None:
    assert set(CASES) == set(ALL)


@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_what_comes_out_on_a_threshold_and_just_beyond(key: tuple[str, ...]) -> None:
    assert CASES[key].probe(rules.published()) == CASES[key].expected


@pytest.mark.parametrize("key", CASES, ids=" ".join)
@pytest.mark.parametrize("direction", [-1, 1], ids=["lower", "higher"])
def test_a_threshold_that_moves_by_one_percent_changes_what_comes_out(
    key: tuple[str, ...], direction: int
) -> None:
    assert CASES[key].probe(ALL[key](direction)) != CASES[key].expected
