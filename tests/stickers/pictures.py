"""Pictures of a hip with two discs, drawn four times too large and shrunk: edges as a lens makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np

from valgus.model.arrays import FloatArray, RgbImage
from valgus.stickers.finding import Standing

FINER = 4
LEG_PX = 360.0
SIZE_PX = (440, 480)
HIPS_PX = (240.0, 320.0)
MAGENTA, LIME, WHITE = (214, 32, 132), (150, 214, 40), (236, 236, 232)
GREY, BLUE, BRICK, SKIN = (110, 112, 116), (52, 92, 150), (168, 110, 88), (214, 160, 130)
#: Where stickers are worn, in leg lengths from the middle of the hips.
LEFT_IN_PICTURE, RIGHT_IN_PICTURE = (-0.145, -0.10), (0.145, -0.10)


@dataclass(frozen=True)
class Disc:
    """A round patch; ``at`` in leg lengths from the middle of the hips, ``slim`` is width over height."""

    at: tuple[float, float]
    colour: tuple[int, int, int] = MAGENTA
    diameter_px: float = 12.0
    slim: float = 1.0

    @property
    def at_px(self) -> FloatArray:
        return np.array(HIPS_PX) + np.array(self.at) * LEG_PX


PAIR = (Disc(LEFT_IN_PICTURE), Disc(RIGHT_IN_PICTURE))


@dataclass(frozen=True)
class Scene:
    """Shirt above the line of the stickers, shorts below, a wall around; ``shade`` darkens what is left."""

    discs: tuple[Disc, ...] = PAIR
    shirt: tuple[int, int, int] = BLUE
    shorts: tuple[int, int, int] = GREY
    wall: tuple[int, int, int] = (205, 205, 198)
    shade_left: float = 1.0
    moved_px: tuple[float, float] = (0.0, 0.0)
    covers: tuple[tuple[float, float, float, float], ...] = field(default=())


@cache
def picture(scene: Scene) -> RgbImage:
    """Return the picture of a scene; ``covers`` are skin-coloured boxes x0, y0, x1, y1 in pixels."""
    height, width = (side * FINER for side in SIZE_PX)
    large = np.empty((height, width, 3), dtype=np.uint8)
    large[:] = scene.wall
    x, y = (np.array(HIPS_PX) + scene.moved_px) * FINER
    half, line = 0.20 * LEG_PX * FINER, y - 0.10 * LEG_PX * FINER
    cv2.rectangle(large, (int(x - half), 0), (int(x + half), int(line)), scene.shirt, -1)
    cv2.rectangle(large, (int(x - half), int(line)), (int(x + half), height), scene.shorts, -1)
    for disc in scene.discs:
        centre = (disc.at_px + scene.moved_px) * FINER
        axes = np.array([disc.slim, 1.0]) * disc.diameter_px / 2 * FINER
        # Shifted by half a pixel: OpenCV counts from the middle of the first one.
        at = tuple(round(value) for value in (centre - 0.5) * 16)
        cv2.ellipse(large, at, tuple(round(a) for a in axes * 16), 0, 0, 360, disc.colour, -1, shift=4)
    for box in scene.covers:
        x0, y0, x1, y1 = (int(value * FINER) for value in box)
        cv2.rectangle(large, (x0, y0), (x1, y1), SKIN, -1)
    fine = large.astype(np.float32)
    if scene.shade_left != 1.0:
        fine[:, : int(x)] *= scene.shade_left
    small = cv2.resize(fine, SIZE_PX[::-1], interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 0.7)
    shown = np.clip(np.rint(soft + _noise()), 0, 255).astype(np.uint8)
    shown.setflags(write=False)
    return shown


@cache
def _noise() -> FloatArray:
    return np.random.default_rng(1).normal(0, 1.5, (*SIZE_PX, 3))


def standing(scene: Scene = Scene(), *, time_s: float = 0.0) -> Standing:
    """Return a still of a person who stands in a scene."""
    return Standing(time_s, picture(scene), np.array(HIPS_PX) + scene.moved_px, LEG_PX)
