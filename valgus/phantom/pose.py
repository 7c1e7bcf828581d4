"""What one frame asks of the body: joint angles and places, before any joint is solved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Side(str, Enum):
    """Anatomical side of the athlete."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def sign(self) -> int:
        """+1 for left, -1 for right: the direction of this side along the world's x axis."""
        return 1 if self is Side.LEFT else -1

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


@dataclass(frozen=True)
class ArmPose:
    """Angles of one arm, degrees; all zero is an arm hanging straight down.

    `abduction_deg` away from the trunk, `flexion_deg` forward, `elbow_deg` bent, `twist_deg` of the upper arm
    outward (where a bent forearm points).
    """

    abduction_deg: float
    flexion_deg: float
    elbow_deg: float
    twist_deg: float


@dataclass(frozen=True)
class SwingPose:
    """Where the other leg is.

    Attributes
    ----------
    hip_flexion_deg, knee_flexion_deg, hip_abduction_deg, dorsiflexion_deg : float
        Angles of the lifted leg. Abduction is raised further where the legs would touch.
    planted : float
        0 for a lifted leg, 1 for a foot that stands at `planted_ankle_m`, between while it is put down or
        lifted.
    planted_ankle_m : tuple of float
        World position of the standing ankle.
    fppa_deg : float
        Frontal plane projection angle of this leg while it is fully planted, positive for valgus.
    """

    hip_flexion_deg: float
    knee_flexion_deg: float
    hip_abduction_deg: float
    dorsiflexion_deg: float
    planted: float
    planted_ankle_m: tuple[float, float, float]
    fppa_deg: float


@dataclass(frozen=True)
class PoseTarget:
    """One frame of a motion, in the terms in which it is measured afterwards.

    Attributes
    ----------
    stance : Side
        The leg that stands.
    ankle_m : tuple of float
        World position of the stance ankle.
    foot_pitch_deg : float
        Heel of the stance foot up by this angle.
    toe_out_deg : float
        Stance foot turned outward.
    knee_flexion_deg : float
        Stance knee, 0 straight; the true 3-D angle.
    fppa_deg : float
        Stance leg, in the picture of a camera square on to the athlete, positive for valgus.
    leg_back_deg, leg_out_deg : float
        Inclination of the line from stance ankle to stance hip: hip behind the ankle, hip lateral of it.
    pelvic_drop_deg : float
        Obliquity of the pelvis, positive with the swing side lower.
    pelvic_tilt_deg, pelvic_turn_deg : float
        Pelvis tipped forward; pelvis turned to the athlete's left.
    trunk_lean_deg : float
        Line from between the hips to between the shoulders in the picture of the square-on camera, positive
        towards the stance side.
    trunk_bend_deg, trunk_turn_deg : float
        Trunk bent forward; trunk turned to the athlete's left.
    head_turn_deg, head_nod_deg : float
        Head turned to the athlete's left; head nodded down.
    swing : SwingPose
        The other leg.
    arms : dict of Side to ArmPose
        Both arms.
    """

    stance: Side
    ankle_m: tuple[float, float, float]
    foot_pitch_deg: float
    toe_out_deg: float
    knee_flexion_deg: float
    fppa_deg: float
    leg_back_deg: float
    leg_out_deg: float
    pelvic_drop_deg: float
    pelvic_tilt_deg: float
    pelvic_turn_deg: float
    trunk_lean_deg: float
    trunk_bend_deg: float
    trunk_turn_deg: float
    head_turn_deg: float
    head_nod_deg: float
    swing: SwingPose
    arms: dict[Side, ArmPose]
