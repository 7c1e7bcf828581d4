"""A page to print: where the stickers go, what to wear, where the phone stands, and discs to cut out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path as Outline

from valgus.whole import whole_file

MM_PER_INCH = 25.4
MARGIN_MM = 14.0
DISC_MM = 28.0
RULER_MM = 50.0
#: Top of the part with the discs, from the bottom of the page.
DISCS_END_MM = MARGIN_MM + 64.0
MAGENTA, LIME = "#d62084", "#96d628"
SKIN, SHIRT, SHORTS, LINE, QUIET = "#f3dfd0", "#dfe6ee", "#b9c3cf", "#39424e", "#6b7682"

WHERE = (
    "Feel for the bony point at the front of each hip, at the height of the waistband. Put the middle of one "
    "sticker on each point.",
    "On bare skin or tight shorts, not on a loose shirt: tuck the shirt in.",
    "Both of one colour: magenta or lime, whichever is found nowhere else in the picture, clothes and room.",
    "Take care: one sticker 2 cm off costs up to 1.7 degrees. Matt paper, because glossy film shines white.",
)
FILM = (
    "Phone upright on a stand, lens at hip height (0.8-1.0 m), 3-4 m away, straight in front of the foot "
    "that you stand on. The foot points at the lens.",
    "Whole body in the picture, light from the front, nobody else there. 60 frames per second if you can.",
    "Arms crossed on the chest or out to the sides: nothing may cover a sticker.",
    "Stand on both legs for two seconds, on one leg for one second, then do five slow repetitions.",
)


class Paper(Enum):
    """Sheet sizes: width and height, mm."""

    A4 = (210.0, 297.0)
    LETTER = (215.9, 279.4)

    @property
    def width_mm(self) -> float:
        """Short side."""
        return self.value[0]

    @property
    def height_mm(self) -> float:
        """Long side."""
        return self.value[1]


def write_sticker_sheet(path: Path, paper: Paper, /) -> None:
    """Write the sheet as a PDF of one page, whole or not at all.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    figure = Figure(figsize=(paper.width_mm / MM_PER_INCH, paper.height_mm / MM_PER_INCH))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, paper.width_mm)
    axes.set_ylim(0.0, paper.height_mm)
    axes.set_axis_off()
    _draw(axes, paper)
    with whole_file(path, advice="Choose another place.") as unfinished:
        figure.savefig(unfinished, format="pdf", metadata={"Title": "valgus: stickers for pelvic drop"})


def _draw(axes: Axes, paper: Paper) -> None:
    left, right, top = MARGIN_MM, paper.width_mm - MARGIN_MM, paper.height_mm - MARGIN_MM
    axes.text(left, top, "Stickers for pelvic drop", fontsize=21, weight="bold", va="top", color=LINE)
    axes.text(
        left, top - 10.5, "valgus measures the tilt of your pelvis from two round stickers.",
        fontsize=10.5, va="top", color=QUIET,
    )  # fmt: skip
    column = left + 82.0
    _hips(axes, left + 36.0, top - 66.0)
    _paragraphs(axes, "Where they go", WHERE, column, top - 22.0, right - column)
    _scene(axes, left, DISCS_END_MM + 14.0)
    _paragraphs(axes, "How to film", FILM, column, top - 92.0, right - column)
    _discs(axes, left, right)


# --- the body --------------------------------------------------------------------------------------------


def _smooth(points: Sequence[tuple[float, float]], x_mm: float, y_mm: float) -> Outline:
    """Return a closed smooth outline through points, as cubic curves (Catmull and Rom)."""
    through = np.array(points) + np.array([x_mm, y_mm])
    before, after, beyond = (np.roll(through, shift, axis=0) for shift in (1, -1, -2))
    controls = np.stack([through + (after - before) / 6, after - (beyond - through) / 6, after], axis=1)
    codes = [Outline.MOVETO, *[Outline.CURVE4] * (3 * len(through))]
    return Outline(np.vstack([through[:1], controls.reshape(-1, 2)]), codes)


