"""Stream a clip's frames upright, scaled and with their true times."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from av.video.frame import VideoFrame

from valgus.errors import NotReadableAsVideo
from valgus.model.arrays import FloatArray, RgbImage
from valgus.model.clip import Clip
from valgus.video.decoding import Decoder, default_threads
from valgus.video.files import check_large_enough, check_size, check_unchanged, sha256_of, state_of
from valgus.video.upright import Scaler, Turn, fitted_size, square_pixel_size

_USUAL_WITHIN = 0.05
_VARIABLE_ABOVE = 0.1
# 119.88 frames per second are meant by 120, and clocks are coarse.
_RATE_TOLERANCE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a clip.

    Attributes
    ----------
    time_s : float
        Presentation time in seconds after the first shown frame.
    rgb : (height, width, 3) array of uint8
        Upright picture, C-contiguous.
    """

    time_s: float
    rgb: RgbImage


class ClipReader:
    """Open a video file and stream its frames once, upright and scaled.

    Pictures are as a person would see them played: turned (and mirrored) as the file asks, with square
    pixels, without what an edit list cuts away. Opening decodes the first frame, so that all attributes but
    the counts are known at once.

    Parameters
    ----------
    path : str or Path
        A regular file. Nothing else is ever opened, whatever the file's content asks for.
    short_side_px : int or None, keyword-only
        Largest short side of the pictures; smaller clips are not enlarged. None gives full size.
    threads : int or None, keyword-only
        Decoder threads; 0 is one per core, None is `default_threads`. Undamaged
        clips give the same pixels with any number; what is patched over damage is the same in every run only
        with 1.

    Attributes
    ----------
    name : str
        The file's name without its folder.
    width_px, height_px : int
        Size of the upright full-size picture with square pixels.
    frame_width_px, frame_height_px : int
        Size of the pictures returned.
    scale : (float, float)
        Full-size pixels per returned pixel in x and in y (they differ by rounding), for points with (0, 0) at
        the outer corner of the upper left pixel, so that pixel centres are at .5, as MediaPipe counts. Where
        (0, 0) is the centre of that pixel, as in OpenCV, add 0.5 before and subtract it after.
    rotation_deg : int
        Clockwise rotation that is applied (0, 90, 180, 270).
    mirrored : bool
        Whether the file asks for a mirror image; it is applied before the rotation.
    codec : str
        FFmpeg's name, for example ``h264``.
    expected_frames : int or None
        About how many frames will come, for a progress bar; None if the file does not say.
    expected_duration_s : float or None
        About how long the video is; None if the file does not say.

    Raises
    ------
    WrongUsage
        If there is no such file, or it is a folder.
    NotReadableAsVideo
        If not even one frame can be decoded, or the picture is larger than 8K.
    """

    def __init__(
        self, path: str | Path, *, short_side_px: int | None = 540, threads: int | None = None
    ) -> None:
        if short_side_px is not None and short_side_px < 1:
            raise ValueError(f"short_side_px must be at least 1, got {short_side_px}")
        self._path = Path(path)
        self.name = self._path.name
        self._times_s = array("d")
        self._started = self._exhausted = False
        self._state = state_of(self._path)
        self._decoder = Decoder(self._path, default_threads() if threads is None else threads)
        try:
            self._look_at_first_picture(short_side_px)
        except BaseException:
            self._decoder.close()
            raise

    def _look_at_first_picture(self, short_side_px: int | None) -> None:
        stream = self._decoder.stream
        self.codec = stream.codec_context.name
        self.expected_frames = self._decoder.expected_frames
        self.expected_duration_s = self._decoder.expected_duration_s
        self._pictures = self._decoder.pictures()
        first = next(self._pictures, None)
        if first is None:
            sized = bool(stream.codec_context.width and stream.codec_context.height)
            what = "no frame could be decoded" if sized else "no picture size up to 8K could be read"
            raise NotReadableAsVideo(
                f"{self.name}: {what} from its {self.codec} video.",
                "Check that the clip plays, then copy it from the phone again.",
            )
        self._first_pts, picture = first
        self._first: VideoFrame | None = picture
        turn = Turn.of(picture)
        wide, high = square_pixel_size(picture.width, picture.height, stream.sample_aspect_ratio)
        check_size(wide, high, self.name)
        check_large_enough(wide, high, self.name)
        self.width_px, self.height_px = turn.size(wide, high)
        self.frame_width_px, self.frame_height_px = fitted_size(self.width_px, self.height_px, short_side_px)
        self.scale = (self.width_px / self.frame_width_px, self.height_px / self.frame_height_px)
        self.rotation_deg, self.mirrored = turn.rotation_deg, turn.mirrored
        self._scaler = Scaler(turn, self.frame_width_px, self.frame_height_px)

    @property
    def dropped_frames(self) -> int:
        """Frames left out so far: their time was missing or did not rise, or their size was another."""
        return self._decoder.dropped_frames

    @property
    def damaged_frames(self) -> int:
        """Frames shown so far in which the decoder patched over damage."""
        return self._decoder.damaged_frames

    @property
    def skipped_packets(self) -> int:
        """Pieces of the file that could not be decoded so far."""
        return self._decoder.skipped_packets

    @property
    def ended_early(self) -> bool:
        """Whether decoding stopped at damage before the end; final once `frames` is exhausted."""
        return self._decoder.ended_early

    def __enter__(self) -> ClipReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; frames already handed out stay valid."""
        self._first = None
        self._decoder.close()

    @property
    def frames_read(self) -> int:
        """Frames decoded so far, also those that `frames` left out."""
        return len(self._times_s)

    def frames(self, *, enough_fps: float | None = None) -> Iterator[Frame]:
        """Yield the frames in the order of their times, once.

        Times are the file's presentation times in seconds, counted from the first shown frame, and strictly
        rise. Memory does not grow with the clip. Damage is skipped and counted.

        Parameters
        ----------
        enough_fps : float or None
            A frame is left out where the ones around it are no further apart than at this many frames per
            second: 240 become 120 or 60, 70 stay 70 where 60 are enough. All are decoded and counted,
            because each builds on those before it, but only those yielded are scaled. None yields all.

        Raises
        ------
        RuntimeError
            If called a second time: a stream can be read once. Open the clip again.
        """
        if self._started:
            raise RuntimeError("frames() can be read once; open the clip again")
        self._started = True
        return self._frames(enough_fps)

    def _frames(self, enough_fps: float | None) -> Iterator[Frame]:
        pictures = self._noted()
        for time_s, picture in pictures if enough_fps is None else _thinned(pictures, enough_fps):
            yield Frame(time_s, self.upright(picture))
        self._exhausted = True

    def _noted(self) -> Iterator[tuple[float, VideoFrame]]:
        for time_s, picture in self.pictures():
            self._times_s.append(time_s)
            yield time_s, picture

    def pictures(self) -> Iterator[tuple[float, VideoFrame]]:
        """Yield time and decoder's own picture of every frame, once: `frames` before scaling and turning."""
        first, self._first = self._first, None
        if first is not None:
            yield 0.0, first
            del first
        for ticks, picture in self._pictures:
            yield self._time_s(ticks), picture

    @property
    def can_seek(self) -> bool:
        """Whether `pictures_from` is worth trying on this kind of file."""
        return self._decoder.can_seek

    def pictures_from(self, time_s: float) -> Iterator[tuple[float, VideoFrame]]:
        """Yield as `pictures` does, from a key frame at or before a time; afterwards `pictures` is of no use.

        An imprecise index may lead to a later key frame: look at the first time before relying on it.

        Raises
        ------
        av.error.FFmpegError
            With the first picture, if the file cannot be sought in.
        """
        ticks = self._first_pts + math.floor(time_s / self._decoder.seconds_per_tick)
        for shown_at, picture in self._decoder.pictures_from(ticks):
            yield self._time_s(shown_at), picture

    def upright(self, picture: VideoFrame) -> RgbImage:
        """Return one of this clip's pictures scaled and turned, (height, width, 3) uint8."""
        try:
            return self._scaler(picture)
        except ValueError as error:
            raise NotReadableAsVideo(
                f"{self.name}: its {error}.", "Export it as H.264 in an mp4 file."
            ) from error

    def _time_s(self, ticks: int) -> float:
        return float((ticks - self._first_pts) * (self._decoder.stream.time_base or 0))

    def _sha256(self) -> str:
        """Return the hash of the content that the frames are from."""
        check_unchanged(self._path, self._state)
        sha256 = sha256_of(self._path)
        check_unchanged(self._path, self._state)
        return sha256

    def clip(self) -> Clip:
        """Return the facts about the clip, once `frames` is exhausted; the file is read again for its hash.

        Frames per second are the mean of the usual spacings, which are those within 5 % or one tick of the
        file's clock from the median spacing: the median alone is off by up to a tick where the clock is
        coarse (17 ms for 60 fps in WebM). NaN for a single frame. The rate counts as variable where more than
        a tenth of the spacings are not usual; a phone that leaves out a frame now and then stays below that.

        Raises
        ------
        RuntimeError
            If frames are still to come.
        ChangedWhileRead
            If the file is not what it was when it was opened.
        """
        if not self._exhausted:
            raise RuntimeError("the clip is known only when frames() has been read to its end")
        fps, variable = _rate(np.asarray(self._times_s), self._decoder.seconds_per_tick)
        return Clip(
            name=self.name,
            sha256=self._sha256(),
            width_px=self.width_px,
            height_px=self.height_px,
            frame_count=len(self._times_s),
            duration_s=self._times_s[-1] - self._times_s[0],
            fps=fps,
            variable_frame_rate=variable,
            rotation_deg=self.rotation_deg,
            codec=self.codec,
            ended_early=self.ended_early,
            recorded_at=self._decoder.recorded_at,
        )


