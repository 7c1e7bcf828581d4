"""Two legs that are compared: curves over time and depth, every rep with its interval, and the difference."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from valgus.exports import comparing
from valgus.exports.figures.bands import fppa_bands
from valgus.exports.figures.page import TITLE_IN, Sheet, column_sheet
from valgus.exports.figures.style import (
    GREY,
    SIDE_COLOURS,
    SIDE_LINES,
    SMALL,
    in_known_letters,
    make_safe,
    plain_axes,
    write_title,
)
from valgus.exports.figures.values import Gap, draw_beside, group_of
from valgus.model.comparison import ComparedLeg, Comparison, Curve

HEIGHT_IN, CURVES_IN = 8.0, 2.3
#: Width of the chart over depth, the room left of it for ticks, and the room below both charts.
DEPTH_IN, BETWEEN_IN, BELOW_IN = 2.2, 0.7, 0.62
REP_PT, MEAN_PT = 0.7, 2.2
BEFORE_LINE = (0, (5, 1.5))


def comparison_figure(comparison: Comparison, /) -> Figure:
    """Return everything about a comparison on one column of a page."""
    sheet = column_sheet(HEIGHT_IN, *(leg.trial for leg in comparison.legs))
    _write_words(sheet, comparison)
    _draw_curves(sheet, comparison)
    groups = [
        group_of(leg.trial, leg.side.value, name=comparing.name_of(leg), colour=_colour(comparison, leg))
        for leg in comparison.legs
    ]
    bands = {band for leg in comparison.legs for band in fppa_bands(leg.trial)}
    draw_beside(sheet, groups, list(bands)[:1], _gap(comparison), title="Every rep with its 95 % interval")
    make_safe(sheet.figure)
    return sheet.figure


def _write_words(sheet: Sheet, comparison: Comparison) -> None:
    for line in comparing.what_is_compared(comparison):
        sheet.write(in_known_letters(line))
    sheet.write(comparing.difference_sentence(comparison), weight="bold")
    below = [comparing.source_sentence(comparison.difference), comparing.differing_sentence(comparison)]
    for line in filter(None, reversed(below)):
        sheet.write_at_bottom(in_known_letters(line))


def _gap(comparison: Comparison) -> Gap:
    found = comparison.difference
    return Gap(found.value, found.ci95, found.needed, f"{found.of[:1].upper()}{found.of[1:]}")


# --- curves -------------------------------------------------------------------------------------------------


def _draw_curves(sheet: Sheet, comparison: Comparison) -> None:
    sheet.gap(TITLE_IN)
    time = sheet.axes(CURVES_IN, "over time", right_in=DEPTH_IN + BETWEEN_IN)
    left_in = sheet.left_in + sheet.width_in - DEPTH_IN
    depth = sheet.axes_at(left_in, sheet.top_in, DEPTH_IN, CURVES_IN, "over depth")
    for leg in comparison.legs:
        look = _look(comparison, leg)
        _draw(time, leg.over_time, leg.mean_over_time, look, leg.letter)
        _draw(depth, leg.over_depth, leg.mean_over_depth, look, leg.letter)
    time.axvline(0.0, color=GREY, linewidth=0.8, linestyle=":", zorder=1)
    _finish(time, "time after the lowest point, s", "FPPA over time")
    _finish(depth, "depth, % of leg length", "FPPA on the way down")
    _same_height(time, depth)
    _draw_legend(time, comparison)
    sheet.gap(BELOW_IN)


def _draw(axes: Axes, curves: tuple[Curve, ...], mean: Curve, look: dict[str, Any], letter: str) -> None:
    for curve in curves:
        axes.plot(curve.over, curve.fppa_deg, linewidth=REP_PT, alpha=0.6, zorder=2, **look)
    axes.plot(mean.over, mean.fppa_deg, linewidth=MEAN_PT, zorder=3, label=f"mean {letter}", **look)


def _finish(axes: Axes, label: str, title: str) -> None:
    axes.axhline(0.0, color=GREY, linewidth=0.6, zorder=1)
    axes.set_xlabel(label, fontsize=SMALL)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.set_ylabel("FPPA, deg", fontsize=SMALL)
    plain_axes(axes)
    write_title(axes, title)


def _same_height(*all_axes: Axes) -> None:
    ends = np.array([axes.get_ylim() for axes in all_axes])
    for axes in all_axes:
        axes.set_ylim(float(ends[:, 0].min()), float(ends[:, 1].max()))


def _draw_legend(axes: Axes, comparison: Comparison) -> None:
    handles = [
        Line2D([], [], linewidth=MEAN_PT, label=comparing.name_of(leg), **_look(comparison, leg))
        for leg in comparison.legs
    ]
    handles.append(Line2D([], [], color="black", linewidth=REP_PT, label="single rep"))
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, -0.19), ncols=3, fontsize=SMALL,
        frameon=False, handlelength=2.6, columnspacing=1.2, borderaxespad=0.0,
    )  # fmt: skip


def _look(comparison: Comparison, leg: ComparedLeg) -> dict[str, Any]:
    if comparison.between_legs:
        return {"color": _colour(comparison, leg), "linestyle": SIDE_LINES[leg.side.value]}
    line = "-" if comparing.is_in_colour(comparison, leg) else BEFORE_LINE
    return {"color": _colour(comparison, leg), "linestyle": line}


def _colour(comparison: Comparison, leg: ComparedLeg) -> str:
    return SIDE_COLOURS[leg.side.value] if comparing.is_in_colour(comparison, leg) else GREY