def _mirrored(half: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return an outline from its right half, top to bottom."""
    return [*half, *((-x, y) for x, y in reversed(half))]


def _shape(axes: Axes, outline: Outline, colour: str, *, order: int) -> None:
    axes.add_patch(PathPatch(outline, facecolor=colour, edgecolor=LINE, linewidth=1.1, zorder=order))


def _hips(axes: Axes, x: float, y: float) -> None:
    """Draw a body from the ribs to the thighs, from the front, with the stickers on."""
    torso = _mirrored([(22.0, 41.0), (20.5, 28.0), (19.5, 16.0), (19.5, 6.0), (17.0, 0.0)])
    shorts = [
        (20.8, 8.5), (24.8, 0.0), (27.0, -12.0), (27.2, -28.0), (26.0, -33.0), (15.0, -34.5), (3.2, -33.0),
        (1.8, -22.0), (0.0, -18.5),
    ]  # fmt: skip
    thighs = [(25.0, -30.0), (24.0, -42.0), (21.5, -53.0), (8.0, -53.0), (4.5, -42.0), (4.0, -30.0)]
    for sign in (-1.0, 1.0):
        thigh = [(sign * a, b) for a, b in thighs]
        _shape(axes, _smooth(thigh, x, y), SKIN, order=1)
    _shape(axes, _smooth(torso, x, y), SHIRT, order=2)
    whole = [(0.0, 7.0), *shorts, *((-a, b) for a, b in reversed(shorts[:-1]))]
    _shape(axes, _smooth(whole, x, y), SHORTS, order=3)
    for sign in (-1.0, 1.0):
        axes.add_patch(Circle((x + sign * 14.5, y - 1.5), 3.3, facecolor=MAGENTA, edgecolor="none", zorder=4))
        axes.plot(
            [x + sign * 18.5, x + sign * 31.0], [y + 0.5, y + 13.0], color=LINE, linewidth=0.9, zorder=5
        )
    axes.text(x - 31.5, y + 14.5, "bony\npoint", fontsize=8.5, ha="center", va="bottom", color=LINE)
    axes.text(x + 31.5, y + 14.5, "bony\npoint", fontsize=8.5, ha="center", va="bottom", color=LINE)


# --- the room --------------------------------------------------------------------------------------------


def _scene(axes: Axes, x: float, y: float) -> None:
    """Draw the phone on its stand and a person on one leg, from the side; ``y`` is the floor."""
    axes.plot([x, x + 74.0], [y, y], color=LINE, linewidth=1.2)
    _phone(axes, x + 6.0, y)
    _person(axes, x + 61.0, y)
    axes.plot([x + 8.5, x + 57.0], [y + 20.0, y + 20.0], color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.text(x + 32.0, y + 21.0, "lens at hip height", fontsize=8.5, ha="center", va="bottom", color=QUIET)
    both_ends = {"arrowstyle": "<->", "color": LINE, "lw": 0.9}
    axes.annotate("", (x + 61.0, y - 3.5), (x + 6.0, y - 3.5), arrowprops=both_ends)
    axes.text(x + 33.0, y - 4.5, "3-4 m", fontsize=9.5, ha="center", va="top", color=LINE)


def _phone(axes: Axes, x: float, y: float) -> None:
    for foot in (-5.0, 0.0, 5.0):
        axes.plot([x, x + foot], [y + 14.0, y], color=LINE, linewidth=1.2)
    axes.add_patch(
        FancyBboxPatch(
            (x - 1.0, y + 14.0), 2.0, 11.0, boxstyle="round,pad=0.2", facecolor=LINE, edgecolor=LINE
        )
    )


def _person(axes: Axes, x: float, y: float) -> None:
    """Draw a person in profile who looks at the phone, the other shank held up behind."""
    axes.add_patch(Circle((x - 0.8, y + 43.0), 3.4, facecolor=SKIN, edgecolor=LINE, linewidth=1.1, zorder=3))
    lifted = [
        (-1.8, 20.0), (2.4, 20.0), (2.8, 12.5), (9.5, 10.5), (12.8, 11.5), (12.6, 8.0), (8.5, 7.6),
        (-0.8, 10.0),
    ]  # fmt: skip
    stance = [
        (-3.0, 21.0), (2.8, 21.0), (2.2, 12.0), (1.7, 3.0), (1.8, 0.3), (-5.4, 0.3), (-4.8, 1.7),
        (-1.8, 3.2), (-2.2, 12.0),
    ]  # fmt: skip
    trunk = [
        (-2.4, 38.5), (1.8, 38.5), (3.4, 31.0), (2.4, 25.0), (3.6, 19.5), (-3.4, 19.0), (-3.0, 26.0),
        (-3.6, 32.0),
    ]  # fmt: skip
    arm = [(-3.8, 34.8), (2.2, 35.2), (2.8, 32.6), (-4.0, 32.2)]
    _shape(axes, _smooth(lifted, x, y), SKIN, order=1)
    _shape(axes, _smooth(stance, x, y), SKIN, order=2)
    _shape(axes, _smooth(trunk, x, y), SHIRT, order=3)
    _shape(axes, _smooth(arm, x, y), SKIN, order=4)
    axes.add_patch(Circle((x - 2.7, y + 21.5), 0.9, facecolor=MAGENTA, edgecolor="none", zorder=5))


# --- words -----------------------------------------------------------------------------------------------


def _paragraphs(axes: Axes, title: str, points: Sequence[str], x: float, y: float, width_mm: float) -> None:
    axes.text(x, y, title, fontsize=13, weight="bold", va="top", color=LINE)
    y -= 8.5
    for number, point in enumerate(points, start=1):
        axes.text(x, y, f"{number}", fontsize=10, weight="bold", va="top", color=MAGENTA)
        lines = _wrapped(point, width_mm - 6.0)
        axes.text(x + 6.0, y, "\n".join(lines), fontsize=9.6, va="top", color=LINE, linespacing=1.25)
        y -= 4.35 * len(lines) + 2.6


def _wrapped(text: str, width_mm: float) -> list[str]:
    """Return lines of at most a width in the type of paragraphs, whose letters are usually 1.78 mm wide."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width_mm / 1.78:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


# --- discs -----------------------------------------------------------------------------------------------


def _discs(axes: Axes, left: float, right: float) -> None:
    y = MARGIN_MM + 30.0
    axes.plot([left, right], [DISCS_END_MM, DISCS_END_MM], color=QUIET, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.text(left, y + 30.5, "Cut out two of one colour", fontsize=13, weight="bold", va="top", color=LINE)
    axes.text(
        left, y + 23.5, "28 mm across. Print at 100 % ('actual size'), matt paper, double-sided tape.",
        fontsize=9.6, va="top", color=LINE,
    )  # fmt: skip
    gap = (right - left - 6 * DISC_MM) / 5
    for place in range(6):
        colour = MAGENTA if place < 3 else LIME
        centre = (left + DISC_MM / 2 + place * (DISC_MM + gap), y)
        axes.add_patch(Circle(centre, DISC_MM / 2, facecolor=colour, edgecolor="none"))
    _ruler(axes, left, MARGIN_MM + 5.5)
    axes.text(
        right, MARGIN_MM, "Exercise feedback and research; not a medical device.",
        fontsize=8.0, ha="right", va="bottom", color=QUIET,
    )  # fmt: skip


def _ruler(axes: Axes, x: float, y: float) -> None:
    corners = [(x, y - 1.0), (x + RULER_MM, y - 1.0), (x + RULER_MM, y + 1.0), (x, y + 1.0)]
    axes.add_patch(Polygon(corners, closed=True, facecolor=LINE, edgecolor="none"))
    axes.text(x, y - 2.0, "This bar must measure 50 mm.", fontsize=8.5, va="top", color=LINE)
