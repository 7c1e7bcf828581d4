"""The figure of one clip, one printed page: angle and depth over time, the reps, and what they look like."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
from matplotlib.textpath import text_to_path
from matplotlib.transforms import blended_transform_factory

from valgus.exports import wording
from valgus.exports.stills import Still
from valgus.model.arrays import FloatArray
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Band, Level
from valgus.model.trial import Trial

A4_IN = (8.27, 11.69)
#: The panels alone.
PANELS_IN = (7.4, 6.4)
MARGIN_IN = 0.55
#: Room for tick labels left of the panels.
TICKS_IN = 0.45
DPI = 150
FONT = "DejaVu Sans"  # comes with matplotlib, so the page looks the same everywhere
SMALL, NORMAL, LARGE = 8, 9, 13
LINE_IN = 1.3 / 72  # of one line of text, per point of its size

# Okabe and Ito's colours, which people with any kind of colour vision can tell apart.
SIDE_COLOURS = {"left": "#0072B2", "right": "#CC79A7"}
SIDE_LINES: dict[str, Any] = {"left": "-", "right": (0, (5, 1))}
SIDE_HATCHES = {"left": "", "right": "..."}
LEVEL_COLOURS = {Level.GREEN: "#009E73", Level.AMBER: "#E69F00", Level.RED: "#D55E00"}
LEVEL_HATCHES = {Level.GREEN: "", Level.AMBER: "///", Level.RED: "xxx"}
GREY, PALE = "#767676", "#EDEDED"

#: Heights around the panels: title above, ticks below, ticks with reasons below.
TITLE_IN, TICKS_BELOW_IN, REASONS_BELOW_IN = 0.36, 0.38, 0.5
MOST_PANELS_IN = 5.5
#: The pictures take at most this share of the page between header and footer.
MOST_STRIP = 0.38
#: Time panels show at least this much, so that stillness does not look like movement.
LEAST_SPANS = {"fppa_deg": 15.0, "depth_pct": 10.0}
#: Room to the right of the bars for the names of the bands.
BAND_NAMES_IN = 0.45
CAPTION_LINE_IN = 0.15
#: More pictures than this are not legible on a page.
MOST_STILLS = 20
MOST_ROWS, LEAST_IN_A_ROW = 3, 5
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


def panels_png(trial: Trial, /) -> bytes:
    """Return the panels alone, without words around them, as PNG; empty where the angle was never seen."""
    if not _seen(trial, "fppa_deg"):
        return b""
    figure = Figure(figsize=PANELS_IN, facecolor="white")
    FigureCanvasAgg(figure)
    _draw_panels(_Sheet(figure, margin_in=0.1), trial, ())
    _make_safe(figure)
    page = io.BytesIO()
    figure.savefig(page, format="png", dpi=DPI, metadata={"Software": "valgus"})
    return page.getvalue()


# --- the sheet ----------------------------------------------------------------------------------------------


class _Sheet:
    """A page that is filled from the top and from the bottom; everything in inches."""

    def __init__(self, figure: Figure, *, margin_in: float = MARGIN_IN) -> None:
        self.figure = figure
        width_in, height_in = figure.get_size_inches()
        self._size_in = (float(width_in), float(height_in))
        self._margin_in = margin_in
        self.top_in = self._size_in[1] - margin_in
        self.bottom_in = margin_in

    @property
    def free_in(self) -> float:
        """Height that is still empty."""
        return self.top_in - self.bottom_in

    def write(self, says: str, *, size: float = NORMAL, **style: Any) -> None:
        """Write text below what is there."""
        lines = _wrapped(says, size, style.get("weight", "normal"))
        self._put("\n".join(lines), self.top_in, size, "top", style)
        self.top_in -= len(lines) * size * LINE_IN + 0.03

    def write_at_bottom(self, says: str, *, size: float = SMALL, **style: Any) -> None:
        """Write text above what stands at the bottom."""
        lines = _wrapped(says, size, "normal")
        self._put("\n".join(lines), self.bottom_in, size, "bottom", style)
        self.bottom_in += len(lines) * size * LINE_IN + 0.03

    def gap(self, height_in: float) -> None:
        """Leave some room free below what is there."""
        self.top_in -= height_in

    def axes(self, height_in: float, label: str, *, right_in: float = 0.0) -> Axes:
        """Return axes over the width of the page below what is there, with some room on the right."""
        self.top_in -= height_in
        width_in = self.width_in - TICKS_IN - right_in
        return self.axes_at(self._margin_in + TICKS_IN, self.top_in, width_in, height_in, label)

    def axes_at(
        self, left_in: float, bottom_in: float, width_in: float, height_in: float, label: str
    ) -> Axes:
        """Return axes at a place of the page."""
        width, height = self._size_in
        place = (left_in / width, bottom_in / height, width_in / width, height_in / height)
        return self.figure.add_axes(place, label=label)

    @property
    def width_in(self) -> float:
        """Width between the margins."""
        return self._size_in[0] - 2 * self._margin_in

    def _put(self, says: str, at_in: float, size: float, side: str, style: dict[str, Any]) -> None:
        x, y = self._margin_in / self._size_in[0], at_in / self._size_in[1]
        self.figure.text(x, y, says, fontsize=size, va=side, linespacing=1.25, **style)


def _wrapped(says: str, size: float, weight: str) -> list[str]:
    """Return lines that fit between the margins."""
    room_pt = 72 * (A4_IN[0] - 2 * MARGIN_IN)
    lines, left_pt = [""], room_pt
    for word in says.split():
        width_pt = _width_pt(f" {word}", size, weight)
        if width_pt > left_pt and lines[-1]:
            lines.append("")
            left_pt = room_pt
        lines[-1] = f"{lines[-1]} {word}".strip()
        left_pt -= width_pt
    return lines


@lru_cache(maxsize=4096)
def _width_pt(says: str, size: float, weight: str) -> float:
    font = FontProperties(family=FONT, size=size, weight=weight)
    width_pt, _, _ = text_to_path.get_text_width_height_descent(says, font, ismath=False)
    return float(width_pt)


def _make_safe(figure: Figure) -> None:
    """Take every text literally, never as a formula, and in the font that comes with matplotlib."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)
        text.set_fontfamily(FONT)


