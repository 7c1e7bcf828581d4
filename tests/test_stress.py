"""Landmarks that drop out, repeat or change sides: numbers stay right, or are not given, or count nowhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.trials import trial_of
from valgus.model.rep import Grade
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.model.trial import Trial
from valgus.simulate import View, film, repetitions

PEAKS = (4.0, 8.0, 12.0, 6.0)
SETTINGS = Settings(task="step-down", side="left")  # type: ignore[arg-type]
SHARES = (0.05, 0.2, 0.5)
#: What each measure of a rep is computed from.
NEEDS = {
    "fppa_deg": ("left_hip", "left_knee", "left_ankle"),
    "trunk_lean_deg": ("left_shoulder", "right_shoulder"),
    "knee_over_foot_pct": ("left_knee", "left_foot_index"),
    "depth_pct": ("left_hip", "left_ankle"),
}


def track() -> PoseTrack:
    return film(repetitions(peak_fppa_deg=PEAKS), View(noise_px=0.4, seed=3))


def some(share: float, count: int, seed: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    """Return which frames are hit, in runs of one to six as it happens in films."""
    dice = np.random.default_rng(seed)
    hit = np.zeros(count, bool)
    while hit.mean() < share:
        start = dice.integers(count)
        hit[start : start + dice.integers(1, 7)] = True
    return hit


def dropped(track: PoseTrack, hit: np.ndarray) -> PoseTrack:  # type: ignore[type-arg]
    xy, seen = np.array(track.xy_px), np.array(track.confidence)
    xy[hit], seen[hit] = np.nan, 0.0
    return replace(track, xy_px=xy, confidence=seen)


def repeated(track: PoseTrack, hit: np.ndarray) -> PoseTrack:  # type: ignore[type-arg]
    xy = np.array(track.xy_px)
    for k in np.flatnonzero(hit):
        xy[k] = xy[max(k - 1, 0)]
    return replace(track, xy_px=xy)


def swapped(track: PoseTrack, hit: np.ndarray) -> PoseTrack:  # type: ignore[type-arg]
    xy = np.array(track.xy_px)
    for k, name in enumerate(track.names):
        if name.startswith("left_"):
            other = track.index(name.replace("left_", "right_"))
            xy[np.ix_(hit, [k, other])] = xy[np.ix_(hit, [other, k])]
    return replace(track, xy_px=xy)


def counted(trial: Trial) -> dict[int, tuple[float, float]]:
    """Return the angle and its half-width of every rep that counts, by which of the true reps it is."""
    rows = zip(trial.reps, trial.measures["fppa_deg"], trial.measures["fppa_ci95_deg"], strict=True)
    return {
        round((rep.bottom_s - 2.0) / 3.0): (angle, ci95)
        for rep, angle, ci95 in rows
        if rep.grade is not Grade.INVALID and np.isfinite(angle)
    }


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("fault", [dropped, repeated, swapped], ids=lambda fault: fault.__name__)
def test_what_counts_is_right_within_its_interval(fault, share: float, seed: int) -> None:  # type: ignore[no-untyped-def]
    whole = track()
    trial = trial_of(fault(whole, some(share, len(whole.time_s), seed)), SETTINGS)
    found = counted(trial)
    for which, (angle, ci95) in found.items():
        assert abs(angle - PEAKS[which]) <= ci95
    if share == 0.05:
        assert len(found) >= 3, "a few bad frames cost no more than a rep"


@pytest.mark.parametrize("measure", NEEDS)
def test_no_measure_is_finite_where_what_it_is_made_of_was_never_seen(measure: str) -> None:
    whole = track()
    for name in NEEDS[measure]:
        xy, seen = np.array(whole.xy_px), np.array(whole.confidence)
        xy[:, whole.index(name)], seen[:, whole.index(name)] = np.nan, 0.0
        trial = trial_of(replace(whole, xy_px=xy, confidence=seen), SETTINGS)
        assert trial.measures[measure].isna().all(), name


@pytest.mark.parametrize("measure", NEEDS)
def test_no_measure_of_a_rep_is_finite_where_its_lowest_point_was_not_seen(measure: str) -> None:
    whole = track()
    lost = np.abs(whole.time_s - 5.0) < 0.4  # around the lowest point of the second rep
    for name in NEEDS[measure]:
        xy, seen = np.array(whole.xy_px), np.array(whole.confidence)
        xy[lost, whole.index(name)], seen[lost, whole.index(name)] = np.nan, 0.0
        trial = trial_of(replace(whole, xy_px=xy, confidence=seen), SETTINGS)
        there = [abs(rep.bottom_s - 5.0) < 0.4 for rep in trial.reps]
        assert trial.measures[measure][there].isna().all(), name
