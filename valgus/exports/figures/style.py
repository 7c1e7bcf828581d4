"""How all figures look, and how they become files: the same bytes every time."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from valgus.model.arrays import FloatArray
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Level
from valgus.model.trial import Trial

DPI = 150
FONT = "DejaVu Sans"  # comes with matplotlib, so the page looks the same everywhere
#: What a program without that font takes in an SVG: fonts as wide as it, nearly.
SVG_FONTS = f"'{FONT}', Verdana, Geneva, sans-serif"
SMALL, NORMAL, LARGE = 8, 9, 13

# Okabe and Ito's colours, which people with any kind of colour vision can tell apart. What a colour says is
# always said by a line style, a hatch or a marker as well: a grey copy must be readable.
SIDE_COLOURS = {"left": "#0072B2", "right": "#CC79A7"}
SIDE_LINES: dict[str, Any] = {"left": "-", "right": (0, (5, 1))}
SIDE_HATCHES = {"left": "", "right": "..."}
LEVEL_COLOURS = {Level.GREEN: "#009E73", Level.AMBER: "#E69F00", Level.RED: "#D55E00"}
LEVEL_HATCHES = {Level.GREEN: "", Level.AMBER: "///", Level.RED: "xxx"}
LEVEL_MARKERS = {Level.GREEN: "o", Level.AMBER: "^", Level.RED: "s"}
#: Lines of reps that can be trusted less, and of those that count nowhere.
GRADE_LINES: dict[Grade, Any] = {Grade.OK: "-", Grade.LOW: (0, (4, 1.5)), Grade.INVALID: (0, (1, 1.5))}
GREY, PALE = "#767676", "#EDEDED"


# --- figures and files --------------------------------------------------------------------------------------


def blank(size_in: tuple[float, float], /) -> Figure:
    """Return a white figure that needs no window."""
    figure = Figure(figsize=size_in, dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def png_of(figure: Figure, /) -> bytes:
    """Return a figure as PNG at 150 dots per inch."""
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=DPI, metadata={"Software": "valgus"})
    return target.getvalue()


def svg_of(figure: Figure, /) -> bytes:
    """Return a figure as SVG: text stays text, and nothing in it depends on the day or the run."""
    target = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "valgus", "svg.fonttype": "none"}):
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": "valgus"})
    return target.getvalue().replace(f"'{FONT}'".encode(), SVG_FONTS.encode())


def make_safe(figure: Figure, /) -> None:
    """Take every text literally, never as a formula, and in the font that comes with matplotlib."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)
        text.set_fontfamily(FONT)


def in_known_letters(says: str, /) -> str:
    """Return text in which a box stands for each letter that the font does not have."""
    font = get_font(findfont(FontProperties(family=FONT)))
    return "".join(letter if font.get_char_index(ord(letter)) else "□" for letter in says)


# --- axes ---------------------------------------------------------------------------------------------------


def write_title(axes: Axes, says: str, /) -> None:
    """Write what axes show above them."""
    axes.set_title(says, loc="left", fontsize=NORMAL, fontweight="bold", pad=5.0)


def plain_axes(axes: Axes, /) -> None:
    """Leave of the frame what ticks need."""
    axes.tick_params(labelsize=SMALL, length=3.0, width=0.6)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_linewidth(0.6)


# --- what a trial holds -------------------------------------------------------------------------------------


def was_seen(trial: Trial, signal: str, /) -> bool:
    """Return whether a signal is known at any time."""
    return signal in trial.signals and bool(trial.signals[signal].notna().any())


def by_number(trial: Trial, /) -> list[list[Rep]]:
    """Return the reps of each number: one, or both legs of a two-leg rep."""
    numbers = dict.fromkeys(rep.number for rep in trial.reps)
    return [[rep for rep in trial.reps if rep.number == number] for number in numbers]


def values_in(table: pd.DataFrame, name: str, /) -> FloatArray:
    """Return one column of a table."""
    return np.asarray(table[name], dtype=np.float64)
