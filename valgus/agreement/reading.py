"""Where a measurement comes from: a saved analysis, many of them, or a table that somebody else wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from valgus.agreement.clicks import holds_clicks, value_from_points
from valgus.agreement.measurement import Frames, Leg, Measurement, Reps, Row
from valgus.agreement.sheet import Line, Sheet, lines_of
from valgus.errors import WrongUsage
from valgus.model.clicks import RATER
from valgus.model.rep import Grade
from valgus.results import ENDING, REPS

#: A column that holds the measure where nothing is named after it.
VALUE = "value"
#: When the lowest point is, and when a frame is.
REP_TIMES, FRAME_TIMES = ("bottom_s", "time_s", "time"), ("time_s", "time")
#: Rows closer in time than this are frames, not reps, s.
FRAMES_APART_S = 0.2
LEAST_FRAMES = 20


@dataclass(frozen=True)
class Source:
    """Where one measurement is, and how it is to be read.

    Attributes
    ----------
    path : Path
        A folder of one analysis, a folder with analyses below it, or a CSV file.
    column : str or None
        Column of the value; None for the one named after the measure, or ``value``.
    offset_s : float
        Added to its times, s, where its clock started later or earlier than the clip.
    sign : float
        -1 where it counts valgus as negative.
    """

    path: Path
    column: str | None = None
    offset_s: float = 0.0
    sign: float = 1.0


def read_measurement(source: Source, measure: str, /) -> Measurement:
    """Return what one source says about a measure.

    Raises
    ------
    WrongUsage
        If it is not there, holds no reps, lacks a needed column, or a cell cannot be understood; file, row
        and column are named.
    """
    path = source.path
    if path.is_dir():
        rows = [row for name, table in _tables_in(path) for row in _of_table(table, name, source, measure)]
        return Reps(path.name, tuple(rows))
    sheet = Sheet.read(path, name=path.name)
    if _holds_frames(sheet):
        return Frames(path.name, tuple(_legs(sheet, source, _value_column(sheet, source, measure))))
    return Reps(path.name, tuple(_rows(sheet, source, measure)))


def _tables_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every table of reps in a folder, and what it is called in complaints."""
    if folder.name.endswith(ENDING):
        yield f"{folder.name}/{REPS}", folder / REPS
        return
    found = sorted(path for path in folder.rglob(f"*{ENDING}/{REPS}") if not _hidden(path, folder))
    if not found and (folder / REPS).is_file():
        found = [folder / REPS]
    if not found:
        raise WrongUsage(
            f"{folder}: holds no analysis ({ENDING}) and no {REPS}.",
            "Analyse the clips first: valgus batch FOLDER.",
        )
    for path in found:
        yield path.relative_to(folder).as_posix(), path


def _hidden(path: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(below).parts)


def _of_table(path: Path, name: str, source: Source, measure: str) -> Iterator[Row]:
    if not path.is_file():
        raise WrongUsage(f"{name}: is not there.", "Give a folder of results, or analyse the clip again.")
    if len(lines_of(path, name=name)) < 2:
        return  # nothing could be measured in that clip
    yield from _rows(Sheet.read(path, name=name), source, measure)


# --- a value for each rep -----------------------------------------------------------------------------------


def _rows(sheet: Sheet, source: Source, measure: str) -> Iterator[Row]:
    _refuse_several_raters(sheet)
    if sheet.one_of("rep", *REP_TIMES) is None:
        raise WrongUsage(
            f"{sheet.name}: has neither rep nor time_s.", "Add one: which rep a row is about, or when it was."
        )
    clicked = holds_clicks(sheet) and source.column is None and measure not in sheet.columns
    column = None if clicked else _value_column(sheet, source, measure)
    for line in sheet.lines:
        value = line.number_in(column) if column else value_from_points(line, measure)
        yield _row(line, source, value)


def _row(line: Line, source: Source, value: float | None) -> Row:
    time_s, rep = line.number_in(*REP_TIMES), line.whole_number_in("rep")
    if time_s is None and rep is None:
        raise WrongUsage(f"{line.where}: has neither rep nor time.", "Fill in one of them.")
    invalid = line.text("grade") == Grade.INVALID.value
    return Row(
        where=line.where,
        clip=line.text("clip").replace("\\", "/").rpartition("/")[2],
        clip_sha256=line.text("clip_sha256"),
        person=line.text("person"),
        side=line.side,
        rep=rep,
        time_s=None if time_s is None else time_s + source.offset_s,
        value=None if value is None else source.sign * value,
        invalid=(line.text("grade_reasons") or "no reason given") if invalid else "",
    )


def _refuse_several_raters(sheet: Sheet) -> None:
    raters = sorted({line.text(RATER) for line in sheet.lines})
    if len(raters) > 1:
        raise WrongUsage(
            f"{sheet.name}: is by several raters ({', '.join(raters)}).", "Give a file for each of them."
        )


def _value_column(sheet: Sheet, source: Source, measure: str) -> str:
    wanted = (source.column,) if source.column else (measure, VALUE)
    column = sheet.one_of(*wanted)
    if column is None:
        raise WrongUsage(
            f"{sheet.name}: has no column {' or '.join(wanted)}; it has {', '.join(sheet.columns[:20])}.",
            "Name the column by --a-column or --b-column, or choose another --measure.",
        )
    return column


# --- a value for each frame ---------------------------------------------------------------------------------


def _holds_frames(sheet: Sheet) -> bool:
    if sheet.one_of("rep", "bottom_s", "clip") or sheet.one_of(*FRAME_TIMES) is None:
        return False
    times = [line.number_in(*FRAME_TIMES) for line in sheet.lines]
    apart = np.diff([time for time in times if time is not None])
    return len(sheet.lines) >= LEAST_FRAMES and float(np.median(np.abs(apart))) < FRAMES_APART_S


def _legs(sheet: Sheet, source: Source, column: str) -> Iterator[Leg]:
    sides = dict.fromkeys(line.side for line in sheet.lines)
    for side in sides:
        lines = [line for line in sheet.lines if line.side == side]
        times = _increasing(lines)
        values = [line.number_in(column) for line in lines]
        known = np.array([np.nan if value is None else source.sign * value for value in values])
        yield Leg(side, np.array(times) + source.offset_s, known)


def _increasing(lines: Sequence[Line]) -> list[float]:
    times: list[float] = []
    for line in lines:
        time_s = line.number_in(*FRAME_TIMES)
        if time_s is None:
            raise WrongUsage(f"{line.where}: has no time.", "Fill it in, or delete the row.")
        if times and time_s <= times[-1]:
            raise WrongUsage(
                f"{line.where}: its time {time_s:g} s is not after {times[-1]:g} s before it.",
                "Sort the rows by time and leave each time once.",
            )
        times.append(time_s)
    return times
