"""The phone: a pinhole camera that looks level at the athlete."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from valgus.phantom.arrays import FloatArray
from valgus.phantom.pose import Side


@dataclass(frozen=True)
class Camera:
    """A pinhole camera on a circle around the athlete, aimed at the vertical axis through the origin.

    Attributes
    ----------
    width_px, height_px : int
        Size of the picture, upright.
    focal_px : float
        Focal length. 1050 px for a picture 960 px high is about 1.5 times a phone's main lens.
    distance_m : float
        Horizontal distance from the athlete.
    height_m : float
        Height of the lens above the floor.
    aim_height_m : float or None
        Height of the point looked at, `None` for a level camera.
    azimuth_deg : float
        Where the camera stands: 0 in front, positive towards the athlete's left, 180 behind.
    roll_deg : float
        Rotation about the optical axis; positive turns the picture's content clockwise.
    """

    width_px: int = 540
    height_px: int = 960
    focal_px: float = 1050.0
    distance_m: float = 3.0
    height_m: float = 1.0
    aim_height_m: float | None = None
    azimuth_deg: float = 0.0
    roll_deg: float = 0.0

    @cached_property
    def position_m(self) -> FloatArray:
        """World position of the lens, shape (3,)."""
        azimuth = math.radians(self.azimuth_deg)
        across, along = math.sin(azimuth), math.cos(azimuth)
        return np.array([across * self.distance_m, self.height_m, along * self.distance_m])

    @cached_property
    def axes(self) -> FloatArray:
        """Columns: the picture's right, the picture's up, and the viewing direction, in the world."""
        aim_height = self.height_m if self.aim_height_m is None else self.aim_height_m
        forward = np.array([0.0, aim_height, 0.0]) - self.position_m
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 1.0, 0.0])
        right /= np.linalg.norm(right)
        up = np.cross(right, forward)
        c, s = math.cos(math.radians(self.roll_deg)), math.sin(math.radians(self.roll_deg))
        return np.stack([c * right + s * up, c * up - s * right, forward], axis=1)

    @property
    def is_behind(self) -> bool:
        """Whether the camera sees the athlete's back."""
        return math.cos(math.radians(self.azimuth_deg)) < 0.0

    def project(self, points_m: ArrayLike, /) -> tuple[FloatArray, FloatArray]:
        """Project world points.

        Parameters
        ----------
        points_m : array_like, shape (..., 3)
            World points.

        Returns
        -------
        xy_px : ndarray, shape (..., 2)
            x to the right, y down, (0, 0) at the outer corner of the first pixel.
        depth_m : ndarray, shape (...)
            Distance along the viewing direction.
        """
        seen = (np.asarray(points_m, dtype=np.float64) - self.position_m) @ self.axes
        depth = seen[..., 2]
        x = self.width_px / 2 + self.focal_px * seen[..., 0] / depth
        y = self.height_px / 2 - self.focal_px * seen[..., 1] / depth
        return np.stack([x, y], axis=-1), depth

    def medial_sign(self, side: Side, /) -> int:
        """+1 where medial of this side's leg is to the right of the picture, -1 where it is to the left."""
        sign = -side.sign
        return -sign if self.is_behind else sign

    def valgus_yaw_deg(self, side: Side, /) -> float:
        """Angle of the camera off the frontal plane, positive where it adds valgus on this side's leg."""
        azimuth = self.azimuth_deg - (180.0 if self.is_behind else 0.0)
        wrapped = (azimuth + 180.0) % 360.0 - 180.0
        return side.sign * wrapped + 0.0

    def square_on(self) -> Camera:
        """Return the same camera with neither yaw nor roll, on the same side of the athlete."""
        return replace(self, azimuth_deg=180.0 if self.is_behind else 0.0, roll_deg=0.0)

    def scaled(self, factor: float, /) -> Camera:
        """Return the same view on a picture `factor` times as large (sizes rounded to even)."""
        return replace(
            self,
            width_px=2 * round(self.width_px * factor / 2),
            height_px=2 * round(self.height_px * factor / 2),
            focal_px=self.focal_px * factor,
        )
