"""From a skeleton to a picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from valgus.phantom.arrays import ByteArray, Float32Array, FloatArray
from valgus.phantom.body import Body
from valgus.phantom.camera import Camera
from valgus.phantom.distance import Outlines, Tiles, empty_tiles, sort_into_tiles
from valgus.phantom.figure import build_figure
from valgus.phantom.look import Look
from valgus.phantom.primitives import Paint
from valgus.phantom.room import Block, draw_room, fill_direction, key_direction, lamp_axes
from valgus.phantom.shading import (
    TONE_STEPS,
    Light,
    Shadow,
    Surface,
    View,
    compose,
    draw_figure,
    draw_shadow,
    shade_room,
)
from valgus.phantom.skeleton import Skeleton
from valgus.phantom.stickers import WornStickers, no_decals

_SHADOW_SIZE_PX = (256, 288)
_SHADOW_PIXEL_M = 0.0105
_LAMP_AWAY_M = 2.2
_MELT_MARGIN_M = 0.03

# Centre x and y, half-width and half-height (metres, head of the reference size), softness, paint, strength.
_FACE_SPOTS = np.array(
    [
        (0.031, 0.008, 0.024, 0.016, 0.9, Paint.SHADE, 0.35),
        (0.030, 0.031, 0.021, 0.0048, 0.5, Paint.HAIR, 0.80),
        (0.031, 0.006, 0.0150, 0.0075, 0.25, Paint.SHADE, 0.90),
        (0.031, 0.005, 0.0135, 0.0055, 0.20, Paint.EYE_WHITE, 1.00),
        (0.031, 0.0055, 0.0056, 0.0056, 0.20, Paint.IRIS, 1.00),
        (0.031, 0.0055, 0.0026, 0.0026, 0.30, Paint.SHADE, 0.95),
        (0.009, -0.0425, 0.0040, 0.0030, 0.6, Paint.SHADE, 0.80),
        (0.000, -0.0660, 0.0255, 0.0085, 0.35, Paint.LIPS, 0.80),
        (0.000, -0.0655, 0.0240, 0.0016, 0.6, Paint.SHADE, 0.75),
        (0.000, -0.0830, 0.0150, 0.0045, 0.8, Paint.SHADE, 0.20),
    ],
    dtype=np.float32,
)


class Renderer:
    """Draws one athlete in one room. The room is drawn once; `draw` may be called from several threads.

    Parameters
    ----------
    camera : Camera
        The viewpoint.
    body : Body
        Build and clothes.
    look : Look
        Colours, light, room.
    step : Block or None
        What the athlete stands on.
    seed : int
        Seed of the sensor's grain.
    stickers : WornStickers or None
        What is stuck on the hip bones.
    """

    def __init__(
        self,
        camera: Camera,
        body: Body,
        look: Look,
        *,
        step: Block | None = None,
        seed: int = 0,
        stickers: WornStickers | None = None,
    ) -> None:
        self._camera, self._body, self._look, self._seed = camera, body, look, seed
        self._stickers = stickers
        self._backdrop = draw_room(camera, look, step)
        self._view = View(
            camera.width_px,
            camera.height_px,
            float(camera.focal_px),
            camera.position_m.astype(np.float32),
            camera.axes.astype(np.float32),
        )
        self._light = _light_of(look, camera)
        self._palette = look.colours.palette()
        self._ground = _ground_of(step)
        self._tone = _tone_curve()

    def draw(self, skeleton: Skeleton, /, *, frame: int = 0) -> ByteArray:
        """Draw one picture.

        Parameters
        ----------
        skeleton : Skeleton
            The athlete's pose.
        frame : int
            Number of the frame; decides the grain, and whether a sticker has fallen off.

        Returns
        -------
        ndarray of uint8, shape (height, width, 3)
            RGB.
        """
        primitives, tags = build_figure(self._body, skeleton).packed()
        tiles = self._tiles_in_view(primitives)
        shadow = self._cast_shadow(primitives, skeleton.pelvis.origin_m)
        shape = (self._camera.height_px, self._camera.width_px)
        colour: Float32Array = np.empty((*shape, 3), dtype=np.float32)
        coverage: Float32Array = np.empty(shape, dtype=np.float32)
        surface = self._surface(skeleton, self._decals(skeleton, frame))
        draw_figure(
            primitives, tiles, self._view, surface, self._light, shadow, self._backdrop, colour, coverage
        )
        ambient, key = self._shade_room(skeleton, shadow, primitives, tags)
        picture: ByteArray = np.empty((*shape, 3), dtype=np.uint8)
        exposure = self._look.lighting.exposure
        compose(ambient, key, self._backdrop.vignette, colour, coverage, self._tone, exposure, picture)
        return self._photograph(picture, frame)

    def _shade_room(
        self, skeleton: Skeleton, shadow: Shadow, primitives: NDArray[np.void], tags: list[str]
    ) -> tuple[Float32Array, Float32Array]:
        feet = np.array([index for index, tag in enumerate(tags) if tag in ("shoe", "sock")], dtype=np.int32)
        feet_m = np.stack([leg.ankle_m for leg in skeleton.legs.values()]).astype(np.float32)
        ambient: Float32Array = np.empty_like(self._backdrop.ambient)
        key: Float32Array = np.empty_like(self._backdrop.key)
        shade_room(self._backdrop, shadow, primitives, feet, feet_m, ambient, key)
        return ambient, key

    def _decals(self, skeleton: Skeleton, frame: int) -> Float32Array:
        worn = self._stickers
        return no_decals() if worn is None else worn.decals(skeleton, frame=frame)

    def _surface(self, skeleton: Skeleton, decals: Float32Array) -> Surface:
        return Surface(
            palette=self._palette,
            head=skeleton.head.matrix(),
            thorax=skeleton.thorax.matrix(),
            pelvis=skeleton.pelvis.matrix(),
            size=float(self._body.scale),
            stubble=float(self._body.stubble),
            wrinkles=float(self._look.wrinkles),
            has_stripe=self._look.has_stripe,
            face_spots=_FACE_SPOTS,
            ground=self._ground,
            decals=decals,
        )

    def _tiles_in_view(self, primitives: NDArray[np.void]) -> Tiles:
        start, end = _ends(primitives)
        start_px, start_depth = self._camera.project(start)
        end_px, end_depth = self._camera.project(end)
        thick, melt = _thickness(primitives)
        nearest = np.minimum(start_depth, end_depth)
        px_per_m = (
            1.02
            * self._camera.focal_px
            / np.sqrt(np.maximum(nearest**2 - (thick + _MELT_MARGIN_M) ** 2, 0.01))
        )
        to_start = np.linalg.norm(start - self._camera.position_m, axis=1)
        to_end = np.linalg.norm(end - self._camera.position_m, axis=1)
        outlines = _outlines(
            start_px,
            end_px,
            (thick + 0.5 * melt) * px_per_m + 1.0,
            (thick + melt + _MELT_MARGIN_M) * px_per_m + 1.0,
            np.minimum(to_start, to_end) - thick - melt - 0.02,
            np.maximum(to_start, to_end) + thick + melt,
        )
        return _filled_tiles(outlines, self._camera.width_px, self._camera.height_px)

    def _cast_shadow(self, primitives: NDArray[np.void], centre_m: FloatArray) -> Shadow:
        right, up, ray = lamp_axes(self._look, self._camera).T
        origin = centre_m - ray * _LAMP_AWAY_M
        width, height = _SHADOW_SIZE_PX
        tiles = _tiles_of_lamp(primitives, origin, right, up)
        depth: Float32Array = np.empty((height, width), dtype=np.float32)
        shadow = Shadow(
            depth_m=depth,
            nearest_m=depth,
            origin_m=origin.astype(np.float32),
            right=right.astype(np.float32),
            up=up.astype(np.float32),
            ray=ray.astype(np.float32),
            per_metre=1.0 / _SHADOW_PIXEL_M,
            blur_px=self._look.lighting.shadow_blur_px,
        )
        draw_shadow(primitives, tiles, shadow, np.float32(2.0 * _LAMP_AWAY_M))
        around = cv2.erode(depth, np.ones((15, 15), dtype=np.uint8))
        return shadow._replace(nearest_m=np.asarray(around, dtype=np.float32))

    def _photograph(self, picture: ByteArray, frame: int) -> ByteArray:
        """Lens blur and sensor grain."""
        soft = cv2.GaussianBlur(picture, (0, 0), self._look.blur_px)
        if self._look.noise <= 0.0:
            return np.asarray(soft, dtype=np.uint8)
        rng = np.random.default_rng((self._seed, frame))
        grain = rng.standard_normal(picture.shape[:2], dtype=np.float32) * self._look.noise
        noisy = soft.astype(np.float32) + grain[..., None]
        return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def _light_of(look: Look, camera: Camera) -> Light:
    lighting = look.lighting
    values = (
        key_direction(look, camera),
        lighting.key_rgb,
        fill_direction(look, camera),
        lighting.fill_rgb,
        lighting.sky_rgb,
        lighting.ground_rgb,
    )
    return Light(*(np.asarray(value, dtype=np.float32) for value in values))


def _ground_of(step: Block | None) -> Float32Array:
    if step is None:
        return np.zeros(5, dtype=np.float32)
    (x0, _, z0), (x1, height, z1) = step.low_m, step.high_m
    return np.array([x0, x1, z0, z1, height], dtype=np.float32)


def _tone_curve() -> ByteArray:
    """Screen bytes of linear light 0 to 2 in `TONE_STEPS` steps; bright parts are compressed as phones do."""
    light = np.linspace(0.0, 2.0, TONE_STEPS)
    pressed = np.clip(light * (1.0 + light / 3.2) / (1.0 + 0.72 * light), 0.0, 1.0)
    return np.asarray(255.0 * pressed ** (1.0 / 2.2), dtype=np.float64).astype(np.uint8)


def _ends(primitives: NDArray[np.void]) -> tuple[FloatArray, FloatArray]:
    """World positions of both ends of every primitive, (n, 3) each."""
    start = np.stack([primitives[f"origin_{axis}"] for axis in "xyz"], axis=1).astype(np.float64)
    along = np.stack([primitives[f"y_{axis}"] for axis in "xyz"], axis=1).astype(np.float64)
    return start, start + along * primitives["length"][:, None]


def _thickness(primitives: NDArray[np.void]) -> tuple[FloatArray, FloatArray]:
    """Largest radius of every primitive, and how far melting can push its surface out."""
    thick = primitives["reach"].astype(np.float64) - 0.5 * primitives["length"]
    return thick, 0.25 * np.minimum(primitives["blend"], 0.06)


def _outlines(*columns: FloatArray) -> Outlines:
    return Outlines(*(np.ascontiguousarray(column, dtype=np.float32) for column in columns))


def _filled_tiles(outlines: Outlines, width_px: int, height_px: int) -> Tiles:
    tiles = empty_tiles(width_px, height_px)
    sort_into_tiles(outlines, width_px, height_px, tiles.members, tiles.counts, tiles.near_m, tiles.far_m)
    return tiles


def _tiles_of_lamp(
    primitives: NDArray[np.void], origin: FloatArray, right: FloatArray, up: FloatArray
) -> Tiles:
    width, height = _SHADOW_SIZE_PX
    axes = np.stack([right, -up], axis=1) / _SHADOW_PIXEL_M
    centre = np.array([width / 2, height / 2])
    start, end = ((points - origin) @ axes + centre for points in _ends(primitives))
    thick, melt = _thickness(primitives)
    radius = (thick + 0.5 * melt + 0.005) / _SHADOW_PIXEL_M
    nothing = np.zeros(len(primitives))
    return _filled_tiles(_outlines(start, end, radius, radius, nothing, nothing), width, height)
