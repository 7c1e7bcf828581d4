"""From the joint angles of one frame to joints in space.

The one unusual step: how far a knee falls inward is not given as a joint angle but as the angle it has **in
the picture**. With the ankle, the hip and the knee flexion fixed, the knee can only turn about the line from
ankle to hip (its swivel). That one angle is searched until the projected hip-knee-ankle angle is the wanted
one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from valgus.phantom.arrays import (
    FloatArray,
    Frame,
    blend_rotations,
    raise_left,
    tip_forward,
    turn_left,
    unit,
)
from valgus.phantom.body import Body
from valgus.phantom.camera import Camera
from valgus.phantom.pose import ArmPose, PoseTarget, Side

_SWIVEL_RANGE = (math.radians(-60.0), math.radians(80.0))
_LEAN_RANGE_DEG = (-45.0, 45.0)
_KNEE_GAP_M = 0.130
_FOOT_GAP_M = 0.125
_BALL_OF_FOOT_M = np.array([0.0, -0.075, 0.135])


class UnreachableTargetError(ValueError):
    """A pose asks for something that no turn of the limb can give."""


@dataclass(frozen=True)
class Leg:
    """One leg in space: its joints, where its knee and foot point."""

    hip_m: FloatArray
    knee_m: FloatArray
    ankle_m: FloatArray
    thigh_forward: FloatArray
    shank_forward: FloatArray
    foot: Frame


@dataclass(frozen=True)
class Arm:
    """One arm in space; `upper` and `lower` hold the axes of its two bones."""

    shoulder_m: FloatArray
    elbow_m: FloatArray
    wrist_m: FloatArray
    upper: FloatArray
    lower: FloatArray


@dataclass(frozen=True)
class Skeleton:
    """The whole athlete in one frame.

    Attributes
    ----------
    stance : Side
        The leg that stands.
    pelvis, thorax, head : Frame
        Pelvis: origin between the hip joint centres. Thorax: origin at the lumbar joint. Head: origin in the
        skull.
    neck_m : ndarray, shape (3,)
        Lower end of the neck.
    legs : dict of Side to Leg
        Both legs.
    arms : dict of Side to Arm
        Both arms.
    joints_m : dict of str to ndarray, shape (3,)
        Named points in the world: hip, knee, ankle, heel, toe, asis, shoulder, elbow, wrist, eye and ear with
        `_left` and `_right`, and nose, neck, mid_hip.
    """

    stance: Side
    pelvis: Frame
    thorax: Frame
    head: Frame
    neck_m: FloatArray
    legs: dict[Side, Leg]
    arms: dict[Side, Arm]
    joints_m: dict[str, FloatArray]


def solve_skeleton(target: PoseTarget, /, *, body: Body, camera: Camera) -> Skeleton:
    """Find the joints that meet a pose.

    Parameters
    ----------
    target : PoseTarget
        The pose.
    body : Body
        Lengths of the bones.
    camera : Camera
        Targets given in the picture hold in this camera made square on: a camera turned aside sees the same
        athlete, with the false angles that turning it aside brings.

    Raises
    ------
    UnreachableTargetError
        If the knee is too straight for the wanted projection angle.
    """
    view = camera.square_on()
    stance_leg = _solve_stance_leg(target, body, view)
    pelvis = _place_pelvis(target, body, stance_leg.hip_m)
    swing_leg = _solve_swing_leg(target, body, view, pelvis, stance_leg)
    thorax = _place_thorax(target, body, view, pelvis)
    neck, head = _place_head(target, body, thorax)
    legs = {target.stance: stance_leg, target.stance.other: swing_leg}
    arms = {side: _solve_arm(target.arms[side], body, thorax, side) for side in Side}
    joints = _name_joints(body, pelvis, head, neck, legs, arms)
    return Skeleton(target.stance, pelvis, thorax, head, neck, legs, arms, joints)


def frontal_angle_deg(
    hip_px: FloatArray, knee_px: FloatArray, ankle_px: FloatArray, /, *, medial_sign: int
) -> float:
    """Angle by which the knee leaves the straight line in the picture, positive for valgus (knee medial).

    Parameters
    ----------
    hip_px, knee_px, ankle_px : ndarray, shape (2,)
        Picture points, y down.
    medial_sign : int
        +1 where medial is to the right of the picture.
    """
    thigh, shank = knee_px - hip_px, ankle_px - knee_px
    cross = float(thigh[0] * shank[1] - thigh[1] * shank[0])
    return math.degrees(math.atan2(cross * medial_sign, float(thigh @ shank)))


def ankle_over_ball(
    ball_ground_m: FloatArray, /, *, pitch_deg: float, toe_out_deg: float, body: Body, side: Side
) -> FloatArray:
    """Ankle position of a foot that stands on its ball with the heel lifted by `pitch_deg`.

    `ball_ground_m` is where the ankle would be with the foot flat.
    """
    ball = _BALL_OF_FOOT_M * body.scale
    heading = turn_left(side.sign * toe_out_deg)
    return np.asarray(ball_ground_m + heading @ (ball - tip_forward(pitch_deg) @ ball))


def _solve_stance_leg(target: PoseTarget, body: Body, view: Camera) -> Leg:
    side = target.stance
    ankle = np.array(target.ankle_m)
    back, out = math.radians(target.leg_back_deg), math.radians(target.leg_out_deg)
    direction = unit([side.sign * math.tan(out), 1.0, -math.tan(back)])
    thigh, shank = body.thigh_m * body.scale, body.shank_m * body.scale
    hip = ankle + direction * _hip_to_ankle(thigh, shank, target.knee_flexion_deg)
    foot_axes = turn_left(side.sign * target.toe_out_deg) @ tip_forward(target.foot_pitch_deg)
    heading = turn_left(side.sign * target.toe_out_deg)[:, 2]
    knee, forward = _swivel_knee(hip, ankle, body, heading, side, view, target.fppa_deg)
    return Leg(hip, knee, ankle, forward, forward, Frame(ankle, foot_axes))


def _hip_to_ankle(thigh: float, shank: float, flexion_deg: float) -> float:
    return math.sqrt(thigh**2 + shank**2 + 2.0 * thigh * shank * math.cos(math.radians(flexion_deg)))


def _swivel_knee(
    hip: FloatArray,
    ankle: FloatArray,
    body: Body,
    heading: FloatArray,
    side: Side,
    view: Camera,
    fppa_deg: float,
) -> tuple[FloatArray, FloatArray]:
    """Turn the knee about the hip-ankle line until its projected angle is met; return place and direction."""
    place = _knee_circle(hip, ankle, body, heading, side)
    medial_sign = view.medial_sign(side)

    def miss(swivel: float) -> float:
        points, _ = view.project(np.stack([hip, place(swivel)[0], ankle]))
        return frontal_angle_deg(points[0], points[1], points[2], medial_sign=medial_sign) - fppa_deg

    return place(_root(miss, _SWIVEL_RANGE, f"{side.value} knee at {fppa_deg:.1f} deg"))


def _knee_circle(
    hip: FloatArray, ankle: FloatArray, body: Body, heading: FloatArray, side: Side
) -> Callable[[float], tuple[FloatArray, FloatArray]]:
    """Give place and direction of the knee at a swivel angle (radians, positive medial, 0 along the foot)."""
    thigh, shank = body.thigh_m * body.scale, body.shank_m * body.scale
    length = float(np.linalg.norm(hip - ankle))
    up = (hip - ankle) / length
    along = (shank**2 - thigh**2 + length**2) / (2.0 * length)
    radius = math.sqrt(max(shank**2 - along**2, 0.0))
    forward = unit(heading - up * float(heading @ up))
    medial = -side.sign * np.cross(up, forward)
    centre = ankle + up * along

    def place(swivel: float) -> tuple[FloatArray, FloatArray]:
        pointing = forward * math.cos(swivel) + medial * math.sin(swivel)
        return centre + pointing * radius, pointing

    return place


def _root(miss: Callable[[float], float], bounds: tuple[float, float], wanted: str) -> float:
    low, high = bounds
    if miss(low) > 0.0 or miss(high) < 0.0:
        raise UnreachableTargetError(f"no pose reaches the {wanted}: bend the joint further or ask for less")
    return float(brentq(miss, low, high, xtol=1e-7))


def _place_pelvis(target: PoseTarget, body: Body, stance_hip: FloatArray) -> Frame:
    sign = target.stance.sign
    axes = (
        turn_left(target.pelvic_turn_deg)
        @ raise_left(sign * target.pelvic_drop_deg)
        @ tip_forward(target.pelvic_tilt_deg)
    )
    half_width = body.hip_width_m * body.scale / 2.0
    return Frame(stance_hip - axes[:, 0] * sign * half_width, axes)


def _solve_swing_leg(target: PoseTarget, body: Body, view: Camera, pelvis: Frame, stance_leg: Leg) -> Leg:
    lifted = _lifted_leg(target, body, pelvis, stance_leg)
    if target.swing.planted <= 0.0:
        return lifted
    return _planted_leg(target, body, view, lifted)


def _lifted_leg(target: PoseTarget, body: Body, pelvis: Frame, stance_leg: Leg) -> Leg:
    """Leg in the air, spread as far as it takes not to touch the stance leg."""
    side, swing = target.stance.other, target.swing
    half_width = body.hip_width_m * body.scale / 2.0
    hip = pelvis.origin_m + pelvis.axes[:, 0] * side.sign * half_width
    abduction = swing.hip_abduction_deg
    for _ in range(4):
        leg = _hang_leg(target, body, hip, abduction)
        abduction += _missing_abduction_deg(leg, stance_leg, body, side)
    return leg


def _hang_leg(target: PoseTarget, body: Body, hip: FloatArray, abduction_deg: float) -> Leg:
    side, swing = target.stance.other, target.swing
    thigh_axes = (
        turn_left(target.pelvic_turn_deg)
        @ tip_forward(-swing.hip_flexion_deg)
        @ raise_left(side.sign * abduction_deg)
    )
    shank_axes = thigh_axes @ tip_forward(swing.knee_flexion_deg)
    foot_axes = shank_axes @ tip_forward(-swing.dorsiflexion_deg)
    knee = hip - thigh_axes[:, 1] * body.thigh_m * body.scale
    ankle = knee - shank_axes[:, 1] * body.shank_m * body.scale
    return Leg(hip, knee, ankle, thigh_axes[:, 2], shank_axes[:, 2], Frame(ankle, foot_axes))


def _missing_abduction_deg(leg: Leg, stance_leg: Leg, body: Body, side: Side) -> float:
    thickness = body.scale * body.girth
    knee_gap = side.sign * (leg.knee_m - stance_leg.knee_m)[0]
    foot_gap = side.sign * (leg.ankle_m - stance_leg.ankle_m)[0]
    reach_m = max(leg.hip_m[1] - leg.ankle_m[1], 0.2)
    spread = max(
        (_KNEE_GAP_M * thickness - knee_gap) / (body.thigh_m * body.scale),
        (_FOOT_GAP_M * body.scale - foot_gap) / reach_m,
        0.0,
    )
    return math.degrees(math.asin(min(spread, 0.6)))


def _planted_leg(target: PoseTarget, body: Body, view: Camera, lifted: Leg) -> Leg:
    """Leg with its foot on, or on the way to, the ground."""
    side, swing = target.stance.other, target.swing
    weight = swing.planted
    hip = lifted.hip_m
    ankle = (1.0 - weight) * lifted.ankle_m + weight * np.array(swing.planted_ankle_m)
    ankle = _within_reach(hip, ankle, body)
    heading = turn_left(side.sign * target.toe_out_deg)
    if weight >= 1.0:
        knee, forward = _swivel_knee(hip, ankle, body, heading[:, 2], side, view, swing.fppa_deg)
        return Leg(hip, knee, ankle, forward, forward, Frame(ankle, heading))
    pointing = unit((1.0 - weight) * lifted.thigh_forward + weight * heading[:, 2])
    knee, forward = _knee_circle(hip, ankle, body, pointing, side)(0.0)
    foot_axes = blend_rotations(lifted.foot.axes, heading, weight)
    return Leg(hip, knee, ankle, forward, forward, Frame(ankle, foot_axes))


def _within_reach(hip: FloatArray, ankle: FloatArray, body: Body) -> FloatArray:
    longest = body.leg_length_m * 0.9995
    distance = float(np.linalg.norm(ankle - hip))
    return ankle if distance <= longest else hip + (ankle - hip) * (longest / distance)


def _place_thorax(target: PoseTarget, body: Body, view: Camera, pelvis: Frame) -> Frame:
    """Lean the trunk until the line from hips to shoulders has the wanted inclination in the picture."""
    lumbar = pelvis.to_world(np.array([0.0, 0.10, -0.012]) * body.scale)
    toward_stance = -view.medial_sign(target.stance)

    def lean(angle_deg: float) -> Frame:
        axes = (
            turn_left(target.trunk_turn_deg)
            @ raise_left(-target.stance.sign * angle_deg)
            @ tip_forward(target.trunk_bend_deg)
        )
        return Frame(lumbar, axes)

    def miss(angle_deg: float) -> float:
        points, _ = view.project(np.stack([pelvis.origin_m, _mid_shoulder(lean(angle_deg), body)]))
        return inclination_deg(points[0], points[1], toward_sign=toward_stance) - target.trunk_lean_deg

    return lean(_root(miss, _LEAN_RANGE_DEG, f"trunk lean of {target.trunk_lean_deg:.1f} deg"))


def inclination_deg(low_px: FloatArray, high_px: FloatArray, /, *, toward_sign: int) -> float:
    """Inclination of a line from the picture's vertical, positive to the right times `toward_sign`."""
    across, up = high_px[0] - low_px[0], low_px[1] - high_px[1]
    return math.degrees(math.atan2(float(across) * toward_sign, float(up)))


