"""The athlete's body, dressed: from a skeleton to primitives.

Shapes are written in metres for a body of 1.75 m. Lengths grow with the body's height, thicknesses also with
its girth.
"""

from __future__ import annotations

import math

import numpy as np

from valgus.phantom.arrays import FloatArray, Frame, turn_left, unit
from valgus.phantom.body import Body
from valgus.phantom.pose import Side
from valgus.phantom.primitives import Finish, Group, Material, Paint, PrimitiveList, Taper
from valgus.phantom.skeleton import Arm, Leg, Skeleton

_SKIN = Finish(Group.SKIN, Material.SKIN, Paint.SKIN)
_FACE = Finish(Group.SKIN, Material.FACE, Paint.SKIN, blend_m=0.02)
_SHIRT = Finish(Group.SHIRT, Material.TRUNK_CLOTH, Paint.SHIRT, blend_m=0.06)
_SHIRT_TAIL = Finish(Group.SHIRT, Material.PELVIS_CLOTH, Paint.SHIRT, blend_m=0.06)
_HAIR = Finish(Group.HAIR, Material.HAIR, Paint.HAIR, blend_m=0.02)


def build_figure(body: Body, skeleton: Skeleton, /) -> PrimitiveList:
    """Dress a skeleton.

    Returns
    -------
    PrimitiveList
        Everything that is drawn of the athlete, in the world.
    """
    parts = PrimitiveList()
    for side in Side:
        _add_leg(parts, body, skeleton, side)
        _add_shoe(parts, body, skeleton.legs[side].foot, side)
        _add_arm(parts, body, skeleton.arms[side], side)
    _add_hips(parts, body, skeleton.pelvis)
    _add_torso(parts, body, skeleton)
    _add_head(parts, body, skeleton)
    if body.hair != "bald":
        _add_hair(parts, body, skeleton.head)
    return parts


# ------------------------------------------------------------------------------------------------------- legs


def _add_leg(parts: PrimitiveList, body: Body, skeleton: Skeleton, side: Side) -> None:
    leg = skeleton.legs[side]
    lateral = skeleton.pelvis.axes[:, 0] * side.sign
    _add_thigh(parts, body, leg, lateral, side)
    _add_knee(parts, body, leg, side)
    _add_shank(parts, body, leg, lateral, side)
    _add_sock(parts, body, leg, side)
    if body.clothing.knee_sleeve == side.value:
        _add_knee_sleeve(parts, body, leg)
    if body.clothing.legwear == "shorts":
        _add_shorts_leg(parts, body, leg, lateral)
    else:
        _add_tights_top(parts, body, leg)


def _thigh_finish(body: Body, side: Side, blend_m: float = 0.03) -> Finish:
    group = Group.LEG_LEFT if side is Side.LEFT else Group.LEG_RIGHT
    if body.clothing.legwear == "shorts":
        return Finish(group, Material.SKIN, Paint.SKIN, blend_m)
    return Finish(group, Material.TIGHT_CLOTH, Paint.LEGGINGS, blend_m)


def _shank_finish(body: Body, side: Side, blend_m: float = 0.03) -> Finish:
    group = Group.LEG_LEFT if side is Side.LEFT else Group.LEG_RIGHT
    if body.clothing.legwear == "leggings":
        return Finish(group, Material.TIGHT_CLOTH, Paint.LEGGINGS, blend_m)
    return Finish(group, Material.SKIN, Paint.SKIN, blend_m)


def _add_thigh(parts: PrimitiveList, body: Body, leg: Leg, lateral: FloatArray, side: Side) -> None:
    thick, forward = body.girth * body.scale, leg.thigh_forward
    hips = body.pelvis_girth
    down = leg.knee_m - leg.hip_m
    root = leg.hip_m - unit(down) * -0.006 * body.scale
    core = Taper(0.082 * hips, 0.079, 0.050, middle=0.42).scaled(thick)
    parts.limb(root, leg.knee_m, core, _thigh_finish(body, side), forward=forward)
    front_high = leg.hip_m + 0.24 * down + forward * 0.019 * thick
    front_low = leg.hip_m + 0.80 * down + forward * 0.012 * thick + lateral * 0.011 * thick
    quadriceps = Taper(0.050, 0.058, 0.036).scaled(thick)
    parts.limb(front_high, front_low, quadriceps, _thigh_finish(body, side, 0.04), forward=forward)
    inner_high = leg.hip_m + 0.48 * down - lateral * 0.020 * thick
    inner_low = leg.hip_m + 0.88 * down - lateral * 0.021 * thick + forward * 0.008 * thick
    vastus = Taper(0.040, 0.048, 0.030).scaled(thick)
    parts.limb(inner_high, inner_low, vastus, _thigh_finish(body, side), forward=forward)


