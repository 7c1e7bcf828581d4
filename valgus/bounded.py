"""Files that people and other programs write, read only as far as is sensible."""

from __future__ import annotations

import errno
import json
import stat
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

#: Longest piece of somebody else's text that a complaint quotes.
LONGEST_QUOTE = 80
_MEGABYTE = 1_000_000


def bytes_of(path: Path, /, *, most_mb: float) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    OSError
        If it cannot be read, is a pipe or a device, or is larger than allowed; ``strerror`` says so in words.
    """
    _check_no_pipe(path)
    most = round(most_mb * _MEGABYTE)
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"is larger than {most_mb:g} MB")
    return content


def check_readable(path: Path, /) -> None:
    """Raise OSError, its ``strerror`` in words, where a file may not be read or is a pipe or a device."""
    _check_no_pipe(path)
    path.open("rb").close()


def _check_no_pipe(path: Path) -> None:
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # opening a pipe waits for ever
        raise OSError(errno.EINVAL, "is a pipe or a device, not a file")


def text_of(path: Path, /, *, most_mb: float, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Return the text of a regular file, its line ends made one; as `bytes_of`, and UnicodeDecodeError."""
    text = bytes_of(path, most_mb=most_mb).decode(encoding, errors)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def json_of(text: str, /, *, constant: Callable[[str], Any] | None = None) -> Any:
    """Return what JSON says; ``constant`` is called for NaN and the infinities.

    Raises
    ------
    ValueError
        If it is no JSON, or nested more deeply than any program writes it.
    """
    try:
        return json.loads(text, parse_constant=constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def members_of(archive: Path | IO[bytes], names: Sequence[str], /, *, most_mb: float) -> dict[str, bytes]:
    """Return files out of a zip by their whole name; none is written anywhere, whatever it is called.

    Raises
    ------
    ValueError
        If it is no zip, is damaged, lacks one of them, or says that one would be larger than allowed; more
        is never unpacked than it says.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            for name in names:
                if opened.getinfo(name).file_size > most_mb * _MEGABYTE:
                    raise ValueError(f"{name} would be larger than {most_mb:g} MB")
            return {name: opened.read(name) for name in names}
    # A zip may be locked, or packed in a way that Python does not know.
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError, NotImplementedError) as wrong:
        raise ValueError(quoted(wrong)) from wrong


def quoted(text: object, /) -> str:
    """Return something from a file for a complaint: on one line and not long."""
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}..."
