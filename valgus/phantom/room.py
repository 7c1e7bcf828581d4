"""The empty room behind the athlete, drawn once per clip: floor, walls, ceiling, furniture and the step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from valgus.phantom.arrays import FloatArray, unit
from valgus.phantom.camera import Camera
from valgus.phantom.look import Look, RoomStyle, linear
from valgus.phantom.shading import Backdrop

_CEILING_M = 2.75
_SIDE_WALLS_M = (-2.4, 2.6)
_SKIRTING_M = 0.10
_NEVER_M = 30.0

Paintwork = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Block:
    """A box: two opposite corners in the world, screen colour, and 'plain', 'wood' or 'shelf'."""

    low_m: tuple[float, float, float]
    high_m: tuple[float, float, float]
    rgb: tuple[int, int, int]
    kind: str = "plain"

    def turned(self) -> Block:
        """Return the box on the opposite side of the athlete, for a room seen from the other side."""
        (x0, y0, z0), (x1, y1, z1) = self.low_m, self.high_m
        return Block((-x1, y0, -z1), (-x0, y1, -z0), self.rgb, self.kind)


@dataclass
class _Canvas:
    """What each pixel's ray has met so far, shapes (h, w) and (h, w, 3)."""

    origin: FloatArray
    rays: FloatArray
    distance: FloatArray
    position: FloatArray
    normal: FloatArray
    colour: FloatArray

    def paint(
        self, distance: FloatArray, hit: NDArray[np.bool_], normal: ArrayLike, paintwork: Paintwork
    ) -> None:
        """Show a surface where it is the nearest so far."""
        nearer = hit & (distance > 0.05) & (distance < self.distance)
        points = self.origin + self.rays[nearer] * distance[nearer][:, None]
        self.distance[nearer] = distance[nearer]
        self.position[nearer] = points
        self.normal[nearer] = normal
        self.colour[nearer] = paintwork(points)


def draw_room(camera: Camera, look: Look, step: Block | None, /) -> Backdrop:
    """Draw the room without the athlete.

    Parameters
    ----------
    camera : Camera
        The viewpoint. Seen from behind, the room is turned too, so that there is always a wall behind the
        athlete.
    look : Look
        Style and light.
    step : Block or None
        What the athlete stands on, in the world.
    """
    canvas = _empty_canvas(camera)
    facing = -1.0 if camera.is_behind else 1.0
    style = look.room
    blocks = _furniture(style)
    if camera.is_behind:
        blocks = [block.turned() for block in blocks]
    if step is not None:
        blocks.append(step)
    with np.errstate(divide="ignore", invalid="ignore"):
        _paint_shell(canvas, style, facing)
        for block in blocks:
            _paint_block(canvas, block)
        lamp = _lamp_on_room(canvas, blocks, key_direction(look, camera))
    corners = _dark_corners(canvas, blocks, style, facing)
    return _light_room(canvas, look, camera, corners, lamp)


def key_direction(look: Look, camera: Camera, /) -> FloatArray:
    """Direction towards the lamp in the world; it stays on the camera's side of the athlete."""
    return _facing_camera(look.lighting.key_direction, camera)


def lamp_axes(look: Look, camera: Camera, /) -> FloatArray:
    """Columns: right, up and direction of the lamp's rays, in the world."""
    toward = key_direction(look, camera)
    right = unit(np.cross([0.0, 1.0, 0.0], toward))
    return np.stack([right, np.cross(toward, right), -toward], axis=1)


def fill_direction(look: Look, camera: Camera, /) -> FloatArray:
    """Direction towards the second lamp in the world."""
    return _facing_camera(look.lighting.fill_direction, camera)


def _facing_camera(direction: ArrayLike, camera: Camera) -> FloatArray:
    facing = -1.0 if camera.is_behind else 1.0
    return unit(np.asarray(direction, dtype=np.float64) * [facing, 1.0, facing])