def _add_knee(parts: PrimitiveList, body: Body, leg: Leg, side: Side) -> None:
    thick, forward = body.girth * body.scale, leg.thigh_forward
    finish = _thigh_finish(body, side)
    around = Frame(leg.knee_m, np.eye(3))
    parts.ball(around, (0.0, 0.0, 0.0), np.full(3, 0.050 * thick), finish)
    downward = unit(unit(leg.knee_m - leg.hip_m) + unit(leg.ankle_m - leg.knee_m))
    kneecap = leg.knee_m + forward * 0.034 * thick
    taper = Taper(0.021, 0.024, 0.020).scaled(thick)
    parts.limb(
        kneecap - downward * 0.020 * thick,
        kneecap + downward * 0.016 * thick,
        taper,
        _thigh_finish(body, side, 0.025),
        forward=forward,
    )


def _add_shank(parts: PrimitiveList, body: Body, leg: Leg, lateral: FloatArray, side: Side) -> None:
    thick, long, forward = body.girth * body.scale, body.scale, leg.shank_forward
    down = unit(leg.ankle_m - leg.knee_m)
    finish, soft = _shank_finish(body, side), _shank_finish(body, side, 0.04)
    parts.limb(
        leg.knee_m,
        leg.ankle_m,
        Taper(0.049, 0.053, 0.033, middle=0.30).scaled(thick),
        finish,
        forward=forward,
    )
    for sideways, reach in ((0.016, 0.21), (-0.013, 0.24)):
        high = leg.knee_m + down * 0.06 * long - forward * 0.021 * thick + lateral * sideways * thick
        low = leg.knee_m + down * reach * long - forward * 0.013 * thick + lateral * sideways * 0.4 * thick
        calf = Taper(0.033, 0.041, 0.026, middle=0.45).scaled(thick)
        parts.limb(high, low, calf, soft, forward=forward)
    shin_high = leg.knee_m + down * 0.05 * long + forward * 0.020 * thick
    shin_low = leg.ankle_m - down * 0.05 * long + forward * 0.010 * thick
    parts.limb(shin_high, shin_low, Taper(0.026, 0.026, 0.018).scaled(thick), finish, forward=forward)
    for sideways in (-0.026, 0.026):
        malleolus = (sideways * thick, 0.005 * long, 0.0)
        parts.ball(leg.foot, malleolus, np.full(3, 0.014 * thick), _shank_finish(body, side, 0.02))


def _add_sock(parts: PrimitiveList, body: Body, leg: Leg, side: Side) -> None:
    is_left = side is Side.LEFT
    height = (body.clothing.sock_left_m if is_left else body.clothing.sock_right_m) * body.scale
    finish = Finish(Group.SOCKS, Material.TIGHT_CLOTH, Paint.SOCK_LEFT if is_left else Paint.SOCK_RIGHT, 0.02)
    down = unit(leg.ankle_m - leg.knee_m)
    top = leg.ankle_m - down * height
    calf_share = min(max(height - 0.10, 0.0) / 0.15, 1.0)
    taper = Taper(0.042, 0.042, 0.043 + 0.016 * calf_share).scaled(body.girth * body.scale)
    parts.limb(
        leg.ankle_m + down * 0.02 * body.scale,
        top,
        taper,
        finish,
        forward=leg.shank_forward,
        open_end=True,
        tag="sock",
    )


def _add_knee_sleeve(parts: PrimitiveList, body: Body, leg: Leg) -> None:
    thick = body.girth * body.scale
    finish = Finish(Group.KNEE_SLEEVE, Material.TIGHT_CLOTH, Paint.KNEE_SLEEVE, 0.03)
    above = leg.knee_m + (leg.hip_m - leg.knee_m) * 0.26
    below = leg.knee_m + (leg.ankle_m - leg.knee_m) * 0.24
    knee = leg.knee_m + leg.thigh_forward * 0.012 * thick
    for end, radius in ((above, 0.073), (below, 0.064)):
        taper = Taper(0.056, 0.060, radius).scaled(thick)
        parts.limb(knee, end, taper, finish, forward=leg.thigh_forward, open_end=True)


