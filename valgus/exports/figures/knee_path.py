"""The knee's path over the foot in the frontal plane: how far inside it goes as the body goes down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from valgus.exports import wording
from valgus.exports.figures.page import TITLE_IN, Sheet, column_sheet
from valgus.exports.figures.style import (
    GRADE_LINES,
    GREY,
    SMALL,
    make_safe,
    plain_axes,
    was_seen,
    write_title,
)
from valgus.model.arrays import FloatArray
from valgus.model.rep import Grade, Rep
from valgus.model.trial import Trial

HEIGHT_IN = 4.3
#: Room below the axes for ticks, the axis label and the legend, and between two legs.
BELOW_IN, BETWEEN_IN = 0.95, 0.3
DOWN_PT, UP_PT = 1.6, 0.8
#: Axes show at least this much, % of leg length, so that stillness does not look like movement.
LEAST_ACROSS_PCT, LEAST_DEPTH_PCT = 12.0, 10.0
#: The shades of first and last rep on a scale that gets lighter evenly, also in grey; its end is too pale.
SCALE, FIRST, LAST = "cividis", 0.0, 0.72
#: Numbers below the marks are at least this share of the width apart, and not more than that many.
NUMBERS_APART, MOST_NUMBERED = 0.05, 14


@dataclass(frozen=True, eq=False)
class _Path:
    """One rep: the knee's place (n,) over the foot, + inside, and the depth (n,), both % of leg length.

    ``lowest`` is the index of the lowest point.
    """

    rep: Rep
    across_pct: FloatArray
    depth_pct: FloatArray
    lowest: int


def knee_path_figure(trial: Trial, /) -> Figure | None:
    """Return the path of the knee in each rep, a chart for each leg; None for holds and without reps."""
    if wording.judged_holds(trial) or not was_seen(trial, "knee_over_foot_pct"):
        return None
    by_side = {side: paths for side in trial.sides if (paths := list(_paths(trial, side)))}
    if not by_side:
        return None
    sheet = column_sheet(HEIGHT_IN, trial)
    for axes, (side, paths) in zip(_axes(sheet, list(by_side)), by_side.items(), strict=True):
        _draw_paths(axes, paths)
        write_title(axes, f"Knee over the foot, {side} leg")
    _same_limits(sheet.figure.axes, [path for paths in by_side.values() for path in paths])
    for axes, paths in zip(sheet.figure.axes, by_side.values(), strict=True):
        _number(axes, paths)
    sheet.figure.axes[0].set_ylabel("depth, % of leg length", fontsize=SMALL)
    _draw_legend(sheet.figure.axes[0], [path.rep for paths in by_side.values() for path in paths])
    make_safe(sheet.figure)
    return sheet.figure


def _paths(trial: Trial, side: str) -> Iterator[_Path]:
    leg = trial.signals[trial.signals["side"] == side]
    time_s, across, depth = (
        np.asarray(leg[name], dtype=np.float64) for name in ("time_s", "knee_over_foot_pct", "depth_pct")
    )
    for rep in trial.reps:
        during = (time_s >= rep.start_s) & (time_s <= rep.end_s)
        if rep.side.value == side and np.isfinite(across[during] + depth[during]).any():
            lowest = int(np.argmin(np.abs(time_s[during] - rep.bottom_s)))
            yield _Path(rep, across[during], depth[during], lowest)


def _axes(sheet: Sheet, sides: Sequence[str]) -> list[Axes]:
    sheet.gap(TITLE_IN)
    height_in = sheet.free_in - BELOW_IN
    if len(sides) == 1:
        return [sheet.axes(height_in, f"knee path {sides[0]}")]
    width_in = sheet.width_in / 2 - BETWEEN_IN
    first = sheet.axes(height_in, f"knee path {sides[0]}", right_in=sheet.width_in / 2)
    left_in = sheet.left_in + sheet.width_in - width_in
    return [first, sheet.axes_at(left_in, sheet.top_in, width_in, height_in, f"knee path {sides[1]}")]


def _draw_paths(axes: Axes, paths: Sequence[_Path]) -> None:
    axes.axvline(0.0, color=GREY, linewidth=0.8, linestyle="--", zorder=1)
    for k, path in enumerate(paths):
        _draw_path(axes, path, _shade(k, len(paths), path.rep))
    axes.set_xlabel("knee from the foot, % of leg length (+ inside)", fontsize=SMALL)
    plain_axes(axes)


def _shade(k: int, count: int, rep: Rep) -> str:
    if rep.grade is Grade.INVALID:
        return GREY
    return to_hex(mpl.colormaps[SCALE](FIRST + (LAST - FIRST) * k / max(count - 1, 1)))


def _draw_path(axes: Axes, path: _Path, colour: str) -> None:
    look = {"color": colour, "linestyle": GRADE_LINES[path.rep.grade]}
    down, up = slice(None, path.lowest + 1), slice(path.lowest, None)
    for part, width_pt in ((down, DOWN_PT), (up, UP_PT)):
        axes.plot(path.across_pct[part], path.depth_pct[part], linewidth=width_pt, zorder=2, **look)
    axes.plot(
        path.across_pct[path.lowest], path.depth_pct[path.lowest], marker="X" if _invalid(path) else "o",
        markersize=6.5, color=colour if path.rep.grade is Grade.OK else "white", markeredgecolor=colour,
        markeredgewidth=1.3, linestyle="none", zorder=4, label=f"lowest {path.rep.number}",
    )  # fmt: skip


def _invalid(path: _Path) -> bool:
    return path.rep.grade is Grade.INVALID


def _same_limits(all_axes: Sequence[Axes], paths: Sequence[_Path]) -> None:
    """Give both legs the same scale, with room for the numbers below the deepest point."""
    across = np.concatenate([path.across_pct for path in paths])
    depth = np.concatenate([path.depth_pct for path in paths])
    low, high = _widened(float(np.nanmin([*across, 0.0])), float(np.nanmax([*across, 0.0])), LEAST_ACROSS_PCT)
    shallow, deep = float(np.nanmin(depth)), float(np.nanmax(depth))
    deep = max(deep, shallow + LEAST_DEPTH_PCT)
    for axes in all_axes:
        axes.set_xlim(low, high)
        axes.set_ylim(deep + 0.14 * (deep - shallow), shallow - 0.04 * (deep - shallow))


def _widened(low: float, high: float, least: float) -> tuple[float, float]:
    missing = max(least - (high - low), 0.1 * (high - low)) / 2
    return low - missing, high + missing


def _number(axes: Axes, paths: Sequence[_Path]) -> None:
    """Write the number of each rep in a row below, in the order of the marks, with a line up to its mark."""
    every = int(np.ceil(len(paths) / MOST_NUMBERED))
    ordered = sorted(paths[::every], key=lambda path: path.across_pct[path.lowest])
    low, high = axes.get_xlim()
    places = _apart([float(path.across_pct[path.lowest]) for path in ordered], NUMBERS_APART * (high - low))
    deepest, top = axes.get_ylim()
    at_y = deepest + 0.035 * (top - deepest)
    for path, x in zip(ordered, places, strict=True):
        mark = (path.across_pct[path.lowest], path.depth_pct[path.lowest])
        axes.plot(
            [mark[0], x], [mark[1], at_y + 0.03 * (top - deepest)], color="#BBBBBB", linewidth=0.6, zorder=1
        )
        axes.text(x, at_y, str(path.rep.number), fontsize=SMALL, ha="center", va="center")


def _apart(wanted: Sequence[float], least: float) -> list[float]:
    """Return rising places at least so far apart, as a row about where they were wanted."""
    known = [place for place in wanted if np.isfinite(place)]
    middle = float(np.mean(known)) if known else 0.0
    placed: list[float] = []
    for place in wanted:
        place = place if np.isfinite(place) else middle
        placed.append(max(place, placed[-1] + least) if placed else place)
    shift = middle - float(np.mean(placed)) if placed else 0.0
    return [place + shift for place in placed]


def _draw_legend(axes: Axes, reps: Sequence[Rep]) -> None:
    axes.legend(
        handles=list(_legend(reps)), loc="upper left", bbox_to_anchor=(0.0, -0.19), ncols=4, fontsize=SMALL,
        frameon=False, handlelength=2.2, columnspacing=1.2, handletextpad=0.5, borderaxespad=0.0,
    )  # fmt: skip


def _legend(reps: Sequence[Rep]) -> Iterator[Line2D]:
    counted = [rep for rep in reps if rep.grade is not Grade.INVALID]
    ends = {1: [(FIRST, "down")], 0: []}.get(
        len(counted), [(FIRST, "first rep, down"), (LAST, "last rep, down")]
    )
    for shade, label in ends:
        yield Line2D([], [], color=to_hex(mpl.colormaps[SCALE](shade)), linewidth=DOWN_PT, label=label)
    yield Line2D([], [], color="black", linewidth=UP_PT, label="up")
    grades = {rep.grade for rep in reps}
    if Grade.OK in grades:
        yield Line2D([], [], color="black", marker="o", markersize=6, linestyle="none", label="lowest point")
    if Grade.LOW in grades:
        yield Line2D(
            [], [], color="black", linestyle=GRADE_LINES[Grade.LOW], marker="o", markerfacecolor="white",
            label="grade low, its lowest point",
        )  # fmt: skip
    if Grade.INVALID in grades:
        yield Line2D(
            [], [], color=GREY, linestyle=GRADE_LINES[Grade.INVALID], marker="X", markerfacecolor="white",
            label="invalid, its lowest point",
        )  # fmt: skip
    yield Line2D([], [], color=GREY, linewidth=0.8, linestyle="--", label="over the foot")
