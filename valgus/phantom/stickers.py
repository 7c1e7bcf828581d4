"""Round stickers on the athlete's hip bones, and what can go wrong with them.

A sticker sits on the cloth in front of the bone, where the athlete stands; from there on it moves with the
pelvis as if it were glued to it, unless a mishap says otherwise. The truth of a clip is that of the bone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from valgus.phantom.arrays import Float32Array, FloatArray, unit
from valgus.phantom.body import Body
from valgus.phantom.distance import figure_distance
from valgus.phantom.figure import build_figure
from valgus.phantom.look import Colours, Rgb, linear
from valgus.phantom.pose import Side
from valgus.phantom.primitives import Group
from valgus.phantom.skeleton import Skeleton

#: Screen colours of printed paper or vinyl in plain light.
COLOURS: dict[str, Rgb] = {
    "magenta": (214, 32, 132),
    "lime": (150, 214, 40),
    "white": (236, 236, 232),
    "black": (22, 22, 24),
}
#: Columns of a decal: 0 disc or 1 patch; centre in the pelvis, m; half-width, half-height, m; linear colour;
#: where a disc faces.
DECAL_COLUMNS = 12
#: Raised when stickers are drawn otherwise, so that clips with them are rendered again.
STICKER_VERSION = 2
_DISC, _PATCH = 0.0, 1.0
#: Stance leg this much shorter than straight is the lowest point of a usual repetition.
_FULL_DEPTH = 0.13
_CLOTH = (Group.SHIRT, Group.SHORTS, Group.LEG_LEFT, Group.LEG_RIGHT)
_MARCH_STEPS = 24
#: Middle of a logo of the same colour, from the bone, m.
LOGO_FROM_BONE_M = (0.012, -0.075, 0.0)


class Mishap(str, Enum):
    """What goes wrong with the stickers; all but the last two happen to one of them."""

    NONE = "none"
    HEM = "hem"
    HAND = "hand"
    SLIP = "slip"
    FALLS_OFF = "falls-off"
    MISSING = "missing"
    ON_SHIRT = "on-shirt"
    LOOK_ALIKES = "look-alikes"


@dataclass(frozen=True)
class Stickers:
    """A pair of stickers, one on each anterior superior iliac spine.

    Attributes
    ----------
    colour : str
        'magenta', 'lime', 'white' or 'black'.
    diameter_m : float
        Of both.
    mishap : Mishap
        Hem: the shirt comes down over the upper part as the athlete goes down. Hand: passes over it half-way
        down. Slip: the cloth moves down by `slip_m` at the lowest point. Falls off: gone from `falls_off_s`
        on. Missing: never there. On shirt: both sit on the shirt and move with the chest. Look-alikes: two
        logos of the same colour and size on the shorts.
    on : Side
        The sticker that it happens to.
    slip_m : float
        How far the cloth slips.
    falls_off_s : float
        When the sticker falls off.
    """

    colour: str = "magenta"
    diameter_m: float = 0.028
    mishap: Mishap = Mishap.NONE
    on: Side = Side.LEFT
    slip_m: float = 0.012
    falls_off_s: float = 3.0

    def __post_init__(self) -> None:
        """Refuse an unknown colour."""
        if self.colour not in COLOURS:
            raise ValueError(f"a sticker is {', '.join(COLOURS)}, not {self.colour!r}")


@dataclass(frozen=True, eq=False)
class _Place:
    """Centre of a sticker in the pelvis, m, and the direction it faces there; shape (3,) each."""

    centre_m: FloatArray
    faces: FloatArray


class WornStickers:
    """Stickers on one body: where they are in every frame.

    Parameters
    ----------
    stickers : Stickers
        Which, and what happens to them.
    body : Body
        Who wears them.
    colours : Colours
        What covers them: shirt and skin.
    standing : Skeleton
        The athlete at the moment when they are stuck on.
    fps : int
        Frames per second of the clip.
    """

    def __init__(
        self, stickers: Stickers, body: Body, colours: Colours, standing: Skeleton, *, fps: int
    ) -> None:
        self._stickers, self._body, self._colours, self._fps = stickers, body, colours, fps
        primitives, _ = build_figure(body, standing).packed()
        self._stuck = {side: _on_cloth(_bone(body, side), standing, primitives) for side in Side}
        self._lumbar_m = standing.pelvis.to_local(standing.thorax.origin_m)
        self._below = {
            side: _on_cloth(_bone(body, side) + np.array(LOGO_FROM_BONE_M) * body.scale, standing, primitives)
            for side in Side
        }

    def centres_m(self, skeleton: Skeleton) -> dict[Side, FloatArray]:
        """Return the centre of each sticker in the pelvis, shape (3,)."""
        return {side: self._place(side, skeleton).centre_m for side in Side}

    def decals(self, skeleton: Skeleton, *, frame: int) -> Float32Array:
        """Return what is painted on the pelvis in a frame, in order, shape (n, `DECAL_COLUMNS`)."""
        places = {side: self._place(side, skeleton) for side in Side}
        rows = [self._disc(place) for side, place in places.items() if self._is_worn(side, frame)]
        rows += self._cover(places[self._stickers.on].centre_m, _depth_of(skeleton, self._body))
        if self._stickers.mishap is Mishap.LOOK_ALIKES:
            rows += [self._disc(place) for place in self._below.values()]
        return np.array(rows, dtype=np.float32).reshape(-1, DECAL_COLUMNS)

    def _is_worn(self, side: Side, frame: int) -> bool:
        if side is not self._stickers.on:
            return True
        if self._stickers.mishap is Mishap.MISSING:
            return False
        fell = self._stickers.mishap is Mishap.FALLS_OFF and frame / self._fps >= self._stickers.falls_off_s
        return not fell

    def _place(self, side: Side, skeleton: Skeleton) -> _Place:
        stuck = self._stuck[side]
        if self._stickers.mishap is Mishap.ON_SHIRT:
            # The shirt's hem hangs from the chest: it turns with it about the lumbar joint.
            turn = skeleton.pelvis.axes.T @ skeleton.thorax.axes
            lumbar = skeleton.pelvis.to_local(skeleton.thorax.origin_m)
            return _Place(lumbar + turn @ (stuck.centre_m - self._lumbar_m), turn @ stuck.faces)
        if self._stickers.mishap is Mishap.SLIP and side is self._stickers.on:
            slipped = self._stickers.slip_m * _depth_of(skeleton, self._body)
            return _Place(stuck.centre_m - np.array([0.0, slipped, 0.0]), stuck.faces)
        return stuck

    def _disc(self, place: _Place) -> tuple[float, ...]:
        radius = self._stickers.diameter_m / 2
        colour = linear(COLOURS[self._stickers.colour])
        return (_DISC, *place.centre_m, radius, radius, *colour, *place.faces)

    def _cover(self, centre_m: FloatArray, depth: float) -> list[tuple[float, ...]]:
        radius = self._stickers.diameter_m / 2
        if self._stickers.mishap is Mishap.HEM:
            # From just above the sticker to over more than half of it.
            edge_m = centre_m[1] + radius * (1.1 - 1.4 * min(depth, 1.0))
            return [_patch((centre_m[0], edge_m + 0.05, centre_m[2]), 0.07, 0.05, self._colours.shirt)]
        if self._stickers.mishap is Mishap.HAND:
            # At half depth its finger tips are in the middle of the sticker.
            tips_m = centre_m[1] + 0.11 * (abs(depth - 0.5) - 0.18)
            return [_patch((centre_m[0], tips_m + 0.04, centre_m[2]), 0.04, 0.04, self._colours.skin)]
        return []


def _patch(
    centre_m: tuple[float, float, float], half_width_m: float, half_height_m: float, rgb: Rgb
) -> tuple[float, ...]:
    return (_PATCH, *centre_m, half_width_m, half_height_m, *linear(rgb), 0.0, 0.0, 1.0)


def _depth_of(skeleton: Skeleton, body: Body) -> float:
    """How far down the athlete is: 0 standing, about 1 at the lowest point of a usual repetition."""
    leg = skeleton.legs[skeleton.stance]
    shorter = 1.0 - float(np.linalg.norm(leg.hip_m - leg.ankle_m)) / body.leg_length_m
    return min(max(shorter / _FULL_DEPTH, 0.0), 1.2)


def _bone(body: Body, side: Side) -> FloatArray:
    place = (side.sign * body.asis_half_width_m, body.asis_up_m, body.asis_forward_m)
    return np.array(place) * body.scale


def _on_cloth(place_m: FloatArray, skeleton: Skeleton, primitives: NDArray[np.void]) -> _Place:
    """Return where the straight line backwards through a place of the pelvis meets the cloth."""
    cloth = np.flatnonzero(np.isin(primitives["group"], _CLOTH)).astype(np.int32)

    def distance(local_m: FloatArray) -> float:
        x, y, z = skeleton.pelvis.to_world(local_m).astype(np.float32)
        return float(figure_distance(primitives, cloth, len(cloth), x, y, z))

    at = place_m + np.array([0.0, 0.0, 0.06])
    for _ in range(_MARCH_STEPS):
        at = at - np.array([0.0, 0.0, 0.8 * distance(at)])
    steps = np.eye(3) * 0.004
    return _Place(at, unit([distance(at + step) - distance(at - step) for step in steps]))


def no_decals() -> Float32Array:
    """Return the decals of an athlete without stickers."""
    return np.zeros((0, DECAL_COLUMNS), dtype=np.float32)
