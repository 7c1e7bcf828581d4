"""Files that appear under their name whole, or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valgus.errors import CannotWrite

#: What to do when a folder of results could not be written.
UNTOUCHED = "Choose another place with --out DIR; an earlier result is untouched."
_WHY = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EFBIG: "the file would be too large for this disk",
    errno.EACCES: "no permission to write there",
    errno.EPERM: "no permission to write there",
    errno.EROFS: "the folder is read-only",
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "a file is where a folder has to be",
    errno.EEXIST: "a file is where the folder has to be",
    errno.EISDIR: "a folder of that name is there",
}


@contextmanager
def whole_file(path: Path, /, *, advice: str = "Choose another place with --out.") -> Iterator[Path]:
    """Give a hidden file beside ``path`` to write to; it takes the name when the block ends well.

    Raises
    ------
    CannotWrite
        If anything in the block fails to write (disk full, no permission); nothing is left then, and an
        earlier file of that name is untouched.
    """
    partial = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        yield partial
        partial.replace(path)
    except OSError as wrong:
        raise cannot_write(path.name, wrong, advice) from wrong
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


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
        raise cannot_write(folder.name, wrong, UNTOUCHED) from wrong
    finally:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
        if is_new:
            with contextlib.suppress(OSError):  # it is not empty when all went well
                folder.rmdir()


def exchange(one: Path, other: Path, /) -> bool:
    """Let two files or folders change places in a single step, so that neither name is ever missing.

    Returns False, and changes nothing, where the system or the disk cannot do it.
    """
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    at_the_working_folder, in_exchange = -100, ctypes.c_uint(2)
    places = (os.fsencode(one), at_the_working_folder, os.fsencode(other))
    return rename is not None and rename(at_the_working_folder, *places, in_exchange) == 0


def folder_to_write_in(folder: Path, /, *, advice: str = "Choose another --out DIR.") -> Path:
    """Make a folder where there is none, and return it.

    Raises
    ------
    CannotWrite
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise cannot_write(folder.name, wrong, advice) from wrong
    return folder


def cannot_write(name: str, wrong: OSError, advice: str, /) -> CannotWrite:
    """Return the error that says why something could not be written, and what to do."""
    why = _WHY.get(wrong.errno or 0, wrong.strerror or str(wrong))
    return CannotWrite(f"{name}: could not be written: {why}.", advice)
