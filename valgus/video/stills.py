"""Single pictures at given times."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from queue import SimpleQueue

import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame

from valgus.model.arrays import RgbImage
from valgus.video.reader import ClipReader, Frame

# Within this distance decoding on is cheaper than seeking: key frames are usually 1 to 4 s apart.
_DECODE_ON_S = 2.0
# How far before the wanted time to seek. An index can point a little late; then the next try is earlier.
_SEEK_BACK_S = (0.0, 1.0, 5.0)


def stills(
    path: str | Path, times_s: Sequence[float], *, short_side_px: int | None = 540
) -> tuple[RgbImage, ...]:
    """Return the pictures nearest to given times, exactly as `ClipReader` would show them.

    Parameters
    ----------
    path : str or Path
        The clip.
    times_s : sequence of float
        Wanted times in seconds after the first shown frame, in any order; before the first or after the last
        frame gives that frame, half way between two gives the earlier.
    short_side_px : int or None, keyword-only
        As in `ClipReader`.

    Returns
    -------
    tuple of (height, width, 3) arrays of uint8
        One picture per time, in the order asked for.

    Raises
    ------
    ValueError
        If a time is not finite.
    WrongUsage, NotReadableAsVideo
        As in `ClipReader`.

    Notes
    -----
    Files with a trustworthy index (mp4, mov, webm, mkv) are entered at the key frame before each time; all
    others are decoded from the start up to the last time.
    """
    wanted = sorted(set(map(float, times_s)))
    if not np.all(np.isfinite(wanted)):
        raise ValueError(f"times must be finite, got {list(times_s)}")
    images: dict[float, RgbImage] = {}
    missed: list[float] = []
    with ClipReader(path, short_side_px=short_side_px) as reader:
        for group in _close_together(wanted):
            pictures = _by_seeking(reader, group)
            if pictures is None:
                missed += group
            else:
                images.update(zip(group, map(reader.upright, pictures), strict=True))
    if missed:
        with ClipReader(path, short_side_px=short_side_px) as reader:
            images.update(zip(missed, map(reader.upright, _nearest(reader.pictures(), missed)), strict=True))
    return tuple(images[float(time_s)] for time_s in times_s)


class Keeper:
    """Keeps the pictures of a stream that are nearest to given times, as they pass: no second decoding.

    One thread may look at the pictures kept while another is still running the stream.

    Parameters
    ----------
    times_s : iterable of float
        Wanted times; as in `stills`, half way between two pictures gives the earlier.
    """

    def __init__(self, times_s: Iterable[float], /) -> None:
        self._pending = deque(sorted(times_s))
        self._kept: SimpleQueue[RgbImage | None] = SimpleQueue()
        self._before: Frame | None = None

    def looking_at(self, frames: Iterable[Frame], /) -> Iterator[Frame]:
        """Yield every frame as it comes; times after the last one give its picture."""
        try:
            for frame in frames:
                while self._pending and frame.time_s >= self._pending[0]:
                    self._kept.put(self._nearer(frame, self._pending.popleft()).rgb)
                self._before = frame
                yield frame
            self._keep_last()
        finally:
            self.end()

    def _keep_last(self) -> None:
        if self._before is not None:
            for _ in self._pending:
                self._kept.put(self._before.rgb)

    def _nearer(self, frame: Frame, wanted_s: float) -> Frame:
        before = self._before
        if before is None or frame.time_s - wanted_s < wanted_s - before.time_s:
            return frame
        return before

    def end(self) -> None:
        """Let `pictures` end with those kept so far; for a stream that may never have begun."""
        self._kept.put(None)

    def pictures(self) -> Iterator[RgbImage]:
        """Yield the pictures kept, in order and once, waiting for each until it has passed."""
        while (picture := self._kept.get()) is not None:
            yield picture


def _close_together(times_s: Sequence[float]) -> Iterator[list[float]]:
    group: list[float] = []
    for time_s in times_s:
        if group and time_s - group[-1] > _DECODE_ON_S:
            yield group
            group = []
        group.append(time_s)
    if group:
        yield group


def _by_seeking(reader: ClipReader, times_s: Sequence[float]) -> list[VideoFrame] | None:
    """Return the nearest pictures, or None where seeking does not lead to one at or before the first time."""
    if not reader.can_seek:
        return None
    earliest_s = max(times_s[0], 0.0)
    for back_s in _SEEK_BACK_S:
        pictures = reader.pictures_from(max(earliest_s - back_s, 0.0))
        try:
            first = next(pictures, None)
            if first is not None and first[0] <= earliest_s:
                return list(_nearest(chain([first], pictures), times_s))
        except FFmpegError:
            return None
    return None


def _nearest(pictures: Iterable[tuple[float, VideoFrame]], times_s: Sequence[float]) -> Iterator[VideoFrame]:
    """Yield, for each of the rising times, the picture nearest to it."""
    pending = deque(times_s)
    before: tuple[float, VideoFrame] | None = None
    for now in pictures:
        while pending and now[0] >= pending[0]:
            wanted_s = pending.popleft()
            yield now[1] if before is None or now[0] - wanted_s < wanted_s - before[0] else before[1]
        if not pending:
            return
        before = now
    for _ in range(len(pending) if before else 0):
        yield before[1]  # type: ignore[index]  # the range is empty without one
