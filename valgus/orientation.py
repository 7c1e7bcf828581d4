"""Which leg when, seen from where: the only code that knows left from right.

A pose track goes in; out come frontal tracks, in which there is only stance and swing, medial and up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from valgus import filters, geometry
from valgus.model.arrays import BoolArray, FloatArray
from valgus.model.frontal import Estimate, Facing, FrontalTrack, Origin, Setup, Side, Stretch
from valgus.model.track import PoseTrack

#: A stretch on one leg shorter than this is not believed, s.
LEAST_STRETCH_S = 1.5
#: Time over which the stillness of a foot is looked at, s.
STILL_WITHIN_S = 1.5


@dataclass(frozen=True)
class GivenSetup:
    """What a person said about the view and the leg; None is 'find out'."""

    side: Side | None = None
    mirrored: bool | None = None
    yaw_deg: float | None = None


def find_setup(track: PoseTrack, /, *, legs: int, given: GivenSetup) -> Setup | None:
    """Work out stance, facing, yaw, roll and leg length.

    Parameters
    ----------
    track : PoseTrack
        Cleaned; left and right as the pose source labelled them.
    legs : int
        1 when one leg carries the person at a time, 2 when both do.
    given : GivenSetup
        Answers that need not be found.

    Returns
    -------
    Setup or None
        None when hips and ankles were never seen together.
    """
    if not _legs_seen(track).any():
        return None
    named = _as_the_person_names_them(track, given)
    stance = _stance(named, legs, given)
    carrying = _carrying_leg(named, stance)
    return Setup(
        stance=stance,
        facing=_facing(track),
        facing_origin=Origin.DETECTED,
        mirrored=bool(given.mirrored),
        mirrored_origin=Origin.ASSUMED if given.mirrored is None else Origin.GIVEN,
        yaw_deg=_yaw(named, carrying, given),
        roll_deg=_roll(named, carrying, legs),
        leg_length_px=_leg_length(carrying),
    )


def to_frontal(track: PoseTrack, setup: Setup, /) -> tuple[FrontalTrack, ...]:
    """Return one frontal track for each leg that carries the person, left first.

    Frames in which the leg does not carry the person are NaN.
    """
    named = _swapped(track) if setup.mirrored else track
    sides = sorted({stretch.side for stretch in setup.stance}, key=list(Side).index)
    length_px = setup.leg_length_px.value or float("nan")
    return tuple(_frontal_track(named, side, setup.stance, length_px) for side in sides)


def _frontal_track(
    track: PoseTrack, side: Side, stance: tuple[Stretch, ...], length_px: float
) -> FrontalTrack:
    signs = _medial_signs(track, side, stance)

    def frontal(name: str, of: Side) -> FloatArray:
        # Pixels run down, the frontal plane runs up; medial is the sign of each stretch.
        return track.point(f"{of.value}_{name}") * np.stack([signs, -np.ones_like(signs)], axis=1)

    own, other = side, side.other
    return FrontalTrack(
        side=side,
        time_s=track.time_s,
        hip=frontal("hip", own),
        knee=frontal("knee", own),
        ankle=frontal("ankle", own),
        toe=frontal("foot_index", own),
        shoulder=frontal("shoulder", own),
        swing_hip=frontal("hip", other),
        swing_knee=frontal("knee", other),
        swing_ankle=frontal("ankle", other),
        swing_shoulder=frontal("shoulder", other),
        confidence=track.confidence_of(*(f"{own.value}_{name}" for name in ("hip", "knee", "ankle"))),
        leg_length_px=length_px,
    )


def _medial_signs(track: PoseTrack, side: Side, stance: tuple[Stretch, ...]) -> FloatArray:
    """Return (n,) +1 where medial is to the right of the picture, -1 to the left, NaN without stance."""
    across = track.point(f"{side.other.value}_hip")[:, 0] - track.point(f"{side.value}_hip")[:, 0]
    signs = np.full(len(track.time_s), np.nan)
    for stretch in stance:
        if stretch.side is side:
            inside = _within(track, stretch)
            known = across[inside & np.isfinite(across)]
            # One sign per stretch: a hip line that is noisy or turned away must not make it flicker.
            signs[inside] = np.sign(np.median(known)) if len(known) else np.nan
    return signs


def _within(track: PoseTrack, stretch: Stretch) -> BoolArray:
    return np.asarray((track.time_s >= stretch.start_s) & (track.time_s <= stretch.end_s))


# --- names -----------------------------------------------------------------------------------------------


def _as_the_person_names_them(track: PoseTrack, given: GivenSetup) -> PoseTrack:
    return _swapped(track) if given.mirrored else track


def _swapped(track: PoseTrack) -> PoseTrack:
    """Return the track with left and right exchanged: in a mirror image the source took one for the other."""
    return replace(track, names=tuple(_other_side_of(name) for name in track.names))


def _other_side_of(name: str) -> str:
    swap = {"left": "right", "right": "left"}
    return "_".join(swap.get(part, part) for part in name.split("_"))


# --- stance ----------------------------------------------------------------------------------------------


def _stance(track: PoseTrack, legs: int, given: GivenSetup) -> tuple[Stretch, ...]:
    first_s, last_s = float(track.time_s[0]), float(track.time_s[-1])
    if legs == 2:
        sides = [given.side] if given.side else list(Side)
        origin = Origin.GIVEN if given.side else Origin.DETECTED
        return tuple(Stretch(side, first_s, last_s, origin, 1.0) for side in sides)
    if given.side:
        return (Stretch(given.side, first_s, last_s, Origin.GIVEN, 1.0),)
    return _stretches(track, _left_carries(track))


def _left_carries(track: PoseTrack) -> FloatArray:
    """Return evidence (n,) that the left leg carries the person, + left, - right, about -4 to 4.

    Three things tell the carrying foot: it rests while the body moves, it is under the pelvis, and the
    other one is lifted. The last is weak: in a step-down the free foot goes below the step.
    """
    scale = track.leg_scale_px
    left, right = track.point("left_ankle"), track.point("right_ankle")
    middle = (track.point("left_hip") + track.point("right_hip"))[:, 0] / 2
    rests = np.log((_unrest(track, right) + 0.01 * scale) / (_unrest(track, left) + 0.01 * scale))
    under = (np.abs(middle - right[:, 0]) - np.abs(middle - left[:, 0])) / scale
    lifted = (left[:, 1] - right[:, 1]) / scale
    evidence = np.clip(rests, -2, 2) + 5 * np.clip(under, -0.2, 0.2) + 5 * np.clip(lifted, -0.2, 0.2)
    return filters.moving_mean(evidence, track.time_s, width_s=1.0)


def _unrest(track: PoseTrack, point: FloatArray) -> FloatArray:
    spreads = [
        filters.moving_spread(point[:, axis], track.time_s, width_s=STILL_WITHIN_S) for axis in range(2)
    ]
    return np.asarray(np.hypot(*spreads))


def _stretches(track: PoseTrack, evidence: FloatArray) -> tuple[Stretch, ...]:
    known = np.flatnonzero(np.isfinite(evidence))
    bounds = [0, *(np.flatnonzero(np.diff(np.sign(evidence[known]))) + 1), len(known)]
    pieces = [known[a:b] for a, b in pairwise(bounds) if b > a]
    pieces = _without_short_ones(pieces, track, evidence)
    return tuple(_stretch(piece, track, evidence) for piece in pieces)


def _without_short_ones(
    pieces: list[np.ndarray[tuple[int], np.dtype[np.int64]]], track: PoseTrack, evidence: FloatArray
) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Join each piece that is too short to be a stance, or that leans the same way, to the one before it."""
    kept: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    for piece in pieces:
        short = track.time_s[piece[-1]] - track.time_s[piece[0]] < LEAST_STRETCH_S
        same = bool(kept) and np.mean(evidence[kept[-1]]) * np.mean(evidence[piece]) > 0
        if kept and (short or same):
            kept[-1] = np.concatenate([kept[-1], piece])
        else:
            kept.append(piece)
    if len(kept) > 1 and track.time_s[kept[0][-1]] - track.time_s[kept[0][0]] < LEAST_STRETCH_S:
        kept[:2] = [np.concatenate(kept[:2])]
    return kept


