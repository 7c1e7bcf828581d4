"""Single-leg squat: on the floor, the other foot held up."""

from valgus.cleaning import LowPass
from valgus.segmentation import ByDepth, reps_of_each_leg
from valgus.tasks.base import BEFORE_SMOOTHING, BEND_MEASURES, PELVIS_MEASURES, Task

SINGLE_LEG_SQUAT = Task(
    name="single-leg-squat",
    title="single-leg squat",
    legs=1,
    cleaning=(*BEFORE_SMOOTHING, LowPass(6.0)),
    segmenter=ByDepth(),
    cut_legs=reps_of_each_leg,
    measures=(*BEND_MEASURES, *PELVIS_MEASURES),
)
