from __future__ import annotations

import numpy as np
import pytest

from tests.phantom.recipes import recipe_of
from valgus.phantom import Camera, RepTarget, Side, Task, clip_truth
from valgus.phantom.clip import solve_clip
from valgus.phantom.motion import flight_s, plan_motion

SLOW_TASKS = [Task.STEP_DOWN, Task.SINGLE_LEG_SQUAT]


def stance_ankle(recipe):
    return clip_truth(recipe).frames.m(f"ankle_{recipe.side.value}")


@pytest.mark.parametrize("task", [*SLOW_TASKS, Task.STANCE])
@pytest.mark.parametrize("side", list(Side))
def test_the_stance_foot_stays_planted(task, side):
    ankle = stance_ankle(recipe_of(task, side))
    assert np.ptp(ankle, axis=0) == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_a_step_down_stands_on_the_step():
    low, high = (stance_ankle(recipe_of(Task.STEP_DOWN, step_height_m=h))[0, 1] for h in (0.10, 0.25))
    assert high - low == pytest.approx(0.15)


@pytest.mark.parametrize("task", SLOW_TASKS)
def test_the_lowest_hip_is_one_sharp_frame_where_the_knee_is_bent_most(task):
    recipe = recipe_of(task)
    truth = clip_truth(recipe)
    lowest = round(truth.reps[0].bottom_s * recipe.fps)
    height_mm = 1000.0 * truth.frames.m("hip_left")[:, 1]
    assert np.argmin(height_mm) == lowest
    assert min(height_mm[lowest - 2], height_mm[lowest + 2]) - height_mm[lowest] > 1.0
    assert abs(int(np.argmax(truth.frames.knee_flexion_deg(Side.LEFT))) - lowest) <= 1


@pytest.mark.parametrize("task", SLOW_TASKS)
def test_depth_is_that_of_a_step_down(task):
    truth = clip_truth(recipe_of(task))
    height = truth.frames.m("hip_left")[:, 1]
    share = (height[0] - height.min()) / recipe_of(task).body.leg_length_m
    assert 0.12 < share < 0.20


def test_no_foot_of_a_step_down_goes_through_the_floor():
    frames = clip_truth(recipe_of(Task.STEP_DOWN)).frames
    sole_m = 0.025  # heel and toe are that far above the sole
    assert min(frames.m("heel_right")[:, 1].min(), frames.m("toe_right")[:, 1].min()) > sole_m


def test_a_landing_leaves_the_ground_and_touches_it_at_initial_contact():
    recipe = recipe_of(Task.LANDING, fps=60)
    truth = clip_truth(recipe)
    rise = truth.frames.m("toe_left")[:, 1] - truth.frames.m("toe_left")[0, 1]
    contact_s = truth.reps[0].initial_contact_s
    in_air = (truth.frames.time_s > contact_s - flight_s(recipe.hop_m)) & (truth.frames.time_s < contact_s)
    assert rise.max() > 0.15
    assert rise[in_air].max() == rise.max()
    assert rise[~in_air].max() < 0.02
    assert contact_s < truth.reps[0].bottom_s < contact_s + 0.3


def test_quiet_standing_comes_first_and_last():
    recipe = recipe_of(quiet_s=1.0, tail_s=0.7)
    motion = plan_motion(recipe)
    assert motion.quiet_s == (0.0, 1.0)
    assert motion.reps[0].start_s == pytest.approx(1.0)
    assert motion.duration_s - motion.reps[-1].end_s == pytest.approx(0.7, abs=1 / recipe.fps)
    assert np.std([target.knee_flexion_deg for target in motion.targets[:30]]) < 1.0


def test_a_two_leg_lead_stands_on_both_feet_with_a_level_pelvis():
    recipe = recipe_of(two_leg_lead_s=0.7, standing_drop_deg=3.0)
    motion, skeletons = solve_clip(recipe)
    both = skeletons[5].joints_m
    assert motion.quiet_s == (0.0, 0.7)
    assert both["ankle_left"][1] == pytest.approx(both["ankle_right"][1])
    assert both["hip_left"][1] == pytest.approx(both["hip_right"][1], abs=1e-6)


@pytest.mark.parametrize("task", [Task.SQUAT, Task.DROP_JUMP])
def test_two_leg_tasks_have_a_row_per_side_with_its_own_angle(task):
    target = RepTarget(4.0, 0.0, 70.0, 0.0, swing_fppa_deg=13.0)
    reps = clip_truth(recipe_of(task, reps=(target,), fps=60)).reps
    assert [(rep.rep, rep.side) for rep in reps] == [(1, "left"), (1, "right")]
    assert [rep.fppa_deg for rep in reps] == pytest.approx([4.0, 13.0], abs=0.3)
    assert [rep.pelvic_drop_3d_deg for rep in reps] == pytest.approx([0.0, 0.0], abs=1e-6)


def test_left_and_right_are_mirror_images():
    left, right = (clip_truth(recipe_of(Task.STEP_DOWN, side)).reps[0] for side in Side)
    assert left.fppa_deg == pytest.approx(right.fppa_deg, abs=0.1)
    assert left.pelvic_drop_3d_deg == pytest.approx(right.pelvic_drop_3d_deg, abs=0.05)
    assert left.trunk_lean_deg == pytest.approx(right.trunk_lean_deg, abs=0.1)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
def test_truth_is_what_the_recipe_asked_for(side, azimuth_deg):
    recipe = recipe_of(side=side, camera=Camera(azimuth_deg=azimuth_deg))
    rep = clip_truth(recipe).reps[0]
    assert rep.fppa_deg == pytest.approx(14.0, abs=0.1)
    assert rep.pelvic_drop_3d_deg == pytest.approx(6.0, abs=0.1)
    assert rep.pelvic_drop_deg == pytest.approx(6.0, abs=0.6)  # in the picture: perspective and pelvic turn
    assert rep.knee_flexion_deg == pytest.approx(60.0, abs=0.1)
    assert rep.trunk_lean_deg == pytest.approx(5.0, abs=0.1)
    assert rep.fppa_asis_deg != rep.fppa_deg
