"""Which leg when, seen from where: the only code that knows left from right.

A pose track goes in; out come frontal tracks, in which there is only stance and swing, medial and up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from valgus import filters, geometry
from valgus.model.arrays import BoolArray, FloatArray, IntArray
from valgus.model.frontal import Estimate, Facing, FrontalTrack, Origin, Setup, Side, Stretch
from valgus.model.track import PoseTrack

#: A stretch on one leg shorter than this is not believed, s.
LEAST_STRETCH_S = 1.5
#: Time over which the stillness of a foot is looked at, s.
STILL_WITHIN_S = 1.5
#: On both legs, the ankles are this level, move by no more than this, are this far apart, in leg lengths ...
LEVEL_FEET, STILL_FEET, APART_FEET = 0.03, 0.02, 0.06
#: ... with the body this near to the middle between them, as a share of their distance: a free foot that
#: hovers beside the standing one is as level, but the body is over the other ...
OFF_MIDDLE_OF_FEET = 0.15
#: ... for at least this long, s.
LEAST_ON_BOTH_S = 0.5
#: Half-width of the 95 % interval of a yaw measured by hand, deg. Convention.
YAW_GIVEN_CI95_DEG = 2.0
#: Half-width of the 95 % interval of roll, deg: how far a balanced body leans. Convention.
ROLL_CI95_DEG = 4.0


@dataclass(frozen=True)
class Depth:
    """How far off a yaw is that is read from how deep in the picture the hips lie.

    The half-width of its 95 % interval is a fixed part, deg, and a share of the yaw itself.
    """

    ci95_deg: float
    ci95_share: float
    origin: Origin
    method: str


#: On rendered people of the suite's 'settled' half 2.0 deg root mean square over 26 clips, 2.14 for a new
#: clip; on a real clip at 38 deg it was 5 deg short, which the share is for.
GUESSED_DEPTH = Depth(
    4.2, 0.15, Origin.DETECTED, "hips in depth while standing, as the pose model guesses it"
)
#: Markers in space: what is left is how well hip joint centres show the pelvis. Convention.
MEASURED_DEPTH = Depth(1.0, 0.0, Origin.GIVEN, "hips in depth while standing, as the markers have it")


@dataclass(frozen=True)
class GivenSetup:
    """What a person said about the view and the leg, None is 'find out'; and what depth can be trusted."""

    side: Side | None = None
    mirrored: bool | None = None
    yaw_deg: float | None = None
    depth: Depth = GUESSED_DEPTH


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
        None when hips and ankles were never seen together, or only in one and the same place.
    """
    if not _legs_seen(track).any() or np.isnan(track.leg_scale_px):
        return None
    named = _swapped(track) if given.mirrored else track
    facing = _facing(track)
    spans = _both_legs(named, given) if legs == 2 else _one_leg_at_a_time(named, given)
    return Setup(
        stance=tuple(_stretch(named, span, facing, given) for span in spans),
        facing=facing,
        facing_origin=Origin.DETECTED,
        mirrored=bool(given.mirrored),
        mirrored_origin=Origin.ASSUMED if given.mirrored is None else Origin.GIVEN,
        roll_deg=_roll(named, spans, legs),
    )


def sure_of_other_leg(track: PoseTrack, given: GivenSetup, /) -> float:
    """Return how sure it is, 0 to 1, that the leg which was not named carries the person all the time.

    NaN where no leg was named, no legs were seen, or the named one carries for a while.
    """
    if given.side is None or not _legs_seen(track).any():
        return float("nan")
    named = _swapped(track) if given.mirrored else track
    spans = _one_leg_at_a_time(named, replace(given, side=None))
    if not spans or any(span.side is given.side for span in spans):
        return float("nan")
    return min(span.sure for span in spans)


def to_frontal(track: PoseTrack, setup: Setup, /) -> tuple[FrontalTrack, ...]:
    """Return one frontal track for each leg that carries the person, left first.

    Frames in which the leg does not carry the person are NaN.
    """
    named = _swapped(track) if setup.mirrored else track
    sides = sorted({stretch.side for stretch in setup.stance}, key=list(Side).index)
    return tuple(
        _frontal_track(named, side, [stretch for stretch in setup.stance if stretch.side is side])
        for side in sides
    )


