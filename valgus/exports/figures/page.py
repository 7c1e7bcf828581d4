"""A page that is filled from the top and from the bottom."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from valgus.exports import wording
from valgus.exports.figures.style import FONT, GREY, NORMAL, SMALL, blank, in_known_letters
from valgus.model.trial import Analysis

A4_IN = (8.27, 11.69)
#: Width of a figure that stands in the text of a page: a column of A4, 170 mm.
COLUMN_IN = 6.7
MARGIN_IN = 0.55
#: Room for tick labels left of the panels.
TICKS_IN = 0.45
#: The same with a label beside the ticks.
LABELLED_TICKS_IN = 0.58
LINE_IN = 1.3 / 72  # of one line of text, per point of its size
#: Heights around the panels: title above, ticks below, ticks with reasons below.
TITLE_IN, TICKS_BELOW_IN, REASONS_BELOW_IN = 0.36, 0.38, 0.5


def column_sheet(height_in: float, /, *trials: Analysis) -> Sheet:
    """Return a sheet for a figure that stands alone in a column; below it says whose numbers it shows."""
    sheet = Sheet(blank((COLUMN_IN, height_in)), margin_in=0.08, ticks_in=LABELLED_TICKS_IN)
    names = [in_known_letters(wording.one_line(trial.clip.name, longest=60)) for trial in trials]
    made = trials[0].provenance
    sheet.write_at_bottom(
        f"{' and '.join(names)}: {trials[0].task.title}. FPPA: + is inside. "
        f"valgus {made.valgus_version}, definitions {made.definitions_version}.",
        color=GREY,
    )
    return sheet


class Sheet:
    """A page that is filled from the top and from the bottom; everything in inches."""

    def __init__(self, figure: Figure, *, margin_in: float = MARGIN_IN, ticks_in: float = TICKS_IN) -> None:
        self.figure = figure
        width_in, height_in = figure.get_size_inches()
        self._size_in = (float(width_in), float(height_in))
        self.left_in = margin_in
        self._ticks_in = ticks_in
        self.top_in = self._size_in[1] - margin_in
        self.bottom_in = margin_in

    @property
    def free_in(self) -> float:
        """Height that is still empty."""
        return self.top_in - self.bottom_in

    def write(self, says: str, *, size: float = NORMAL, **style: Any) -> None:
        """Write text below what is there."""
        lines = _wrapped(says, size, style.get("weight", "normal"), self.width_in)
        self._put("\n".join(lines), self.top_in, size, "top", style)
        self.top_in -= len(lines) * size * LINE_IN + 0.03

    def write_at_bottom(self, says: str, *, size: float = SMALL, **style: Any) -> None:
        """Write text above what stands at the bottom."""
        lines = _wrapped(says, size, "normal", self.width_in)
        self._put("\n".join(lines), self.bottom_in, size, "bottom", style)
        self.bottom_in += len(lines) * size * LINE_IN + 0.03

    def gap(self, height_in: float) -> None:
        """Leave some room free below what is there."""
        self.top_in -= height_in

    def axes(self, height_in: float, label: str, *, right_in: float = 0.0) -> Axes:
        """Return axes over the width of the page below what is there, with some room on the right."""
        self.top_in -= height_in
        width_in = self.width_in - self._ticks_in - right_in
        return self.axes_at(self.left_in + self._ticks_in, self.top_in, width_in, height_in, label)

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
        return self._size_in[0] - 2 * self.left_in

    def _put(self, says: str, at_in: float, size: float, side: str, style: dict[str, Any]) -> None:
        x, y = self.left_in / self._size_in[0], at_in / self._size_in[1]
        self.figure.text(x, y, says, fontsize=size, va=side, linespacing=1.25, **style)


def _wrapped(says: str, size: float, weight: str, width_in: float) -> list[str]:
    """Return lines that fit into a width."""
    room_pt = 72 * width_in
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
