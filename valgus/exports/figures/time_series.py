"""Angle and depth over time, with the reps in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import blended_transform_factory

from valgus.exports import wording
from valgus.exports.figures.page import TICKS_BELOW_IN, TITLE_IN, column_sheet
from valgus.exports.figures.style import (
    GREY,
    PALE,
    SIDE_COLOURS,
    SIDE_LINES,
    SMALL,
    by_number,
    make_safe,
    plain_axes,
    values_in,
    was_seen,
    write_title,
)
from valgus.model.rep import Grade
from valgus.model.trial import Trial

#: Time panels show at least this much, so that stillness does not look like movement.
LEAST_SPANS = {"fppa_deg": 15.0, "depth_pct": 10.0}
HEIGHT_IN = 4.6


def time_series_figure(trial: Trial, /) -> Figure | None:
    """Return angle and depth over the whole clip; None where the angle was never seen."""
    if not was_seen(trial, "fppa_deg"):
        return None
    sheet = column_sheet(HEIGHT_IN, trial)
    height_in = sheet.free_in - 2 * TITLE_IN - TICKS_BELOW_IN
    sheet.gap(TITLE_IN)
    fppa = sheet.axes(0.6 * height_in, "fppa over time")
    sheet.gap(TITLE_IN)
    depth = sheet.axes(0.4 * height_in, "depth over time")
    draw_over_time(fppa, depth, trial)
    fppa.set_ylabel("FPPA, deg", fontsize=SMALL)
    depth.set_ylabel("depth, % leg length", fontsize=SMALL)
    make_safe(sheet.figure)
    return sheet.figure


def draw_over_time(fppa: Axes, depth: Axes, trial: Trial, /) -> None:
    """Draw angle and depth below each other, each rep shaded, numbered and marked at its lowest point."""
    for axes, signal in ((fppa, "fppa_deg"), (depth, "depth_pct")):
        _draw_signal(axes, trial, signal)
        _draw_spans(axes, trial)
        _draw_marks(axes, trial, signal)
        axes.set_ylim(_limits(trial, signal))
        axes.set_xlim(0, max(trial.clip.duration_s, 0.1))
        plain_axes(axes)
    depth.invert_yaxis()
    fppa.axhline(0.0, color=GREY, linewidth=0.6, zorder=1)
    fppa.set_xticklabels([])
    depth.set_xlabel("time, s", fontsize=SMALL)
    judged = "+ inside" if trial.reps else "not a measurement: nothing could be judged"
    write_title(fppa, f"FPPA over time, deg ({judged})")
    write_title(depth, "Depth over time, % of leg length")
    _draw_legend(fppa, trial)
    _number_reps(fppa, trial)


def _draw_signal(axes: Axes, trial: Trial, signal: str) -> None:
    for side, leg in trial.signals.groupby("side"):
        axes.plot(
            leg["time_s"],
            leg[signal],
            zorder=3,
            **_line_of(str(side), trial),
        )


def _line_of(side: str, trial: Trial) -> dict[str, Any]:
    """Return how the line of a side looks: without reps it is no measurement, and grey."""
    colour = SIDE_COLOURS[side] if trial.reps else GREY
    return {"color": colour, "linestyle": SIDE_LINES[side], "linewidth": 1.2}


def _sides_seen(trial: Trial) -> list[str]:
    seen = trial.signals["fppa_deg"].notna()
    return list(dict.fromkeys(map(str, trial.signals.loc[seen, "side"])))


def _draw_spans(axes: Axes, trial: Trial) -> None:
    for reps in by_number(trial):
        rep = reps[0]
        invalid = all(one.grade is Grade.INVALID for one in reps)
        axes.axvspan(
            rep.start_s,
            rep.end_s,
            facecolor="white" if invalid else PALE,
            edgecolor="#BBBBBB" if invalid else "none",
            hatch="///" if invalid else None,
            linewidth=0.0,
            zorder=0,
        )


def _draw_marks(axes: Axes, trial: Trial, signal: str) -> None:
    values = values_in(trial.measures, signal)
    for rep, value in zip(trial.reps, values, strict=True):
        colour = SIDE_COLOURS[rep.side.value]
        if rep.initial_contact_s is not None:
            axes.axvline(rep.initial_contact_s, color="black", linestyle=":", linewidth=1.0, zorder=2)
        if wording.judged_holds(trial):
            axes.plot([rep.start_s, rep.end_s], [value, value], color="black", linewidth=2.0, zorder=4)
            continue
        marker = "X" if rep.grade is Grade.INVALID else "o"
        axes.plot(rep.bottom_s, value, marker, markersize=6, color="white", markeredgecolor=colour, zorder=4)


def _number_reps(axes: Axes, trial: Trial) -> None:
    numbered = by_number(trial)
    every = max(1, int(np.ceil(len(numbered) / 24)))
    above = blended_transform_factory(axes.transData, axes.transAxes)
    for reps in numbered[::every]:
        middle_s = (reps[0].start_s + reps[0].end_s) / 2
        axes.text(middle_s, 0.97, str(reps[0].number), fontsize=SMALL, ha="center", va="top", transform=above)


def _draw_legend(axes: Axes, trial: Trial) -> None:
    handles = [
        *(Line2D([], [], label=f"{side} leg", **_line_of(str(side), trial)) for side in _sides_seen(trial)),
        *(_marks_legend(trial) if trial.reps else ()),
    ]
    axes.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(1.005, 0.985),
        ncols=len(handles),
        fontsize=SMALL,
        frameon=False,
        handlelength=1.6,
        columnspacing=1.0,
        handletextpad=0.4,
        borderaxespad=0.2,
    )


def _marks_legend(trial: Trial) -> Iterator[Any]:
    if wording.judged_holds(trial):
        yield Patch(facecolor=PALE, label="hold")
        yield Line2D([], [], color="black", linewidth=2.0, label="its median")
        return
    if any(rep.grade is not Grade.INVALID for rep in trial.reps):
        yield Patch(facecolor=PALE, label="rep")
    if any(rep.grade is Grade.INVALID for rep in trial.reps):
        yield Patch(facecolor="white", edgecolor="#BBBBBB", hatch="////", linewidth=0.0, label="invalid rep")
    yield Line2D(
        [], [], marker="o", color="white", markeredgecolor="black", linestyle="none", label="lowest point"
    )
    if any(rep.initial_contact_s is not None for rep in trial.reps):
        yield Line2D([], [], color="black", linestyle=":", linewidth=1.0, label="initial contact")


def _limits(trial: Trial, signal: str) -> tuple[float, float]:
    """Return limits that show the reps: what a person does before and after them may be far off."""
    time_s, values = values_in(trial.signals, "time_s"), values_in(trial.signals, signal)
    inside = np.zeros(len(time_s), dtype=bool)
    for rep in trial.reps:
        inside |= (time_s >= rep.start_s - 0.3) & (time_s <= rep.end_s + 0.3)
    known = values[(inside if inside.any() else True) & np.isfinite(values)]
    known = known if len(known) else values[np.isfinite(values)]
    low, high = np.percentile(known, [0.5, 99.5])
    least = LEAST_SPANS[signal]
    low, high = min(low, high - least), max(high, low + least)
    room = 0.1 * (high - low)
    return float(low - room), float(high + 2.5 * room)
