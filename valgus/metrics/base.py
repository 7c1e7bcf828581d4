"""What a metric is: a column with its meaning, a signal per frame, a measure per rep, and ways to reduce."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from valgus.model.arrays import BoolArray, FloatArray
from valgus.model.column import Column
from valgus.model.frontal import FrontalTrack
from valgus.model.rep import Rep

#: Half-width, s, of the window around an instant over which a rep value is the median.
INSTANT_S = 0.05
#: Standing is looked for within this time before a rep starts, s ...
LOOK_BACK_S = 3.0
#: ... and this much of it, the latest, is the baseline, s.
BASELINE_S = 0.6
#: Standing, the hip and the ankle are this near to their usual height, % of leg length.
STANDING_WITHIN_PCT = 1.5
#: A rep is measured from stickers only if this share of its lowest, and of its standing, frames show both.
STICKERS_SEEN = 0.6
#: Fewest frames of standing that make a baseline.
BASELINE_FRAMES = 3


@dataclass(frozen=True)
class Signal:
    """A column with one value per frame; ``of`` maps a frontal track to (n,) values."""

    column: Column
    of: Callable[[FrontalTrack], FloatArray]


@dataclass(frozen=True, eq=False)
class RepView:
    """One rep with the signals of its leg, (n,) each, by name: what a measure may look at."""

    rep: Rep
    signals: Mapping[str, FloatArray]

    @property
    def time_s(self) -> FloatArray:
        """Presentation times (n,) of the whole track."""
        return self.signals["time_s"]

    def signal(self, name: str) -> FloatArray:
        """Return the (n,) values of one signal over the whole track."""
        return self.signals[name]

    def during(self) -> BoolArray:
        """Return the frames (n,) from start to end of the rep, both included."""
        return np.asarray((self.time_s >= self.rep.start_s) & (self.time_s <= self.rep.end_s))

    def around(self, instant_s: float) -> BoolArray:
        """Return the frames (n,) within 50 ms of an instant."""
        return np.asarray(np.abs(self.time_s - instant_s) <= INSTANT_S + 1e-9)

    def standing_before(self) -> BoolArray:
        """Return the last 0.6 s (n,) of standing still before the rep; none if it was not long enough."""
        time_s, start_s = self.time_s, self.rep.start_s
        before = (time_s < start_s) & (time_s >= start_s - LOOK_BACK_S)
        # The rep starts when some depth is already reached: standing is what comes before that descent, and
        # before the flight of a landing.
        on_the_ground = np.abs(self.signal("ankle_height_pct")) <= STANDING_WITHIN_PCT
        upright = self.signal("depth_pct") <= self._standing_depth() + STANDING_WITHIN_PCT
        quiet = before & upright & on_the_ground
        quiet &= time_s >= np.max(time_s[quiet], initial=-np.inf) - BASELINE_S
        return quiet if quiet.sum() >= BASELINE_FRAMES else np.zeros_like(quiet)

    def _standing_depth(self) -> float:
        depth = self.signal("depth_pct")
        known = depth[np.isfinite(depth)]
        return float(np.percentile(known, 10)) if len(known) else 0.0


Reduce = Callable[[RepView], float]


@dataclass(frozen=True)
class Measure:
    """A column with one value per rep; NaN is 'not measurable' and becomes a blank."""

    column: Column
    of: Reduce


def at_lowest_point(signal: str, *, least_known: float = 0.5) -> Reduce:
    """Return the median of a signal within 50 ms of the lowest point."""
    return lambda view: median_of(
        view.signal(signal)[view.around(view.rep.bottom_s)], least_known=least_known
    )


def at_depth(signal: str, *, depth_pct: float) -> Reduce:
    """Return the median of a signal within 50 ms of first reaching a depth on the way down; NaN if never."""

    def reduce(view: RepView) -> float:
        going_down = view.during() & (view.time_s <= view.rep.bottom_s)
        reached = going_down & (view.signal("depth_pct") >= depth_pct)
        if not reached.any():
            return float("nan")
        return median_of(view.signal(signal)[view.around(float(view.time_s[reached][0]))])

    return reduce


def change_from_standing(signal: str, *, least_known: float = 0.5) -> Reduce:
    """Return the value at the lowest point minus the median while standing before the rep."""

    def reduce(view: RepView) -> float:
        standing = median_of(view.signal(signal)[view.standing_before()], least_known=least_known)
        return at_lowest_point(signal, least_known=least_known)(view) - standing

    return reduce


def over_rep(signal: str) -> Reduce:
    """Return the median of a signal over the whole rep: for holds, which have no lowest point."""
    return lambda view: median_of(view.signal(signal)[view.during()])


def spread_over_rep(signal: str) -> Reduce:
    """Return the standard deviation of a signal over the rep."""
    return lambda view: _of_known(np.std, view.signal(signal)[view.during()])


def path_over_rep(signal: str) -> Reduce:
    """Return how far a signal travelled back and forth during the rep; NaN if any of it was not seen."""

    def reduce(view: RepView) -> float:
        values = view.signal(signal)[view.during()]
        return float(np.abs(np.diff(values)).sum()) if len(values) > 1 else float("nan")

    return reduce


def median_of(values: FloatArray, *, least_known: float = 0.5) -> float:
    """Return the median of the known values; NaN when a smaller share of them is known."""
    if len(values) == 0 or np.isfinite(values).mean() < least_known:
        return float("nan")
    return float(np.nanmedian(values))


def _of_known(reduce: Callable[[FloatArray], float], values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(reduce(known)) if len(known) else float("nan")
