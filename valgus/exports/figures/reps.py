"""Every rep with its interval and the bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from valgus.exports import wording
from valgus.exports.figures.bands import BAND_NAMES_IN, draw_bands, fppa_bands
from valgus.exports.figures.page import REASONS_BELOW_IN, TITLE_IN, column_sheet
from valgus.exports.figures.style import (
    GREY,
    LEVEL_COLOURS,
    LEVEL_HATCHES,
    SIDE_COLOURS,
    SIDE_HATCHES,
    SMALL,
    make_safe,
    plain_axes,
    values_in,
    write_title,
)
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Band, Level
from valgus.model.trial import Trial
from valgus.numerals import plain

HEIGHT_IN = 3.4
#: From this many bars on there is no room for their values.
MOST_LABELLED_BARS = 14


@dataclass(frozen=True)
class _Bar:
    """One rep on one leg as a bar: where it stands, how high, how sure."""

    rep: Rep
    x: float
    value: float
    ci95: float
    level: Level | None
    near_an_edge: bool


def reps_figure(trial: Trial, /) -> Figure | None:
    """Return every rep with its interval, the means and the bands; None without reps."""
    if not trial.reps:
        return None
    sheet = column_sheet(HEIGHT_IN, trial)
    if any(wording.near_an_edge(trial, rep) for rep in trial.reps):
        sheet.write_at_bottom("* The interval reaches over an edge of the band: not a sure colour.")
    sheet.gap(TITLE_IN)
    axes = sheet.axes(sheet.free_in - REASONS_BELOW_IN - 0.1, "reps", right_in=BAND_NAMES_IN)
    draw_reps(axes, trial)
    axes.set_ylabel("FPPA, deg", fontsize=SMALL)
    write_title(axes, f"FPPA {_where(trial)} with 95 % interval")
    make_safe(sheet.figure)
    return sheet.figure


def draw_reps(axes: Axes, trial: Trial, /) -> None:
    """Draw every rep as a bar with its interval, hatched by its colour, and the set means beside them."""
    bars, bands = _bars(trial), fppa_bands(trial)
    labelled = len(bars) <= MOST_LABELLED_BARS
    for bar in bars:
        _draw_bar(axes, bar, width=0.36 if _paired(trial) else 0.62)
        if labelled:
            _write_value(axes, bar)
    means = _draw_means(axes, trial, at_x=max(bar.x for bar in bars) + 1.0)
    _limit_bars(axes, bars, bands)
    draw_bands(axes, bands)
    axes.axhline(0.0, color="black", linewidth=0.8)
    axes.set_xticks(*zip(*_bar_names(bars, trial, labelled=labelled), *means, strict=True))
    plain_axes(axes)
    unsure = " (* reaches over an edge of the band)" if any(bar.near_an_edge for bar in bars) else ""
    write_title(axes, f"FPPA {_where(trial)}, deg, with 95 % interval{unsure if labelled else ''}")


def _where(trial: Trial) -> str:
    return "over the hold" if wording.judged_holds(trial) else "at the lowest point"


def _bars(trial: Trial) -> list[_Bar]:
    shift = {"left": -0.2, "right": 0.2} if _paired(trial) else {"left": 0.0, "right": 0.0}
    values, half_widths = (values_in(trial.measures, name) for name in ("fppa_deg", "fppa_ci95_deg"))
    return [
        _Bar(
            rep,
            rep.number + shift[rep.side.value],
            float(value),
            float(half_width),
            trial.level_of(rep),
            wording.near_an_edge(trial, rep),
        )
        for rep, value, half_width in zip(trial.reps, values, half_widths, strict=True)
    ]


def _paired(trial: Trial) -> bool:
    return trial.task.legs == 2 and len(trial.sides) == 2


def _draw_bar(axes: Axes, bar: _Bar, *, width: float) -> None:
    if not np.isfinite(bar.value):
        return
    axes.bar(bar.x, bar.value, width, zorder=2, **_look(bar))
    if np.isfinite(bar.ci95):
        axes.errorbar(
            bar.x, bar.value, yerr=bar.ci95, color="black", capsize=3.0, linewidth=1.0, zorder=4,
            label=f"rep {bar.rep.number} {bar.rep.side.value}",
        )  # fmt: skip


def _look(bar: _Bar) -> dict[str, Any]:
    if bar.rep.grade is Grade.INVALID:
        return {"facecolor": "white", "edgecolor": GREY, "hatch": "\\\\\\\\", "linewidth": 0.8}
    edge = SIDE_COLOURS[bar.rep.side.value]
    if bar.level is None:
        hatch = SIDE_HATCHES[bar.rep.side.value]
        return {"facecolor": f"{edge}40", "edgecolor": edge, "hatch": hatch, "linewidth": 1.2}
    return {
        "facecolor": LEVEL_COLOURS[bar.level],
        "edgecolor": "black",
        "hatch": LEVEL_HATCHES[bar.level],
        "linewidth": 0.8,
    }


def _write_value(axes: Axes, bar: _Bar) -> None:
    if np.isfinite(bar.value):
        top = bar.value + np.nan_to_num(bar.ci95)
        axes.annotate(
            f"{plain(bar.value)}{'*' if bar.near_an_edge else ''}", (bar.x, top), (0, 3), fontsize=SMALL,
            textcoords="offset points", ha="center", va="bottom", zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
        )  # fmt: skip


def _draw_means(axes: Axes, trial: Trial, *, at_x: float) -> list[tuple[float, str]]:
    """Draw the set means right of the reps and return where they stand and what they are called."""
    names = []
    for side in trial.sides:
        mean = wording.mean_of(trial, "fppa_deg", side)
        if mean is not None and mean.n > 1:
            axes.errorbar(
                at_x, mean.mean, yerr=mean.ci95, fmt="D", color=SIDE_COLOURS[side], markersize=6,
                markeredgecolor="black", capsize=4.0, linewidth=1.6, zorder=4, label=f"mean {side}",
            )  # fmt: skip
            names.append((at_x, f"mean\n{side}"))
            at_x += 0.8
    return names


def _limit_bars(axes: Axes, bars: Sequence[_Bar], bands: Sequence[Band]) -> None:
    ends = [bar.value + sign * np.nan_to_num(bar.ci95) for bar in bars for sign in (-1, 1)]
    edges = [edge for band in bands for edge in (band.amber, band.red) if edge is not None]
    known = [end for end in (*ends, *edges, -5.0, 5.0) if np.isfinite(end)]
    room = 0.12 * (max(known) - min(known))
    axes.set_ylim(min(known) - 0.5 * room, max(known) + 2 * room)
    # Always as wide as for a few reps, so that a single bar is not a wall.
    right = max(axes.dataLim.x1 + 0.5, min(bar.x for bar in bars) + 5.5)
    axes.set_xlim(min(bar.x for bar in bars) - 0.8, right)


def _bar_names(bars: Sequence[_Bar], trial: Trial, *, labelled: bool) -> list[tuple[float, str]]:
    """Return where each number stands and what is written there: number, side if it changes, judgement."""
    several_sides = len(trial.sides) > 1 and not _paired(trial)
    names = []
    for number in dict.fromkeys(bar.rep.number for bar in bars):
        of_rep = [bar for bar in bars if bar.rep.number == number]
        side = f" {of_rep[0].rep.side.value}" if several_sides and labelled else ""
        judged = f"\n{_standing(of_rep[0])}" if labelled else ""
        names.append((float(np.mean([bar.x for bar in of_rep])), f"{number}{side}{judged}"))
    return names


def _standing(bar: _Bar) -> str:
    if bar.rep.grade is Grade.INVALID:
        reasons = ", ".join(reason.replace("_", " ") for reason in bar.rep.grade_reasons[:1])
        return f"invalid:\n{reasons}" if reasons else "invalid"
    if bar.level is not None:
        return bar.level.value
    return "" if bar.rep.grade is Grade.OK else f"{bar.rep.grade.value}:\nno colour"
