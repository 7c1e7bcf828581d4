"""The task is told from the movement alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.trials import trial_of
from valgus.errors import WrongUsage
from valgus.model.arrays import BoolArray
from valgus.model.frontal import Facing, Origin, Side
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.simulate import View, film, holding, repetitions
from valgus.tasks import TASKS, enough_fps, task_named

BENDS = ["step-down", "single-leg-squat", "landing", "squat", "drop-jump"]


@pytest.mark.parametrize("task", BENDS)
@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("facing", list(Facing))
def test_every_task_is_told_on_either_side_from_front_and_back(task: str, side: Side, facing: Facing) -> None:
    trial = trial_of(film(repetitions(task=task, side=side, fps=60.0), View(facing=facing, noise_px=1.0)))
    assert trial.task.name == task
    assert trial.task.origin is Origin.DETECTED
    assert trial.task.sure > 0.8
    assert len({(rep.number) for rep in trial.reps}) == 5


def hidden(track: PoseTrack, joint: str, where: BoolArray) -> PoseTrack:
    xy, confidence = np.array(track.xy_px), np.array(track.confidence)
    xy[where, track.index(joint)], confidence[where, track.index(joint)] = np.nan, 0.0
    return replace(track, xy_px=xy, confidence=confidence)


@pytest.mark.parametrize("task", ["step-down", "single-leg-squat"])
def test_a_free_foot_that_is_hidden_at_lowest_points_does_not_change_the_task(task: str) -> None:
    track = film(repetitions(task=task, peak_fppa_deg=(5.0, 8.0)))
    lowest = ((track.time_s % 3.0) > 1.7) & ((track.time_s % 3.0) < 2.3)
    assert trial_of(hidden(track, "right_ankle", lowest)).task.name == task


def test_a_free_foot_that_is_never_seen_is_no_two_leg_squat_and_not_sure() -> None:
    track = film(repetitions(task="single-leg-squat"))
    trial = trial_of(hidden(track, "right_ankle", track.time_s >= 1.2), Settings(side=Side.LEFT))
    assert (trial.task.name, trial.task.sure) == ("single-leg-squat", 0.5)


def test_holding_still_on_one_leg_is_stance() -> None:
    assert trial_of(film(holding(), View(noise_px=1.0))).task.name == "stance"


def test_standing_on_both_legs_is_no_task_and_no_rep() -> None:
    trial = trial_of(film(repetitions(task="squat", peak_fppa_deg=(), rest_s=6.0), View(noise_px=1.0)))
    assert trial.reps == ()
    assert trial.task.sure == 0.5
    assert [finding.code for finding in trial.findings] == ["no_rep"]


def test_a_task_that_was_given_is_taken_as_given() -> None:
    trial = trial_of(film(repetitions(task="step-down")), Settings(task="single-leg-squat"))
    assert (trial.task.name, trial.task.origin, trial.task.sure) == ("single-leg-squat", Origin.GIVEN, 1.0)


def test_an_unknown_task_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        WrongUsage, match="step-down, single-leg-squat, landing, stance, squat, drop-jump, forward-step-down"
    ):
        task_named("jumping")


def test_every_tasks_methods_can_be_read_out() -> None:
    for task in TASKS:
        assert task.title
        assert task.segmenter.sentence()


def test_landings_are_looked_at_more_often_and_an_unknown_task_might_be_one() -> None:
    assert {task.name: enough_fps(task.name) for task in TASKS} == {
        "step-down": 60.0,
        "single-leg-squat": 60.0,
        "landing": 120.0,
        "stance": 60.0,
        "squat": 60.0,
        "drop-jump": 120.0,
        "forward-step-down": 60.0,
    }
    assert enough_fps("auto") == 120.0


def test_a_forward_step_down_is_measured_like_a_lateral_one_and_has_no_colour() -> None:
    track = film(repetitions(task="step-down", peak_fppa_deg=(-4.0, 8.0, 20.0)))
    lateral, forward = (trial_of(track, Settings(task=name)) for name in ("step-down", "forward-step-down"))
    np.testing.assert_array_equal(forward.measures["fppa_deg"], lateral.measures["fppa_deg"])
    np.testing.assert_allclose(forward.measures["fppa_deg"], [-4.0, 8.0, 20.0], atol=0.3)
    assert [rep.grade for rep in forward.reps] == [rep.grade for rep in lateral.reps]
    assert lateral.flags and not forward.flags
