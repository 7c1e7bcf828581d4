"""The task is told from the movement alone."""

from __future__ import annotations

import pytest

from tests.trials import trial_of
from valgus.errors import WrongUsage
from valgus.model.frontal import Facing, Origin, Side
from valgus.model.settings import Settings
from valgus.simulate import View, film, holding, repetitions
from valgus.tasks import TASKS, task_named

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
    with pytest.raises(WrongUsage, match="step-down, single-leg-squat, landing, stance, squat, drop-jump"):
        task_named("jumping")


def test_every_tasks_methods_can_be_read_out() -> None:
    for task in TASKS:
        assert task.title
        assert task.segmenter.sentence()