def _empty_canvas(camera: Camera) -> _Canvas:
    rows, columns = np.mgrid[0 : camera.height_px, 0 : camera.width_px].astype(np.float64)
    right = (columns + 0.5 - camera.width_px / 2) / camera.focal_px
    up = (camera.height_px / 2 - rows - 0.5) / camera.focal_px
    rays = np.stack([right, up, np.ones_like(up)], axis=-1) @ camera.axes.T
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    shape = rays.shape
    origin = camera.position_m
    distance = np.full(shape[:2], _NEVER_M)
    return _Canvas(origin, rays, distance, origin + rays * _NEVER_M, np.zeros(shape), np.full(shape, 0.2))


# --------------------------------------------------------------------------------------------------- surfaces


def _paint_shell(canvas: _Canvas, style: RoomStyle, facing: float) -> None:
    """Floor, ceiling, side walls and the wall behind the athlete."""
    everywhere = np.ones(canvas.distance.shape, dtype=bool)

    def plane(axis: int, at_m: float, normal_sign: float, paintwork: Paintwork) -> None:
        distance = (at_m - canvas.origin[axis]) / canvas.rays[..., axis]
        normal = np.zeros(3)
        normal[axis] = normal_sign
        canvas.paint(distance, everywhere & np.isfinite(distance), normal, paintwork)

    plane(1, 0.0, 1.0, lambda points: _floor_colour(points, style))
    plane(
        1,
        _CEILING_M,
        -1.0,
        lambda points: np.broadcast_to(linear((235, 235, 232)), points.shape).astype(np.float64),
    )
    side_colour = linear(style.wall) * 0.9
    for at_m in _SIDE_WALLS_M:
        plane(
            0,
            at_m * facing,
            -np.sign(at_m) * facing,
            lambda points: np.broadcast_to(side_colour, points.shape),
        )
    plane(2, -style.depth_m * facing, facing, lambda points: _wall_colour(points * [facing, 1.0, 1.0], style))


def _floor_colour(points: FloatArray, style: RoomStyle) -> FloatArray:
    x, z = points[:, 0], points[:, 2]
    pattern = {"planks": _planks, "tiles": _tiles, "mat": _mat}[style.floor_kind]
    return np.asarray(linear(style.floor) * pattern(x, z)[:, None])


def _planks(x: FloatArray, z: FloatArray) -> FloatArray:
    width, length = 0.16, 1.2
    row = np.floor(z / width)
    shifted = x / length + _scatter(row, 12.99)
    tint = _scatter(row, 78.2, np.floor(shifted))
    grain = 0.5 + 0.5 * np.sin(z * 260 + 3 * np.sin(x * 7 + tint * 30) + tint * 50)
    gap = (_edge(z / width) < 0.02) | (_edge(shifted) < 0.003)
    return np.asarray((0.82 + 0.22 * tint + 0.08 * grain) * np.where(gap, 0.6, 1.0))


def _tiles(x: FloatArray, z: FloatArray) -> FloatArray:
    joint = (_edge(x / 0.45) < 0.012) | (_edge(z / 0.45) < 0.012)
    tint = _scatter(np.floor(x / 0.45), 12.99, np.floor(z / 0.45))
    return np.asarray((0.92 + 0.12 * tint) * np.where(joint, 0.6, 1.0))


def _mat(x: FloatArray, z: FloatArray) -> FloatArray:
    speckle = _scatter(np.floor(x / 0.008), 12.99, np.floor(z / 0.008))
    seam = _edge(x / 1.0 + 0.37) < 0.004
    return np.asarray((0.92 + 0.16 * speckle) * np.where(seam, 0.75, 1.0))


def _edge(cells: FloatArray) -> FloatArray:
    """Distance to the nearest whole number."""
    return np.asarray(np.abs(cells - np.round(cells)))


def _scatter(cell: FloatArray, factor: float, other: ArrayLike = 0.0) -> FloatArray:
    """Return a number from 0 to 1 that looks random, the same for the same cell."""
    return np.asarray(np.sin(cell * factor + np.asarray(other) * 37.7) * 43758.5 % 1.0)


