"""What the pictures themselves say about the filming, gathered once while they are decoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from valgus.model.arrays import BoolArray, FloatArray, RgbImage
from valgus.model.evidence import ClipEvidence

#: Short side of the small grey copy on which everything but blur is looked at, px.
SMALL_PX = 108
#: Brightness is that of the lighter quarter of the picture's middle third: a person in the light is not dark
#: before a black wall.
BRIGHT_PERCENTILE = 75
#: Brightness and camera motion are looked at this often, blur that often, s: they change slowly.
MOTION_EVERY_S, BLUR_EVERY_S = 0.1, 1.0

#: The background is looked for in this share of the width on either side: the person stands in between.
BORDER_SHARE = 0.22
#: Fewer corners than this do not tell the background's motion.
LEAST_CORNERS = 8

#: Edges are looked at within this share of the short side, in the middle half of the picture.
EDGE_WITHIN = 0.03
#: An edge spans at least this share of the picture's contrast, and this many of 255 grey levels.
EDGE_CONTRAST, EDGE_LEVELS = 0.3, 12.0
#: Fewer edge pixels than this do not tell how sharp a picture is.
LEAST_EDGE_PIXELS = 50
#: How wide the sharpest edge is on a grid of pixels, px: from one pixel to the next but one.
SHARPEST_EDGE_PX = 2.0
#: Edges differ in how soft they are themselves; a camera is as sharp as this percentile.
SHARP_PERCENTILE = 10

#: A cut changes the picture by this many grey levels (spread of the change over the picture) ...
CUT_LEVELS = 6.0
#: ... and by this many times as much as each of so many pictures before and after it. Motion, however fast,
#: spreads over several pictures: 1.1 times is usual, 2.5 was seen in a shaken clip.
CUT_TIMES, CUT_AROUND = 4.0, 2

#: A picture that nowhere differs by more grey levels than this repeats the one before ...
REPEAT_LEVELS = 2.0
#: ... if something moves just before or after: some place changes by this many levels within this time.
MOVING_LEVELS, MOVING_WITHIN_S = 16.0, 0.25

GreyImage = NDArray[np.uint8]


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


AnyPicture = TypeVar("AnyPicture", bound=TimedPicture)


class PixelEvidence:
    """Looks at every picture of one clip as it passes, and says at the end what it saw.

    Notes
    -----
    Costs about 0.4 ms per picture of 540 px short side and keeps no picture but the last two small ones.
    """

    def __init__(self) -> None:
        self._time_s: list[float] = []
        self._changes: list[tuple[float, float]] = []
        self._brightness: list[float] = []
        self._speeds: list[float] = []
        self._blurs: list[float] = []
        self._before: GreyImage | None = None
        self._reference: tuple[float, GreyImage] | None = None
        self._blur_due_s = 0.0

    def looking_at(self, pictures: Iterable[AnyPicture]) -> Iterator[AnyPicture]:
        """Yield the pictures on as they come, having looked at each."""
        for picture in pictures:
            self.look_at(picture.rgb, picture.time_s)
            yield picture

    def look_at(self, rgb: RgbImage, time_s: float, /) -> None:
        """Look at the next picture, (h, w, 3), of the clip."""
        grey = _grey(rgb)
        small = _small(grey)
        self._time_s.append(time_s)
        self._changes.append((0.0, 0.0) if self._before is None else _change(self._before, small))
        self._before = small
        self._look_for_motion(small, time_s)
        if time_s >= self._blur_due_s:
            self._blurs.append(blur_pct(grey))
            self._blur_due_s = time_s + BLUR_EVERY_S

    def _look_for_motion(self, small: GreyImage, time_s: float) -> None:
        if self._reference is not None and time_s - self._reference[0] < MOTION_EVERY_S:
            return
        self._brightness.append(_brightness(small))
        if self._reference is not None:
            then_s, then = self._reference
            self._speeds.append(background_shift_pct(then, small) / (time_s - then_s))
        self._reference = (time_s, small)

    def evidence(self) -> ClipEvidence:
        """Return what was seen, without what only a pose model can tell."""
        time_s, changes = np.array(self._time_s), np.array(self._changes).reshape(-1, 2)
        return ClipEvidence(
            brightness=_median(self._brightness),
            blur_pct=_median(self._blurs),
            camera_motion_pct_s=_median(self._speeds),
            cuts=int(_cuts(time_s, changes[:, 0]).sum()),
            repeated_share=_repeated_share(time_s, changes[:, 1]),
        )


# --- one picture -----------------------------------------------------------------------------------------


def blur_pct(grey: GreyImage, /) -> float:
    """Return how much wider edges are than pixels force them to be, % of the picture's short side.

    A sharp picture gives about 0 at any size. Blur much wider than a pixel gives the same at any size if it
    is the same share of the picture: a Gaussian one about twice its standard deviation. NaN where there are
    too few edges to tell.
    """
    middle = np.ascontiguousarray(grey[:, grey.shape[1] // 4 : grey.shape[1] - grey.shape[1] // 4])
    short_px = int(min(grey.shape))
    spans = _spans_px(middle, within_px=max(7, 2 * round(EDGE_WITHIN * short_px / 2) + 1))
    if len(spans) < LEAST_EDGE_PIXELS:
        return float("nan")
    excess_px = float(np.percentile(spans, SHARP_PERCENTILE)) - SHARPEST_EDGE_PX
    return max(100 * excess_px / short_px, 0.0)


def _spans_px(grey: GreyImage, *, within_px: int) -> FloatArray:
    """Return over how many pixels the grey value would rise at each edge pixel's own slope."""
    window = np.ones((within_px, within_px), np.uint8)
    contrast = cv2.subtract(cv2.dilate(grey, window), cv2.erode(grey, window))
    steepest = _steepest(grey)
    darkest, brightest = np.percentile(grey[::4, ::4], (1, 99))
    edge = contrast >= max(EDGE_CONTRAST * (brightest - darkest), EDGE_LEVELS)
    edge &= steepest > 0
    # On the flanks of an edge the slope is small: only its steepest place counts.
    edge &= steepest >= cv2.dilate(steepest, np.ones((5, 5), np.uint8))
    return np.asarray(contrast[edge] / steepest[edge], dtype=np.float64)


