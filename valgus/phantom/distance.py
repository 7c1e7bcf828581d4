# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-untyped-call,no-any-return"
# The functions of this module are compiled by numba, which takes their types from the call: hence this line.
"""Compiled kernels: how far a point is from the athlete, and where a ray meets it.

Distances are negative inside. They are first-order estimates, good near the surface, so rays take slightly
shorter steps. Everything here works in single precision: these are the lines that a picture spends its time
in.

numba keeps compiled code beside the source and looks only at the file of the outermost function: after a
change here or in the numbers of `primitives`, remove the `__pycache__` of this package, or `shading` keeps
the old code.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from valgus.phantom.arrays import Float32Array

COMPILE: dict[str, Any] = {"fastmath": True, "cache": True, "nogil": True}
FAR = np.float32(1e9)
TILE_PX = 8

_ZERO, _QUARTER, _ONE, _TWO, _THREE = (np.float32(value) for value in (0.0, 0.25, 1.0, 2.0, 3.0))
_TINY = np.float32(1e-6)
_STEP, _TOUCH, _SHORTEST = np.float32(0.92), np.float32(0.35), np.float32(0.6)
_MAX_STEPS = 64


class Tiles(NamedTuple):
    """Which primitives can be seen in which tile of a picture, row by row.

    Attributes
    ----------
    members : ndarray of int32, shape (n_tiles, capacity)
        Indices of primitives, sorted as the primitives are.
    counts : ndarray of int32, shape (n_tiles,)
        How many of `members` are in use; 0 where nothing can be hit.
    near_m, far_m : ndarray of float32, shape (n_tiles,)
        Range of ray lengths in which something can be hit.
    columns : int
        Tiles per row.
    """

    members: Any
    counts: Any
    near_m: Any
    far_m: Any
    columns: int


class Outlines(NamedTuple):
    """Primitives as they fall on a picture: capsules, in pixels, and their range of ray lengths.

    `tight_px` covers the primitive itself, `wide_px` everything that its neighbours may need it for.
    """

    start_px: Any
    end_px: Any
    tight_px: Any
    wide_px: Any
    near_m: Any
    far_m: Any


@njit(**COMPILE)
def primitive_distance(p, x, y, z):
    """Distance of a point to one primitive."""
    dx, dy, dz = x - p.origin_x, y - p.origin_y, z - p.origin_z
    across = (p.x_x * dx + p.x_y * dy + p.x_z * dz) * p.squash_x
    along = p.y_x * dx + p.y_y * dy + p.y_z * dz
    ahead = (p.z_x * dx + p.z_y * dy + p.z_z * dz) * p.squash_z
    radius, beyond = p.radius_start, along
    if p.length > _ZERO:
        reached = min(max(along, _ZERO), p.length)
        beyond = along - reached
        radius = _radius_at(p, reached / p.length)
    span = math.sqrt(across * across + beyond * beyond + ahead * ahead) + _TINY
    slope_x, slope_z = across * p.squash_x, ahead * p.squash_z
    slope = math.sqrt(slope_x * slope_x + beyond * beyond + slope_z * slope_z) + _TINY
    distance = (span - radius) * span / slope
    if p.is_cut:
        outside = _cut_distance(p, dx, dy, dz)
        distance = max(distance, outside)
    return distance


@njit(**COMPILE)
def _radius_at(p, fraction):
    if fraction < p.middle:
        s = fraction / p.middle
        low, high = p.radius_start, p.radius_middle
    else:
        s = (fraction - p.middle) / (_ONE - p.middle)
        low, high = p.radius_middle, p.radius_end
    return low + (high - low) * s * s * (_THREE - _TWO * s)


@njit(**COMPILE)
def _cut_distance(p, dx, dy, dz):
    across = p.x_x * dx + p.x_y * dy + p.x_z * dz
    along = p.y_x * dx + p.y_y * dy + p.y_z * dz
    ahead = p.z_x * dx + p.z_y * dy + p.z_z * dz
    return p.cut_x * across + p.cut_y * along + p.cut_z * ahead - p.cut_at


@njit(**COMPILE)
def _out_of_play(p, limit, x, y, z):
    """Whether even the ball around a primitive is further away than `limit`."""
    dx, dy, dz = x - p.centre_x, y - p.centre_y, z - p.centre_z
    reach = p.reach + limit
    return reach < _ZERO or dx * dx + dy * dy + dz * dz > reach * reach


@njit(**COMPILE)
def figure_distance(primitives, members, count, x, y, z):
    """Distance of a point to the figure: smooth union inside a group, the nearest of the groups."""
    nearest, melted, group = FAR, FAR, -1
    for j in range(count):
        p = primitives[members[j]]
        if p.group != group:
            nearest = min(nearest, melted)
            melted, group = FAR, p.group
        if _out_of_play(p, min(nearest, melted) + p.blend, x, y, z):
            continue
        distance = primitive_distance(p, x, y, z)
        overlap = max(p.blend - abs(melted - distance), _ZERO)
        melted = min(melted, distance) - overlap * overlap * _QUARTER / p.blend
    return min(nearest, melted)


@njit(**COMPILE)
def nearest_primitive(primitives, members, count, x, y, z):
    """Index of the nearest primitive in the nearest group: the one whose colour shows."""
    nearest, shown = FAR, -1
    melted, best, candidate, group = FAR, FAR, -1, -1
    for j in range(count):
        p = primitives[members[j]]
        if p.group != group:
            if melted < nearest:
                nearest, shown = melted, candidate
            melted, best, candidate, group = FAR, FAR, -1, p.group
        distance = primitive_distance(p, x, y, z)
        overlap = max(p.blend - abs(melted - distance), _ZERO)
        melted = min(melted, distance) - overlap * overlap * _QUARTER / p.blend
        if distance < best:
            best, candidate = distance, members[j]
    return candidate if melted < nearest else shown


@njit(**COMPILE)
def trace(primitives, members, count, ox, oy, oz, dx, dy, dz, start, stop, pixel_per_m, pixel_at_m):
    """Follow a ray to the figure.

    A pixel's half-width at distance t is `pixel_per_m` * t + `pixel_at_m`. A ray that misses by less than
    that covers part of the pixel: this is what makes the figure's edge smooth.

    Returns
    -------
    distance, coverage : float
        Coverage is 0 for a miss and 1 for a hit.
    """
    t, closest, closest_t = start, FAR, start
    for _ in range(_MAX_STEPS):
        distance = figure_distance(primitives, members, count, ox + dx * t, oy + dy * t, oz + dz * t)
        pixel = pixel_per_m * t + pixel_at_m
        if distance < pixel * _TOUCH:
            return t, _ONE
        if distance < closest * pixel:
            closest, closest_t = distance / pixel, t
        t += max(distance * _STEP, pixel * _SHORTEST)
        if t > stop:
            break
    if closest < _ONE:
        return closest_t, _ONE - closest
    return t, _ZERO


@njit(**COMPILE)
def sort_into_tiles(outlines, width_px, height_px, members, counts, near_m, far_m):
    """Fill the tile lists: a tile is active where a primitive itself reaches it."""
    columns, rows = (width_px + TILE_PX - 1) // TILE_PX, (height_px + TILE_PX - 1) // TILE_PX
    for tile in range(columns * rows):
        x = (tile % columns) * TILE_PX + TILE_PX * 0.5
        y = (tile // columns) * TILE_PX + TILE_PX * 0.5
        _fill_tile(outlines, tile, x, y, members, counts, near_m, far_m)


@njit(**COMPILE)
def _fill_tile(outlines, tile, x, y, members, counts, near_m, far_m):
    half_diagonal = TILE_PX * 0.7072
    count, active = 0, False
    near, far = FAR, _ZERO
    for i in range(outlines.start_px.shape[0]):
        gap = _capsule_gap(outlines.start_px[i], outlines.end_px[i], x, y) - half_diagonal
        if gap < outlines.wide_px[i] and count < members.shape[1]:
            members[tile, count] = i
            count += 1
            near, far = min(near, outlines.near_m[i]), max(far, outlines.far_m[i])
            active = active or gap < outlines.tight_px[i]
    counts[tile] = count if active else 0
    near_m[tile], far_m[tile] = max(near, np.float32(0.05)), far


@njit(**COMPILE)
def _capsule_gap(start, end, x, y):
    bx, by = end[0] - start[0], end[1] - start[1]
    px, py = x - start[0], y - start[1]
    squared = bx * bx + by * by
    along = min(max((px * bx + py * by) / squared, 0.0), 1.0) if squared > 1e-6 else 0.0
    gx, gy = px - along * bx, py - along * by
    return math.sqrt(gx * gx + gy * gy)


def empty_tiles(width_px: int, height_px: int, capacity: int = 160) -> Tiles:
    """Return room for the tile lists of a picture."""
    columns, rows = -(-width_px // TILE_PX), -(-height_px // TILE_PX)
    count = columns * rows
    zeros: Float32Array = np.zeros(count, dtype=np.float32)
    return Tiles(
        np.zeros((count, capacity), dtype=np.int32),
        np.zeros(count, dtype=np.int32),
        zeros,
        zeros.copy(),
        columns,
    )
