"""Values with their intervals, group beside group, and how two groups differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from valgus.exports import wording
from valgus.exports.figures.bands import BAND_NAMES_IN, draw_bands
from valgus.exports.figures.page import TITLE_IN, Sheet
from valgus.exports.figures.style import (
    GREY,
    LEVEL_COLOURS,
    LEVEL_MARKERS,
    PALE,
    SMALL,
    plain_axes,
    values_in,
    write_title,
)
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Band, Level
from valgus.model.trial import Trial
from valgus.model.trial_parts import SetMean
from valgus.numerals import signed

#: Room below the axes for ticks, the axis label and the legend; the legend comes below the first two.
BELOW_IN, LEGEND_BELOW_IN = 0.75, 0.46
#: The chart of the difference, and the room left of it for its ticks.
DIFFERENCE_IN, BETWEEN_IN = 1.1, 0.7
#: From this many reps on not every one has its number below it.
MOST_NUMBERED = 16


@dataclass(frozen=True)
class Value:
    """The projection angle of one rep, deg, with the half-width of its interval and its colour."""

    rep: Rep
    fppa_deg: float
    ci95_deg: float
    level: Level | None


@dataclass(frozen=True)
class Group:
    """The reps of one leg in one clip under a name, and their mean."""

    name: str
    colour: str
    values: tuple[Value, ...]
    mean: SetMean | None


def group_of(trial: Trial, side: str, /, *, name: str, colour: str) -> Group:
    """Return the reps of one leg as a group."""
    columns = [values_in(trial.measures, column) for column in ("fppa_deg", "fppa_ci95_deg")]
    values = tuple(
        Value(rep, float(fppa), float(ci95), trial.level_of(rep))
        for rep, fppa, ci95 in zip(trial.reps, *columns, strict=True)
        if rep.side.value == side
    )
    return Group(name, colour, values, wording.mean_of(trial, "fppa_deg", side))


@dataclass(frozen=True)
class Gap:
    """A difference of two means, deg: with its interval, what it must exceed to count, and what it is."""

    value: float
    ci95: float | None
    needed: float
    between: str


def draw_beside(
    sheet: Sheet, groups: Sequence[Group], bands: Sequence[Band], gap: Gap | None, /, *, title: str
) -> None:
    """Draw groups over their bands and, right of them, their difference into what is left of a sheet."""
    sheet.gap(TITLE_IN)
    height_in = sheet.free_in - BELOW_IN
    right_in = BAND_NAMES_IN + (0.0 if gap is None else DIFFERENCE_IN + BETWEEN_IN)
    axes = sheet.axes(height_in, "legs", right_in=right_in)
    draw_groups(axes, groups)
    draw_bands(axes, bands)
    write_title(axes, title)
    axes.legend(
        handles=levels_legend(groups), loc="upper left", bbox_to_anchor=(0.0, -LEGEND_BELOW_IN / height_in),
        ncols=5, fontsize=SMALL, frameon=False, handletextpad=0.1, columnspacing=1.0, borderaxespad=0.0,
    )  # fmt: skip
    if gap is not None:
        left_in = sheet.left_in + sheet.width_in - DIFFERENCE_IN
        draw_gap(sheet.axes_at(left_in, sheet.top_in, DIFFERENCE_IN, height_in, "difference"), gap)


def draw_groups(axes: Axes, groups: Sequence[Group], /) -> None:
    """Draw every value of each group with its interval, then the group's mean; a gap between groups."""
    ticks: list[tuple[float, str]] = []
    every = int(np.ceil(sum(len(group.values) for group in groups) / MOST_NUMBERED)) or 1
    at_x = 0.0
    for group in groups:
        start_x = at_x
        for k, value in enumerate(group.values):
            _draw_value(axes, value, group, at_x)
            ticks.append((at_x, str(value.rep.number) if k % every == 0 else ""))
            at_x += 1.0
        if group.mean is not None:
            _draw_mean(axes, group.mean, group, at_x + 0.3)
            ticks.append((at_x + 0.3, "mean"))
        axes.annotate(
            group.name, ((start_x + at_x + 0.3) / 2, 1.0), (0, -2), xycoords=("data", "axes fraction"),
            textcoords="offset points", fontsize=SMALL, fontweight="bold", ha="center", va="top",
        )  # fmt: skip
        at_x += 2.2
    axes.axhline(0.0, color="black", linewidth=0.8, zorder=1)
    axes.set_xticks(*zip(*ticks, strict=True))
    axes.set_xlim(-0.8, at_x - 1.2)
    axes.set_ylim(*_limits(axes))
    axes.set_xlabel("rep", fontsize=SMALL)
    axes.set_ylabel("FPPA, deg", fontsize=SMALL)
    plain_axes(axes)


