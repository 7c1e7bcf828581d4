"""Angles between points and tilts of lines. Arrays in, arrays out; no left, no right, no person.

All functions take points as (..., 2) arrays in one unit with axis 0 to the side (medial) and axis 1 up, and
return (...,) arrays. NaN in any point gives NaN.
"""

from __future__ import annotations

import numpy as np

from valgus.model.arrays import FloatArray


def signed_bend_deg(proximal: FloatArray, joint: FloatArray, distal: FloatArray) -> FloatArray:
    """Return how far a chain of three points is bent, + when the joint lies on the + side of axis 0.

    180 deg minus the angle between the two segments, in -180 to 180 deg; 0 when they are in line. With hip,
    knee and ankle and axis 0 medial, this is the frontal plane projection angle, + valgus.

    Notes
    -----
    The sign is that of the turn from the upper to the lower segment, which is + for a knee medial to the
    line from hip to ankle when the chain runs downwards. Points that coincide give NaN.
    """
    upper, lower = joint - proximal, distal - joint
    cross = upper[..., 0] * lower[..., 1] - upper[..., 1] * lower[..., 0]
    dot = (upper * lower).sum(axis=-1)
    bend = np.degrees(np.arctan2(-cross, dot))
    no_segment = (np.hypot(*_xy(upper)) == 0) | (np.hypot(*_xy(lower)) == 0)
    return np.asarray(np.where(no_segment, np.nan, bend))


def angle_deg(one: FloatArray, vertex: FloatArray, other: FloatArray) -> FloatArray:
    """Return the angle at ``vertex`` between the directions to ``one`` and ``other``, 0 to 180 deg."""
    a, b = one - vertex, other - vertex
    cross = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    angle = np.degrees(np.arctan2(np.abs(cross), (a * b).sum(axis=-1)))
    no_direction = (np.hypot(*_xy(a)) == 0) | (np.hypot(*_xy(b)) == 0)
    return np.asarray(np.where(no_direction, np.nan, angle))


def tilt_deg(near: FloatArray, far: FloatArray) -> FloatArray:
    """Return the tilt of the line from ``near`` to ``far``, + when ``far`` is lower, -90 to 90 deg.

    The distance along axis 0 is taken without its sign, so that a line never reads as upside down.
    """
    along, up = _xy(far - near)
    tilt = np.degrees(np.arctan2(-up, np.abs(along)))
    return np.asarray(np.where((along == 0) & (up == 0), np.nan, tilt))


def lean_deg(base: FloatArray, top: FloatArray) -> FloatArray:
    """Return the lean of the line from ``base`` up to ``top`` from the vertical, + towards + of axis 0."""
    along, up = _xy(top - base)
    lean = np.degrees(np.arctan2(along, up))
    return np.asarray(np.where((along == 0) & (up == 0), np.nan, lean))


def distance(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the distance between two points, in their unit."""
    return np.asarray(np.hypot(*_xy(other - one)))


def yaw_false_valgus_deg(yaw_deg: float, shank_deg: FloatArray, thigh_deg: FloatArray) -> FloatArray:
    """Return the valgus that a turned camera or pelvis adds to a leg that is straight in the frontal plane.

    Parameters
    ----------
    yaw_deg : float
        Turn; the result has its sign.
    shank_deg, thigh_deg : arrays
        Sagittal inclination of each segment from the vertical, both + (knee forward).

    Notes
    -----
    atan(tan a * sin yaw) + atan(tan b * sin yaw), the projection of two inclined segments.
    """
    turn = np.sin(np.radians(yaw_deg))
    parts = [np.arctan(np.tan(np.radians(angle)) * turn) for angle in (shank_deg, thigh_deg)]
    return np.asarray(np.degrees(parts[0] + parts[1]))


def _xy(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    return points[..., 0], points[..., 1]
