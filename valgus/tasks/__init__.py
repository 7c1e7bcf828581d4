"""The movements that can be measured. Add one in a file here and to the tuple below."""

from __future__ import annotations

from valgus.errors import WrongUsage
from valgus.tasks.base import Task
from valgus.tasks.drop_jump import DROP_JUMP
from valgus.tasks.forward_step_down import FORWARD_STEP_DOWN
from valgus.tasks.landing import LANDING
from valgus.tasks.recognise import OVERVIEW_CLEANING, Recognised, recognise
from valgus.tasks.single_leg_squat import SINGLE_LEG_SQUAT
from valgus.tasks.squat import SQUAT
from valgus.tasks.stance import STANCE
from valgus.tasks.step_down import STEP_DOWN

TASKS: tuple[Task, ...] = (
    STEP_DOWN,
    SINGLE_LEG_SQUAT,
    LANDING,
    STANCE,
    SQUAT,
    DROP_JUMP,
    FORWARD_STEP_DOWN,
)


def enough_fps(name: str, /) -> float:
    """Return how many pictures a second a task needs; for ``auto`` as many as any task does."""
    return max(task.enough_fps for task in TASKS) if name == "auto" else task_named(name).enough_fps


def task_named(name: str, /) -> Task:
    """Return a task by its name; an unknown name raises WrongUsage with the names there are."""
    for task in TASKS:
        if task.name == name:
            return task
    raise WrongUsage(f"There is no task '{name}'.", f"Choose from: {', '.join(t.name for t in TASKS)}.")


__all__ = ["OVERVIEW_CLEANING", "TASKS", "Recognised", "Task", "enough_fps", "recognise", "task_named"]
