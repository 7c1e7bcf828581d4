"""``valgus analyze``: one or more clips, each to its own folder of results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from valgus.cli.measuring import measured, status_of
from valgus.cli.options import (
    about_a_clip,
    about_a_session,
    about_landmarks,
    about_the_work,
    filmed_from,
    landmarks_given,
    order_from,
)

if TYPE_CHECKING:
    from valgus.from_landmarks import Filmed
    from valgus.model.order import Order
    from valgus.model.trial import Trial

    Named = Callable[[Trial], Trial]


@click.command(epilog="Example: valgus analyze --task step-down --side left 'my clip.mp4'")
@click.argument("clips", nargs=-1, type=click.Path(path_type=Path, readable=False), metavar="CLIP...")
@about_a_clip
@about_landmarks
@about_a_session
@about_the_work
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where results go; beside each clip by default.",
)
@click.option(
    "--anonymous",
    is_flag=True,
    help="Name neither the person nor the clip in the results, for passing them on.",
)
def analyze(clips: tuple[Path, ...], out: Path | None, anonymous: bool, **about: Any) -> None:
    """Measure the knee in each CLIP and save the results beside it in CLIP.valgus.

    Prints one row per rep: the frontal plane projection angle (+ is valgus, the knee towards the other leg)
    with its 95 % interval, a grade that says how far the number can be trusted, and a colour. Saves reps.csv,
    frames.csv, landmarks.csv, analysis.json, figure.png, overlay.mp4
    and report.html, the page to open first.

    What is the same for all clips of a folder (person, date, task, pain, step height) can stand in a
    session.toml beside them; options go before it.

    With --landmarks everything after the pose is done on a file of another tool (Sports2D, OpenPose, MMPose,
    DeepLabCut, MediaPipe CSV) or on markers of a laboratory (TRC, C3D); CLIP may then be left out.
    """
    elsewhere = landmarks_given(about)
    landmarks: Path | None = elsewhere.pop("landmarks")
    if landmarks is None and not clips:
        raise click.UsageError("Missing argument 'CLIP...'.")
    if anonymous and about["no_face_blur"]:
        raise click.UsageError("--anonymous hides faces, --no-face-blur shows them: choose one.")
    order = order_from(about)
    if anonymous and order.given.person:
        raise click.UsageError("--name says who it is, --anonymous leaves it out: choose one.")
    named = _as_it_is if not anonymous else _without_names
    if landmarks is not None:
        filmed = filmed_from(elsewhere, clips[0] if clips else None)
        raise SystemExit(_from_landmarks(landmarks, clips, filmed, order, out, named))
    statuses = [_one_clip(clip, order, out, named, said_before=k > 0) for k, clip in enumerate(clips)]
    raise SystemExit(max(statuses))


def _as_it_is(trial: Trial) -> Trial:
    return trial


def _without_names(trial: Trial) -> Trial:
    from valgus.oneclip import without_names

    return without_names(trial)


def _one_clip(clip: Path, order: Order, out: Path | None, named: Named, *, said_before: bool) -> int:
    """Analyse, save and print one clip; an error of one clip does not stop the next. Returns the status."""
    from valgus.errors import EnvironmentFailed, ValgusError
    from valgus.results import check_can_save, folder_for

    try:
        check_can_save(folder_for(clip, out))
        trial = named(measured(clip, order.settings, given=order.given, book=order.book))
        folder = folder_for(clip.with_name(trial.clip.name), out)
        _save(trial, clip, folder, order)
    except EnvironmentFailed:
        raise  # every further clip would fail alike
    except ValgusError as wrong:
        click.echo(str(wrong), err=True)
        return wrong.exit_status
    _print(trial, folder, said_before=said_before)
    return status_of(trial)


def _from_landmarks(
    landmarks: Path, clips: tuple[Path, ...], filmed: Filmed, order: Order, out: Path | None, named: Named
) -> int:
    """Measure landmarks from elsewhere, with or without their video; returns the status."""
    from valgus.errors import WrongUsage
    from valgus.oneclip import measured_landmarks
    from valgus.results import check_can_save, folder_for

    if len(clips) > 1:
        raise WrongUsage("--landmarks goes with one clip.", "Analyse one clip after the other.")
    source = filmed.clip or landmarks
    check_can_save(folder_for(source, out))
    found = measured_landmarks(landmarks, order.settings, filmed=filmed, given=order.given, book=order.book)
    for notice in found.notices:
        click.echo(f"{landmarks.name}: {notice}", err=True)
    trial = named(found.trial)
    folder = folder_for(source.with_name(trial.clip.name), out)
    _save(trial, filmed.clip, folder, order)
    _print(trial, folder, said_before=False)
    return status_of(trial)


def _save(trial: Trial, clip: Path | None, folder: Path, order: Order) -> None:
    from valgus.cli.progress import frames_of
    from valgus.oneclip import OverlayOf, save_results

    if order.overlay is None or clip is None:
        save_results(trial, clip, folder, order, draw_overlay=None)
        return
    with frames_of(f"{clip.name}: drawing") as frames:
        draw = OverlayOf(trial, clip, order.overlay.blur_faces, frames)
        save_results(trial, clip, folder, order, draw_overlay=draw)


def _print(trial: Trial, folder: Path, *, said_before: bool) -> None:
    from rich.console import Console

    from valgus.cli.terminal import show

    console = Console(highlight=False)
    if said_before:
        console.print()
    show(trial, console)
    click.echo(f"Saved in {folder}")
