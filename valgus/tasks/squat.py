"""Squat on both legs: a row for each rep and side."""

from valgus.cleaning import LowPass
from valgus.metrics import knee
from valgus.segmentation import ByDepth, reps_of_both_legs
from valgus.tasks.base import BEFORE_SMOOTHING, BEND_MEASURES, Task

SQUAT = Task(
    name="squat",
    title="two-leg squat",
    legs=2,
    cleaning=(*BEFORE_SMOOTHING, LowPass(6.0)),
    segmenter=ByDepth(),
    cut_legs=reps_of_both_legs,
    measures=(*BEND_MEASURES, knee.KNEE_SEPARATION_AT_LOWEST),
)
