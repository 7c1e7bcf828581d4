"""Write H.264 that browsers and phones play, with true frame times."""

from __future__ import annotations

import contextlib
import secrets
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream

from valgus.errors import CannotWrite
from valgus.model.arrays import RgbImage
from valgus.video.upright import ONE_SCALER_THREAD

_TICKS_PER_S = 90_000  # divides every usual frame rate and is fine enough for any other
#: x264's tree of macroblocks gives other bytes for the same pictures from run to run (seen in PyAV 18.1).
SAME_BYTES = "mbtree=0"
_BT709 = 1  # the same number for matrix, primaries and transfer


class H264Writer:
    """Write pictures to an mp4 file that appears whole, under its name, or not at all.

    Until the end of the ``with`` block the file has a hidden name in the same folder. An exception inside the
    block removes it and leaves an earlier file of that name untouched.

    Parameters
    ----------
    path : str or Path
        Where the file goes; an earlier one is replaced at the end.
    width_px, height_px : int, keyword-only
        Size of the pictures. H.264 in this form needs even sizes: an odd one gains one column on the right or
        one row below, which repeats its neighbour.
    fps : float, keyword-only
        Frames per second where no times are given, and what rate control expects.
    crf : int, keyword-only
        Quality, 0 (lossless) to 51; 18 looks like the original, 23 is x264's own default.
    preset : str, keyword-only
        x264's trade of time for size.
    threads : int, keyword-only
        Encoder threads; 0 lets x264 choose. The bytes depend on it, so the default is a fixed number.

    Raises
    ------
    CannotWrite
        If the file cannot be created, written or moved to its name (disk full, no permission, no folder).
    ValueError
        If sizes or rate are not positive, a picture has another size or type, times do not rise, or nothing
        was written.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        width_px: int,
        height_px: int,
        fps: float,
        crf: int = 20,
        preset: str = "veryfast",
        threads: int = 2,
    ) -> None:
        if width_px < 1 or height_px < 1 or not 0 < fps < float("inf"):
            raise ValueError(f"expected a positive size and rate, got {width_px} x {height_px} at {fps} fps")
        self._path = Path(path)
        self._shape = (height_px, width_px, 3)
        self._fps = fps
        self._written = 0
        self._first_s = 0.0
        self._last_ticks = -1
        self._to_yuv = VideoReformatter()
        self._partial = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}.part")
        try:
            self._partial.touch()  # FFmpeg would say only at the first picture that it cannot
            self._container = av.open(
                f"file:{self._partial}", "w", format="mp4", options={"movflags": "+faststart"}
            )
        except (FFmpegError, OSError) as error:
            raise self._cannot_write(error) from error
        try:
            self._stream = self._add_stream(crf, preset, threads)
        except BaseException:  # Ctrl-C as well
            self._abandon()
            raise

    def _add_stream(self, crf: int, preset: str, threads: int) -> VideoStream:
        rate = Fraction(self._fps).limit_denominator(1001)
        options = {"crf": str(crf), "preset": preset, "x264-params": SAME_BYTES}
        stream = self._container.add_stream("libx264", rate=rate, options=options)
        height_px, width_px, _ = self._shape
        stream.width, stream.height = width_px + width_px % 2, height_px + height_px % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(1, _TICKS_PER_S)
        context.thread_count = threads
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = ColorRange.MPEG
        return stream

    def __enter__(self) -> H264Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._abandon()
            return
        try:
            self._finish()
        except BaseException:
            self._abandon()
            raise

    def write(self, rgb: RgbImage, time_s: float | None = None) -> None:
        """Add a picture.

        Parameters
        ----------
        rgb : (height, width, 3) array of uint8
            The picture, upright.
        time_s : float or None
            When it is shown, in seconds on any clock; the first picture's time becomes zero. With None it
            follows at a constant rate: number of pictures before it / fps. Give times for all or none.
        """
        if rgb.shape != self._shape or rgb.dtype != np.uint8:
            raise ValueError(f"expected a picture {self._shape} of uint8, got {rgb.shape} of {rgb.dtype}")
        picture = self._yuv(rgb)
        picture.pts = self._ticks(time_s)
        picture.time_base = Fraction(1, _TICKS_PER_S)
        self._encode(picture)
        self._last_ticks = picture.pts
        self._written += 1

    def _ticks(self, time_s: float | None) -> int:
        if time_s is None:
            time_s = self._written / self._fps
        if self._written == 0:
            self._first_s = time_s
        ticks = round((time_s - self._first_s) * _TICKS_PER_S)
        if ticks <= self._last_ticks:
            raise ValueError(
                f"times must rise by at least 1/{_TICKS_PER_S} s, got {time_s} s after a later one"
            )
        return ticks

    def _yuv(self, rgb: RgbImage) -> VideoFrame:
        height_px, width_px, _ = self._shape
        if height_px % 2 or width_px % 2:
            rgb = np.pad(rgb, ((0, height_px % 2), (0, width_px % 2), (0, 0)), mode="edge")
        return self._to_yuv.reformat(
            VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,  # the range is limited unless asked otherwise
            **ONE_SCALER_THREAD,
        )

    def _encode(self, picture: VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(picture):
                self._mux(packet)
        except (FFmpegError, OSError) as error:
            raise self._cannot_write(error) from error

    def _mux(self, packet: Packet[VideoStream]) -> None:
        if not packet.duration:  # else the last picture would be shown for no time at all
            packet.duration = round(_TICKS_PER_S / self._fps)
        self._container.mux(packet)

    def _finish(self) -> None:
        if self._written == 0:
            raise ValueError(f"{self._path.name}: no picture was written")
        self._encode(None)
        try:
            self._container.close()
            self._partial.replace(self._path)
        except (FFmpegError, OSError) as error:
            raise self._cannot_write(error) from error

    def _abandon(self) -> None:
        with contextlib.suppress(FFmpegError, OSError):  # the first error is the one to report
            self._container.close()
        self._partial.unlink(missing_ok=True)

    def _cannot_write(self, error: Exception) -> CannotWrite:
        reason = getattr(error, "strerror", None) or str(error)
        return CannotWrite(
            f"{self._path.name}: the video could not be written ({reason}).",
            "Check that the folder exists, may be written to, and that the disk is not full.",
        )
