"""From the raw pose track to a smooth one: each step keeps the type and says what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from valgus import filters
from valgus.model.arrays import FloatArray
from valgus.model.track import PoseTrack

#: Leg lengths per second; an ankle that falls faster is in flight, one that falls slower is being put down.
FLIGHT_SPEED = 1.0
#: Coordinates that are cleaned at once.
AT_ONCE = 8


class Step(Protocol):
    """A configured cleaning step."""

    def __call__(self, track: PoseTrack, /) -> PoseTrack:
        """Return the cleaned track with one more sentence in its ``steps``."""
        ...


def clean(track: PoseTrack, /, steps: Sequence[Step]) -> PoseTrack:
    """Apply cleaning steps in order."""
    for step in steps:
        track = step(track)
    return track


@dataclass(frozen=True)
class MaskLowConfidence:
    """Take landmarks as not seen where the pose source itself was unsure."""

    threshold: float = 0.5

    def __call__(self, track: PoseTrack, /) -> PoseTrack:
        """Return the track with unsure landmarks set to NaN."""
        xy = np.where((track.confidence < self.threshold)[..., None], np.nan, track.xy_px)
        return track.moved(xy, f"landmarks with a visibility below {self.threshold:g} taken as not seen")


@dataclass(frozen=True)
class RejectOutliers:
    """Take single frames as not seen where a landmark jumps away from its neighbours in time.

    ``window`` is in frames, but never longer than ``longest_s``: at low frame rates seven frames are a whole
    bend, and its turning point would stand out. ``least_share`` is a share of the leg length in the picture;
    smaller deviations never count.
    """

    window: int = 7
    longest_s: float = 0.25
    n_sd: float = 3.0
    least_share: float = 0.01

    def __call__(self, track: PoseTrack, /) -> PoseTrack:
        """Return the track with outlying landmarks set to NaN."""
        least = self.least_share * track.leg_scale_px
        window = self._window(track.fps)

        def without_outliers(values: FloatArray) -> FloatArray:
            out = filters.hampel_outliers(values, window=window, n_sd=self.n_sd, least=least)
            return np.where(out, np.nan, values)

        xy = _coordinates(track, without_outliers)
        # A jump in x takes y with it: a landmark is either seen or not.
        xy[np.isnan(xy).any(axis=2)] = np.nan
        return track.moved(xy, f"outliers removed (Hampel, window {window} frames, {self.n_sd:g} SD)")

    def _window(self, fps: float) -> int:
        """Return the window in frames, odd and at least three."""
        if not np.isfinite(fps):
            return self.window
        fitting = int(self.longest_s * fps) // 2 * 2 + 1
        return int(np.clip(fitting, 3, self.window))


@dataclass(frozen=True)
class FillGaps:
    """Interpolate short gaps, but never one that hides a turning point.

    A gap is left open where the hips turn from falling to rising within it (a lowest point), or where a foot
    stops falling (an initial contact): what happened there was not seen.
    """

    longest_s: float = 0.2

    def __call__(self, track: PoseTrack, /) -> PoseTrack:
        """Return the track with short gaps filled."""
        turning = _turning_points(track)

        def with_gaps_filled(values: FloatArray) -> FloatArray:
            unseen = filters.runs(np.isnan(values[:, 0]))
            gaps = [gap for gap in unseen if self._may_fill(gap, track, turning)]
            return filters.fill_runs(values, track.time_s, gaps)

        return track.moved(
            _coordinates(track, with_gaps_filled),
            f"gaps up to {self.longest_s:g} s interpolated, none across a lowest point or initial contact",
        )

    def _may_fill(self, gap: slice, track: PoseTrack, turning: FloatArray) -> bool:
        if gap.start == 0 or gap.stop == len(track.time_s):
            return False
        before_s, after_s = track.time_s[gap.start - 1], track.time_s[gap.stop]
        hides_turn = bool(np.any((turning >= before_s) & (turning <= after_s)))
        return bool(after_s - before_s <= self.longest_s + 1e-9) and not (
            hides_turn and gap.stop - gap.start > 1  # a single frame cannot hide a turn at video rates
        )


@dataclass(frozen=True)
class LowPass:
    """Zero-lag Butterworth low-pass, fourth order.

    ``cutoff_hz`` applies from ``from_fps`` frames per second on; slower clips get ``slow_cutoff_hz``.
    """

    cutoff_hz: float
    from_fps: float = 0.0
    slow_cutoff_hz: float = 6.0

    def __call__(self, track: PoseTrack, /) -> PoseTrack:
        """Return the smoothed track."""
        # Frame rates are nominal: 59.94 counts as 60.
        cutoff_hz = self.cutoff_hz if track.fps >= 0.98 * self.from_fps else self.slow_cutoff_hz

        def smooth(values: FloatArray) -> FloatArray:
            return filters.low_pass(values, track.time_s, cutoff_hz=cutoff_hz)

        return track.moved(
            _coordinates(track, smooth),
            f"zero-lag Butterworth low-pass, fourth order, {cutoff_hz:g} Hz, on even time",
        )


def _coordinates(track: PoseTrack, change: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Return all places with ``change`` made to (n, k) coordinates at once, which have the same gaps."""
    changed = np.array(track.xy_px, order="C")  # else the coordinates are copies, and nothing is changed
    coordinates = changed.reshape(len(changed), -1)
    for columns in _with_the_same_gaps(coordinates):
        coordinates[:, columns] = change(coordinates[:, columns])
    return changed


def _with_the_same_gaps(coordinates: FloatArray) -> Iterator[list[int]]:
    """Yield groups of columns to be changed at once, and none of which nothing is known."""
    known = np.isfinite(coordinates)
    alike: dict[bytes, list[int]] = {}
    for column in np.flatnonzero(known.any(axis=0)):
        alike.setdefault(known[:, column].tobytes(), []).append(int(column))
    for columns in alike.values():
        # A few at a time: windows around every frame of every landmark of a long clip are a lot of memory.
        yield from (columns[k : k + AT_ONCE] for k in range(0, len(columns), AT_ONCE))


def _turning_points(track: PoseTrack) -> FloatArray:
    """Return times (m,) at which the hips turn from falling to rising or an ankle abruptly stops falling."""
    hips = (_height(track, "left_hip") + _height(track, "right_hip")) / 2
    lowest = _local_minima(hips, track.time_s, least_rise=0.03 * track.leg_scale_px)
    stops = [_stops(_height(track, f"{side}_ankle"), track) for side in ("left", "right")]
    return np.concatenate([lowest, *stops])


def _height(track: PoseTrack, name: str) -> FloatArray:
    """Return the height (n,) of a landmark, + up, with gaps bridged so that turns inside them show."""
    height = -track.point(name)[:, 1]
    known = np.isfinite(height)
    if known.sum() < 2:
        return np.zeros_like(height)
    return np.interp(track.time_s, track.time_s[known], height[known])


def _local_minima(height: FloatArray, time_s: FloatArray, *, least_rise: float) -> FloatArray:
    return time_s[filters.peaks(-height, prominence=max(least_rise, 1e-9))]


def _stops(height: FloatArray, track: PoseTrack) -> FloatArray:
    if len(height) < 3:
        return np.empty(0)
    speed = filters.rate_of_change(height, track.time_s)
    falling = speed < -FLIGHT_SPEED * track.leg_scale_px
    ends = [run.stop for run in filters.runs(falling) if run.stop < len(height)]
    return track.time_s[ends]
