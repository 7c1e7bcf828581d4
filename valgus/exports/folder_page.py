"""``index.html``: every clip of a folder with what came out, and the way to its own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from urllib.parse import quote

from valgus.exports.advice import OUTCOME_CLASSES, RULES_ARE
from valgus.exports.pages import page
from valgus.exports.wording import FPPA_IS, FPPA_IS_NOT, INTENDED_USE, one_line
from valgus.model.batch import FailedClip, PageEntry

_CSS_CLASSES = {outcome.value: name for outcome, name in OUTCOME_CLASSES.items()}


@dataclass(frozen=True)
class _Leg:
    """One leg of a clip as the page shows it."""

    says: str
    css: str


@dataclass(frozen=True)
class _Clip:
    """A clip as the page shows it."""

    name: str
    folder: str
    href: str
    legs: tuple[_Leg, ...]
    unfit: str


@dataclass(frozen=True)
class _Day:
    """The clips of one person on one day."""

    title: str
    clips: tuple[_Clip, ...]


@dataclass(frozen=True)
class _Failed:
    """A clip without numbers as the page shows it."""

    name: str
    says: str
    href: str


def folder_page(title: str, entries: Sequence[PageEntry], failed: Sequence[FailedClip], /) -> str:
    """Return the page: one file that loads nothing and runs nothing; every name is escaped.

    Parameters
    ----------
    title : str
        Name of the folder.
    entries : sequence of PageEntry
        Every clip with a saved analysis, those in which nothing could be measured too.
    failed : sequence of FailedClip
        Every clip without numbers and why.
    """
    saved = {entry.clip: entry for entry in entries}
    measured = [entry for entry in entries if entry.legs]
    return page(
        "folder.html",
        styles=("folder.css",),
        title=one_line(title),
        days=_days(measured),
        measured=len(measured),
        failed=[_failed(one, saved.get(one.clip)) for one in failed],
        fppa_is=f"{FPPA_IS} {FPPA_IS_NOT}",
        rules_are=RULES_ARE,
        intended_use=INTENDED_USE,
    )


def _days(entries: Sequence[PageEntry]) -> list[_Day]:
    in_order = sorted(entries, key=lambda entry: (entry.person.casefold(), entry.person, entry.date))
    return [
        _Day(_day_title(person, date), tuple(map(_clip, group)))
        for (person, date), group in groupby(in_order, key=lambda entry: (entry.person, entry.date))
    ]


def _day_title(person: str, date: str) -> str:
    return f"{one_line(person) or 'Nobody named'}, {date or 'no date'}"


def _clip(entry: PageEntry) -> _Clip:
    place = PurePosixPath(entry.clip)
    folder = "" if place.parent == PurePosixPath() else one_line(place.parent.as_posix())
    legs = tuple(_Leg(leg.says, _CSS_CLASSES.get(leg.outcome, "unknown")) for leg in entry.legs)
    return _Clip(one_line(place.name), folder, _href(entry), legs, _sentence(entry.unfit))


def _failed(failed: FailedClip, saved: PageEntry | None) -> _Failed:
    says = f"{_sentence(failed.says)} {one_line(failed.failure.advice)}".strip()
    return _Failed(one_line(failed.clip), says, _href(saved) if saved else "")


def _sentence(says: str) -> str:
    said = one_line(says).rstrip(".")
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _href(entry: PageEntry) -> str:
    # Bytes as they are on disk, also where they are no text; './' because a name may look like 'http:'.
    return f"./{quote(f'{entry.results}/report.html'.encode(errors='surrogateescape'))}"
