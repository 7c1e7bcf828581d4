"""Render a recipe to a video file with its truth beside it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from valgus.phantom.arrays import ByteArray, FloatArray
from valgus.phantom.motion import Motion, plan_motion
from valgus.phantom.pose import Side
from valgus.phantom.recipe import Recipe, Task, recipe_hash
from valgus.phantom.render import Renderer
from valgus.phantom.room import Block
from valgus.phantom.skeleton import Skeleton, solve_skeleton
from valgus.phantom.stickers import WornStickers
from valgus.phantom.truth import ClipTruth, tell_truth
from valgus.video import H264Writer

DEFAULT_CRF = 24
_PRESET = "slow"


def truth_path(clip: Path, /) -> Path:
    """Return where the truth of a clip is: `NAME.mp4` has `NAME.truth.json`."""
    return clip.with_suffix(".truth.json")


def solve_clip(recipe: Recipe, /) -> tuple[Motion, list[Skeleton]]:
    """Solve every frame of a recipe, without drawing anything."""
    motion = plan_motion(recipe)
    return motion, [
        solve_skeleton(target, body=recipe.body, camera=recipe.camera) for target in motion.targets
    ]


def clip_truth(recipe: Recipe, /) -> ClipTruth:
    """Return the truth of a recipe, without drawing anything."""
    motion, skeletons = solve_clip(recipe)
    return tell_truth(recipe, motion, skeletons)


def make_renderer(recipe: Recipe, /) -> Renderer:
    """Return the renderer of a recipe: its athlete in its room."""
    return Renderer(
        recipe.camera,
        recipe.body,
        recipe.look,
        step=step_block(recipe),
        seed=recipe.seed,
        stickers=worn_stickers(recipe),
    )


def worn_stickers(recipe: Recipe, /) -> WornStickers | None:
    """Return the stickers of a recipe on its body; None when none are worn."""
    if recipe.stickers is None:
        return None
    first = plan_motion(recipe).targets[0]
    standing = solve_skeleton(first, body=recipe.body, camera=recipe.camera)
    return WornStickers(recipe.stickers, recipe.body, recipe.look.colours, standing, fps=recipe.fps)


def sticker_centres_px(recipe: Recipe, skeletons: list[Skeleton], /) -> dict[Side, FloatArray]:
    """Return where the middle of each sticker is in the picture, frame by frame, (n, 2) each.

    Also where it is covered or has fallen off. Raises ValueError for a recipe without stickers.
    """
    worn = worn_stickers(recipe)
    if worn is None:
        raise ValueError("the athlete wears no stickers")
    centres: dict[Side, list[FloatArray]] = {side: [] for side in Side}
    for skeleton in skeletons:
        for side, centre in worn.centres_m(skeleton).items():
            centres[side].append(skeleton.pelvis.to_world(centre))
    return {side: recipe.camera.project(np.array(places))[0] for side, places in centres.items()}


def draw_frames(recipe: Recipe, skeletons: list[Skeleton], /, *, threads: int = 1) -> Iterator[ByteArray]:
    """Draw the frames of a clip in order; the threads change the time that it takes and not one pixel."""
    renderer = make_renderer(recipe)
    chunk = 8 * threads
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for first in range(0, len(skeletons), chunk):
            some = range(first, min(first + chunk, len(skeletons)))
            yield from pool.map(lambda index: renderer.draw(skeletons[index], frame=index), some)


def render_clip(
    recipe: Recipe, path: Path, /, *, threads: int = 1, crf: int = DEFAULT_CRF, with_joints: bool = False
) -> ClipTruth:
    """Render a clip, and write its truth beside it.

    Parameters
    ----------
    recipe : Recipe
        What to render.
    path : Path
        The clip, ending in `.mp4`. Nothing is there until it is complete.
    threads : int
        How many frames are drawn at the same time.
    crf : int
        Quality of the H.264 stream; lower is better and larger.
    with_joints : bool
        Whether to write all joints of all frames as well, to `NAME.joints.npz`.

    Returns
    -------
    ClipTruth
        The truth, with all joints of all frames in memory.
    """
    motion, skeletons = solve_clip(recipe)
    truth = tell_truth(recipe, motion, skeletons)
    camera = recipe.camera
    size = {"width_px": camera.width_px, "height_px": camera.height_px}
    with H264Writer(path, **size, fps=recipe.fps, crf=crf, preset=_PRESET, threads=1) as writer:
        for picture in draw_frames(recipe, skeletons, threads=threads):
            writer.write(picture)
    truth.save(truth_path(path))
    if with_joints:
        truth.frames.save(path.with_suffix(".joints.npz"))
    return truth


def render_cached(
    recipe: Recipe, folder: Path, /, *, threads: int = 1, crf: int = DEFAULT_CRF
) -> tuple[Path, ClipTruth]:
    """Render a clip unless the folder has it already, under the hash of its recipe.

    Returns
    -------
    path : Path
        The clip.
    truth : ClipTruth
        Its truth; solved again when the clip was there, which takes a second.
    """
    path = folder / f"{recipe.task.value}-{recipe_hash(recipe)}-crf{crf}.mp4"
    if path.exists() and truth_path(path).exists():
        return path, clip_truth(recipe)
    folder.mkdir(parents=True, exist_ok=True)
    return path, render_clip(recipe, path, threads=threads, crf=crf)


def step_block(recipe: Recipe, /) -> Block | None:
    """Return the step of a step-down: under the stance foot, so that the other leg passes beside it."""
    if recipe.task is not Task.STEP_DOWN:
        return None
    scale, sign = recipe.body.scale, recipe.side.sign
    inner = (-0.155 if recipe.two_leg_lead_s > 0.0 else -0.012) * scale
    ends = sorted((sign * inner, sign * (inner + 0.42)))
    return Block((ends[0], 0.0, -0.20), (ends[1], recipe.step_height_m, 0.185), recipe.look.room.step)
