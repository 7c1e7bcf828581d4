"""What a person says about the clips of a session, in ``session.toml`` beside them, and their day."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from valgus import bounded
from valgus.errors import WrongUsage
from valgus.model.clip import Clip
from valgus.model.frontal import Side
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial import Analysis
from valgus.rules.toml import Document
from valgus.tasks import TASKS

SESSION_FILE = "session.toml"
#: Where a person or a day is known from, if it is the layout; it then changes with the layout.
FOLDER_NAME = "folder name"
#: How a folder's name may begin with a day. With slashes the order would not be known, with points it is.
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)")
_DAY_WITH_POINTS = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)")
#: Names of clips with at least this share of letters in common, in order, are one name with a slip in it.
SO_LIKE_AS_TO_BE_MEANT = 0.8


def _task(name: str) -> str:
    names = ("auto", *(task.name for task in TASKS))
    if name not in names:
        raise PydanticCustomError("task", "Input should be {names}", {"names": ", ".join(names)})
    return name


def _plainly(kind: str, says: str) -> str:
    """Return what pydantic says about a value, for people."""
    if kind.startswith("date"):
        return "write a day as 2026-11-21"
    return says.replace("Input should", "it should", 1)


#: Names of tasks, as on the command line.
TaskName = Annotated[str, AfterValidator(_task)]
A = TypeVar("A", bound=Analysis)
Pain = Annotated[float, Field(ge=0, le=10)]


class _Said(BaseModel):
    """Keys of ``session.toml``, for all clips or for one."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    person: str | None = None
    date: dt.date | None = None
    task: TaskName | None = None
    side: Literal["auto", "left", "right"] | None = None
    mirrored: bool | None = None
    sex: Literal["f", "m"] | None = None
    pain_during: Pain | None = None
    pain_next_morning: Pain | None = None
    step_height_cm: Annotated[float, Field(gt=0, le=60)] | None = None
    load_kg: Annotated[float, Field(ge=0, le=300)] | None = None
    set: Annotated[int, Field(ge=1)] | None = None
    rung: Annotated[int, Field(ge=0, le=5)] | None = None
    weeks_since_surgery: Annotated[float, Field(ge=0)] | None = None
    clinician_cleared: bool | None = None
    strength: dict[str, str] = {}
    notes: str = ""


#: What of it is about the session, and what about the measuring.
_ABOUT_THE_SESSION = tuple(
    name for name in _Said.model_fields if name not in ("task", "side", "mirrored", "sex", "strength")
)


@dataclass(frozen=True)
class SessionFile:
    """A ``session.toml`` as read; without one everything is unknown."""

    document: Document | None = None

    @classmethod
    def beside(cls, folder: Path, /) -> SessionFile:
        """Read the file of a folder, if there is one.

        Raises
        ------
        WrongUsage
            If it cannot be read, or holds a key or value that is not known: with line and key.
        """
        path = folder / SESSION_FILE
        try:
            if not path.is_file():
                return cls()
        except OSError:
            # Where the folder may not be looked into, the clip cannot be read either, and says so.
            return cls()
        read = cls(Document.read(path))
        read._check()
        return read

    def _check(self) -> None:
        for clip in ("", *self._of_clips()):
            self._about(clip)

    def _of_clips(self) -> dict[str, Any]:
        values = self.document.values if self.document else {}
        clips = values.get("clip", {})
        if self.document and not (
            isinstance(clips, dict) and all(isinstance(c, dict) for c in clips.values())
        ):
            line = self.document.line_of("clip")
            raise self.document.wrong('write what is about one clip under [clip."name.mp4"]', line=line)
        return dict(clips)

    def _about(self, clip: str) -> _Said:
        if self.document is None:
            return _Said()
        common = {key: value for key, value in self.document.values.items() if key != "clip"}
        values = {**common, **self._of_clips().get(clip, {})}
        try:
            return _Said.model_validate(values)
        except ValidationError as wrong:
            raise self._complaint(wrong, clip) from wrong

    def _complaint(self, wrong: ValidationError, clip: str) -> WrongUsage:
        assert self.document is not None
        first = wrong.errors()[0]
        key = str(first["loc"][0])
        line = self._line(key, clip)
        if first["type"] == "extra_forbidden":
            return self.document.wrong(
                f"unknown key {bounded.quoted(key)!r}", line=line, given=key, choices=_Said.model_fields
            )
        return self.document.wrong(f"{key}: {_plainly(first['type'], first['msg'])}", line=line)

    def _line(self, key: str, clip: str) -> int:
        assert self.document is not None
        if key not in self._of_clips().get(clip, {}):
            return self.document.line_of(key)
        return self.document.line_of(key, after=self._head_of(clip))

    def _head_of(self, clip: str) -> int:
        """Return the line on which the table of a clip begins."""
        lines = self.document.text.splitlines() if self.document else []
        return next((k for k, line in enumerate(lines, 1) if clip in line), 1)

    def check_clips(self, folder: Path, /) -> None:
        """Refuse a table for a clip that is not in a folder, where another there is probably meant.

        Otherwise a slip in the name leaves what is said about the clip unheeded.

        Raises
        ------
        WrongUsage
            With the line of the table and the name that was probably meant.
        """
        tables = self._of_clips()
        if self.document is None or not tables:
            return
        there = {path.name for path in folder.iterdir() if path.is_file()}
        untold = there - tables.keys() - {SESSION_FILE}
        for name in sorted(tables.keys() - there):
            if get_close_matches(name, untold, cutoff=SO_LIKE_AS_TO_BE_MEANT):
                says = f"there is no clip {bounded.quoted(name)!r} beside it"
                raise self.document.wrong(says, line=self._head_of(name), given=name, choices=untold)

    def session(self, clip: str, /) -> Session:
        """Return what is said about the session of one clip."""
        said = self._about(clip)
        return Session(
            **{name: getattr(said, name) for name in _ABOUT_THE_SESSION},
            strength=tuple(sorted(said.strength.items())),
            person_from=SESSION_FILE if said.person else None,
            date_from=SESSION_FILE if said.date else None,
        )

    def session_now(self, saved: Session, clip: str, folder: Path, /) -> Session:
        """Return the session of a saved analysis in a folder as it would be said today."""
        if self.document is None:
            return _as_the_folders_are_now(saved, folder)
        return _filled_from(from_folders(overlaid(self.session(clip), saved), folder), saved)

    def settings(self, clip: str, given: Settings, /) -> Settings:
        """Return settings with what is said about one clip where ``given`` says nothing."""
        said = self._about(clip)
        side = Side(said.side) if said.side in ("left", "right") else None
        return replace(
            given,
            task=said.task if given.task == "auto" and said.task else given.task,
            side=given.side or side,
            mirrored=said.mirrored if given.mirrored is None else given.mirrored,
            sex=given.sex or said.sex,
        )


