"""Bland and Altman's picture of the suite: difference against mean, measure by measure."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from valgus.accuracy.agreement import agreement_of
from valgus.accuracy.report import SQUARE_ON
from valgus.statistics import limits_of

#: What is drawn: title, measure, groups.
PANELS = (
    ("FPPA", "fppa_deg", SQUARE_ON),
    ("pelvic drop from stickers", "pelvic_drop_deg", ("stickers",)),
    ("hip line read as pelvic drop", "hip_line_tilt_deg", SQUARE_ON),
)
COLOURS = {"left": "#0072b2", "right": "#d55e00"}
MARKERS = {"left": "o", "right": "^"}


def write_bland_altman(compared: pd.DataFrame, path: Path, /) -> None:
    """Draw measured minus true against their mean for the main measures, as PNG."""
    figure = Figure(figsize=(11.0, 3.9), layout="constrained")
    for axes, (title, measure, groups) in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
        rows = compared[(compared["measure"] == measure) & (compared["start"] == "pixels")]
        _panel(axes, title, rows[rows["group"].isin(groups) & rows["measured"].notna()])
    figure.suptitle("Measured minus true against their mean, on rendered people square on to the camera")
    figure.savefig(path, dpi=130, format="png")


def _panel(axes: Axes, title: str, rows: pd.DataFrame) -> None:
    axes.set_title(title)
    axes.set_xlabel("mean of measured and true, deg")
    axes.set_ylabel("measured - true, deg")
    axes.spines[["top", "right"]].set_visible(False)
    for side, part in rows.groupby("side"):
        middle = (part["measured"] + part["truth"]) / 2
        off = part["measured"] - part["truth"]
        axes.scatter(
            middle,
            off,
            s=18,
            alpha=0.75,
            label=f"{side} leg",
            color=COLOURS[str(side)],
            marker=MARKERS[str(side)],
        )
    found = agreement_of(rows)
    if found is None:
        axes.text(0.5, 0.5, "nothing measured", transform=axes.transAxes, ha="center")
        return
    axes.axhline(0.0, color="0.8", linewidth=0.8)
    limits = limits_of(found.bias, found.sd)
    for value, style in zip((limits[0], found.bias, limits[1]), ("--", "-", "--"), strict=True):
        axes.axhline(value, color="0.35", linewidth=1.0, linestyle=style)
        axes.annotate(
            f"{value:+.1f}", (1.0, value), xycoords=("axes fraction", "data"), fontsize=8, color="0.35",
            ha="right", va="bottom",
        )  # fmt: skip
    reach = max(abs(limits[0]), abs(limits[1]), found.largest) * 1.15
    axes.set_ylim(-reach, reach)
    axes.legend(fontsize=8, frameon=False, loc="lower left")