def _add_shorts_leg(parts: PrimitiveList, body: Body, leg: Leg, lateral: FloatArray) -> None:
    thick = body.girth * body.scale * body.pelvis_girth
    hem = leg.hip_m + (leg.knee_m - leg.hip_m) * body.clothing.shorts_length + lateral * 0.004 * body.scale
    finish = Finish(Group.SHORTS, Material.PELVIS_CLOTH, Paint.SHORTS)
    taper = Taper(0.087, 0.092, 0.099).scaled(thick)
    parts.limb(leg.hip_m, hem, taper, finish, forward=leg.thigh_forward, open_end=True)


def _add_tights_top(parts: PrimitiveList, body: Body, leg: Leg) -> None:
    """Let the pelvis run into the thighs; the lower end lies under the thigh's surface."""
    taper = Taper(0.084 * body.pelvis_girth, 0.081, 0.066).scaled(body.girth * body.scale)
    below = leg.hip_m + (leg.knee_m - leg.hip_m) * 0.40
    parts.limb(leg.hip_m, below, taper, _hip_cloth(body, 0.06), forward=leg.thigh_forward)


def _add_shoe(parts: PrimitiveList, body: Body, foot: Frame, side: Side) -> None:
    """Add a sports shoe: three melted lumps and a flat sole whose lower face is the ground's height."""
    is_left = side is Side.LEFT
    group = Group.SHOE_LEFT if is_left else Group.SHOE_RIGHT
    upper = Finish(group, Material.LEATHER, Paint.SHOE_LEFT if is_left else Paint.SHOE_RIGHT)
    sole = Finish(group, Material.LEATHER, Paint.SOLE, 0.006)
    lumps = (
        ((-0.035, -0.040), (-0.034, 0.115), Taper(0.036, 0.037, 0.043, deep=0.91), upper),
        ((-0.039, 0.085), (-0.041, 0.150), Taper(0.043, 0.044, 0.034, deep=0.74), upper),
        ((-0.012, -0.018), (-0.034, 0.070), Taper(0.036, 0.040, 0.036), upper.blended(0.04)),
        ((-0.062, -0.036), (-0.062, 0.145), Taper(0.041, 0.042, 0.046, deep=0.32), sole),
    )
    for heel, toe, taper, finish in lumps:
        start, end = np.array([0.0, *heel]) * body.scale, np.array([0.0, *toe]) * body.scale
        parts.limb_in(foot, start, end, taper.scaled(body.scale), finish, forward=(0, 1, 0), tag="shoe")


# ------------------------------------------------------------------------------------------------------ trunk


def _hip_cloth(body: Body, blend_m: float = 0.05) -> Finish:
    paint = Paint.SHORTS if body.clothing.legwear == "shorts" else Paint.LEGGINGS
    return Finish(Group.SHORTS, Material.PELVIS_CLOTH, paint, blend_m)


def _add_hips(parts: PrimitiveList, body: Body, pelvis: Frame) -> None:
    """Pelvis and buttocks, under the waistband."""
    size, thick = body.scale, body.girth * body.scale
    wide = thick * body.pelvis_girth
    finish = _hip_cloth(body)
    girdle = Taper(0.150, 0.156, 0.144, middle=0.4, deep=0.715).scaled(wide)
    parts.limb_in(
        pelvis,
        np.array([0, -0.020, -0.005]) * size,
        np.array([0, 0.115, -0.005]) * size,
        girdle,
        finish,
        cut_at_m=0.123 * size,
    )
    parts.ball(pelvis, np.array([0, -0.045, 0.015]) * size, np.array([0.085, 0.060, 0.075]) * thick, finish)
    for side in Side:
        buttock = np.array([side.sign * 0.070 * body.pelvis_girth, -0.035, -0.055]) * size
        parts.ball(pelvis, buttock, np.array([0.084 * body.pelvis_girth, 0.095, 0.080]) * thick, finish)


def _add_torso(parts: PrimitiveList, body: Body, skeleton: Skeleton) -> None:
    size, chest = body.scale, body.girth * body.chest_girth * body.scale
    waist = 0.112 if body.sex == "f" else 0.128
    _add_shirt_tail(parts, body, skeleton.pelvis, waist)
    thorax = skeleton.thorax

    def barrel(low: float, high: float, taper: Taper) -> None:
        start, end = np.array([0, low, -0.002]) * size, np.array([0, high, -0.010]) * size
        parts.limb_in(thorax, start, end, taper.scaled(chest), _SHIRT)

    barrel(-0.01, 0.16, Taper(waist, waist + 0.004, 0.140, deep=0.75))
    barrel(0.12, 0.315, Taper(0.136, 0.151, 0.118, middle=0.55, deep=0.73))
    _add_shoulders(parts, body, thorax, chest)
    for side in Side:
        bust = (side.sign * 0.072, 0.235, 0.085) if body.sex == "f" else (side.sign * 0.072, 0.285, 0.060)
        radii = (0.066, 0.064, 0.058) if body.sex == "f" else (0.080, 0.060, 0.030)
        parts.ball(thorax, np.array(bust) * size, np.array(radii) * chest, _SHIRT.blended(0.05))