def _steepest(grey: GreyImage) -> NDArray[np.float32]:
    """Return the slope at each pixel, grey levels per pixel."""
    along_x = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8)
    along_y = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(cv2.magnitude(along_x, along_y), dtype=np.float32)


def _grey(rgb: RgbImage) -> GreyImage:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _small(grey: GreyImage) -> GreyImage:
    high, wide = grey.shape
    factor = min(1.0, SMALL_PX / min(high, wide))
    size = (max(1, round(wide * factor)), max(1, round(high * factor)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _brightness(small: GreyImage) -> float:
    third = small.shape[1] // 3
    return float(np.percentile(small[:, third : small.shape[1] - third], BRIGHT_PERCENTILE))


# --- two pictures ----------------------------------------------------------------------------------------


def background_shift_pct(then: GreyImage, now: GreyImage, /) -> float:
    """Return how far the background moved between two small pictures, % of the picture's width.

    The background is what lies at the left and right borders; NaN where it has too little structure to tell.
    """
    corners = cv2.goodFeaturesToTrack(
        then, maxCorners=60, qualityLevel=0.02, minDistance=4, mask=_borders(then.shape)
    )
    if corners is None or len(corners) < LEAST_CORNERS:
        return float("nan")
    moved, found, _ = cv2.calcOpticalFlowPyrLK(then, now, corners, None, winSize=(15, 15), maxLevel=2)  # type: ignore[call-overload]
    known = found.ravel() == 1
    if known.sum() < LEAST_CORNERS:
        return float("nan")
    across, down = np.median((moved - corners).reshape(-1, 2)[known], axis=0)
    return 100 * float(np.hypot(across, down)) / int(then.shape[1])


def _borders(shape: tuple[int, ...]) -> GreyImage:
    mask = np.zeros(shape, np.uint8)
    border = max(1, round(BORDER_SHARE * shape[1]))
    mask[:, :border] = mask[:, -border:] = 255
    return mask


def _change(before: GreyImage, now: GreyImage) -> tuple[float, float]:
    """Return the spread of the change, which is 0 when only the light goes on, and the largest change."""
    difference = cv2.subtract(now, before, dtype=cv2.CV_16S)
    _, spread = cv2.meanStdDev(difference)
    return float(spread[0, 0]), float(cv2.norm(difference, cv2.NORM_INF))


# --- the whole clip --------------------------------------------------------------------------------------


def _median(values: list[float]) -> float | None:
    known = [value for value in values if np.isfinite(value)]
    return round(float(np.median(known)), 3) if known else None


def _cuts(time_s: FloatArray, change: FloatArray) -> BoolArray:
    """Return which pictures show another scene than the one before."""
    if len(change) <= 2 * CUT_AROUND:
        return np.zeros(len(change), dtype=bool)
    spacing_s = np.diff(time_s)
    # Where frames are missing the picture has had more time to change.
    change = np.append(0.0, change[1:] / np.maximum(spacing_s / np.median(spacing_s), 1.0))
    padded = np.pad(change, CUT_AROUND)
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * CUT_AROUND + 1)
    others = np.delete(near, CUT_AROUND, axis=1).max(axis=1)
    return np.asarray((change > CUT_LEVELS) & (change > CUT_TIMES * others))


def _repeated_share(time_s: FloatArray, largest_change: FloatArray) -> float:
    """Return the share of pictures that repeat the one before while something moves."""
    if len(time_s) < 2:
        return 0.0
    moves = time_s[largest_change >= MOVING_LEVELS]
    if len(moves) == 0:
        return 0.0
    after = np.clip(np.searchsorted(moves, time_s), 0, len(moves) - 1)
    nearest_s = np.minimum(np.abs(moves[after] - time_s), np.abs(moves[np.maximum(after - 1, 0)] - time_s))
    among = nearest_s <= MOVING_WITHIN_S
    among[0] = False
    return round(float((largest_change[among] <= REPEAT_LEVELS).mean()), 4) if among.any() else 0.0
