"""Bland and Altman's picture of two measurements: difference against mean, with the limits of agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from valgus.exports.figures.style import (
    GREY,
    NORMAL,
    SIDE_COLOURS,
    SMALL,
    blank,
    in_known_letters,
    make_safe,
    plain_axes,
    write_title,
)
from valgus.exports.wording import one_line
from valgus.model.agreement import Agreement, Compared, Pair, WithInterval

SIZE_IN = (7.2, 4.6)
MARKERS = {"left": "o", "right": "^", "": "s"}
DARK = "#333333"
DASHED = (0, (5, 2))
#: Of two lines of text, as a share of the height of the axes.
TEXT_HEIGHT = 0.11


@dataclass(frozen=True)
class _Line:
    """A line across the picture: its figure, what it is, how it is drawn."""

    of: WithInterval
    words: str
    style: Any


def bland_altman_figure(compared: Compared, /) -> Figure:
    """Return the picture: a point for each pair, lines for bias and limits, bars for their intervals."""
    of = compared.agreement
    figure = blank(SIZE_IN)
    axes = figure.add_axes((0.11, 0.2, 0.67, 0.68))
    plain_axes(axes)
    unit = f", {of.unit}" if of.unit else ""
    write_title(axes, in_known_letters(_title(of)))
    axes.set_xlabel(f"mean of A and B{unit}", fontsize=NORMAL)
    axes.set_ylabel(f"A minus B{unit}", fontsize=NORMAL)
    for side in dict.fromkeys(pair.side for pair in compared.pairs):
        _draw_points(axes, side, [pair for pair in compared.pairs if pair.side == side])
    _draw_lines(axes, of)
    if any(pair.side for pair in compared.pairs):
        axes.legend(fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(1.04, 0.08))
    figure.text(
        0.11,
        0.03,
        f"{_foot(of)}\nBars at the side: 95 % intervals of bias and limits.",
        fontsize=SMALL,
        color=GREY,
        va="bottom",
    )
    make_safe(figure)
    return figure


def _title(of: Agreement) -> str:
    what = {"rep": "reps", "set": "sets (means)"}[of.by]
    return f"{one_line(of.measure, longest=40)}: two measurements of {of.n} {what}"


def _foot(of: Agreement) -> str:
    return "\n".join(
        in_known_letters(f"{letter}: {one_line(name, longest=90)}")
        for letter, name in (("A", of.a), ("B", of.b))
    )


def _draw_lines(axes: Axes, of: Agreement) -> None:
    """Draw bias and limits across, and the interval of each as a bar beside the points."""
    axes.axhline(0.0, color=GREY, linewidth=0.8, zorder=1)
    lines = (
        _Line(of.limits.low, "bias - 1.96 SD", DASHED),
        _Line(of.limits.bias, "bias", "-"),
        _Line(of.limits.high, "bias + 1.96 SD", DASHED),
    )
    for k, line in enumerate(lines):
        axes.axhline(line.of.value, color=DARK, linewidth=1.1, linestyle=line.style, zorder=2)
        beside = axes.get_yaxis_transform()
        place = 1.015 + 0.015 * k
        axes.plot(
            [place] * 2,
            [line.of.low, line.of.high],
            color=DARK,
            linewidth=2.2,
            transform=beside,
            clip_on=False,
        )
    bottom, top = axes.get_ylim()
    heights = _apart([(line.of.value - bottom) / (top - bottom) for line in lines])
    for line, height in zip(lines, heights, strict=True):
        says = f"{line.words}\n{_with_interval(line.of)}"
        axes.text(1.07, height, says, transform=axes.transAxes, fontsize=SMALL, va="center", color=DARK)


def _apart(heights: list[float]) -> list[float]:
    """Return three heights from low to high, moved apart so that two lines of text fit at each."""
    low, middle, high = heights
    return [min(low, middle - TEXT_HEIGHT), middle, max(high, middle + TEXT_HEIGHT)]


def _with_interval(figure: WithInterval) -> str:
    return f"{figure.value:+.1f} ({figure.low:+.1f} to {figure.high:+.1f})"


def _draw_points(axes: Axes, side: str, pairs: list[Pair]) -> None:
    axes.plot(
        [(pair.a + pair.b) / 2 for pair in pairs],
        [pair.a - pair.b for pair in pairs],
        linestyle="none",
        marker=MARKERS[side],
        markersize=5,
        color=SIDE_COLOURS.get(side, DARK),
        markeredgecolor="white",
        markeredgewidth=0.5,
        zorder=3,
        label=f"{side} leg" if side else "side not said",
    )
