"""``valgus check``: is a clip filmed well enough? Nothing is saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from valgus.cli.measuring import measured, status_of
from valgus.cli.options import about_a_clip, settings_from

if TYPE_CHECKING:
    from valgus.model.trial import Trial


@click.command(epilog="Example: valgus check clip.mp4")
@click.argument("clip", type=click.Path(path_type=Path, readable=False), metavar="CLIP")
@about_a_clip
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON list, for programs.")
@click.option(
    "--pick",
    is_flag=True,
    help="Write CLIP.stickers.html beside the clip: a page on which to point at the stickers.",
)
def check(clip: Path, as_json: bool, pick: bool, **about: Any) -> None:
    """Say whether CLIP is filmed well enough to be judged, and what to film differently.

    Looks at light, sharpness, a moving camera, cuts, view, frame rate, people and reps, exactly as analyze
    does. Prints what it found, the heaviest first, and saves nothing but the page that --pick asks for.
    """
    trial = measured(clip, settings_from(**about))
    if as_json:
        click.echo(_as_json(trial))
    else:
        _print(trial)
    if pick:
        _write_page(trial, clip)
    raise SystemExit(status_of(trial))


def _write_page(trial: Trial, clip: Path) -> None:
    from valgus.exports.pick import write_pick_page
    from valgus.exports.stills import standing_still

    page = clip.with_name(f"{clip.name}.stickers.html")
    time_s, still = standing_still(trial, clip)
    write_pick_page(page, clip_name=clip.name, still=still, time_s=time_s)
    click.echo(f"Open {page} in a browser and point at the two stickers.", err=True)


def _as_json(trial: Trial) -> str:
    import json
    from dataclasses import asdict

    from valgus.exports import wording

    findings = [asdict(finding) for finding in wording.worst_first(trial)]
    return json.dumps(findings, indent=1, ensure_ascii=False, allow_nan=False)


def _print(trial: Trial) -> None:
    from rich.console import Console

    from valgus.cli.terminal import show_filming

    show_filming(trial, Console(highlight=False))
