"""The figure of one clip, one printed page: angle and depth over time, the reps, and what they look like."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.transforms import blended_transform_factory

from valgus.exports import wording
from valgus.exports.stills import Still
from valgus.model.arrays import FloatArray
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Band, Level
from valgus.model.trial import Trial

A4_IN = (8.27, 11.69)
MARGIN_IN = 0.55
#: Room for tick labels left of the panels.
TICKS_IN = 0.45
DPI = 150
FONT = "DejaVu Sans"  # comes with matplotlib, so the page looks the same everywhere
SMALL, NORMAL, LARGE = 8, 9, 13
LINE_IN = 1.3 / 72  # of one line of text, per point of its size
#: Letters of a line from margin to margin, for small text; larger text has fewer.
LETTERS = 118

# Okabe and Ito's colours, which people with any kind of colour vision can tell apart.
SIDE_COLOURS = {"left": "#0072B2", "right": "#CC79A7"}
LEVEL_COLOURS = {Level.GREEN: "#009E73", Level.AMBER: "#E69F00", Level.RED: "#D55E00"}
LEVEL_HATCHES = {Level.GREEN: "", Level.AMBER: "///", Level.RED: "xxx"}
GREY, PALE = "#767676", "#EDEDED"

#: More pictures than this are not legible on a page.
MOST_STILLS = 20
#: From this many bars on there is no room for their values.
MOST_LABELLED_BARS = 14


def write_figure(trial: Trial, stills: Sequence[Still], path: Path, /) -> None:
    """Write the figure as a PNG of an A4 page at 150 dots per inch; same trial and stills, same bytes.

    Parameters
    ----------
    trial : Trial
        One analysed clip.
    stills : sequence of Still
        Pictures of the lowest points, none where the clip is not at hand.
    path : Path
        File to write.
    """
    session_figure(trial, stills).savefig(path, format="png", dpi=DPI, metadata={"Software": "valgus"})


def session_figure(trial: Trial, stills: Sequence[Still] = (), /) -> Figure:
    """Return the page of one clip.

    It always says in words what was found; panels appear as far as there is something to show.
    """
    figure = Figure(figsize=A4_IN, dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    sheet = _Sheet(figure)
    _write_header(sheet, trial)
    _write_footer(sheet, trial)
    _draw_panels(sheet, trial, stills)
    _make_safe(figure)
    return figure


# --- the sheet ----------------------------------------------------------------------------------------------


class _Sheet:
    """A page that is filled from the top and from the bottom; everything in inches."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.top_in = A4_IN[1] - MARGIN_IN
        self.bottom_in = MARGIN_IN

    @property
    def free_in(self) -> float:
        """Height that is still empty."""
        return self.top_in - self.bottom_in

    def write(self, says: str, *, size: float = NORMAL, **style: Any) -> None:
        """Write text below what is there."""
        lines = _wrapped(says, size)
        self._put("\n".join(lines), self.top_in, size, "top", style)
        self.top_in -= len(lines) * size * LINE_IN + 0.03

    def write_at_bottom(self, says: str, *, size: float = SMALL, **style: Any) -> None:
        """Write text above what stands at the bottom."""
        lines = _wrapped(says, size)
        self._put("\n".join(lines), self.bottom_in, size, "bottom", style)
        self.bottom_in += len(lines) * size * LINE_IN + 0.03

    def gap(self, height_in: float) -> None:
        """Leave some room free below what is there."""
        self.top_in -= height_in

    def axes(self, height_in: float, label: str) -> Axes:
        """Return axes over the width of the page below what is there."""
        self.top_in -= height_in
        return self.axes_at(MARGIN_IN + TICKS_IN, self.top_in, self.width_in - TICKS_IN, height_in, label)

    def axes_at(self, left_in: float, bottom_in: float, width_in: float, height_in: float, label: str) -> Axes:
        """Return axes at a place of the page."""
        width, height = A4_IN
        place = (left_in / width, bottom_in / height, width_in / width, height_in / height)
        return self.figure.add_axes(place, label=label)

    @property
    def width_in(self) -> float:
        """Width between the margins."""
        return A4_IN[0] - 2 * MARGIN_IN

    def _put(self, says: str, at_in: float, size: float, side: str, style: dict[str, Any]) -> None:
        x, y = MARGIN_IN / A4_IN[0], at_in / A4_IN[1]
        self.figure.text(x, y, says, fontsize=size, va=side, linespacing=1.25, **style)


