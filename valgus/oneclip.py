"""One clip from its file to its folder of results: what ``analyze`` and ``batch`` both do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from valgus import memory, results, sessions
from valgus.model.order import Order
from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.pipeline import analyze, smooth_track_of
from valgus.sessions import SessionFile, session_of
from valgus.video import check_content
from valgus.watching import Progress

if TYPE_CHECKING:
    from valgus.from_landmarks import Filmed, Imported

NO_VIDEO = "No pictures of the lowest points: these landmarks came without a video."


def measured(
    clip: Path,
    settings: Settings,
    /,
    *,
    given: Session,
    book: RuleBook | None = None,
    progress: Progress | None = None,
) -> Trial:
    """Analyse a clip; what ``session.toml`` beside it says is taken where nothing was given.

    Raises
    ------
    ValgusError
        As `valgus.pipeline.analyze`, and if ``session.toml`` has a mistake.
    """
    settings, session = _with_session_file(clip, settings, given)
    return analyze(clip, settings, session=session, book=book, progress=progress)


def measured_landmarks(
    landmarks: Path,
    settings: Settings,
    /,
    *,
    filmed: Filmed,
    given: Session,
    book: RuleBook | None = None,
) -> Imported:
    """Measure landmarks of another tool; what ``session.toml`` beside them, or their video, says is taken.

    Raises
    ------
    ValgusError
        As `valgus.from_landmarks.measure_imported`, and if ``session.toml`` has a mistake.
    """
    from valgus.from_landmarks import measure_imported

    settings, session = _with_session_file(filmed.clip or landmarks, settings, given)
    return measure_imported(landmarks, settings, filmed=filmed, session=session, book=book)


def _with_session_file(clip: Path, settings: Settings, given: Session) -> tuple[Settings, Session]:
    said = SessionFile.beside(clip.parent)
    said.check_clips(clip.parent)
    return said.settings(clip.name, settings), session_of(clip, given)


def without_names(trial: Trial, /) -> Trial:
    """Return a trial that says neither who it is nor what the clip was called, for passing on.

    The clip is called after its content, so that it is still told from others. The person and the notes are
    dropped; the day, and what was measured, stay.
    """
    clip = replace(trial.clip, name=sessions.anonymous_name(trial.clip))
    return replace(trial, clip=clip, session=sessions.without_names(trial.session))


def save_results(
    trial: Trial,
    clip: Path | None,
    folder: Path,
    order: Order,
    /,
    *,
    draw_overlay: Callable[[Path], None] | None,
) -> None:
    """Save a trial with its pictures and its page.

    Parameters
    ----------
    clip : Path or None
        The video, for the pictures of the lowest points; None where landmarks came without one.
    folder : Path
        Where to; an earlier result there is replaced only by a finished one.
    order : Order
        What was asked for.
    draw_overlay : callable or None
        Writes the overlay video of the order to a path; None for no video.

    Raises
    ------
    CannotWrite
        If the disk is full or may not be written.
    ChangedWhileRead
        If the video is not any more what was measured; an earlier result stays.
    """
    # Here, because drawing takes a second to load, and `valgus check` draws nothing.
    from valgus.exports.figures import write_figure
    from valgus.exports.language import language_named
    from valgus.exports.report import write_report
    from valgus.exports.stills import lowest_point_stills
    from valgus.plan import plan_from_analysis

    missing = NO_VIDEO if clip is None else ""

    def write_pictures(unfinished: Path) -> None:
        # Before the pictures are held and drawn, because filming takes the most memory of all.
        overlay = unfinished / results.OVERLAY
        if draw_overlay is not None and trial.setup is not None:
            draw_overlay(overlay)
            memory.give_back()
        stills = lowest_point_stills(trial, clip) if clip is not None else ()
        write_figure(trial, stills, unfinished / results.FIGURE)
        memory.give_back()
        plan = plan_from_analysis(trial, order.book) if trial.verdicts else None
        page, language = unfinished / results.REPORT, language_named(order.language)
        write_report(
            trial, page, stills=stills, overlay=overlay, plan=plan, missing=missing, language=language
        )
        if clip is not None:
            check_content(
                clip, trial.clip.sha256
            )  # what was drawn is from the same clip as what was measured

    drawn = None if draw_overlay is None or trial.setup is None else order.overlay
    results.save(trial, folder, extras=(write_pictures,), overlay=drawn)


@dataclass(frozen=True)
class OverlayOf:
    """Draws the overlay video of one trial."""

    trial: Trial
    clip: Path
    blur_faces: bool
    progress: Progress | None = field(default=None, compare=False)

    def __call__(self, path: Path, /) -> None:
        """Write the video to a path."""
        from valgus.exports.overlay import write_overlay

        smooth = smooth_track_of(self.trial)
        memory.give_back()
        write_overlay(
            self.trial,
            smooth,
            self.clip,
            path,
            blur_faces=self.blur_faces,
            progress=self.progress,
        )