def draw_gap(axes: Axes, gap: Gap, /) -> None:
    """Draw a difference with its interval, and in grey the zone within which it does not count."""
    reach = abs(gap.value) + (gap.ci95 or 0.0)
    needed = gap.needed if np.isfinite(gap.needed) else 2 * reach  # never counts: grey as far as is shown
    axes.axhspan(-needed, needed, facecolor=PALE, edgecolor="#BBBBBB", hatch="...", linewidth=0.0, zorder=0)
    axes.axhline(0.0, color="black", linewidth=0.8, zorder=1)
    axes.errorbar(
        0.0, gap.value, yerr=gap.ci95, fmt="D", color="black", markersize=7, capsize=4.0, linewidth=1.6,
        zorder=4, label="difference",
    )  # fmt: skip
    room = 1.15 * max(needed, reach)
    axes.set_ylim(-room, room)
    axes.set_xlim(-1.0, 1.0)
    axes.set_xticks([0.0], [f"{signed(gap.value)} deg"])
    axes.set_xlabel("grey: does not count", fontsize=SMALL)
    axes.set_ylabel("difference of means, deg", fontsize=SMALL)
    plain_axes(axes)
    write_title(axes, gap.between)


def levels_legend(groups: Sequence[Group], /) -> list[Line2D]:
    """Return what the marks of the groups mean, those that occur."""
    values = [value for group in groups for value in group.values]
    levels = [level for level in Level if any(_shown_level(value) is level for value in values)]
    handles = [_mark(f"{level.value} band", **_level_look(level)) for level in levels]
    if any(_is_plain(value) for value in values):
        handles.append(_mark("no colour", marker="o", markerfacecolor="white"))
    if any(value.rep.grade is Grade.INVALID for value in values):
        handles.append(_mark("invalid, counts nowhere", marker="X", markerfacecolor="white", color=GREY))
    handles.append(_mark("mean", marker="D", markerfacecolor="black"))
    return handles


def _mark(label: str, *, color: str = "black", **look: Any) -> Line2D:
    return Line2D([], [], linestyle="none", color=color, markersize=6, label=label, **look)


def _shown_level(value: Value) -> Level | None:
    return None if value.rep.grade is Grade.INVALID else value.level


def _is_plain(value: Value) -> bool:
    return value.rep.grade is not Grade.INVALID and value.level is None


def _level_look(level: Level) -> dict[str, Any]:
    return {"marker": LEVEL_MARKERS[level], "markerfacecolor": LEVEL_COLOURS[level]}


def _draw_value(axes: Axes, value: Value, group: Group, at_x: float) -> None:
    if not np.isfinite(value.fppa_deg):
        return
    invalid = value.rep.grade is Grade.INVALID
    colour = GREY if invalid else group.colour
    if np.isfinite(value.ci95_deg):
        axes.errorbar(
            at_x, value.fppa_deg, yerr=value.ci95_deg, fmt="none", color=colour, capsize=2.5, linewidth=1.1,
            zorder=2, label=f"{group.name} {value.rep.number}",
        )  # fmt: skip
    axes.plot(at_x, value.fppa_deg, linestyle="none", markersize=6.5, zorder=3, **_value_look(value, group))


def _value_look(value: Value, group: Group) -> dict[str, Any]:
    if value.rep.grade is Grade.INVALID:
        return {"marker": "X", "color": "white", "markeredgecolor": GREY}
    if value.level is None:
        return {"marker": "o", "color": "white", "markeredgecolor": group.colour, "markeredgewidth": 1.3}
    colour = LEVEL_COLOURS[value.level]
    return {"marker": LEVEL_MARKERS[value.level], "color": colour, "markeredgecolor": "black"}


def _draw_mean(axes: Axes, mean: SetMean, group: Group, at_x: float) -> None:
    axes.errorbar(
        at_x, mean.mean, yerr=mean.ci95, fmt="D", color=group.colour, markersize=7, markeredgecolor="black",
        capsize=4.0, linewidth=1.8, zorder=4, label=f"{group.name} mean",
    )  # fmt: skip


def _limits(axes: Axes) -> tuple[float, float]:
    """Return limits with room for the names of the groups above all values."""
    low, high = axes.dataLim.y0, axes.dataLim.y1
    low, high = min(low, -5.0), max(high, 5.0)
    return low - 0.06 * (high - low), high + 0.18 * (high - low)
