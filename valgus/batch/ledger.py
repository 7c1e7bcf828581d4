"""What a batch remembers between runs: hashes of files that have not changed; and the lock on a folder.

The file may be deleted at any time: clips are then read once more to find out which they are.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from valgus.batch.work import Answer, NotAClip, Seen
from valgus.errors import CannotWrite, EnvironmentFailed

LEDGER = ".valgus-batch.sqlite3"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS seen"
    " (name TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, sha256 TEXT, length_s REAL)"
)


class Ledger:
    """Hashes by file, in a file that is locked as long as it is open: the lock ends with the process.

    Parameters
    ----------
    folder : Path
        Where results go.

    Raises
    ------
    EnvironmentFailed
        If another batch is at work there.
    CannotWrite
        If nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._database = _opened(folder / LEDGER)
        except sqlite3.OperationalError as wrong:
            if "locked" in str(wrong):
                raise EnvironmentFailed(
                    f"{folder}: another valgus batch is at work here.", "Wait until it has finished."
                ) from wrong
            raise _cannot_write(folder) from wrong
        except OSError as wrong:
            raise _cannot_write(folder) from wrong

    @classmethod
    def remembered(cls, folder: Path, /) -> Ledger:
        """Return a ledger that knows what is written and writes nothing itself; it needs no lock."""
        ledger = cls.__new__(cls)
        ledger._database = sqlite3.connect(":memory:")
        with suppress(sqlite3.Error), closing(_read_only(folder / LEDGER)) as written:
            written.backup(ledger._database)
        ledger._database.execute(_TABLE)
        return ledger

    def close(self) -> None:
        """Let others work in the folder."""
        self._database.close()

    def recall(self, name: str, path: Path, /) -> Seen | NotAClip | None:
        """Return what a file was found to be, None where that is not known or it has changed since."""
        stamp = _stamp(path)
        row = self._database.execute("SELECT * FROM seen WHERE name = ?", [_text(name)]).fetchone()
        if stamp is None or row is None or row[1:4] != stamp:
            return None
        return NotAClip() if row[4] is None else Seen(row[4], row[5])

    def note(self, name: str, path: Path, answer: Answer, /) -> None:
        """Remember what a file was found to be."""
        stamp = _stamp(path)
        if stamp is None or not isinstance(answer, Seen | NotAClip):
            return
        known = (answer.sha256, answer.length_s) if isinstance(answer, Seen) else (None, None)
        row = (_text(name), *stamp, *known)
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?)", row)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _locked(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:  # damaged: it is only a memory
        with suppress(OSError):
            path.unlink()
        return _locked(path)


def _locked(path: Path) -> sqlite3.Connection:
    """Open the file, locked until it is closed; sqlite's locks end with the process on every system."""
    database = sqlite3.connect(path, timeout=0)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        # A power cut may lose what was remembered, and costs no more than hashing again.
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA journal_mode = MEMORY")
        database.execute("BEGIN EXCLUSIVE")
        database.execute(_TABLE)
        database.commit()
    except BaseException:
        database.close()
        raise
    return database


def _text(name: str) -> str:
    """Return a file's name as text that sqlite takes, also where its bytes are no text."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _cannot_write(folder: Path) -> CannotWrite:
    return CannotWrite(f"{folder}: nothing can be written there.", "Choose another place with --out DIR.")
