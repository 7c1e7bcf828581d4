"""Known motion to pixels: a rendered athlete whose every joint is known, to measure the measurement with.

A `Recipe` says who does what and how it is filmed; `render_clip` turns it into a video with its truth beside
it::

    recipe = Recipe(task=Task.STEP_DOWN, side=Side.LEFT, reps=(RepTarget(12.0, 5.0),))
    truth = render_clip(recipe, Path("clip.mp4"))

From a recipe to a picture: `motion` plans a pose for every frame, `skeleton` finds the joints, `figure`
dresses them in `primitives`, `room` draws what is behind, `render` drives the compiled kernels of `distance`
and `shading`, and `truth` measures the joints.
"""

try:
    import numba as _numba  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "valgus.phantom needs numba, which is not installed. Install it with: pip install 'valgus[phantom]'",
        name="numba",
    ) from error

from valgus.phantom.body import Body, Clothing
from valgus.phantom.camera import Camera
from valgus.phantom.clip import clip_truth, render_cached, render_clip, truth_path
from valgus.phantom.look import Colours, Lighting, Look, RoomStyle
from valgus.phantom.pose import Side
from valgus.phantom.recipe import Recipe, RepTarget, Task, recipe_hash
from valgus.phantom.skeleton import UnreachableTargetError
from valgus.phantom.stickers import Mishap, Stickers
from valgus.phantom.truth import ClipTruth, FrameTruth, RepTruth

__all__ = [
    "Body",
    "Camera",
    "ClipTruth",
    "Clothing",
    "Colours",
    "FrameTruth",
    "Lighting",
    "Look",
    "Mishap",
    "Recipe",
    "RepTarget",
    "RepTruth",
    "RoomStyle",
    "Side",
    "Stickers",
    "Task",
    "UnreachableTargetError",
    "clip_truth",
    "recipe_hash",
    "render_cached",
    "render_clip",
    "truth_path",
]
