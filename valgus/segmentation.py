"""Where each repetition begins, is lowest and ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np
import pandas as pd

from valgus import filters
from valgus.model.arrays import BoolArray, FloatArray, IntArray
from valgus.model.frontal import Side
from valgus.model.rep import Rep

#: The lowest point is found from the frames within this share of the bend's depth from the deepest one.
BOTTOM_SHARE = 0.05


class Segmenter(Protocol):
    """A configured way to cut reps out of one leg's signals."""

    def cut(self, signals: pd.DataFrame, side: Side, /) -> list[Rep]:
        """Return the reps of one leg in order of time, all numbered 0; ``signals`` has one row per frame."""
        ...

    def sentence(self) -> str:
        """Return how reps are cut, for the methods paragraph."""
        ...

    def how_to_be_found(self) -> str:
        """Return what to do so that reps are found, for a person whose clip has none."""
        ...


def reps_of_each_leg(signals: pd.DataFrame, segmenter: Segmenter, /) -> tuple[Rep, ...]:
    """Cut every leg on its own, for single-leg tasks; reps are numbered in order of time over both legs."""
    found = [rep for side, table in signals.groupby("side") for rep in segmenter.cut(table, Side(str(side)))]
    found.sort(key=lambda rep: rep.start_s)
    return tuple(replace(rep, number=k) for k, rep in enumerate(found, start=1))


def reps_of_both_legs(signals: pd.DataFrame, segmenter: Segmenter, /) -> tuple[Rep, ...]:
    """Cut both legs at once, for two-leg tasks: on the mean of their signals, one rep per side and bend."""
    mean = signals.drop(columns="side").groupby("time_s", as_index=False).mean()
    shared = segmenter.cut(mean, Side.LEFT)
    return tuple(replace(rep, number=k, side=side) for k, rep in enumerate(shared, start=1) for side in Side)


@dataclass(frozen=True)
class ByDepth:
    """Reps as bends of the stance leg, for squats and step-downs.

    Attributes
    ----------
    edge_share : float
        A rep starts and ends at this share of its own depth above standing.
    least_depth_pct : float
        A shallower bend is no rep, % of leg length.
    least_share : float
        Neither is one below this share of the clip's deepest bend: a shift of weight, not a rep.
    least_s : float
        Nor a shorter one.
    """

    edge_share: float = 0.15
    least_depth_pct: float = 5.0
    least_share: float = 0.35
    least_s: float = 0.5

    def cut(self, signals: pd.DataFrame, side: Side, /) -> list[Rep]:
        """Return the bends of one leg in order of time."""
        time_s, depth = _column(signals, "time_s"), _column(signals, "depth_pct")
        whole = bridged(depth, time_s)
        reps = []
        for run in filters.runs(np.isfinite(whole)):
            reps += self._cut_run(time_s[run], whole[run], side)
        deepest = max((depth_at(rep.bottom_s, time_s, whole) for rep in reps), default=0.0)
        return [r for r in reps if depth_at(r.bottom_s, time_s, whole) >= self.least_share * deepest]

    def _cut_run(self, time_s: FloatArray, depth: FloatArray, side: Side) -> list[Rep]:
        standing = float(np.percentile(depth, 10))
        least = self.least_depth_pct
        at = filters.peaks(depth, prominence=least, height=standing + least)
        at = _one_per_bend(at, depth, least)
        reps = []
        for k, bottom in enumerate(at):
            earliest = at[k - 1] if k else 0
            latest = at[k + 1] if k + 1 < len(at) else len(depth) - 1
            span = self._span(depth, int(bottom), int(earliest), int(latest))
            if span and time_s[span[1]] - time_s[span[0]] >= self.least_s:
                lowest = turning_frame(depth, time_s, int(bottom), span=slice(span[0], span[1] + 1))
                start_s, bottom_s, end_s = (float(time_s[i]) for i in (span[0], lowest, span[1]))
                reps.append(Rep(0, side, start_s, bottom_s, end_s))
        return reps

    def _span(self, depth: FloatArray, bottom: int, earliest: int, latest: int) -> tuple[int, int] | None:
        """Return first and last frame of the bend, or None when the clip does not show it whole."""
        before, after = depth[earliest : bottom + 1], depth[bottom : latest + 1]
        start = _last_below(before, self._edge(before))
        end = _first_below(after, self._edge(after[::-1]))
        # Half of the way up on either side must be in the clip: otherwise its depth is not known.
        if min(before.max() - before.min(), after.max() - after.min()) < 0.5 * (depth[bottom] - depth.min()):
            return None
        return earliest + start, bottom + end

    def _edge(self, towards_bottom: FloatArray) -> float:
        standing, deepest = float(towards_bottom.min()), float(towards_bottom[-1])
        return standing + self.edge_share * (deepest - standing)

    def how_to_be_found(self) -> str:
        """Return what to do so that reps are found."""
        return "Bend the knee as deep as on a low step, come all the way up in between; film five at a time."

    def sentence(self) -> str:
        """Return how reps are cut, for the methods paragraph."""
        return (
            f"a rep runs from {self.edge_share:.0%} of its depth on the way down to the same on the way up; "
            f"bends below {self.least_depth_pct:g} % of leg length or {self.least_s:g} s are no reps"
        )