def _stretch(
    piece: np.ndarray[tuple[int], np.dtype[np.int64]], track: PoseTrack, evidence: FloatArray
) -> Stretch:
    strength = float(np.mean(evidence[piece]))
    return Stretch(
        side=Side.LEFT if strength >= 0 else Side.RIGHT,
        start_s=float(track.time_s[piece[0]]),
        end_s=float(track.time_s[piece[-1]]),
        origin=Origin.DETECTED,
        sure=round(float(1 / (1 + np.exp(-2 * abs(strength)))), 3),
    )


# --- view ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _CarryingLeg:
    """Hip and ankle (n, 2) px of whichever leg carries the person, and which frames show it straight."""

    hip: FloatArray
    ankle: FloatArray

    @property
    def length_px(self) -> FloatArray:
        return geometry.distance(self.ankle, self.hip)

    @property
    def standing(self) -> BoolArray:
        """Frames (n,) in which the leg is within 3 % of its usual full length."""
        length = self.length_px
        known = length[np.isfinite(length)]
        return np.asarray(length >= 0.97 * np.percentile(known, 90)) if len(known) else length > 0


def _carrying_leg(track: PoseTrack, stance: tuple[Stretch, ...]) -> _CarryingLeg:
    hip, ankle = (np.full((len(track.time_s), 2), np.nan) for _ in range(2))
    for stretch in stance:
        inside = _within(track, stretch)
        hip[inside] = track.point(f"{stretch.side.value}_hip")[inside]
        ankle[inside] = track.point(f"{stretch.side.value}_ankle")[inside]
    return _CarryingLeg(hip, ankle)