def medial_sign_at(instant_s: float, side: Side, track: PoseTrack, setup: Setup, /) -> float:
    """Return +1 where the inside of a leg is to the right of the picture, -1 to the left, NaN if unknown.

    Parameters
    ----------
    instant_s : float
        When, s; at another time than this leg carries the person, the stretch nearest to it counts.
    side : Side
        The leg, as the person calls it.
    track : PoseTrack
        Cleaned; left and right as the pose source labelled them.
    setup : Setup
        What was found for this track.
    """
    named = _swapped(track) if setup.mirrored else track
    signs = _medial_signs(named, side, [setup.stretch_at(instant_s, side)])
    known = signs[np.isfinite(signs)]
    return float(known[0]) if len(known) else float("nan")


def _frontal_track(track: PoseTrack, side: Side, stance: Sequence[Stretch]) -> FrontalTrack:
    signs = _medial_signs(track, side, stance)
    lengths_px = [s.leg_length_px.value for s in stance if s.leg_length_px.value is not None]

    def frontal(name: str, of: Side) -> FloatArray:
        # Pixels run down, the frontal plane runs up; medial is the sign of each stretch.
        return track.point_if_given(f"{of.value}_{name}") * np.stack([signs, -np.ones_like(signs)], axis=1)

    own, other = side, side.other
    leg = FrontalTrack(
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
        leg_length_px=float(np.mean(lengths_px)) if lengths_px else float("nan"),
    )
    return _with_pelvis(leg, track, frontal)


def _with_pelvis(
    leg: FrontalTrack, track: PoseTrack, frontal: Callable[[str, Side], FloatArray]
) -> FrontalTrack:
    """Return the leg with the front of the pelvis, where stickers give it; a lost one is not filled in."""
    names = [f"{side.value}_asis" for side in (leg.side, leg.side.other)]
    if not set(names) <= set(track.names):
        return leg
    seen = track.confidence_of(*names) > 0
    return replace(
        leg,
        asis=np.where(seen[:, None], frontal("asis", leg.side), np.nan),
        swing_asis=np.where(seen[:, None], frontal("asis", leg.side.other), np.nan),
        two_leg_tilt_deg=_two_leg_tilt_deg(track, leg.side, seen),
    )


def _two_leg_tilt_deg(track: PoseTrack, side: Side, seen: BoolArray) -> float | None:
    """Return the tilt of the sticker line on both legs, + other side lower; None if that is not seen."""
    tilt = geometry.tilt_deg(
        track.point(f"{side.value}_asis") * [1, -1], track.point(f"{side.other.value}_asis") * [1, -1]
    )
    known = tilt[_on_both_legs(track) & seen & np.isfinite(tilt)]
    return round(float(np.median(known)), 3) if len(known) else None


def _on_both_legs(track: PoseTrack) -> BoolArray:
    """Return frames (n,) of quiet standing with both feet on one level and the body between them."""
    scale = track.leg_scale_px
    left, right = track.point("left_ankle"), track.point("right_ankle")
    middle = (track.point("left_hip") + track.point("right_hip"))[:, 0] / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        between = (middle - left[:, 0]) / (right[:, 0] - left[:, 0])
        level = np.abs(left[:, 1] - right[:, 1]) <= LEVEL_FEET * scale
        still = (_unrest(track, left) + _unrest(track, right)) <= STILL_FEET * scale
        straight = np.fmin(*(_hip_ankle_px(track, each) for each in Side)) >= 0.95 * scale
        apart = np.abs(left[:, 0] - right[:, 0]) >= APART_FEET * scale
        stands = level & still & straight & apart & (np.abs(between - 0.5) <= OFF_MIDDLE_OF_FEET)
    for run in filters.runs(stands):
        if track.time_s[run.stop - 1] - track.time_s[run.start] < LEAST_ON_BOTH_S:
            stands[run] = False
    return np.asarray(stands)


