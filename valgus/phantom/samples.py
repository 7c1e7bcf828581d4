"""The recipes of the clips in `sample_videos/`.

Bodies and looks come from seeds 1 to 6, in order, and were not chosen by what any pose model makes of them.
"""

from __future__ import annotations

from valgus.phantom.body import Body
from valgus.phantom.camera import Camera
from valgus.phantom.look import Look
from valgus.phantom.pose import Side
from valgus.phantom.recipe import Recipe, RepTarget, Task
from valgus.phantom.stickers import Stickers

SAMPLE_CRF = 20
#: Stickers need pixels: 720 by 1280.
_STICKER_CAMERA = Camera().scaled(4 / 3)

SAMPLE_RECIPES: dict[str, Recipe] = {
    "step_down_left": Recipe(
        task=Task.STEP_DOWN,
        side=Side.LEFT,
        reps=(
            RepTarget(4.0, 3.0, 58.0, 3.0),
            RepTarget(-5.0, 0.0, 56.0, 2.0),
            RepTarget(12.0, 6.0, 61.0, 5.0),
            RepTarget(21.0, 10.0, 62.0, 8.0),
            RepTarget(8.0, 4.0, 59.0, 4.0),
        ),
        body=Body.from_seed(1),
        look=Look.from_seed(1),
        seed=1,
    ),
    "step_down_right": Recipe(
        task=Task.STEP_DOWN,
        side=Side.RIGHT,
        reps=(
            RepTarget(14.0, 5.0, 60.0, 5.0),
            RepTarget(2.0, 2.0, 57.0, 2.0),
            RepTarget(-6.0, 1.0, 55.0, 1.0),
            RepTarget(18.0, 8.0, 62.0, 7.0),
            RepTarget(7.0, 3.0, 58.0, 3.0),
        ),
        body=Body.from_seed(2),
        look=Look.from_seed(2),
        seed=2,
        arms="down",
    ),
    "single_leg_squat": Recipe(
        task=Task.SINGLE_LEG_SQUAT,
        side=Side.RIGHT,
        reps=(
            RepTarget(9.0, 4.0, 60.0, 4.0),
            RepTarget(22.0, 9.0, 64.0, 9.0),
            RepTarget(0.0, 1.0, 57.0, 2.0),
            RepTarget(15.0, 6.0, 62.0, 6.0),
            RepTarget(-5.0, 0.0, 56.0, 1.0),
        ),
        body=Body.from_seed(3),
        look=Look.from_seed(3),
        seed=3,
        arms="front",
    ),
    "single_leg_landing": Recipe(
        task=Task.LANDING,
        side=Side.LEFT,
        reps=(
            RepTarget(6.0, 3.0, 54.0, 3.0),
            RepTarget(17.0, 7.0, 58.0, 6.0),
            RepTarget(-4.0, 0.0, 52.0, 1.0),
            RepTarget(11.0, 5.0, 56.0, 4.0),
            RepTarget(22.0, 9.0, 60.0, 8.0),
        ),
        body=Body.from_seed(4),
        look=Look.from_seed(4),
        seed=4,
        fps=60,
    ),
    "step_down_stickers_left": Recipe(
        task=Task.STEP_DOWN,
        side=Side.LEFT,
        reps=(
            RepTarget(5.0, 3.0, 58.0, 3.0),
            RepTarget(17.0, 9.0, 62.0, 7.0),
            RepTarget(-4.0, -1.0, 55.0, 1.0),
            RepTarget(10.0, 6.0, 60.0, 5.0),
            RepTarget(20.0, 12.0, 62.0, 8.0),
        ),
        body=Body.from_seed(5),
        look=Look.from_seed(5),
        camera=_STICKER_CAMERA,
        stickers=Stickers("magenta"),
        seed=5,
        two_leg_lead_s=2.0,
        standing_drop_deg=2.0,
    ),
    "single_leg_squat_stickers_right": Recipe(
        task=Task.SINGLE_LEG_SQUAT,
        side=Side.RIGHT,
        reps=(
            RepTarget(16.0, 8.0, 62.0, 6.0),
            RepTarget(3.0, 2.0, 57.0, 3.0),
            RepTarget(21.0, 11.0, 64.0, 8.0),
            RepTarget(-5.0, 0.0, 56.0, 1.0),
            RepTarget(9.0, 5.0, 60.0, 4.0),
        ),
        body=Body.from_seed(6),
        look=Look.from_seed(6),
        camera=_STICKER_CAMERA,
        stickers=Stickers("lime"),
        seed=6,
        arms="front",
    ),
}
