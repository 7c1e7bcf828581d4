from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.phantom.recipes import deepest_pose, recipe_of
from valgus.phantom import Body, Camera, Side, Task, UnreachableTargetError
from valgus.phantom.skeleton import frontal_angle_deg, inclination_deg, solve_skeleton


def projected_fppa_deg(skeleton, camera, side):
    points = [skeleton.joints_m[f"{joint}_{side.value}"] for joint in ("hip", "knee", "ankle")]
    return frontal_angle_deg(*camera.project(points)[0], medial_sign=camera.medial_sign(side))


def distance(skeleton, first, second):
    return float(np.linalg.norm(skeleton.joints_m[first] - skeleton.joints_m[second]))


def test_the_frontal_angle_of_a_right_angle_is_ninety():
    hip, knee, ankle = np.array([0.0, 0.0]), np.array([0.0, 1.0]), np.array([1.0, 1.0])
    assert frontal_angle_deg(hip, knee, ankle, medial_sign=-1) == pytest.approx(90.0)


def test_a_knee_displaced_medially_is_valgus():
    hip, knee, ankle = np.array([0.0, 0.0]), np.array([1.0, 10.0]), np.array([0.0, 20.0])
    assert frontal_angle_deg(hip, knee, ankle, medial_sign=1) == pytest.approx(
        2 * math.degrees(math.atan(0.1))
    )
    assert frontal_angle_deg(hip, knee, ankle, medial_sign=-1) < 0.0


@pytest.mark.parametrize("fppa_deg", [-6.0, 0.0, 9.0, 22.0])
@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
@pytest.mark.parametrize("side", list(Side))
def test_the_projected_angle_is_the_wanted_one(side, azimuth_deg, fppa_deg):
    camera = Camera(azimuth_deg=azimuth_deg)
    pose = replace(deepest_pose(recipe_of(side=side)), fppa_deg=fppa_deg)
    skeleton = solve_skeleton(pose, body=Body(), camera=camera)
    assert projected_fppa_deg(skeleton, camera, side) == pytest.approx(fppa_deg, abs=0.05)


@pytest.mark.parametrize("side", list(Side))
def test_valgus_brings_the_knee_towards_the_other_leg(side):
    pose = deepest_pose(recipe_of(side=side))
    straight, valgus = (
        solve_skeleton(replace(pose, fppa_deg=angle), body=Body(), camera=Camera()).joints_m[
            f"knee_{side.value}"
        ][0]
        for angle in (0.0, 15.0)
    )
    assert (straight - valgus) * side.sign > 0.03


def test_a_camera_turned_aside_sees_the_same_athlete():
    pose = deepest_pose(recipe_of())
    front = solve_skeleton(pose, body=Body(), camera=Camera())
    aside = solve_skeleton(pose, body=Body(), camera=Camera(azimuth_deg=12.0, roll_deg=3.0))
    for name, point in front.joints_m.items():
        np.testing.assert_allclose(aside.joints_m[name], point, atol=1e-9)


@pytest.mark.parametrize("side", list(Side))
def test_yaw_adds_the_valgus_that_the_three_segment_formula_gives(side):
    camera = Camera(azimuth_deg=side.sign * 8.0, distance_m=50.0)
    pose = replace(deepest_pose(recipe_of(side=side)), fppa_deg=0.0)
    skeleton = solve_skeleton(pose, body=Body(), camera=camera)
    hip, knee, ankle = (skeleton.joints_m[f"{joint}_{side.value}"] for joint in ("hip", "knee", "ankle"))
    thigh, shank = hip - knee, knee - ankle
    sine = math.sin(math.radians(8.0))
    added = math.atan(-thigh[2] / thigh[1] * sine) + math.atan(shank[2] / shank[1] * sine)
    assert projected_fppa_deg(skeleton, camera, side) == pytest.approx(math.degrees(added), abs=0.5)


@pytest.mark.parametrize("side", list(Side))
def test_the_swing_side_of_the_pelvis_is_lower_by_the_wanted_angle(side):
    pose = replace(deepest_pose(recipe_of(side=side)), pelvic_drop_deg=7.0)
    joints = solve_skeleton(pose, body=Body(), camera=Camera()).joints_m
    line = joints[f"asis_{side.value}"] - joints[f"asis_{side.other.value}"]
    assert math.degrees(math.asin(line[1] / np.linalg.norm(line))) == pytest.approx(7.0, abs=1e-6)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
def test_the_trunk_leans_towards_the_stance_side_by_the_wanted_angle(side, azimuth_deg):
    camera = Camera(azimuth_deg=azimuth_deg)
    pose = replace(deepest_pose(recipe_of(side=side)), trunk_lean_deg=9.0)
    joints = solve_skeleton(pose, body=Body(), camera=camera).joints_m
    shoulders = (joints["shoulder_left"] + joints["shoulder_right"]) / 2.0
    low, high = camera.project([joints["mid_hip"], shoulders])[0]
    lean = inclination_deg(low, high, toward_sign=-camera.medial_sign(side))
    assert lean == pytest.approx(9.0, abs=0.01)
    assert (shoulders - joints["mid_hip"])[0] * side.sign > 0.0


def test_the_spines_are_wide_above_and_in_front_of_the_hip_joints():
    body = Body(height_m=1.75)
    skeleton = solve_skeleton(deepest_pose(recipe_of()), body=body, camera=Camera())
    left = skeleton.pelvis.to_local(skeleton.joints_m["asis_left"])
    assert left == pytest.approx([0.120, 0.085, 0.065])
    assert distance(skeleton, "asis_left", "asis_right") == pytest.approx(0.24)
    assert distance(skeleton, "hip_left", "hip_right") == pytest.approx(body.hip_width_m)


@pytest.mark.parametrize("task", list(Task))
def test_bones_keep_their_length(task):
    body = Body(height_m=1.60)
    skeleton = solve_skeleton(deepest_pose(recipe_of(task, body=body)), body=body, camera=Camera())
    for side in ("left", "right"):
        assert distance(skeleton, f"hip_{side}", f"knee_{side}") == pytest.approx(body.thigh_m * body.scale)
        assert distance(skeleton, f"knee_{side}", f"ankle_{side}") == pytest.approx(body.shank_m * body.scale)
        assert distance(skeleton, f"shoulder_{side}", f"elbow_{side}") == pytest.approx(0.30 * body.scale)


def test_an_angle_that_a_straight_knee_cannot_have_is_refused():
    pose = replace(deepest_pose(recipe_of()), knee_flexion_deg=3.0, fppa_deg=20.0)
    with pytest.raises(UnreachableTargetError, match=r"no pose reaches the left knee at 20\.0 deg"):
        solve_skeleton(pose, body=Body(), camera=Camera())
