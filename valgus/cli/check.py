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
@click.argument("clip", type=click.Path(path_type=Path), metavar="CLIP")
@about_a_clip
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON list, for programs.")
def check(clip: Path, as_json: bool, **about: Any) -> None:
    """Say whether CLIP is filmed well enough to be judged, and what to film differently.

    Looks at light, sharpness, a moving camera, cuts, view, frame rate, people and reps, exactly as analyze
    does. Prints what it found, the heaviest first, and saves nothing.
    """
    trial = measured(clip, settings_from(**about))
    if as_json:
        click.echo(_as_json(trial))
    else:
        _print(trial)
    raise SystemExit(status_of(trial))


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
