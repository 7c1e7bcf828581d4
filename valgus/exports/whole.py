"""Files that appear all together and complete, or not at all."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from valgus.errors import CannotWrite


@contextmanager
def all_or_none(folder: Path, /) -> Iterator[Path]:
    """Give a hidden folder to write files into; they go to ``folder`` when all of them are complete.

    What else lies in ``folder`` stays. An exception inside the block, Ctrl-C included, leaves it as it was.

    Raises
    ------
    CannotWrite
        If the disk is full or may not be written.
    """
    is_new = not folder.exists()
    unfinished: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished.", dir=folder))
        yield unfinished
        for file in sorted(unfinished.iterdir()):
            file.replace(folder / file.name)
    except OSError as wrong:
        raise cannot_write(folder, wrong) from wrong
    finally:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
        if is_new:
            with suppress(OSError):  # it is not empty when all went well
                folder.rmdir()


def cannot_write(place: Path, wrong: OSError, /) -> CannotWrite:
    """Return what to tell a person whose results could not be written."""
    why = {
        errno.ENOSPC: "the disk is full",
        errno.EACCES: "no permission to write there",
        errno.EPERM: "no permission to write there",
        errno.EROFS: "the folder is read-only",
    }.get(wrong.errno or 0, wrong.strerror or str(wrong))
    return CannotWrite(
        f"{place.name}: the results could not be saved: {why}.",
        "Choose another place with --out DIR; an earlier result is untouched.",
    )
