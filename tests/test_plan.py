"""What to do tomorrow: the rung, the exercises, the dates, and when there is no plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.decisions import leg_of, task_of
from tests.trials import trial_of
from valgus import rules
from valgus.exports.advice import plan_text
from valgus.model.ladder import Plan
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial_parts import SideDifference
from valgus.plan import STRETCH, plan_from_analysis, plan_of
from valgus.simulate import film, repetitions
from valgus.tasks import TASKS

BOOK = rules.published()
DAY = date(2026, 11, 21)
RED = {"changed": {"red": 5, "green": 0}}
UNPAID = {"changed": {"pain_during": None}}


def planned(
    *legs: Any, session: Session | None = None, task: str = "step-down", differences: Any = ()
) -> Plan:
    return plan_of(
        list(legs or [leg_of(BOOK)]),
        differences,
        task=task_of(task),
        session=session or Session(date=DAY, step_height_cm=15),
        book=BOOK,
    )


@pytest.mark.parametrize(
    ("leg", "height", "rung", "next_rung", "says"),
    [
        ({}, 10.0, 3, 3, "from 10 to 15 cm"),
        ({}, 20.0, 3, 4, "Move up: from rung 3, single-leg strength, to rung 4"),
        ({}, None, 3, 4, "Move up"),
        (UNPAID, 15.0, 3, 3, "Stay where you are: rung 3, single-leg strength, step of 15 cm."),
        (RED, 15.0, 3, 3, "Go down a step: from 15 to 10 cm"),
        (RED, 10.0, 3, 2, "Go back to rung 2, supported single leg"),
        (RED, None, 3, 2, "reduce the range, slow down, lower the load"),
    ],
)
def test_a_step_down_goes_by_the_height_of_the_step_and_then_by_the_rung(
    leg: dict[str, Any], height: float | None, rung: int, next_rung: int, says: str
) -> None:
    plan = planned(leg_of(BOOK, **leg), session=Session(date=DAY, step_height_cm=height))
    assert (plan.rung.number, plan.next_rung.number) == (rung, next_rung)
    assert says in plan.step


@pytest.mark.parametrize(
    ("task", "session", "rung"),
    [
        ("stance", Session(), 2),
        ("single-leg-squat", Session(), 3),
        ("single-leg-squat", Session(load_kg=10), 4),
        ("landing", Session(), 5),
        ("single-leg-squat", Session(rung=1), 1),
    ],
)
def test_the_rung_is_that_of_the_filmed_task_or_the_one_entered(
    task: str, session: Session, rung: int
) -> None:
    assert planned(task=task, session=session).rung.number == rung


def test_the_highest_and_the_lowest_rung_have_nothing_beyond() -> None:
    assert "highest rung" in planned(task="landing", session=Session()).step
    assert "lowest rung" in planned(leg_of(BOOK, **RED), task="squat", session=Session(rung=0)).step


def test_the_weaker_leg_sets_the_rung() -> None:
    plan = planned(leg_of(BOOK), leg_of(BOOK, side="right", **RED))
    assert "Go down a step" in plan.step


@pytest.mark.parametrize(
    ("means", "pattern"),
    [
        ({"fppa_deg": 14.0, "pelvic_drop_deg": 12.0}, "valgus_with_drop"),
        ({"fppa_deg": 14.0, "pelvic_drop_deg": 3.0}, "valgus_without_drop"),
        ({"fppa_deg": 14.0}, "valgus_pelvis_unknown"),
        ({"fppa_deg": 14.0, "fppa_matched_depth_deg": 5.0}, "valgus_only_deep"),
        ({"pelvic_drop_deg": 12.0}, "drop_alone"),
        ({"trunk_lean_deg": 14.0}, "trunk_lean"),
        ({"depth_pct": 7.0}, "shallow"),
        ({}, "none"),
    ],
)
def test_the_pattern_of_the_means_points_to_exercises(means: dict[str, float], pattern: str) -> None:
    plan = planned(leg_of(BOOK, **means))
    assert [seen.pattern.code for seen in plan.why] == [pattern]
    chosen = {exercise.code for exercise in plan.exercises}
    assert chosen & set(BOOK.ladder.pattern(pattern).exercises)


def test_legs_that_differ_beyond_error_are_told_to_start_on_the_worse_side() -> None:
    plan = planned(differences=(SideDifference("fppa_deg", -12.0, 5.0, 8.9),))
    assert any("Start every set on the right side." in rule for rule in plan.rules)
    within = planned(differences=(SideDifference("fppa_deg", -8.0, 5.0, 8.9),))
    assert not any("Start every set" in rule for rule in within.rules)


@pytest.mark.parametrize("leg", [{}, UNPAID, RED], ids=["progress", "hold", "regress"])
def test_a_plan_has_two_or_three_exercises_with_dose_and_cue_and_the_stretch(leg: dict[str, Any]) -> None:
    plan = planned(leg_of(BOOK, fppa_deg=14.0, trunk_lean_deg=14.0, **leg))
    *exercises, last = plan.exercises
    assert 2 <= len(exercises) <= 3
    assert last.code == STRETCH
    assert len({exercise.code for exercise in plan.exercises}) == len(plan.exercises)
    assert all(e.sets and e.hold_or_reps and e.tempo and e.cue for e in plan.exercises)
    assert all(e.rung <= max(plan.rung.number, plan.next_rung.number) for e in exercises)


def test_no_exercise_is_harder_than_the_rung_it_goes_back_to() -> None:
    plan = planned(leg_of(BOOK, fppa_deg=14.0, **RED), session=Session(step_height_cm=10))
    assert plan.next_rung.number == 2
    assert max(exercise.rung for exercise in plan.exercises) <= 2


def test_the_plan_says_why_for_each_leg() -> None:
    text = plan_text(planned(leg_of(BOOK), leg_of(BOOK, side="right", **UNPAID)))
    assert "- Left leg, progress candidate: every condition is met." in text
    assert "- Right leg, hold: pain during the task was not entered." in text


def test_who_moves_up_gets_an_exercise_of_the_new_rung() -> None:
    plan = planned(session=Session(step_height_cm=20))
    assert plan.next_rung.number == 4
    assert 4 in {exercise.rung for exercise in plan.exercises}


@pytest.mark.parametrize(
    ("leg", "height", "exercise"),
    [({}, 10.0, "mirror_step_down"), ({}, 20.0, "loaded_step_down"), (UNPAID, 15.0, "mirror_step_down")],
    ids=["a step up", "a rung up", "hold"],
)
def test_who_is_to_step_down_practises_it(leg: dict[str, Any], height: float, exercise: str) -> None:
    plan = planned(leg_of(BOOK, **leg), session=Session(step_height_cm=height))
    assert exercise in {one.code for one in plan.exercises}


def test_the_next_test_can_be_compared_with_this_one() -> None:
    higher = plan_text(planned(session=Session(step_height_cm=10)))
    assert "Same task and spot for the phone: first on the step of 10 cm, to compare" in higher
    assert "Same task, step height and spot" in plan_text(planned(leg_of(BOOK, **UNPAID)))
    assert "step" not in planned(task="landing", session=Session()).next_test


def test_the_next_test_is_in_four_to_six_weeks() -> None:
    plan = planned()
    assert (plan.retest_from, plan.retest_to) == (date(2026, 12, 19), date(2027, 1, 2))
    assert "between 2026-12-19 and 2027-01-02" in plan_text(plan)
    assert "in 4 to 6 weeks" in plan_text(planned(session=Session()))


@pytest.mark.parametrize(
    ("legs", "session", "why"),
    [
        ([{"changed": {"pain_during": 7.0}}], Session(), "Pain was too high"),
        ([{"changed": {"pain_next_morning": 4.0}}], Session(), "Pain was too high"),
        ([{}, {"side": "right", "changed": {"pain_during": 7.0}}], Session(), "Pain was too high"),
        ([{"changed": {"valid": 1, "ok": 1, "green": 1}}], Session(), "only 1 valid rep"),
        ([{}], Session(weeks_since_surgery=12), "clinician"),
        ([{}], Session(weeks_since_surgery=12, clinician_cleared=False), "clinician"),
    ],
)
def test_there_is_no_plan_in_pain_after_surgery_or_when_nothing_can_be_judged(
    legs: list[dict[str, Any]], session: Session, why: str
) -> None:
    plan = planned(*(leg_of(BOOK, **leg) for leg in legs), session=session)
    assert why in plan.withheld
    assert plan.exercises == ()
    text = plan_text(plan)
    assert "No plan" in text
    assert "sets of" not in text


def test_after_surgery_with_a_clinicians_agreement_there_is_a_plan() -> None:
    assert planned(session=Session(weeks_since_surgery=12, clinician_cleared=True)).withheld == ""


def test_one_leg_that_cannot_be_judged_does_not_stop_the_other() -> None:
    plan = planned(leg_of(BOOK), leg_of(BOOK, side="right", changed={"valid": 1, "ok": 1, "green": 1}))
    assert plan.withheld == ""
    assert "Stay where you are" in plan.step, "what is not known of one leg forbids to move up"


def test_one_leg_that_cannot_be_judged_does_not_hide_that_the_other_has_to_go_back() -> None:
    unknown = leg_of(BOOK, side="right", changed={"valid": 1, "ok": 1, "green": 1})
    assert "Go down a step" in planned(leg_of(BOOK, **RED), unknown).step


def test_the_plan_says_what_it_rests_on_and_that_it_is_advice() -> None:
    text = plan_text(planned())
    assert "From: lateral step-down of 2026-11-21, 5 valid reps of the left leg." in text
    assert "not a diagnosis" in text
    for words in ("48 hours", "Every 4th week", "Quality before quantity", "2-3 days a week"):
        assert words in text


def test_every_pattern_points_to_exercises_that_exist() -> None:
    ladder = BOOK.ladder
    for pattern in ladder.patterns:
        assert all(ladder.exercise(code) for code in pattern.exercises)
    assert [rung.number for rung in ladder.rungs] == list(range(6))
    assert {exercise.rung for exercise in ladder.exercises} == set(range(6))
    assert len({exercise.code for exercise in ladder.exercises}) == len(ladder.exercises)
    assert replace(ladder).source.startswith("consensus of practice")


@pytest.mark.parametrize("task", [task.name for task in TASKS])
def test_every_task_that_can_be_measured_has_a_place_on_the_ladder(task: str) -> None:
    trial = trial_of(film(repetitions(task="step-down")), Settings(task=task))
    plan = plan_from_analysis(trial, BOOK)
    assert task in plan.rung.tasks
