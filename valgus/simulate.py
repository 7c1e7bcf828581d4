"""A person of three segments per leg whose angles are known exactly, as a pose track without any pixels.

The main fixture of the tests and of the documentation: what comes out of the pipeline can be held against
what went in. The leg is built in three dimensions, so that turning the person or the camera does to the
picture what it does in life.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from valgus.model.arrays import FloatArray
from valgus.model.frontal import Facing, Side
from valgus.model.track import LANDMARKS, PoseTrack

SEGMENT_M = 0.42  # shank and thigh alike
HIP_HALF_WIDTH_M = 0.09
SHOULDER_HALF_WIDTH_M = 0.18
TRUNK_M = 0.50
FOOT_M = 0.16
ASIS_HALF_WIDTH_M, ASIS_UP_M, ASIS_FORWARD_M = 0.12, 0.085, 0.06
SINGLE_LEG_TASKS = ("step-down", "single-leg-squat", "landing", "stance")


@dataclass(frozen=True)
class Motion:
    """Angles of the body over time, in the person's own terms.

    All arrays are (n,). ``fppa_deg`` + valgus, ``pelvic_drop_deg`` + swing side lower, ``trunk_lean_deg`` +
    towards the stance leg, ``knee_flexion_deg`` from straight, ``flight_m`` height of both feet above where
    they stand.
    """

    time_s: FloatArray
    side: Side
    task: str
    knee_flexion_deg: FloatArray
    fppa_deg: FloatArray
    pelvic_drop_deg: FloatArray
    trunk_lean_deg: FloatArray
    flight_m: FloatArray


@dataclass(frozen=True)
class View:
    """Where the camera stands: orthographic, at hip height.

    ``yaw_deg`` turns the person about the vertical, + where it adds valgus on the stance leg; ``roll_deg``
    turns the picture clockwise; ``noise_px`` is the standard deviation of each coordinate of each landmark.
    With ``stickers`` the track has the front of the pelvis too.
    """

    facing: Facing = Facing.FRONT
    mirrored: bool = False
    yaw_deg: float = 0.0
    roll_deg: float = 0.0
    px_per_m: float = 400.0
    width_px: int = 720
    height_px: int = 1280
    noise_px: float = 0.0
    seed: int = 0
    stickers: bool = False


def repetitions(
    *,
    task: str = "step-down",
    side: Side = Side.LEFT,
    peak_fppa_deg: tuple[float, ...] = (-5.0, 4.0, 10.0, 16.0, 22.0),
    peak_flexion_deg: float = 60.0,
    peak_drop_deg: float = 6.0,
    peak_lean_deg: float = 5.0,
    rep_s: float = 2.0,
    rest_s: float = 1.0,
    fps: float = 30.0,
) -> Motion:
    """Return a set of repetitions with the given peaks, standing still before, between and after them.

    The lowest point of rep k (from 0) is at ``rest_s + k * (rep_s + rest_s) + rep_s / 2``.
    """
    count = len(peak_fppa_deg)
    n = round((rest_s + count * (rep_s + rest_s)) * fps) + 1
    time_s = np.arange(n) / fps
    rep, within_s = np.divmod(np.maximum(time_s - rest_s, 0.0), rep_s + rest_s)
    bend = np.where(
        (time_s < rest_s) | (within_s > rep_s), 0.0, 0.5 - 0.5 * np.cos(2 * np.pi * within_s / rep_s)
    )
    peaks = np.append(peak_fppa_deg, 0.0)[np.minimum(rep.astype(int), count)]
    return Motion(
        time_s=time_s,
        side=side,
        task=task,
        knee_flexion_deg=3.0 + (peak_flexion_deg - 3.0) * bend,
        fppa_deg=peaks * bend,
        pelvic_drop_deg=peak_drop_deg * bend,
        trunk_lean_deg=peak_lean_deg * bend,
        flight_m=_flight(time_s, rest_s, rep_s) if task in ("landing", "drop-jump") else np.zeros(n),
    )


def holding(
    *, side: Side = Side.LEFT, hold_s: float = 10.0, sway_deg: float = 1.0, fps: float = 30.0
) -> Motion:
    """Return quiet single-leg standing with a slow sway of the trunk and knee."""
    time_s = np.arange(round(hold_s * fps) + 1) / fps
    still = np.zeros_like(time_s)
    return Motion(
        time_s=time_s,
        side=side,
        task="stance",
        knee_flexion_deg=still + 5.0,
        fppa_deg=sway_deg * np.sin(2 * np.pi * 0.3 * time_s),
        pelvic_drop_deg=still + 2.0,
        trunk_lean_deg=sway_deg * np.sin(2 * np.pi * 0.2 * time_s),
        flight_m=still,
    )


def film(motion: Motion, /, view: View | None = None) -> PoseTrack:
    """Return the pose track that a perfect pose model would deliver of this motion from this view."""
    view = view or View()
    joints = _joints(motion)
    pictured = _project(joints, motion.side, view)
    return _as_track(motion.time_s, pictured, view)


def _flight(time_s: FloatArray, rest_s: float, rep_s: float, height_m: float = 0.2) -> FloatArray:
    """Return the height of a hop whose touch-down is where each bend begins."""
    from_contact_s = np.mod(time_s - rest_s, rep_s + rest_s) - (rep_s + rest_s)
    hang_s = np.sqrt(8 * height_m / 9.81)
    u = (from_contact_s + hang_s) / hang_s
    height = np.where((u > 0) & (u < 1), 4 * height_m * u * (1 - u), 0.0)
    return np.asarray(np.where(time_s > time_s[-1] - rest_s, 0.0, height))


def _joints(motion: Motion) -> dict[str, FloatArray]:
    """Return joints (n, 3) in metres: x towards the swing side, y up, z where the person looks."""
    n = len(motion.time_s)
    half = np.radians(motion.knee_flexion_deg) / 2
    across, forward = _knee_offsets(half, np.radians(motion.fppa_deg))
    rise = SEGMENT_M * np.sqrt(1 - (across**2 + forward**2) / SEGMENT_M**2)
    ground = motion.flight_m
    zero = np.zeros(n)

    ankle = np.stack([zero, ground, zero], axis=1)
    knee = ankle + np.stack([across, rise, forward], axis=1)
    hip = ankle + np.stack([zero, 2 * rise, zero], axis=1)
    drop = np.radians(motion.pelvic_drop_deg)
    towards_swing = np.stack([np.cos(drop), -np.sin(drop), zero], axis=1)
    upward = np.stack([np.sin(drop), np.cos(drop), zero], axis=1)
    swing_hip = hip + 2 * HIP_HALF_WIDTH_M * towards_swing
    front = (hip + swing_hip) / 2 + ASIS_UP_M * upward + np.array([0.0, 0.0, ASIS_FORWARD_M])
    lean = np.radians(motion.trunk_lean_deg)
    neck = (hip + swing_hip) / 2 + TRUNK_M * np.stack([-np.sin(lean), np.cos(lean), zero], axis=1)
    shoulders = SHOULDER_HALF_WIDTH_M * np.stack([np.cos(lean), np.sin(lean), zero], axis=1)
    swing_knee, swing_ankle = _swing_leg(motion, hip, swing_hip, knee, ankle)
    heel_offset, toe_offset = np.array([0.0, -0.05, -0.05]), np.array([0.0, -0.05, FOOT_M])
    return {
        "hip": hip,
        "knee": knee,
        "ankle": ankle,
        "heel": ankle + heel_offset,
        "foot_index": ankle + toe_offset,
        "asis": front - ASIS_HALF_WIDTH_M * towards_swing,
        "swing_asis": front + ASIS_HALF_WIDTH_M * towards_swing,
        "shoulder": neck - shoulders,
        "swing_hip": swing_hip,
        "swing_knee": swing_knee,
        "swing_ankle": swing_ankle,
        "swing_heel": swing_ankle + heel_offset,
        "swing_foot_index": swing_ankle + toe_offset,
        "swing_shoulder": neck + shoulders,
        "nose": neck + np.array([0.0, 0.2, 0.1]),
    }


def _knee_offsets(half: FloatArray, fppa: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return knee offsets (across, forward), m, from the hip-ankle line for equal segments.

    The three-dimensional bend is 2 * half; across is chosen so that the projected bend is ``fppa`` exactly.
    When the projection asks for more bend than the joint has, the joint bends that much in the plane.
    """
    rise = SEGMENT_M * np.cos(np.maximum(half, np.abs(fppa) / 2))
    across = rise * np.tan(fppa / 2)
    forward = np.sqrt(np.maximum(SEGMENT_M**2 - rise**2 - across**2, 0.0))
    return across, forward


