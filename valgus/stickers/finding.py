"""Which two spots in the picture are the stickers: found where there is no doubt, or shown by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from valgus.model.arrays import FloatArray, RgbImage
from valgus.stickers.colour import LEAST_CHROMA, Blob, LabImage, StickerColour, chroma, colour_at, lab

# Lengths are in leg lengths (hip to ankle, about 0.85 m) unless they say otherwise.

#: Where stickers can be, from the middle of the hips: aside, above and below. The bones are about 0.14 aside
#: and 0.10 above.
ASIDE, ABOVE, BELOW = 0.26, 0.30, 0.08
#: Diameter of a sticker: 10 to 35 mm.
SMALLEST, LARGEST = 0.011, 0.042
#: Distance between the two: the bones are 0.20 to 0.28 m apart.
NEAREST, FARTHEST = 0.18, 0.38
#: How far the middle between both may be aside of the middle of the hips.
OFF_MIDDLE = 0.07
#: Steepest line between both while standing, deg.
STEEPEST_DEG = 12.0
#: Fewest pixels across a sticker.
LEAST_ACROSS_PX = 5.0
#: A disc fills 79 % of its box; seen aslant it is narrower, by no more than this.
LEAST_FILLED, MOST_SLIM = 0.60, 2.2
#: A sticker's colour reaches from its middle to this share of its saturation.
SAME_SPOT = 0.45
#: Two stickers of a pair: most difference of colour, and of area (ratio).
SAME_COLOUR, SAME_AREA = 24.0, 2.2
#: Something else has the stickers' colour when it is nearer to it than this share of its saturation ...
ALIKE = 0.33
#: ... over at least this share of a sticker's area.
ALIKE_AREA = 0.35
#: Share of the standing stills that must show the same pair.
SEEN_IN = 0.7


@dataclass(frozen=True, eq=False)
class Standing:
    """A still of a person who stands, and where the hips are in it.

    ``hips_px`` (2,) is the middle between both hips and ``leg_px`` the hip-ankle distance, in the still's own
    pixels.
    """

    time_s: float
    rgb: RgbImage
    hips_px: FloatArray
    leg_px: float


@dataclass(frozen=True, eq=False)
class Pair:
    """Two stickers in one still, from the left of the picture to the right, and their colours."""

    time_s: float
    blobs: tuple[Blob, Blob]
    colours: tuple[StickerColour, StickerColour]


@dataclass(frozen=True)
class Doubt:
    """Why no pair was accepted, in words for a person."""

    says: str


# --- by itself -------------------------------------------------------------------------------------------


def find_pair(stills: Sequence[Standing], /) -> Pair | Doubt | None:
    """Return the one pair that is there beyond doubt; else what speaks against it; None if nothing is there.

    Beyond doubt means: of a strong colour, where the bones are, alike in size, the only things of that colour
    in the whole picture, and the same in most stills.
    """
    seen = [_pairs_in(still) for still in stills]
    shown = [(still, pairs) for still, pairs in zip(stills, seen, strict=True) if pairs]
    if len(shown) < SEEN_IN * len(stills) or not shown:
        return _seldom_shown(len(shown), stills) if stills else None
    if any(len(pairs) > 1 for _, pairs in shown):
        return Doubt("more than two coloured spots of one size are near the hip bones")
    rivals = sum(_has_rival(still, pairs[0]) for still, pairs in shown)
    if rivals > (1 - SEEN_IN) * len(shown):
        return Doubt("two coloured spots are near the hip bones, but something else has their colour too")
    if not _same_pair([(still, pairs[0]) for still, pairs in shown]):
        return Doubt("two coloured spots are near the hip bones, but not the same two while standing")
    still, pairs = shown[len(shown) // 2]
    return _learnt(still, pairs[0][0].at_px, pairs[0][1].at_px)


def shows_a_spot(still: Standing, /) -> bool:
    """Return whether anything that could be a sticker is near the hip bones, one or more."""
    return bool(_spots_in(still))


@dataclass(frozen=True, eq=False)
class _Spot:
    """A round patch of strong colour; ``colour`` (3,) as in `lab`."""

    blob: Blob
    colour: FloatArray

    @property
    def at_px(self) -> FloatArray:
        return self.blob.at_px


_SpotPair = tuple[_Spot, _Spot]


def _pairs_in(still: Standing) -> list[_SpotPair]:
    spots = _spots_in(still)
    pairs = [(a, b) if a.blob.x_px < b.blob.x_px else (b, a) for a, b in combinations(spots, 2)]
    return [pair for pair in pairs if _is_pair(pair, still)]


def _spots_in(still: Standing) -> list[_Spot]:
    """Return round spots of strong colour near the hip bones."""
    (left, top), piece = _hip_region(still)
    picture = lab(piece)
    strong = chroma(picture)
    spots: list[_Spot] = []
    for peak in _peaks(strong, still.leg_px):
        patch = _patch_around(picture, strong, peak)
        blob = _blob_of(patch, left, top)
        if blob is not None and _is_round(blob, patch, still.leg_px):
            spots.append(_Spot(blob, np.median(picture[patch], axis=0).astype(np.float64)))
    return spots


def _hip_region(still: Standing) -> tuple[tuple[int, int], RgbImage]:
    x, y = still.hips_px
    reach = np.array([ASIDE, ABOVE, BELOW]) * still.leg_px
    left, top = max(int(x - reach[0]), 0), max(int(y - reach[1]), 0)
    right, bottom = max(int(x + reach[0]), left + 1), max(int(y + reach[2]), top + 1)
    return (left, top), still.rgb[top:bottom, left:right]


def _peaks(strong: NDArray[np.float32], leg_px: float) -> list[tuple[int, int]]:
    """Return pixels (row, column) of strongest colour within the smallest sticker's reach of each other."""
    if strong.size == 0:
        return []
    soft = cv2.GaussianBlur(strong, (0, 0), max(0.25 * SMALLEST * leg_px, 0.8))
    reach = 2 * max(round(SMALLEST * leg_px), 2) + 1
    highest = cv2.dilate(soft, np.ones((reach, reach), np.uint8))
    rows, columns = np.nonzero((soft >= highest) & (soft >= LEAST_CHROMA))
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _patch_around(picture: LabImage, strong: NDArray[np.float32], peak: tuple[int, int]) -> NDArray[np.bool_]:
    row, column = peak
    near = picture[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].reshape(-1, 3)
    away = np.linalg.norm((picture - np.median(near, axis=0))[..., 1:], axis=2)
    _, labels = cv2.connectedComponents((away < SAME_SPOT * strong[row, column]).astype(np.uint8))
    return np.asarray((labels == labels[row, column]) & (labels[row, column] > 0))


