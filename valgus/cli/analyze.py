"""``valgus analyze``: one or more clips, each to its own folder of results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from valgus.cli.measuring import measured, status_of
from valgus.cli.options import about_a_clip, about_a_session, about_the_work, order_from

if TYPE_CHECKING:
    from valgus.model.order import Order
    from valgus.model.trial import Trial


@click.command(epilog="Example: valgus analyze --task step-down --side left 'my clip.mp4'")
@click.argument("clips", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="CLIP...")
@about_a_clip
@about_a_session
@about_the_work
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where results go; beside each clip by default.",
)
def analyze(clips: tuple[Path, ...], out: Path | None, **about: Any) -> None:
    """Measure the knee in each CLIP and save the results beside it in CLIP.valgus.

    Prints one row per rep: the frontal plane projection angle (+ is valgus, the knee towards the other leg)
    with its 95 % interval, a grade that says how far the number can be trusted, and a colour. Saves reps.csv,
    frames.csv, landmarks.csv, analysis.json, figure.png, overlay.mp4
    and report.html, the page to open first.

    What is the same for all clips of a folder (person, date, task, pain, step height) can stand in a
    session.toml beside them; options go before it.
    """
    order = order_from(about)
    statuses = [_one_clip(clip, order, out, said_before=k > 0) for k, clip in enumerate(clips)]
    raise SystemExit(max(statuses))


def _one_clip(clip: Path, order: Order, out: Path | None, *, said_before: bool) -> int:
    """Analyse, save and print one clip; an error of one clip does not stop the next. Returns the status."""
    from valgus.errors import EnvironmentFailed, ValgusError
    from valgus.results import check_can_save, folder_for

    try:
        check_can_save(folder := folder_for(clip, out))
        trial = measured(clip, order.settings, given=order.given, book=order.book)
        _save(trial, clip, folder, order)
    except EnvironmentFailed:
        raise  # every further clip would fail alike
    except ValgusError as wrong:
        click.echo(str(wrong), err=True)
        return wrong.exit_status
    _print(trial, folder, said_before=said_before)
    return status_of(trial)


def _save(trial: Trial, clip: Path, folder: Path, order: Order) -> None:
    from valgus.cli.progress import frames_of
    from valgus.oneclip import OverlayOf, save_results

    if order.overlay is None:
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
