"""What is done to one clip, as data that may be sent to another process or machine, and the doing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from valgus.errors import NotAnAnalysis, NotReadableAsVideo, ValgusError, unexpected
from valgus.model.batch import Failure, Reason
from valgus.model.order import Order
from valgus.model.session import Session

if TYPE_CHECKING:
    from valgus.model.trial import Trial

#: Told the stage, how many frames are done, and how many there are where that is known.
Tell: TypeAlias = Callable[[str, int, "int | None"], None]
MEASURING, DRAWING = "measuring", "drawing"


@dataclass(frozen=True)
class Look:
    """Find out whether a file is a clip, and which."""

    path: Path
    meant_as_clip: bool


@dataclass(frozen=True)
class Analyse:
    """Measure a clip and save the results in a folder."""

    path: Path
    folder: Path
    order: Order


@dataclass(frozen=True)
class Renew:
    """Save the results of an earlier analysis of the same video again: for another name, place or session.

    Nothing is measured; ``source`` holds the earlier analysis and may be ``folder`` itself.
    """

    path: Path
    folder: Path
    order: Order
    source: Path
    session: Session


Task: TypeAlias = "Look | Analyse | Renew"


@dataclass(frozen=True)
class NotAClip:
    """The file is something else."""


@dataclass(frozen=True)
class Seen:
    """The file is a clip: its hash, and its length, s, where the header says it."""

    sha256: str
    length_s: float | None


@dataclass(frozen=True)
class Saved:
    """The results are complete."""


Answer: TypeAlias = "NotAClip | Seen | Saved | Failure"


def perform(task: Task, tell: Tell, /) -> Answer:
    """Do one task; whatever goes wrong with this clip is an answer."""
    try:
        if isinstance(task, Look):
            return _look(task)
        return _analyse(task, tell) if isinstance(task, Analyse) else _renew(task, tell)
    except ValgusError as wrong:
        return Failure.of(wrong)
    except MemoryError:
        return out_of_memory()
    except Exception as wrong:
        return _unexpected(wrong)


def clear_up_after(task: Task, /) -> None:
    """Remove what is left of a task whose process was ended in the middle of it."""
    from valgus.results import clear_unfinished

    if not isinstance(task, Look):
        clear_unfinished(task.folder)


def out_of_memory() -> Failure:
    """Return the failure of a clip for which there was not enough memory."""
    return Failure(
        Reason.OUT_OF_MEMORY.value,
        "there was not enough memory for this clip.",
        "Use fewer --workers or a higher --memory-limit, or export the clip at a smaller size.",
        1,
    )


def _look(task: Look) -> Answer:
    from valgus.video import expected_length_s, sha256_of

    try:
        length_s = expected_length_s(task.path)
    except NotReadableAsVideo:
        if task.meant_as_clip:
            raise
        return NotAClip()
    return Seen(sha256_of(task.path), length_s)


def _analyse(task: Analyse, tell: Tell) -> Answer:
    from valgus.oneclip import measured, save_results

    order = task.order
    trial = measured(
        task.path,
        order.settings,
        given=order.given,
        book=order.book,
        progress=lambda done, total: tell(MEASURING, done, total),
    )
    save_results(trial, task.path, task.folder, order, draw_overlay=_overlay_of(trial, task, tell))
    return Saved()


def _renew(task: Renew, tell: Tell) -> Answer:
    from valgus.oneclip import save_results
    from valgus.pipeline import judged
    from valgus.results import OVERLAY, load, load_header

    try:
        earlier = load(task.source)
    except NotAnAnalysis:  # its record could be read, but not its tables
        return _analyse(Analyse(task.path, task.folder, task.order), tell)
    clip = replace(earlier.clip, name=task.path.name)
    trial = judged(replace(earlier, clip=clip, session=task.session), task.order.book)
    drawn = load_header(task.source).overlay
    if drawn is not None and task.order.overlay in (drawn, None) and (task.source / OVERLAY).is_file():
        # A drawn one is the same for every name and session.
        order = replace(task.order, overlay=drawn)
        copied = partial(_copy, task.source / OVERLAY)
        save_results(trial, task.path, task.folder, order, draw_overlay=copied)
        return Saved()
    save_results(trial, task.path, task.folder, task.order, draw_overlay=_overlay_of(trial, task, tell))
    return Saved()


def _overlay_of(trial: Trial, task: Analyse | Renew, tell: Tell) -> Callable[[Path], None] | None:
    """Return what draws the overlay video that was ordered, None where none was."""
    from valgus.oneclip import OverlayOf

    if task.order.overlay is None:
        return None
    return OverlayOf(trial, task.path, task.order.overlay.blur_faces, _drawing(tell))


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _drawing(tell: Tell) -> Callable[[int, int | None], None]:
    return lambda done, total: tell(DRAWING, done, total)


def _unexpected(wrong: Exception) -> Failure:
    told = unexpected(wrong)
    return Failure(Reason.UNEXPECTED.value, told.problem, told.advice, told.exit_status)
