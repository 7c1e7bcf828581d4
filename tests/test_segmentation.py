"""The right reps, at the right times, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trials import trial_of
from valgus.model.frontal import Side
from valgus.model.rep import Grade
from valgus.model.settings import Settings
from valgus.segmentation import ByDepth
from valgus.simulate import Motion, View, film, holding, one_after_the_other, repetitions


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 7),
    rep_s=st.floats(1.2, 5.0),
    rest_s=st.floats(0.6, 2.0),
    fps=st.sampled_from([24.0, 30.0, 60.0, 120.0]),
    flexion_deg=st.floats(45.0, 72.0),
    noise_px=st.floats(0.0, 0.8),
    side=st.sampled_from(list(Side)),
    task=st.sampled_from(["step-down", "single-leg-squat"]),
)
def test_every_rep_is_found_where_it_is(
    count: int,
    rep_s: float,
    rest_s: float,
    fps: float,
    flexion_deg: float,
    noise_px: float,
    side: Side,
    task: str,
) -> None:
    motion = repetitions(
        task=task,
        side=side,
        peak_fppa_deg=(8.0,) * count,
        peak_flexion_deg=flexion_deg,
        rep_s=rep_s,
        rest_s=rest_s,
        fps=fps,
    )
    trial = trial_of(film(motion, View(noise_px=noise_px)), Settings(task=task, side=side))
    lowest_s = rest_s + np.arange(count) * (rep_s + rest_s) + rep_s / 2
    assert [rep.number for rep in trial.reps] == list(range(1, count + 1))
    # A slow, shallow bend is flat at its lowest point, so that jitter moves it in time.
    atol_s = max(2 / fps, (0.02 + 0.15 * noise_px) * rep_s)
    np.testing.assert_allclose([rep.bottom_s for rep in trial.reps], lowest_s, atol=atol_s)
    assert all(rep.start_s < rep.bottom_s < rep.end_s for rep in trial.reps)
    assert all(a.end_s < b.start_s for a, b in zip(trial.reps, trial.reps[1:], strict=False))


def test_two_frames_equally_deep_are_one_lowest_point() -> None:
    time_s = np.arange(0, 6, 1 / 30)
    depth = np.round(13 * np.maximum(0, np.cos(np.pi * (time_s - 3) / 2.4)) ** 2, 3)
    depth[[88, 92]] = depth.max()
    signals = pd.DataFrame({"time_s": time_s, "depth_pct": depth})
    (rep,) = ByDepth().cut(signals, Side.LEFT)
    assert rep.bottom_s == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize("fps", [60.0, 120.0])
@pytest.mark.parametrize("side", list(Side))
def test_landings_begin_at_initial_contact(fps: float, side: Side) -> None:
    trial = trial_of(film(repetitions(task="landing", side=side, fps=fps), View(noise_px=0.5)))
    assert trial.task.name == "landing"
    contacts_s = [rep.initial_contact_s for rep in trial.reps]
    np.testing.assert_allclose(contacts_s, 1.0 + 3.0 * np.arange(5), atol=0.04)
    np.testing.assert_allclose([rep.bottom_s for rep in trial.reps], 2.0 + 3.0 * np.arange(5), atol=0.06)


def test_a_hold_lasts_as_long_as_the_foot_is_up() -> None:
    trial = trial_of(film(holding(side=Side.RIGHT, hold_s=12.0), View(noise_px=0.5)))
    assert trial.task.name == "stance"
    assert [(rep.side, round(rep.end_s - rep.start_s)) for rep in trial.reps] == [(Side.RIGHT, 12)]
    assert trial.measures["hold_s"].iloc[0] == pytest.approx(12.0, abs=0.1)


def test_one_clip_may_hold_both_legs_one_after_the_other() -> None:
    both = one_after_the_other(*(film(repetitions(side=side), View(noise_px=0.5)) for side in Side))
    trial = trial_of(both)
    assert [rep.side.value for rep in trial.reps] == ["left"] * 5 + ["right"] * 5
    assert [rep.number for rep in trial.reps] == list(range(1, 11))
    np.testing.assert_allclose(trial.measures["fppa_deg"], [-5, 4, 10, 16, 22] * 2, atol=1.5)


def test_a_shift_of_weight_between_reps_is_no_rep() -> None:
    motion = repetitions()
    shifting = replace(
        motion,
        knee_flexion_deg=motion.knee_flexion_deg
        + np.where((motion.time_s % 3) < 0.9, 18 * np.sin(np.pi * (motion.time_s % 3) / 0.9), 0),
    )
    assert len(trial_of(film(shifting), Settings(task="step-down")).reps) == 5


def test_a_rep_that_the_clip_does_not_show_whole_is_not_reported() -> None:
    motion = repetitions()
    cut = _between(motion, 1.9, 13.9)
    trial = trial_of(film(cut), Settings(task="step-down"))
    assert len(trial.reps) == 3


def test_when_the_clock_starts_does_not_matter() -> None:
    motion = repetitions()
    early, late = (trial_of(film(replace(motion, time_s=motion.time_s + shift))) for shift in (0.0, 1000.0))
    np.testing.assert_allclose(
        [rep.bottom_s + 1000 for rep in early.reps], [rep.bottom_s for rep in late.reps], atol=1e-6
    )


def test_frames_left_out_by_the_phone_do_not_matter() -> None:
    motion = repetitions(fps=60.0)
    kept = np.random.default_rng(1).random(len(motion.time_s)) > 0.35
    thinned = _where(motion, kept)
    whole, uneven = trial_of(film(motion)), trial_of(film(thinned))
    np.testing.assert_allclose(uneven.measures["fppa_deg"], whole.measures["fppa_deg"], atol=1.0)


def test_a_rep_whose_lowest_point_was_hidden_stays_and_is_graded_invalid() -> None:
    track = film(repetitions(fps=60.0))
    hidden = (track.time_s > 4.75) & (track.time_s < 5.25)
    xy, confidence = np.array(track.xy_px), np.array(track.confidence)
    xy[hidden], confidence[hidden] = np.nan, 0.0
    trial = trial_of(replace(track, xy_px=xy, confidence=confidence), Settings(task="step-down"))
    assert len(trial.reps) == 5
    assert trial.reps[1].grade is Grade.INVALID
    assert "lowest_not_seen" in trial.reps[1].grade_reasons
    assert np.isnan(trial.measures["fppa_deg"].iloc[1])
    assert [rep.grade for k, rep in enumerate(trial.reps) if k != 1] == [Grade.OK] * 4


def _between(motion: Motion, from_s: float, to_s: float) -> Motion:
    return _where(motion, (motion.time_s >= from_s) & (motion.time_s <= to_s))


def _where(motion: Motion, kept: np.ndarray) -> Motion:
    arrays = {name: value[kept] for name, value in vars(motion).items() if isinstance(value, np.ndarray)}
    return replace(motion, **arrays)
