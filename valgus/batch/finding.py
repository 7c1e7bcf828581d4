"""Which files below a folder may be clips; none of them is opened here."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from valgus.results import ENDING

#: A file with one of these endings is meant to be a clip: if it is none, a person wants to know.
VIDEO_ENDINGS = (
    *(".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".3gp", ".3g2"),
    *(".mts", ".m2ts", ".mpg", ".mpeg", ".wmv", ".flv", ".ogv"),
)
#: Single pictures; some of them are stored in containers that look like video.
PICTURE_ENDINGS = (
    *(".jpg", ".jpeg", ".heic", ".heif", ".avif", ".png", ".webp", ".tif", ".tiff", ".dng", ".bmp"),
)
OWN_OUTPUTS = ("overlay.mp4", "compare.mp4")


@dataclass(frozen=True)
class Candidate:
    """A file that may be a clip.

    Attributes
    ----------
    path : Path
        Where it is.
    name : str
        As seen from the folder searched, with forward slashes.
    meant_as_clip : bool
        Whether its ending says that it is a video.
    """

    path: Path
    name: str
    meant_as_clip: bool


@dataclass(frozen=True)
class Globs:
    """Which clips are wanted.

    A pattern is held against the name of the clip and of every folder above it, alone and with the folders
    before it, so that ``anna``, ``anna/*`` and ``*.MOV`` all do what they look like.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def want(self, name: str, /) -> bool:
        """Return whether the clip of this name, as seen from the folder, is wanted."""
        included = not self.include or _matches(name, self.include)
        return included and not _matches(name, self.exclude)


#: Every clip.
ALL = Globs()


def _matches(name: str, patterns: Sequence[str]) -> bool:
    parts = name.split("/")
    forms = {*parts, *("/".join(parts[:k]) for k in range(1, len(parts) + 1))}
    return any(fnmatchcase(form, pattern) for form in forms for pattern in patterns)


@dataclass(frozen=True)
class Found:
    """What is below a folder: candidates in the order of their names, and folders that may not be read."""

    candidates: tuple[Candidate, ...]
    unreadable: tuple[str, ...]


def find(root: Path, globs: Globs = ALL, /) -> Found:
    """Return every file below a folder that may be a clip.

    Left out are hidden files and folders, folders of results and the videos in them, single pictures, and
    pipes and devices that do not pretend to be clips. Linked folders are followed where they lead out of the
    folder, each once; what a link inside the folder leads to has a name of its own there.
    """
    found: list[Candidate] = []
    unreadable: list[str] = []
    visited: set[tuple[int, int]] = set()
    places = [root]
    while places:
        place = places.pop()
        try:
            with os.scandir(place) as entries:
                shown = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:
            unreadable.append(place.relative_to(root).as_posix())
            continue
        folders = [entry for entry in shown if _is_folder(entry)]
        places += [Path(entry.path) for entry in folders if _is_searched(root, entry, visited)]
        files = (_candidate(root, entry) for entry in shown if entry not in folders)
        found += [candidate for candidate in files if candidate and globs.want(candidate.name)]
    in_order = sorted(found, key=lambda candidate: candidate.name.split("/"))
    return Found(tuple(in_order), tuple(sorted(unreadable)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a chain of links without an end
        return False


def _is_searched(root: Path, folder: os.DirEntry[str], visited: set[tuple[int, int]]) -> bool:
    """Return whether there may be clips in a folder that have not been found yet, and remember it."""
    if folder.name.endswith(ENDING):
        return False
    if not folder.is_symlink():
        return True
    target, inside = Path(folder.path).resolve(), root.resolve()
    if target.is_relative_to(inside) or inside.is_relative_to(target):
        return False
    status = target.stat()
    identity = status.st_dev, status.st_ino
    new = identity not in visited
    visited.add(identity)
    return new


def _candidate(root: Path, entry: os.DirEntry[str]) -> Candidate | None:
    ending = Path(entry.name).suffix.lower()
    meant = ending in VIDEO_ENDINGS
    if entry.name in OWN_OUTPUTS or ending in PICTURE_ENDINGS or not (meant or _is_file(entry)):
        return None
    path = Path(entry.path)
    return Candidate(path, path.relative_to(root).as_posix(), meant)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a regular file, or a link to one; nothing is opened to find out."""
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return False
