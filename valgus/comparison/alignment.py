"""When which frame of two clips is shown, so that the lowest points of their reps coincide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from valgus.model.arrays import FloatArray
from valgus.model.comparison import ComparedLeg, Comparison, Extract, Moment

#: Pictures of the two clips are shown together when they are nearer in time than this share of a frame.
TOGETHER = 0.25


def moments_of(comparison: Comparison, /) -> tuple[Moment, ...]:
    """Return every picture of a video that shows two clips beside each other, rep by rep.

    Each clip keeps its own speed: its frames follow each other as they were filmed, up to a quarter of a
    frame. Where one rep begins later or ends earlier than the other, its first or last frame stands still.
    """
    frame_s = min(_frame_s(leg) for leg in comparison.legs)
    moments: list[Moment] = []
    start_s = 0.0
    for k, extracts in enumerate(comparison.pairs):
        clips = [_Frames(leg, extract) for leg, extract in zip(comparison.legs, extracts, strict=True)]
        of_pair = [replace(moment, pair=k) for moment in _moments(clips[0], clips[1], TOGETHER * frame_s)]
        first_s = of_pair[0].from_lowest_s
        moments += [replace(one, time_s=start_s + one.from_lowest_s - first_s) for one in of_pair]
        start_s = moments[-1].time_s + frame_s
    return tuple(moments)


class _Frames:
    """The frames of one clip around one rep: their times (n,), also after the lowest point.

    They are those in which the body was looked for: of a very fast clip not all.
    """

    def __init__(self, leg: ComparedLeg, extract: Extract) -> None:
        time_s = leg.trial.track.time_s
        self._time_s = time_s[(time_s >= extract.from_s) & (time_s <= extract.to_s)]
        self.from_lowest_s: FloatArray = np.asarray(self._time_s - extract.rep.bottom_s)

    def shown_at(self, from_lowest_s: float) -> float:
        """Return the time of the frame on screen: the last one begun, at first the first."""
        begun = int(np.searchsorted(self.from_lowest_s, from_lowest_s, side="right"))
        return float(self._time_s[max(begun - 1, 0)])


def _moments(a: _Frames, b: _Frames, together_s: float) -> Iterator[Moment]:
    for first_s, last_s in _grouped(np.union1d(a.from_lowest_s, b.from_lowest_s), together_s):
        yield Moment(0.0, 0, first_s, (a.shown_at(last_s), b.shown_at(last_s)))


def _grouped(times_s: FloatArray, together_s: float) -> Iterator[tuple[float, float]]:
    """Yield first and last of every run of rising times that is shorter than a limit."""
    first_s = last_s = float(times_s[0])
    for time_s in map(float, times_s[1:]):
        if time_s - first_s >= together_s:
            yield first_s, last_s
            first_s = time_s
        last_s = time_s
    yield first_s, last_s


def _frame_s(leg: ComparedLeg) -> float:
    return float(np.median(np.diff(leg.trial.track.time_s)))
