"""How the person stood before the camera, and the landmarks once that no longer matters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from valgus.model.arrays import BoolArray, FloatArray, SameByValue, frozen


class Side(str, Enum):
    """A leg, by the person's own left and right."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite leg."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Facing(str, Enum):
    """Which way the person looks: the camera sees the front or the back."""

    FRONT = "front"
    BACK = "back"


class Origin(str, Enum):
    """Where an answer came from."""

    GIVEN = "given"
    DETECTED = "detected"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Estimate:
    """A number with the half-width of its 95 % interval, both in one unit.

    ``ci95`` is None where the error is not known; ``value`` is None where nothing could be estimated.
    """

    value: float | None
    ci95: float | None
    origin: Origin
    method: str

    @property
    def surely_at_least(self) -> float:
        """The smallest magnitude that the interval allows; 0 if nothing is known."""
        if self.value is None:
            return 0.0
        return max(0.0, abs(self.value) - (self.ci95 or 0.0))


@dataclass(frozen=True)
class Stretch:
    """A time during which one leg carries the person, and how that leg stood before the camera.

    Attributes
    ----------
    side : Side
        The stance leg.
    start_s, end_s : float
        Both inclusive. In a two-leg task there is one stretch per side, each over the whole clip.
    origin : Origin
        Whether the side was given or detected.
    sure : float
        0.5 for a coin toss, 1 for certainty.
    leg_length_px : Estimate
        Hip-ankle distance while standing.
    yaw_deg : Estimate
        Turn of the body away from the camera, + where it adds valgus on this leg.
    """

    side: Side
    start_s: float
    end_s: float
    origin: Origin
    sure: float
    leg_length_px: Estimate
    yaw_deg: Estimate


@dataclass(frozen=True)
class Setup:
    """View and stance of one clip; every answer says where it came from.

    Attributes
    ----------
    stance : tuple of Stretch
        Stance leg over time, at least one stretch.
    facing : Facing
        Whether the camera sees the front or the back.
    mirrored : bool
        Whether the file shows a mirror image (selfie). Pixels cannot tell: given, else assumed not.
    roll_deg : Estimate
        Turn of the camera about its own axis, + when the standing body leans to the right of the picture.
    """

    stance: tuple[Stretch, ...]
    facing: Facing
    facing_origin: Origin
    mirrored: bool
    mirrored_origin: Origin
    roll_deg: Estimate

    @property
    def yaw_deg(self) -> Estimate:
        """Yaw of the stretch that is turned the most."""
        return max((stretch.yaw_deg for stretch in self.stance), key=lambda yaw: abs(yaw.value or 0.0))

    @property
    def leg_length_px(self) -> Estimate:
        """Leg length of the stretch filmed smallest."""
        return min((s.leg_length_px for s in self.stance), key=lambda length: length.value or float("inf"))

    def stretch_at(self, instant_s: float, side: Side) -> Stretch:
        """Return the stretch of a side nearest to an instant; ValueError if that side never carries."""
        own = [stretch for stretch in self.stance if stretch.side is side]
        return min(own, key=lambda s: max(s.start_s - instant_s, instant_s - s.end_s, 0.0))


@dataclass(frozen=True, eq=False)
class FrontalTrack(SameByValue):
    """One stance leg's landmarks in the frontal plane: axis 0 is medial, axis 1 is up.

    Medial is the direction from the stance hip towards the swing hip, one sign per stretch. Frames in which
    this leg does not carry the person are NaN.

    Attributes
    ----------
    side : Side
        The leg that is called stance here.
    time_s : (n,) array
        Presentation times, as in the pose track.
    hip, knee, ankle, toe, shoulder : (n, 2) arrays
        Stance side, in pixels.
    swing_hip, swing_knee, swing_ankle, swing_shoulder : (n, 2) arrays
        The other side, in pixels.
    confidence : (n,) array
        Lowest visibility among stance hip, knee and ankle.
    leg_length_px : float
        Standing hip-ankle distance; the unit of everything given in % of leg length.
    asis, swing_asis : (n, 2) arrays or None
        Front of the pelvis from stickers, where they are worn; NaN in frames in which either is not seen.
    two_leg_tilt_deg : float or None
        Tilt of the line between both, + swing side lower, while standing on both legs; None where that was
        not seen.
    """

    side: Side
    time_s: FloatArray
    hip: FloatArray
    knee: FloatArray
    ankle: FloatArray
    toe: FloatArray
    shoulder: FloatArray
    swing_hip: FloatArray
    swing_knee: FloatArray
    swing_ankle: FloatArray
    swing_shoulder: FloatArray
    confidence: FloatArray
    leg_length_px: float
    asis: FloatArray | None = None
    swing_asis: FloatArray | None = None
    two_leg_tilt_deg: float | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                object.__setattr__(self, name, frozen(value))

    @property
    def carries(self) -> BoolArray:
        """Frames (n,) in which this leg is the stance leg and its hip, knee and ankle are known."""
        known = np.isfinite(self.hip) & np.isfinite(self.knee) & np.isfinite(self.ankle)
        return np.asarray(known.all(axis=1))
