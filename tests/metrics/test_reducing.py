"""From a signal over time to one value per rep: which frames count, and when nothing may be said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.metrics.views import DEPTH_PCT, REP, TIME_S, view
from tests.trials import trial_of
from valgus.metrics.base import (
    at_depth,
    at_lowest_point,
    change_from_standing,
    median_of,
    over_rep,
    path_over_rep,
    spread_over_rep,
)
from valgus.metrics.displacement import KNEE_DISPLACEMENT
from valgus.model.arrays import FloatArray
from valgus.model.frontal import Side
from valgus.model.settings import Settings
from valgus.simulate import film, repetitions

NAN = float("nan")


def at(*seconds: float, value: float = NAN, elsewhere: float = 0.0) -> FloatArray:
    """One value at some instants and another at all others."""
    values = np.full(len(TIME_S), elsewhere)
    values[[round(10 * s) for s in seconds]] = value
    return values


def test_the_lowest_point_is_the_frames_within_50_ms() -> None:
    fine = replace(REP, bottom_s=2.05)
    assert at_lowest_point("x")(view(x=TIME_S)) == 2.0
    assert at_lowest_point("x")(view(fine, x=TIME_S)) == pytest.approx(2.05), "both neighbours, 50 ms away"


@pytest.mark.parametrize(("least_known", "known"), [(0.5, True), (0.6, False)])
def test_a_value_needs_the_stated_share_of_its_frames(least_known: float, known: bool) -> None:
    half_seen = view(replace(REP, bottom_s=2.05), x=at(2.1, elsewhere=7.0))
    assert np.isfinite(at_lowest_point("x", least_known=least_known)(half_seen)) is np.bool_(known)


def test_a_median_of_few_known_values_is_not_known() -> None:
    assert median_of(np.array([1.0, 2.0, 9.0])) == 2.0
    assert median_of(np.array([1.0, NAN, 3.0, NAN])) == 2.0, "half is enough"
    assert np.isnan(median_of(np.array([1.0, NAN, NAN])))
    assert np.isnan(median_of(np.array([1.0, NAN]), least_known=0.6))
    assert np.isnan(median_of(np.empty(0)))


def test_a_value_at_a_depth_is_read_on_the_way_down_when_it_is_first_reached() -> None:
    assert at_depth("x", depth_pct=10.0)(view(x=TIME_S)) == 1.5
    assert at_depth("x", depth_pct=20.0)(view(x=TIME_S)) == 2.0, "the lowest point is still down"
    assert at_depth("x", depth_pct=0.0)(view(x=TIME_S)) == 1.0, "the rep's first frame is in it"
    assert np.isnan(at_depth("x", depth_pct=20.1)(view(x=TIME_S)))


def test_the_change_from_standing_is_against_the_last_of_it_before_the_rep() -> None:
    x = np.where(TIME_S < 0.35, 50.0, np.where(TIME_S < 1.0, 4.0, 0.0)) + at(2.0, value=11.0)
    assert change_from_standing("x")(view(x=x)) == 7.0


def test_standing_is_the_last_0_6_s_of_being_upright_on_the_ground_before_the_rep() -> None:
    np.testing.assert_array_equal(TIME_S[view().standing_before()], [0.4, 0.5, 0.6, 0.7, 0.8, 0.9])


def test_the_descent_before_the_start_of_a_rep_is_not_standing() -> None:
    late = replace(REP, start_s=1.3)  # 6 % deep by then
    standing = TIME_S[view(late).standing_before()]
    np.testing.assert_array_equal(standing, [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])


@pytest.mark.parametrize("height_pct", [5.0, -5.0])
def test_a_foot_off_its_place_is_not_standing(height_pct: float) -> None:
    in_flight = np.where(TIME_S >= 0.6, height_pct, 0.0)
    standing = TIME_S[view(ankle_height_pct=in_flight).standing_before()]
    np.testing.assert_array_equal(standing, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])


@pytest.mark.parametrize(("depth_pct", "counts"), [(1.5, True), (1.6, False)])
def test_standing_may_be_bent_by_a_little(depth_pct: float, counts: bool) -> None:
    a_little_bent = np.where((TIME_S >= 0.5) & (TIME_S < 1.0), depth_pct, DEPTH_PCT)
    assert view(depth_pct=a_little_bent).standing_before()[9] == counts


@pytest.mark.parametrize(("height_pct", "counts"), [(1.5, True), (1.6, False)])
def test_standing_may_be_off_the_ground_by_a_little(height_pct: float, counts: bool) -> None:
    assert view(ankle_height_pct=at(0.9, value=height_pct)).standing_before()[9] == counts


def test_standing_that_always_is_a_little_bent_counts_from_where_it_usually_is() -> None:
    assert view(depth_pct=DEPTH_PCT + 6.0).standing_before().sum() == 6


def test_standing_of_two_frames_is_no_baseline() -> None:
    assert view(ankle_height_pct=np.where(TIME_S < 0.3, 0.0, 9.0)).standing_before().sum() == 3
    assert not view(ankle_height_pct=np.where(TIME_S < 0.2, 0.0, 9.0)).standing_before().any()


def test_standing_longer_ago_than_3_s_is_no_baseline() -> None:
    rep, stood = replace(REP, start_s=3.5, bottom_s=3.6), np.where(TIME_S <= 0.7, 0.0, 9.0)
    np.testing.assert_array_equal(TIME_S[view(rep, depth_pct=stood).standing_before()], [0.5, 0.6, 0.7])
    later = replace(REP, start_s=3.6, bottom_s=3.7)
    assert not view(later, depth_pct=stood).standing_before().any()


def test_without_any_depth_nothing_is_standing_and_nothing_breaks() -> None:
    assert not view(depth_pct=NAN).standing_before().any()
    assert np.isnan(change_from_standing("x")(view(depth_pct=NAN, x=1.0)))


def test_over_a_rep_counts_its_first_and_last_frame_and_none_outside() -> None:
    during = view().during()
    assert (TIME_S[during][0], TIME_S[during][-1], during.sum()) == (1.0, 3.0, 21)
    outside = np.where((TIME_S < 1.0) | (TIME_S > 3.0), 99.0, 5.0)
    assert over_rep("x")(view(x=outside)) == 5.0
    assert spread_over_rep("x")(view(x=outside)) == 0.0
    assert path_over_rep("x")(view(x=outside)) == 0.0


def test_a_spread_is_the_standard_deviation_of_what_is_known() -> None:
    still_then_one = at(1.5, value=21.0)
    values = np.array([0.0] * 20 + [21.0])
    assert spread_over_rep("x")(view(x=still_then_one)) == pytest.approx(float(np.std(values)))
    assert spread_over_rep("x")(view(x=np.where(TIME_S > 1.0, NAN, 3.0))) == 0.0
    assert np.isnan(spread_over_rep("x")(view(x=NAN)))


def test_a_path_is_all_the_way_there_and_back_and_not_known_with_a_gap() -> None:
    assert path_over_rep("x")(view(x=at(1.5, 2.5, value=3.0))) == 12.0
    assert np.isnan(path_over_rep("x")(view(x=at(1.5))))
    two_frames = replace(REP, start_s=1.0, end_s=1.1)
    assert path_over_rep("x")(view(two_frames, x=TIME_S)) == pytest.approx(0.1)
    assert np.isnan(path_over_rep("x")(view(replace(REP, end_s=1.0), x=TIME_S)))


def test_the_knee_is_displaced_by_how_much_further_in_it_is_than_when_standing() -> None:
    motion = repetitions(peak_fppa_deg=(-8.0, 0.0, 8.0, 16.0))
    displaced = trial_of(film(motion), Settings(task="step-down")).measures["knee_displacement_pct"]
    assert (displaced.diff().dropna() > 1.0).all()
    mirrored = trial_of(film(replace(motion, side=Side.RIGHT)), Settings(task="step-down"))
    np.testing.assert_allclose(mirrored.measures["knee_displacement_pct"], displaced, atol=0.02)
    unseen = np.where(DEPTH_PCT > 10, NAN, 2.0)
    assert np.isnan(KNEE_DISPLACEMENT.of(view(knee_medial_pct=unseen)))
