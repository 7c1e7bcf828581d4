# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-untyped-call,no-any-return"
# The functions of this module are compiled by numba, which takes their types from the call: hence this line.
"""Compiled kernels: colour, light and shadow of the athlete, and the athlete laid over the room.

Colours are linear light until `compose` turns them into the bytes of a picture.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from valgus.phantom.distance import (
    COMPILE,
    FAR,
    TILE_PX,
    figure_distance,
    nearest_primitive,
    trace,
)
from valgus.phantom.primitives import Material, Paint

_SKIN, _FACE = int(Material.SKIN), int(Material.FACE)
_TRUNK_CLOTH, _PELVIS_CLOTH, _TIGHT_CLOTH = (
    int(Material.TRUNK_CLOTH),
    int(Material.PELVIS_CLOTH),
    int(Material.TIGHT_CLOTH),
)
_LEATHER, _HAIR = int(Material.LEATHER), int(Material.HAIR)
_PAINT_SHIRT, _PAINT_STRIPE = int(Paint.SHIRT), int(Paint.STRIPE)

SHADOW_TAPS = 12
_SHADOW_TURNS = 16
TONE_STEPS = 4096


class View(NamedTuple):
    """The camera, as the kernels take it; `axes` columns are right, up and viewing direction."""

    width_px: int
    height_px: int
    focal_px: float
    origin_m: Any
    axes: Any


class Light(NamedTuple):
    """One shadow-casting lamp, one soft lamp opposite, and the glow of ceiling and floor."""

    key_direction: Any
    key_rgb: Any
    fill_direction: Any
    fill_rgb: Any
    sky_rgb: Any
    ground_rgb: Any


class Shadow(NamedTuple):
    """The figure's depth as the key lamp sees it: an orthographic picture, `per_metre` pixels per metre.

    `nearest_m` holds the smallest depth around each pixel, so that unshadowed places are passed over fast.
    """

    depth_m: Any
    nearest_m: Any
    origin_m: Any
    right: Any
    up: Any
    ray: Any
    per_metre: float
    blur_px: float


class Surface(NamedTuple):
    """Everything that colours the figure: palette, the frames it is painted in, and the ground it stands on.

    `ground` holds the top of the step (x low, x high, z low, z high, height); outside of it the floor is at
    0. `decals` are painted on the cloth round the pelvis; `phantom.stickers` says what a row is.
    """

    palette: Any
    head: Any
    thorax: Any
    pelvis: Any
    size: float
    stubble: float
    wrinkles: float
    has_stripe: bool
    face_spots: Any
    ground: Any
    decals: Any


class Backdrop(NamedTuple):
    """The empty room, per pixel: light that stays, light that the figure can block, and where the surface is.

    `lamp_m` is the surface's position along the lamp's right, up and ray, as in `Shadow`.
    """

    ambient: Any
    key: Any
    position_m: Any
    lamp_m: Any
    faces_up: Any
    distance_m: Any
    vignette: Any


def _shadow_taps():
    taps = np.zeros((_SHADOW_TURNS, SHADOW_TAPS, 2), dtype=np.float32)
    for turn in range(_SHADOW_TURNS):
        for i in range(SHADOW_TAPS):
            radius = math.sqrt((i + 0.5) / SHADOW_TAPS)
            angle = 2.399963 * i + 2.0 * math.pi * turn / _SHADOW_TURNS
            taps[turn, i] = radius * math.cos(angle), radius * math.sin(angle)
    return taps


_TAPS = _shadow_taps()


# ------------------------------------------------------------------------------------------------------ noise


@njit(**COMPILE)
def lattice_noise(x, y, z):
    """Reproducible random number from 0 to 1 for integer coordinates."""
    h = (
        np.uint32(x) * np.uint32(374761393)
        + np.uint32(y) * np.uint32(668265263)
        + np.uint32(z) * np.uint32(2246822519)
    )
    h = (h ^ (h >> np.uint32(13))) * np.uint32(1274126177)
    return ((h ^ (h >> np.uint32(16))) & np.uint32(0xFFFF)) / 65535.0


@njit(**COMPILE)
def smooth_noise(x, y, z):
    """Continuous noise from 0 to 1, one bump per unit of length."""
    ix, iy, iz = math.floor(x), math.floor(y), math.floor(z)
    fx, fy, fz = x - ix, y - iy, z - iz
    fx, fy, fz = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy), fz * fz * (3 - 2 * fz)
    ix, iy, iz = int(ix), int(iy), int(iz)
    total = 0.0
    for corner in range(8):
        a, b, c = corner & 1, (corner >> 1) & 1, corner >> 2
        weight = (fx if a else 1 - fx) * (fy if b else 1 - fy) * (fz if c else 1 - fz)
        total += weight * lattice_noise(ix + a, iy + b, iz + c)
    return total


@njit(**COMPILE)
def ramp(low, high, value):
    """Smooth step from 0 at `low` to 1 at `high`."""
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


# ----------------------------------------------------------------------------------------------------- colour


@njit(**COMPILE)
def _local(frame, x, y, z):
    """Coordinates in a segment whose frame is (3, 4): axes, then origin."""
    dx, dy, dz = x - frame[0, 3], y - frame[1, 3], z - frame[2, 3]
    return (
        frame[0, 0] * dx + frame[1, 0] * dy + frame[2, 0] * dz,
        frame[0, 1] * dx + frame[1, 1] * dy + frame[2, 1] * dz,
        frame[0, 2] * dx + frame[1, 2] * dy + frame[2, 2] * dz,
    )


@njit(**COMPILE)
def _surface_colour(p, surface, x, y, z, rgb):
    """Colour of the surface at a world point, before light; writes `rgb` and returns gloss and softness."""
    for q in range(3):
        rgb[q] = surface.palette[p.paint, q]
    if p.material == _SKIN:
        _mottle_skin(p, x, y, z, rgb)
        return 0.09, 1.0
    if p.material == _FACE:
        _mottle_skin(p, x, y, z, rgb)
        fx, fy, fz = _local(surface.head, x, y, z)
        _paint_face(surface, fx / surface.size, fy / surface.size, fz / surface.size, rgb)
        return 0.09, 1.0
    if p.material == _TRUNK_CLOTH:
        fx, fy, fz = _local(surface.thorax, x, y, z)
        _cloth_colour(surface, p.paint, True, fx, fy, fz, rgb)
        return 0.02, 0.0
    if p.material == _PELVIS_CLOTH:
        fx, fy, fz = _local(surface.pelvis, x, y, z)
        _cloth_colour(surface, p.paint, False, fx, fy, fz, rgb)
        return 0.02, 0.0
    return _plain_colour(p, x, y, z, rgb)


@njit(**COMPILE)
def _mottle_skin(p, x, y, z, rgb):
    dx, dy, dz = x - p.origin_x, y - p.origin_y, z - p.origin_z
    lx = p.x_x * dx + p.x_y * dy + p.x_z * dz
    ly = p.y_x * dx + p.y_y * dy + p.y_z * dz
    lz = p.z_x * dx + p.z_y * dy + p.z_z * dz
    grain = 0.6 * smooth_noise(lx * 35, ly * 35, lz * 35) + 0.4 * smooth_noise(lx * 110, ly * 110, lz * 110)
    for q in range(3):
        rgb[q] *= 1.0 + 0.10 * (grain - 0.5)


@njit(**COMPILE)
def _cloth_colour(surface, paint, on_trunk, fx, fy, fz, rgb):
    """Weave and folds of loose cloth; coordinates are those of the segment that it hangs on."""
    fold = _folds(fx, fy, fz)
    weave = smooth_noise(fx * 400, fy * 400, fz * 400) - 0.5
    on_chest = abs(fx) < 0.17 * surface.size and abs(fy - 0.255 * surface.size) < 0.022
    if surface.has_stripe and on_trunk and on_chest and paint == _PAINT_SHIRT:
        for q in range(3):
            rgb[q] = surface.palette[_PAINT_STRIPE, q]
    for q in range(3):
        rgb[q] *= (0.90 + 0.12 * fold) * (1.0 + 0.10 * weave)


@njit(**COMPILE)
def _paint_decals(surface, x, y, z, dx, dy, dz, pixel_m, rgb):
    """Discs and patches on cloth, with edges as soft as a pixel; later rows cover earlier ones.

    A disc stays where it is in the pelvis, whatever the cloth beneath does: where the line of sight passes
    through it just before or behind the cloth, it shows. A patch is paint on the cloth.
    """
    frame, decals = surface.pelvis, surface.decals
    fx, fy, fz = _local(frame, x, y, z)
    for i in range(decals.shape[0]):
        ax, ay, az = fx - decals[i, 1], fy - decals[i, 2], fz - decals[i, 3]
        if decals[i, 0] == 0.0:
            nx, ny, nz = decals[i, 9], decals[i, 10], decals[i, 11]
            lx = frame[0, 0] * dx + frame[1, 0] * dy + frame[2, 0] * dz
            ly = frame[0, 1] * dx + frame[1, 1] * dy + frame[2, 1] * dz
            lz = frame[0, 2] * dx + frame[1, 2] * dy + frame[2, 2] * dz
            slope = min(nx * lx + ny * ly + nz * lz, -0.05)
            ahead = -(nx * ax + ny * ay + nz * az) / slope
            ax, ay, az = ax + ahead * lx, ay + ahead * ly, az + ahead * lz
            beyond = max(math.sqrt(ax * ax + ay * ay + az * az) - decals[i, 4], abs(ahead) - 0.06)
        else:
            beyond = max(max(abs(ax) - decals[i, 4], abs(ay) - decals[i, 5]), abs(az) - 0.06)
        cover = min(max(0.5 - beyond / pixel_m, 0.0), 1.0)
        for q in range(3):
            rgb[q] += (decals[i, 6 + q] - rgb[q]) * cover


@njit(**COMPILE)
def _folds(fx, fy, fz):
    broad = smooth_noise(fx * 11.0, fy * 6.0 + fx * 6.0, fz * 11.0)
    fine = smooth_noise(fx * 26.0 + 7.0, fy * 15.6 - fx * 10.0, fz * 26.0)
    return broad + 0.35 * fine


@njit(**COMPILE)
def _plain_colour(p, x, y, z, rgb):
    """Tight cloth, shoes, hair: a grain along the part; returns gloss and softness."""
    dx, dy, dz = x - p.origin_x, y - p.origin_y, z - p.origin_z
    lx = p.x_x * dx + p.x_y * dy + p.x_z * dz
    ly = p.y_x * dx + p.y_y * dy + p.y_z * dz
    lz = p.z_x * dx + p.z_y * dy + p.z_z * dz
    gloss = 0.05
    if p.material == _HAIR:
        grain, gloss = 0.6 + 0.8 * smooth_noise(lx * 160, ly * 40, lz * 60), 0.10
    elif p.material == _LEATHER:
        grain, gloss = 0.90 + 0.20 * smooth_noise(lx * 60, ly * 60, lz * 60), 0.10
    else:
        grain = 0.95 + 0.10 * smooth_noise(lx * 300, ly * 300, lz * 300)
    for q in range(3):
        rgb[q] *= grain
    return gloss, 0.0


@njit(**COMPILE)
def _paint_face(surface, x, y, z, rgb):
    """Eyes, brows, lips and shadows: soft ellipses on the front of a head of the reference size.

    A row of `face_spots` is: centre x, centre y, half-width, half-height, softness, palette row, strength.
    Rows are painted in order, on both halves of the face.
    """
    if z < 0.02:
        return
    spots = surface.face_spots
    for i in range(spots.shape[0]):
        u, v = (abs(x) - spots[i, 0]) / spots[i, 2], (y - spots[i, 1]) / spots[i, 3]
        soft = spots[i, 4]
        cover = spots[i, 6] * (1.0 - ramp(1.0 - soft, 1.0 + soft, math.sqrt(u * u + v * v)))
        paint = int(spots[i, 5])
        for q in range(3):
            rgb[q] += (surface.palette[paint, q] - rgb[q]) * cover
    beard = surface.stubble * ramp(-0.045, -0.062, y)
    for q in range(3):
        rgb[q] *= 1.0 - 0.6 * beard


# ------------------------------------------------------------------------------------------------------ light


@njit(**COMPILE)
def _normal(primitives, members, count, x, y, z, step):
    """Return the unit normal, from four distances at the corners of a tetrahedron."""
    a = figure_distance(primitives, members, count, x + step, y - step, z - step)
    b = figure_distance(primitives, members, count, x - step, y - step, z + step)
    c = figure_distance(primitives, members, count, x - step, y + step, z - step)
    d = figure_distance(primitives, members, count, x + step, y + step, z + step)
    return _unit(a - b - c + d, -a - b + c + d, -a + b - c + d)


@njit(**COMPILE)
def _unit(x, y, z):
    scale = 1.0 / (math.sqrt(x * x + y * y + z * z) + 1e-9)
    return x * scale, y * scale, z * scale


@njit(**COMPILE)
def _wrinkled(frame, depth, x, y, z, nx, ny, nz):
    """Return the normal tilted by the folds of the cloth."""
    fx, fy, fz = _local(frame, x, y, z)
    step = 0.006
    here = _folds(fx, fy, fz)
    across = (_folds(fx + step, fy, fz) - here) / step * depth
    upward = (_folds(fx, fy + step, fz) - here) / step * depth
    return _unit(
        nx - frame[0, 0] * across - frame[0, 1] * upward,
        ny - frame[1, 0] * across - frame[1, 1] * upward,
        nz - frame[2, 0] * across - frame[2, 1] * upward,
    )


@njit(**COMPILE)
def _ground_height(ground, x, z):
    on_step = ground[0] < x < ground[1] and ground[2] < z < ground[3]
    return ground[4] if on_step else 0.0


@njit(**COMPILE)
def _openness(primitives, members, count, ground, x, y, z, nx, ny, nz):
    """How much of the surroundings a surface sees: 1 in the open, small in a fold or on the ground."""
    blocked, total = 0.0, 0.0
    for i in range(4):
        reach = 0.012 + 0.028 * i
        px, py, pz = x + nx * reach, y + ny * reach, z + nz * reach
        free = figure_distance(primitives, members, count, np.float32(px), np.float32(py), np.float32(pz))
        free = min(free, max(py - _ground_height(ground, px, pz), 0.0))
        weight = 1.0 / (1.0 + 0.8 * i)
        blocked += weight * max(0.0, 1.0 - free / reach)
        total += weight
    return 1.0 - 0.85 * min(1.0, blocked / total)


@njit(**COMPILE)
def _lamp_visible(shadow, x, y, z, bias, column, row):
    """Share of the key lamp that a point sees."""
    dx, dy, dz = x - shadow.origin_m[0], y - shadow.origin_m[1], z - shadow.origin_m[2]
    height, width = shadow.depth_m.shape
    u = (dx * shadow.right[0] + dy * shadow.right[1] + dz * shadow.right[2]) * shadow.per_metre + width * 0.5
    v = height * 0.5 - (dx * shadow.up[0] + dy * shadow.up[1] + dz * shadow.up[2]) * shadow.per_metre
    depth = dx * shadow.ray[0] + dy * shadow.ray[1] + dz * shadow.ray[2] - bias
    if not (0 <= u < width and 0 <= v < height) or shadow.nearest_m[int(v), int(u)] > depth:
        return 1.0
    return _soft_shadow(shadow.depth_m, shadow.blur_px, u, v, depth, column, row)


@njit(**COMPILE)
def _soft_shadow(depth_m, blur_px, u, v, depth, column, row):
    """Share of the lamp around a place of the shadow picture, its samples turned for each pixel."""
    height, width = depth_m.shape
    turn = int(lattice_noise(column, row, 1) * (_SHADOW_TURNS - 0.01))
    seen = 0.0
    for i in range(SHADOW_TAPS):
        iu = int(u + blur_px * _TAPS[turn, i, 0])
        iv = int(v + blur_px * _TAPS[turn, i, 1])
        inside = 0 <= iu < width and 0 <= iv < height
        if not inside or depth_m[iv, iu] > depth:
            seen += 1.0
    return seen / SHADOW_TAPS


@njit(**COMPILE)
def _lit(light, lamp, openness, soft, gloss, nx, ny, nz, dx, dy, dz, rgb):
    """Turn surface colour into reflected light, in place; `soft` lets light creep round edges, as in skin."""
    k, f = light.key_direction, light.fill_direction
    toward_key = nx * k[0] + ny * k[1] + nz * k[2]
    wrap = 0.22 * soft
    direct = max(0.0, (toward_key + wrap) / (1.0 + wrap)) * lamp
    filled = max(0.0, nx * f[0] + ny * f[1] + nz * f[2])
    up = 0.5 + 0.5 * ny
    hx, hy, hz = _unit(k[0] - dx, k[1] - dy, k[2] - dz)
    highlight = 2.0 * gloss * max(0.0, nx * hx + ny * hy + nz * hz) ** 20 * lamp
    rim = 0.10 * openness * (1.0 - max(0.0, -(nx * dx + ny * dy + nz * dz))) ** 4
    warmth = 0.035 * soft * lamp * max(0.0, 1.0 - abs(toward_key) / 0.35)
    for q in range(3):
        ambient = light.fill_rgb[q] * filled + light.sky_rgb[q] * up + light.ground_rgb[q] * (1.0 - up)
        received = light.key_rgb[q] * direct + ambient * openness
        if q == 0:
            received += warmth * light.key_rgb[0]
        rgb[q] = rgb[q] * received + highlight * light.key_rgb[q] + rim * light.sky_rgb[q]


@njit(**COMPILE)
def _shade(
    primitives, members, count, surface, light, shadow, x, y, z, dx, dy, dz, pixel_m, column, row, rgb
):
    step = np.float32(max(0.0012, pixel_m * 0.6))
    nx, ny, nz = _normal(primitives, members, count, x, y, z, step)
    p = primitives[nearest_primitive(primitives, members, count, x, y, z)]
    gloss, soft = _surface_colour(p, surface, x, y, z, rgb)
    if surface.decals.shape[0] > 0 and _TRUNK_CLOTH <= p.material <= _TIGHT_CLOTH:
        _paint_decals(surface, x, y, z, dx, dy, dz, pixel_m, rgb)
    openness = _openness(primitives, members, count, surface.ground, x, y, z, nx, ny, nz)
    off = 0.012
    lamp = _lamp_visible(shadow, x + nx * off, y + ny * off, z + nz * off, 0.012, column, row)
    if p.material == _TRUNK_CLOTH:
        nx, ny, nz = _wrinkled(surface.thorax, surface.wrinkles, x, y, z, nx, ny, nz)
    elif p.material == _PELVIS_CLOTH:
        nx, ny, nz = _wrinkled(surface.pelvis, surface.wrinkles, x, y, z, nx, ny, nz)
    _lit(light, lamp, openness, soft, gloss, nx, ny, nz, dx, dy, dz, rgb)


# --------------------------------------------------------------------------------------------------- pictures


@njit(**COMPILE)
def draw_figure(primitives, tiles, view, surface, light, shadow, backdrop, colour, coverage):
    """Draw the athlete: `colour` (h, w, 3) premultiplied linear light, `coverage` (h, w) from 0 to 1."""
    rgb = np.zeros(3)
    coverage[:] = 0.0
    for tile in range(tiles.counts.shape[0]):
        if tiles.counts[tile] == 0:
            continue
        top, left = (tile // tiles.columns) * TILE_PX, (tile % tiles.columns) * TILE_PX
        for y in range(top, min(view.height_px, top + TILE_PX)):
            for x in range(left, min(view.width_px, left + TILE_PX)):
                _draw_pixel(
                    primitives,
                    tiles,
                    tile,
                    view,
                    surface,
                    light,
                    shadow,
                    backdrop,
                    x,
                    y,
                    rgb,
                    colour,
                    coverage,
                )


@njit(**COMPILE)
def _draw_pixel(primitives, tiles, tile, view, surface, light, shadow, backdrop, x, y, rgb, colour, coverage):
    members, count = tiles.members[tile], tiles.counts[tile]
    o = view.origin_m
    dx, dy, dz = _view_ray(view, x, y)
    fx, fy, fz = np.float32(dx), np.float32(dy), np.float32(dz)
    near, stop = tiles.near_m[tile], min(tiles.far_m[tile], backdrop.distance_m[y, x])
    pixel, nothing = np.float32(1.0 / view.focal_px), np.float32(0.0)
    t, cover = trace(primitives, members, count, o[0], o[1], o[2], fx, fy, fz, near, stop, pixel, nothing)
    if cover < 0.02:
        return
    px, py, pz = o[0] + fx * t, o[1] + fy * t, o[2] + fz * t
    _shade(
        primitives, members, count, surface, light, shadow,
        px, py, pz, dx, dy, dz, t / view.focal_px, x, y, rgb,
    )  # fmt: skip
    coverage[y, x] = cover
    for q in range(3):
        colour[y, x, q] = rgb[q] * cover


@njit(**COMPILE)
def _view_ray(view, x, y):
    """Direction from the lens through the middle of a pixel."""
    a, centre_x, centre_y = view.axes, view.width_px * 0.5, view.height_px * 0.5
    right, up = (x + 0.5 - centre_x) / view.focal_px, (centre_y - y - 0.5) / view.focal_px
    return _unit(
        a[0, 0] * right + a[0, 1] * up + a[0, 2],
        a[1, 0] * right + a[1, 1] * up + a[1, 2],
        a[2, 0] * right + a[2, 1] * up + a[2, 2],
    )


@njit(**COMPILE)
def draw_shadow(primitives, tiles, shadow, longest_m):
    """Fill the shadow picture: distance from the lamp's plane to the figure, far where there is none."""
    depth, o, d = shadow.depth_m, shadow.origin_m, shadow.ray
    height, width = depth.shape
    depth[:] = FAR
    nothing, half_pixel = np.float32(0.0), np.float32(0.5 / shadow.per_metre)
    for tile in range(tiles.counts.shape[0]):
        if tiles.counts[tile] == 0:
            continue
        members, count = tiles.members[tile], tiles.counts[tile]
        top, left = (tile // tiles.columns) * TILE_PX, (tile % tiles.columns) * TILE_PX
        for y in range(top, min(height, top + TILE_PX)):
            for x in range(left, min(width, left + TILE_PX)):
                ox, oy, oz = _lamp_ray(shadow, o, x, y, width, height)
                t, cover = trace(
                    primitives, members, count, ox, oy, oz, d[0], d[1], d[2],
                    nothing, longest_m, nothing, half_pixel,
                )  # fmt: skip
                if cover > 0.5:
                    depth[y, x] = t


@njit(**COMPILE)
def _lamp_ray(shadow, o, x, y, width, height):
    """Where the ray through a pixel of the shadow picture starts."""
    a = np.float32((x + 0.5 - width * 0.5) / shadow.per_metre)
    b = np.float32((height * 0.5 - y - 0.5) / shadow.per_metre)
    r, u = shadow.right, shadow.up
    return o[0] + r[0] * a + u[0] * b, o[1] + r[1] * a + u[1] * b, o[2] + r[2] * a + u[2] * b


@njit(**COMPILE)
def compose(ambient, key, vignette, colour, coverage, tone, exposure, picture):
    """Lay the figure over the room; write bytes (h, w, 3), RGB."""
    height, width = coverage.shape
    for y in range(height):
        for x in range(width):
            gain = vignette[y, x] * exposure * (TONE_STEPS / 2)
            cover = coverage[y, x]
            for q in range(3):
                figure = colour[y, x, q] if cover > 0.0 else 0.0
                step = int(((ambient[y, x, q] + key[y, x, q]) * (1.0 - cover) + figure) * gain)
                picture[y, x, q] = tone[max(0, min(TONE_STEPS - 1, step))]


@njit(**COMPILE)
def shade_room(backdrop, shadow, feet, foot_members, feet_m, ambient, key):
    """Take from the room what the athlete blocks: the lamp where its shadow falls, glow under its feet.

    `ambient` and `key`, (h, w, 3), are filled with what is left.
    """
    height, width, _ = ambient.shape
    lamp_m, position, faces_up = backdrop.lamp_m, backdrop.position_m, backdrop.faces_up
    nearest_m, depth_m, blur_px = shadow.nearest_m, shadow.depth_m, shadow.blur_px
    rows, columns = depth_m.shape
    at_right, at_up, at_ray = _in_lamp(shadow)
    for y in range(height):
        for x in range(width):
            lamp, contact = 1.0, 1.0
            u = (lamp_m[y, x, 0] - at_right) * shadow.per_metre + columns * 0.5
            v = rows * 0.5 - (lamp_m[y, x, 1] - at_up) * shadow.per_metre
            depth = lamp_m[y, x, 2] - at_ray - 0.015
            if 0 <= u < columns and 0 <= v < rows and nearest_m[int(v), int(u)] < depth:
                lamp = _soft_shadow(depth_m, blur_px, u, v, depth, x, y)
            px, py, pz = position[y, x, 0], position[y, x, 1], position[y, x, 2]
            if faces_up[y, x] and _is_near_foot(feet_m, px, py, pz):
                contact = _contact(feet, foot_members, px, py, pz)
            for q in range(3):
                ambient[y, x, q] = backdrop.ambient[y, x, q] * contact
                key[y, x, q] = backdrop.key[y, x, q] * lamp


@njit(**COMPILE)
def _in_lamp(shadow):
    """Origin of the shadow picture along its own axes."""
    o, r, u, d = shadow.origin_m, shadow.right, shadow.up, shadow.ray
    return (
        o[0] * r[0] + o[1] * r[1] + o[2] * r[2],
        o[0] * u[0] + o[1] * u[1] + o[2] * u[2],
        o[0] * d[0] + o[1] * d[1] + o[2] * d[2],
    )


@njit(**COMPILE)
def _is_near_foot(feet_m, x, y, z):
    for i in range(feet_m.shape[0]):
        dx, dy, dz = x - feet_m[i, 0], y - feet_m[i, 1], z - feet_m[i, 2]
        if dx * dx + dz * dz < 0.12 and abs(dy) < 0.30:
            return True
    return False


@njit(**COMPILE)
def _contact(feet, foot_members, x, y, z):
    blocked, total = 0.0, 0.0
    for i in range(4):
        reach = 0.015 + 0.045 * i
        free = figure_distance(feet, foot_members, foot_members.shape[0], x, np.float32(y + reach), z)
        weight = 1.0 / (1.0 + 0.7 * i)
        blocked += weight * max(0.0, 1.0 - max(free, 0.0) / reach)
        total += weight
    return 1.0 - 0.9 * min(1.0, blocked / total)