def _shoulder_in_thorax(body: Body, side: Side) -> FloatArray:
    return np.array([side.sign * body.shoulder_width_m / 2.0, 0.395, -0.012]) * body.scale


def _mid_shoulder(thorax: Frame, body: Body) -> FloatArray:
    return thorax.to_world(np.array([0.0, 0.395, -0.012]) * body.scale)


def _place_head(target: PoseTarget, body: Body, thorax: Frame) -> tuple[FloatArray, Frame]:
    """Place neck and head; the head rights itself against most of the trunk's bend and lean."""
    righting = tip_forward(-0.75 * target.trunk_bend_deg) @ raise_left(
        0.6 * target.stance.sign * target.trunk_lean_deg
    )
    axes = thorax.axes @ righting @ turn_left(target.head_turn_deg) @ tip_forward(target.head_nod_deg)
    neck = thorax.to_world(np.array([0.0, 0.450, -0.020]) * body.scale)
    top_of_neck = thorax.to_world(np.array([0.0, 0.500, -0.020]) * body.scale)
    return neck, Frame(top_of_neck + axes @ np.array([0.0, 0.105, 0.022]) * body.scale, axes)


def _solve_arm(pose: ArmPose, body: Body, thorax: Frame, side: Side) -> Arm:
    shoulder = thorax.to_world(_shoulder_in_thorax(body, side))
    upper = thorax.axes @ tip_forward(-pose.flexion_deg) @ raise_left(side.sign * pose.abduction_deg)
    lower = upper @ turn_left(side.sign * pose.twist_deg) @ tip_forward(-pose.elbow_deg)
    elbow = shoulder - upper[:, 1] * 0.30 * body.scale
    wrist = elbow - lower[:, 1] * 0.25 * body.scale
    return Arm(shoulder, elbow, wrist, upper, lower)


