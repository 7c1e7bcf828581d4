"""``valgus analyze``: one or more clips, each to its own folder of results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from valgus.model.settings import Settings
    from valgus.model.trial import Trial

#: Exit status when the clip was read but nothing could be measured in it.
NOTHING_MEASURED = 4


@click.command(epilog="Example: valgus analyze --task step-down --side left 'my clip.mp4'")
@click.argument("clips", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="CLIP...")
@click.option(
    "--task",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="auto, step-down, single-leg-squat, landing, stance, squat or drop-jump.",
)
@click.option(
    "--side",
    type=click.Choice(["auto", "left", "right"]),
    default="auto",
    show_default=True,
    help="Leg that carries the person.",
)
@click.option("--mirrored", is_flag=True, help="The file is a mirror image (selfie); pixels cannot tell.")
@click.option(
    "--yaw",
    "yaw_deg",
    type=click.FloatRange(-90, 90),
    metavar="DEG",
    help="Turn from the camera, if known; + adds valgus.",
)
@click.option(
    "--person", type=click.IntRange(min=1), metavar="N", help="Who, counted from the left of the picture."
)
@click.option("--sex", type=click.Choice(["f", "m"]), help="For bands that differ.")
@click.option(
    "--model",
    default="full",
    show_default=True,
    metavar="NAME|FILE",
    help="full, lite, heavy or a .task file.",
)
@click.option(
    "--no-mirror-average",
    is_flag=True,
    help="Track the clip once only: faster, and less even between the legs.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where results go; beside each clip by default.",
)
@click.option("--offline", is_flag=True, help="Never touch the network, not even for a missing model.")
def analyze(
    clips: tuple[Path, ...],
    task: str,
    side: str,
    mirrored: bool,
    yaw_deg: float | None,
    person: int | None,
    sex: str | None,
    model: str,
    no_mirror_average: bool,
    out: Path | None,
    offline: bool,
) -> None:
    """Measure the knee in each CLIP and save the results beside it in CLIP.valgus.

    Prints one row per rep: the frontal plane projection angle (+ is valgus, the knee towards the other leg)
    with its 95 % interval, a grade that says how far the number can be trusted, and a colour. Saves reps.csv,
    frames.csv, landmarks.csv, analysis.json and figure.png.
    """
    from valgus.model.frontal import Side
    from valgus.model.settings import Settings
    from valgus.tasks import task_named

    if task != "auto":
        task_named(task)
    settings = Settings(
        task=task,
        side=None if side == "auto" else Side(side),
        mirrored=True if mirrored else None,
        yaw_deg=yaw_deg,
        person=person,
        sex=sex,
        model=model,
        mirror_average=not no_mirror_average,
        offline=offline,
    )
    statuses = [_one_clip(clip, settings, out, said_before=k > 0) for k, clip in enumerate(clips)]
    raise SystemExit(max(statuses))


def _one_clip(clip: Path, settings: Settings, out: Path | None, *, said_before: bool) -> int:
    """Analyse, save and print one clip; an error of one clip does not stop the next. Returns the status."""
    from valgus.errors import EnvironmentFailed, ValgusError

    try:
        trial = _measured(clip, settings)
        folder = _saved(trial, clip, out)
    except EnvironmentFailed:
        raise  # every further clip would fail alike
    except ValgusError as wrong:
        click.echo(str(wrong), err=True)
        return wrong.exit_status
    _print(trial, folder, said_before=said_before)
    return 0 if trial.measured else NOTHING_MEASURED


def _measured(clip: Path, settings: Settings) -> Trial:
    from valgus.backends.mediapipe import second_opencv
    from valgus.backends.weights import resolve
    from valgus.cli.progress import fetching, frames_of
    from valgus.pipeline import analyze as analyze_clip

    if warning := second_opencv():
        click.echo(warning, err=True)
    with fetching() as progress:
        resolve(settings.model, offline=settings.offline, progress=progress)
    with frames_of(clip.name) as frames:
        return analyze_clip(clip, settings, progress=frames)


def _saved(trial: Trial, clip: Path, out: Path | None) -> Path:
    from valgus import results
    from valgus.exports.figures import write_figure
    from valgus.exports.stills import lowest_point_stills

    folder = results.folder_for(clip, out)
    pictures = lowest_point_stills(trial, clip)
    results.save(
        trial, folder, extras=(lambda unfinished: write_figure(trial, pictures, unfinished / "figure.png"),)
    )
    return folder


def _print(trial: Trial, folder: Path, *, said_before: bool) -> None:
    from rich.console import Console

    from valgus.cli.terminal import show

    console = Console(highlight=False)
    if said_before:
        console.print()
    show(trial, console)
    click.echo(f"Saved in {folder}")
