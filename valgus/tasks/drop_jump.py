"""Drop jump: off a box on both feet, landing measured on both legs."""

from valgus.cleaning import LowPass
from valgus.metrics import depth, knee
from valgus.segmentation import ByLanding, reps_of_both_legs
from valgus.tasks.base import BEFORE_SMOOTHING, BEND_MEASURES, Task

DROP_JUMP = Task(
    name="drop-jump",
    title="drop jump",
    legs=2,
    cleaning=(*BEFORE_SMOOTHING, LowPass(10.0, from_fps=60.0, slow_cutoff_hz=6.0)),
    segmenter=ByLanding(),
    cut_legs=reps_of_both_legs,
    measures=(depth.INITIAL_CONTACT, *BEND_MEASURES, knee.KNEE_SEPARATION_AT_LOWEST),
    enough_fps=120.0,
)
