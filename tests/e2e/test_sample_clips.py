"""The rendered athlete's own numbers come out of the rendered video."""

from __future__ import annotations

import numpy as np
import pytest

from tests.e2e.clips import SAMPLE_NAMES, sample

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("name", SAMPLE_NAMES)]


def test_every_rep_is_found_and_no_other(name: str) -> None:
    trial, truth = sample(name)
    assert len(trial.reps) == len(truth["reps"]) == 5


def test_task_and_side_are_told_without_help(name: str) -> None:
    trial, truth = sample(name)
    assert trial.task.name == truth["task"]
    assert {rep.side.value for rep in trial.reps} == {truth["side"]}


def test_fppa_follows_the_truth(name: str) -> None:
    trial, truth = sample(name)
    true_deg = np.array([rep["fppa_deg"] for rep in truth["reps"]])
    measured_deg = trial.measures["fppa_deg"].to_numpy()
    assert np.corrcoef(true_deg, measured_deg)[0, 1] >= 0.98
    assert np.abs(measured_deg - true_deg).max() <= 6.0


def test_the_lowest_point_is_found_within_two_frames(name: str) -> None:
    trial, truth = sample(name)
    off_s = [rep.bottom_s - true["bottom_s"] for rep, true in zip(trial.reps, truth["reps"], strict=True)]
    assert np.abs(off_s).max() <= 2 / truth["fps"] + 1e-6


def test_reps_filmed_well_are_graded_ok(name: str) -> None:
    trial, _ = sample(name)
    assert [rep.grade.value for rep in trial.reps] == ["ok"] * 5, trial.findings


def test_the_interval_holds_the_true_fppa(name: str) -> None:
    trial, truth = sample(name)
    off_deg = trial.measures["fppa_deg"].to_numpy() - [rep["fppa_deg"] for rep in truth["reps"]]
    assert np.all(np.abs(off_deg) <= trial.measures["fppa_ci95_deg"].to_numpy())


def test_pelvic_drop_is_not_claimed_without_stickers(name: str) -> None:
    trial, _ = sample(name)
    assert trial.measures["pelvic_drop_deg"].isna().all()
    assert not any(flag.measure in ("pelvic_drop_deg", "hip_line_tilt_deg") for flag in trial.flags)