def _in_known_letters(says: str) -> str:
    """Return text in which a box stands for each letter that the font does not have."""
    font = get_font(findfont(FontProperties(family=FONT)))
    return "".join(letter if font.get_char_index(ord(letter)) else "□" for letter in says)


# --- words --------------------------------------------------------------------------------------------------


def _write_header(sheet: _Sheet, trial: Trial) -> None:
    sheet.write(_in_known_letters(wording.one_line(trial.clip.name, longest=60)), size=LARGE, weight="bold")
    for name, says in (
        ("Task", wording.task_line(trial)),
        ("Side", wording.side_line(trial)),
        ("View", wording.view_line(trial)),
        *((("Pelvis", wording.pelvis_line(trial)),) if trial.evidence.stickers is not None else ()),
    ):
        sheet.write(f"{name}: {says}", color="#333333")
    sheet.gap(0.08)
    if wording.headline(trial):
        sheet.write(wording.headline(trial), size=11, weight="bold", color=LEVEL_COLOURS[Level.RED])
    for sentence in wording.in_plain_words(trial):
        sheet.write(sentence, size=10)
    if wording.what_to_do(trial):
        sheet.write(f"What to do: {wording.what_to_do(trial)}", size=10)


def _write_footer(sheet: _Sheet, trial: Trial) -> None:
    """Write, from the last line upwards, what the numbers are and what made them."""
    made = trial.provenance
    sheet.write_at_bottom(
        f"valgus {made.valgus_version}, definitions {made.definitions_version}, pose model "
        f"{_in_known_letters(wording.one_line(made.model, longest=40))}. {wording.INTENDED_USE}",
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
    caption_in = CAPTION_LINE_IN * (1 + len(trial.sides)) + 0.05
    strip = _Strip(stills[:MOST_STILLS], caption_in, sheet.width_in, MOST_STRIP * sheet.free_in)
    around_in = 3 * TITLE_IN + TICKS_BELOW_IN + REASONS_BELOW_IN + 0.1
    panels_in = min(sheet.free_in - strip.height_in - around_in, MOST_PANELS_IN)

    sheet.gap(TITLE_IN)
    fppa = sheet.axes(0.40 * panels_in, "fppa over time")
    sheet.gap(TITLE_IN)
    depth = sheet.axes(0.24 * panels_in, "depth over time")
    _draw_over_time(fppa, depth, trial)
    if trial.reps:
        sheet.gap(TICKS_BELOW_IN + TITLE_IN)
        _draw_reps(sheet.axes(0.36 * panels_in, "reps", right_in=BAND_NAMES_IN), trial)
        sheet.gap(REASONS_BELOW_IN)
    strip.draw(sheet, trial)


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
    judged = "+ inside" if trial.reps else "not a measurement: nothing could be judged"
    _title(fppa, f"FPPA over time, deg ({judged})")
    _title(depth, "Depth over time, % of leg length")
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
        axes.plot(rep.bottom_s, value, marker, markersize=6, color="white", markeredgecolor=colour, zorder=4)


def _number_reps(axes: Axes, trial: Trial) -> None:
    numbered = _by_number(trial)
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
    time_s, values = _column(trial.signals, "time_s"), _column(trial.signals, signal)
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
    bars, bands = _bars(trial), _fppa_bands(trial)
    labelled = len(bars) <= MOST_LABELLED_BARS
    for bar in bars:
        _draw_bar(axes, bar, width=0.36 if _paired(trial) else 0.62)
        if labelled:
            _write_value(axes, bar)
    means = _draw_means(axes, trial, at_x=max(bar.x for bar in bars) + 1.0)
    _limit_bars(axes, bars, bands)
    _draw_bands(axes, bands)
    axes.axhline(0.0, color="black", linewidth=0.8)
    axes.set_xticks(*zip(*_bar_names(bars, trial, labelled=labelled), *means, strict=True))
    _plain(axes)
    where = "over the hold" if wording.judged_holds(trial) else "at the lowest point"
    unsure = " (* reaches over an edge of the band)" if any(bar.near_an_edge for bar in bars) else ""
    _title(axes, f"FPPA {where}, deg, with 95 % interval{unsure if labelled else ''}")


def _fppa_bands(trial: Trial) -> list[Band]:
    return [band for band in wording.bands_in_use(trial) if band.measure == "fppa_deg"]


def _bars(trial: Trial) -> list[_Bar]:
    shift = {"left": -0.2, "right": 0.2} if _paired(trial) else {"left": 0.0, "right": 0.0}
    values, half_widths = (_column(trial.measures, name) for name in ("fppa_deg", "fppa_ci95_deg"))
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
            f"{bar.value:.1f}{'*' if bar.near_an_edge else ''}", (bar.x, top), (0, 3), fontsize=SMALL,
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


def _draw_bands(axes: Axes, bands: Sequence[Band]) -> None:
    low, high = axes.get_ylim()
    for level, start, end in _zones(bands, low, high):
        axes.axhspan(start, end, color=LEVEL_COLOURS[level], alpha=0.10, linewidth=0.0, zorder=0)
        # Next to the edge and not in the middle, because the names are longer than amber is high.
        at, shift_pt, side = {
            Level.GREEN: (end, -3, "top"),
            Level.AMBER: ((start + end) / 2, 0, "center"),
            Level.RED: (start, 3, "bottom"),
        }[level]
        axes.annotate(
            level.value, (1.0, at), (4, shift_pt), xycoords=("axes fraction", "data"),
            textcoords="offset points", fontsize=SMALL, va=side,
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


# --- the film strip -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Strip:
    """The pictures of a clip in rows, each with its number and the angle of each side.

    ``caption_in`` is the height of a caption, ``most_in`` the height that there is for all rows.
    """

    stills: Sequence[Still]
    caption_in: float
    width_in: float
    most_in: float

    @property
    def rows(self) -> int:
        """The number of rows that makes the pictures largest."""
        return max(range(1, MOST_ROWS + 1), key=self._picture_width_in)

    @property
    def height_in(self) -> float:
        """Height of all rows, 0 without pictures."""
        if not self.stills:
            return 0.0
        return self.rows * (self._picture_width_in(self.rows) * self._aspect + self.caption_in)

    @property
    def _aspect(self) -> float:
        height_px, width_px = self.stills[0].image.shape[:2]
        return float(height_px / width_px)

    def _columns(self, rows: int) -> int:
        """Return pictures in a row; few pictures do not become larger than five are."""
        return max(int(np.ceil(len(self.stills) / rows)), LEAST_IN_A_ROW)

    def _picture_width_in(self, rows: int) -> float:
        room_in = self.most_in / rows - self.caption_in
        return min(0.94 * self.width_in / self._columns(rows), room_in / self._aspect)

    def draw(self, sheet: _Sheet, trial: Trial) -> None:
        """Draw the pictures below what is on the sheet."""
        if not self.stills:
            return
        columns, rows = self._columns(self.rows), self.rows
        cell_in = (self.width_in / columns, self.height_in / rows)
        picture_in = (0.94 * cell_in[0], cell_in[1] - self.caption_in)
        for k, still in enumerate(self.stills):
            row, column = divmod(k, columns)
            place_in = (MARGIN_IN + column * cell_in[0], sheet.top_in - (row + 1) * cell_in[1])
            _draw_still(sheet.axes_at(*place_in, *picture_in, f"still {still.number}"), still, trial)


def _draw_still(axes: Axes, still: Still, trial: Trial) -> None:
    axes.imshow(still.image, interpolation="antialiased")
    axes.set_axis_off()
    for leg in still.legs:
        line = leg.hip_knee_ankle_px
        axes.plot(*line[[0, 2]].T, color="white", linewidth=1.0, linestyle="--")
        axes.plot(*line.T, color="white", linewidth=3.2, solid_capstyle="round")
        axes.plot(*line.T, color=SIDE_COLOURS[leg.side.value], linewidth=1.6, marker="o", markersize=3.5)
    if still.stickers_px is not None:
        for colour, width in (("black", 2.2), ("white", 1.2)):
            axes.plot(*still.stickers_px.T, color=colour, linewidth=0.7 * width)
            axes.plot(
                *still.stickers_px.T,
                "o",
                markersize=6.5,
                fillstyle="none",
                color=colour,
                markeredgewidth=width,
            )
    axes.set_xlim(-0.5, still.image.shape[1] - 0.5)
    axes.set_ylim(still.image.shape[0] - 0.5, -0.5)
    axes.set_title(_caption(still, trial), fontsize=SMALL, pad=2.0)


def _caption(still: Still, trial: Trial) -> str:
    values = zip(trial.reps, _column(trial.measures, "fppa_deg"), strict=True)
    legs = [(rep, float(value)) for rep, value in values if rep.number == still.number]
    all_invalid = all(rep.grade is Grade.INVALID for rep, _ in legs)
    noun = "hold" if wording.judged_holds(trial) else "rep"
    alone = len(trial.sides) == 1  # with two sides there is no room for the unit beside each
    lines = [f"{still.number} invalid" if all_invalid else f"{noun} {still.number}"]
    for rep, value in legs:
        angle = f"{value:.1f}{' deg' if alone else ''}" if np.isfinite(value) else "not seen"
        counts = all_invalid or rep.grade is not Grade.INVALID
        lines.append(("" if alone else f"{rep.side.value} ") + (angle if counts else f"({angle})"))
    return "\n".join(lines)


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
