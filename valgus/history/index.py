"""Saved analyses in a file that answers at once; it may be deleted at any time and is made again."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from valgus import results
from valgus.errors import NotAnAnalysis
from valgus.model.history import Problem
from valgus.model.trial import Analysis

INDEX = ".valgus-index.sqlite3"
#: Another process may be writing; waiting this long, s, is better than failing.
PATIENCE_S = 30.0
_TABLE = (
    "CREATE TABLE IF NOT EXISTS analysis"
    " (folder TEXT PRIMARY KEY, mtime_ns INTEGER, size INTEGER, version TEXT, record TEXT)"
)


@dataclass(frozen=True)
class Found:
    """A saved analysis and its folder, as seen from where the search began."""

    folder: str
    analysis: Analysis


def saved_analyses(root: Path, /) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """Return every saved analysis below a folder, and what could not be read.

    Records are kept in an index in the folder, where it may be written; whatever has changed since is read
    again. A damaged index is thrown away.
    """
    folders = sorted(_folders_below(root))
    try:
        return _through_index(root, folders, root / INDEX)
    except sqlite3.DatabaseError:
        _remove(root / INDEX)
        return _through_index(root, folders, None)


def _folders_below(root: Path) -> Iterator[Path]:
    for place, below, _ in os.walk(root):
        below[:] = [name for name in below if not name.startswith(".")]
        yield from (Path(place) / name for name in below if name.endswith(".valgus"))
        below[:] = [name for name in below if not name.endswith(".valgus")]
    if root.name.endswith(".valgus"):
        yield root


def _through_index(
    root: Path, folders: list[Path], index: Path | None
) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    found, problems, fresh = [], [], []
    with closing(_open(index)) as database:
        known = {row[0]: row[1:] for row in database.execute("SELECT * FROM analysis")}
        for folder in folders:
            name = folder.relative_to(root).as_posix()
            try:
                stamp = _stamp(folder / results.ANALYSIS)
                kept = known.get(name)
                current = kept is not None and kept[:3] == (*stamp, _version())
                text = kept[3] if kept is not None and current else results.record_text(folder)
                found.append(Found(name, results.analysis_from(text, folder.name)))
            except NotAnAnalysis as wrong:
                problems.append(Problem(name, str(wrong)))
                continue
            if not current:
                fresh.append((name, *stamp, _version(), text))
        names = {folder.relative_to(root).as_posix() for folder in folders}
        _keep(database, fresh, gone=[name for name in known if name not in names])
    return tuple(found), tuple(problems)


def _open(index: Path | None) -> sqlite3.Connection:
    """Open the index; in memory where the folder may not be written."""
    try:
        return _with_table(sqlite3.connect(index or ":memory:", timeout=PATIENCE_S, isolation_level=None))
    except sqlite3.OperationalError:
        return _with_table(sqlite3.connect(":memory:", isolation_level=None))


def _with_table(database: sqlite3.Connection) -> sqlite3.Connection:
    try:
        database.execute(_TABLE)
    except BaseException:
        database.close()
        raise
    return database


def _keep(database: sqlite3.Connection, fresh: Sequence[tuple[object, ...]], *, gone: list[str]) -> None:
    if not fresh and not gone:
        return
    # One transaction, taken at once: two processes write one after the other, never half each.
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT OR REPLACE INTO analysis VALUES (?, ?, ?, ?, ?)", fresh)
    database.executemany("DELETE FROM analysis WHERE folder = ?", [(name,) for name in gone])
    database.execute("COMMIT")


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as wrong:
        raise NotAnAnalysis(
            f"{path.parent.name}: no {path.name} that can be read.", "Analyse the clip."
        ) from wrong
    return status.st_mtime_ns, status.st_size


def _version() -> str:
    return str(results.SCHEMA_VERSION)


def _remove(index: Path) -> None:
    try:
        index.unlink(missing_ok=True)
    except OSError:
        return
