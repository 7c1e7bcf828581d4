"""What one value of a column may be, for a program and in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from valgus.model.column import Column, Kind

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
Fits = Callable[[str], bool]


def fits(column: Column, /) -> Fits:
    """Return what says whether the text of a value is one that the column may have."""
    of_kind = _FITS[column.kind](column)
    return of_kind if column.required else lambda value: not value or of_kind(value)


def expected(column: Column, /) -> str:
    """Return in words what the column may have."""
    says = _WORDS[column.kind](column)
    return says if column.required else f"{says}, or blank"


def bounds(column: Column, /) -> str:
    """Return the bounds in words, empty where there are none."""
    least, most = column.least, column.most
    if least is not None and most is not None:
        return f"from {least:g} to {most:g}"
    if least is not None:
        return f"at least {least:g}"
    return "" if most is None else f"at most {most:g}"


def _fits_number(column: Column) -> Fits:
    least = float("-inf") if column.least is None else column.least
    most = float("inf") if column.most is None else column.most
    written = (_INTEGER if column.kind is Kind.INTEGER else _NUMBER).fullmatch
    if column.least is None and column.most is None:
        return lambda value: written(value) is not None
    return lambda value: written(value) is not None and least <= float(value) <= most


def _fits_text(column: Column) -> Fits:
    if column.one_of:
        return frozenset(column.one_of).__contains__
    if column.pattern:
        written = re.compile(column.pattern).fullmatch
        return lambda value: written(value) is not None
    return bool


def _fits_date(column: Column) -> Fits:
    def is_date(value: str) -> bool:
        try:
            return dt.date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False

    return is_date


def _number_in_words(column: Column) -> str:
    return " ".join(filter(None, ("a number with a point as decimal mark", bounds(column))))


def _integer_in_words(column: Column) -> str:
    return " ".join(filter(None, ("a whole number", bounds(column))))


def _text_in_words(column: Column) -> str:
    if column.one_of:
        return f"one of {', '.join(column.one_of)}"
    return f"text that matches {column.pattern}" if column.pattern else "some text"


_FITS: dict[Kind, Callable[[Column], Fits]] = {
    Kind.TEXT: _fits_text,
    Kind.INTEGER: _fits_number,
    Kind.NUMBER: _fits_number,
    Kind.DATE: _fits_date,
}
_WORDS: dict[Kind, Callable[[Column], str]] = {
    Kind.TEXT: _text_in_words,
    Kind.INTEGER: _integer_in_words,
    Kind.NUMBER: _number_in_words,
    Kind.DATE: lambda column: "a date like 2026-11-21",
}