def _name_joints(
    body: Body, pelvis: Frame, head: Frame, neck: FloatArray, legs: dict[Side, Leg], arms: dict[Side, Arm]
) -> dict[str, FloatArray]:
    joints = {
        "mid_hip": pelvis.origin_m,
        "neck": neck,
        "nose": head.to_world(np.array([0.0, -0.030, 0.108]) * body.scale),
    }
    for side in Side:
        for name, point in _named_on_side(body, pelvis, head, legs[side], arms[side], side).items():
            joints[f"{name}_{side.value}"] = point
    return joints


def _named_on_side(
    body: Body, pelvis: Frame, head: Frame, leg: Leg, arm: Arm, side: Side
) -> dict[str, FloatArray]:
    scale, sign = body.scale, side.sign
    asis = np.array([sign * body.asis_half_width_m, body.asis_up_m, body.asis_forward_m]) * scale
    return {
        "hip": leg.hip_m,
        "knee": leg.knee_m,
        "ankle": leg.ankle_m,
        "heel": leg.foot.to_world(np.array([0.0, -0.050, -0.055]) * scale),
        "toe": leg.foot.to_world(np.array([0.0, -0.055, 0.165]) * scale),
        "asis": pelvis.to_world(asis),
        "shoulder": arm.shoulder_m,
        "elbow": arm.elbow_m,
        "wrist": arm.wrist_m,
        "eye": head.to_world(np.array([sign * 0.031, 0.006, 0.090]) * scale),
        "ear": head.to_world(np.array([sign * 0.076, -0.008, -0.008]) * scale),
    }
