"""Two clips beside each other, rep by rep, their lowest points at the same time; each at its own speed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from valgus.exports.comparing import is_in_colour, name_of
from valgus.exports.overlay import BLACK, FONT, GREY, QUALITY_CRF, SIDE_RGB, Canvas
from valgus.exports.wording import one_line
from valgus.model.arrays import RgbImage
from valgus.model.comparison import ComparedLeg, Comparison, Moment
from valgus.model.track import PoseTrack
from valgus.video import ClipReader, Frame, H264Writer, decode_ahead

#: Height of the pictures at most, px; a smaller clip is not enlarged.
PICTURE_HEIGHT_PX = 800
#: Above the pictures: two lines that say which is which, and a bar in the colour of the leg.
LABEL_PX, BAR_PX = 64, 6
GAP_PX = 8
#: Saved times are rounded; frames are further apart than this, s.
SAME_TIME_S = 0.0005

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, eq=False)
class Source:
    """A clip to show: its file, and its track after cleaning."""

    clip_path: Path
    smooth: PoseTrack


def write_side_by_side(
    comparison: Comparison,
    moments: Sequence[Moment],
    sources: tuple[Source, Source],
    path: Path,
    /,
    *,
    blur_faces: bool = True,
    progress: Progress | None = None,
) -> None:
    """Write the video: H.264 without sound and without metadata, A on the left and B on the right.

    Parameters
    ----------
    comparison : Comparison
        Which legs and reps.
    moments : sequence of Moment
        Which frames are shown when; of each clip in rising order.
    sources : (Source, Source)
        The clips of A and B.
    path : Path
        Where the video goes.
    blur_faces : bool
        Whether faces are hidden.
    progress : callable, optional
        Told after every picture how many are done, and how many there are.

    Raises
    ------
    WrongUsage
        If a clip is not there.
    NotReadableAsVideo
        If one cannot be decoded.
    CannotWrite
        If the video cannot be written; then nothing is left of it.
    """
    height_px = min(PICTURE_HEIGHT_PX, *(leg.trial.clip.height_px for leg in comparison.legs))
    one, other = zip(comparison.legs, sources, strict=True)
    with (
        _pane(comparison, *one, height_px, blur_faces=blur_faces) as a,
        _pane(comparison, *other, height_px, blur_faces=blur_faces) as b,
        H264Writer(
            path,
            width_px=a.width_px + GAP_PX + b.width_px,
            height_px=max(a.height_px, b.height_px),
            fps=max(leg.trial.clip.fps or 30.0 for leg in comparison.legs),
            crf=QUALITY_CRF,
        ) as writer,
    ):
        for done, moment in enumerate(moments, start=1):
            writer.write(_beside(a.at(moment.clip_s[0]), b.at(moment.clip_s[1])), moment.time_s)
            if progress is not None:
                progress(done, len(moments))


def _beside(one: RgbImage, other: RgbImage) -> RgbImage:
    """Return two pictures beside each other, white below the lower one."""
    height, width = max(one.shape[0], other.shape[0]), one.shape[1] + GAP_PX + other.shape[1]
    both = np.full((height, width, 3), 255, dtype=np.uint8)
    both[: one.shape[0], : one.shape[1]] = one
    both[: other.shape[0], one.shape[1] + GAP_PX :] = other
    return both


# --- one clip -----------------------------------------------------------------------------------------------


class _Pane:
    """One clip with everything drawn in and its name above, frame by frame forward."""

    def __init__(self, frames: Iterator[Frame], canvas: Canvas, label: RgbImage) -> None:
        self._frames, self._canvas, self._label = frames, canvas, label
        self.width_px, self.height_px = canvas.width_px, canvas.height_px + label.shape[0]
        self._shown_s = -1.0
        self._picture = np.empty((0, 0, 3), dtype=np.uint8)

    def at(self, time_s: float) -> RgbImage:
        """Return the frame of a time in the clip, which may stay or rise from call to call."""
        if time_s > self._shown_s:
            frame = next(frame for frame in self._frames if frame.time_s >= time_s - SAME_TIME_S)
            self._picture = np.concatenate([self._label, self._canvas.drawn(frame)])
            self._shown_s = time_s
        return self._picture


@contextmanager
def _pane(
    comparison: Comparison, leg: ComparedLeg, source: Source, height_px: int, *, blur_faces: bool
) -> Iterator[_Pane]:
    clip = leg.trial.clip
    short_px = round(min(clip.width_px, clip.height_px) * height_px / clip.height_px)
    with ClipReader(source.clip_path, short_side_px=short_px) as reader:
        size_px = (reader.frame_width_px, reader.frame_height_px)
        canvas = Canvas(leg.trial, source.smooth, *size_px, blur_faces=blur_faces)
        # Closed here and not when it is collected: its thread must have ended before the reader closes.
        with closing(decode_ahead(reader.frames())) as frames:
            yield _Pane(frames, canvas, _label(comparison, leg, canvas.width_px))


# --- which is which -----------------------------------------------------------------------------------------


def _label(comparison: Comparison, leg: ComparedLeg, width_px: int) -> RgbImage:
    label = np.full((LABEL_PX, width_px, 3), 255, dtype=np.uint8)
    label[LABEL_PX - BAR_PX :] = SIDE_RGB[leg.side.value] if is_in_colour(comparison, leg) else GREY
    _write(label, name_of(leg), at_y=26, size=0.8, thick=2)
    _write(label, _in_plain_letters(one_line(leg.trial.clip.name)), at_y=49, size=0.5, thick=1)
    return label


def _write(label: RgbImage, says: str, *, at_y: int, size: float, thick: int) -> None:
    """Write a line, smaller where it would be too long."""
    (width, _), _ = cv2.getTextSize(says, FONT, size, thick)
    size *= min(1.0, (label.shape[1] - 16) / max(width, 1))
    cv2.putText(label, says, (8, at_y), FONT, size, BLACK, thick, cv2.LINE_AA)


def _in_plain_letters(says: str) -> str:
    """Return text in the letters that the drawn font has: without accents, else a question mark."""
    apart = unicodedata.normalize("NFKD", says.replace("ß", "ss"))
    return (
        "".join(letter for letter in apart if not unicodedata.combining(letter))
        .encode("ascii", "replace")
        .decode("ascii")
    )
