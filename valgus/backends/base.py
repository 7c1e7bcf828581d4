"""What every pose model must offer. Add one by writing a file beside this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from valgus.model.arrays import FloatArray, RgbImage


@dataclass(frozen=True, eq=False)
class Detection:
    """One person in one picture.

    Attributes
    ----------
    xy_px : (k, 2) array
        Landmarks in pixels of the picture that was given, x right, y down.
    confidence : (k,) array
        Visibility, 0 to 1.
    world_m : (k, 3) array or None
        Metres from the mid-hip; x right, y down, z away from the camera.
    """

    xy_px: FloatArray
    confidence: FloatArray
    world_m: FloatArray | None


class Estimator(Protocol):
    """A pose model that follows people through the frames of one clip, in order of time."""

    names: tuple[str, ...]

    def people(self, rgb: RgbImage, time_s: float) -> tuple[Detection, ...]:
        """Return everybody found in an upright, C-contiguous (h, w, 3) picture; nobody is ``()``."""
        ...

    def close(self) -> None:
        """Free the model; the estimator is not used afterwards."""
        ...
