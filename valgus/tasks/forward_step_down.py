"""Forward step-down: one leg stands on a step, the other heel reaches for the floor in front of it.

From the front it moves like the lateral step-down and is cut and measured like it; pictures do not tell the
two apart, so it has to be named. No threshold of the projection angle was found for it: reps are measured
and graded, and none is coloured.
"""

from dataclasses import replace

from valgus.tasks.step_down import STEP_DOWN

FORWARD_STEP_DOWN = replace(
    STEP_DOWN, name="forward-step-down", title="forward step-down", gates_of=STEP_DOWN.name
)