def _medial_signs(track: PoseTrack, side: Side, stance: Sequence[Stretch]) -> FloatArray:
    """Return (n,) +1 where medial is to the right of the picture, -1 to the left, NaN without stance."""
    across = track.point(f"{side.other.value}_hip")[:, 0] - track.point(f"{side.value}_hip")[:, 0]
    signs = np.full(len(track.time_s), np.nan)
    for stretch in stance:
        inside = _within(track, stretch)
        known = across[inside & np.isfinite(across)]
        # One sign per stretch: a hip line that is noisy or turned away must not make it flicker.
        signs[inside] = np.sign(np.median(known)) if len(known) else np.nan
    return signs


def _within(track: PoseTrack, stretch: Stretch | _Span) -> BoolArray:
    return np.asarray((track.time_s >= stretch.start_s) & (track.time_s <= stretch.end_s))


# --- names -----------------------------------------------------------------------------------------------


def _swapped(track: PoseTrack) -> PoseTrack:
    """Return the track with left and right exchanged: in a mirror image the source took one for the other."""
    return replace(track, names=tuple(_other_side_of(name) for name in track.names))


def _other_side_of(name: str) -> str:
    swap = {"left": "right", "right": "left"}
    return "_".join(swap.get(part, part) for part in name.split("_"))


# --- stance ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Span:
    """A side and the time during which it carries the person."""

    side: Side
    start_s: float
    end_s: float
    origin: Origin
    sure: float


def _both_legs(track: PoseTrack, given: GivenSetup) -> tuple[_Span, ...]:
    sides = [given.side] if given.side else list(Side)
    origin = Origin.GIVEN if given.side else Origin.DETECTED
    return tuple(_Span(side, *_ends(track), origin, 1.0) for side in sides)


def _one_leg_at_a_time(track: PoseTrack, given: GivenSetup) -> tuple[_Span, ...]:
    if given.side:
        return (_Span(given.side, *_ends(track), Origin.GIVEN, 1.0),)
    evidence = _left_carries(track)
    known = np.flatnonzero(np.isfinite(evidence))
    turns = [0, *(np.flatnonzero(np.diff(np.sign(evidence[known]))) + 1), len(known)]
    pieces = [known[a:b] for a, b in pairwise(turns) if b > a]
    return tuple(_span(piece, track, evidence) for piece in _without_short_ones(pieces, track, evidence))


def _ends(track: PoseTrack) -> tuple[float, float]:
    return float(track.time_s[0]), float(track.time_s[-1])


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
    # Where only one foot is seen, the other is behind it or out of the picture: the seen one stands.
    only_left, only_right = (
        np.isfinite(a[:, 0]) & np.isnan(b[:, 0]) for a, b in ((left, right), (right, left))
    )
    evidence = np.where(only_left, 1.0, np.where(only_right, -1.0, evidence))
    return filters.moving_mean(evidence, track.time_s, width_s=1.0)


def _unrest(track: PoseTrack, point: FloatArray) -> FloatArray:
    spreads = [
        filters.moving_spread(point[:, axis], track.time_s, width_s=STILL_WITHIN_S) for axis in range(2)
    ]
    return np.asarray(np.hypot(*spreads))


def _without_short_ones(pieces: list[IntArray], track: PoseTrack, evidence: FloatArray) -> list[IntArray]:
    """Join each piece that is too short to be a stance, or that leans the same way, to the one before it."""
    kept: list[IntArray] = []
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


def _span(piece: IntArray, track: PoseTrack, evidence: FloatArray) -> _Span:
    strength = float(np.mean(evidence[piece]))
    return _Span(
        side=Side.LEFT if strength >= 0 else Side.RIGHT,
        start_s=float(track.time_s[piece[0]]),
        end_s=float(track.time_s[piece[-1]]),
        origin=Origin.DETECTED,
        sure=round(float(1 / (1 + np.exp(-2 * abs(strength)))), 3),
    )


# --- view ------------------------------------------------------------------------------------------------


def _stretch(track: PoseTrack, span: _Span, facing: Facing, given: GivenSetup) -> Stretch:
    return Stretch(
        side=span.side,
        start_s=span.start_s,
        end_s=span.end_s,
        origin=span.origin,
        sure=span.sure,
        leg_length_px=_leg_length(track, span),
        yaw_deg=_yaw(track, span, facing, given),
    )


def _facing(track: PoseTrack) -> Facing:
    across = track.point("left_hip")[:, 0] - track.point("right_hip")[:, 0]
    # Seen from the front, the person's left is on the right of the picture.
    return Facing.FRONT if np.nanmedian(across) > 0 else Facing.BACK


