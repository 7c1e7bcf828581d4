"""Single-leg landing: off a box or from a hop, down on one leg."""

from valgus.cleaning import LowPass
from valgus.metrics import depth
from valgus.segmentation import ByLanding, reps_of_each_leg
from valgus.tasks.base import BEFORE_SMOOTHING, BEND_MEASURES, PELVIS_MEASURES, Task

LANDING = Task(
    name="landing",
    title="single-leg landing",
    legs=1,
    cleaning=(*BEFORE_SMOOTHING, LowPass(10.0, from_fps=60.0, slow_cutoff_hz=6.0)),
    segmenter=ByLanding(),
    cut_legs=reps_of_each_leg,
    measures=(depth.INITIAL_CONTACT, *BEND_MEASURES, *PELVIS_MEASURES),
    enough_fps=120.0,
)
