"""Two analyses side by side: which reps belong together, when they are shown, how far the legs differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.comparisons import changed, leg
from tests.trials import trial_of
from valgus import rules
from valgus.comparison import compare, moments_of
from valgus.errors import WrongUsage
from valgus.model.comparison import Comparison, Moment
from valgus.model.frontal import Side
from valgus.model.rep import Grade
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.simulate import film, one_after_the_other, repetitions

BOOK = rules.published()
LEFT, LOW = leg(day=1), leg((2.0, 3.0, 4.0, 3.0, 2.0), day=20)
RIGHT = leg((3.0, 4.0, 5.0, 4.0, 3.0), side=Side.RIGHT)


def compared(a: Trial = LEFT, b: Trial = LOW, **more: object) -> Comparison:
    return compare(a, b, BOOK, **more)  # type: ignore[arg-type]


def both_legs() -> Trial:
    legs = [film(repetitions(side=side, peak_fppa_deg=(5.0, 6.0, 7.0))) for side in Side]
    return trial_of(one_after_the_other(*legs), Settings(task="step-down"))


# --- the difference -----------------------------------------------------------------------------------------


def test_a_leg_before_and_after_is_after_minus_before() -> None:
    found = compared().difference
    assert found.of == "B minus A"
    assert found.value == pytest.approx(LOW.means[0].mean - LEFT.means[0].mean)
    assert found.value == pytest.approx(-13.0, abs=0.3)
    assert (found.needed, found.mdc) == (8.9, 8.9)
    assert "Munro 2012" in found.source
    assert found.counts
    assert compared(LOW, LEFT).difference.value == pytest.approx(-found.value)


@pytest.mark.parametrize("order", [(LEFT, RIGHT), (RIGHT, LEFT)], ids=["left first", "right first"])
def test_two_legs_are_left_minus_right_in_whatever_order(order: tuple[Trial, Trial]) -> None:
    comparison = compared(*order)
    found = comparison.difference
    assert comparison.between_legs
    assert found.of == "left minus right"
    assert found.value == pytest.approx(12.0, abs=0.3)
    assert found.ci95 == pytest.approx(np.hypot(LEFT.means[0].ci95, RIGHT.means[0].ci95), abs=0.001)
    assert found.needed == max(found.mdc, found.ci95)


def test_a_small_difference_does_not_count() -> None:
    assert not compared(LEFT, leg((14.0, 15.0, 16.0, 15.0, 14.0))).difference.counts


def test_where_lowest_points_differ_angles_are_read_at_the_same_depth() -> None:
    deeper = leg((2.0, 3.0, 4.0, 3.0, 2.0), peak_flexion_deg=70.0)
    comparison = compared(LEFT, deeper)
    assert comparison.difference.at_depth_pct == 13.0
    assert "depth: 13 in A, 18 % of leg length in B" in comparison.differing


# --- which legs and reps ------------------------------------------------------------------------------------


def test_what_differs_in_the_set_up_is_named() -> None:
    assert compared().differing == ()
    other = changed(LOW, step_height_cm=20.0, person="Ben")
    assert compared(changed(LEFT, person="Änna"), other).differing == (
        "person: Änna in A, Ben in B",
        "step height: not entered in A, 20 cm in B",
    )
    lite = replace(LOW, provenance=replace(LOW.provenance, model="lite"))
    assert compared(LEFT, lite).differing == ("pose model: simulated in A, lite in B",)


def test_a_leg_that_both_show_is_compared_with_itself() -> None:
    comparison = compared(both_legs(), RIGHT)
    assert [one.side for one in comparison.legs] == [Side.RIGHT, Side.RIGHT]
    # Reps are counted on the leg: the first one of the right leg is the fourth of the clip.
    assert [(a.rep.number, b.rep.number) for a, b in comparison.pairs] == [(4, 1), (5, 2), (6, 3)]


def test_where_both_show_both_legs_one_has_to_be_chosen() -> None:
    with pytest.raises(WrongUsage, match=r"both show both legs\. Choose one with --side left"):
        compared(both_legs(), both_legs())
    assert compared(both_legs(), both_legs(), side=Side.LEFT).a.side is Side.LEFT


def test_reps_that_are_invalid_in_one_are_left_out() -> None:
    reps = (replace(LOW.reps[0], grade=Grade.INVALID), *LOW.reps[1:])
    comparison = compared(LEFT, replace(LOW, reps=reps))
    assert [a.rep.number for a, _ in comparison.pairs] == [2, 3, 4, 5]


def test_reps_that_were_asked_for_come_in_order_of_time() -> None:
    assert [a.rep.number for a, _ in compared(reps=(4, 2, 4)).pairs] == [2, 4]
    assert compared(reps=(2,)).difference == compared().difference, "means are of the whole set"


@pytest.mark.parametrize(
    ("a", "b", "more", "says"),
    [
        (LEFT, leg(task="single-leg-squat"), {}, "shows a lateral step-down, clip.mp4 a single-leg squat"),
        (LEFT, LOW, {"reps": (2, 9)}, "Rep 9 is not valid in both clips. Valid in both: 1, 2, 3, 4, 5."),
        (LEFT, RIGHT, {"side": Side.LEFT}, "no rep of the left leg was found"),
        (LEFT, leg(()), {}, "no rep was found"),
        (leg(yaw_deg=30.0), LOW, {}, "no rep of the left leg counts"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(
    a: Trial, b: Trial, more: dict[str, object], says: str
) -> None:
    with pytest.raises(WrongUsage) as refused:
        compared(a, b, **more)
    assert says in str(refused.value)


def test_holds_have_no_lowest_point() -> None:
    hold = replace(LEFT, measures=LEFT.measures.assign(hold_s=5.0))
    with pytest.raises(WrongUsage, match="a hold has no lowest point"):
        compared(hold, hold)


# --- curves -------------------------------------------------------------------------------------------------


def test_curves_are_highest_at_the_lowest_point_and_the_mean_lies_between() -> None:
    one = compared().a
    for curve, extract in zip(one.over_time, one.extracts, strict=True):
        assert abs(curve.over[np.nanargmax(curve.fppa_deg)]) <= 0.04
        assert curve.over[0] == pytest.approx(extract.from_s - extract.rep.bottom_s, abs=0.034)
    at_lowest = np.interp(0.0, one.mean_over_time.over, one.mean_over_time.fppa_deg)
    assert at_lowest == pytest.approx(one.mean.mean, abs=0.3)


def test_the_mean_over_depth_ends_where_the_first_rep_ends() -> None:
    one = compared().a
    known = [np.isfinite(curve.fppa_deg) for curve in one.over_depth]
    np.testing.assert_array_equal(np.isfinite(one.mean_over_depth.fppa_deg), np.all(known, axis=0))


def test_analyses_without_profiles_over_depth_are_compared_all_the_same() -> None:
    one = compared(replace(LEFT, profiles=())).a
    assert one.over_depth == ()
    assert not np.isfinite(one.mean_over_depth.fppa_deg).any()


# --- when what is shown -------------------------------------------------------------------------------------


def of_pair(moments: tuple[Moment, ...], pair: int) -> list[Moment]:
    return [moment for moment in moments if moment.pair == pair]


def test_lowest_points_coincide_and_every_clip_keeps_its_speed() -> None:
    comparison = compared(LEFT, leg((2.0, 3.0, 4.0), rep_s=1.4, rest_s=0.8))
    moments = moments_of(comparison)
    for pair, extracts in enumerate(comparison.pairs):
        own = of_pair(moments, pair)
        (lowest,) = (moment for moment in own if abs(moment.from_lowest_s) < 0.01)
        for k, extract in enumerate(extracts):
            shown_s = np.array([moment.clip_s[k] for moment in own])
            assert lowest.clip_s[k] == pytest.approx(extract.rep.bottom_s, abs=0.001)
            after_s = np.array([moment.from_lowest_s for moment in own])
            plays = (after_s + extract.rep.bottom_s >= extract.from_s) & (
                after_s + extract.rep.bottom_s <= extract.to_s
            )
            np.testing.assert_allclose((shown_s - extract.rep.bottom_s)[plays], after_s[plays], atol=0.01)
            assert len(set(shown_s[~plays])) <= 2, "before and after it stands still"


def test_times_rise_evenly_over_all_pairs() -> None:
    moments = moments_of(compared())
    np.testing.assert_allclose(np.diff([moment.time_s for moment in moments]), 1 / 30, atol=1e-4)
    assert moments[0].time_s == 0.0
    for k in (0, 1):
        assert (np.diff([moment.clip_s[k] for moment in moments]) >= 0).all(), "clips are read forward once"


def test_clips_of_different_rates_lose_no_frame() -> None:
    fast = leg((2.0, 3.0, 4.0, 3.0, 2.0), fps=50.0)
    comparison = compared(LEFT, fast)
    moments = moments_of(comparison)
    for k, one in enumerate(comparison.legs):
        shown = {moment.clip_s[k] for moment in moments}
        for extract in one.extracts:
            time_s = one.trial.track.time_s
            inside = time_s[(time_s >= extract.from_s) & (time_s <= extract.to_s)]
            assert set(inside.tolist()) <= shown
    assert (np.diff([moment.time_s for moment in moments]) > 0.004).all()