def _blob_of(patch: NDArray[np.bool_], left_px: int, top_px: int) -> Blob | None:
    rows, columns = np.nonzero(patch)
    if len(rows) == 0 or _touches_edge(rows, columns, patch.shape):
        return None
    wide, high = float(np.ptp(columns) + 1), float(np.ptp(rows) + 1)
    return Blob(left_px + columns.mean() + 0.5, top_px + rows.mean() + 0.5, float(len(rows)), wide, high)


def _touches_edge(rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, ...]) -> bool:
    return bool(
        rows.min() == 0 or columns.min() == 0 or rows.max() == shape[0] - 1 or columns.max() == shape[1] - 1
    )


def _is_round(blob: Blob, patch: NDArray[np.bool_], leg_px: float) -> bool:
    slim = max(blob.width_px, blob.height_px) / min(blob.width_px, blob.height_px)
    return (
        SMALLEST * leg_px <= blob.diameter_px <= LARGEST * leg_px
        and blob.diameter_px >= LEAST_ACROSS_PX
        and blob.area_px >= LEAST_FILLED * blob.width_px * blob.height_px
        and slim <= MOST_SLIM
    )


def _is_pair(pair: _SpotPair, still: Standing) -> bool:
    left, right = pair
    across, down = (right.at_px - left.at_px) / still.leg_px
    middle = ((left.at_px + right.at_px) / 2 - still.hips_px)[0] / still.leg_px
    areas = left.blob.area_px / right.blob.area_px
    return bool(
        NEAREST <= np.hypot(across, down) <= FARTHEST
        and abs(np.degrees(np.arctan2(down, across))) <= STEEPEST_DEG
        and abs(middle) <= OFF_MIDDLE
        and np.linalg.norm(left.colour - right.colour) <= SAME_COLOUR
        and 1 / SAME_AREA <= areas <= SAME_AREA
    )


