"""One sign for left and right, front and back, mirrored or not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.trials import trial_of
from valgus.metrics import signals_of
from valgus.model.frontal import Facing, Side
from valgus.model.settings import Settings
from valgus.orientation import GivenSetup, find_setup, to_frontal
from valgus.simulate import View, film, repetitions

VIEWS = [
    pytest.param(
        side, facing, mirrored, id=f"{side.value}-{facing.value}-{'mirrored' if mirrored else 'as-is'}"
    )
    for side in Side
    for facing in Facing
    for mirrored in (False, True)
]


@pytest.mark.parametrize(("side", "facing", "mirrored"), VIEWS)
def test_valgus_is_positive_and_exact_in_every_view(side: Side, facing: Facing, mirrored: bool) -> None:
    motion = repetitions(side=side, peak_fppa_deg=(20.0, -10.0, 12.0))
    track = film(motion, View(facing=facing, mirrored=mirrored))
    setup = find_setup(track, legs=1, given=GivenSetup(mirrored=mirrored))
    assert setup is not None
    (leg,) = to_frontal(track, setup)
    signals = signals_of([leg])
    assert leg.side is side
    assert setup.facing is facing
    np.testing.assert_allclose(signals["fppa_deg"], motion.fppa_deg, atol=6e-4)
    np.testing.assert_allclose(signals["hip_line_tilt_deg"], motion.pelvic_drop_deg, atol=6e-4)
    np.testing.assert_allclose(signals["trunk_lean_deg"], motion.trunk_lean_deg, atol=6e-4)


@pytest.mark.parametrize(("side", "facing", "mirrored"), VIEWS)
def test_the_knee_over_the_foot_is_positive_towards_the_other_leg(
    side: Side, facing: Facing, mirrored: bool
) -> None:
    track = film(repetitions(side=side, peak_fppa_deg=(20.0,) * 3), View(facing=facing, mirrored=mirrored))
    trial = trial_of(track, Settings(mirrored=mirrored))
    assert {rep.side for rep in trial.reps} == {side}
    assert (trial.measures["knee_over_foot_pct"] > 5).all()
    assert (trial.measures["fppa_deg"] > 15).all()


@pytest.mark.parametrize("side", list(Side))
def test_a_mirror_image_that_nobody_declared_gives_the_other_sides_name_with_the_same_values(
    side: Side,
) -> None:
    motion = repetitions(side=side)
    as_is, mirrored = (trial_of(film(motion, View(mirrored=m))) for m in (False, True))
    assert {rep.side for rep in mirrored.reps} == {side.other}
    for measure in ("fppa_deg", "trunk_lean_deg", "hip_line_tilt_deg", "knee_over_foot_pct"):
        np.testing.assert_allclose(mirrored.measures[measure], as_is.measures[measure], atol=0.02)


@pytest.mark.parametrize(("side", "facing", "mirrored"), VIEWS)
def test_yaw_is_positive_where_it_adds_valgus(side: Side, facing: Facing, mirrored: bool) -> None:
    view = View(facing=facing, mirrored=mirrored, yaw_deg=8.0)
    trial = trial_of(
        film(repetitions(side=side, peak_fppa_deg=(0.0,) * 3), view), Settings(mirrored=mirrored)
    )
    np.testing.assert_allclose(trial.measures["yaw_deg"], 8.0, atol=0.2)
    assert (trial.measures["fppa_deg"] > 8.0).all()


def test_both_legs_of_a_two_leg_squat_read_valgus_alike() -> None:
    trial = trial_of(film(repetitions(task="squat", peak_fppa_deg=(15.0,) * 3, peak_drop_deg=0.0)))
    assert trial.task.name == "squat"
    assert [(rep.number, rep.side.value) for rep in trial.reps][:2] == [(1, "left"), (1, "right")]
    np.testing.assert_allclose(trial.measures["fppa_deg"], 15.0, atol=0.5)
    assert (trial.measures["knee_separation_ratio"] < 1).all()