def _add_shirt_tail(parts: PrimitiveList, body: Body, pelvis: Frame, waist: float) -> None:
    """Add what of the shirt follows the pelvis: tucked in, or hanging over the waistband."""
    size, thick = body.scale, body.girth * body.scale
    loose = body.clothing.loose_shirt
    hips = 0.5 + 0.5 * body.pelvis_girth
    end_radius = 0.187 * body.pelvis_girth if loose else 0.138 * body.pelvis_girth
    taper = Taper(
        waist * 1.03, (0.150 if loose else 0.138) * hips, end_radius, middle=0.45, deep=0.705
    ).scaled(thick)
    hem = 0.150 - body.clothing.shirt_hem_m if loose else 0.090
    parts.limb_in(
        pelvis, np.array([0, 0.150, 0.0]) * size, np.zeros(3), taper, _SHIRT_TAIL, cut_at_m=hem * size
    )


def _add_shoulders(parts: PrimitiveList, body: Body, thorax: Frame, chest: float) -> None:
    size, half = body.scale, body.shoulder_width_m / 2.0
    left, right = np.array([half - 0.03, 0.375, -0.018]) * size, np.array([0.03 - half, 0.375, -0.018]) * size
    parts.limb_in(thorax, right, left, Taper(0.056, 0.070, 0.056).scaled(chest), _SHIRT)
    for side in Side:
        ribs, armpit = np.array([0.085, 0.190, -0.012]) * size, np.array([half - 0.060, 0.345, -0.018]) * size
        mirror = np.array([side.sign, 1.0, 1.0])
        parts.limb_in(
            thorax, ribs * mirror, armpit * mirror, Taper(0.052, 0.060, 0.048).scaled(chest), _SHIRT
        )
        shoulder = np.array([side.sign * (half - 0.035), 0.405, -0.022]) * size
        collar = np.array([side.sign * 0.040, 0.460, -0.024]) * size
        parts.limb_in(
            thorax,
            shoulder,
            collar,
            Taper(0.040, 0.043, 0.030).scaled(chest),
            _SHIRT.blended(0.05),
        )


# ------------------------------------------------------------------------------------------------------- arms


def _add_arm(parts: PrimitiveList, body: Body, arm: Arm, side: Side) -> None:
    thick = body.girth * body.scale * (0.86 if body.sex == "f" else 1.0)
    down = arm.elbow_m - arm.shoulder_m
    forward = arm.upper[:, 2]
    upper = Taper(0.050, 0.046, 0.036, middle=0.35).scaled(thick)
    parts.limb(arm.shoulder_m, arm.elbow_m, upper, _skin(0.025), forward=forward)
    biceps_high = arm.shoulder_m + 0.30 * down + forward * 0.010 * thick
    biceps_low = arm.shoulder_m + 0.85 * down + forward * 0.008 * thick
    parts.limb(biceps_high, biceps_low, Taper(0.034, 0.037, 0.026).scaled(thick), _SKIN, forward=forward)
    parts.ball(Frame(arm.elbow_m, np.eye(3)), np.zeros(3), np.full(3, 0.036 * thick), _skin(0.025))
    forearm = Taper(0.037, 0.043, 0.026, middle=0.25).scaled(thick)
    parts.limb(arm.elbow_m, arm.wrist_m, forearm, _skin(0.025), forward=arm.lower[:, 2])
    _add_hand(parts, body, arm, side)
    _add_sleeve(parts, body, arm, thick)


def _skin(blend_m: float) -> Finish:
    return Finish(Group.SKIN, Material.SKIN, Paint.SKIN, blend_m)