def _wrapped(says: str, size: float) -> list[str]:
    return textwrap.wrap(says, round(LETTERS * SMALL / size)) or [""]


def _make_safe(figure: Figure) -> None:
    """Take every text literally: no formulas, no letters that the font does not have."""
    known = get_font(findfont(FontProperties(family=FONT)))
    for text in figure.findobj(Text):
        text.set_parse_math(False)
        text.set_fontfamily(FONT)
        text.set_text("".join(c if c == "\n" or known.get_char_index(ord(c)) else "□" for c in text.get_text()))


# --- words --------------------------------------------------------------------------------------------------


def _write_header(sheet: _Sheet, trial: Trial) -> None:
    sheet.write(wording.one_line(trial.clip.name, longest=60), size=LARGE, weight="bold")
    for name, says in (
        ("Task", wording.task_line(trial)),
        ("Side", wording.side_line(trial)),
        ("View", wording.view_line(trial)),
    ):
        sheet.write(f"{name}: {says}", color="#333333")
    sheet.gap(0.08)
    if wording.headline(trial):
        sheet.write(wording.headline(trial), size=11, weight="bold", color=LEVEL_COLOURS[Level.RED])
        sheet.write(f"What to do: {wording.what_to_film_again(trial)}", size=10)
    for sentence in wording.in_plain_words(trial):
        sheet.write(sentence, size=10)


def _write_footer(sheet: _Sheet, trial: Trial) -> None:
    """Write, from the last line upwards, what the numbers are and what made them."""
    made = trial.provenance
    sheet.write_at_bottom(
        f"valgus {made.valgus_version}, definitions {made.definitions_version}, pose model "
        f"{wording.one_line(Path(made.model).name, longest=40)}. {wording.INTENDED_USE}",
        color=GREY,
    )
    bands = [wording.band_line(band) for band in wording.bands_in_use(trial)]
    for says in reversed([f"{wording.FPPA_IS} {wording.FPPA_IS_NOT}", *bands]):
        sheet.write_at_bottom(says)
    for says in reversed(wording.other_findings(trial)):
        sheet.write_at_bottom(f"• {says}")


# --- panels -------------------------------------------------------------------------------------------------


def _draw_panels(sheet: _Sheet, trial: Trial, stills: Sequence[Still]) -> None:
    if not _seen(trial, "fppa_deg"):
        return
    shown = list(stills[:MOST_STILLS])
    titles_in, ticks_in = 0.42, 0.5
    free_in = sheet.free_in - 0.2
    strip_in = min(0.36 * free_in, 3.6) if shown else 0.0
    panels_in = min(free_in - strip_in, 8.0)

    sheet.gap(titles_in)
    fppa = sheet.axes(0.36 * panels_in - titles_in, "fppa over time")
    sheet.gap(titles_in - 0.1)
    depth = sheet.axes(0.27 * panels_in - titles_in + 0.1 - ticks_in + 0.2, "depth over time")
    _draw_over_time(fppa, depth, trial)
    sheet.gap(ticks_in)
    if trial.reps:
        sheet.gap(titles_in)
        _draw_reps(sheet.axes(0.37 * panels_in - titles_in - 0.3, "reps"), trial)
        sheet.gap(ticks_in)
    if shown:
        _draw_strip(sheet, trial, shown, len(stills))


def _seen(trial: Trial, signal: str) -> bool:
    return signal in trial.signals and bool(trial.signals[signal].notna().any())


# --- over time ----------------------------------------------------------------------------------------------


