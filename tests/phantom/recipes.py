"""Short recipes that the tests start from."""

from __future__ import annotations

from dataclasses import replace

from valgus.phantom import Recipe, RepTarget, Side, Task
from valgus.phantom.motion import plan_motion
from valgus.phantom.pose import PoseTarget


def recipe_of(task: Task = Task.SINGLE_LEG_SQUAT, side: Side = Side.LEFT, **changes: object) -> Recipe:
    """A short clip: one repetition to a clear valgus with some pelvic drop."""
    # A nearly straight knee cannot fall far inward.
    target = RepTarget(2.0, 6.0, 8.0, 5.0) if task is Task.STANCE else RepTarget(14.0, 6.0, 60.0, 5.0)
    recipe = Recipe(task=task, side=side, reps=(target,), quiet_s=0.3, tail_s=0.2)
    return replace(recipe, **changes)


def deepest_pose(recipe: Recipe) -> PoseTarget:
    """The pose in the frame nearest to the first repetition's lowest point."""
    motion = plan_motion(recipe)
    return motion.targets[round(motion.reps[0].lowest_s * recipe.fps)]
