"""Two stickers from frame to frame, each held against what it was while standing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from valgus.model.arrays import BoolArray, FloatArray, RgbImage
from valgus.stickers.colour import Blob, StickerColour
from valgus.stickers.finding import LARGEST, Pair

# Lengths are in leg lengths (hip to ankle) unless they say otherwise.

#: A sticker is looked for this far around where it is expected, when it was just seen ...
REACH = 0.045
#: ... and when it has been away.
REACH_LOST = 0.085
#: After so long unseen a sticker's last place says nothing any more, s.
LOST_AFTER_S = 0.2
#: Blobs with less or more than these shares of the area at first are something else.
LEAST_AREA, MOST_AREA = 0.3, 2.5
#: What a sticker may be, relative to standing: hidden parts and merged neighbours fall outside.
AREA_RANGE = (0.75, 1.35)
HEIGHT_RANGE = (0.84, 1.20)
WIDTH_RANGE = (0.68, 1.25)
#: How far off the edge of a sticker is seen, px.
EDGE_PX = 0.7
#: The distance between both, relative to standing: the pelvis is rigid, and turns a little.
SPAN_RANGE = (0.85, 1.15)


class TimedPicture(Protocol):
    """A picture with its presentation time; the pictures of a clip have one size."""

    @property
    def time_s(self) -> float:
        """Presentation time, s."""
        ...

    @property
    def rgb(self) -> RgbImage:
        """Upright picture, (h, w, 3)."""
        ...


@dataclass(frozen=True, eq=False)
class Sightings:
    """What was seen of both stickers, frame by frame; NaN where nothing was.

    Attributes
    ----------
    xy_px : (n, 2, 2) array
        Middle of each, from the left of the picture to the right while standing.
    area_px, width_px, height_px : (n, 2) arrays
        Size of each.
    """

    xy_px: FloatArray
    area_px: FloatArray
    width_px: FloatArray
    height_px: FloatArray

    @property
    def span_px(self) -> FloatArray:
        """Distance between both (n,)."""
        return np.asarray(np.hypot(*(self.xy_px[:, 1] - self.xy_px[:, 0]).T))


def follow(
    frames: Iterable[TimedPicture], pair: Pair, /, *, hips_px: FloatArray, at: int, leg_px: float
) -> Sightings:
    """Look for both stickers in every frame of a clip.

    Parameters
    ----------
    frames : iterable of n pictures
        Full size, in order of time.
    pair : Pair
        The stickers in the frame with index ``at``.
    hips_px : (n, 2) array
        Middle between both hips in every frame, in pixels of the frames; NaN where it is not known.
    leg_px : float
        Hip-ankle distance.
    """
    offsets = [blob.at_px - hips_px[at] for blob in pair.blobs]
    seekers = [
        _Seeker(colour, blob, offset, leg_px)
        for colour, blob, offset in zip(pair.colours, pair.blobs, offsets, strict=True)
    ]
    seen = [
        [seeker.look(frame, hips) for seeker in seekers] for frame, hips in zip(frames, hips_px, strict=True)
    ]
    return Sightings(
        xy_px=_table(seen, lambda blob: (blob.x_px, blob.y_px)).reshape(-1, 2, 2),
        area_px=_table(seen, lambda blob: (blob.area_px,)),
        width_px=_table(seen, lambda blob: (blob.width_px,)),
        height_px=_table(seen, lambda blob: (blob.height_px,)),
    )


class _Seeker:
    """Follows one sticker: knows its colour, where it hangs from the hips, and where it was last."""

    def __init__(self, colour: StickerColour, blob: Blob, offset_px: FloatArray, leg_px: float) -> None:
        self._colour, self._area_px, self._offset_px, self._leg_px = colour, blob.area_px, offset_px, leg_px
        self._last: tuple[float, FloatArray, FloatArray] | None = None

    def look(self, frame: TimedPicture, hips_px: FloatArray) -> Blob | None:
        """Return the sticker in the next frame, None where it is not to be seen."""
        if not np.isfinite(hips_px).all():
            return None
        expected, reach = self._expected(frame.time_s, hips_px)
        blob = self._nearest(frame.rgb, expected, reach * self._leg_px)
        if blob is not None:
            self._last = (frame.time_s, blob.at_px, hips_px)
        return blob

    def _expected(self, time_s: float, hips_px: FloatArray) -> tuple[FloatArray, float]:
        if self._last is None or time_s - self._last[0] > LOST_AFTER_S:
            return hips_px + self._offset_px, REACH_LOST
        _, place, hips_then = self._last
        return place + (hips_px - hips_then), REACH

    def _nearest(self, rgb: RgbImage, expected_px: FloatArray, reach_px: float) -> Blob | None:
        # With room for the surround, so that a sticker at the rim is seen whole.
        room = reach_px + LARGEST * self._leg_px
        left, top = (max(int(value - room), 0) for value in expected_px)
        right, bottom = (max(int(value + room) + 1, 0) for value in expected_px)
        piece = rgb[top:bottom, left:right]
        if piece.shape[0] < 3 or piece.shape[1] < 3:
            return None
        found = self._colour.blobs(piece, least_px=max(LEAST_AREA * self._area_px, 2.0))
        within = [
            blob
            for blob in (b.moved(left, top) for b in found)
            if blob.away_px(expected_px) <= reach_px and blob.area_px <= MOST_AREA * self._area_px
        ]
        return min(within, key=lambda blob: self._strangeness(blob, expected_px), default=None)

    def _strangeness(self, blob: Blob, expected_px: FloatArray) -> float:
        """Return how unlike the sticker a blob is: by its size, and by where it is."""
        return abs(float(np.log(blob.area_px / self._area_px))) + blob.away_px(expected_px) / (
            0.5 * REACH * self._leg_px
        )


def _table(seen: list[list[Blob | None]], part: Callable[[Blob], tuple[float, ...]]) -> FloatArray:
    width = len(part(Blob(0, 0, 0, 0, 0)))
    nothing = (float("nan"),) * width
    return np.array(
        [[value for blob in row for value in (nothing if blob is None else part(blob))] for row in seen],
        dtype=np.float64,
    ).reshape(len(seen), -1)


# --- against standing ------------------------------------------------------------------------------------


def trusted(seen: Sightings, standing: BoolArray, /) -> FloatArray:
    """Return the places (n, 2, 2) of both stickers, NaN in frames in which either is not as while standing.

    ``standing`` (n,) are the frames that the others are held against.
    """
    usual_px = np.sqrt(_usual(seen.area_px, standing))
    as_standing = np.ones(len(standing), dtype=bool)
    for values, (least, most), edges in (
        (seen.area_px, AREA_RANGE, 2),
        (seen.height_px, HEIGHT_RANGE, 1),
        (seen.width_px, WIDTH_RANGE, 1),
        (seen.span_px[:, None], SPAN_RANGE, 0),
    ):
        relative = values / _usual(values, standing)
        # What a sticker's edge is off by is a larger share of a small one.
        slack = edges * EDGE_PX / usual_px
        with np.errstate(invalid="ignore"):
            as_standing &= ((relative >= least - slack) & (relative <= most + slack)).all(axis=1)
    return np.where(as_standing[:, None, None], seen.xy_px, np.nan)


def _usual(values: FloatArray, standing: BoolArray) -> FloatArray:
    among = values[standing & np.isfinite(values).all(axis=1)]
    return np.median(among, axis=0) if len(among) else np.full(values.shape[1], np.nan)