def _thinned(
    pictures: Iterable[tuple[float, VideoFrame]], enough_fps: float
) -> Iterator[tuple[float, VideoFrame]]:
    """Leave out pictures whose neighbours are near enough; by their times, because headers can be wrong."""
    widest_s = (1 + _RATE_TOLERANCE) / enough_fps
    held: tuple[float, VideoFrame] | None = None
    yielded_s: float | None = None
    for now in pictures:
        if yielded_s is None:
            yielded_s = now[0]
            yield now
            continue
        if held is not None and now[0] - yielded_s > widest_s:
            yielded_s = held[0]
            yield held
        held = now
    if held is not None:
        yield held


def _rate(time_s: FloatArray, tick_s: float) -> tuple[float | None, bool]:
    """Return frames per second, None for a single frame, and whether the rate varies."""
    if len(time_s) < 2:
        return None, False
    spacing_s = np.diff(time_s)
    # One of the spacings themselves, not the middle between two, which none need be near.
    median_s = np.percentile(spacing_s, 50, method="lower")
    # A little more than one tick, so that rounding of the difference itself does not count.
    usual = np.abs(spacing_s - median_s) <= max(_USUAL_WITHIN * median_s, 1.01 * tick_s)
    return float(1 / spacing_s[usual].mean()), bool(np.mean(~usual) > _VARIABLE_ABOVE)
