"""The result on a terminal: what it means, the reps in a table, and how it was measured."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from valgus.exports import wording
from valgus.model.rep import Grade
from valgus.model.rule import Level
from valgus.model.trial import SetMean, Trial

WIDTH = 80
#: Colours of a terminal that differ in lightness as well.
STYLES = {
    Level.GREEN.value: "green",
    Level.AMBER.value: "yellow",
    Level.RED.value: "bold red",
    Grade.LOW.value: "yellow",
    Grade.INVALID.value: "dim",
}


def show(trial: Trial, console: Console, /) -> None:
    """Print the result of one clip; colours appear only where the console is a terminal."""
    for part in _parts(trial):
        console.print(part, width=min(WIDTH, console.width), highlight=False)


def summary_lines(trial: Trial, /, *, width: int = WIDTH) -> tuple[str, ...]:
    """Return what `show` prints on a pipe: plain lines, none longer than ``width``."""
    page = io.StringIO()
    show(trial, Console(file=page, width=width, force_terminal=False, color_system=None))
    return tuple(line.rstrip() for line in page.getvalue().splitlines())


def _parts(trial: Trial) -> Iterator[RenderableType]:
    yield from _meaning(trial)
    yield Text()
    yield from _understood(trial)
    if trial.reps:
        yield Text()
        yield _table(trial)
        yield from _below_the_table(trial)
    yield Text()
    yield from _explained(trial)


# --- what it means ------------------------------------------------------------------------------------------


def _meaning(trial: Trial) -> Iterator[Text]:
    if wording.headline(trial):
        yield Text(wording.headline(trial), style="bold red")
    if wording.what_to_film_again(trial):
        yield Text(f"Film again: {wording.what_to_film_again(trial)}", style="bold")
    for sentence in wording.in_plain_words(trial):
        yield Text(sentence, style="bold")


def _understood(trial: Trial) -> Iterator[RenderableType]:
    yield from map(
        _entry,
        ("Clip", "Task", "Side", "View"),
        (
            wording.one_line(trial.clip.name),
            wording.task_line(trial),
            wording.side_line(trial),
            wording.view_line(trial),
        ),
    )


def _entry(name: str, says: str) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=5)
    grid.add_column(overflow="fold")
    grid.add_row(Text(name, style="dim"), Text(says))
    return grid


# --- the table ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """A column of the table: heading, what a rep shows (by its row), what a mean shows (by its side)."""

    heading: str
    of_rep: Callable[[Trial, int], str]
    of_mean: Callable[[Trial, str], str]
    numbers: bool = True


def _table(trial: Trial) -> Table:
    columns = _columns(trial)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold", show_edge=False)
    for column in columns:
        justify = "right" if column.numbers else "left"
        table.add_column(Text(column.heading), justify=justify, vertical="bottom", no_wrap=True)
    for row, rep in enumerate(trial.reps):
        cells = [_styled(column.of_rep(trial, row)) for column in columns]
        style = STYLES[Grade.INVALID.value] if rep.grade is Grade.INVALID else None
        table.add_row(*cells, style=style, end_section=row == len(trial.reps) - 1)
    for side in trial.sides:
        if wording.mean_of(trial, "fppa_deg", side):
            table.add_row(*(Text(column.of_mean(trial, side)) for column in columns), style="bold")
    return table


def _columns(trial: Trial) -> tuple[_Column, ...]:
    several_sides = len(trial.sides) > 1
    if wording.judged_holds(trial):
        middle = (START, HELD, FPPA, TRUNK_LEAN, SWAY)
    else:
        middle = (LOWEST_AT, FPPA, TRUNK_LEAN, DEPTH)
    hip_line = () if several_sides or not _known(trial, "hip_line_tilt_deg") else (HIP_LINE,)
    return (REP, *((SIDE,) if several_sides else ()), *middle, GRADE, FLAG, *hip_line)


def _styled(cell: str) -> Text:
    return Text(cell, style=STYLES.get(cell.removesuffix(" *"), ""))


def _known(trial: Trial, measure: str) -> bool:
    return bool(trial.measures[measure].notna().any())


def _value(trial: Trial, row: int, measure: str, decimals: int = 1) -> str:
    value = float(trial.measures[measure].iloc[row])
    return "" if np.isnan(value) else f"{value:.{decimals}f}"


def _with_interval(trial: Trial, row: int, measure: str, interval: str) -> str:
    value, half_width = _value(trial, row, measure), _value(trial, row, interval)
    return f"{value} ± {half_width}" if value and half_width else value


def _mean(trial: Trial, side: str, measure: str, *, interval: bool = False) -> str:
    mean = wording.mean_of(trial, measure, side)
    if mean is None:
        return ""
    return _mean_with_interval(mean) if interval else f"{mean.mean:.1f}"


def _mean_with_interval(mean: SetMean) -> str:
    return f"{mean.mean:.1f}" if mean.ci95 is None else f"{mean.mean:.1f} ± {mean.ci95:.1f}"


def _measured(heading: str, measure: str, interval: str | None = None) -> _Column:
    return _Column(
        heading,
        lambda trial, row: (
            _with_interval(trial, row, measure, interval) if interval else _value(trial, row, measure)
        ),
        lambda trial, side: _mean(trial, side, measure, interval=interval is not None),
    )


def _flag(trial: Trial, row: int) -> str:
    rep = trial.reps[row]
    level = wording.level_of(trial, rep)
    return "" if level is None else level.value + (" *" if wording.near_an_edge(trial, rep) else "")


def _reps_in_mean(trial: Trial, side: str) -> str:
    mean = wording.mean_of(trial, "fppa_deg", side)
    return "" if mean is None else f"of {mean.n}"


REP = _Column("rep", lambda trial, row: str(trial.reps[row].number), lambda trial, side: "mean")
SIDE = _Column(
    "side", lambda trial, row: trial.reps[row].side.value, lambda trial, side: side, numbers=False
)
LOWEST_AT = _Column(
    "lowest\nat s", lambda trial, row: f"{trial.reps[row].bottom_s:.2f}", _reps_in_mean
)
START = _Column("from\ns", lambda trial, row: f"{trial.reps[row].start_s:.2f}", _reps_in_mean)
HELD = _measured("held\ns", "hold_s")
FPPA = _measured("FPPA\ndeg, + inside", "fppa_deg", "fppa_ci95_deg")
TRUNK_LEAN = _measured("trunk\nlean deg", "trunk_lean_deg")
DEPTH = _measured("depth\n% leg", "depth_pct")
SWAY = _measured("sway\n% leg", "sway_pct")
HIP_LINE = _measured("hip line\n(not pelvic\ndrop) deg", "hip_line_tilt_deg")
GRADE = _Column(
    "grade", lambda trial, row: trial.reps[row].grade.value, lambda trial, side: "", numbers=False
)
FLAG = _Column("flag", _flag, lambda trial, side: "", numbers=False)


# --- reasons and explanations -------------------------------------------------------------------------------


def _below_the_table(trial: Trial) -> Iterator[RenderableType]:
    yield Text()
    if any(wording.near_an_edge(trial, rep) for rep in trial.reps):
        yield Text("* the 95 % interval holds an edge of the band: the colour is not sure")


def _explained(trial: Trial) -> Iterator[RenderableType]:
    for says in wording.other_findings(trial):
        yield _bullet(says)
    if trial.reps:
        yield from map(_bullet, _what_the_columns_are(trial))
    yield Text(wording.INTENDED_USE, style="dim")


def _bullet(says: str) -> Padding:
    grid = Table.grid(padding=(0, 1))
    grid.add_row(Text("-"), Text(says))
    return Padding(grid, (0, 0))


def _what_the_columns_are(trial: Trial) -> Iterator[str]:
    yield f"{wording.FPPA_IS} {wording.FPPA_IS_NOT}"
    yield "± is the 95 % interval."
    for band in wording.bands_in_use(trial):
        yield wording.band_line(band)
