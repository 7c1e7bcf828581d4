"""Colours, light and surroundings: everything that changes the picture and not one joint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from valgus.phantom.arrays import Float32Array
from valgus.phantom.primitives import Paint

Rgb: TypeAlias = tuple[int, int, int]
Vector: TypeAlias = tuple[float, float, float]


def linear(srgb: ArrayLike, /) -> Float32Array:
    """Linear light, 0 to 1, of screen colours, 0 to 255."""
    return ((np.asarray(srgb, dtype=np.float64) / 255.0) ** 2.2).astype(np.float32)


@dataclass(frozen=True)
class Colours:
    """Screen colours, 0 to 255. Shoes and socks are per anatomical side, so that they may differ."""

    skin: Rgb = (214, 160, 130)
    hair: Rgb = (46, 32, 24)
    iris: Rgb = (70, 50, 35)
    shirt: Rgb = (52, 92, 150)
    stripe: Rgb = (230, 230, 230)
    shorts: Rgb = (38, 40, 48)
    leggings: Rgb = (30, 31, 36)
    shoe_left: Rgb = (60, 66, 78)
    shoe_right: Rgb = (60, 66, 78)
    sole: Rgb = (225, 222, 215)
    sock_left: Rgb = (232, 232, 230)
    sock_right: Rgb = (232, 232, 230)
    knee_sleeve: Rgb = (28, 28, 32)

    def palette(self) -> Float32Array:
        """Linear colours, one row per `Paint`."""
        rows = np.zeros((len(Paint), 3), dtype=np.float32)
        for paint in Paint:
            chosen = getattr(self, paint.name.lower(), None)
            if chosen is not None:
                rows[paint] = linear(chosen)
        skin = rows[Paint.SKIN]
        rows[Paint.EYE_WHITE] = (0.62, 0.60, 0.58)
        rows[Paint.LIPS] = skin * np.array([0.80, 0.48, 0.48], dtype=np.float32)
        rows[Paint.SHADE] = skin * np.array([0.30, 0.24, 0.22], dtype=np.float32)
        return rows


@dataclass(frozen=True)
class Lighting:
    """Light in the room. Directions point towards the lamp; they turn round with a camera behind.

    Attributes
    ----------
    key_direction, key_rgb : tuple of float
        The lamp that throws the shadows, linear colour.
    fill_direction, fill_rgb : tuple of float
        A weak lamp without shadow.
    sky_rgb, ground_rgb : tuple of float
        Glow from above and below.
    exposure : float
        Brightness of the picture.
    shadow_blur_px : float
        Softness of shadows, in pixels of about 1 cm.
    """

    key_direction: Vector = (-0.55, 1.0, 0.75)
    key_rgb: Vector = (1.05, 1.00, 0.93)
    fill_direction: Vector = (0.8, 0.35, 0.6)
    fill_rgb: Vector = (0.16, 0.18, 0.21)
    sky_rgb: Vector = (0.50, 0.52, 0.55)
    ground_rgb: Vector = (0.26, 0.23, 0.20)
    exposure: float = 1.0
    shadow_blur_px: float = 3.5


@dataclass(frozen=True)
class RoomStyle:
    """Surroundings of the athlete.

    Attributes
    ----------
    wall, wall_low, floor, step, picture : tuple of int
        Screen colours; `wall_low` is the lower half of a two-tone wall, `picture` the print on the wall.
    wall_kind : str
        'plain', 'brick' or 'two-tone'.
    floor_kind : str
        'planks', 'tiles' or 'mat'.
    clutter : int
        How much stands around: 0 nothing, 1 some, 2 a lot.
    depth_m : float
        Distance of the wall behind the athlete.
    """

    wall: Rgb = (205, 205, 198)
    wall_low: Rgb = (120, 140, 150)
    floor: Rgb = (176, 140, 104)
    step: Rgb = (92, 98, 104)
    picture: Rgb = (60, 110, 150)
    wall_kind: str = "plain"
    floor_kind: str = "planks"
    clutter: int = 1
    depth_m: float = 1.4


@dataclass(frozen=True)
class Look:
    """Everything about the picture that is not geometry.

    Attributes
    ----------
    colours : Colours
        Skin and clothes.
    lighting : Lighting
        Lamps.
    room : RoomStyle
        Surroundings.
    has_stripe : bool
        Whether the shirt has a stripe across the chest.
    wrinkles : float
        Depth of folds in loose cloth.
    blur_px, noise : float
        Softness of the lens; grain of the sensor in grey levels.
    """

    colours: Colours = field(default_factory=Colours)
    lighting: Lighting = field(default_factory=Lighting)
    room: RoomStyle = field(default_factory=RoomStyle)
    has_stripe: bool = False
    wrinkles: float = 0.010
    blur_px: float = 0.7
    noise: float = 1.6

    @classmethod
    def from_seed(cls, seed: int, /) -> Look:
        """Draw a look: same seed, same look."""
        rng = np.random.default_rng((seed, 2))
        return cls(
            colours=_draw_colours(rng),
            lighting=_draw_lighting(rng),
            room=_draw_room(rng),
            has_stripe=bool(rng.random() < 0.3),
            wrinkles=round(rng.uniform(0.006, 0.013), 4),
        )


_SKINS: tuple[Rgb, ...] = (
    (238, 196, 172), (226, 178, 150), (214, 160, 130), (190, 135, 100), (150, 104, 78),
    (116, 78, 58), (92, 60, 44),
)  # fmt: skip
_HAIRS: tuple[Rgb, ...] = (
    (24, 20, 18),
    (46, 32, 24),
    (84, 56, 36),
    (122, 82, 48),
    (178, 140, 90),
    (96, 92, 90),
)
_SHIRTS: tuple[Rgb, ...] = (
    (52, 92, 150), (150, 44, 48), (60, 120, 84), (200, 200, 198), (44, 46, 52),
    (190, 150, 60), (112, 78, 140), (96, 150, 170),
)  # fmt: skip
_SHORTS: tuple[Rgb, ...] = ((38, 40, 48), (30, 44, 84), (110, 112, 116), (96, 34, 38), (58, 70, 60))
_SHOES: tuple[Rgb, ...] = ((60, 66, 78), (200, 202, 206), (200, 84, 60), (54, 104, 150), (36, 36, 40))
_SOCKS: tuple[Rgb, ...] = ((232, 232, 230), (60, 62, 68), (150, 152, 158))
_WALLS: tuple[Rgb, ...] = ((205, 205, 198), (222, 216, 204), (184, 194, 200), (196, 202, 184), (168, 110, 88))
_FLOORS: tuple[tuple[Rgb, str], ...] = (
    ((176, 140, 104), "planks"), ((142, 104, 72), "planks"), ((178, 176, 170), "tiles"),
    ((96, 104, 116), "mat"), ((120, 128, 116), "mat"),
)  # fmt: skip
_STEPS: tuple[Rgb, ...] = ((92, 98, 104), (150, 110, 75), (70, 72, 84), (170, 172, 170))
_PICTURES: tuple[Rgb, ...] = ((60, 110, 150), (150, 100, 60), (80, 130, 90), (150, 80, 100))


def _pick(rng: np.random.Generator, options: tuple[Rgb, ...]) -> Rgb:
    return options[int(rng.integers(len(options)))]


def _draw_colours(rng: np.random.Generator) -> Colours:
    shoe, sock = _pick(rng, _SHOES), _pick(rng, _SOCKS)
    return Colours(
        skin=_pick(rng, _SKINS),
        hair=_pick(rng, _HAIRS),
        shirt=_pick(rng, _SHIRTS),
        shorts=_pick(rng, _SHORTS),
        leggings=_pick(rng, _SHORTS),
        shoe_left=shoe,
        shoe_right=shoe,
        sock_left=sock,
        sock_right=sock,
    )


def _draw_lighting(rng: np.random.Generator) -> Lighting:
    sideways = float(rng.choice([-1.0, 1.0])) * round(rng.uniform(0.25, 0.75), 2)
    warmth = round(rng.uniform(0.84, 0.98), 3)
    return Lighting(
        key_direction=(sideways, 1.0, round(rng.uniform(0.55, 0.95), 2)),
        key_rgb=(1.05, round(0.5 + 0.5 * warmth, 3), warmth),
        fill_direction=(-1.4 * sideways, 0.35, 0.6),
        exposure=round(rng.uniform(0.85, 1.05), 3),
        shadow_blur_px=round(rng.uniform(2.5, 5.0), 2),
    )


def _draw_room(rng: np.random.Generator) -> RoomStyle:
    floor, floor_kind = _FLOORS[int(rng.integers(len(_FLOORS)))]
    return RoomStyle(
        wall=_pick(rng, _WALLS),
        wall_low=_pick(rng, _WALLS),
        floor=floor,
        floor_kind=floor_kind,
        step=_pick(rng, _STEPS),
        picture=_pick(rng, _PICTURES),
        wall_kind=str(rng.choice(["plain", "plain", "two-tone", "brick"])),
        clutter=int(rng.integers(0, 3)),
        depth_m=round(rng.uniform(1.1, 2.0), 2),
    )
