"""Everything that decides what a rendered clip shows, in one frozen object."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import Enum

from valgus.phantom.body import Body
from valgus.phantom.camera import Camera
from valgus.phantom.look import Look
from valgus.phantom.pose import Side
from valgus.phantom.stickers import STICKER_VERSION, Stickers

RENDERER_VERSION = 2
"""Raised by every change that alters pixels or truth, so that cached clips are rendered again."""


class Task(str, Enum):
    """What the athlete does."""

    STEP_DOWN = "step-down"
    SINGLE_LEG_SQUAT = "single-leg-squat"
    LANDING = "landing"
    STANCE = "stance"
    SQUAT = "squat"
    DROP_JUMP = "drop-jump"

    @property
    def is_two_leg(self) -> bool:
        """Whether both feet carry the athlete."""
        return self in (Task.SQUAT, Task.DROP_JUMP)

    @property
    def has_flight(self) -> bool:
        """Whether the athlete leaves the ground."""
        return self in (Task.LANDING, Task.DROP_JUMP)


@dataclass(frozen=True)
class RepTarget:
    """What one repetition reaches at its lowest point, degrees.

    Attributes
    ----------
    fppa_deg : float
        Frontal plane projection angle in the square-on camera, hip joint centre basis, positive for valgus.
    pelvic_drop_deg : float
        Obliquity of the pelvis, change from standing, positive with the swing side lower.
    knee_flexion_deg : float
        Stance knee.
    trunk_lean_deg : float
        In the square-on camera, positive towards the stance side.
    swing_fppa_deg : float or None
        Two-leg tasks: the angle of the other leg; `None` for the same as `fppa_deg`.
    """

    fppa_deg: float
    pelvic_drop_deg: float = 0.0
    knee_flexion_deg: float = 58.0
    trunk_lean_deg: float = 4.0
    swing_fppa_deg: float | None = None


@dataclass(frozen=True)
class Recipe:
    """A clip: who does what, how, and filmed from where. Same recipe, same pixels, same truth.

    Attributes
    ----------
    task : Task
        What is done.
    side : Side
        The stance leg. Two-leg tasks: the leg that `RepTarget.fppa_deg` speaks of.
    reps : tuple of RepTarget
        The repetitions, in order. `Task.STANCE` holds the first one, with a nearly straight knee.
    body, look, camera : Body, Look, Camera
        The athlete, the picture, the viewpoint.
    stickers : Stickers or None
        What the athlete has stuck on the hip bones.
    fps : int
        Frames per second.
    seed : int
        Seed of sway and grain.
    arms : str
        'out', 'down', 'front' or 'hips'.
    standing_fppa_deg, standing_drop_deg : float
        Knee and pelvis while standing on one leg.
    two_leg_lead_s : float
        Standing on both feet before the clip's quiet single-leg standing; 0 for none.
    quiet_s, rest_s, tail_s : float
        Quiet standing before the first repetition, between two, and after the last.
    descent_s, ascent_s : float
        Duration of going down and up (landing: `ascent_s` is the recovery).
    pace_spread : float
        How far the durations of single repetitions and rests differ from these, as a fraction; seeded.
    hold_s : float
        `Task.STANCE`: how long the leg is held.
    step_height_m : float
        `Task.STEP_DOWN`: height of the step.
    hop_m : float
        Tasks with flight: rise of the ball of the foot above the ground.
    """

    task: Task
    side: Side
    reps: tuple[RepTarget, ...]
    body: Body = field(default_factory=Body)
    look: Look = field(default_factory=Look)
    camera: Camera = field(default_factory=Camera)
    stickers: Stickers | None = None
    fps: int = 30
    seed: int = 0
    arms: str = "out"
    standing_fppa_deg: float = 1.0
    standing_drop_deg: float = 1.0
    two_leg_lead_s: float = 0.0
    quiet_s: float = 1.0
    rest_s: float = 0.5
    tail_s: float = 0.7
    descent_s: float = 1.0
    ascent_s: float = 0.9
    pace_spread: float = 0.08
    hold_s: float = 10.0
    step_height_m: float = 0.20
    hop_m: float = 0.19

    def __post_init__(self) -> None:
        """Refuse what cannot be rendered."""
        if not self.reps:
            raise ValueError("a recipe needs at least one repetition")
        if self.fps <= 0:
            raise ValueError(f"frames per second must be positive, not {self.fps}")

    @property
    def ground_m(self) -> float:
        """Height of what the stance foot stands on."""
        return self.step_height_m if self.task is Task.STEP_DOWN else 0.0


def recipe_hash(recipe: Recipe, /) -> str:
    """Return 16 hexadecimal digits that change with anything that changes the clip."""
    # What is not worn changes no pixel, so it is not part of the name either.
    described = {key: value for key, value in asdict(recipe).items() if (key, value) != ("stickers", None)}
    content: dict[str, object] = {"renderer": RENDERER_VERSION, "recipe": described}
    if recipe.stickers is not None:
        content["stickers"] = STICKER_VERSION
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
