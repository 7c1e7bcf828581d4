"""The result on a terminal: what it means, the reps in a table, and what the words mean."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from rich import box
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from valgus.exports import advice, wording
from valgus.model.rep import Grade
from valgus.model.rule import Level
from valgus.model.trial import Trial
from valgus.numerals import with_error

#: Longer lines are hard to read, also where a terminal has room for them.
WIDTH = 80
STYLES = {
    Level.GREEN.value: "green",
    Level.AMBER.value: "yellow",
    Level.RED.value: "bold red",
    Grade.LOW.value: "yellow",
    Grade.INVALID.value: "dim",
}
GRADES_EXPLAINED = {
    Grade.LOW: "counts in the mean, earns no colour",
    Grade.INVALID: "shown, but counts nowhere",
}
#: Marks a colour whose interval reaches over an edge of its band.
PLUS_MINUS = "± is the 95 % interval; that of the mean also holds how much the reps differ."
UNSURE = " *"


def show(trial: Trial, console: Console, /) -> None:
    """Print the result of one clip; colours appear only where the console is a terminal."""
    width = min(WIDTH, console.width)
    for part in _parts(trial, console, width):
        console.print(part, width=width, highlight=False, soft_wrap=False)


def show_filming(trial: Trial, console: Console, /) -> None:
    """Print whether a clip is filmed well enough, and everything found about it, the heaviest first."""
    width = min(WIDTH, console.width)
    console.print(Text(wording.filmed_well_enough(trial), style="bold"), width=width)
    for part in (*_understood(trial), *map(_bullet, map(wording.in_a_sentence, wording.worst_first(trial)))):
        console.print(part, width=width)


def summary_lines(trial: Trial, /, *, width: int = WIDTH) -> tuple[str, ...]:
    """Return what `show` prints into a pipe: plain lines, none longer than ``width``."""
    page = io.StringIO()
    show(trial, Console(file=page, width=width, force_terminal=False, color_system=None))
    return tuple(line.rstrip() for line in page.getvalue().splitlines())


def _parts(trial: Trial, console: Console, width: int) -> Iterator[RenderableType]:
    """Yield paragraphs, an empty line before each but the first."""
    yield from _meaning(trial)
    yield Text()
    yield from _understood(trial)
    columns = _columns_that_fit(trial, console, width) if trial.reps else ()
    if columns:
        yield Text()
        yield _table(trial, columns)
        yield from _marks_explained(trial)
    legs = [line] if (line := wording.difference_line(trial)) else []
    notes = [*legs, *_advice(trial), *wording.other_findings(trial), *_words_explained(trial, columns)]
    yield Text()
    yield from map(_bullet, notes)
    yield Text(wording.INTENDED_USE, style="dim")


# --- what it means ------------------------------------------------------------------------------------------


def _meaning(trial: Trial) -> Iterator[Text]:
    if wording.headline(trial):
        yield Text(wording.headline(trial), style="bold red")
    for sentence in wording.in_plain_words(trial):
        yield Text(sentence, style="bold")
    if wording.what_to_do(trial):
        yield Text(f"What to do: {wording.what_to_do(trial)}")
    for verdict in trial.verdicts:
        yield Text(advice.decision_line(verdict))


def _advice(trial: Trial) -> Iterator[str]:
    """Yield the reasons for the advice with what would change it, and the items of the scales."""
    for verdict in trial.verdicts:
        yield from advice.reason_lines(verdict)
    yield from advice.item_lines(trial)
    if trial.reps:
        yield f"Training advice: {advice.RULES_ARE}"


def _understood(trial: Trial) -> Iterator[RenderableType]:
    yield _entry("Clip", wording.one_line(trial.clip.name))
    yield _entry("Task", wording.task_line(trial))
    yield _entry("Side", wording.side_line(trial))
    yield _entry("View", wording.view_line(trial))
    if origin := wording.landmarks_line(trial):
        yield _entry("Landmarks", origin)
    if trial.evidence.stickers is not None:
        yield _entry("Pelvis", wording.pelvis_line(trial))


def _entry(name: str, says: str) -> Table:
    return _hanging(Text(name, style="dim"), says)


def _bullet(says: str) -> Table:
    return _hanging(Text("-"), says)


def _hanging(mark: Text, says: str) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(mark, Text(says))
    return grid


# --- the table ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """A column of the table: heading, what a rep shows (by its row), what a mean shows (by its side)."""

    heading: str
    of_rep: Callable[[Trial, int], str]
    of_mean: Callable[[Trial, str], str]
    numbers: bool = True


def _columns_that_fit(trial: Trial, console: Console, width: int) -> tuple[_Column, ...]:
    """Return the columns, with the pelvis only where there is room for it."""
    columns = _columns(trial)
    whole = (*columns, *_pelvis_columns(trial))
    unlimited = console.options.update(max_width=10 * width)
    fits = Measurement.get(console, unlimited, _table(trial, whole)).maximum <= width
    return whole if fits else columns


def _columns(trial: Trial) -> tuple[_Column, ...]:
    side = (SIDE,) if len(trial.sides) > 1 else ()
    when = (FROM, HELD) if wording.judged_holds(trial) else (LOWEST_AT,)
    last = SWAY if wording.judged_holds(trial) else DEPTH
    return (REP, *side, *when, FPPA, TRUNK_LEAN, last, GRADE, FLAG)


def _pelvis_columns(trial: Trial) -> tuple[_Column, ...]:
    for measure, column in (("pelvic_drop_deg", PELVIC_DROP), ("hip_line_tilt_deg", HIP_LINE)):
        if trial.measures[measure].notna().any():
            return (column,)
    return ()


def _table(trial: Trial, columns: tuple[_Column, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            Text(column.heading),
            justify="right" if column.numbers else "left",
            vertical="bottom",
            no_wrap=True,
        )
    for row, rep in enumerate(trial.reps):
        dim = STYLES[Grade.INVALID.value] if rep.grade is Grade.INVALID else None
        table.add_row(*(_styled(column.of_rep(trial, row)) for column in columns), style=dim)
    table.add_section()
    for side in _sides_with_mean(trial):
        table.add_row(*(Text(column.of_mean(trial, side)) for column in columns), style="bold")
    return table


def _sides_with_mean(trial: Trial) -> list[str]:
    means = {side: wording.mean_of(trial, "fppa_deg", side) for side in trial.sides}
    return [side for side, mean in means.items() if mean is not None and mean.n > 1]


def _styled(cell: str) -> Text:
    return Text(cell, style=STYLES.get(cell.removesuffix(UNSURE), ""))


def _of_rep(trial: Trial, row: int, measure: str, interval: str | None) -> str:
    value = float(trial.measures[measure].iloc[row])
    half_width = float(trial.measures[interval].iloc[row]) if interval else float("nan")
    return "" if np.isnan(value) else with_error(value, half_width)


def _of_mean(trial: Trial, side: str, measure: str, interval: str | None) -> str:
    mean = wording.mean_of(trial, measure, side)
    return "" if mean is None else with_error(mean.mean, mean.ci95 if interval else None)


def _measured(heading: str, measure: str, interval: str | None = None) -> _Column:
    return _Column(
        heading,
        lambda trial, row: _of_rep(trial, row, measure, interval),
        lambda trial, side: _of_mean(trial, side, measure, interval),
    )


def _flag(trial: Trial, row: int) -> str:
    level = trial.level_of(trial.reps[row])
    unsure = wording.near_an_edge(trial, trial.reps[row])
    return "" if level is None else f"{level.value}{UNSURE if unsure else ''}"


def _count(trial: Trial, side: str) -> str:
    mean = wording.mean_of(trial, "fppa_deg", side)
    return "" if mean is None else f"of {mean.n}"


def _nothing(trial: Trial, side: str) -> str:
    return ""


REP = _Column("rep", lambda trial, row: str(trial.reps[row].number), lambda trial, side: "mean")
SIDE = _Column("side", lambda trial, row: trial.reps[row].side.value, lambda trial, side: side, numbers=False)
LOWEST_AT = _Column("lowest\nat s", lambda trial, row: f"{trial.reps[row].bottom_s:.2f}", _count)
FROM = _Column("from\ns", lambda trial, row: f"{trial.reps[row].start_s:.2f}", _count)
HELD = _measured("held\ns", "hold_s")
FPPA = _measured("FPPA deg\n+ inside", "fppa_deg", "fppa_ci95_deg")
TRUNK_LEAN = _measured("trunk\nlean deg", "trunk_lean_deg")
DEPTH = _measured("depth\n% leg", "depth_pct")
SWAY = _measured("sway\n% leg", "sway_pct")
GRADE = _Column("grade", lambda trial, row: trial.reps[row].grade.value, _nothing, numbers=False)
FLAG = _Column("flag", _flag, _nothing, numbers=False)
PELVIC_DROP = _measured("pelvic\ndrop deg", "pelvic_drop_deg", "pelvic_drop_ci95_deg")
HIP_LINE = _measured("hip line deg\n(not pelvic\ndrop)", "hip_line_tilt_deg", "hip_line_tilt_ci95_deg")


# --- explanations -------------------------------------------------------------------------------------------


def _marks_explained(trial: Trial) -> Iterator[Text]:
    if any(wording.near_an_edge(trial, rep) for rep in trial.reps):
        yield Text(f"{UNSURE.strip()} the 95 % interval reaches over an edge of the band: not a sure colour")


def _words_explained(trial: Trial, columns: tuple[_Column, ...]) -> Iterator[str]:
    if not trial.reps:
        return
    yield f"{wording.FPPA_IS} {wording.FPPA_IS_NOT} {PLUS_MINUS}"
    yield "Trunk lean: + towards the leg that is measured. % leg: of the hip-ankle distance while standing."
    if HIP_LINE in columns:
        yield "Hip line: the hips as the pose model sees them; they do not follow the pelvis. Never judged."
    if PELVIC_DROP in columns:
        yield (
            "Pelvic drop: tilt of the line between the stickers, + other side lower, change from standing. "
            "Its ± has 3 deg for skin and cloth that move; less than about 4 deg in one rep means nothing."
        )
    for grade, means in GRADES_EXPLAINED.items():
        if any(rep.grade is grade for rep in trial.reps):
            yield f"Grade {grade.value}: {means}."
    yield from map(wording.band_line, wording.bands_in_use(trial))
