"""The athlete's build, and the cut of the clothes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

REFERENCE_HEIGHT_M = 1.75


@dataclass(frozen=True)
class Clothing:
    """Cut of the clothes; their colours belong to the look.

    Attributes
    ----------
    legwear : str
        'shorts', 'capri' (to below the knee) or 'leggings' (to the ankle).
    shorts_length : float
        Where loose shorts end, as a fraction of the thigh.
    sleeve_length : float
        Where sleeves end, as a fraction of the upper arm; 0 for none, 2 for the wrist.
    loose_shirt : bool
        Whether the shirt hangs over the waistband.
    shirt_hem_m : float
        Height of a loose shirt's hem above the hip joints, for a body of 1.75 m.
    sock_left_m, sock_right_m : float
        Height of each sock above the ankle.
    knee_sleeve : str
        'none', 'left' or 'right'.
    """

    legwear: str = "shorts"
    shorts_length: float = 0.50
    sleeve_length: float = 0.48
    loose_shirt: bool = False
    shirt_hem_m: float = 0.0
    sock_left_m: float = 0.085
    sock_right_m: float = 0.085
    knee_sleeve: str = "none"


@dataclass(frozen=True)
class Body:
    """Proportions of one athlete.

    Lengths that end in `_m` are for a body of 1.75 m and grow with `height_m`.

    Attributes
    ----------
    height_m : float
        Standing height.
    girth : float
        Thickness of everything, 1 for average.
    sex : str
        'f' or 'm': shape of chest, waist, neck and arms.
    hip_width_m : float
        Distance between the hip joint centres.
    pelvis_girth, chest_girth : float
        Thickness of hips and chest on top of `girth`.
    shoulder_width_m : float
        Distance between the shoulder joints.
    thigh_m, shank_m, ankle_height_m : float
        Hip joint to knee, knee to ankle, ankle above the sole.
    asis_half_width_m, asis_up_m, asis_forward_m : float
        The anterior superior iliac spines relative to the middle of the hip joint centres, in the pelvis.
    hair : str
        'short', 'bald', 'bun', 'tail' or 'long'.
    stubble : float
        Strength of a beard's shadow, 0 to 1.
    clothing : Clothing
        Cut of the clothes.
    """

    height_m: float = 1.75
    girth: float = 1.0
    sex: str = "m"
    hip_width_m: float = 0.178
    pelvis_girth: float = 1.0
    chest_girth: float = 1.0
    shoulder_width_m: float = 0.365
    thigh_m: float = 0.429
    shank_m: float = 0.425
    ankle_height_m: float = 0.075
    asis_half_width_m: float = 0.120
    asis_up_m: float = 0.085
    asis_forward_m: float = 0.065
    hair: str = "short"
    stubble: float = 0.0
    clothing: Clothing = field(default_factory=Clothing)

    @property
    def scale(self) -> float:
        """Size relative to a body of 1.75 m."""
        return self.height_m / REFERENCE_HEIGHT_M

    @property
    def leg_length_m(self) -> float:
        """Hip joint to knee to ankle, the leg straight."""
        return (self.thigh_m + self.shank_m) * self.scale

    @classmethod
    def from_seed(cls, seed: int, /) -> Body:
        """Draw a body: same seed, same body."""
        rng = np.random.default_rng((seed, 1))
        sex = str(rng.choice(["f", "m"]))
        build = _female(rng) if sex == "f" else _male(rng)
        return cls(sex=sex, clothing=_clothing(rng, sex), **build)


def _female(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "height_m": round(rng.uniform(1.55, 1.78), 3),
        "girth": round(rng.uniform(0.88, 1.04), 3),
        "pelvis_girth": round(rng.uniform(1.02, 1.07), 3),
        "chest_girth": round(rng.uniform(0.95, 1.02), 3),
        "shoulder_width_m": round(rng.uniform(0.325, 0.345), 4),
        "hip_width_m": round(rng.uniform(0.176, 0.188), 4),
        "asis_half_width_m": round(rng.uniform(0.117, 0.124), 4),
        "hair": str(rng.choice(["bun", "tail", "long", "short"])),
    }


def _male(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "height_m": round(rng.uniform(1.68, 1.92), 3),
        "girth": round(rng.uniform(0.94, 1.10), 3),
        "pelvis_girth": round(rng.uniform(0.98, 1.02), 3),
        "chest_girth": round(rng.uniform(0.98, 1.06), 3),
        "shoulder_width_m": round(rng.uniform(0.355, 0.380), 4),
        "hip_width_m": round(rng.uniform(0.170, 0.182), 4),
        "asis_half_width_m": round(rng.uniform(0.115, 0.122), 4),
        "hair": str(rng.choice(["short", "short", "short", "bald"])),
        "stubble": round(max(0.0, rng.uniform(-0.5, 0.6)), 2),
    }


def _clothing(rng: np.random.Generator, sex: str) -> Clothing:
    legwear = str(rng.choice(["shorts", "shorts", "capri", "leggings"] if sex == "f" else ["shorts"]))
    sock_m = round(rng.uniform(0.05, 0.14), 3)
    return Clothing(
        legwear=legwear,
        shorts_length=round(rng.uniform(0.38, 0.62), 2),
        sleeve_length=round(float(rng.choice([0.0, 0.45, 0.55])), 2),
        sock_left_m=sock_m,
        sock_right_m=sock_m,
    )