def _swing_leg(
    motion: Motion, hip: FloatArray, swing_hip: FloatArray, knee: FloatArray, ankle: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return swing knee and ankle (n, 3): what tells the tasks apart."""
    if motion.task not in SINGLE_LEG_TASKS:  # both legs do the same, mirrored about the middle of the pelvis
        mirror = np.array([-1.0, 1.0, 1.0])
        middle = np.stack([swing_hip[:, 0], *np.zeros((2, len(hip)))], axis=1)
        return knee * mirror + middle, ankle * mirror + middle
    if motion.task == "step-down":  # nearly straight, reaching down beside the step
        swing_knee = swing_hip + SEGMENT_M * np.array([0.1, -np.cos(0.25), np.sin(0.23)])
        return swing_knee, swing_knee + SEGMENT_M * np.array([0.0, -0.99, -0.14])
    swing_knee = swing_hip + SEGMENT_M * np.array([0.1, -0.97, 0.2])  # shank held up behind
    return swing_knee, swing_knee + SEGMENT_M * np.array([0.0, -0.35, -0.93])


def _project(joints: dict[str, FloatArray], side: Side, view: View) -> dict[str, FloatArray]:
    """Return named (n, 3) points, m: x right, y down, z away from the camera."""
    swing_is = side.other.value
    # Facing the camera, the person's left is on the right of the picture.
    swing_to_right = (side is Side.RIGHT) == (view.facing is Facing.FRONT)
    across = 1.0 if swing_to_right else -1.0
    towards = 1.0 if view.facing is Facing.FRONT else -1.0
    turn = np.radians(view.yaw_deg)
    pictured = {}
    for name, point in joints.items():
        # A turn that adds valgus carries the knee, which is in front of the hip, to the medial side.
        x = point[:, 0] * np.cos(turn) + point[:, 2] * np.sin(turn)
        z = point[:, 2] * np.cos(turn) - point[:, 0] * np.sin(turn)
        role, _, rest = name.partition("_") if name.startswith("swing_") else ("", "", name)
        label = rest if rest == "nose" else f"{swing_is if role else side.value}_{rest}"
        pictured[label] = np.stack([across * x, -point[:, 1], -towards * z], axis=1)
    return _mirror_image(pictured) if view.mirrored else pictured


def _mirror_image(pictured: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return what a pose model sees in the mirrored picture: x reversed, and left taken for right."""
    swap = {"left": "right", "right": "left"}

    def seen_as(label: str) -> str:
        head, _, rest = label.partition("_")
        return f"{swap[head]}_{rest}" if head in swap else label

    return {seen_as(label): point * np.array([-1.0, 1.0, 1.0]) for label, point in pictured.items()}


def _as_track(time_s: FloatArray, pictured: dict[str, FloatArray], view: View) -> PoseTrack:
    n = len(time_s)
    names = LANDMARKS + (("left_asis", "right_asis") if view.stickers else ())
    metres = np.full((n, len(names), 3), np.nan)
    for label, point in pictured.items():
        if label in names:
            metres[:, names.index(label)] = point
    roll = np.radians(view.roll_deg)
    turned = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    feet_at = np.array([view.width_px / 2, 0.9 * view.height_px])
    xy_px = metres[..., :2] @ turned * view.px_per_m + feet_at
    xy_px = xy_px + np.random.default_rng(view.seed).normal(0.0, view.noise_px, xy_px.shape)
    middle = (metres[:, LANDMARKS.index("left_hip")] + metres[:, LANDMARKS.index("right_hip")]) / 2
    seen = np.isfinite(xy_px).all(axis=2)
    return PoseTrack(time_s, xy_px, seen.astype(float), names, metres - middle[:, None])


def one_after_the_other(*tracks: PoseTrack, pause_s: float = 0.5) -> PoseTrack:
    """Return tracks joined in time, ``pause_s`` apart: for example one leg after the other in one clip."""
    joined = tracks[0]
    for track in tracks[1:]:
        shift_s = joined.time_s[-1] + pause_s - track.time_s[0]
        worlds = [t.world_m for t in (joined, track)]
        joined = replace(
            joined,
            time_s=np.concatenate([joined.time_s, track.time_s + shift_s]),
            xy_px=np.concatenate([joined.xy_px, track.xy_px]),
            confidence=np.concatenate([joined.confidence, track.confidence]),
            world_m=None
            if any(w is None for w in worlds)
            else np.concatenate([w for w in worlds if w is not None]),
        )
    return joined
