"""Lateral step-down: one leg stands on a step, the other heel reaches for the floor."""

from valgus.cleaning import LowPass
from valgus.segmentation import ByDepth, reps_of_each_leg
from valgus.tasks.base import BEFORE_SMOOTHING, BEND_MEASURES, PELVIS_MEASURES, Task

STEP_DOWN = Task(
    name="step-down",
    title="lateral step-down",
    legs=1,
    cleaning=(*BEFORE_SMOOTHING, LowPass(6.0)),
    segmenter=ByDepth(),
    cut_legs=reps_of_each_leg,
    measures=(*BEND_MEASURES, *PELVIS_MEASURES),
)