def _wall_colour(points: FloatArray, style: RoomStyle) -> FloatArray:
    x, y = points[:, 0], points[:, 1]
    colour = linear(style.wall) * (1.0 + 0.05 * np.sin(x * 1.3) * np.cos(y * 1.7))[:, None]
    if style.wall_kind == "brick":
        colour = _bricks(x, y, colour)
    if style.wall_kind == "two-tone":
        colour[y < 1.1] = linear(style.wall_low)
    _hang_picture(x, y, colour, style)
    colour[y < _SKIRTING_M] = linear((232, 230, 225))
    return np.asarray(colour, dtype=np.float64)


def _bricks(x: FloatArray, y: FloatArray, colour: FloatArray) -> FloatArray:
    course = np.floor(y / 0.075)
    along = (x + (course % 2) * 0.11) / 0.22
    mortar = (_edge(y / 0.075) < 0.08) | (_edge(along) < 0.03)
    tint = 0.75 + 0.4 * _scatter(course, 78.2, np.floor(along))
    return np.asarray(colour * np.where(mortar, 1.25, tint)[:, None])


def _hang_picture(x: FloatArray, y: FloatArray, colour: FloatArray, style: RoomStyle) -> None:
    """Paint a framed print on the wall, in place."""
    from_centre = np.maximum(np.abs(x + 0.78) - 0.27, np.abs(y - 1.72) - 0.37)
    colour[from_centre < 0.0] = linear((225, 220, 210))
    print_area = from_centre < -0.05
    waves = 0.5 + 0.5 * np.sin(x * 9 + y * 5) * np.cos(y * 11 - x * 3)
    colour[print_area] = linear(style.picture) * (0.5 + waves[print_area])[:, None]


# -------------------------------------------------------------------------------------------------- furniture


def _furniture(style: RoomStyle) -> list[Block]:
    back = 0.02 - style.depth_m
    blocks: list[Block] = []
    if style.clutter >= 1:
        blocks.append(Block((0.85, 0.0, back), (1.50, 0.78, back + 0.45), (150, 110, 75), "wood"))
        blocks.append(Block((-1.55, 0.0, back), (-1.15, 0.46, back + 0.50), (120, 126, 120)))
    if style.clutter >= 2:
        blocks.append(Block((-1.30, 0.0, back), (-0.42, 1.28, back + 0.28), (170, 120, 90), "shelf"))
        blocks.append(Block((0.42, 0.0, back), (0.72, 1.55, back + 0.13), (200, 190, 175)))
        blocks.append(Block((0.95, 0.78, back + 0.10), (1.25, 1.05, back + 0.30), (30, 32, 36)))
        blocks.append(Block((-0.95, 0.0, back + 0.50), (-0.75, 0.25, back + 0.70), (190, 60, 50)))
    return blocks


def _paint_block(canvas: _Canvas, block: Block) -> None:
    enter, leave = _cross_block(block, canvas.origin, canvas.rays)
    first = enter.max(axis=-1)
    hit = first < leave.min(axis=-1)
    face = enter.argmax(axis=-1)
    for axis in range(3):
        for sign in (-1.0, 1.0):
            normal = np.zeros(3)
            normal[axis] = sign
            seen = hit & (face == axis) & (np.sign(canvas.rays[..., axis]) == -sign)
            canvas.paint(first, seen, normal, lambda points: _block_colour(points, block))


def _cross_block(block: Block, origin: FloatArray, rays: FloatArray) -> tuple[FloatArray, FloatArray]:
    low = (np.asarray(block.low_m) - origin) / rays
    high = (np.asarray(block.high_m) - origin) / rays
    return np.minimum(low, high), np.maximum(low, high)


