"""Array types and the rotations that the rendered athlete is built with.

World axes, everywhere in this package: **x** to the athlete's left, **y** up, **z** forward (out of the
chest). Angles are in degrees. The columns of a rotation matrix are the left, up and forward axes of a
segment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
Float32Array: TypeAlias = NDArray[np.float32]
ByteArray: TypeAlias = NDArray[np.uint8]


def unit(vector: ArrayLike) -> FloatArray:
    """Return the vector scaled to length one."""
    values = np.asarray(vector, dtype=np.float64)
    return values / np.sqrt(values @ values)


def tip_forward(angle_deg: float) -> FloatArray:
    """Rotation about x: positive tips the up axis forward."""
    c, s = _cos_sin(angle_deg)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def turn_left(angle_deg: float) -> FloatArray:
    """Rotation about y: positive turns the forward axis to the athlete's left."""
    c, s = _cos_sin(angle_deg)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def raise_left(angle_deg: float) -> FloatArray:
    """Rotation about z: positive lifts the left end of the left axis."""
    c, s = _cos_sin(angle_deg)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def blend_rotations(first: FloatArray, second: FloatArray, weight: float) -> FloatArray:
    """Rotation between two others: `first` at weight 0, `second` at weight 1."""
    mixed = (1.0 - weight) * first + weight * second
    left, _, right = np.linalg.svd(mixed)
    return np.asarray(left @ right)


def axes_along(start: FloatArray, end: FloatArray, forward: ArrayLike) -> FloatArray:
    """Axes of a bone: y from start to end, z as close to `forward` as that allows."""
    along = unit(end - start)
    across = unit(np.cross(along, np.asarray(forward, dtype=np.float64)))
    return np.stack([across, along, np.cross(across, along)], axis=1)


def _cos_sin(angle_deg: float) -> tuple[float, float]:
    angle = math.radians(angle_deg)
    return math.cos(angle), math.sin(angle)


@dataclass(frozen=True)
class Frame:
    """Place and orientation of a rigid segment.

    Attributes
    ----------
    origin_m : ndarray, shape (3,)
        Origin of the segment in the world.
    axes : ndarray, shape (3, 3)
        Columns: the segment's left, up and forward axes in the world.
    """

    origin_m: FloatArray
    axes: FloatArray

    def to_world(self, local_m: ArrayLike, /) -> FloatArray:
        """World position of a point, or of points (n, 3), given in the segment."""
        return np.asarray(self.origin_m + np.asarray(local_m, dtype=np.float64) @ self.axes.T)

    def to_local(self, world_m: ArrayLike, /) -> FloatArray:
        """Segment coordinates of a world point, or of points (n, 3)."""
        return np.asarray((np.asarray(world_m, dtype=np.float64) - self.origin_m) @ self.axes)

    def matrix(self) -> Float32Array:
        """Return the frame as (3, 4): axes, then origin. The form that the kernels take."""
        return np.column_stack([self.axes, self.origin_m]).astype(np.float32)
