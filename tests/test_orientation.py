"""Which leg when, seen from where: every answer with where it came from and how sure it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from valgus.model.frontal import Facing, Origin, Setup, Side
from valgus.model.track import LANDMARKS, PoseTrack
from valgus.orientation import GivenSetup, find_setup, sure_of_other_leg, to_frontal
from valgus.simulate import View, film, holding, one_after_the_other, repetitions

NAN = float("nan")
FIND_OUT = GivenSetup()


def setup_of(track: PoseTrack, given: GivenSetup = FIND_OUT, *, legs: int = 1) -> Setup:
    setup = find_setup(track, legs=legs, given=given)
    assert setup is not None
    return setup


def without(track: PoseTrack, *names: str, from_s: float = -1.0, to_s: float = 1e9) -> PoseTrack:
    """The track with landmarks not seen for a while."""
    xy, during = np.array(track.xy_px), (track.time_s >= from_s) & (track.time_s <= to_s)
    for name in names:
        xy[during, track.index(name)] = NAN
    return replace(track, xy_px=xy)


STEP_DOWN = film(repetitions())
BODY = ("hip", "knee", "ankle")


# --- whether anybody stands there ---------------------------------------------------------------------------


def test_nobody_has_no_setup() -> None:
    nobody = replace(STEP_DOWN, xy_px=np.full_like(STEP_DOWN.xy_px, NAN))
    assert find_setup(nobody, legs=1, given=FIND_OUT) is None


@pytest.mark.parametrize("hip", ["left_hip", "right_hip"])
def test_without_one_of_the_hips_there_is_no_setup(hip: str) -> None:
    assert find_setup(without(STEP_DOWN, hip), legs=1, given=FIND_OUT) is None


@pytest.mark.parametrize("joints", [("right_ankle",), ("right_knee", "right_ankle"), ("right_knee",)])
def test_one_whole_leg_with_both_hips_is_enough(joints: tuple[str, ...]) -> None:
    assert setup_of(without(STEP_DOWN, *joints)).stance[0].side is Side.LEFT


@pytest.mark.parametrize("joints", [("left_ankle", "right_knee"), ("left_knee", "right_ankle")])
def test_half_of_either_leg_is_not(joints: tuple[str, ...]) -> None:
    assert find_setup(without(STEP_DOWN, *joints), legs=1, given=FIND_OUT) is None


# --- the leg that carries -----------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["step-down", "single-leg-squat"])
@pytest.mark.parametrize("side", list(Side))
def test_the_carrying_leg_is_found_over_the_whole_clip_and_surely(task: str, side: Side) -> None:
    track = film(repetitions(task=task, side=side))
    (stretch,) = setup_of(track).stance
    assert (stretch.side, stretch.origin) == (side, Origin.DETECTED)
    assert (stretch.start_s, stretch.end_s) == (track.time_s[0], track.time_s[-1])
    assert 0.9 < stretch.sure <= 1.0


def test_a_leg_that_was_given_is_taken_as_given() -> None:
    (stretch,) = setup_of(STEP_DOWN, GivenSetup(side=Side.RIGHT)).stance
    assert (stretch.side, stretch.origin, stretch.sure) == (Side.RIGHT, Origin.GIVEN, 1.0)
    assert (stretch.start_s, stretch.end_s) == (STEP_DOWN.time_s[0], STEP_DOWN.time_s[-1])


@pytest.mark.parametrize("task", ["step-down", "single-leg-squat"])
@pytest.mark.parametrize("side", list(Side))
def test_naming_the_leg_that_does_not_carry_is_noticed(task: str, side: Side) -> None:
    track = film(repetitions(task=task, side=side))
    assert sure_of_other_leg(track, GivenSetup(side=side.other)) > 0.9
    assert np.isnan(sure_of_other_leg(track, GivenSetup(side=side)))
    assert np.isnan(sure_of_other_leg(track, FIND_OUT))
    assert np.isnan(sure_of_other_leg(track, GivenSetup(side=side.other, mirrored=True)))


@pytest.mark.parametrize("first", list(Side))
def test_one_leg_after_the_other_gives_a_stretch_for_each_that_meet_at_the_change(first: Side) -> None:
    one, other = (film(repetitions(side=side, peak_fppa_deg=(5.0, 5.0))) for side in (first, first.other))
    track = one_after_the_other(one, other)
    changed_s = float(one.time_s[-1]) + 0.25
    a, b = setup_of(track).stance
    assert (a.side, b.side) == (first, first.other)
    assert (a.start_s, b.end_s) == (track.time_s[0], track.time_s[-1])
    assert a.end_s == pytest.approx(changed_s, abs=0.5)
    assert a.end_s < b.start_s


def test_three_changes_give_four_stretches() -> None:
    turns = [film(repetitions(side=s, peak_fppa_deg=(5.0,))) for s in (Side.LEFT, Side.RIGHT)] * 2
    sides = [stretch.side for stretch in setup_of(one_after_the_other(*turns)).stance]
    assert sides == [Side.LEFT, Side.RIGHT, Side.LEFT, Side.RIGHT]


@pytest.mark.parametrize("first", [True, False])
def test_a_second_on_the_other_leg_is_no_stance(first: bool) -> None:
    briefly = film(holding(side=Side.RIGHT, hold_s=1.0))
    pieces = (briefly, STEP_DOWN) if first else (STEP_DOWN, briefly)
    track = one_after_the_other(*pieces, pause_s=1 / 30)
    (stretch,) = setup_of(track).stance
    assert stretch.side is Side.LEFT
    assert (stretch.start_s, stretch.end_s) == (track.time_s[0], track.time_s[-1])


@pytest.mark.parametrize("hidden", list(Side))
def test_where_only_one_foot_is_seen_that_one_stands(hidden: Side) -> None:
    names = [f"{hidden.value}_{part}" for part in ("ankle", "knee")]
    (stretch,) = setup_of(without(film(holding(side=hidden)), *names)).stance
    assert stretch.side is hidden.other
    assert stretch.sure == pytest.approx(1 / (1 + np.exp(-2.0)), abs=1e-3), "weaker than what is seen"


def test_in_a_two_leg_task_each_leg_carries_all_the_time() -> None:
    track = film(repetitions(task="squat"))
    left, right = setup_of(track, legs=2).stance
    assert (left.side, right.side) == (Side.LEFT, Side.RIGHT)
    for stretch in (left, right):
        assert (stretch.start_s, stretch.end_s) == (track.time_s[0], track.time_s[-1])
        assert (stretch.origin, stretch.sure) == (Origin.DETECTED, 1.0)
    (only,) = setup_of(track, GivenSetup(side=Side.RIGHT), legs=2).stance
    assert (only.side, only.origin, only.sure) == (Side.RIGHT, Origin.GIVEN, 1.0)


# --- the view -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("facing", list(Facing))
@pytest.mark.parametrize("mirrored", [True, False])
def test_front_and_back_are_told_also_in_a_mirror_image(facing: Facing, mirrored: bool) -> None:
    setup = setup_of(
        film(repetitions(), View(facing=facing, mirrored=mirrored)), GivenSetup(mirrored=mirrored)
    )
    assert (setup.facing, setup.facing_origin) == (facing, Origin.DETECTED)


def test_facing_is_told_by_most_frames_with_gaps_and_all() -> None:
    assert setup_of(without(STEP_DOWN, "left_hip", to_s=3.0)).facing is Facing.FRONT


@pytest.mark.parametrize(
    ("said", "mirrored", "origin"),
    [(None, False, Origin.ASSUMED), (False, False, Origin.GIVEN), (True, True, Origin.GIVEN)],
)
def test_a_mirror_image_has_to_be_said(said: bool | None, mirrored: bool, origin: Origin) -> None:
    setup = setup_of(STEP_DOWN, GivenSetup(mirrored=said))
    assert (setup.mirrored, setup.mirrored_origin) == (mirrored, origin)
    assert setup.stance[0].side is (Side.RIGHT if mirrored else Side.LEFT)


@pytest.mark.parametrize("yaw_deg", [-20.0, 0.0, 6.0, 30.0])
@pytest.mark.parametrize("facing", list(Facing))
@pytest.mark.parametrize("side", list(Side))
def test_yaw_is_read_from_the_hips_in_depth_with_an_error_that_grows(
    yaw_deg: float, facing: Facing, side: Side
) -> None:
    track = film(repetitions(side=side, peak_drop_deg=0.0), View(facing=facing, yaw_deg=yaw_deg))
    yaw = setup_of(track).stance[0].yaw_deg
    assert yaw.value == pytest.approx(yaw_deg, abs=0.051)
    assert yaw.ci95 == pytest.approx(4.2 + 0.15 * abs(yaw_deg), abs=0.051)
    assert (yaw.origin, yaw.method) == (
        Origin.DETECTED,
        "hips in depth while standing, as the pose model guesses it",
    )


def test_a_yaw_measured_by_hand_is_known_to_two_degrees() -> None:
    yaw = setup_of(STEP_DOWN, GivenSetup(yaw_deg=7.0)).stance[0].yaw_deg
    assert (yaw.value, yaw.ci95, yaw.origin, yaw.method) == (7.0, 2.0, Origin.GIVEN, "given by hand")


def test_yaw_is_read_while_standing_only_and_within_the_legs_own_stretch() -> None:
    turning = np.array(STEP_DOWN.world_m)
    bent = (STEP_DOWN.time_s % 3.0 > 1.35) & (STEP_DOWN.time_s % 3.0 < 2.65)
    turning[bent, STEP_DOWN.index("right_hip"), 2] += 1.0
    assert setup_of(replace(STEP_DOWN, world_m=turning)).stance[0].yaw_deg.value == 0.0
    left = film(repetitions(side=Side.LEFT, peak_fppa_deg=(5.0, 5.0)), View(yaw_deg=10.0))
    right = film(repetitions(side=Side.RIGHT, peak_fppa_deg=(5.0, 5.0)), View(yaw_deg=-4.0))
    values = [stretch.yaw_deg.value for stretch in setup_of(one_after_the_other(left, right)).stance]
    assert values == [10.0, -4.0]


@pytest.mark.parametrize("hip", ["left_hip", "right_hip"])
def test_yaw_needs_a_guess_of_depth_and_does_without_some_frames_of_it(hip: str) -> None:
    flat = setup_of(replace(STEP_DOWN, world_m=None)).stance[0].yaw_deg
    assert (flat.value, flat.ci95, flat.method) == (None, None, "the track has no depth")
    assert flat.origin is Origin.DETECTED
    some = np.array(STEP_DOWN.world_m)
    some[::2, STEP_DOWN.index(hip)] = NAN
    assert setup_of(replace(STEP_DOWN, world_m=some)).stance[0].yaw_deg.value == 0.0


@pytest.mark.parametrize("roll_deg", [-4.0, 0.0, 3.0])
@pytest.mark.parametrize("legs", [1, 2])
def test_roll_is_how_far_a_balanced_body_leans(roll_deg: float, legs: int) -> None:
    motion = repetitions(task="step-down" if legs == 1 else "squat", peak_lean_deg=20.0, peak_drop_deg=0.0)
    level, rolled = (
        setup_of(film(motion, View(roll_deg=deg)), legs=legs).roll_deg for deg in (0.0, roll_deg)
    )
    assert level.value is not None and rolled.value is not None
    assert rolled.value - level.value == pytest.approx(roll_deg, abs=0.11)
    assert (rolled.ci95, rolled.origin) == (4.0, Origin.DETECTED)
    assert rolled.method == "body over the foot while standing"
    if legs == 2:
        assert level.value == pytest.approx(0.0, abs=0.01), "the middle between the feet, not one of them"


def test_roll_is_not_known_without_a_trunk() -> None:
    roll = setup_of(without(STEP_DOWN, "left_shoulder")).roll_deg
    assert (roll.value, roll.ci95, roll.method) == (None, None, "trunk not seen while standing")
    assert roll.origin is Origin.DETECTED
    assert setup_of(without(STEP_DOWN, "left_shoulder", to_s=0.5)).roll_deg.value is not None


def test_leg_length_is_hip_to_ankle_while_standing() -> None:
    length = setup_of(STEP_DOWN).stance[0].leg_length_px
    standing_px = 2 * 0.42 * np.cos(np.radians(1.5)) * 400.0
    assert length.value == pytest.approx(standing_px, abs=0.5)
    assert length.ci95 == pytest.approx(0.03 * standing_px, abs=0.06)
    assert (length.origin, length.method) == (Origin.DETECTED, "standing hip-ankle distance")


def test_a_leg_that_was_never_whole_has_no_length_and_no_numbers() -> None:
    track = without(STEP_DOWN, "right_knee", "right_ankle")
    setup = setup_of(track, GivenSetup(side=Side.RIGHT))
    length = setup.stance[0].leg_length_px
    assert (length.value, length.ci95, length.method) == (None, None, "the leg was never seen whole")
    assert length.origin is Origin.DETECTED
    (leg,) = to_frontal(track, setup)
    assert np.isnan(leg.leg_length_px)


# --- the frontal plane --------------------------------------------------------------------------------------


@pytest.mark.parametrize("facing", list(Facing))
@pytest.mark.parametrize("side", list(Side))
def test_every_point_is_in_medial_and_up_under_its_own_role(side: Side, facing: Facing) -> None:
    track = film(repetitions(side=side), View(facing=facing, stickers=True))
    (leg,) = to_frontal(track, setup_of(track))
    medial_is_right = (side is Side.RIGHT) == (facing is Facing.FRONT)
    into = np.array([1.0 if medial_is_right else -1.0, -1.0])
    roles = {f"{role}hip": "hip" for role in ("", "swing_")}
    roles |= {
        f"{role}{part}": part for role in ("", "swing_") for part in ("knee", "ankle", "shoulder", "asis")
    }
    for role, part in (roles | {"toe": "foot_index"}).items():
        own = side.other if role.startswith("swing_") else side
        np.testing.assert_array_equal(getattr(leg, role), track.point(f"{own.value}_{part}") * into)
    assert (leg.swing_hip[:, 0] > leg.hip[:, 0]).all(), "medial is towards the other hip"
    assert (leg.hip[:, 1] > leg.knee[:, 1]).all(), "up is up"


def test_the_confidence_of_a_leg_is_that_of_its_worst_joint() -> None:
    confidence = np.array(STEP_DOWN.confidence)
    for k, part in enumerate(BODY):
        confidence[k, STEP_DOWN.index(f"left_{part}")] = 0.1 * (k + 1)
        confidence[10 + k, STEP_DOWN.index(f"right_{part}")] = 0.2
    track = replace(STEP_DOWN, confidence=confidence)
    (leg,) = to_frontal(track, setup_of(track))
    np.testing.assert_allclose(leg.confidence[:3], [0.1, 0.2, 0.3])
    assert (leg.confidence[10:13] == 1.0).all(), "the other leg has no say"


def test_legs_come_left_first_and_are_blank_while_the_other_carries() -> None:
    right, left = (film(repetitions(side=s, peak_fppa_deg=(5.0, 5.0))) for s in (Side.RIGHT, Side.LEFT))
    track = one_after_the_other(right, left)
    setup = setup_of(track)
    first, second = setup.stance
    legs = to_frontal(track, setup)
    assert [leg.side for leg in legs] == [Side.LEFT, Side.RIGHT]
    for leg, stretch in zip(legs, (second, first), strict=True):
        inside = (track.time_s >= stretch.start_s) & (track.time_s <= stretch.end_s)
        np.testing.assert_array_equal(np.isfinite(leg.hip[:, 0]), inside)


def test_a_leg_that_carries_twice_is_as_long_as_both_stretches_on_the_average() -> None:
    near, far = (film(repetitions(peak_fppa_deg=(5.0,)), View(px_per_m=px)) for px in (400.0, 392.0))
    other = film(repetitions(side=Side.RIGHT, peak_fppa_deg=(5.0,)))
    track = one_after_the_other(near, other, far)
    setup = setup_of(track)
    left, _ = to_frontal(track, setup)
    lengths = [s.leg_length_px.value for s in setup.stance if s.side is Side.LEFT]
    assert len(lengths) == 2 and lengths[0] != lengths[1]
    assert left.leg_length_px == pytest.approx(sum(v for v in lengths if v is not None) / 2)


def test_one_sign_per_stretch_even_where_the_hip_line_flickers() -> None:
    xy = np.array(STEP_DOWN.xy_px)
    left, right = STEP_DOWN.index("left_hip"), STEP_DOWN.index("right_hip")
    xy[30:40, [left, right]] = xy[30:40, [right, left]]
    track = replace(STEP_DOWN, xy_px=xy)
    (leg,) = to_frontal(track, setup_of(STEP_DOWN))
    np.testing.assert_array_equal(leg.knee[30:40], to_frontal(STEP_DOWN, setup_of(STEP_DOWN))[0].knee[30:40])


def test_a_stretch_without_both_hips_has_no_medial() -> None:
    setup = setup_of(STEP_DOWN)
    (leg,) = to_frontal(without(STEP_DOWN, "right_hip"), setup)
    assert np.isnan(leg.knee[:, 0]).all()
    (some,) = to_frontal(without(STEP_DOWN, "right_hip", to_s=5.0), setup)
    assert np.isfinite(some.knee).all()


# --- the front of the pelvis --------------------------------------------------------------------------------

STICKERS = View(stickers=True)
STOOD_S = 2.0


def on_both_then_one(side: Side = Side.LEFT, *, tilt_deg: float = 4.0, view: View = STICKERS) -> PoseTrack:
    """Two seconds on both legs with a tilted pelvis, then step-downs."""
    standing = repetitions(task="squat", side=side, peak_fppa_deg=(), rest_s=STOOD_S)
    tilted = replace(standing, pelvic_drop_deg=np.full_like(standing.time_s, tilt_deg))
    squats = repetitions(task="single-leg-squat", side=side)
    return one_after_the_other(film(tilted, view), film(squats, view), pause_s=1 / 30)


def two_leg_tilt_of(track: PoseTrack, side: Side = Side.LEFT) -> float | None:
    (leg,) = to_frontal(track, setup_of(track, GivenSetup(side=side)))
    return leg.two_leg_tilt_deg


def test_without_stickers_there_is_no_front_of_the_pelvis() -> None:
    (leg,) = to_frontal(STEP_DOWN, setup_of(STEP_DOWN))
    assert (leg.asis, leg.swing_asis, leg.two_leg_tilt_deg) == (None, None, None)


def test_half_a_pair_of_stickers_is_none() -> None:
    track = STEP_DOWN.with_landmarks(("left_asis",), STEP_DOWN.xy_px[:, :1], "one sticker")
    (leg,) = to_frontal(track, setup_of(track))
    assert leg.asis is None


@pytest.mark.parametrize("hidden", ["left_asis", "right_asis"])
def test_a_sticker_that_is_not_seen_takes_the_other_with_it(hidden: str) -> None:
    track = film(repetitions(), STICKERS)
    confidence = np.array(track.confidence)
    confidence[50, track.index(hidden)] = 0.0
    seen = replace(track, confidence=confidence)
    (leg,) = to_frontal(seen, setup_of(seen))
    assert leg.asis is not None and leg.swing_asis is not None
    for front in (leg.asis, leg.swing_asis):
        assert np.isnan(front[50]).all()
        assert np.isfinite(np.delete(front, 50, axis=0)).all()


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("facing", list(Facing))
def test_standing_on_both_legs_gives_the_tilt_that_changes_are_from(side: Side, facing: Facing) -> None:
    tilt_deg = two_leg_tilt_of(on_both_then_one(side, view=replace(STICKERS, facing=facing)), side)
    assert tilt_deg == pytest.approx(4.0, abs=0.01)


def test_stickers_not_seen_on_both_legs_give_no_tilt() -> None:
    track = on_both_then_one()
    confidence = np.array(track.confidence)
    confidence[track.time_s <= STOOD_S, track.index("right_asis")] = 0.0
    assert two_leg_tilt_of(replace(track, confidence=confidence)) is None


def changed_while_on_both(track: PoseTrack, change: dict[str, tuple[float, float]]) -> PoseTrack:
    """Move landmarks, by (x, y) pixels, while the person stands on both legs."""
    xy, early = np.array(track.xy_px), track.time_s <= STOOD_S
    for name, by in change.items():
        xy[early, track.index(name)] += by
    return replace(track, xy_px=xy)


# A leg is 336 px long here, and feet on both legs are 72 px apart.
@pytest.mark.parametrize(
    ("change", "on_both"),
    [
        pytest.param({"right_ankle": (0.0, -9.0)}, True, id="a foot 2.7 % of a leg higher"),
        pytest.param({"right_ankle": (0.0, -11.0)}, False, id="a foot 3.3 % of a leg higher"),
        pytest.param({"right_ankle": (50.0, 0.0)}, False, id="feet beside each other, body aside"),
        pytest.param({"left_hip": (-9.0, 0.0), "right_hip": (-9.0, 0.0)}, True, id="body off by an eighth"),
        pytest.param({"left_hip": (-13.0, 0.0), "right_hip": (-13.0, 0.0)}, False, id="body off by a fifth"),
        pytest.param({"left_hip": (13.0, 0.0), "right_hip": (13.0, 0.0)}, False, id="off to the other side"),
        pytest.param({"left_hip": (0.0, 9.0), "right_hip": (0.0, 9.0)}, True, id="bent a little"),
        pytest.param({"left_hip": (0.0, 19.0), "right_hip": (0.0, 19.0)}, False, id="bent"),
    ],
)
def test_on_both_legs_feet_are_level_and_the_upright_body_is_between_them(
    change: dict[str, tuple[float, float]], on_both: bool
) -> None:
    assert (two_leg_tilt_of(changed_while_on_both(on_both_then_one(), change)) is not None) == on_both


@pytest.mark.parametrize(("apart_px", "on_both"), [(22.0, True), (18.0, False)])
def test_feet_that_touch_are_not_told_from_one_foot(apart_px: float, on_both: bool) -> None:
    track = on_both_then_one()
    # Facing the camera the left ankle is on the right, 72 px from the other.
    towards = (72.0 - apart_px) / 2
    change = {"left_ankle": (-towards, 0.0), "right_ankle": (towards, 0.0)}
    assert (two_leg_tilt_of(changed_while_on_both(track, change)) is not None) == on_both


@pytest.mark.parametrize(("sway_px", "on_both"), [(4.0, True), (12.0, False)])
@pytest.mark.parametrize("foot", ["left_ankle", "right_ankle"])
def test_on_both_legs_the_feet_are_still(foot: str, sway_px: float, on_both: bool) -> None:
    track = on_both_then_one()
    xy, early = np.array(track.xy_px), track.time_s <= STOOD_S
    xy[early, track.index(foot), 0] += sway_px * np.sin(2 * np.pi * 2.0 * track.time_s[early])
    assert (two_leg_tilt_of(replace(track, xy_px=xy)) is not None) == on_both


@pytest.mark.parametrize(("hidden_from_s", "on_both"), [(0.6, True), (0.4, False)])
def test_standing_on_both_legs_lasts_for_half_a_second_at_least(hidden_from_s: float, on_both: bool) -> None:
    track = without(on_both_then_one(), "right_ankle", from_s=hidden_from_s, to_s=STOOD_S)
    assert (two_leg_tilt_of(track) is not None) == on_both


def test_the_landmarks_of_a_mirror_image_are_all_exchanged() -> None:
    (mirrored,) = to_frontal(STEP_DOWN, setup_of(STEP_DOWN, GivenSetup(mirrored=True, side=Side.RIGHT)))
    np.testing.assert_array_equal(np.abs(mirrored.knee), np.abs(STEP_DOWN.point("left_knee")))
    np.testing.assert_array_equal(np.abs(mirrored.toe), np.abs(STEP_DOWN.point("left_foot_index")))
    np.testing.assert_array_equal(np.abs(mirrored.swing_shoulder), np.abs(STEP_DOWN.point("right_shoulder")))
    assert "nose" in LANDMARKS
