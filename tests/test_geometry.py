"""Every angle against values written out by hand, and what must not change it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valgus import geometry
from valgus.model.arrays import FloatArray


def at(*xy: float) -> FloatArray:
    return np.array(xy, dtype=float)


@pytest.mark.parametrize(
    ("knee", "bend_deg"),
    [
        (at(0.0, 0.5), 0.0),
        (at(0.5, 0.5), 90.0),
        (at(-0.5, 0.5), -90.0),
        (at(0.5 * np.tan(np.radians(10)), 0.5), 20.0),
        (at(-0.5 * np.tan(np.radians(5)), 0.5), -10.0),
    ],
)
def test_a_knee_medial_to_the_line_from_hip_to_ankle_is_positive(knee: FloatArray, bend_deg: float) -> None:
    assert geometry.signed_bend_deg(at(0, 1), knee, at(0, 0)) == pytest.approx(bend_deg, abs=1e-9)


def test_coinciding_points_have_no_angle() -> None:
    assert np.isnan(geometry.signed_bend_deg(at(0, 1), at(0, 1), at(0, 0)))
    assert np.isnan(geometry.signed_bend_deg(at(0, 1), at(0, 0), at(0, 0)))
    assert np.isnan(geometry.angle_deg(at(0, 0), at(0, 0), at(1, 0)))
    assert np.isnan(geometry.angle_deg(at(1, 0), at(0, 0), at(0, 0)))
    assert np.isnan(geometry.tilt_deg(at(1, 1), at(1, 1)))
    assert np.isnan(geometry.lean_deg(at(1, 1), at(1, 1)))


@pytest.mark.parametrize(
    ("far", "tilt_deg"),
    [
        (at(1, 0), 0),
        (at(1, -1), 45),
        (at(1, 1), -45),
        (at(-1, -1), 45),
        (at(0, -1), 90),
        (at(1, -np.sqrt(3)), 60),
    ],
)
def test_a_line_tilts_positively_when_its_far_end_is_lower(far: FloatArray, tilt_deg: float) -> None:
    assert geometry.tilt_deg(at(0, 0), far) == pytest.approx(tilt_deg)


@pytest.mark.parametrize(
    ("top", "lean_deg"),
    [(at(0, 1), 0), (at(1, 1), 45), (at(-1, 1), -45), (at(1, 0), 90), (at(np.sqrt(3), 1), 60)],
)
def test_a_trunk_leans_positively_towards_the_medial_side(top: FloatArray, lean_deg: float) -> None:
    assert geometry.lean_deg(at(0, 0), top) == pytest.approx(lean_deg)


@pytest.mark.parametrize(
    ("other", "angle_deg"), [(at(1, 0), 0), (at(0, 1), 90), (at(-1, 0), 180), (at(0, -1), 90), (at(1, 1), 45)]
)
def test_the_angle_between_two_directions_has_no_sign(other: FloatArray, angle_deg: float) -> None:
    assert geometry.angle_deg(at(1, 0), at(0, 0), other) == pytest.approx(angle_deg)


def test_distance_is_that_of_pythagoras() -> None:
    assert geometry.distance(at(1, 1), at(4, 5)) == 5.0


@pytest.mark.parametrize(
    ("knee_flexion_deg", "false_valgus_deg"), [(30, 0.53), (45, 0.82), (60, 1.15), (75, 1.56), (90, 1.98)]
)
def test_one_degree_of_yaw_adds_the_published_false_valgus(
    knee_flexion_deg: float, false_valgus_deg: float
) -> None:
    half = np.array(knee_flexion_deg / 2)
    assert geometry.yaw_false_valgus_deg(1.0, half, half) == pytest.approx(false_valgus_deg, abs=0.03)


@pytest.mark.parametrize("function", [geometry.signed_bend_deg, geometry.angle_deg])
@pytest.mark.parametrize("missing", [0, 1, 2])
def test_an_angle_with_a_point_missing_is_missing(function: object, missing: int) -> None:
    points = [at(0, 1), at(0.1, 0.5), at(0, 0)]
    points[missing] = at(np.nan, np.nan)
    assert np.isnan(function(*points))  # type: ignore[operator]


coordinate = st.floats(-1000, 1000)
point = st.builds(at, coordinate, coordinate)


@st.composite
def chains(draw: st.DrawFn) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Three points with segments of at least one pixel that do not fold back exactly."""
    hip = draw(point)
    knee = hip + _segment(draw)
    return hip, knee, knee + _segment(draw)


def _segment(draw: st.DrawFn) -> FloatArray:
    length, angle = draw(st.floats(1, 500)), draw(st.floats(-1.4, 1.4))
    return at(length * np.sin(angle), -length * np.cos(angle))


@given(chains(), point, st.floats(0.01, 100))
def test_neither_place_nor_size_in_the_picture_changes_the_bend(
    chain: tuple[FloatArray, FloatArray, FloatArray], shift: FloatArray, scale: float
) -> None:
    moved = [scale * p + shift for p in chain]
    assert geometry.signed_bend_deg(*moved) == pytest.approx(
        float(geometry.signed_bend_deg(*chain)), abs=1e-3
    )


@given(chains())
def test_mirroring_the_picture_turns_the_sign_of_the_bend_and_nothing_else(
    chain: tuple[FloatArray, FloatArray, FloatArray],
) -> None:
    mirrored = [p * [-1, 1] for p in chain]
    assert geometry.signed_bend_deg(*mirrored) == pytest.approx(
        -float(geometry.signed_bend_deg(*chain)), abs=1e-9
    )


@given(chains(), st.floats(-0.5, 0.5))
def test_rolling_the_camera_does_not_change_the_bend(
    chain: tuple[FloatArray, FloatArray, FloatArray], roll: float
) -> None:
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    rolled = [p @ turn for p in chain]
    assert geometry.signed_bend_deg(*rolled) == pytest.approx(
        float(geometry.signed_bend_deg(*chain)), abs=1e-6
    )


@given(point, point, point, st.floats(0.01, 100))
def test_tilt_and_lean_depend_on_neither_place_nor_size(
    one: FloatArray, other: FloatArray, shift: FloatArray, scale: float
) -> None:
    other = other + at(1.0, 1.0) if np.allclose(one, other, atol=1.0) else other
    for function in (geometry.tilt_deg, geometry.lean_deg):
        expected = float(function(one, other))
        got = float(function(scale * one + shift, scale * other + shift))
        assert abs((got - expected + 180) % 360 - 180) < 1e-3
