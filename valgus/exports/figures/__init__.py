"""Figures of one clip as files: a page of everything, and every figure alone for a text. Add one below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from valgus.exports.figures.film_strip import film_strip_figure
from valgus.exports.figures.knee_path import knee_path_figure
from valgus.exports.figures.left_right import left_right_figure
from valgus.exports.figures.reps import reps_figure
from valgus.exports.figures.session import panels_figure, session_figure
from valgus.exports.figures.style import png_of, svg_of
from valgus.exports.figures.time_series import time_series_figure
from valgus.exports.stills import Still
from valgus.model.trial import Trial

__all__ = [
    "FIGURES",
    "figures_of",
    "knee_path_png",
    "left_right_png",
    "panels_png",
    "session_figure",
    "write_figure",
    "write_figures",
]

#: Name of each figure that needs no pictures, and what draws it: nothing where it does not apply to a clip.
FIGURES: tuple[tuple[str, Callable[[Trial], Figure | None]], ...] = (
    ("time_series", time_series_figure),
    ("reps", reps_figure),
    ("left_right", left_right_figure),
    ("knee_path", knee_path_figure),
)


def figures_of(trial: Trial, stills: Sequence[Still] = (), /) -> Iterator[tuple[str, Figure]]:
    """Yield name and figure of everything that applies to a clip, each fit for a column of an A4 page.

    Parameters
    ----------
    trial : Trial
        One analysed clip.
    stills : sequence of Still
        Pictures of the lowest points, none where the clip is not at hand: then there is no film strip.
    """
    for name, draw in FIGURES:
        if (figure := draw(trial)) is not None:
            yield name, figure
    if (strip := film_strip_figure(trial, stills)) is not None:
        yield "film_strip", strip


def write_figures(trial: Trial, stills: Sequence[Still], folder: Path, /) -> tuple[str, ...]:
    """Write every figure that applies as ``NAME.png`` and ``NAME.svg``; same input, same bytes.

    Returns
    -------
    tuple of str
        Their names.
    """
    names = []
    for name, figure in figures_of(trial, stills):
        (folder / f"{name}.png").write_bytes(png_of(figure))
        (folder / f"{name}.svg").write_bytes(svg_of(figure))
        names.append(name)
    return tuple(names)


def write_figure(trial: Trial, stills: Sequence[Still], path: Path, /) -> None:
    """Write the page as a PNG of A4 at 150 dots per inch; same trial and stills, same bytes.

    Parameters
    ----------
    trial : Trial
        One analysed clip.
    stills : sequence of Still
        Pictures of the lowest points, none where the clip is not at hand.
    path : Path
        File to write.
    """
    path.write_bytes(png_of(session_figure(trial, stills)))


def panels_png(trial: Trial, /) -> bytes:
    """Return angle, depth and reps without words around them, as PNG; empty where no angle was seen."""
    return _png_or_nothing(panels_figure(trial))


def knee_path_png(trial: Trial, /) -> bytes:
    """Return the knee's path over the foot as PNG; empty where it does not apply."""
    return _png_or_nothing(knee_path_figure(trial))


def left_right_png(trial: Trial, /) -> bytes:
    """Return both legs beside each other as PNG; empty where only one was measured."""
    return _png_or_nothing(left_right_figure(trial))


def _png_or_nothing(figure: Figure | None) -> bytes:
    return b"" if figure is None else png_of(figure)
