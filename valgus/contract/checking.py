"""A CSV file held against its table of the contract, row after row: large files need no more memory."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from valgus.contract.tables import Table
from valgus.contract.values import Fits, expected, fits
from valgus.contract.version import CONTRACT_VERSION

BOM = "\ufeff"
#: What other programs put between columns instead of a comma.
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True)
class Problem:
    """Something in a file that is not as it has to be.

    Attributes
    ----------
    file : str
        As it was given.
    row : int or None
        Counted as a spreadsheet does: 1 is the header. None where it is about the whole file.
    column : str
        Its name; in ``analysis.json`` the way to the value. Empty where it is about the whole file.
    value : str
        What stands there.
    expected : str
        What has to stand there.
    """

    file: str
    row: int | None
    column: str
    value: str
    expected: str

    @property
    def says(self) -> str:
        """All of it in one line."""
        row = f"row {self.row}" if self.row is not None else ""
        column = f"column {self.column}" if self.row is not None else self.column
        where = ", ".join(filter(None, (row, column if self.column else "")))
        found = f"expected {self.expected}" + (f", found {_short(self.value)}" if self.value else "")
        return ": ".join(filter(None, (self.file, where, found)))


Report = Callable[[int, str, str, str], Problem]


def table_problems(path: Path, table: Table, /) -> Iterator[Problem]:
    """Yield everything that is wrong with a CSV file, in the order of its rows."""

    def report(row: int, column: str, value: str, wanted: str) -> Problem:
        return Problem(str(path), row, column, value, wanted)

    reader = None
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            yield from _in_rows(reader, table, report)
    except UnicodeDecodeError:
        yield report(reader.line_num + 1 if reader else 1, "", "", "text in UTF-8")
    except csv.Error as wrong:
        yield report(reader.line_num if reader else 1, "", str(wrong), "a row of CSV")
    else:
        if not _ends_with_a_line(path):
            yield Problem(str(path), None, "", "", "a line end at the end: something may be cut off")


def header_of(file: IO[str], /) -> list[str]:
    """Return the names of the columns of a CSV file."""
    return next(csv.reader(file), [])


def _in_rows(reader: Iterator[list[str]], table: Table, report: Report) -> Iterator[Problem]:
    header = next(reader, [])
    if header and header[0].startswith(BOM):
        header[0] = header[0].removeprefix(BOM)
        yield report(1, header[0], "a byte order mark", "UTF-8 without one")
    separator = next((mark for mark in OTHER_SEPARATORS if len(header) == 1 and mark in header[0]), None)
    if separator is not None:
        first = header[0].split(separator)[0]
        yield report(1, first, OTHER_SEPARATORS[separator], "commas between the columns")
        return
    yield from _in_header(header, table, report)
    check = _RowCheck.of(header, table)
    for number, row in enumerate(reader, start=2):
        for column, value, wanted in check.wrong_in(row):
            yield report(number, column, value, wanted)


def _in_header(header: Sequence[str], table: Table, report: Report) -> Iterator[Problem]:
    for name in table.needed:
        if name not in header:
            yield report(1, name, "", f"a column of this name in {table.file}")
    for place, name in enumerate(header):
        if table.column(name) is None:
            yield report(1, name, name, f"no such column in {table.file} (contract {CONTRACT_VERSION})")
        elif name in header[:place]:
            yield report(1, name, name, "no second column of this name")


@dataclass(frozen=True)
class _RowCheck:
    """What is looked at in every row of one file: values by place, and orders."""

    header: tuple[str, ...]
    values: tuple[tuple[int, Fits, str], ...]
    orders: tuple[Callable[[Sequence[str]], tuple[str, str] | None], ...]

    @classmethod
    def of(cls, header: Sequence[str], table: Table) -> _RowCheck:
        known = [(place, table.column(name)) for place, name in enumerate(header)]
        return cls(
            tuple(header),
            tuple((place, fits(column), expected(column)) for place, column in known if column),
            tuple(
                order.look([header.index(name) for name in order.reads])
                for order in table.orders
                if set(order.reads) <= set(header)
            ),
        )

    def wrong_in(self, row: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Yield column, value and what was expected."""
        if len(row) != len(self.header):
            yield self._uneven(row)
            return
        for place, fit, wanted in self.values:
            if not fit(row[place]):
                yield self.header[place], row[place] or "nothing", wanted
        for broken in filter(None, (order(row) for order in self.orders)):
            column, wanted = broken
            yield column, row[self.header.index(column)], wanted

    def _uneven(self, row: Sequence[str]) -> tuple[str, str, str]:
        wanted = f"{len(self.header)} values in the row"
        if len(row) < len(self.header):
            return self.header[len(row)], f"{len(row)}, the row is cut off before this column", wanted
        return self._first_misfit(row), f"{len(row)}; is there a comma as decimal mark?", wanted

    def _first_misfit(self, row: Sequence[str]) -> str:
        """Return the first column that reads wrong where a row has too many values."""
        misfit = next((place for place, fit, _ in self.values if not fit(row[place])), len(self.header) - 1)
        return self.header[misfit] if self.header else ""


def _ends_with_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True  # what is missing from an empty file was said already
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _short(value: str, most: int = 60) -> str:
    told = " ".join(value.split())
    return told if len(told) <= most else f"{told[: most - 3]}..."
