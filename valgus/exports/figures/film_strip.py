"""Pictures of the lowest points in rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from valgus.exports import wording
from valgus.exports.figures.page import COLUMN_IN, Sheet, column_sheet
from valgus.exports.figures.style import SIDE_COLOURS, SMALL, make_safe, values_in
from valgus.exports.stills import Still
from valgus.model.rep import Grade
from valgus.model.trial import Trial
from valgus.numerals import plain

CAPTION_LINE_IN = 0.15
#: A strip alone may be this high, with this much around it.
MOST_HEIGHT_IN, AROUND_IN = 8.0, 0.5
#: More pictures than this are not legible on a page.
MOST_STILLS = 20
MOST_ROWS, LEAST_IN_A_ROW = 3, 5


def film_strip_figure(trial: Trial, stills: Sequence[Still], /) -> Figure | None:
    """Return the pictures of the lowest points with the leg drawn in; None without pictures."""
    if not stills:
        return None
    strip = strip_of(trial, stills, COLUMN_IN - 0.16, MOST_HEIGHT_IN)
    sheet = column_sheet(strip.height_in + AROUND_IN, trial)
    sheet.gap(0.1)
    strip.draw(sheet, trial)
    make_safe(sheet.figure)
    return sheet.figure


def strip_of(trial: Trial, stills: Sequence[Still], width_in: float, most_in: float, /) -> Strip:
    """Return the pictures in as many rows as make them largest, within a width and a height."""
    caption_in = CAPTION_LINE_IN * (1 + len(trial.sides)) + 0.05
    return Strip(stills[:MOST_STILLS], caption_in, width_in, most_in)


@dataclass(frozen=True)
class Strip:
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

    def draw(self, sheet: Sheet, trial: Trial) -> None:
        """Draw the pictures below what is on the sheet."""
        if not self.stills:
            return
        columns, rows = self._columns(self.rows), self.rows
        cell_in = (self.width_in / columns, self.height_in / rows)
        picture_in = (0.94 * cell_in[0], cell_in[1] - self.caption_in)
        for k, still in enumerate(self.stills):
            row, column = divmod(k, columns)
            place_in = (sheet.left_in + column * cell_in[0], sheet.top_in - (row + 1) * cell_in[1])
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
    values = zip(trial.reps, values_in(trial.measures, "fppa_deg"), strict=True)
    legs = [(rep, float(value)) for rep, value in values if rep.number == still.number]
    all_invalid = all(rep.grade is Grade.INVALID for rep, _ in legs)
    noun = "hold" if wording.judged_holds(trial) else "rep"
    alone = len(trial.sides) == 1  # with two sides there is no room for the unit beside each
    lines = [f"{still.number} invalid" if all_invalid else f"{noun} {still.number}"]
    for rep, value in legs:
        angle = f"{plain(value)}{' deg' if alone else ''}" if np.isfinite(value) else "not seen"
        counts = all_invalid or rep.grade is not Grade.INVALID
        lines.append(("" if alone else f"{rep.side.value} ") + (angle if counts else f"({angle})"))
    return "\n".join(lines)
