"""``valgus rerun``: whether a saved analysis gives the same numbers again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from valgus.model.rulebook import RuleBook
    from valgus.model.settings import Settings
    from valgus.model.trial import Trial

#: What another machine may differ by, from the video, deg or %.
FROM_VIDEO_TOLERANCE = 0.2
DIFFERENT = 3


@click.command(epilog="Example: valgus rerun clip.mp4.valgus --clip clip.mp4")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option(
    "--clip",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Begin from the video, by the settings that were saved; without it, from the saved landmarks.",
)
@click.option(
    "--rules",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The own thresholds that were in force, if there were any.",
)
@click.option(
    "--model", metavar="FILE", help="The pose model's file, with --clip, where it was one of your own."
)
def rerun(folder: Path, clip: Path | None, rules: Path | None, model: str | None) -> None:
    """Compute a saved analysis (CLIP.valgus) again, as it was asked for then, and compare every number.

    From the saved landmarks the numbers have to be the same to the last digit; from the video, on another
    machine, within 0.2. Nothing is written. Leaves with 0 if they are, 3 if not.
    """
    from valgus.cli.options import book_from
    from valgus.results import load

    saved = load(folder)
    settings = saved.provenance.settings if model is None else replace(saved.provenance.settings, model=model)
    book = book_from(rules)
    again = _from_video(clip, saved, settings, book) if clip else _from_track(saved, book)
    tolerance = FROM_VIDEO_TOLERANCE if clip else 0.0
    if again.provenance.rules != saved.provenance.rules:
        click.echo(
            f"Rules then: {', '.join(saved.provenance.rules)}; now: {', '.join(again.provenance.rules)}."
        )
    raise SystemExit(_told(saved, again, tolerance, "the video" if clip else "the saved landmarks"))


def _from_track(saved: Trial, book: RuleBook) -> Trial:
    from valgus.pipeline import measure

    made = saved.provenance
    return measure(
        saved.clip,
        saved.track,
        saved.evidence,
        made.settings,
        provenance=made,
        session=saved.session,
        book=book,
    )


def _from_video(clip: Path, saved: Trial, settings: Settings, book: RuleBook) -> Trial:
    from valgus.cli.progress import frames_of
    from valgus.errors import WrongUsage
    from valgus.exports.stills import is_clip_of
    from valgus.pipeline import analyze

    if not is_clip_of(saved, clip):
        raise WrongUsage(
            f"{clip.name}: is not the video of this analysis (other content).",
            "Give the file that was analysed.",
        )
    with frames_of(clip.name) as frames:
        return analyze(clip, settings, session=saved.session, book=book, progress=frames)


def _told(saved: Trial, again: Trial, tolerance: float, source: str) -> int:
    """Print the largest difference of each column that differs; return the exit status."""
    if len(saved.reps) != len(again.reps):
        click.echo(f"Different: {len(saved.reps)} reps then, {len(again.reps)} now, from {source}.")
        return DIFFERENT
    then, now = saved.measures, again.measures
    for name in now.columns.difference(then.columns):
        click.echo(f"  {name}: was not measured by the version that saved it")
    shared = list(then.columns.intersection(now.columns))
    off = (now[shared] - then[shared]).abs().max()
    blank = (now[shared].isna() != then[shared].isna()).any()
    for name in off.index[(off > 0) | blank]:
        click.echo(f"  {name}: {'blank in one of them' if blank[name] else f'up to {off[name]:.3g}'}")
    same = bool((off.fillna(0.0) <= tolerance).all() and not blank.any())
    grades = [rep.grade for rep in saved.reps] == [rep.grade for rep in again.reps]
    if not grades:
        click.echo("  grades differ")
    verdict = "Same" if same and grades else "Different"
    within = "to the last digit" if tolerance == 0.0 else f"within {tolerance:g}"
    click.echo(f"{verdict}: {len(saved.reps)} reps from {source}, compared {within}.")
    return 0 if same and grades else DIFFERENT
