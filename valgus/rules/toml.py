"""TOML written by people: every complaint names file, line and key, and what was probably meant."""

from __future__ import annotations

import hashlib
import math
import re
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from valgus import bounded
from valgus.errors import WrongUsage

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Largest file that is read, and most parts of a dotted key: reading such a key takes their number squared.
MOST_MB, MOST_PARTS = 1.0, 100
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


@dataclass(frozen=True)
class Document:
    """A parsed file with its text, so that lines can be named."""

    name: str
    text: str
    values: dict[str, Any]
    sha256: str = ""

    @classmethod
    def read(cls, path: Path, /) -> Document:
        """Read a file.

        Raises
        ------
        WrongUsage
            If it cannot be read, is not UTF-8 or not TOML.
        """
        try:
            content = bounded.bytes_of(path, most_mb=MOST_MB)
            parsed = cls.parse(content.decode("utf-8-sig").replace("\r\n", "\n"), path.name)
        except OSError as wrong:
            raise WrongUsage(f"{path}: cannot be read: {wrong.strerror}.", "Check the path.") from wrong
        except UnicodeDecodeError as wrong:
            raise WrongUsage(f"{path.name}: is not UTF-8 text.", "Save it as UTF-8.") from wrong
        return replace(parsed, sha256=hashlib.sha256(content).hexdigest())

    @classmethod
    def parse(cls, text: str, name: str, /) -> Document:
        """Parse text; ``name`` is what complaints call it."""
        _check_keys_are_short(text, name)
        try:
            return cls(name, text, tomllib.loads(text))
        except RecursionError:
            raise WrongUsage(f"{name}: is nested too deeply.", "Mend the file and run again.") from None
        except ValueError as wrong:  # among it numbers of thousands of digits
            raise WrongUsage(
                f"{name}: is not valid TOML: {wrong}.", "Mend the line and run again."
            ) from wrong

    def allow(self, keys: Collection[str], /) -> None:
        """Refuse any other key at the top.

        Raises
        ------
        WrongUsage
            With the line of the first unknown key and what was probably meant.
        """
        for key in self.values:
            if key not in keys:
                raise self.wrong(
                    f"unknown key {bounded.quoted(key)!r}", line=self.line_of(key), given=key, choices=keys
                )

    def entries(self, table: str, /) -> list[Entry]:
        """Return the entries of an array of tables, none where there is no such table."""
        rows = self.values.get(table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.wrong(f"write each entry of {table!r} under [[{table}]]", line=self.line_of(table))
        heads = [
            k
            for k, line in enumerate(self.text.splitlines(), 1)
            if re.match(rf"\s*\[\[\s*{table}\s*\]\]", line)
        ]
        return [Entry(self, row, head) for row, head in zip(rows, heads or [1] * len(rows), strict=False)]

    def line_of(self, key: str, /, *, after: int = 1) -> int:
        """Return the first line from ``after`` on that sets a key or opens a table of that name."""
        pattern = re.compile(rf"\s*(\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
        lines = self.text.splitlines()
        for number, line in enumerate(lines[after - 1 :], after):
            if pattern.match(line):
                return number
        return after

    def wrong(self, says: str, /, *, line: int, given: str = "", choices: Iterable[str] = ()) -> WrongUsage:
        """Return the complaint about one line; of the ``choices`` the one nearest to ``given`` is offered."""
        close = get_close_matches(given[: bounded.LONGEST_QUOTE], list(choices), n=1, cutoff=0.5)
        meant = f" Did you mean {close[0]}?" if close else ""
        return WrongUsage(f"{self.name}, line {line}: {says}.{meant}", "Mend the line and run again.")


def _check_keys_are_short(text: str, name: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > MOST_PARTS and _QUOTED.sub("", line).count(".") > MOST_PARTS:
            raise WrongUsage(f"{name}, line {number}: has too many dots.", "Mend the line and run again.")


@dataclass(frozen=True)
class Entry:
    """One table of a document, and the line on which it begins."""

    document: Document
    values: dict[str, Any]
    line: int

    def check_keys(self, kind: type, /) -> None:
        """Refuse keys that are no field of a dataclass (``tasks`` stands for several entries at once)."""
        known = {field.name for field in fields(kind)}
        for key in self.values:
            if key not in known:
                raise self.wrong(f"unknown key {bounded.quoted(key)!r}", key=key, given=key, choices=known)

    def check_finite(self) -> None:
        """Refuse nan and inf, which TOML has and no threshold can be."""
        for key, value in self.values.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise self.wrong(f"{key}: {value} is no number to compare with", key=key)

    def require(self, key: str, why: str, /) -> None:
        """Refuse an entry without a key."""
        if not self.values.get(key):
            raise self.document.wrong(f"{key!r} is missing: {why}", line=self.line)

    def with_task(self, task: str, /) -> Entry:
        """Return the entry for one of its tasks."""
        values = {key: value for key, value in self.values.items() if key != "tasks"}
        return Entry(self.document, {**values, "task": task}, self.line)

    def updated(self, own: Entry, /) -> Entry:
        """Return the entry with the values of another over its own; complaints go to the other's file."""
        return Entry(own.document, {**self.values, **own.values}, own.line)

    def wrong(
        self, says: str, /, *, key: str = "", given: str = "", choices: Iterable[str] = ()
    ) -> WrongUsage:
        """Return the complaint about a key of this entry, or about the whole entry."""
        line = self.document.line_of(key, after=self.line) if key in self.values else self.line
        return self.document.wrong(says, line=line, given=given, choices=choices)
