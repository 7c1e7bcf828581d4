"""Time the whole analysis against a plain loop over the same clip, in turn in one run.

The plain loop is what a first script does: OpenCV reads full-size frames, the unstripped model runs on each
in VIDEO mode, nothing else. Figures are medians; compare the ratio, not the seconds.

    python scripts/benchmark.py sample_videos/step_down_left.mp4
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and on all cores."""

    wall_s: float
    cpu_s: float


def cost_of(job: Callable[[], object]) -> Cost:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    job()
    return Cost(time.perf_counter() - wall_s, time.process_time() - cpu_s)


def plain_loop(clip: Path, model: Path) -> None:
    import cv2
    import numpy as np

    from valgus.backends.mediapipe import MediaPipeEstimator

    pictures = cv2.VideoCapture(str(clip))
    fps = pictures.get(cv2.CAP_PROP_FPS) or 30.0
    with MediaPipeEstimator(model) as estimator:
        for k in range(1_000_000):
            more, picture = pictures.read()
            if not more:
                return
            estimator.people(np.ascontiguousarray(picture[..., ::-1]), k / fps)


def whole_job(clip: Path, *, mirror_average: bool) -> None:
    from valgus.model.settings import Settings
    from valgus.pipeline import analyze

    analyze(clip, Settings(mirror_average=mirror_average, offline=True))


@click.command()
@click.argument("clip", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--runs", default=3, show_default=True, help="Times each job is run, in turn.")
def main(clip: Path, runs: int) -> None:
    from valgus.backends.weights import resolve, whole_model

    resolve("full", offline=False)
    unstripped = whole_model("full").path
    jobs: dict[str, Callable[[], object]] = {
        "plain loop": lambda: plain_loop(clip, unstripped),
        "analysis, picture and mirror image": lambda: whole_job(clip, mirror_average=True),
        "analysis, picture only": lambda: whole_job(clip, mirror_average=False),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()  # warm-up, not counted
    for _ in range(runs):
        for name, job in jobs.items():
            costs[name].append(cost_of(job))
    click.echo(f"{clip.name}, median of {runs} runs in turn")
    click.echo(f"{'':36}{'wall s':>8}{'cpu s':>8}{'wall ratio':>12}{'cpu ratio':>11}")
    for name, measured in costs.items():
        wall, cpu = (summary(part, measured, costs["plain loop"]) for part in ("wall_s", "cpu_s"))
        click.echo(f"{name:36}{wall[0]:8.2f}{cpu[0]:8.2f}{wall[1]:12.2f}{cpu[1]:11.2f}")


def summary(part: str, measured: list[Cost], plain: list[Cost]) -> tuple[float, float]:
    """Return the median seconds, and the median of the ratios to the plain loop run by run."""
    seconds, of_plain = ([getattr(cost, part) for cost in costs] for costs in (measured, plain))
    ratios = [own / other for own, other in zip(seconds, of_plain, strict=True)]
    return statistics.median(seconds), statistics.median(ratios)


if __name__ == "__main__":
    main()
