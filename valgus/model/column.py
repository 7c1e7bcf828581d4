"""A column of a table that is written: what it is called, what it means, and which values it may have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(str, Enum):
    """Type of the values of a column, by its name in a Frictionless table schema."""

    TEXT = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """One column, described once for every place that writes, shows or checks it.

    Attributes
    ----------
    name : str
        As in the header.
    unit : str
        Empty where there is none.
    positive : str
        What a positive value means; empty where it has no direction.
    meaning : str
        What it is, in a sentence.
    source : str
        Where the definition is from; empty where there is nothing to define.
    kind : Kind
        Type of its values.
    least, most : float or None
        Bounds that every value keeps, both inclusive.
    one_of : tuple of str
        All values that there are; none where any will do.
    pattern : str
        Regular expression that a whole value matches; empty where any will do.
    required : bool
        Whether it is never blank.
    """

    name: str
    unit: str
    positive: str
    meaning: str
    source: str
    kind: Kind = Kind.NUMBER
    least: float | None = None
    most: float | None = None
    one_of: tuple[str, ...] = ()
    pattern: str = ""
    required: bool = False


#: Codes with a semicolon between them.
CODES = "[a-z0-9_]+(;[a-z0-9_]+)*"
#: A hash in lower-case hexadecimal.
SHA256 = "[0-9a-f]{64}"


def text(
    name: str, meaning: str, *, one_of: tuple[str, ...] = (), pattern: str = "", required: bool = False
) -> Column:
    """Return a column of words."""
    return Column(
        name, "", "", meaning, "", Kind.TEXT, one_of=one_of, pattern=pattern, required=required
    )  # fmt: skip


def count(name: str, meaning: str, *, least: int = 0, required: bool = True) -> Column:
    """Return a column of whole numbers."""
    return Column(name, "", "", meaning, "", Kind.INTEGER, least=least, required=required)


def time(name: str, meaning: str) -> Column:
    """Return a column of presentation times that is never blank."""
    return Column(name, "s", "later", meaning, "", required=True)


def values_of(kind: type[Enum], /) -> tuple[str, ...]:
    """Return the values of an enumeration, for ``one_of``."""
    return tuple(str(member.value) for member in kind)


#: A spreadsheet takes a cell that begins with one of these for a formula, and runs it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t")


def as_cell(value: object, /) -> object:
    """Return a value as it goes into a table: words that begin like a formula are marked with an apostrophe.

    Numbers, also as words, stay as they are. A carriage return, which ends a row for some readers and not for
    others, becomes a blank.
    """
    if isinstance(value, str):
        value = value.replace("\r", " ")
    if isinstance(value, str) and value.startswith(FORMULA_STARTS) and not _is_number(value):
        return f"'{value}"
    return value


def from_cell(written: str, /) -> str:
    """Return the words that `as_cell` wrote."""
    marked = written.startswith("'") and written[1:].startswith(FORMULA_STARTS)
    return written[1:] if marked and not _is_number(written[1:]) else written


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