def _draw_over_time(fppa: Axes, depth: Axes, trial: Trial) -> None:
    for axes, signal in ((fppa, "fppa_deg"), (depth, "depth_pct")):
        _draw_signal(axes, trial, signal)
        _draw_spans(axes, trial)
        _draw_marks(axes, trial, signal)
        axes.set_ylim(_limits(trial, signal))
        axes.set_xlim(0, max(trial.clip.duration_s, 0.1))
        _plain(axes)
    depth.invert_yaxis()
    fppa.axhline(0.0, color=GREY, linewidth=0.6, zorder=1)
    fppa.set_xticklabels([])
    depth.set_xlabel("time, s", fontsize=SMALL)
    _title(fppa, "FPPA over time, deg (+ knee towards the inside)")
    _title(depth, "Depth over time, % of leg length")
    _draw_legend(fppa, trial)
    _number_reps(fppa, trial)


def _draw_signal(axes: Axes, trial: Trial, signal: str) -> None:
    for side, leg in trial.signals.groupby("side"):
        axes.plot(
            leg["time_s"],
            leg[signal],
            color=SIDE_COLOURS[str(side)],
            linestyle="-" if side == "left" else (0, (5, 1)),
            linewidth=1.2,
            label=str(side),
            zorder=3,
        )


def _draw_spans(axes: Axes, trial: Trial) -> None:
    for reps in _by_number(trial):
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
    values = _column(trial.measures, signal)
    for rep, value in zip(trial.reps, values, strict=True):
        colour = SIDE_COLOURS[rep.side.value]
        if rep.initial_contact_s is not None:
            axes.axvline(rep.initial_contact_s, color="black", linestyle=":", linewidth=1.0, zorder=2)
        if wording.judged_holds(trial):
            axes.plot([rep.start_s, rep.end_s], [value, value], color="black", linewidth=2.0, zorder=4)
            continue
        marker = "X" if rep.grade is Grade.INVALID else "o"
        axes.plot(
            rep.bottom_s, value, marker, markersize=6, color="white", markeredgecolor=colour, zorder=4
        )


def _number_reps(axes: Axes, trial: Trial) -> None:
    numbered = _by_number(trial)
    every = max(1, int(np.ceil(len(numbered) / 24)))
    above = blended_transform_factory(axes.transData, axes.transAxes)
    for reps in numbered[::every]:
        middle_s = (reps[0].start_s + reps[0].end_s) / 2
        axes.text(middle_s, 0.97, str(reps[0].number), fontsize=SMALL, ha="center", va="top", transform=above)


def _draw_legend(axes: Axes, trial: Trial) -> None:
    sides = dict.fromkeys(trial.signals.loc[trial.signals["fppa_deg"].notna(), "side"])
    handles: list[Any] = [
        Line2D([], [], color=SIDE_COLOURS[s], linestyle="-" if s == "left" else (0, (5, 1)), label=f"{s} leg")
        for s in sides
    ]
    if trial.reps:
        handles += _marks_legend(trial)
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
    yield Patch(facecolor=PALE, label="rep")
    yield Line2D(
        [], [], marker="o", color="white", markeredgecolor="black", linestyle="none", label="lowest point"
    )
    if any(rep.initial_contact_s is not None for rep in trial.reps):
        yield Line2D([], [], color="black", linestyle=":", linewidth=1.0, label="initial contact")


def _limits(trial: Trial, signal: str) -> tuple[float, float]:
    """Return limits that show the reps: what a person does before and after them may be far off."""
    time_s, values = _column(trial.signals, "time_s"), _column(trial.signals, signal)
    inside = np.zeros(len(time_s), dtype=bool)
    for rep in trial.reps:
        inside |= (time_s >= rep.start_s - 0.3) & (time_s <= rep.end_s + 0.3)
    known = values[(inside if inside.any() else True) & np.isfinite(values)]
    known = known if len(known) else values[np.isfinite(values)]
    low, high = np.percentile(known, [0.5, 99.5])
    room = max(0.12 * (high - low), 1.0)
    return float(low - room), float(high + 2 * room)


# --- rep by rep ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Bar:
    """One rep on one leg as a bar: where it stands, how high, how sure."""

    rep: Rep
    x: float
    value: float
    ci95: float
    level: Level | None
    near_an_edge: bool


