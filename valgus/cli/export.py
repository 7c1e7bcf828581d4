"""``valgus export``: saved analyses in the formats of other programs."""

from __future__ import annotations

from pathlib import Path

import click

from valgus.exports.formats import FORMATS


@click.command(epilog="Example: valgus export --format trc clip.mp4.valgus")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER...")
@click.option(
    "--format",
    "name",
    type=click.Choice([one.name for one in FORMATS]),
    required=True,
    help="What is written.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where files go; beside each FOLDER by default.",
)
@click.option(
    "--fppa-sign",
    "sign",
    type=click.Choice(["valgus-positive", "valgus-negative"]),
    default="valgus-positive",
    show_default=True,
    help="Negative turns the columns fppa_* and puts _valgus_negative behind their names.",
)
@click.option(
    "--shape",
    type=click.Choice(["long", "wide"]),
    default="long",
    show_default=True,
    help="Tables per frame: a row for each leg, or columns for each leg.",
)
@click.option(
    "--units",
    "unit",
    type=click.Choice(["px", "m"]),
    default="px",
    show_default=True,
    help="TRC: pixels (y down), or the pose model's guess in metres (y up, from the mid-hip) for OpenSim.",
)
@click.option(
    "--names",
    type=click.Choice(["mediapipe", "halpe"]),
    default="mediapipe",
    show_default=True,
    help="What landmarks are called; halpe is what Sports2D and Pose2Sim use.",
)
def export(
    folders: tuple[Path, ...], name: str, out: Path | None, sign: str, shape: str, unit: str, names: str
) -> None:
    """Write saved analyses (CLIP.valgus) in the format of another program; no video is needed.

    docs/export.md says what is in each format. Files are called after the clip.
    """
    from valgus.exports.formats import FORMATS, FppaSign, Names, Shape, Unit, Wanted
    from valgus.results import ENDING, load
    from valgus.whole import all_or_none

    chosen = next(one for one in FORMATS if one.name == name)
    wanted = Wanted(FppaSign(sign), Shape(shape), Unit(unit), Names(names))
    for folder in folders:
        trial = load(folder)
        place = out or folder.resolve().parent
        with all_or_none(place) as unfinished:
            written = chosen.write(trial, unfinished, folder.resolve().name.removesuffix(ENDING), wanted)
        click.echo(f"Written: {', '.join(written)} in {place}")