def _has_rival(still: Standing, pair: _SpotPair) -> bool:
    """Return whether anything else in the whole picture has the colour of either sticker."""
    # Half size is enough: whatever could be taken for a sticker has several pixels then.
    small = cv2.resize(still.rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    picture = lab(np.asarray(small, dtype=np.uint8))
    alike = np.zeros(picture.shape[:2], dtype=np.uint8)
    for spot in pair:
        away = np.linalg.norm((picture - spot.colour.astype(np.float32))[..., 1:], axis=2)
        alike |= (away < ALIKE * float(np.hypot(*spot.colour[1:]))).astype(np.uint8)
    for spot in pair:
        x, y = (spot.at_px / 2).astype(int)
        cv2.circle(alike, (int(x), int(y)), round(0.5 * spot.blob.diameter_px) + 2, 0, -1)
    least = ALIKE_AREA * min(spot.blob.area_px for spot in pair) / 4
    count, _, stats, _ = cv2.connectedComponentsWithStats(alike)
    return bool(count > 1 and stats[1:, cv2.CC_STAT_AREA].max() >= least)


def _same_pair(shown: Sequence[tuple[Standing, _SpotPair]]) -> bool:
    """Return whether a pair keeps its distance, its size and its place on the body from still to still."""
    spans = np.array([np.hypot(*(b.at_px - a.at_px)) / still.leg_px for still, (a, b) in shown])
    places = np.array([((a.at_px + b.at_px) / 2 - still.hips_px) / still.leg_px for still, (a, b) in shown])
    sizes = np.array([[a.blob.diameter_px, b.blob.diameter_px] for _, (a, b) in shown])
    return bool(
        np.ptp(spans) <= 0.12 * np.median(spans)
        and np.ptp(places, axis=0).max() <= 0.06
        and (np.ptp(sizes, axis=0) <= 0.35 * np.median(sizes, axis=0)).all()
    )


def _seldom_shown(pairs_in: int, stills: Sequence[Standing]) -> Doubt | None:
    """Return what to say where only some stills show a pair, or most show one sticker alone."""
    if pairs_in >= 2:
        return Doubt("two coloured spots are near the hip bones, but not all the time: did one come off?")
    lone = sum(len(_on_bones(still)) == 1 for still in stills)
    if lone < SEEN_IN * len(stills):
        return None
    return Doubt("one coloured spot is at a hip bone, but none like it at the other")


def _on_bones(still: Standing) -> list[_Spot]:
    """Return spots where a sticker on a hip bone can be, whatever is on the other side."""

    def aside(spot: _Spot) -> float:
        return abs(float((spot.at_px - still.hips_px)[0])) / still.leg_px

    return [spot for spot in _spots_in(still) if NEAREST / 2 <= aside(spot) <= FARTHEST / 2]


# --- shown by a person -----------------------------------------------------------------------------------


def pair_at(still: Standing, points_px: FloatArray, /) -> Pair | Doubt:
    """Return the stickers at two places (2, 2) that a person has pointed at, in the still's pixels."""
    left, right = sorted(points_px.tolist())
    return _learnt(still, np.array(left), np.array(right))


def _learnt(still: Standing, left_px: FloatArray, right_px: FloatArray) -> Pair | Doubt:
    found = [_learnt_at(still, place) for place in (left_px, right_px)]
    if found[0] is None or found[1] is None:
        where = ("left", "right")[0 if found[0] is None else 1]
        return Doubt(f"nothing stands out from its surround at the {where} of the two points")
    (left, left_colour), (right, right_colour) = found[0], found[1]
    return Pair(still.time_s, (left, right), (left_colour, right_colour))


def _learnt_at(still: Standing, place_px: FloatArray) -> tuple[Blob, StickerColour] | None:
    reach = 2 * LARGEST * still.leg_px
    left, top = (max(int(value - reach), 0) for value in place_px)
    right, bottom = (int(value + reach) + 1 for value in place_px)
    piece = still.rgb[top:bottom, left:right]
    colour = colour_at(lab(piece), place_px[0] - left, place_px[1] - top, leg_px=still.leg_px)
    if colour is None:
        return None
    blobs = [blob.moved(left, top) for blob in colour.blobs(piece, least_px=3)]
    blob = min(blobs, key=lambda blob: blob.away_px(place_px), default=None)
    return None if blob is None or blob.away_px(place_px) > LARGEST * still.leg_px else (blob, colour)
