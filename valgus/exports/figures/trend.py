"""One person over time as a picture: every session with its error, and what measurement error can do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from valgus.exports.figures.style import DPI, png_of, svg_of
from valgus.exports.sessions_in_words import setup_name
from valgus.exports.wording import one_line
from valgus.model.history import History, Series
from valgus.model.judgement import Outcome

WIDTH_IN, PANEL_IN, HEAD_IN = 8.27, 2.1, 1.1
SIDE_COLOURS = {"left": "#0072B2", "right": "#CC79A7"}
#: Told apart by shape and by filling, so that a grey copy can be read.
MARKERS: dict[Outcome, dict[str, Any]] = {
    Outcome.PROGRESS: {"marker": "^", "fillstyle": "full"},
    Outcome.HOLD: {"marker": "o", "fillstyle": "full"},
    Outcome.REGRESS: {"marker": "v", "fillstyle": "full"},
    Outcome.CANNOT_JUDGE: {"marker": "x", "fillstyle": "none"},
}
#: Measures that get a panel, and their names; only those that were measured are drawn.
PANELS = (
    ("fppa_asis_deg", "projection angle from\nthe sticker, deg (+ inside)"),
    ("fppa_deg", "projection angle (FPPA),\ndeg (+ inside)"),
    ("pelvic_drop_deg", "pelvic drop, deg"),
    ("trunk_lean_deg", "trunk lean, deg"),
)
WITHIN_ERROR, GREEN_ENDS = "within measurement error of the baseline", "end of the green band"
#: Room before the first session and after the last at least.
LEAST_MARGIN_DAYS = 4.0
#: More set-ups than this are not drawn; the table has all.
MOST_SETUPS = 6


def write_trend(history: History, path: Path, /) -> None:
    """Write the picture as PNG: a block for each set-up, its legs side by side, a row for each measure."""
    path.write_bytes(trend_png(history))


def write_trend_svg(history: History, path: Path, /) -> None:
    """Write the picture as SVG: same sessions, same bytes."""
    path.write_bytes(svg_of(trend_figure(history)))


def trend_png(history: History, /) -> bytes:
    """Return the picture as PNG."""
    return png_of(trend_figure(history))


def trend_figure(history: History, /) -> Figure:
    """Return the picture of one person over time."""
    blocks = _blocks(history)
    rows = [(pair, measure, label) for pair in blocks for measure, label in _measured(pair)]
    figure = Figure(figsize=(WIDTH_IN, HEAD_IN + PANEL_IN * max(len(rows), 1)), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(_title(history), fontsize=11, fontweight="bold")
    sides = tuple(side for side in SIDE_COLOURS if any(side in pair for pair in blocks)) or ("left",)
    grid = figure.subplots(max(len(rows), 1), len(sides), squeeze=False, sharex=True)
    for axes_row, (pair, measure, label) in zip(grid, rows, strict=False):
        top = measure == _measured(pair)[0][0]
        _draw_row(dict(zip(sides, axes_row, strict=True)), pair, measure, label, titled=top)
    if rows:
        grid[0, 0].set_xlim(*_days_shown(blocks))
    handles = list(_legend(grid.flat))
    figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return figure


def _days_shown(blocks: Sequence[dict[str, Series]]) -> tuple[float, float]:
    """Return where the picture begins and ends: the same days in every panel, so that all can be compared."""
    visits = [visit for pair in blocks for series in pair.values() for visit in series.visits]
    days = [_number_of(visit.date) for visit in visits]
    margin = max(0.04 * (max(days) - min(days)), LEAST_MARGIN_DAYS)
    return min(days) - margin, max(days) + margin


def _number_of(day: dt.date) -> float:
    return float(mdates.date2num(day))  # type: ignore[no-untyped-call]


def _title(history: History) -> str:
    # matplotlib takes what stands between dollars for a formula.
    return f"{one_line(history.person, longest=60)}: sessions over time".replace("$", r"\$")


def _blocks(history: History) -> list[dict[str, Series]]:
    """Return the set-ups, each with its sides."""
    blocks: dict[object, dict[str, Series]] = {}
    for series in history.series:
        blocks.setdefault(replace(series.setup, side=""), {})[series.setup.side] = series
    return list(blocks.values())[:MOST_SETUPS]


def _measured(pair: dict[str, Series]) -> list[tuple[str, str]]:
    return [
        (measure, label)
        for measure, label in PANELS
        if any(visit.mean(measure) for series in pair.values() for visit in series.visits)
    ]


def _draw_row(
    row: Mapping[str, Axes], pair: dict[str, Series], measure: str, label: str, *, titled: bool
) -> None:
    next(axes for side, axes in row.items() if side in pair).set_ylabel(label, fontsize=8)
    for side, axes in row.items():
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
        axes.tick_params(axis="x", labelbottom=True)
        if side not in pair:
            axes.set_axis_off()
            continue
        if titled:
            axes.set_title(setup_name(pair[side]), fontsize=9, loc="left")
        _draw_series(axes, pair[side], measure)
    _same_height([axes for side, axes in row.items() if side in pair])


def _draw_series(axes: Axes, series: Series, measure: str) -> None:
    colour = SIDE_COLOURS[series.setup.side]
    _draw_error_band(axes, series, measure)
    _draw_edge(axes, series, measure)
    points = [(visit, mean) for visit in series.visits if (mean := visit.mean(measure)) is not None]
    days = [_number_of(visit.date) for visit, _ in points]
    middles = [mean.mean for _, mean in points]
    errors = [mean.ci95 or 0.0 for _, mean in points]
    axes.errorbar(days, middles, yerr=errors, fmt="none", color=colour, alpha=0.45, linewidth=1.0, capsize=2)
    axes.plot(days, middles, color=colour, linewidth=1.0, zorder=2)
    for outcome, look in MARKERS.items():
        of_it = [k for k, (visit, _) in enumerate(points) if visit.decision.outcome is outcome]
        places = [days[k] for k in of_it], [middles[k] for k in of_it]
        axes.plot(*places, color=colour, linestyle="none", markersize=6, zorder=3, **look)
    # matplotlib.dates carries no types.
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=2, maxticks=4))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m-%d"))  # type: ignore[no-untyped-call]


def _draw_error_band(axes: Axes, series: Series, measure: str) -> None:
    """Shade what measurement error can do about the baseline: inside it nothing has changed."""
    needed = next((c.needed for v in series.visits for c in v.changes if c.measure == measure), None)
    mean = series.baseline.mean(measure) if series.baseline else None
    if mean is None or needed is None:
        return
    axes.axhspan(mean.mean - needed, mean.mean + needed, color="0.9", zorder=0, label=WITHIN_ERROR)
    axes.axhline(mean.mean, color="0.6", linewidth=0.8, zorder=1)


def _draw_edge(axes: Axes, series: Series, measure: str) -> None:
    edge = next((band.amber for band in series.task.bands if band.measure == measure), None)
    if edge is not None:
        axes.axhline(edge, color="#B26B00", linewidth=1.0, linestyle=(0, (4, 2)), zorder=1, label=GREEN_ENDS)


def _same_height(axes: Sequence[Axes]) -> None:
    if axes:
        low = min(one.get_ylim()[0] for one in axes)
        high = max(one.get_ylim()[1] for one in axes)
        for one in axes:
            one.set_ylim(low, high)


def _legend(panels: Iterable[Axes]) -> Iterator[Line2D | Patch]:
    """Yield what the signs mean; of the lines and areas only those that are there."""
    there = {label for axes in panels for label in axes.get_legend_handles_labels()[1]}
    for outcome, look in MARKERS.items():
        yield Line2D([], [], color="0.3", linestyle="none", markersize=6, label=outcome.value, **look)
    if WITHIN_ERROR in there:
        yield Patch(color="0.9", label=WITHIN_ERROR)
    if GREEN_ENDS in there:
        yield Line2D([], [], color="#B26B00", linestyle=(0, (4, 2)), label=GREEN_ENDS)