def _facing(track: PoseTrack) -> Facing:
    across = track.point("left_hip")[:, 0] - track.point("right_hip")[:, 0]
    # Seen from the front, the person's left is on the right of the picture.
    return Facing.FRONT if np.nanmedian(across) > 0 else Facing.BACK


def _leg_length(leg: _CarryingLeg) -> Estimate:
    length = leg.length_px[leg.standing]
    if len(length) == 0:
        return Estimate(None, None, Origin.DETECTED, "the stance leg was never seen whole")
    median = float(np.median(length))
    # The pose model places the ankle about 20 mm high, 2.4 % of a leg.
    return Estimate(round(median, 1), round(0.03 * median, 1), Origin.DETECTED, "standing hip-ankle distance")


def _yaw(track: PoseTrack, leg: _CarryingLeg, given: GivenSetup) -> Estimate:
    if given.yaw_deg is not None:
        return Estimate(given.yaw_deg, 2.0, Origin.GIVEN, "given by hand")
    across = (track.world("left_hip") - track.world("right_hip"))[leg.standing]
    known = np.isfinite(across).all(axis=1)
    if not known.any():
        return Estimate(None, None, Origin.DETECTED, "the track has no depth")
    # Which way the person is turned does not matter here, nor whether front or back is seen.
    turn = np.degrees(np.arctan2(across[known][:, 2], np.abs(across[known][:, 0])))
    return Estimate(
        round(abs(float(np.median(turn))), 1), 8.0, Origin.DETECTED, "hip line in depth while standing"
    )


def _roll(track: PoseTrack, leg: _CarryingLeg, legs: int) -> Estimate:
    """Return the lean of the standing body from the picture's vertical: balance keeps it over the foot."""
    shoulders = (track.point("left_shoulder") + track.point("right_shoulder")) / 2
    hips = (track.point("left_hip") + track.point("right_hip")) / 2
    feet = leg.ankle if legs == 1 else (track.point("left_ankle") + track.point("right_ankle")) / 2
    mass = (shoulders + hips) / 2
    lean = geometry.lean_deg(feet * [1, -1], mass * [1, -1])[leg.standing]
    lean = lean[np.isfinite(lean)]
    if len(lean) == 0:
        return Estimate(None, None, Origin.DETECTED, "trunk not seen while standing")
    return Estimate(
        round(float(np.median(lean)), 1), 4.0, Origin.DETECTED, "body over the foot while standing"
    )


def _legs_seen(track: PoseTrack) -> BoolArray:
    names = [f"{side.value}_{joint}" for side in Side for joint in ("hip", "knee", "ankle")]
    return np.asarray(np.isfinite(np.stack([track.point(name) for name in names])).all(axis=(0, 2)))