@dataclass(frozen=True)
class ByLanding:
    """Reps as landings: from initial contact through the lowest point back up, or to the next flight.

    Attributes
    ----------
    least_flight_pct : float
        The ankle must have been this high, % of leg length, for a flight.
    contact_pct : float
        Contact is the first frame after the fall in which the ankle is within this of where it then rests.
    bottom_within_s : float
        The lowest point is looked for within this time of contact.
    """

    least_flight_pct: float = 6.0
    contact_pct: float = 2.0
    bottom_within_s: float = 1.2
    edge_share: float = 0.15
    least_depth_pct: float = 5.0

    def cut(self, signals: pd.DataFrame, side: Side, /) -> list[Rep]:
        """Return the landings of one leg in order of time."""
        time_s = _column(signals, "time_s")
        depth, height = _column(signals, "depth_pct"), _column(signals, "ankle_height_pct")
        flights = filters.runs(height > self.least_flight_pct)
        contacts = [self._contact(flight, time_s, height) for flight in flights]
        reps = []
        for k, contact in enumerate(contacts):
            next_flight = flights[k + 1].start if k + 1 < len(flights) else len(time_s)
            if contact is not None and contact < next_flight:
                reps += self._landing(contact, next_flight, time_s, depth, side)
        return reps

    def _contact(self, flight: slice, time_s: FloatArray, height: FloatArray) -> int | None:
        landed = (time_s > time_s[flight.stop - 1] + 0.1) & (time_s <= time_s[flight.stop - 1] + 0.4)
        if not np.isfinite(height[landed]).any():
            return None  # the clip ends in the air
        rests_at = float(np.nanmedian(height[landed]))
        touching = np.flatnonzero(height[flight.stop :] <= rests_at + self.contact_pct)
        return flight.stop + int(touching[0]) if len(touching) else None

    def _landing(
        self, contact: int, next_flight: int, time_s: FloatArray, depth: FloatArray, side: Side
    ) -> list[Rep]:
        window = np.arange(contact, next_flight)
        window = window[(time_s[window] <= time_s[contact] + self.bottom_within_s)]
        if not np.isfinite(depth[window]).any():
            return []
        bottom = int(window[np.nanargmax(depth[window])])
        if depth[bottom] - np.nanmin(depth[contact:next_flight]) < self.least_depth_pct:
            return []
        after = depth[bottom:next_flight]
        # Pushing off for the next hop the leg is longer than in standing: that is not what a rep ends with.
        standing = max(float(np.nanmin(after)), 0.0)
        end = _first_below(after, standing + self.edge_share * (float(depth[bottom]) - standing))
        lowest = turning_frame(depth, time_s, bottom, span=slice(contact, bottom + end + 1))
        contact_s = float(time_s[contact])
        return [Rep(0, side, contact_s, float(time_s[lowest]), float(time_s[bottom + end]), contact_s)]

    def how_to_be_found(self) -> str:
        """Return what to do so that landings are found."""
        return "Leave the ground, land, and stand still again before the next one; film five in one clip."

    def sentence(self) -> str:
        """Return how reps are cut, for the methods paragraph."""
        return (
            f"a landing follows a flight with the ankle above {self.least_flight_pct:g} % of leg length; "
            "initial contact is the first frame in which the ankle has come to its resting height"
        )