def session_of(clip: Path, given: Session, /) -> Session:
    """Return what is known about the session of a clip file before it is opened.

    Options go before ``session.toml`` beside the clip, which goes before the names of its folders.
    """
    session = overlaid(SessionFile.beside(clip.parent).session(clip.name), given)
    return from_folders(session, clip.parent)


def overlaid(session: Session, given: Session, /) -> Session:
    """Return a session with what was given by options over it."""
    chosen = {name: getattr(given, name) for name in given.from_options}
    for name in ("person", "date"):
        if name in chosen:
            chosen[f"{name}_from"] = "option"
    return replace(session, **chosen, from_options=given.from_options)


def from_folders(session: Session, folder: Path, /) -> Session:
    """Return a session with day and person from a layout like ``person/2026-11-21/clip.mp4``.

    Only the folder of the clip and the one above it are looked at, and only where nothing better is known.
    """
    here = folder.resolve()  # '.' has no name, and its parent neither
    for place in (here, here.parent):
        day = day_in(place.name)
        if day is None:
            continue
        if session.date is None:
            session = replace(session, date=day, date_from=FOLDER_NAME)
        if session.person is None and place.parent.name:
            session = replace(session, person=place.parent.name, person_from=FOLDER_NAME)
        break
    return session


def as_said_now(analysis: A, folder: Path, /) -> A:
    """Return a saved analysis with its session as ``session.toml`` and the folders say today.

    Pain is entered a day later, and a person's folder may be renamed; what was given by options stays. An
    analysis that names nobody goes on doing so.

    Parameters
    ----------
    analysis : Analysis
        As it was saved.
    folder : Path
        Its results; the file is looked for beside them.

    Raises
    ------
    WrongUsage
        If ``session.toml`` there has a mistake.
    """
    place = folder.resolve().parent
    session = SessionFile.beside(place).session_now(analysis.session, analysis.clip.name, place)
    if analysis.clip.name == anonymous_name(analysis.clip):
        session = without_names(session)
    return replace(analysis, session=session)


def without_names(session: Session, /) -> Session:
    """Return a session that does not say who it is."""
    return replace(session, person=None, person_from=None, notes="")


def anonymous_name(clip: Clip, /) -> str:
    """Return what a clip is called after its content, for passing on."""
    return f"clip-{clip.sha256[:8]}{Path(clip.name).suffix}"


def _as_the_folders_are_now(saved: Session, folder: Path) -> Session:
    """Return a saved session with what the folders say; what they once said stays where they say nothing."""
    now = saved
    if saved.person_from == FOLDER_NAME:
        now = replace(now, person=None, person_from=None)
    if saved.date_from == FOLDER_NAME:
        now = replace(now, date=None, date_from=None)
    return _filled_from(from_folders(now, folder), saved)


def _filled_from(session: Session, saved: Session, /) -> Session:
    """Return a session with the person and the day of a saved one, where it knows none itself."""
    if session.person is None:
        session = replace(session, person=saved.person, person_from=saved.person_from)
    if session.date is None:
        session = replace(session, date=saved.date, date_from=saved.date_from)
    return session


def day_in(name: str, /) -> dt.date | None:
    """Return the day that a folder's name begins with, written as 2026-11-21 or 21.11.2026."""
    found = _ISO_DAY.match(name) or _DAY_WITH_POINTS.match(name)
    try:
        return dt.date(**{part: int(digits) for part, digits in found.groupdict().items()}) if found else None
    except ValueError:
        return None


def dated(session: Session, clip: Clip, /) -> Session:
    """Return a session with the day of the clip's recording, where nothing better is known."""
    if session.date is not None or clip.recorded_at is None:
        return session
    return replace(
        session, date=dt.datetime.fromisoformat(clip.recorded_at).date(), date_from="recording time"
    )
