"""Make the pictures of the filming guide: the same athlete, filmed well and not so well.

Needs the extra ``phantom``.

    python scripts/make_filming_pictures.py
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import matplotlib.pyplot as plt
import numpy as np

from valgus.geometry import signed_bend_deg
from valgus.model.arrays import FloatArray, RgbImage
from valgus.phantom import Body, Camera, Look, Recipe, RepTarget, Side, Stickers, Task
from valgus.phantom.clip import make_renderer, solve_clip
from valgus.phantom.truth import project_frames

ROOT = Path(__file__).resolve().parent.parent
GOOD, BAD = "#1a7f37", "#b42318"
WELL = Recipe(
    task=Task.STEP_DOWN,
    side=Side.LEFT,
    reps=(RepTarget(12.0, 5.0, knee_flexion_deg=62.0),),
    body=Body.from_seed(11),
    look=Look.from_seed(11),
    camera=Camera(distance_m=3.5, height_m=0.9, focal_px=1150.0),
    fps=10,
)
STICKERS = replace(WELL, stickers=Stickers())
#: Title, what it does, how it is filmed.
VIEWS = (
    ("Straight in front", "what the foot points at", {}),
    ("20° to the athlete's left", "the knee looks worse than it is", {"azimuth_deg": 20.0}),
    ("20° to the athlete's right", "the knee looks better than it is", {"azimuth_deg": -20.0}),
    ("Too near, too high", "feet cut off: nothing to measure", {"distance_m": 1.9, "height_m": 1.45}),
)


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=ROOT / "docs")
def main(out: Path) -> None:
    _views(out / "filming-views.png")
    _stickers(out / "filming-stickers.png")


def _views(path: Path) -> None:
    figure, panels = plt.subplots(1, len(VIEWS), figsize=(11, 5.6), layout="constrained")
    for panel, (title, effect, camera) in zip(panels, VIEWS, strict=True):
        recipe = replace(WELL, camera=replace(WELL.camera, **camera))
        picture, leg_px = _lowest(recipe)
        good, measurable = not camera, "distance_m" not in camera
        panel.imshow(picture)
        panel.set_title(("✓ " if good else "✗ ") + title, color=GOOD if good else BAD, fontsize=11)
        if measurable:
            panel.plot(*leg_px.T, "o-", color="white", markersize=4, linewidth=1.5)
            effect = f"the picture shows {float(signed_bend_deg(*leg_px)):+.0f}°\n{effect}"
        panel.set_xlabel(effect, fontsize=10)
        _frame(panel, GOOD if good else BAD)
    figure.savefig(path, dpi=90)


def _stickers(path: Path) -> None:
    picture, _ = _lowest(STICKERS)
    height = picture.shape[0]
    figure, (whole, near) = plt.subplots(1, 2, figsize=(7.5, 6), layout="constrained")
    whole.imshow(picture)
    whole.set_title("Two stickers on the front of the hips", fontsize=11)
    near.imshow(picture[int(0.36 * height) : int(0.62 * height), 150:390])
    near.set_title("on the bony points, uncovered", fontsize=11)
    for panel in (whole, near):
        _frame(panel, "#888888")
    figure.savefig(path, dpi=90)


def _lowest(recipe: Recipe) -> tuple[RgbImage, FloatArray]:
    """Return the picture of the lowest point, and hip, knee and ankle of the stance leg in it, (3, 2)."""
    motion, skeletons = solve_clip(recipe)
    (span,) = motion.reps
    k = round(span.lowest_s * recipe.fps)
    frames = project_frames(skeletons[k : k + 1], recipe.camera, fps=recipe.fps)
    joints = np.stack(
        [frames.xy_px[:, frames.names.index(f"{joint}_left")] for joint in ("hip", "knee", "ankle")]
    )
    return make_renderer(recipe).draw(skeletons[k], frame=k), joints[:, 0]


def _frame(panel: plt.Axes, colour: str) -> None:
    panel.set_xticks([])
    panel.set_yticks([])
    for edge in panel.spines.values():
        edge.set(color=colour, linewidth=2)


if __name__ == "__main__":
    main()
