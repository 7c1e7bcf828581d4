"""The bands of the projection angle behind a chart: colours, edges, and their names beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes

from valgus.exports import wording
from valgus.exports.figures.style import GREY, LEVEL_COLOURS, SMALL
from valgus.model.rule import Band, Level
from valgus.model.trial import Trial

#: Room to the right of a chart for the names of the bands.
BAND_NAMES_IN = 0.45


def fppa_bands(trial: Trial, /) -> list[Band]:
    """Return the bands of the projection angle that coloured some rep."""
    return [band for band in wording.bands_in_use(trial) if band.measure == "fppa_deg"]


def draw_bands(axes: Axes, bands: Sequence[Band], /) -> None:
    """Tint the bands over the height of the axes as it is, and name them on the right."""
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