def _add_hand(parts: PrimitiveList, body: Body, arm: Arm, side: Side) -> None:
    """Add a relaxed hand: palm, four fingers of two bones, thumb."""
    hand, size = Frame(arm.wrist_m, arm.lower), body.scale * (0.92 if body.sex == "f" else 1.0)
    inward = -side.sign

    def bone(start: FloatArray, end: FloatArray, taper: Taper, blend_m: float) -> None:
        parts.limb_in(hand, start * size, end * size, taper.scaled(size), _skin(blend_m))

    palm = Taper(0.026, 0.036, 0.037, wide=0.5)
    bone(np.zeros(3), np.array([inward * 0.004, -0.075, 0.002]), palm, 0.02)
    for forward, length in ((0.027, 0.072), (0.009, 0.080), (-0.009, 0.076), (-0.026, 0.060)):
        knuckle = np.array([inward * 0.004, -0.088, forward])
        middle = knuckle + 0.5 * length * np.array([inward * math.sin(0.35), -math.cos(0.35), 0.12 * forward])
        tip = middle + 0.5 * length * np.array([inward * math.sin(0.75), -math.cos(0.75), 0.0])
        bone(knuckle, middle, Taper(0.0095, 0.0092, 0.0088), 0.008)
        bone(middle, tip, Taper(0.0088, 0.0084, 0.0072), 0.006)
    thumb = np.array([[0.004, -0.022, 0.026], [0.012, -0.062, 0.054], [0.016, -0.092, 0.060]]) * [
        inward,
        1.0,
        1.0,
    ]
    bone(thumb[0], thumb[1], Taper(0.013, 0.012, 0.010), 0.014)
    bone(thumb[1], thumb[2], Taper(0.010, 0.0095, 0.0078), 0.008)


def _add_sleeve(parts: PrimitiveList, body: Body, arm: Arm, thick: float) -> None:
    length = body.clothing.sleeve_length
    forward = arm.upper[:, 2]
    cloth = _SHIRT.blended(0.05)
    if length <= 0.05:
        parts.ball(Frame(arm.shoulder_m, np.eye(3)), np.zeros(3), np.full(3, 0.055 * thick), _skin(0.04))
        return
    end = arm.shoulder_m + (arm.elbow_m - arm.shoulder_m) * min(length, 1.0)
    cuff = 0.058 if length < 0.9 else 0.045
    taper = Taper(0.060, 0.058, cuff).scaled(thick)
    parts.limb(arm.shoulder_m, end, taper, cloth, forward=forward, open_end=True)
    if length > 1.0:
        wrist = arm.elbow_m + (arm.wrist_m - arm.elbow_m) * 0.97 * (length - 1.0)
        lower = Taper(0.046, 0.050, 0.034, middle=0.25).scaled(thick)
        parts.limb(arm.elbow_m, wrist, lower, cloth, forward=arm.lower[:, 2], open_end=True)


# ------------------------------------------------------------------------------------------------------- head

_CRANIUM = ((0, 0.030, -0.012), (0.077, 0.088, 0.096), 0.02)
_FACE_FRONT = ((0, -0.038, 0.020), (0.063, 0.074, 0.068), 0.04)
_CHIN = ((0, -0.088, 0.052), (0.024, 0.020, 0.022), 0.03)
_CHEEK = ((0.042, -0.022, 0.060), (0.022, 0.018, 0.018), 0.03)
_JAW = ((0.052, -0.062, 0.012), (0.014, 0.026, 0.026), 0.03)
_NOSTRIL = ((0.011, -0.036, 0.090), (0.0085, 0.0075, 0.010), 0.010)


def _add_head(parts: PrimitiveList, body: Body, skeleton: Skeleton) -> None:
    head, size = skeleton.head, body.scale
    neck = 0.049 if body.sex == "f" else 0.056
    low = skeleton.neck_m - skeleton.thorax.axes[:, 1] * 0.03 * size
    high = head.to_world(np.array([0, -0.055, -0.018]) * size)
    taper = Taper(neck + 0.006, neck, neck).scaled(body.girth * size)
    parts.limb(low, high, taper, _SKIN, forward=skeleton.thorax.axes[:, 2])

    def lump(centre: tuple[float, ...], radii: tuple[float, ...], blend_m: float) -> None:
        parts.ball(head, np.array(centre) * size, np.array(radii) * size, _FACE.blended(blend_m))

    for shape in (_CRANIUM, _FACE_FRONT, _CHIN):
        lump(*shape)
    for (x, y, z), radii, blend_m in (_CHEEK, _JAW, _NOSTRIL):
        for side in Side:
            lump((side.sign * x, y, z), radii, blend_m)
    _add_face_ridges(parts, head, size)
    for side in Side:
        ear = np.array([side.sign * 0.076, -0.008, -0.010]) * size
        lobe = np.array([0.009, 0.030, 0.018]) * size
        parts.ball(head, ear, lobe, _FACE.blended(0.006), turned=turn_left(side.sign * 25.0))


