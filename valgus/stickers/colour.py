"""What a sticker looks like: its colour against what is around it, and blobs of that colour."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from valgus.model.arrays import BoolArray, FloatArray, RgbImage

LabImage: TypeAlias = NDArray[np.float32]

#: Lightness counts this much of colour: shade and folds change it, and hue only little.
LIGHTNESS_WEIGHT = 0.5
#: Least saturation of a sticker that is found by itself; skin has up to 30.
LEAST_CHROMA = 36.0
#: Least saturation of one that is told by its hue. In a small one it is mixed with what is around it.
LEAST_HUE_CHROMA = 20.0
#: Pixels within this angle of a sticker's hue are sticker, down to this share of its saturation (shade).
SAME_HUE_DEG, LEAST_STRENGTH = 24.0, 0.42
#: Of a grey sticker, a pixel is part when it is more sticker than surround ...
HALF = 0.5
#: ... not far beyond the sticker's own colour, and not of a third colour; both as a share of the contrast.
MOST, OFF_COLOUR = 1.9, 0.6
#: Pixels around a patch that are looked at, and the distance over which colours count as close by.
MARGIN_PX, NEARBY_PX = 5, 1.5
#: Fewer inner pixels than this are not relied on for a sticker's own colour.
LEAST_CORE_PX = 4


def lab(rgb: RgbImage, /) -> LabImage:
    """Return CIE L*a*b* (h, w, 3) of a picture, its lightness weighted."""
    values = cv2.cvtColor(np.ascontiguousarray(rgb).astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    return np.asarray(values * np.array([LIGHTNESS_WEIGHT, 1, 1]), dtype=np.float32)


def chroma(colours: NDArray[np.floating[Any]], /) -> NDArray[np.floating[Any]]:
    """Return how saturated colours (..., 3) are: 0 grey, about 75 for fresh magenta or lime."""
    return np.asarray(np.hypot(colours[..., 1], colours[..., 2]))


@dataclass(frozen=True)
class Blob:
    """A patch of sticker colour in a picture.

    Attributes
    ----------
    x_px, y_px : float
        Its middle, (0, 0) at the outer corner of the first pixel.
    area_px : float
        Pixels, counted by how much of each is sticker.
    width_px, height_px : float
        Of the ellipse with its spread.
    """

    x_px: float
    y_px: float
    area_px: float
    width_px: float
    height_px: float

    @property
    def at_px(self) -> FloatArray:
        """Its middle, (2,)."""
        return np.array([self.x_px, self.y_px])

    def moved(self, x_px: float, y_px: float) -> Blob:
        """Return the same blob in a picture that begins so far to the left and above."""
        return replace(self, x_px=self.x_px + x_px, y_px=self.y_px + y_px)

    def away_px(self, place_px: FloatArray) -> float:
        """Return the distance from a place (2,)."""
        return float(np.hypot(*(self.at_px - place_px)))

    @property
    def diameter_px(self) -> float:
        """Of a disc with its area."""
        return float(np.sqrt(4 * self.area_px / np.pi))


@dataclass(frozen=True, eq=False)
class StickerColour:
    """One sticker's colour and that of what is around it, (3,) each, as `lab` gives them."""

    own: FloatArray
    around: FloatArray

    @property
    def contrast(self) -> float:
        """Distance between both colours."""
        return float(np.linalg.norm(self.own - self.around))

    @property
    def is_strong(self) -> bool:
        """Whether it can be told by its hue, which shade does not change."""
        strength = float(chroma(self.own))
        return (
            strength >= LEAST_HUE_CHROMA
            and strength >= 2 * float(np.dot(self.around[1:], self.own[1:])) / strength
        )

    def mask(self, picture: LabImage) -> BoolArray:
        """Return which pixels (h, w) have this colour, shaded or not."""
        return self._of_hue(picture) if self.is_strong else self._of_shade(picture)

    def _of_hue(self, picture: LabImage) -> BoolArray:
        own = self.own[1:].astype(np.float32)
        strength = float(np.linalg.norm(own))
        along = picture[..., 1:] @ (own / strength)
        strong = chroma(picture)
        near = (strong >= LEAST_STRENGTH * strength) & (along >= np.cos(np.radians(SAME_HUE_DEG)) * strong)
        # Where the surround has nearly that hue itself, more than half-way from it is needed.
        beside = float(np.dot(self.around[1:], own)) / strength
        return np.asarray(
            near & (along >= beside + HALF * (strength - beside) * min(1.0, 2 * LEAST_STRENGTH))
        )

    def _of_shade(self, picture: LabImage) -> BoolArray:
        toward = (self.own - self.around) / self.contrast**2
        offset = picture - self.around.astype(np.float32)
        share = offset @ toward.astype(np.float32)
        along = share[..., None] * (self.own - self.around).astype(np.float32)
        off = np.linalg.norm(offset - along, axis=2) > OFF_COLOUR * self.contrast
        return np.asarray((share > HALF) & (share < MOST) & ~off)

    def blobs(self, rgb: RgbImage, *, least_px: float) -> tuple[Blob, ...]:
        """Return the patches of this colour in a piece of a picture that have at least so many pixels."""
        mask = self.mask(lab(rgb)).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
        found = []
        for which in range(1, count):
            left, top, wide, high, area = (int(value) for value in stats[which])
            if area < least_px:
                continue
            rows = slice(max(top - MARGIN_PX, 0), top + high + MARGIN_PX)
            columns = slice(max(left - MARGIN_PX, 0), left + wide + MARGIN_PX)
            near = labels[rows, columns]
            share = _share_of_patch(rgb[rows, columns].astype(np.float32), near == which, near == 0)
            found.append(_measured(share).moved(columns.start, rows.start))
        return tuple(found)


