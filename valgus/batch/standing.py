"""What is done already and need not be done again; saved analyses say so themselves."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from valgus import __version__, results
from valgus.errors import NotAnAnalysis
from valgus.model.definitions import DEFINITIONS_VERSION
from valgus.model.order import Order
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.results import Header
from valgus.sessions import SessionFile, dated, overlaid, session_of


@dataclass(frozen=True)
class ClipHere:
    """A clip of the folder.

    Attributes
    ----------
    path, folder : Path
        The video, and where its results belong.
    name : str
        As seen from the folder of the batch.
    sha256 : str
        Of its bytes.
    length_s : float or None
        By its header.
    """

    path: Path
    folder: Path
    name: str
    sha256: str
    length_s: float | None


class Standing(str, Enum):
    """What is to be done about a clip."""

    DONE = "done"
    RENEW = "renew"
    TO_DO = "to do"


@dataclass(frozen=True)
class Verdict:
    """What is to be done about a clip, and for a renewal from which results and with which session."""

    standing: Standing
    source: Path | None = None
    session: Session | None = None


class Shelf:
    """Saved analyses, found by the hash of their video.

    Parameters
    ----------
    root : Path or None
        Where they are, at any depth; None for an empty shelf.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._by_sha256: dict[str, dict[Path, Header]] = defaultdict(dict)
        for folder in result_folders(root) if root else ():
            self.put(folder)

    def put(self, folder: Path, /) -> None:
        """Read the analysis in a folder, if there is one; it takes the place of an earlier one there."""
        try:
            header = results.load_header(folder)
        except NotAnAnalysis:
            return
        for others in self._by_sha256.values():
            others.pop(folder, None)
        self._by_sha256[header.clip.sha256][folder] = header

    def of(self, sha256: str, /) -> dict[Path, Header]:
        """Return the saved analyses of one video, by folder."""
        return self._by_sha256.get(sha256, {})


def clear_leftovers(root: Path, /) -> None:
    """Remove what killed processes left below a folder; only for when nobody else is at work there."""
    for place, below, _ in os.walk(root):
        for name in below:
            leftover_of = results.place_of_unfinished(Path(place) / name)
            if leftover_of is not None:
                results.clear_unfinished(leftover_of)
        below[:] = _to_search(below)


def result_folders(root: Path, /) -> Iterator[Path]:
    """Yield every folder of results below a folder."""
    for place, below, _ in os.walk(root):
        yield from (Path(place) / name for name in below if _holds_results(name))
        below[:] = _to_search(below)


def _to_search(names: Sequence[str]) -> list[str]:
    return sorted(name for name in names if not name.startswith(".") and not _holds_results(name))


def _holds_results(name: str) -> bool:
    return name.endswith(results.ENDING) and not name.startswith(".")


def judge(
    clip: ClipHere,
    shelf: Shelf,
    order: Order,
    model_sha256: str | None,
    /,
    *,
    changing: Set[Path] = frozenset(),
) -> Verdict:
    """Return what is to be done about a clip.

    It is done where content, settings, thresholds, model and version are those of a saved analysis in its
    place, and all files are there. Where only name, place, language or what was said about the session
    differ, the results are written anew from the saved ones. Folders that are ``changing`` are not taken
    from.

    Raises
    ------
    WrongUsage
        If ``session.toml`` beside it has a mistake.
    """
    settings = SessionFile.beside(clip.path.parent).settings(clip.path.name, order.settings)
    found = {folder: header for folder, header in shelf.of(clip.sha256).items() if folder not in changing}
    in_place_first = sorted(found, key=lambda folder: (folder != clip.folder, folder.as_posix()))
    for folder in in_place_first:
        header = found[folder]
        if _same_work(header, settings, order, model_sha256):
            session = session_now(clip.path, header, order.given)
            done = folder == clip.folder and header.session == session and _is_whole(folder, header, order)
            done = done and header.clip.name == clip.path.name
            return Verdict(Standing.DONE if done else Standing.RENEW, folder, session)
    return Verdict(Standing.TO_DO)


def session_now(clip: Path, header: Header, given: Session, /) -> Session:
    """Return the session as it would be said today; what was once given by options stays in force."""
    options = tuple(sorted({*header.session.from_options, *given.from_options}))
    session = overlaid(session_of(clip, header.session), given)
    return dated(replace(session, from_options=options), header.clip)


def _same_work(header: Header, settings: Settings, order: Order, model_sha256: str | None) -> bool:
    made = header.provenance
    return (
        # Whether the network might be used moves no number.
        replace(made.settings, offline=False) == replace(settings.without_places, offline=False)
        and made.model_sha256 == model_sha256
        and (made.valgus_version, made.definitions_version) == (__version__, DEFINITIONS_VERSION)
        and made.rules == order.book.versions
    )


def _is_whole(folder: Path, header: Header, order: Order) -> bool:
    drawn = order.overlay is not None and header.setup is not None
    if drawn and header.overlay != order.overlay:
        return False
    needed = results.ALL_FILES if drawn else results.ALWAYS
    whole = all((folder / name).is_file() for name in needed)
    return whole and _language_of(folder / results.REPORT) == order.language


def _language_of(report: Path) -> str:
    """Return the language that a page says it is in, in its second line; empty where it says none."""
    with report.open(encoding="utf-8", errors="replace") as page:
        head = page.readline() + page.readline()
    said = re.search(r'<html lang="([^"]*)"', head)
    return said[1] if said else ""