def _add_face_ridges(parts: PrimitiveList, head: Frame, size: float) -> None:
    """Nose, brow and lips: short limbs on the front of the skull."""
    ridges = (
        ((0, 0.010, 0.082), (0, -0.034, 0.099), Taper(0.0075, 0.009, 0.0125), 0.012),
        ((-0.036, 0.024, 0.070), (0.036, 0.024, 0.070), Taper(0.011, 0.014, 0.011), 0.02),
        ((-0.014, -0.061, 0.0835), (0.014, -0.061, 0.0835), Taper(0.004, 0.0055, 0.004), 0.008),
        ((-0.012, -0.071, 0.0815), (0.012, -0.071, 0.0815), Taper(0.004, 0.0065, 0.004), 0.008),
    )
    for start, end, taper, blend_m in ridges:
        finish = _FACE.blended(blend_m)
        parts.limb_in(head, np.array(start) * size, np.array(end) * size, taper.scaled(size), finish)


def _add_hair(parts: PrimitiveList, body: Body, head: Frame) -> None:
    size = body.scale
    _add_hair_cap(parts, head, size)
    _add_fringe(parts, head, size)
    if body.hair in ("bun", "tail"):
        parts.ball(head, np.array([0, 0.075, -0.105]) * size, np.full(3, 0.036) * size, _HAIR)
    if body.hair == "tail":
        start, end = np.array([0, 0.06, -0.12]) * size, np.array([0, -0.14, -0.13]) * size
        parts.limb_in(head, start, end, Taper(0.030, 0.034, 0.015).scaled(size), _HAIR)
    if body.hair == "long":
        _add_long_hair(parts, head, size)


def _add_hair_cap(parts: PrimitiveList, head: Frame, size: float) -> None:
    centre = np.array([0, 0.036, -0.016])
    away_from_face = unit([0, -0.62, 0.78])
    offset = float(away_from_face @ (np.array([0, 0.058, 0.070]) - centre))
    parts.ball(
        head,
        centre * size,
        np.array([0.0815, 0.092, 0.099]) * size,
        _HAIR,
        cut=(away_from_face, offset * size),
    )
    for side in Side:
        temple = np.array([side.sign * 0.0745, 0.030, 0.012]) * size
        nape = np.array([side.sign * 0.074, 0.010, -0.040]) * size
        parts.ball(head, temple, np.array([0.008, 0.026, 0.022]) * size, _HAIR.blended(0.012))
        parts.ball(head, nape, np.array([0.012, 0.042, 0.030]) * size, _HAIR)


def _add_fringe(parts: PrimitiveList, head: Frame, size: float) -> None:
    """Tufts along the hairline and some height on top, always the same irregular ones."""
    rng = np.random.default_rng(5)
    finish = _HAIR.blended(0.014)
    for turn in np.linspace(-1.25, 1.25, 13):
        x, y = 0.066 * math.sin(turn), 0.066 + 0.022 * math.cos(turn) + 0.003 * rng.normal()
        bulge = max(1.0 - (x / 0.080) ** 2 - ((y - 0.032) / 0.090) ** 2, 0.0)
        z = -0.022 + 0.097 * math.sqrt(bulge)
        radius = 0.015 + 0.002 * rng.normal()
        parts.ball(head, np.array([x, y, z]) * size, np.array([radius, 0.014, 0.014]) * size, finish)
    for _ in range(8):
        x, z = 0.05 * rng.uniform(-1, 1), rng.uniform(-0.07, 0.055)
        y = 0.108 - 12.0 * x * x - 7.1 * z * z
        parts.ball(head, np.array([x, y, z - 0.012]) * size, np.array([0.026, 0.015, 0.030]) * size, _HAIR)


def _add_long_hair(parts: PrimitiveList, head: Frame, size: float) -> None:
    finish = _HAIR.blended(0.03)
    for side in Side:
        start, end = np.array([side.sign * 0.066, 0.03, -0.02]), np.array([side.sign * 0.075, -0.13, -0.03])
        parts.limb_in(head, start * size, end * size, Taper(0.028, 0.032, 0.022).scaled(size), finish)
    start, end = np.array([0, 0.0, -0.075]) * size, np.array([0, -0.15, -0.06]) * size
    parts.limb_in(head, start, end, Taper(0.06, 0.07, 0.05).scaled(size), finish)