def _draw_reps(axes: Axes, trial: Trial) -> None:
    bars = _bars(trial)
    width = 0.36 if _paired(trial) else 0.62
    labelled = len(bars) <= MOST_LABELLED_BARS
    for bar in bars:
        _draw_bar(axes, bar, width)
        if labelled:
            _write_value(axes, bar)
    _draw_means(axes, trial, at_x=max(bar.x for bar in bars) + 1.0)
    _limit_bars(axes, bars, trial)
    _draw_bands(axes, [band for band in trial.task.bands if band.measure == "fppa_deg"])
    axes.axhline(0.0, color="black", linewidth=0.8)
    _label_bars(axes, bars, trial, labelled=labelled)
    _plain(axes)
    where = "over the hold" if wording.judged_holds(trial) else "at the lowest point"
    _title(axes, f"FPPA {where}, deg, with its 95 % interval")


def _bars(trial: Trial) -> list[_Bar]:
    shift = {"left": -0.2, "right": 0.2} if _paired(trial) else {"left": 0.0, "right": 0.0}
    values, half_widths = (_column(trial.measures, name) for name in ("fppa_deg", "fppa_ci95_deg"))
    return [
        _Bar(
            rep,
            rep.number + shift[rep.side.value],
            float(value),
            float(half_width),
            wording.level_of(trial, rep),
            wording.near_an_edge(trial, rep),
        )
        for rep, value, half_width in zip(trial.reps, values, half_widths, strict=True)
    ]


def _paired(trial: Trial) -> bool:
    return trial.task.legs == 2 and len(trial.sides) == 2


