from __future__ import annotations

import numpy as np
import pytest

from valgus.phantom import Camera, Side


def test_the_point_looked_at_is_in_the_middle_of_the_picture():
    xy, depth = Camera(width_px=540, height_px=960, distance_m=3.0, height_m=1.0).project([0.0, 1.0, 0.0])
    assert xy == pytest.approx([270.0, 480.0])
    assert depth == pytest.approx(3.0)


def test_a_metre_covers_focal_length_over_distance_pixels():
    camera = Camera(focal_px=900.0, distance_m=3.0)
    xy, _ = camera.project([[0.0, 1.0, 0.0], [0.0, 2.0, 0.0]])
    assert xy[0, 1] - xy[1, 1] == pytest.approx(300.0)


def test_seen_from_the_front_the_athletes_left_is_on_the_right_of_the_picture():
    xy, _ = Camera().project([0.1, 1.0, 0.0])
    assert xy[0] > 270.0


def test_seen_from_behind_the_athletes_left_is_on_the_left_of_the_picture():
    xy, _ = Camera(azimuth_deg=180.0).project([0.1, 1.0, 0.0])
    assert xy[0] < 270.0


@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
@pytest.mark.parametrize("side", list(Side))
def test_medial_points_from_the_leg_to_the_middle_of_the_body(side, azimuth_deg):
    camera = Camera(azimuth_deg=azimuth_deg)
    leg, middle = camera.project([[side.sign * 0.1, 1.0, 0.0], [0.0, 1.0, 0.0]])[0]
    assert np.sign(middle[0] - leg[0]) == camera.medial_sign(side)


def test_positive_roll_turns_the_content_clockwise():
    xy, _ = Camera(roll_deg=10.0).project([0.0, 1.5, 0.0])
    assert xy[0] > 270.0


@pytest.mark.parametrize(
    ("azimuth_deg", "side", "yaw_deg"),
    [(7.0, Side.LEFT, 7.0), (7.0, Side.RIGHT, -7.0), (187.0, Side.LEFT, 7.0), (173.0, Side.RIGHT, 7.0)],
)
def test_yaw_is_positive_where_it_adds_valgus(azimuth_deg, side, yaw_deg):
    assert Camera(azimuth_deg=azimuth_deg).valgus_yaw_deg(side) == pytest.approx(yaw_deg)


def test_square_on_keeps_the_side_of_the_athlete():
    assert Camera(azimuth_deg=170.0, roll_deg=4.0).square_on() == Camera(azimuth_deg=180.0)
    assert Camera(azimuth_deg=-20.0).square_on() == Camera()


def test_a_scaled_camera_sees_the_same_picture_smaller():
    whole, _ = Camera().project([0.3, 1.7, 0.1])
    half, _ = Camera().scaled(0.5).project([0.3, 1.7, 0.1])
    assert half == pytest.approx(whole / 2.0)
