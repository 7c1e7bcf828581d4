"""Smoothing and gap arithmetic on plain arrays. NaN is a gap and stays one unless a function fills it.

SciPy's signals and curves take most of a second to load, so they are loaded where they are first needed:
plans and pages of saved results need none of them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from valgus.model.arrays import BoolArray, FloatArray

#: Running a second-order Butterworth both ways lowers its -3 dB point to this share of the design cut-off.
ZERO_LAG_SHARE = 0.802
MAD_TO_SD = 1.4826


def runs(mask: BoolArray) -> list[slice]:
    """Return the runs of True in a (n,) mask as slices, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def low_pass(values: FloatArray, time_s: FloatArray, *, cutoff_hz: float) -> FloatArray:
    """Return values low-passed without lag, each run between gaps on its own.

    Shape (n,), or (n, k) with the same gaps in every column. Fourth-order zero-lag Butterworth (second order
    both ways) whose -3 dB point is at ``cutoff_hz``. Uneven times are resampled to even ones and back. Runs
    of fewer than four samples come back as they were, and so does everything when the frame rate is too low
    to hold the cut-off.
    """
    smooth = np.array(values, dtype=np.float64)
    for run in runs(_known(values)):
        if run.stop - run.start >= 4:
            smooth[run] = _low_pass_run(values[run], time_s[run], cutoff_hz)
    return smooth


def _low_pass_run(values: FloatArray, time_s: FloatArray, cutoff_hz: float) -> FloatArray:
    from scipy.signal import sosfiltfilt

    even_s = np.linspace(time_s[0], time_s[-1], len(time_s))
    rate_hz = (len(even_s) - 1) / (even_s[-1] - even_s[0])
    if cutoff_hz / ZERO_LAG_SHARE >= rate_hz / 2:
        return values
    sections = _sections(_design_hz(cutoff_hz, rate_hz), rate_hz)
    even = _resampled(values, time_s, even_s)
    # Odd extension by about one period of the cut-off keeps the ends from being pulled.
    pad = min(len(even) - 1, int(np.ceil(rate_hz / cutoff_hz)))
    return _resampled(sosfiltfilt(sections, even, padlen=pad, axis=0), even_s, time_s)


def _resampled(values: FloatArray, time_s: FloatArray, at_s: FloatArray) -> FloatArray:
    """Return (n,) or (n, k) values at other times, interpolated linearly."""
    if values.ndim == 1:
        return np.interp(at_s, time_s, values)
    return np.stack([np.interp(at_s, time_s, column) for column in values.T], axis=1)


def _known(values: FloatArray) -> BoolArray:
    """Return where (n,) or (n, k) values are known, in every column."""
    return np.asarray(np.isfinite(values) if values.ndim == 1 else np.isfinite(values).all(axis=1))


@lru_cache(maxsize=16)
def _sections(design_hz: float, rate_hz: float) -> FloatArray:
    from scipy.signal import butter

    # Designed once for all landmarks of a track.
    return np.asarray(butter(2, design_hz, fs=rate_hz, output="sos"), dtype=np.float64)


def _design_hz(cutoff_hz: float, rate_hz: float) -> float:
    """Return the design frequency whose two passes have their -3 dB point at the cut-off.

    The share holds on the warped frequency axis of a digital filter; taken on the plain one it costs 5 % of
    the amplitude at 10 Hz and 60 frames per second.
    """
    return float(np.arctan(np.tan(np.pi * cutoff_hz / rate_hz) / ZERO_LAG_SHARE) * rate_hz / np.pi)


def hampel_outliers(values: FloatArray, *, window: int, n_sd: float, least: float) -> BoolArray:
    """Return which (n,) or (n, k) values stand out from the median of the frames around them.

    Parameters
    ----------
    window : int
        Frames looked at, odd, centred.
    n_sd : float
        Standard deviations, estimated by the median absolute deviation, beyond which a value stands out.
    least : float
        A deviation below this never counts, in the unit of the values; keeps still stretches from being
        thinned.
    """
    middle = _moving_median(values, window)
    off = np.abs(values - middle)
    spread = MAD_TO_SD * _moving_median(off, window)
    return np.asarray(off > np.maximum(n_sd * spread, least))


def _moving_median(values: FloatArray, window: int) -> FloatArray:
    """Return the median of the known values in each window; the ends are repeated, all gap gives NaN."""
    # Sorted, gaps come last: the middle of what is known is found by counting it.
    ends = [(window // 2, window // 2), *[(0, 0)] * (values.ndim - 1)]
    padded = np.pad(values, ends, mode="edge")
    around = np.sort(sliding_window_view(padded, window, axis=0), axis=-1)
    known = np.isfinite(around).sum(axis=-1, keepdims=True)
    below, above = (
        np.take_along_axis(around, at, axis=-1) for at in (np.maximum(known - 1, 0) // 2, known // 2)
    )
    return np.asarray(np.where(known > 0, (below + above) / 2, np.nan)[..., 0])


def fill_runs(values: FloatArray, time_s: FloatArray, gaps: list[slice]) -> FloatArray:
    """Return values with the named gaps interpolated by a monotone cubic; others stay NaN.

    Shape (n,), or (n, k) with the same gaps in every column.
    """
    from scipy.interpolate import PchipInterpolator

    known = _known(values)
    filled = np.array(values, dtype=np.float64)
    if known.sum() < 2:
        return filled
    curve = PchipInterpolator(time_s[known], values[known], extrapolate=False)
    for gap in gaps:
        filled[gap] = curve(time_s[gap])
    return filled


def peaks(values: FloatArray, *, prominence: float, height: float | None = None) -> NDArray[np.intp]:
    """Return where (n,) values have a peak that stands out by ``prominence`` and reaches ``height``."""
    from scipy.signal import find_peaks

    at, _ = find_peaks(values, prominence=prominence, height=height)
    return np.asarray(at)


def near_highest(values: FloatArray, *, share: float) -> BoolArray:
    """Return where (n,) values are at least this share of what they usually reach, their 90th percentile."""
    known = values[np.isfinite(values)]
    return np.asarray(values >= share * np.percentile(known, 90)) if len(known) else values > 0


def rate_of_change(values: FloatArray, time_s: FloatArray) -> FloatArray:
    """Return the central difference of (n,) values over time, in their unit per second."""
    if len(values) < 2:
        return np.full(len(values), np.nan)
    return np.asarray(np.gradient(values, time_s))


def moving_mean(values: FloatArray, time_s: FloatArray, *, width_s: float) -> FloatArray:
    """Return the mean of the known (n,) values within ``width_s`` centred on each time; NaN where none is."""
    known = np.isfinite(values)
    total = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
    count = np.concatenate(([0], np.cumsum(known)))
    first = np.searchsorted(time_s, time_s - width_s / 2, side="left")
    last = np.searchsorted(time_s, time_s + width_s / 2, side="right")
    n = count[last] - count[first]
    return np.asarray(np.where(n > 0, (total[last] - total[first]) / np.maximum(n, 1), np.nan))


def moving_spread(values: FloatArray, time_s: FloatArray, *, width_s: float) -> FloatArray:
    """Return the standard deviation of the known (n,) values within ``width_s`` around each time."""
    centre = np.nanmean(values) if np.isfinite(values).any() else 0.0
    offset = values - centre  # keeps the difference of squares from losing its digits
    mean = moving_mean(offset, time_s, width_s=width_s)
    square = moving_mean(offset**2, time_s, width_s=width_s)
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0.0)))
