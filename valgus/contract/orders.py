"""What the rows of a table keep as a whole, beyond what each value keeps by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

#: Looks at the next row and says which column breaks the order and what was expected there, or nothing.
Look = Callable[[Sequence[str]], "tuple[str, str] | None"]


class Order(Protocol):
    """Something that rows keep."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Columns that it looks at; without them it cannot be held against a file."""
        ...

    def look(self, places: Sequence[int], /) -> Look:
        """Return what looks at one row after the other; ``places`` are those of the columns read."""
        ...


@dataclass(frozen=True)
class Rising:
    """In every row one value is not before another."""

    earlier: str
    later: str

    @property
    def reads(self) -> tuple[str, ...]:
        """Both."""
        return self.earlier, self.later

    def look(self, places: Sequence[int], /) -> Look:
        """Compare the two values of each row."""
        first, second = places

        def at(row: Sequence[str]) -> tuple[str, str] | None:
            before, after = _number(row[first]), _number(row[second])
            if before is None or after is None or before <= after:
                return None
            return self.later, f"not before {self.earlier}, which is {row[first]}"

        return at


@dataclass(frozen=True)
class Increasing:
    """From row to row a value grows, for each value of another column on its own where one is given."""

    column: str
    within: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The column, and the one it grows within."""
        return (self.column,) if self.within is None else (self.column, self.within)

    def look(self, places: Sequence[int], /) -> Look:
        """Compare each row with the one before of the same kind."""
        last: dict[str, float] = {}
        value_at, group_at = places[0], places[1] if len(places) > 1 else None

        def at(row: Sequence[str]) -> tuple[str, str] | None:
            group = "" if group_at is None else row[group_at]
            value, before = _number(row[value_at]), last.get(group)
            if value is None:
                return None
            last[group] = value
            return None if before is None or value > before else (self.column, f"more than {before:g} before")

        return at


@dataclass(frozen=True)
class Once:
    """No two rows have the same values in some columns."""

    columns: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """All of them."""
        return self.columns

    def look(self, places: Sequence[int], /) -> Look:
        """Remember what was there."""
        seen: set[tuple[str, ...]] = set()

        def at(row: Sequence[str]) -> tuple[str, str] | None:
            key = tuple(row[place] for place in places)
            if key in seen:
                return self.columns[0], f"no second row of the same {' and '.join(self.columns)}"
            seen.add(key)
            return None

        return at


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
