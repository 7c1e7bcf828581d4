from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.phantom.recipes import deepest_pose, recipe_of
from valgus.phantom import Camera, Colours, Look, RoomStyle, Task, clip_truth, render_cached, render_clip
from valgus.phantom.clip import draw_frames, make_renderer, solve_clip
from valgus.phantom.skeleton import solve_skeleton

GREEN_SKIN_RED_SHORTS = Look(
    colours=Colours(skin=(40, 200, 40), shorts=(200, 30, 30), shirt=(30, 30, 200)),
    room=RoomStyle(
        wall=(200, 200, 200), floor=(200, 200, 200), picture=(200, 200, 200), floor_kind="mat", clutter=0
    ),
    noise=0.0,
)


def brightest_channel(picture, point_px):
    x, y = np.floor(point_px).astype(int)
    return "rgb"[int(np.argmax(picture[y, x]))]


@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
def test_the_athlete_is_drawn_where_the_joints_are(azimuth_deg):
    camera = replace(Camera().scaled(0.25), azimuth_deg=azimuth_deg)
    recipe = recipe_of(look=GREEN_SKIN_RED_SHORTS, camera=camera, arms="down")
    skeleton = solve_skeleton(deepest_pose(recipe), body=recipe.body, camera=camera)
    picture = make_renderer(recipe).draw(skeleton)
    joints = {name: camera.project(point)[0] for name, point in skeleton.joints_m.items()}
    assert brightest_channel(picture, joints["knee_left"]) == "g"
    assert brightest_channel(picture, (joints["knee_left"] + joints["ankle_left"]) / 2) == "g"
    assert brightest_channel(picture, joints["mid_hip"]) == "r"
    assert brightest_channel(picture, (joints["mid_hip"] + joints["neck"]) / 2) == "b"
    assert brightest_channel(picture, joints["elbow_right"]) == "g"


def test_nothing_of_the_athlete_is_drawn_far_from_the_joints(small_camera):
    recipe = recipe_of(look=GREEN_SKIN_RED_SHORTS, camera=small_camera, arms="down")
    skeleton = solve_skeleton(deepest_pose(recipe), body=recipe.body, camera=small_camera)
    picture = make_renderer(recipe).draw(skeleton).astype(int)
    joints = np.array([small_camera.project(point)[0] for point in skeleton.joints_m.values()])
    rows, columns = np.nonzero(picture.max(axis=2) - picture.min(axis=2) > 60)
    gaps = np.hypot(columns[:, None] - joints[:, 0], rows[:, None] - joints[:, 1]).min(axis=1)
    assert len(rows) > 1000
    assert gaps.max() < 25  # 0.28 m: the middle of a trunk is that far from hips and shoulders


def test_the_same_frame_is_drawn_from_the_same_recipe(small_camera):
    recipe = recipe_of(camera=small_camera)
    pose = deepest_pose(recipe)
    pictures = [
        make_renderer(recipe).draw(solve_skeleton(pose, body=recipe.body, camera=small_camera), frame=4)
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*pictures)


@pytest.mark.slow
def test_threads_do_not_change_a_pixel(small_camera):
    recipe = recipe_of(camera=small_camera)
    skeletons = solve_clip(recipe)[1][:6]
    one, two = (list(draw_frames(recipe, skeletons, threads=threads)) for threads in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_the_step_hides_the_floor_behind_it(small_camera):
    with_step, without = (
        recipe_of(task, look=GREEN_SKIN_RED_SHORTS, camera=small_camera)
        for task in (Task.STEP_DOWN, Task.SINGLE_LEG_SQUAT)
    )
    skeleton = solve_clip(without)[1][0]
    front_of_step = np.floor(small_camera.project([0.15, 0.10, 0.185])[0]).astype(int)
    dark, light = (
        make_renderer(recipe).draw(skeleton)[front_of_step[1], front_of_step[0]]
        for recipe in (with_step, without)
    )
    assert dark.max() < light.min()


@pytest.mark.slow
def test_a_rendered_clip_comes_with_its_truth_and_is_not_rendered_twice(tmp_path, small_camera):
    recipe = recipe_of(camera=small_camera, fps=10)
    path, truth = render_cached(recipe, tmp_path)
    written = path.stat().st_mtime_ns
    again, same_truth = render_cached(recipe, tmp_path)
    assert again == path
    assert path.stat().st_mtime_ns == written
    assert same_truth.as_dict() == truth.as_dict() == clip_truth(recipe).as_dict()
    assert sorted(each.suffix for each in tmp_path.iterdir()) == [".json", ".mp4"]


@pytest.mark.slow
def test_all_joints_are_written_on_request(tmp_path, small_camera):
    recipe = recipe_of(camera=small_camera, fps=5)
    truth = render_clip(recipe, tmp_path / "clip.mp4", with_joints=True)
    with np.load(tmp_path / "clip.joints.npz") as saved:
        np.testing.assert_array_equal(saved["xy_px"], truth.frames.xy_px)
        assert saved["names"].tolist() == list(truth.frames.names)
