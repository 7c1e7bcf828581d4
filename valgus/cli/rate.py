"""``valgus rate``: a page on which a rater points at the joints by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from valgus.cli.saved import why_not_at_hand

if TYPE_CHECKING:
    from valgus.exports.rate import LegToRate
    from valgus.model.trial import Trial


@click.command(epilog="Example: valgus rate clip.mp4 --rater anna --shuffle 1")
@click.argument("place", type=click.Path(path_type=Path), metavar="CLIP")
@click.option("--rater", default="", metavar="NAME", help="Who will point; else the page asks for it.")
@click.option(
    "--shuffle",
    "seed",
    type=click.IntRange(min=0),
    metavar="SEED",
    help="Show the pictures in another order, always the same one for a number; in order of time by default.",
)
@click.option(
    "--clip",
    "given",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The video, where it has been moved.",
)
@click.option("--no-face-blur", is_flag=True, help="Leave faces as they are.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the page goes; CLIP.rate.html beside the clip by default.",
)
def rate(
    place: Path, rater: str, seed: int | None, given: Path | None, no_face_blur: bool, out: Path | None
) -> None:
    """Write a page on which a rater points at hip, knee and ankle in the lowest point of every rep.

    CLIP has a saved analysis beside it (CLIP.valgus, which may be given as well): it says which pictures. The
    page shows nothing that was computed, sends nothing, and saves a table for valgus agree CLIP.valgus TABLE.
    """
    from valgus.exports.rate import write_rate_page
    from valgus.exports.stills import full_size_pictures
    from valgus.results import folder_of, load

    folder = folder_of(place)
    trial = load(folder)
    clip = given or (place if place.is_file() else folder.resolve().parent / trial.clip.name)
    _check(trial, clip)
    page = out or clip.with_name(f"{clip.name}.rate.html")
    pictures = full_size_pictures(trial, clip, blur_faces=not no_face_blur)
    write_rate_page(
        page, clip=trial.clip, legs=_legs(trial), pictures=pictures, rater=rater.strip(), seed=seed
    )
    click.echo(f"Written: {page}. Open it in a browser; then: valgus agree {folder} TABLE.csv")


def _check(trial: Trial, clip: Path) -> None:
    from valgus.errors import WrongUsage

    if not trial.reps:
        raise WrongUsage(
            f"{trial.clip.name}: no rep was found in it, so there is nothing to rate.",
            f"Run valgus check {clip} to see why.",
        )
    if why := why_not_at_hand(trial, clip, option="--clip FILE"):
        raise WrongUsage(f"{trial.clip.name} {why}.")


def _legs(trial: Trial) -> list[LegToRate]:
    from valgus.exports.rate import LegToRate
    from valgus.pipeline import medial_signs_of

    signs = medial_signs_of(trial)
    return [
        LegToRate(rep.number, rep.side, rep.bottom_s, sign)
        for rep, sign in zip(trial.reps, signs, strict=True)
    ]
