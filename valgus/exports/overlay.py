"""The clip with what was measured drawn into it: legs, pelvis, reps, and the angle over time below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from valgus.exports.faces import nearest, nearest_frame, posed_in, without_others, without_the_head
from valgus.model.arrays import FloatArray, RgbImage
from valgus.model.frontal import Side
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Band
from valgus.model.track import PoseTrack
from valgus.model.trial import Trial
from valgus.numerals import signed
from valgus.video import ClipReader, Frame, H264Writer, decode_ahead

#: Short side of the video at most, px.
SHORT_SIDE_PX = 720
#: Height of the strip below the picture, as a share of the picture's short side.
STRIP = 0.24
#: Landmarks below this visibility are drawn as guesses: thin, grey and dashed.
SEEN = 0.5
#: Okabe and Ito's colours, RGB: told apart with any kind of colour vision.
SIDE_RGB = {"left": (0, 114, 178), "right": (204, 121, 167)}
GREEN, AMBER, RED = (214, 240, 228), (252, 234, 204), (248, 214, 204)
WHITE, BLACK, GREY, PALE = (255, 255, 255), (20, 20, 20), (118, 118, 118), (238, 238, 238)
LEG = ("hip", "knee", "ankle")
STICKERS = ("left_asis", "right_asis")
FONT = cv2.FONT_HERSHEY_SIMPLEX
#: The strip shows at least this span of angles, so that stillness does not look like movement.
LEAST_SPAN_DEG = 20.0
QUALITY_CRF = 27

Progress = Callable[[int, int | None], None]


def write_overlay(
    trial: Trial,
    smooth: PoseTrack,
    clip_path: Path,
    path: Path,
    /,
    *,
    short_side_px: int = SHORT_SIDE_PX,
    blur_faces: bool = True,
    progress: Progress | None = None,
) -> None:
    """Write the overlay video: H.264 that browsers and phones play, without sound and without metadata.

    Every frame keeps its own time. The head of the person measured is blurred, and everything outside their
    outline where several people were counted.

    Parameters
    ----------
    trial : Trial
        One analysed clip.
    smooth : PoseTrack
        Its track after cleaning; drawn are these places, blank where they are not known.
    clip_path, path : Path
        The clip, and where the video goes.
    short_side_px : int
        Short side of the picture at most; a smaller clip is not enlarged.
    blur_faces : bool
        Whether faces are hidden.
    progress : callable, optional
        Told after every frame how many are done, and how many there are.

    Raises
    ------
    WrongUsage
        If the clip is not there.
    NotReadableAsVideo
        If it cannot be decoded.
    CannotWrite
        If the video cannot be written; then nothing is left of it.
    """
    short_px = min(short_side_px, trial.clip.width_px, trial.clip.height_px)
    with ClipReader(clip_path, short_side_px=short_px) as reader:
        canvas = Canvas(trial, smooth, reader.frame_width_px, reader.frame_height_px, blur_faces=blur_faces)
        width_px, height_px, fps = canvas.width_px, canvas.height_px, trial.clip.fps or 30.0
        with (
            H264Writer(path, width_px=width_px, height_px=height_px, fps=fps, crf=QUALITY_CRF) as writer,
            closing(decode_ahead(reader.frames())) as frames,
        ):
            for done, frame in enumerate(frames, start=1):
                writer.write(canvas.drawn(frame), frame.time_s)
                if progress is not None:
                    progress(done, trial.clip.frame_count)


class Canvas:
    """Draws one frame of a clip after the other; everything that stays the same is drawn once.

    Parameters
    ----------
    trial : Trial
        One analysed clip.
    smooth : PoseTrack
        Its track after cleaning.
    width_px, height_px : int
        Size of the frames that will come; what is drawn is higher by the strip below.
    blur_faces : bool, keyword-only
        Whether faces are hidden.

    Attributes
    ----------
    width_px, height_px : int
        Size of the pictures returned.
    """

    def __init__(
        self, trial: Trial, smooth: PoseTrack, width_px: int, height_px: int, *, blur_faces: bool
    ) -> None:
        self._trial, self._smooth, self._blur = trial, smooth, blur_faces
        # Even sizes, because the picture and the strip together are what is encoded.
        self.width_px, self._picture_px = width_px, height_px
        self._unit = max(min(width_px, height_px) / 360, 0.5)
        strip_px = 2 * round(STRIP * min(width_px, height_px) / 2)
        self.height_px = height_px + strip_px
        self._strip = _Strip(trial, width_px, strip_px, self._unit)
        # Looked up in every frame, so they are taken out of the table once.
        self._fppa = {side: _signal(trial, "fppa_deg", side) for side in ("left", "right")}

    def drawn(self, frame: Frame) -> RgbImage:
        """Return the picture with everything drawn and the strip below it."""
        whole = np.empty((self.height_px, self.width_px, 3), dtype=np.uint8)
        whole[: self._picture_px] = self._without_faces(frame)
        picture = whole[: self._picture_px]
        for leg in _legs_at(self._trial, self._smooth, frame.time_s, picture.shape[1]):
            _draw_leg(picture, leg, _value_at(*self._fppa[leg.side], frame.time_s), self._unit)
        _draw_header(picture, self._trial, frame.time_s, self._unit)
        whole[self._picture_px :] = self._strip.at(frame.time_s)
        return whole

    def _without_faces(self, frame: Frame) -> RgbImage:
        if not self._blur:
            return frame.rgb
        posed = posed_in(self._trial, frame.time_s, frame.rgb)
        image = without_the_head(posed)
        return without_others(image, posed) if self._trial.evidence.people_in_view > 1 else image


# --- the person ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Leg:
    """What is drawn of one leg in one frame, px of the picture; NaN where not known."""

    side: str
    hip_knee_ankle: FloatArray
    foot: FloatArray
    sure: tuple[bool, bool, bool]
    pelvis: FloatArray
    pelvis_is_measured: bool


def _legs_at(trial: Trial, smooth: PoseTrack, time_s: float, width_px: int) -> Iterator[_Leg]:
    if trial.setup is None:
        return
    frame = nearest_frame(smooth, time_s)
    scale = width_px / trial.clip.width_px
    for side in _sides_at(trial, time_s):
        # In a mirror image the pose source took one leg for the other.
        label = side.other.value if trial.setup.mirrored else side.value
        names = [f"{label}_{joint}" for joint in LEG]
        raw = nearest_frame(trial.track, time_s)
        stickers = trial.evidence.stickers is not None
        pelvis = STICKERS if stickers else ("left_hip", "right_hip")
        yield _Leg(
            side=side.value,
            hip_knee_ankle=np.stack([smooth.point(name)[frame] for name in names]) * scale,
            foot=smooth.point(f"{label}_foot_index")[frame] * scale,
            sure=tuple(bool(trial.track.confidence[raw, trial.track.index(name)] >= SEEN) for name in names),  # type: ignore[arg-type]
            pelvis=np.stack([smooth.point(name)[frame] for name in pelvis]) * scale,
            pelvis_is_measured=stickers,
        )


def _sides_at(trial: Trial, time_s: float) -> list[Side]:
    stance = trial.setup.stance if trial.setup else ()
    return list(dict.fromkeys(s.side for s in stance if s.start_s <= time_s <= s.end_s))


def _value_at(times_s: FloatArray, values: FloatArray, time_s: float) -> float:
    return float(values[nearest(times_s, time_s)]) if len(times_s) else float("nan")


def _signal(trial: Trial, signal: str, side: str) -> tuple[FloatArray, FloatArray]:
    table = trial.signals[trial.signals["side"] == side]
    return np.asarray(table["time_s"], dtype=np.float64), np.asarray(table[signal], dtype=np.float64)


def _draw_leg(picture: RgbImage, leg: _Leg, fppa_deg: float, unit: float) -> None:
    _draw_vertical(picture, leg, unit)
    _draw_line(picture, leg.pelvis, sure=leg.pelvis_is_measured, colour=WHITE, unit=unit)
    for k, ends in enumerate(pairwise(leg.hip_knee_ankle)):
        sure = leg.sure[k] and leg.sure[k + 1]
        _draw_line(picture, np.stack(ends), sure=sure, colour=SIDE_RGB[leg.side], unit=unit)
    for point, sure in zip(leg.hip_knee_ankle, leg.sure, strict=True):
        if np.isfinite(point).all():
            cv2.circle(picture, _px(point), round(5 * unit), WHITE, -1, cv2.LINE_AA)
            cv2.circle(
                picture, _px(point), round(3.4 * unit), SIDE_RGB[leg.side] if sure else GREY, -1, cv2.LINE_AA
            )
    knee = leg.hip_knee_ankle[1]
    if np.isfinite(knee).all() and np.isfinite(fppa_deg):
        _write(picture, signed(fppa_deg, places=0), knee + np.array([9, 4]) * unit, 0.62 * unit)


def _draw_vertical(picture: RgbImage, leg: _Leg, unit: float) -> None:
    """Draw the vertical through the foot up to the hip: what the knee should stay over."""
    hip = leg.hip_knee_ankle[0]
    if np.isfinite(leg.foot).all() and np.isfinite(hip).all():
        top = np.array([leg.foot[0], hip[1]])
        _draw_dashes(picture, leg.foot, top, WHITE, round(1.2 * unit), unit)


def _draw_line(
    picture: RgbImage, ends: FloatArray, *, sure: bool, colour: tuple[int, int, int], unit: float
) -> None:
    """Draw what is sure as a thick line with a light rim, a guess as thin grey dashes."""
    if not np.isfinite(ends).all():
        return
    if not sure:
        _draw_dashes(picture, ends[0], ends[1], PALE, round(2.2 * unit), unit)
        return
    start, end = _px(ends[0]), _px(ends[1])
    rim = BLACK if colour == WHITE else WHITE
    cv2.line(picture, start, end, rim, max(round(5 * unit), 3), cv2.LINE_AA)
    cv2.line(picture, start, end, colour, max(round(3 * unit), 1), cv2.LINE_AA)


def _draw_dashes(
    picture: RgbImage,
    start: FloatArray,
    end: FloatArray,
    colour: tuple[int, int, int],
    thick: int,
    unit: float,
) -> None:
    length = float(np.hypot(*(end - start)))
    count = max(int(length / (9 * unit)), 1)
    for k in range(count):
        one, other = (start + (end - start) * (k + share) / count for share in (0.0, 0.55))
        cv2.line(picture, _px(one), _px(other), GREY, max(thick, 1) + 2, cv2.LINE_AA)
        cv2.line(picture, _px(one), _px(other), colour, max(thick, 1), cv2.LINE_AA)


# --- words in the picture -----------------------------------------------------------------------------------


def _draw_header(picture: RgbImage, trial: Trial, time_s: float, unit: float) -> None:
    """Write rep, side and phase, or that the person stands."""
    reps = [rep for rep in trial.reps if rep.start_s <= time_s <= rep.end_s]
    sides = " and ".join(sorted({rep.side.value for rep in reps})) or _standing_on(trial, time_s)
    says = (
        f"{sides}  {time_s:.1f} s"
        if not reps
        else f"rep {reps[0].number}  {sides}  {_phase(reps[0], time_s)}"
    )
    invalid = any(rep.grade is Grade.INVALID for rep in reps)
    note = "  (not judged)" if invalid else ""
    _write(picture, f"{says}{note}", np.array([8 * unit, 18 * unit]), 0.5 * unit)


def _standing_on(trial: Trial, time_s: float) -> str:
    return " and ".join(side.value for side in _sides_at(trial, time_s)) or "-"


def _phase(rep: Rep, time_s: float) -> str:
    if abs(time_s - rep.bottom_s) <= 0.05:
        return "lowest"
    return "down" if time_s < rep.bottom_s else "up"


def _write(picture: RgbImage, says: str, at: FloatArray, size: float) -> None:
    """Write text with a dark rim, readable on any ground; its left lower corner is at a place."""
    thick, rim = max(round(2 * size), 1), max(round(1.5 * size), 1)
    # Moved about and not drawn thicker: from OpenCV 5 on thicker letters are wider, and would lie elsewhere.
    around = [(dx, dy) for dx in (-rim, 0, rim) for dy in (-rim, 0, rim)]
    for offset in around:
        cv2.putText(picture, says, _px(at + np.array(offset)), FONT, size, BLACK, thick, cv2.LINE_AA)
    cv2.putText(picture, says, _px(at), FONT, size, WHITE, thick, cv2.LINE_AA)


def _px(point: Iterable[float]) -> tuple[int, int]:
    x, y = point
    return round(float(x)), round(float(y))


# --- the strip ----------------------------------------------------------------------------------------------


class _Strip:
    """The projection angle over the whole clip with its bands, and where in it the video is."""

    def __init__(self, trial: Trial, width_px: int, height_px: int, unit: float) -> None:
        self._duration_s = max(trial.clip.duration_s, 1e-6)
        self._left, self._right = round(34 * unit), width_px - round(8 * unit)
        self._top, self._bottom = round(16 * unit), height_px - round(6 * unit)
        self._unit = unit
        self._sides = trial.sides or ("left", "right")
        self._low, self._high = self._limits(trial)
        self._still = self._drawn(trial, width_px, height_px)

    def at(self, time_s: float) -> RgbImage:
        """Return the strip with the place of a time marked."""
        strip = self._still.copy()
        x = self._x(time_s)
        cv2.line(
            strip, (x, self._top), (x, self._bottom), BLACK, max(round(1.6 * self._unit), 1), cv2.LINE_AA
        )
        return strip

    def _limits(self, trial: Trial) -> tuple[float, float]:
        values = [_signal(trial, "fppa_deg", side)[1] for side in self._sides]
        known = np.concatenate([v[np.isfinite(v)] for v in values] or [np.zeros(0)])
        edges = [edge for band in _bands(trial) for edge in (band.amber, band.red) if edge is not None]
        low, high = (float(known.min()), float(known.max())) if len(known) else (-5.0, 15.0)
        low, high = min(low, 0.0, *edges), max(high, *edges, 0.0)
        missing = max(LEAST_SPAN_DEG - (high - low), 0.0) / 2
        return low - missing - 2.0, high + missing + 2.0

    def _drawn(self, trial: Trial, width_px: int, height_px: int) -> RgbImage:
        strip = np.full((height_px, width_px, 3), 255, dtype=np.uint8)
        for low, high, colour in _zones(_bands(trial), self._low, self._high):
            cv2.rectangle(strip, (self._left, self._y(high)), (self._right, self._y(low)), colour, -1)
        for rep in trial.reps:
            spans = (
                (self._x(rep.start_s), self._bottom - round(3 * self._unit)),
                (self._x(rep.end_s), self._bottom),
            )
            cv2.rectangle(strip, *spans, GREY, -1)
        for side in self._sides:
            self._draw_curve(strip, *_signal(trial, "fppa_deg", side), SIDE_RGB[side])
        self._label(strip)
        return strip

    def _draw_curve(
        self, strip: RgbImage, time_s: FloatArray, values: FloatArray, colour: tuple[int, int, int]
    ) -> None:
        known = np.flatnonzero(np.isfinite(values))
        for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
            points = np.array([(self._x(time_s[k]), self._y(values[k])) for k in run], dtype=np.int32)
            if len(points):
                cv2.polylines(strip, [points], False, colour, max(round(1.6 * self._unit), 1), cv2.LINE_AA)

    def _label(self, strip: RgbImage) -> None:
        size = 0.36 * self._unit
        thick = max(round(self._unit * 0.8), 1)
        title = "projection angle (FPPA), deg, + inside"
        cv2.putText(strip, title, (self._left, round(11 * self._unit)), FONT, size, BLACK, thick, cv2.LINE_AA)
        for value in _ticks(self._low, self._high):
            y = self._y(value)
            cv2.line(strip, (self._left - round(3 * self._unit), y), (self._left, y), GREY, 1)
            place = (round(4 * self._unit), y + round(4 * self._unit))
            cv2.putText(strip, f"{value + 0.0:.0f}", place, FONT, size, BLACK, thick, cv2.LINE_AA)

    def _x(self, time_s: float) -> int:
        share = min(max(time_s / self._duration_s, 0.0), 1.0)
        return round(self._left + share * (self._right - self._left))

    def _y(self, value: float) -> int:
        share = (value - self._low) / (self._high - self._low)
        return round(self._bottom - share * (self._bottom - self._top))


def _bands(trial: Trial) -> tuple[Band, ...]:
    return tuple(band for band in trial.task.bands if band.measure == "fppa_deg")


def _zones(
    bands: Sequence[Band], low: float, high: float
) -> Iterator[tuple[float, float, tuple[int, int, int]]]:
    """Yield each coloured zone of the first band, from below; none without a band."""
    for band in bands[:1]:
        edges = [edge for edge in (band.amber, band.red) if edge is not None]
        for (start, end), colour in zip(pairwise([low, *edges, high]), (GREEN, AMBER, RED), strict=False):
            yield start, end, colour


@lru_cache(maxsize=16)
def _ticks(low: float, high: float) -> tuple[float, ...]:
    step = next(step for step in (5.0, 10.0, 20.0, 50.0, 100.0) if (high - low) / step <= 5)
    return tuple(np.arange(np.ceil(low / step) * step, high, step))