def _share_of_patch(rgb: NDArray[np.float32], patch: BoolArray, free: BoolArray) -> NDArray[np.float32]:
    """Return how much of each pixel (h, w) is sticker, 0 to 1.

    At the edge a pixel mixes sticker and background. Both are taken from close by, because one half of a
    sticker may lie in the shade, and one half on the shirt and the other on the shorts.
    """
    wider = _grown(patch)
    inside = cv2.erode(patch.astype(np.uint8), _CROSS) > 0
    if inside.sum() < LEAST_CORE_PX:
        inside = patch
    own, around = _spread(rgb, inside), _spread(rgb, free & ~wider)
    toward = own - around
    mixed = ((rgb - around) * toward).sum(axis=2) / np.maximum((toward**2).sum(axis=2), 1.0)
    edge = wider & (patch | free)
    return np.where(inside, 1.0, np.where(edge, np.clip(mixed, 0.0, 1.0), 0.0)).astype(np.float32)


def _grown(patch: BoolArray) -> BoolArray:
    return np.asarray(cv2.dilate(patch.astype(np.uint8), _SQUARE) > 0)


def _spread(rgb: NDArray[np.float32], where: BoolArray) -> NDArray[np.float32]:
    """Return the colours of some pixels carried on to all others, each from the nearest of them."""
    weight = cv2.GaussianBlur(where.astype(np.float32), (0, 0), NEARBY_PX) + np.float32(1e-6)
    colours = cv2.GaussianBlur(rgb * where[..., None].astype(np.float32), (0, 0), NEARBY_PX)
    return np.asarray(colours / weight[..., None], dtype=np.float32)


def _measured(share: NDArray[np.float32]) -> Blob:
    inside = share.astype(np.float64)
    total = float(inside.sum())
    y, x = np.mgrid[0 : inside.shape[0], 0 : inside.shape[1]] + 0.5
    middle_x, middle_y = float((inside * x).sum() / total), float((inside * y).sum() / total)
    spread_x = float((inside * (x - middle_x) ** 2).sum() / total)
    spread_y = float((inside * (y - middle_y) ** 2).sum() / total)
    # A filled ellipse spreads over a quarter of its half-axes' squares.
    return Blob(middle_x, middle_y, total, 4 * float(np.sqrt(spread_x)), 4 * float(np.sqrt(spread_y)))


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SQUARE = np.ones((3, 3), np.uint8)


def colour_at(picture: LabImage, x_px: float, y_px: float, /, *, leg_px: float) -> StickerColour | None:
    """Learn a sticker's colour at a place in a picture; None where nothing stands out from its surround.

    Parameters
    ----------
    picture : (h, w, 3) array
        The whole picture, or a piece of it in whose pixels the place is given.
    leg_px : float
        Hip-ankle distance: a sticker of 10 to 40 mm is 1.2 to 4.7 % of it.
    """
    row, column = int(y_px), int(x_px)
    core = picture[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].reshape(-1, 3)
    if len(core) == 0:
        return None
    learnt = StickerColour(np.median(core, axis=0), _around(picture, x_px, y_px, leg_px))
    if learnt.contrast < LEAST_CONTRAST:
        return None
    patch = _patch_at(learnt.mask(picture), row, column)
    # The outermost pixels are mixed; the colour is that of the ones inside, if there are any.
    inside = cv2.erode(patch.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    chosen = picture[inside] if inside.sum() >= 4 else picture[patch]
    if len(chosen) == 0:
        return None
    return StickerColour(np.median(chosen, axis=0).astype(np.float64), learnt.around)


#: A sticker differs from its surround by at least this much.
LEAST_CONTRAST = 14.0
#: Where the surround of a sticker is looked at, in leg lengths from its middle.
AROUND_FROM, AROUND_TO = 0.028, 0.045


def _around(picture: LabImage, x_px: float, y_px: float, leg_px: float) -> FloatArray:
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]] + 0.5
    away = np.hypot(x - x_px, y - y_px) / leg_px
    ring = (away > AROUND_FROM) & (away < AROUND_TO)
    return np.asarray(np.median(picture[ring], axis=0), dtype=np.float64) if ring.any() else np.zeros(3)


def _patch_at(mask: BoolArray, row: int, column: int) -> BoolArray:
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    which = labels[row, column] if 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1] else 0
    return np.asarray((labels == which) & (which > 0))


def rgb_of(colour: FloatArray, /) -> tuple[int, int, int]:
    """Return the screen colour, 0 to 255, of a colour (3,) as `lab` gives it."""
    plain = np.array(colour / [LIGHTNESS_WEIGHT, 1, 1], dtype=np.float32).reshape(1, 1, 3)
    red, green, blue = np.clip(np.rint(cv2.cvtColor(plain, cv2.COLOR_Lab2RGB)[0, 0] * 255), 0, 255)
    return int(red), int(green), int(blue)


def name_of(rgb: tuple[int, int, int], /) -> str:
    """Return a word for a screen colour, 0 to 255."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in rgb))
    if saturation < 0.25 or value < 0.15:
        return "white" if value > 0.7 else "black" if value < 0.3 else "grey"
    return next((name for until_deg, name in _HUES if 360 * hue < until_deg), "red")


_HUES = (
    (15, "red"), (45, "orange"), (65, "yellow"), (105, "lime"), (170, "green"), (200, "cyan"), (255, "blue"),
    (290, "purple"), (345, "magenta"),
)  # fmt: skip
