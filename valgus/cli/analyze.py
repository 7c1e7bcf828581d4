"""``valgus analyze``: one or more clips, each to its own folder of results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from valgus.cli.measuring import measured, status_of
from valgus.cli.options import (
    about_a_clip,
    about_a_session,
    book_from,
    language_from,
    language_option,
    rules_option,
    session_given,
    settings_from,
)

if TYPE_CHECKING:
    from valgus.exports.language import Language
    from valgus.model.rulebook import RuleBook
    from valgus.model.session import Session
    from valgus.model.settings import Settings
    from valgus.model.trial import Trial


@click.command(epilog="Example: valgus analyze --task step-down --side left 'my clip.mp4'")
@click.argument("clips", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="CLIP...")
@about_a_clip
@about_a_session
@click.option("--sex", type=click.Choice(["f", "m"]), help="For bands that differ.")
@click.option(
    "--no-mirror-average",
    is_flag=True,
    help="Track the clip once only: faster, and less even between the legs.",
)
@click.option(
    "--correct-yaw",
    is_flag=True,
    help="Also save FPPA less what the estimated turn adds (fppa_yaw_corrected_deg); never judged.",
)
@click.option("--no-overlay", is_flag=True, help="Write no overlay.mp4: faster.")
@click.option(
    "--no-face-blur",
    is_flag=True,
    help="Leave faces as they are in overlay.mp4; figure.png always hides them.",
)
@language_option
@rules_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where results go; beside each clip by default.",
)
def analyze(
    clips: tuple[Path, ...],
    out: Path | None,
    rules: Path | None,
    language: str,
    no_overlay: bool,
    no_face_blur: bool,
    **about: Any,
) -> None:
    """Measure the knee in each CLIP and save the results beside it in CLIP.valgus.

    Prints one row per rep: the frontal plane projection angle (+ is valgus, the knee towards the other leg)
    with its 95 % interval, a grade that says how far the number can be trusted, and a colour. Saves reps.csv,
    frames.csv, landmarks.csv, analysis.json, figure.png, overlay.mp4
    and report.html, the page to open first.

    What is the same for all clips of a folder (person, date, task, pain, step height) can stand in a
    session.toml beside them; options go before it.
    """
    book = book_from(rules)
    given = session_given(about)
    overlay = None if no_overlay else _Overlay(blur_faces=not no_face_blur)
    work = _Work(settings_from(**about), given, book, out, overlay, language_from(language))
    statuses = [_one_clip(clip, work, said_before=k > 0) for k, clip in enumerate(clips)]
    raise SystemExit(max(statuses))


@dataclass(frozen=True)
class _Work:
    """What is the same for every clip of one call."""

    settings: Settings
    given: Session
    book: RuleBook
    out: Path | None
    overlay: _Overlay | None
    language: Language


@dataclass(frozen=True)
class _Overlay:
    """That an overlay video is written, and whether faces are hidden in it."""

    blur_faces: bool


def _one_clip(clip: Path, work: _Work, *, said_before: bool) -> int:
    """Analyse, save and print one clip; an error of one clip does not stop the next. Returns the status."""
    from valgus.errors import EnvironmentFailed, ValgusError

    try:
        trial = measured(clip, work.settings, given=work.given, book=work.book)
        folder = _saved(trial, clip, work)
    except EnvironmentFailed:
        raise  # every further clip would fail alike
    except ValgusError as wrong:
        click.echo(str(wrong), err=True)
        return wrong.exit_status
    _print(trial, folder, said_before=said_before)
    return status_of(trial)


def _saved(trial: Trial, clip: Path, work: _Work) -> Path:
    from valgus import results
    from valgus.exports.figures import write_figure
    from valgus.exports.report import write_report
    from valgus.exports.stills import lowest_point_stills
    from valgus.plan import plan_from_analysis

    folder = results.folder_for(clip, work.out)
    pictures = lowest_point_stills(trial, clip)

    def write_pictures(unfinished: Path) -> None:
        write_figure(trial, pictures, unfinished / "figure.png")
        overlay = unfinished / "overlay.mp4"
        if work.overlay is not None and trial.setup is not None:
            _write_overlay(trial, clip, overlay, work.overlay)
        plan = plan_from_analysis(trial, work.book) if trial.verdicts else None
        page = unfinished / "report.html"
        write_report(trial, page, stills=pictures, overlay=overlay, plan=plan, language=work.language)

    results.save(trial, folder, extras=(write_pictures,))
    return folder


def _write_overlay(trial: Trial, clip: Path, path: Path, overlay: _Overlay) -> None:
    from valgus.cli.progress import frames_of
    from valgus.exports.overlay import write_overlay
    from valgus.pipeline import smooth_track_of

    with frames_of(f"{clip.name}: drawing") as frames:
        write_overlay(
            trial, smooth_track_of(trial), clip, path, blur_faces=overlay.blur_faces, progress=frames
        )


def _print(trial: Trial, folder: Path, *, said_before: bool) -> None:
    from rich.console import Console

    from valgus.cli.terminal import show

    console = Console(highlight=False)
    if said_before:
        console.print()
    show(trial, console)
    click.echo(f"Saved in {folder}")