def _block_colour(points: FloatArray, block: Block) -> FloatArray:
    x, y, z = points.T
    tint = np.ones(len(points))
    if block.kind == "wood":
        tint = 0.85 + 0.15 * np.sin(x * 40 + 2 * np.sin(y * 30 + z * 20))
    if block.kind == "shelf":
        books = 0.35 + 0.65 * _scatter(np.floor(x / 0.045), 91.7, np.floor(y / 0.33))
        tint = np.where(y % 0.33 < 0.03, 1.0, books)
    return np.asarray(linear(block.rgb) * tint[:, None])


# ------------------------------------------------------------------------------------------------------ light


def _dark_corners(canvas: _Canvas, blocks: list[Block], style: RoomStyle, facing: float) -> FloatArray:
    """Share of the ambient light that reaches each pixel: less where surfaces meet."""
    position, normal = canvas.position, canvas.normal
    is_floor, is_wall = normal[..., 1] > 0.5, normal[..., 2] * facing > 0.5
    open_share = 1.0 - 0.45 * is_floor * np.exp(-np.abs(position[..., 2] * facing + style.depth_m) / 0.18)
    open_share *= 1.0 - 0.35 * is_wall * np.exp(-position[..., 1] / 0.15)
    for block in blocks:
        outside = np.maximum(np.asarray(block.low_m) - position, position - np.asarray(block.high_m))
        gap = np.linalg.norm(np.maximum(outside, 0.0), axis=-1)
        below_top = position[..., 1] < block.high_m[1] - 0.01
        open_share *= 1.0 - 0.6 * np.exp(-gap / 0.05) * (is_floor & below_top)
        open_share *= 1.0 - 0.5 * np.exp(-gap / 0.06) * (is_wall & (gap > 1e-3))
    return np.asarray(open_share)


def _lamp_on_room(canvas: _Canvas, blocks: list[Block], toward_lamp: FloatArray) -> FloatArray:
    """Share of the lamp that reaches each pixel past the furniture."""
    start = canvas.position + canvas.normal * 0.004
    lit = np.ones(canvas.distance.shape)
    for block in blocks:
        low = (np.asarray(block.low_m) - start) / toward_lamp
        high = (np.asarray(block.high_m) - start) / toward_lamp
        enter, leave = np.minimum(low, high).max(axis=-1), np.maximum(low, high).min(axis=-1)
        lit[(enter < leave) & (leave > 0.0)] = 0.0
    return np.asarray(cv2.GaussianBlur(lit, (0, 0), 4.0), dtype=np.float64)


def _light_room(
    canvas: _Canvas, look: Look, camera: Camera, corners: FloatArray, lamp: FloatArray
) -> Backdrop:
    light, normal = look.lighting, canvas.normal
    up = 0.5 + 0.5 * normal[..., 1:2]
    filled = np.maximum(normal @ fill_direction(look, camera), 0.0)[..., None]
    direct = np.maximum(normal @ key_direction(look, camera), 0.0) * lamp
    ambient = (
        np.asarray(light.fill_rgb) * filled
        + np.asarray(light.sky_rgb) * up
        + np.asarray(light.ground_rgb) * (1 - up)
    )
    colour = np.asarray(cv2.GaussianBlur(canvas.colour, (0, 0), 0.9))
    return Backdrop(
        ambient=(colour * ambient * corners[..., None]).astype(np.float32),
        key=(colour * np.asarray(light.key_rgb) * direct[..., None]).astype(np.float32),
        position_m=canvas.position.astype(np.float32),
        lamp_m=(canvas.position @ lamp_axes(look, camera)).astype(np.float32),
        faces_up=normal[..., 1] > 0.5,
        distance_m=canvas.distance.astype(np.float32),
        vignette=_vignette(camera).astype(np.float32),
    )


def _vignette(camera: Camera) -> FloatArray:
    """Darkening towards the corners of the picture."""
    rows, columns = np.mgrid[0 : camera.height_px, 0 : camera.width_px].astype(np.float64)
    half_width, half_height = camera.width_px / 2, camera.height_px / 2
    squared = (columns - half_width) ** 2 + (rows - half_height) ** 2
    return np.asarray(1.0 - 0.22 * squared / (half_width**2 + half_height**2))