def _leg_px(track: PoseTrack, span: _Span) -> FloatArray:
    """Return the hip-ankle distance (n,) of the leg that carries, NaN outside its span."""
    return np.where(_within(track, span), _hip_ankle_px(track, span.side), np.nan)


def _hip_ankle_px(track: PoseTrack, side: Side) -> FloatArray:
    return geometry.distance(track.point(f"{side.value}_ankle"), track.point(f"{side.value}_hip"))


def _standing(length_px: FloatArray) -> BoolArray:
    """Return frames (n,) in which a leg is within 3 % of its usual full length."""
    return filters.near_highest(length_px, share=0.97)


def _leg_length(track: PoseTrack, span: _Span) -> Estimate:
    length = _leg_px(track, span)
    standing = length[_standing(length)]
    if len(standing) == 0 or np.median(standing) < 1:  # hip and ankle in one point are no leg
        return Estimate(None, None, Origin.DETECTED, "the leg was never seen whole")
    median = float(np.median(standing))
    # The pose model places the ankle about 20 mm high, 2.4 % of a leg.
    return Estimate(round(median, 1), round(0.03 * median, 1), Origin.DETECTED, "standing hip-ankle distance")


def _yaw(track: PoseTrack, span: _Span, facing: Facing, given: GivenSetup) -> Estimate:
    """Return how far the standing hips are turned in depth, + where it adds valgus on the carrying leg.

    Facing the camera, a stance hip that is nearer than the other points the knee to the medial side.
    """
    if given.yaw_deg is not None:
        return Estimate(given.yaw_deg, YAW_GIVEN_CI95_DEG, Origin.GIVEN, "given by hand")
    turn = _turn_deg(track, span.side)
    standing = _within(track, span) & _standing(_leg_px(track, span)) & np.isfinite(turn)
    if not standing.any():
        return Estimate(None, None, Origin.DETECTED, "the track has no depth")
    turned = float(np.median(turn[standing]))
    signed = turned if facing is Facing.FRONT else -turned
    ci95 = given.depth.ci95_deg + given.depth.ci95_share * abs(signed)
    return Estimate(round(signed, 1), round(ci95, 1), given.depth.origin, given.depth.method)


def _turn_deg(track: PoseTrack, side: Side) -> FloatArray:
    # Shoulders would be steadier, but of a turn they show only half; hips during the reps tremble more.
    across = track.world(f"{side.other.value}_hip") - track.world(f"{side.value}_hip")
    return np.asarray(np.degrees(np.arctan2(across[:, 2], np.abs(across[:, 0]))))


def _roll(track: PoseTrack, spans: Sequence[_Span], legs: int) -> Estimate:
    """Return the lean of the standing body from the picture's vertical: balance keeps it over the foot."""
    shoulders = (track.point_if_given("left_shoulder") + track.point_if_given("right_shoulder")) / 2
    hips = (track.point("left_hip") + track.point("right_hip")) / 2
    both_feet = (track.point("left_ankle") + track.point("right_ankle")) / 2
    mass = (shoulders + hips) / 2
    leans = []
    for span in spans:
        feet = both_feet if legs == 2 else track.point(f"{span.side.value}_ankle")
        leans.append(geometry.lean_deg(feet * [1, -1], mass * [1, -1])[_standing(_leg_px(track, span))])
    lean = np.concatenate(leans)
    lean = lean[np.isfinite(lean)]
    if len(lean) == 0:
        return Estimate(None, None, Origin.DETECTED, "trunk not seen while standing")
    roll_deg = round(float(np.median(lean)), 1)
    return Estimate(roll_deg, ROLL_CI95_DEG, Origin.DETECTED, "body over the foot while standing")


def _legs_seen(track: PoseTrack) -> BoolArray:
    """Return frames (n,) in which both hips and at least one whole leg have a place."""
    known = {name: np.isfinite(track.point(name)).all(axis=1) for name in track.names}
    whole = [known[f"{side.value}_knee"] & known[f"{side.value}_ankle"] for side in Side]
    return np.asarray(known["left_hip"] & known["right_hip"] & (whole[0] | whole[1]))
