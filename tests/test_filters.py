"""Smoothing does what its cut-off says, without lag, and leaves gaps alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valgus import filters

FPS = 60.0
TIME_S = np.arange(600) / FPS
MIDDLE = slice(120, 480)


def gain_at(frequency_hz: float, cutoff_hz: float) -> float:
    wave = np.sin(2 * np.pi * frequency_hz * TIME_S)
    return float(np.sqrt(2) * filters.low_pass(wave, TIME_S, cutoff_hz=cutoff_hz)[MIDDLE].std())


@pytest.mark.parametrize("cutoff_hz", [4.0, 6.0, 10.0])
def test_the_cut_off_is_the_true_half_power_point(cutoff_hz: float) -> None:
    assert gain_at(cutoff_hz, cutoff_hz) == pytest.approx(10 ** (-3 / 20), abs=0.005)
    assert gain_at(cutoff_hz / 4, cutoff_hz) > 0.99
    assert gain_at(cutoff_hz * 2, cutoff_hz) < 0.12


def test_smoothing_does_not_lag() -> None:
    bump = np.exp(-(((TIME_S - 5.0) / 0.2) ** 2))
    assert TIME_S[np.argmax(filters.low_pass(bump, TIME_S, cutoff_hz=6.0))] == pytest.approx(
        5.0, abs=0.5 / FPS
    )


def test_a_constant_and_a_ramp_stay_what_they_are() -> None:
    ramp = 3.0 + 2.0 * TIME_S
    np.testing.assert_allclose(filters.low_pass(ramp, TIME_S, cutoff_hz=6.0), ramp, atol=0.02)


def test_gaps_stay_gaps_and_do_not_reach_into_what_is_known() -> None:
    values = np.where((TIME_S > 4) & (TIME_S < 5), np.nan, np.where(TIME_S >= 5, 100.0, 0.0))
    smooth = filters.low_pass(values, TIME_S, cutoff_hz=6.0)
    np.testing.assert_array_equal(np.isnan(smooth), np.isnan(values))
    np.testing.assert_allclose(smooth[TIME_S <= 4], 0.0, atol=1e-9)
    np.testing.assert_allclose(smooth[TIME_S >= 5], 100.0, atol=1e-9)


def test_uneven_times_are_taken_as_they_are() -> None:
    rng = np.random.default_rng(0)
    kept = np.sort(rng.choice(600, 400, replace=False))
    wave = np.sin(2 * np.pi * 0.8 * TIME_S[kept])
    np.testing.assert_allclose(
        filters.low_pass(wave, TIME_S[kept], cutoff_hz=6.0)[50:-50], wave[50:-50], atol=0.06
    )


def test_too_slow_a_clip_comes_back_unsmoothed() -> None:
    time_s = np.arange(40) / 10.0
    values = np.random.default_rng(0).normal(size=40)
    np.testing.assert_array_equal(filters.low_pass(values, time_s, cutoff_hz=6.0), values)


def test_one_wild_frame_stands_out_and_a_smooth_movement_does_not() -> None:
    movement = 100 * np.sin(2 * np.pi * 0.5 * TIME_S)
    wild = movement.copy()
    wild[300] += 40
    assert not filters.hampel_outliers(movement, window=7, n_sd=3.0, least=2.0).any()
    assert np.flatnonzero(filters.hampel_outliers(wild, window=7, n_sd=3.0, least=2.0)).tolist() == [300]


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_the_unbroken_stretches(mask: list[bool]) -> None:
    found = filters.runs(np.array(mask, dtype=bool))
    rebuilt = np.zeros(len(mask), dtype=bool)
    for run in found:
        rebuilt[run] = True
    assert rebuilt.tolist() == mask
    assert all(later.start > earlier.stop for earlier, later in pairwise(found))


def test_moving_mean_and_spread_look_half_a_width_to_either_side() -> None:
    values = np.where(TIME_S < 5, 0.0, 10.0)
    mean = filters.moving_mean(values, TIME_S, width_s=1.0)
    assert mean[np.searchsorted(TIME_S, 4.4)] == 0.0
    assert mean[np.searchsorted(TIME_S, 5.6)] == 10.0
    assert mean[np.searchsorted(TIME_S, 5.0)] == pytest.approx(5.0, abs=0.2)
    spread = filters.moving_spread(values + 1e6, TIME_S, width_s=1.0)
    assert spread[np.searchsorted(TIME_S, 5.0)] == pytest.approx(5.0, abs=0.01)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_columns_with_the_same_gaps_come_out_as_each_would_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    time_s = TIME_S[:80] + rng.normal(0, 0.002, 80)
    values = rng.normal(0, 10, (80, 3))
    values[rng.random(80) < 0.1] = np.nan
    gaps = filters.runs(np.isnan(values[:, 0]))
    for change in (
        lambda v: filters.low_pass(v, time_s, cutoff_hz=6.0),
        lambda v: filters.hampel_outliers(v, window=7, n_sd=3.0, least=1.0),
        lambda v: filters.fill_runs(v, time_s, gaps),
    ):
        np.testing.assert_array_equal(change(values), np.stack([change(v) for v in values.T], axis=1))
