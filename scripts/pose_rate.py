"""What looking at fewer pictures a second does to the numbers: rendered clips at 240 frames per second.

python scripts/pose_rate.py
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click
import numpy as np

from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.phantom.clip import render_clip, truth_path
from valgus.phantom.pose import Side
from valgus.phantom.recipe import Recipe, RepTarget, Task

FPS = 240
RATES = (240, 120, 60, 30)
REPS = (RepTarget(fppa_deg=4.0), RepTarget(fppa_deg=14.0), RepTarget(fppa_deg=9.0))
RECIPES = tuple(
    Recipe(task=task, side=Side.LEFT, reps=REPS, fps=FPS, quiet_s=0.5, rest_s=0.3, tail_s=0.5, seed=3)
    for task in (Task.STEP_DOWN, Task.LANDING)
)


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the clips here.")
def main(folder: Path | None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        click.echo(section(folder or Path(scratch)))


def section(folder: Path) -> str:
    """Return the section of the performance page."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for recipe in RECIPES for row in rows_of(recipe, folder)]
    heading = ["task", "looked at a second", "FPPA, change", "FPPA, error", "lowest point, ms", "contact, ms"]
    lines = [heading, ["---", *["---:"] * (len(heading) - 1)], *rows]
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return (
        "## Fewer pictures a second\n\n"
        f"Rendered clips of {FPS} frames per second, three reps each. 'Change' is the largest difference\n"
        "from looking at every picture, 'error' the largest from truth, deg; times are largest errors.\n\n"
        f"{text}\n\n"
        "Rule: 60 a second are enough for slow tasks; landings, and clips whose task is not given, get 120,\n"
        "because initial contact is the fastest thing that is timed. `--pose-fps` asks for another rate.\n"
    )


def rows_of(recipe: Recipe, folder: Path) -> list[list[str]]:
    clip = folder / f"{recipe.task.value}.mp4"
    if not clip.is_file():
        render_clip(recipe, clip, threads=2)
    truth = json.loads(truth_path(clip).read_text(encoding="utf-8"))["reps"]
    trials = {rate: analysed(clip, recipe, rate) for rate in RATES}
    every = trials[FPS].measures["fppa_deg"].to_numpy()
    rows = []
    for rate, trial in trials.items():
        fppa = trial.measures["fppa_deg"].to_numpy()
        if len(fppa) != len(truth) or len(every) != len(truth):
            rows.append([recipe.task.value, str(rate), f"{len(fppa)} of {len(truth)} reps", "", "", ""])
            continue
        lowest = [rep.bottom_s for rep in trial.reps]
        rows.append(
            [
                recipe.task.value,
                str(rate),
                f"{np.abs(fppa - every).max():.2f}",
                f"{np.abs(fppa - [rep['fppa_deg'] for rep in truth]).max():.2f}",
                largest_ms(lowest, truth, "bottom_s"),
                largest_ms(trial.measures["initial_contact_s"].to_numpy(), truth, "initial_contact_s"),
            ]
        )
    return rows


def analysed(clip: Path, recipe: Recipe, rate: int) -> Trial:
    from valgus.pipeline import analyze

    return analyze(clip, Settings(task=recipe.task.value, pose_fps=rate, offline=True))


def largest_ms(found: object, truth: list[dict[str, float]], name: str) -> str:
    if name not in truth[0] or truth[0][name] is None:
        return ""
    wrong = 1000 * np.abs(np.asarray(found, dtype=float) - [rep[name] for rep in truth])
    return f"{np.nanmax(wrong):.0f}" if np.isfinite(wrong).any() else ""


if __name__ == "__main__":
    main()
