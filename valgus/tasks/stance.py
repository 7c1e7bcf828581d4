"""Single-leg stance: held still, the Trendelenburg self-test."""

from valgus.cleaning import LowPass
from valgus.metrics import Measure, depth, knee, pelvis, trunk
from valgus.metrics.base import over_rep
from valgus.segmentation import ByHold, reps_of_each_leg
from valgus.tasks.base import BEFORE_SMOOTHING, Task


def _over_the_hold(measure: Measure) -> Measure:
    return Measure(measure.column, over_rep(measure.column.name))


STANCE = Task(
    name="stance",
    title="single-leg stance",
    legs=1,
    cleaning=(*BEFORE_SMOOTHING, LowPass(6.0)),
    segmenter=ByHold(),
    cut_legs=reps_of_each_leg,
    measures=(
        depth.HOLD,
        depth.SWAY,
        knee.WOBBLE,
        pelvis.PELVIC_DROP_OF_HOLD,
        *map(
            _over_the_hold,
            (
                knee.FPPA_AT_LOWEST,
                knee.FPPA_ASIS_AT_LOWEST,
                pelvis.HIP_LINE_CHANGE,
                pelvis.PELVIC_DROP_ABSOLUTE,
                pelvis.HIP_ADDUCTION_AT_LOWEST,
                trunk.TRUNK_LEAN_AT_LOWEST,
                trunk.KNEE_PLUS_TRUNK_AT_LOWEST,
                knee.KNEE_OVER_FOOT_AT_LOWEST,
                depth.DEPTH_AT_LOWEST,
            ),
        ),
    ),
)
