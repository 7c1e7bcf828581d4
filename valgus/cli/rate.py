"""``valgus rate``: a page on which to click the joints by hand."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from valgus.model.trial import Trial


@click.command(epilog="Example: valgus rate clip.mp4 --rater MK --shuffle 1")
@click.argument("place", type=click.Path(exists=True, path_type=Path), metavar="CLIP")
@click.option(
    "--clip",
    "given",
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The video, where CLIP is a folder of results that it no longer lies beside.",
)
@click.option("--rater", default="", metavar="NAME", help="Who clicks; the page asks where it is not given.")
@click.option(
    "--shuffle",
    type=int,
    metavar="SEED",
    help="Show the pictures in another order, the same for the same number: for rating twice.",
)
@click.option("--asis", is_flag=True, help="Ask for the front of the pelvis too, after the joints.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the page goes; CLIP.rating.html beside the clip by default.",
)
def rate(
    place: Path, given: Path | None, rater: str, shuffle: int | None, asis: bool, out: Path | None
) -> None:
    """Write a page with the lowest point of every rep of an analysed CLIP, to click hip, knee and ankle on.

    The page shows no angle and no landmark, heads are blurred, and it is a file: nothing is sent anywhere. It
    saves a table that valgus agree compares with the analysis. CLIP may be its folder of results.
    """
    from valgus.exports.rating import pictures_to_rate, shuffled, write_rating_page
    from valgus.results import folder_of, load

    folder = folder_of(place)
    trial = load(folder)
    clip = given or (place if place.is_file() else folder.resolve().parent / trial.clip.name)
    _check(trial, clip)
    pictures = pictures_to_rate(trial, clip)
    page = out or clip.with_name(f"{trial.clip.name}.rating.html")
    shown = pictures if shuffle is None else shuffled(pictures, shuffle)
    write_rating_page(page, clip=trial.clip, pictures=shown, rater=rater, with_pelvis=asis)
    click.echo(f"Open {page} in a browser: {len(pictures)} pictures.")
    click.echo(f"Then: {shlex.join(('valgus', 'agree', str(folder), f'{trial.clip.name}.rating.csv'))}")


def _check(trial: Trial, clip: Path) -> None:
    """Refuse what cannot be rated."""
    from valgus.errors import WrongUsage
    from valgus.exports.stills import is_clip_of

    if not trial.reps:
        raise WrongUsage(f"{trial.clip.name}: no rep was found, so there is nothing to rate.")
    if not clip.is_file():
        raise WrongUsage(f"{clip.name}: is not beside its results any more.", "Say where it is with --clip.")
    if not is_clip_of(trial, clip):
        raise WrongUsage(
            f"{clip.name}: is not the video that was analysed, which was {trial.clip.name}.",
            "Analyse it again, or give the video that was analysed with --clip.",
        )
