"""A table that somebody else wrote, as CSV: every complaint names file, row and column, and the remedy."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from valgus import bounded
from valgus.errors import WrongUsage
from valgus.model.column import from_cell

SEPARATORS = (",", ";", "\t")
SIDES = {"left": "left", "l": "left", "right": "right", "r": "right", "": ""}


@dataclass(frozen=True)
class Line:
    """One row: its number as a spreadsheet counts it, and its cells by column."""

    sheet: str
    number: int
    cells: dict[str, str]

    @property
    def where(self) -> str:
        """File and row."""
        return f"{self.sheet} row {self.number}"

    def text(self, *names: str) -> str:
        """Return the first cell that has one of these names, without blanks around it; else nothing."""
        return from_cell(next((self.cells[name].strip() for name in names if name in self.cells), ""))

    def number_in(self, *names: str) -> float | None:
        """Return a number, None where the cell is blank or there is none.

        Raises
        ------
        WrongUsage
            If it is no finite number.
        """
        says = self.text(*names)
        if not says or says.lower() in ("na", "nan"):
            return None
        try:
            number = float(says)
        except ValueError:
            number = np.nan
        if not np.isfinite(number):
            column = next(name for name in names if name in self.cells)
            advice = "Write it with a decimal point." if "," in says else "Write a number, or leave it blank."
            raise WrongUsage(f"{self.where}, column {column}: {says[:40]} is not a number.", advice)
        return number

    def whole_number_in(self, name: str) -> int | None:
        """Return a whole number, None where the cell is blank or there is none."""
        number = self.number_in(name)
        if number is not None and number != int(number):
            raise WrongUsage(
                f"{self.where}, column {name}: {number:g} is not a whole number.", "Count reps from 1."
            )
        return None if number is None else int(number)

    @property
    def side(self) -> str:
        """Left, right, or nothing."""
        says = self.text("side").lower()
        if says not in SIDES:
            raise WrongUsage(
                f"{self.where}, column side: {says[:40]} is no side.",
                "Write left or right, or leave it blank.",
            )
        return SIDES[says]


#: Largest table that is read: a study of a hundred thousand reps has a tenth of it.
MOST_MB = 500.0


@dataclass(frozen=True)
class Sheet:
    """A table: its file's name, the names of its columns, and its rows."""

    name: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    @classmethod
    def read(cls, path: Path, /, *, name: str) -> Sheet:
        """Read a file with commas, semicolons or tabs between its columns.

        Raises
        ------
        WrongUsage
            If it cannot be read, is not UTF-8, has no header or no rows, or a row has too many or few cells.
        """
        lines = lines_of(path, name=name)
        header = lines[0] if lines else ""
        separator = max(SEPARATORS, key=header.count)
        try:
            columns = _columns(next(csv.reader([header], delimiter=separator), []), name)
            rows = tuple(_lines(csv.reader(lines[1:], delimiter=separator), columns, name))
        except csv.Error as wrong:
            raise WrongUsage(f"{name}: cannot be read as CSV: {wrong}.", "Save it as CSV again.") from wrong
        if not rows:
            raise WrongUsage(f"{name}: has no row below its header.", "Give a table with a row for each rep.")
        return cls(name, columns, rows)

    def has(self, *columns: str) -> bool:
        """Return whether all of these columns are there."""
        return set(columns) <= set(self.columns)

    def one_of(self, *columns: str) -> str | None:
        """Return the first of these columns that is there."""
        return next((column for column in columns if column in self.columns), None)


def lines_of(path: Path, /, *, name: str) -> list[str]:
    """Return the lines of a table; WrongUsage where it cannot be read, is too large or not UTF-8."""
    try:
        return bounded.text_of(path, most_mb=MOST_MB, encoding="utf-8-sig").splitlines()
    except OSError as wrong:
        raise WrongUsage(f"{path}: cannot be read: {wrong.strerror}.", "Check the path.") from wrong
    except UnicodeDecodeError as wrong:
        raise WrongUsage(f"{name}: is not UTF-8 text.", "Save it as CSV in UTF-8.") from wrong


def _columns(header: Sequence[str], name: str) -> tuple[str, ...]:
    columns = tuple(column.strip() for column in header)
    if not any(columns):
        raise WrongUsage(f"{name}: has no header.", "Write the names of the columns into the first row.")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise WrongUsage(
            f"{name} row 1: there are two columns {bounded.quoted(twice[0])}.", "Rename one of them."
        )
    return columns


def _lines(rows: Iterator[list[str]], columns: tuple[str, ...], name: str) -> Iterator[Line]:
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            raise WrongUsage(
                f"{name} row {number}: has {len(cells)} cells, the header has {len(columns)}.",
                "Look for a decimal comma or a missing separator.",
            )
        yield Line(name, number, dict(zip(columns, cells, strict=True)))
