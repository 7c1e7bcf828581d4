"""Progress, hold, regress or cannot judge: every row of the table, their order, and drift within a set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decisions import banded, facts
from tests.trials import trial_of
from valgus import rules
from valgus.decision import ONE_MORE, RULES, decide, drift_within, may_plan
from valgus.model.frontal import Side
from valgus.model.judgement import Change, Drift, Facts, Outcome
from valgus.model.rep import Grade
from valgus.model.rule import Finding, Severity
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.simulate import View, film, repetitions
from valgus.verdict import facts_of

BOOK = rules.published()
TURNED = Finding("not_frontal", Severity.INVALID, "the person is turned about 25 deg", "Film from the front.")
UP, DOWN_A_LITTLE = Drift("fppa_deg", 2.0, 9.0, 3.0), Drift("fppa_deg", 2.0, 4.0, 3.0)


def changed(measure: str, by: float, needed: float = 8.9) -> Change:
    return Change(measure, 2.0, 2.0 + by, needed, needed, "test")


#: Row of the table: facts in which it alone applies, and what it asks for.
ROWS: dict[str, tuple[dict[str, Any], Outcome]] = {
    "filming": ({"filming": TURNED}, Outcome.CANNOT_JUDGE),
    "few_reps": ({"valid": 2, "ok": 2, "green": 0}, Outcome.CANNOT_JUDGE),
    "no_colour": ({"ok": 0, "green": 0}, Outcome.CANNOT_JUDGE),
    "error_unknown": ({"means": (banded("fppa_deg", 2.0, None),)}, Outcome.CANNOT_JUDGE),
    "pain_high": ({"pain_during": 6.0}, Outcome.REGRESS),
    "pain_not_settled": ({"pain_next_morning": 3.0}, Outcome.REGRESS),
    "red_reps": ({"valid": 10, "ok": 10, "green": 8, "red": 2}, Outcome.REGRESS),
    "worse_than_baseline": ({"changes": (changed("fppa_deg", 9.0),)}, Outcome.REGRESS),
    "drift": ({"drift": UP}, Outcome.REGRESS),
    "one_red_rep": ({"valid": 10, "ok": 10, "green": 9, "red": 1}, Outcome.HOLD),
    "mean_beyond_green": ({"means": (banded("fppa_deg", 12.0, 0.1),)}, Outcome.HOLD),
    "edge_inside_interval": ({"means": (banded("fppa_deg", 8.0, 6.0),)}, Outcome.HOLD),
    "few_green": ({"green": 3, "amber": 2}, Outcome.HOLD),
    "few_ok_reps": ({"valid": 3, "ok": 2, "green": 3}, Outcome.HOLD),
    "compensation_worse": ({"changes": (changed("trunk_lean_deg", 6.0, 5.0),)}, Outcome.HOLD),
    "pain_some": ({"pain_during": 4.0}, Outcome.HOLD),
    "pain_unknown": ({"pain_next_morning": None}, Outcome.HOLD),
    "one_more_session": ({"met_before": 0}, Outcome.HOLD),
}


def codes(of: Facts) -> list[str]:
    return [reason.code for reason in decide(of, BOOK).reasons]


def test_with_every_condition_met_twice_it_is_a_progress_candidate_without_reasons() -> None:
    decided = decide(facts(), BOOK)
    assert (decided.outcome, decided.reasons) == (Outcome.PROGRESS, ())


def test_every_row_of_the_table_is_tested() -> None:
    assert set(ROWS) == {rule.code for rule in (*RULES, ONE_MORE)}


@pytest.mark.parametrize("code", ROWS)
def test_each_row_alone_asks_for_its_outcome_and_says_what_would_change_it(code: str) -> None:
    changes, outcome = ROWS[code]
    decided = decide(facts(**changes), BOOK)
    assert [reason.code for reason in decided.reasons] == [code]
    assert decided.outcome is outcome
    (reason,) = decided.reasons
    assert reason.says
    assert reason.would_change.endswith((".", ").")), reason.would_change


@pytest.mark.parametrize(
    ("of", "code"),
    [
        ({"changes": (changed("fppa_deg", 8.9),)}, "worse_than_baseline"),
        ({"changes": (changed("fppa_deg", -20.0),)}, "worse_than_baseline"),
        ({"drift": DOWN_A_LITTLE}, "drift"),
        ({"means": (banded("fppa_deg", 5.0, 6.3),)}, "edge_inside_interval"),
        ({"means": (banded("fppa_deg", 11.3, 0.0),)}, "mean_beyond_green"),
        ({"changes": (changed("pelvic_drop_deg", 4.0, 4.0),)}, "compensation_worse"),
    ],
    ids=[
        "change as large as the error",
        "better",
        "drift within noise",
        "edge outside",
        "on the edge",
        "drop",
    ],
)
def test_on_its_boundary_a_row_does_not_apply(of: dict[str, Any], code: str) -> None:
    assert code not in codes(facts(**of))


def test_a_mean_without_a_known_error_has_no_sure_colour_from_its_interval() -> None:
    assert banded("fppa_deg", 8.0, None).edge_inside_interval is False


@pytest.mark.parametrize(
    ("of", "outcome"),
    [
        ({"filming": TURNED, "pain_during": 8.0, "red": 3}, Outcome.CANNOT_JUDGE),
        ({"red": 2, "green": 3, "pain_during": 4.0}, Outcome.REGRESS),
        ({"pain_during": 4.0, "met_before": 0}, Outcome.HOLD),
    ],
)
def test_cannot_judge_stands_above_regress_above_hold_above_progress(
    of: dict[str, Any], outcome: Outcome
) -> None:
    decided = decide(facts(**of), BOOK)
    assert decided.outcome is outcome
    assert decided.reasons[0].outcome is outcome, "the reasons of the outcome come first"


def test_the_wait_for_one_more_session_is_only_spoken_of_when_nothing_else_is_missing() -> None:
    assert codes(facts(met_before=0, pain_during=4.0)) == ["pain_some"]
    assert decide(facts(met_before=0), BOOK).meets_all
    assert not decide(facts(met_before=0, pain_during=None), BOOK).meets_all


@pytest.mark.parametrize("missing", ["pain_during", "pain_next_morning"])
def test_without_both_pains_there_is_no_progress(missing: str) -> None:
    assert decide(facts(**{missing: None}), BOOK).outcome is Outcome.HOLD


@pytest.mark.parametrize(
    ("during", "morning", "allowed"),
    [(None, None, True), (5.0, 2.0, True), (5.5, 0.0, False), (1.0, 2.5, False)],
)
def test_pain_above_the_limits_allows_no_plan(
    during: float | None, morning: float | None, allowed: bool
) -> None:
    assert may_plan(facts(pain_during=during, pain_next_morning=morning), BOOK) is allowed


def test_varus_overshoot_is_noted_and_decides_nothing() -> None:
    decided = decide(facts(fppa_mean=-14.0), BOOK)
    assert decided.outcome is Outcome.PROGRESS
    assert "outwards" in decided.notes[0]


some_facts = st.builds(
    facts,
    valid=st.integers(0, 8),
    ok=st.integers(0, 8),
    green=st.integers(0, 8),
    amber=st.integers(0, 4),
    red=st.integers(0, 4),
    filming=st.none() | st.just(TURNED),
    pain_during=st.none() | st.floats(0, 10),
    pain_next_morning=st.none() | st.floats(0, 10),
    drift=st.none() | st.just(UP) | st.just(DOWN_A_LITTLE),
    met_before=st.integers(0, 3),
)


@given(some_facts)
def test_the_outcome_is_the_highest_that_any_reason_asks_for(of: Facts) -> None:
    decided = decide(of, BOOK)
    asked = [reason.outcome.rank for reason in decided.reasons]
    assert decided.outcome.rank == min(asked, default=Outcome.PROGRESS.rank)


@given(some_facts)
def test_progress_needs_everything_at_once(of: Facts) -> None:
    if decide(of, BOOK).outcome is Outcome.PROGRESS:
        assert of.filming is None
        assert of.valid >= 3 and of.ok >= 3 and of.red == 0
        assert of.green >= 0.8 * of.valid - 1e-9
        assert of.pain_during is not None and of.pain_during <= 2
        assert of.pain_next_morning is not None and of.pain_next_morning <= 2
        assert of.met_before >= 1


@given(some_facts, st.floats(2.01, 10))
def test_more_pain_never_makes_the_outcome_bolder(of: Facts, pain: float) -> None:
    before = decide(of, BOOK).outcome.rank
    assert decide(replace(of, pain_during=pain), BOOK).outcome.rank <= max(before, Outcome.HOLD.rank)


#: Every sentence as it is read, with what would change it. Facts not named are those that make progress.
WORDS: list[tuple[str, dict[str, Any], str, str]] = [
    ("filming", {"filming": TURNED}, "the person is turned about 25 deg", "Film from the front."),
    (
        "filming",
        {"valid": 0},
        "no rep could be measured well enough",
        "Film again as valgus check says.",
    ),
    ("few_reps", {"valid": 1}, "only 1 valid rep", "At least 3 valid reps; film 5."),
    ("few_reps", {"valid": 2}, "only 2 valid reps", "At least 3 valid reps; film 5."),
    (
        "no_colour",
        {"ok": 0, "green": 0},
        "no rep has a colour: none is graded ok",
        "Film so that reps are graded ok, with stickers where the band needs them.",
    ),
    (
        "no_colour",
        {"green": 0, "no_colour": "the band needs stickers"},
        "no rep has a colour: the band needs stickers",
        "Film so that reps are graded ok, with stickers where the band needs them.",
    ),
    (
        "error_unknown",
        {"means": (banded("fppa_deg", 2.0, None),)},
        "the error of these landmarks is not known, so neither is that of the projection angle",
        "Measure the video itself: the error of this program's own landmarks is known.",
    ),
    (
        "pain_high",
        {"pain_during": 6.5},
        "pain was 6.5 of 10 during the task; above 5 stop",
        "Pain of at most 5; see a clinician if it stays.",
    ),
    (
        "pain_not_settled",
        {"pain_next_morning": 3.0},
        "pain had not settled by the next morning (3 of 10)",
        "Pain of at most 2 on the morning after.",
    ),
    (
        "red_reps",
        {"valid": 10, "green": 8, "red": 2},
        "2 of 10 valid reps are red",
        "Fewer than 2 red reps.",
    ),
    ("one_red_rep", {"green": 4, "red": 1}, "1 of 5 valid reps is red", "No red rep."),
    (
        "worse_than_baseline",
        {"changes": (changed("fppa_asis_deg", 9.0),)},
        "the mean projection angle from the sticker is 11.0 deg, 9.0 more than at baseline (2.0); 8.9 is "
        "what measurement error can do",
        "A mean back within measurement error of the baseline.",
    ),
    (
        "worse_than_baseline",
        {"changes": (replace(changed("fppa_deg", 9.0), at_depth_pct=12.0),)},
        "the mean projection angle at the same depth of 12 % of leg length is 11.0 deg, 9.0 more than at "
        "baseline (2.0); 8.9 is what measurement error can do",
        "A mean back within measurement error of the baseline.",
    ),
    (
        "drift",
        {"drift": UP},
        "the projection angle rises within the set from 2.0 to 9.0 deg (first against last third; the set's "
        "own scatter explains up to 3.0)",
        "A set whose last reps are like its first: fewer reps, more rest or less load.",
    ),
    (
        "mean_beyond_green",
        {"means": (banded("fppa_deg", 12.0, 0.1),)},
        "the mean projection angle is 12.0 ± 0.1 deg, the green band ends at 11.3",
        "A mean in the green band with its whole interval.",
    ),
    (
        "mean_beyond_green",
        {"means": (banded("knee_plus_trunk_deg", 30.0, None),)},
        "the mean projection angle plus trunk lean is 30.0 deg, the green band ends at 28.4",
        "A mean in the green band with its whole interval.",
    ),
    (
        "edge_inside_interval",
        {"means": (banded("fppa_deg", 8.0, 6.0),)},
        "the mean projection angle is 8.0 ± 6.0 deg, the green band ends at 11.3: inside the interval, so "
        "green is not sure",
        "A lower mean, or a narrower interval: more even reps, filmed from straight in front.",
    ),
    ("few_green", {"green": 3, "amber": 2}, "3 of 5 valid reps are green", "At least 80 % green reps."),
    (
        "few_ok_reps",
        {"valid": 3, "ok": 2, "green": 3},
        "only 2 of 3 valid reps are graded ok",
        "At least 3 reps graded ok: film as valgus check says.",
    ),
    (
        "compensation_worse",
        {"changes": (changed("trunk_lean_deg", 6.0, 5.0),)},
        "the mean trunk lean is 8.0 deg, 6.0 more than at baseline (2.0); 5.0 is what measurement error can "
        "do",
        "Trunk and pelvis as steady as at baseline.",
    ),
    (
        "pain_some",
        {"pain_during": 4.0},
        "pain was 4 of 10 during the task; up to 2 is safe",
        "Pain of at most 2 during the task.",
    ),
    *(
        (
            "pain_unknown",
            missing,
            f"{what} was not entered",
            "Enter pain during the task and on the next morning (0-10), in session.toml or by option.",
        )
        for missing, what in (
            ({"pain_during": None, "pain_next_morning": None}, "pain"),
            ({"pain_during": None}, "pain during the task"),
            ({"pain_next_morning": None}, "pain on the next morning"),
        )
    ),
    (
        "one_more_session",
        {"met_before": 0},
        "this session meets every condition; 2 in a row are needed",
        "One more session like this, in the same task and set-up.",
    ),
]


@pytest.mark.parametrize(("code", "of", "says", "would_change"), WORDS)
def test_every_reason_in_its_own_words(code: str, of: dict[str, Any], says: str, would_change: str) -> None:
    reason = next(reason for reason in decide(facts(**of), BOOK).reasons if reason.code == code)
    assert (reason.says, reason.would_change) == (says, would_change)


def test_there_are_words_of_every_row() -> None:
    assert {code for code, *_ in WORDS} == set(ROWS)


@pytest.mark.parametrize(("mean_deg", "noted"), [(-10.0, False), (-10.1, True), (None, False)])
def test_more_than_straight_is_noted_in_words(mean_deg: float | None, noted: bool) -> None:
    words = "The knee goes outwards (-10.1 deg, below -10): more than straight is not better."
    assert decide(facts(fppa_mean=mean_deg), BOOK).notes == ((words,) if noted else ())


@pytest.mark.parametrize(
    ("of", "outcome"),
    [
        ({"pain_during": 5.0}, Outcome.HOLD),
        ({"pain_during": 5.1}, Outcome.REGRESS),
        ({"pain_during": 2.0, "pain_next_morning": 2.0}, Outcome.PROGRESS),
        ({"pain_during": 2.1}, Outcome.HOLD),
        ({"pain_next_morning": 2.1}, Outcome.REGRESS),
        ({"valid": 3, "ok": 3, "green": 3}, Outcome.PROGRESS),
        ({"valid": 5, "ok": 5, "green": 4, "amber": 1}, Outcome.PROGRESS),
        ({"valid": 0, "ok": 0, "green": 0}, Outcome.CANNOT_JUDGE),
    ],
)
def test_what_is_just_on_a_limit_is_within_it(of: dict[str, Any], outcome: Outcome) -> None:
    assert decide(facts(**of), BOOK).outcome is outcome


def test_reasons_that_ask_for_the_same_stay_in_the_order_of_the_table() -> None:
    both = facts(pain_during=4.0, red=1, green=4, drift=UP)
    assert codes(both) == ["drift", "one_red_rep", "pain_some"]


def test_a_decision_says_which_task_and_leg_it_is_about() -> None:
    decided = decide(facts(task="landing", side="right"), BOOK)
    assert (decided.task, decided.side) == ("landing", "right")


# --- drift --------------------------------------------------------------------------------------------------


def test_a_set_that_gets_worse_on_a_line_drifts_by_what_its_thirds_differ() -> None:
    drift = drift_within([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], "fppa_deg", BOOK)
    assert drift is not None
    assert (drift.first, drift.last, drift.value) == (1.0, 9.0, 8.0)
    assert drift.real


@pytest.mark.parametrize(
    ("values", "first", "last", "noise"),
    [
        # About the level line at 1.2 the squares add up to 2.8: t(3) = 3.1824 times the root of 2.8 / 3.
        ([1.0, 2.0, 0.0, 2.0, 1.0], 1.5, 1.5, 3.075),
        # Thirds of eight are three: the root of 2 / 3. t(6) = 2.4469; squares about the level 17.5 add to 50.
        ([15.0, 20.0, 15.0, 20.0, 20.0, 15.0, 20.0, 15.0], 16.667, 16.667, 5.767),
        # Exactly on a line: only the least drift that is spoken of is left.
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 1.5, 6.5, 3.0),
    ],
)
def test_the_noise_of_a_set_is_the_interval_of_the_difference_of_its_thirds(
    values: list[float], first: float, last: float, noise: float
) -> None:
    drift = drift_within(values, "trunk_lean_deg", BOOK)
    assert drift is not None
    assert (drift.measure, drift.first, drift.last) == ("trunk_lean_deg", first, last)
    assert drift.noise == noise


def test_a_set_that_gets_better_does_not_drift() -> None:
    drift = drift_within([10.0, 8.0, 6.0, 4.0, 2.0], "fppa_deg", BOOK)
    assert drift is not None and not drift.real


@pytest.mark.parametrize("count", [5, 6, 10])
@pytest.mark.parametrize("sd_deg", [0.5, 2.0, 5.0])
def test_scatter_alone_is_called_drift_at_most_one_time_in_twenty(count: int, sd_deg: float) -> None:
    rng = np.random.default_rng(count)
    drifts = [drift_within(rng.normal(5.0, sd_deg, count).tolist(), "fppa_deg", BOOK) for _ in range(2000)]
    assert np.mean([drift is not None and drift.real for drift in drifts]) <= 0.05


@pytest.mark.parametrize(("count", "found"), [(5, 0.45), (10, 0.95)])
def test_a_drift_of_ten_degrees_in_scatter_of_two_is_found(count: int, found: float) -> None:
    rng = np.random.default_rng(1)
    line = np.linspace(0.0, 10.0, count)
    drifts = [drift_within((line + rng.normal(0, 2.0, count)).tolist(), "fppa_deg", BOOK) for _ in range(500)]
    assert np.mean([drift is not None and drift.real for drift in drifts]) >= found


def test_reps_that_could_not_be_measured_are_left_out_of_a_drift() -> None:
    blank = float("nan")
    assert drift_within([0.0, blank, 2.0, blank, 9.0], "fppa_deg", BOOK) is None


# --- from analysed clips ------------------------------------------------------------------------------------

NO_PAIN = Session(pain_during=0.0, pain_next_morning=0.0)
STEADY = (0.0, 0.2, -0.2, 0.1, -0.1)


def clip(side: Side = Side.LEFT, **motion: Any) -> Trial:
    motion = {"peak_fppa_deg": STEADY} | motion
    return trial_of(film(repetitions(side=side, **motion)), Settings(task="step-down", side=side, sex="f"))


def judged(trial: Trial, side: Side = Side.LEFT, met_before: int = 1) -> tuple[Outcome, list[str]]:
    of = facts_of([trial], side.value, BOOK, session=NO_PAIN, met_before=met_before)
    decided = decide(of, BOOK)
    return decided.outcome, [reason.code for reason in decided.reasons]


@pytest.mark.parametrize("side", list(Side))
def test_steady_straight_knees_are_a_progress_candidate_on_either_side(side: Side) -> None:
    assert judged(clip(side), side) == (Outcome.PROGRESS, [])


@pytest.mark.parametrize("side", list(Side))
def test_red_knees_are_a_regress_candidate_on_either_side(side: Side) -> None:
    outcome, reasons = judged(clip(side, peak_fppa_deg=(20.0, 21.0, 20.5, 20.0, 21.0)), side)
    assert outcome is Outcome.REGRESS
    assert reasons[0] == "red_reps"


def test_knees_near_the_edge_are_a_hold_because_green_is_not_sure() -> None:
    assert judged(clip(peak_fppa_deg=(8.0, 8.2, 7.9, 8.1, 8.0))) == (Outcome.HOLD, ["edge_inside_interval"])


def test_a_tiring_set_is_a_regress_candidate_for_drift() -> None:
    outcome, reasons = judged(clip(peak_fppa_deg=(-9.0, -7.0, -4.5, -2.0, 0.0)))
    assert outcome is Outcome.REGRESS
    assert "drift" in reasons


def test_reps_graded_low_make_no_progress() -> None:
    trial = clip()
    low = tuple(replace(rep, grade=Grade.LOW, grade_reasons=("too_deep",)) for rep in trial.reps)
    assert judged(replace(trial, reps=low, flags=()))[0] is Outcome.CANNOT_JUDGE
    mixed = (*low[:3], *trial.reps[3:])
    flags = tuple(flag for flag in trial.flags if flag.rep > 3)
    outcome, reasons = judged(replace(trial, reps=mixed, flags=flags))
    assert outcome is Outcome.HOLD
    assert "few_ok_reps" in reasons


def test_the_hip_line_decides_nothing_however_far_it_tilts() -> None:
    level, tilted = clip(peak_drop_deg=0.0), clip(peak_drop_deg=25.0)
    assert tilted.measures["hip_line_tilt_deg"].min() > 20
    assert judged(level) == judged(tilted) == (Outcome.PROGRESS, [])


def test_pelvic_drop_from_stickers_forbids_progress_beyond_its_band() -> None:
    motion = repetitions(peak_fppa_deg=STEADY, peak_drop_deg=14.0)
    trial = trial_of(film(motion, View(stickers=True)), Settings(task="step-down", side=Side.LEFT, sex="f"))
    outcome, reasons = judged(trial)
    assert trial.measures["pelvic_drop_deg"].min() > 9
    assert outcome is Outcome.HOLD
    assert {"mean_beyond_green", "few_green"} <= set(reasons)


def test_a_landing_without_stickers_cannot_be_judged_and_says_why() -> None:
    trial = trial_of(film(repetitions(task="landing", fps=60.0)), Settings(task="landing", side=Side.LEFT))
    of = facts_of([trial], "left", BOOK, session=NO_PAIN)
    decided = decide(of, BOOK)
    assert decided.outcome is Outcome.CANNOT_JUDGE
    assert "stickers" in decided.reasons[0].says


def test_a_clip_carries_its_own_verdict_for_each_side() -> None:
    trial = clip()
    assert [(v.side, v.outcome) for v in trial.verdicts] == [("left", Outcome.HOLD)]
    assert [r.code for r in trial.verdicts[0].reasons] == ["pain_unknown"]