def _draw_bar(axes: Axes, bar: _Bar, width: float) -> None:
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
        hatch = "" if bar.rep.side.value == "left" else "..."
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
        says = f"{bar.value:.1f}{'*' if bar.near_an_edge else ''}"
        axes.annotate(
            says, (bar.x, top), (0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=SMALL
        )


def _draw_means(axes: Axes, trial: Trial, *, at_x: float) -> None:
    for k, side in enumerate(trial.sides):
        mean = wording.mean_of(trial, "fppa_deg", side)
        if mean is not None and mean.n > 1:
            axes.errorbar(
                at_x + 0.5 * k, mean.mean, yerr=mean.ci95, fmt="D", color=SIDE_COLOURS[side], markersize=6,
                markeredgecolor="black", capsize=4.0, linewidth=1.6, zorder=4, label=f"mean {side}",
            )  # fmt: skip


def _limit_bars(axes: Axes, bars: Sequence[_Bar], trial: Trial) -> None:
    ends = [bar.value + sign * np.nan_to_num(bar.ci95) for bar in bars for sign in (-1, 1)]
    edges = [edge for band in trial.task.bands if band.measure == "fppa_deg" for edge in (band.amber, band.red)]
    known = [end for end in (*ends, 0.0, *(e for e in edges if e is not None)) if np.isfinite(end)]
    low, high = min(known), max(known)
    room = max(0.12 * (high - low), 1.0)
    axes.set_ylim(low - 0.5 * room, high + room)
    first, last = min(bar.x for bar in bars), max(bar.x for bar in bars)
    axes.set_xlim(first - 0.8, last + 1.0 + 0.5 * len(trial.sides))


def _draw_bands(axes: Axes, bands: Sequence[Band]) -> None:
    low, high = axes.get_ylim()
    for level, start, end in _zones(bands, low, high):
        axes.axhspan(start, end, color=LEVEL_COLOURS[level], alpha=0.10, linewidth=0.0, zorder=0)
        axes.annotate(
            level.value, (1.0, (start + end) / 2), (4, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", fontsize=SMALL, va="center", rotation=90,
        )  # fmt: skip
    for edge in (edge for band in bands for edge in (band.amber, band.red) if edge is not None):
        axes.axhline(edge, color=GREY, linestyle="--", linewidth=0.8, zorder=1)


def _zones(bands: Sequence[Band], low: float, high: float) -> Iterator[tuple[Level, float, float]]:
    for band in bands:
        amber = high if band.amber is None else band.amber
        red = high if band.red is None else band.red
        yield Level.GREEN, low, min(amber, red)
        if band.amber is not None:
            yield Level.AMBER, amber, red
        if band.red is not None:
            yield Level.RED, red, high


def _label_bars(axes: Axes, bars: Sequence[_Bar], trial: Trial, *, labelled: bool) -> None:
    several_sides = len(trial.sides) > 1 and not _paired(trial)
    ticks, names = [], []
    for reps in _by_number(trial):
        of_rep = [bar for bar in bars if bar.rep.number == reps[0].number]
        ticks.append(float(np.mean([bar.x for bar in of_rep])))
        side = f" {reps[0].side.value}" if several_sides else ""
        names.append(f"{reps[0].number}{side}" + (f"\n{_standing(of_rep[0])}" if labelled else ""))
    axes.set_xticks(ticks, names)


def _standing(bar: _Bar) -> str:
    if bar.rep.grade is Grade.INVALID:
        reasons = ", ".join(reason.replace("_", " ") for reason in bar.rep.grade_reasons[:1])
        return f"invalid:\n{reasons}" if reasons else "invalid"
    return bar.level.value if bar.level is not None else ""


# --- the film strip -----------------------------------------------------------------------------------------


def _draw_strip(sheet: _Sheet, trial: Trial, stills: Sequence[Still], among: int) -> None:
    rows = 1 if len(stills) <= 7 else 2
    columns = int(np.ceil(len(stills) / rows))
    width_in, height_in = sheet.width_in / columns, sheet.free_in / rows
    caption_in = 0.36
    for k, still in enumerate(stills):
        row, column = divmod(k, columns)
        axes = sheet.axes_at(
            MARGIN_IN + column * width_in,
            sheet.top_in - (row + 1) * height_in,
            width_in * 0.96,
            height_in - caption_in,
            f"still {still.number}",
        )
        _draw_still(axes, still, trial)


def _draw_still(axes: Axes, still: Still, trial: Trial) -> None:
    axes.imshow(still.image, interpolation="antialiased")
    axes.set_axis_off()
    for leg in still.legs:
        line = leg.hip_knee_ankle_px
        axes.plot(*line.T, color="white", linewidth=3.5, solid_capstyle="round")
        axes.plot(*line.T, color=SIDE_COLOURS[leg.side], linewidth=1.8, marker="o", markersize=3.5)
        axes.plot(*line[[0, 2]].T, color="white", linewidth=0.9, linestyle="--")
    axes.set_xlim(-0.5, still.image.shape[1] - 0.5)
    axes.set_ylim(still.image.shape[0] - 0.5, -0.5)
    axes.set_title(_caption(still, trial), fontsize=SMALL, pad=2.0)


def _caption(still: Still, trial: Trial) -> str:
    angles = []
    for rep, value in zip(trial.reps, _column(trial.measures, "fppa_deg"), strict=True):
        if rep.number == still.number:
            shown = "-" if not np.isfinite(value) else f"{value:.1f} deg"
            angles.append(f"{rep.side.value} {shown}")
    return f"rep {still.number}\n" + ", ".join(angles)


# --- small things -------------------------------------------------------------------------------------------


def _by_number(trial: Trial) -> list[list[Rep]]:
    """Return the reps of each number: one, or both legs of a two-leg rep."""
    numbers = dict.fromkeys(rep.number for rep in trial.reps)
    return [[rep for rep in trial.reps if rep.number == number] for number in numbers]


def _column(table: pd.DataFrame, name: str) -> FloatArray:
    return np.asarray(table[name], dtype=np.float64)


def _title(axes: Axes, says: str) -> None:
    axes.set_title(says, loc="left", fontsize=NORMAL, fontweight="bold", pad=5.0)


def _plain(axes: Axes) -> None:
    axes.tick_params(labelsize=SMALL, length=3.0, width=0.6)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_linewidth(0.6)