@dataclass(frozen=True)
class ByHold:
    """Reps as single-leg holds: the other foot is up and the stance leg keeps its length."""

    least_lift_pct: float = 3.0
    least_s: float = 2.0

    def cut(self, signals: pd.DataFrame, side: Side, /) -> list[Rep]:
        """Return the holds of one leg in order of time; the lowest point of a hold is its middle."""
        time_s, lift = _column(signals, "time_s"), _column(signals, "swing_ankle_height_pct")
        holds = filters.runs(lift > self.least_lift_pct)
        return [
            Rep(0, side, start_s, (start_s + end_s) / 2, end_s)
            for start_s, end_s in ((float(time_s[h.start]), float(time_s[h.stop - 1])) for h in holds)
            if end_s - start_s >= self.least_s
        ]

    def how_to_be_found(self) -> str:
        """Return what to do so that holds are found."""
        return f"Lift the other foot clearly and hold it for at least {self.least_s:g} s."

    def sentence(self) -> str:
        """Return how reps are cut, for the methods paragraph."""
        return (
            f"a hold lasts while the other ankle is {self.least_lift_pct:g} % of leg length above the stance "
            f"ankle, at least {self.least_s:g} s"
        )


def bridged(values: FloatArray, time_s: FloatArray, *, longest_s: float = 1.0) -> FloatArray:
    """Return values with gaps up to ``longest_s`` joined by straight lines, to tell reps apart.

    A rep with a gap stays a rep; what the gap hides is graded, not guessed.
    """
    known = np.flatnonzero(np.isfinite(values))
    joined = np.array(values, dtype=np.float64)
    for before, after in pairwise(known):
        if after - before > 1 and time_s[after] - time_s[before] <= longest_s:
            inside = slice(before + 1, after)
            joined[inside] = np.interp(time_s[inside], time_s[[before, after]], values[[before, after]])
    return joined


def _one_per_bend(at: IntArray, depth: FloatArray, least: float) -> IntArray:
    """Return the peaks that have a rise of at least ``least`` between them.

    Two frames of one bend that are equally deep both count as its peak otherwise.
    """
    kept: list[int] = []
    for peak in map(int, at):
        if not kept or depth[peak] - depth[kept[-1] : peak].min() >= least:
            kept.append(peak)
    return np.array(kept, dtype=np.int64)


def turning_frame(depth: FloatArray, time_s: FloatArray, deepest: int, *, span: slice) -> int:
    """Return the frame of the lowest point: the vertex of a parabola through the deepest part of a bend.

    One deepest frame is at the mercy of noise where the bend is flat; the parabola uses all frames within 5 %
    of the bend's depth. Held at the bottom, the lowest point is the middle of the hold.
    """
    inside = np.arange(span.start, span.stop)
    floor = depth[deepest] - BOTTOM_SHARE * (depth[deepest] - np.nanmin(depth[inside]))
    near = inside[depth[inside] >= floor]
    near = near[_connected_to(near, deepest)]
    if len(near) < 5:
        return deepest
    from_s = time_s[near] - time_s[deepest]
    curve, slope, _ = np.polyfit(from_s, depth[near], 2)
    vertex_s = -slope / (2 * curve) if curve < 0 else float(from_s.mean())
    return int(near[np.argmin(np.abs(from_s - vertex_s))])


def _connected_to(frames: IntArray, middle: int) -> BoolArray:
    """Return which of the rising frames form the unbroken run that holds ``middle``."""
    broken = np.cumsum(np.diff(frames, prepend=frames[0]) > 1)
    return np.asarray(broken == broken[np.searchsorted(frames, middle)])


def depth_at(instant_s: float, time_s: FloatArray, depth: FloatArray) -> float:
    """Return the depth in the frame nearest to an instant."""
    return float(depth[int(np.argmin(np.abs(time_s - instant_s)))])


def _column(signals: pd.DataFrame, name: str) -> FloatArray:
    return np.asarray(signals[name], dtype=np.float64)


def _last_below(values: FloatArray, edge: float) -> int:
    below: BoolArray = values <= edge
    return int(np.flatnonzero(below)[-1]) if below.any() else 0


def _first_below(values: FloatArray, edge: float) -> int:
    below: BoolArray = values <= edge
    return int(np.flatnonzero(below)[0]) if below.any() else len(values) - 1
