"""From a recipe to one pose target per frame.

A repetition is a curve of **depth**: 0 standing, 1 at the lowest point. Everything else follows it: angles go
from their standing value to the wanted peak as the depth does, and small seeded sway lies on top. The sway is
made to vanish where a repetition is lowest, so that its peak values are the recipe's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from valgus.phantom.arrays import FloatArray
from valgus.phantom.body import Body
from valgus.phantom.pose import ArmPose, PoseTarget, Side, SwingPose
from valgus.phantom.recipe import Recipe, RepTarget, Task
from valgus.phantom.skeleton import ankle_over_ball

_STANDING_FLEXION_DEG = 8.0
_TURNAROUND = 1.4
_SHIFT_WEIGHT_S = 0.6
_GRAVITY = 9.81


@dataclass(frozen=True)
class RepSpan:
    """When a repetition happens.

    Attributes
    ----------
    target : RepTarget
        What it reaches.
    start_s, end_s : float
        Leaving standing, and standing again.
    lowest_s : float
        Planned time of the lowest point; the lowest frame is the nearest one or its neighbour.
    initial_contact_s : float or None
        First touch of the ground after flight.
    """

    target: RepTarget
    start_s: float
    end_s: float
    lowest_s: float
    initial_contact_s: float | None = None


@dataclass(frozen=True)
class Motion:
    """Poses of a clip and times of its repetitions; `quiet_s` is the standing that serves as baseline."""

    targets: tuple[PoseTarget, ...]
    reps: tuple[RepSpan, ...]
    quiet_s: tuple[float, float]
    duration_s: float


@dataclass(frozen=True)
class _Stage:
    """Where in the task the athlete is: depth 0 to 1, and `both_feet` 1 standing on two legs."""

    target: RepTarget
    knee_flexion_deg: float
    depth: float
    rise_m: float = 0.0
    foot_pitch_deg: float = 0.0
    both_feet: float = 0.0


@dataclass(frozen=True)
class _Style:
    """Standing and deep value of what is not measured but must look right, degrees."""

    leg_back: tuple[float, float] = (1.5, 13.0)
    pelvic_tilt: tuple[float, float] = (4.0, 20.0)
    trunk_bend: tuple[float, float] = (3.0, 25.0)
    head_nod: tuple[float, float] = (4.0, 9.0)
    swing_hip: tuple[float, float] = (2.0, 20.0)
    swing_knee: tuple[float, float] = (72.0, 94.0)
    swing_abduction: tuple[float, float] = (2.0, 3.0)
    swing_dorsiflexion: tuple[float, float] = (-12.0, 4.0)


_STYLES: dict[Task, _Style] = {
    Task.STEP_DOWN: _Style(
        swing_hip=(9.0, 14.0),
        swing_knee=(10.0, 9.0),
        swing_abduction=(5.0, 5.0),
        swing_dorsiflexion=(4.0, 8.0),
    ),
    Task.SINGLE_LEG_SQUAT: _Style(),
    Task.LANDING: _Style(swing_hip=(8.0, 20.0), swing_knee=(64.0, 96.0), swing_dorsiflexion=(-8.0, 6.0)),
    Task.STANCE: _Style(swing_hip=(22.0, 22.0), swing_knee=(60.0, 60.0)),
    Task.SQUAT: _Style(trunk_bend=(3.0, 32.0)),
    Task.DROP_JUMP: _Style(trunk_bend=(3.0, 30.0)),
}

# Away from the trunk, forward, elbow, twist; standing and deep.
_ARMS: dict[str, tuple[ArmPose, ArmPose]] = {
    "out": (ArmPose(31.0, 14.0, 31.0, 25.0), ArmPose(35.0, 26.0, 43.0, 25.0)),
    "down": (ArmPose(12.0, 2.0, 14.0, 20.0), ArmPose(13.0, 12.0, 14.0, 20.0)),
    "front": (ArmPose(9.0, 70.0, 12.0, 10.0), ArmPose(9.0, 94.0, 12.0, 10.0)),
    "hips": (ArmPose(44.0, -12.0, 100.0, -62.0), ArmPose(44.0, -12.0, 100.0, -62.0)),
}


def plan_motion(recipe: Recipe, /) -> Motion:
    """Plan every frame of a clip.

    Returns
    -------
    Motion
        One `PoseTarget` per frame, at times 0, 1/fps, 2/fps, ...
    """
    lead_s = recipe.two_leg_lead_s + (_SHIFT_WEIGHT_S if recipe.two_leg_lead_s > 0.0 else 0.0)
    quiet_end_s = lead_s + recipe.quiet_s
    reps = tuple(_schedule(recipe, quiet_end_s))
    duration_s = reps[-1].end_s + recipe.tail_s
    frames = round(duration_s * recipe.fps)
    poser = _Poser(recipe, reps)
    targets = tuple(poser.at(frame / recipe.fps) for frame in range(frames))
    baseline = (0.0, recipe.two_leg_lead_s) if recipe.two_leg_lead_s > 0.0 else (0.0, quiet_end_s)
    return Motion(targets, reps, baseline, frames / recipe.fps)


def _schedule(recipe: Recipe, first_s: float) -> Iterator[RepSpan]:
    if recipe.task is Task.STANCE:
        yield RepSpan(recipe.reps[0], first_s, first_s + recipe.hold_s, first_s + recipe.hold_s / 2.0)
        return
    rng = np.random.default_rng((recipe.seed, 4))
    start_s = first_s
    for target in recipe.reps:
        down, up, rest = rng.uniform(1.0 - recipe.pace_spread, 1.0 + recipe.pace_spread, 3).tolist()
        if recipe.task.has_flight:
            span = _flight_span(target, start_s, recipe.hop_m, recipe.ascent_s * up)
        else:
            span = _slow_span(target, start_s, recipe.descent_s * down, recipe.ascent_s * up)
        yield span
        start_s = span.end_s + recipe.rest_s * rest


def _slow_span(target: RepTarget, start_s: float, descent_s: float, ascent_s: float) -> RepSpan:
    lowest_s = start_s + descent_s
    return RepSpan(target, start_s, lowest_s + ascent_s, lowest_s)


def _flight_span(target: RepTarget, start_s: float, rise_m: float, recovery_s: float) -> RepSpan:
    contact_s = start_s + _DIP_S + _PUSH_S + flight_s(rise_m)
    lowest_s = contact_s + _ABSORB_S
    return RepSpan(target, start_s, lowest_s + recovery_s, lowest_s, contact_s)


# ------------------------------------------------------------------------------------------------------ depth

_DIP_S, _PUSH_S, _ABSORB_S = 0.42, 0.22, 0.21
_HEEL_LIFT_S, _HEEL_DROP_S = 0.13, 0.07
_DIP_DEG, _TAKE_OFF_DEG, _TUCK_DEG, _CONTACT_DEG = 38.0, 11.0, 24.0, 17.0
_PUSH_PITCH_DEG, _CONTACT_PITCH_DEG = 28.0, 18.0


def flight_s(rise_m: float, /) -> float:
    """Time in the air of a jump that rises by this much."""
    return 2.0 * math.sqrt(2.0 * rise_m / _GRAVITY)


def _ease(share: float) -> float:
    """From 0 to 1 with a gentle start and end."""
    return 0.5 - 0.5 * math.cos(math.pi * min(max(share, 0.0), 1.0))


def _slow_depth(time_s: float, span: RepSpan) -> float:
    """Depth of a squat or step-down: one rounded lowest point, curved more than start and end."""
    if time_s <= span.lowest_s:
        share = (time_s - span.start_s) / (span.lowest_s - span.start_s)
    else:
        share = (span.end_s - time_s) / (span.end_s - span.lowest_s)
    return float(_ease(share) ** _TURNAROUND)


def _slow_stage(time_s: float, span: RepSpan) -> _Stage:
    depth = _slow_depth(time_s, span)
    flexion = _STANDING_FLEXION_DEG + (span.target.knee_flexion_deg - _STANDING_FLEXION_DEG) * depth
    return _Stage(span.target, flexion, depth)


def _flight_stage(time_s: float, span: RepSpan, rise_m: float) -> _Stage:
    """Dip, push off, fly, touch down, absorb, recover."""
    flexion = _flight_flexion_deg(time_s, span, rise_m)
    depth = (flexion - _STANDING_FLEXION_DEG) / (span.target.knee_flexion_deg - _STANDING_FLEXION_DEG)
    contact_s = _contact_of(span)
    share = 1.0 + (time_s - contact_s) / flight_s(rise_m)
    rise = rise_m * (1.0 - (2.0 * share - 1.0) ** 2) if 0.0 < share < 1.0 else 0.0
    return _Stage(
        span.target, flexion, min(max(depth, 0.0), 1.0), rise, _foot_pitch_deg(time_s, span, rise_m)
    )


def _contact_of(span: RepSpan) -> float:
    if span.initial_contact_s is None:
        raise ValueError("a repetition with flight needs a time of contact")
    return span.initial_contact_s


def _flight_flexion_deg(time_s: float, span: RepSpan, rise_m: float) -> float:
    contact_s = _contact_of(span)
    take_off_s = contact_s - flight_s(rise_m)
    apex_s = 0.5 * (take_off_s + contact_s)
    peak = span.target.knee_flexion_deg
    if time_s < span.start_s + _DIP_S:
        return _between(_STANDING_FLEXION_DEG, _DIP_DEG, _ease((time_s - span.start_s) / _DIP_S))
    if time_s < take_off_s:
        push = (time_s - take_off_s + _PUSH_S) / _PUSH_S
        return _between(_DIP_DEG, _TAKE_OFF_DEG, 1.0 - math.cos(0.5 * math.pi * push))
    if time_s < apex_s:
        return _between(_TAKE_OFF_DEG, _TUCK_DEG, _ease((time_s - take_off_s) / (apex_s - take_off_s)))
    if time_s < contact_s:
        return _between(_TUCK_DEG, _CONTACT_DEG, _ease((time_s - apex_s) / (contact_s - apex_s)))
    if time_s < span.lowest_s:
        return _between(_CONTACT_DEG, peak, math.sin(0.5 * math.pi * (time_s - contact_s) / _ABSORB_S))
    return _between(
        peak, _STANDING_FLEXION_DEG, _ease((time_s - span.lowest_s) / (span.end_s - span.lowest_s))
    )


def _foot_pitch_deg(time_s: float, span: RepSpan, rise_m: float) -> float:
    contact_s = _contact_of(span)
    take_off_s = contact_s - flight_s(rise_m)
    if time_s < take_off_s:
        share = max(0.0, (time_s - take_off_s + _HEEL_LIFT_S) / _HEEL_LIFT_S)
        return _PUSH_PITCH_DEG * (1.0 - math.cos(0.5 * math.pi * share))
    if time_s < contact_s:
        return _between(
            _PUSH_PITCH_DEG, _CONTACT_PITCH_DEG, _ease((time_s - take_off_s) / (contact_s - take_off_s))
        )
    share = min(1.0, (time_s - contact_s) / _HEEL_DROP_S)
    return _CONTACT_PITCH_DEG * (1.0 - math.sin(0.5 * math.pi * share))


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


# ------------------------------------------------------------------------------------------------------- sway

# Amplitude (degrees) and main frequency (Hz) of the sway of each angle.
_SWAY: dict[str, tuple[float, float]] = {
    "knee_flexion": (0.35, 0.85),
    "fppa": (0.35, 1.25),
    "drop": (0.25, 0.80),
    "trunk_lean": (0.45, 0.50),
    "leg_out": (0.30, 0.45),
    "leg_back": (0.25, 0.60),
    "pelvic_turn": (0.80, 0.40),
    "trunk_turn": (1.30, 0.35),
    "head_turn": (3.00, 0.21),
    "head_nod": (1.30, 0.30),
    "arm_left": (2.20, 0.37),
    "arm_right": (2.20, 0.31),
    "swing_hip": (0.80, 0.55),
    "swing_knee": (1.20, 0.47),
}


class _Sway:
    """Slow, small, reproducible unrest: two sines per angle."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng((seed, 3))
        self._phases = {name: rng.uniform(0.0, 2.0 * math.pi, 2) for name in _SWAY}

    def at(self, name: str, time_s: float) -> float:
        amplitude, frequency = _SWAY[name]
        first, second = self._phases[name]
        turn = 2.0 * math.pi * frequency * time_s
        return amplitude * (0.75 * math.sin(turn + first) + 0.25 * math.sin(2.3 * turn + second))


# ------------------------------------------------------------------------------------------------------ poses


class _Poser:
    """Knows where everything is at any time of one clip."""

    def __init__(self, recipe: Recipe, reps: tuple[RepSpan, ...]) -> None:
        self._recipe, self._reps = recipe, reps
        self._style = _STYLES[recipe.task]
        self._sway = _Sway(recipe.seed)
        self._feet = _Footing(recipe)

    def at(self, time_s: float) -> PoseTarget:
        recipe, style = self._recipe, self._style
        span = self._span_at(time_s)
        stage = self._stage_at(time_s, span)
        depth = stage.depth
        sway = self._settled_sway(time_s, span, depth)
        single = 1.0 - stage.both_feet
        side = recipe.side

        def follow(ends: tuple[float, float]) -> float:
            return _between(ends[0], ends[1], depth)

        return PoseTarget(
            stance=side,
            ankle_m=self._feet.stance_ankle(stage),
            foot_pitch_deg=stage.foot_pitch_deg,
            toe_out_deg=self._feet.toe_out_deg,
            knee_flexion_deg=stage.knee_flexion_deg + sway("knee_flexion"),
            fppa_deg=self._fppa_deg(stage, stage.target.fppa_deg) + sway("fppa"),
            leg_back_deg=follow(style.leg_back) + sway("leg_back"),
            leg_out_deg=self._feet.leg_out_deg(stage) + single * sway("leg_out"),
            pelvic_drop_deg=self._drop_deg(stage) + single * sway("drop"),
            pelvic_tilt_deg=follow(style.pelvic_tilt),
            pelvic_turn_deg=single * (4.0 * side.sign * depth + sway("pelvic_turn")),
            trunk_lean_deg=stage.target.trunk_lean_deg * depth + sway("trunk_lean"),
            trunk_bend_deg=follow(style.trunk_bend),
            trunk_turn_deg=sway("trunk_turn"),
            head_turn_deg=sway("head_turn"),
            head_nod_deg=follow(style.head_nod) + sway("head_nod"),
            swing=self._swing(stage, sway),
            arms={each: self._arm(each, depth, sway) for each in Side},
        )

    def _span_at(self, time_s: float) -> RepSpan:
        """Return the repetition under way, or the one that is nearest in time."""
        return min(self._reps, key=lambda span: max(span.start_s - time_s, time_s - span.end_s, 0.0))

    def _stage_at(self, time_s: float, span: RepSpan) -> _Stage:
        if self._recipe.task.is_two_leg:
            return self._moving_stage(time_s, span, both_feet=1.0)
        lead_s = self._recipe.two_leg_lead_s
        both = 0.0 if lead_s <= 0.0 else 1.0 - _ease((time_s - lead_s) / _SHIFT_WEIGHT_S)
        return self._moving_stage(time_s, span, both_feet=both)

    def _moving_stage(self, time_s: float, span: RepSpan, *, both_feet: float) -> _Stage:
        if self._recipe.task is Task.STANCE:
            return _Stage(span.target, _STANDING_FLEXION_DEG, 1.0 - both_feet, both_feet=both_feet)
        if not span.start_s < time_s < span.end_s:
            return _Stage(span.target, _STANDING_FLEXION_DEG, 0.0, both_feet=both_feet)
        if self._recipe.task.has_flight:
            stage = _flight_stage(time_s, span, self._recipe.hop_m)
        else:
            stage = _slow_stage(time_s, span)
        return _Stage(
            stage.target, stage.knee_flexion_deg, stage.depth, stage.rise_m, stage.foot_pitch_deg, both_feet
        )

    def _settled_sway(self, time_s: float, span: RepSpan, depth: float) -> Callable[[str], float]:
        """Sway that passes through zero at the repetition's lowest point."""

        def sway(name: str) -> float:
            if self._recipe.task is Task.STANCE:
                return self._sway.at(name, time_s)
            return self._sway.at(name, time_s) - self._sway.at(name, span.lowest_s) * depth

        return sway

    def _fppa_deg(self, stage: _Stage, peak_deg: float) -> float:
        standing = self._recipe.standing_fppa_deg
        return _between(standing, peak_deg, stage.depth**1.15)

    def _drop_deg(self, stage: _Stage) -> float:
        """Obliquity of the pelvis; peaks count from the standing that serves as baseline."""
        recipe = self._recipe
        if recipe.task.is_two_leg:
            return 0.0
        baseline = 0.0 if recipe.two_leg_lead_s > 0.0 else recipe.standing_drop_deg
        single = _between(recipe.standing_drop_deg, baseline + stage.target.pelvic_drop_deg, stage.depth)
        return single * (1.0 - stage.both_feet)

    def _swing(self, stage: _Stage, sway: Callable[[str], float]) -> SwingPose:
        style, depth = self._style, stage.depth
        peak = stage.target.fppa_deg if stage.target.swing_fppa_deg is None else stage.target.swing_fppa_deg
        return SwingPose(
            hip_flexion_deg=_between(*style.swing_hip, depth) + sway("swing_hip"),
            knee_flexion_deg=_between(*style.swing_knee, depth) + sway("swing_knee"),
            hip_abduction_deg=_between(*style.swing_abduction, depth) + self._feet.spread_deg,
            dorsiflexion_deg=_between(*style.swing_dorsiflexion, depth),
            planted=stage.both_feet,
            planted_ankle_m=self._feet.swing_ankle(stage),
            fppa_deg=self._fppa_deg(stage, peak),
        )

    def _arm(self, side: Side, depth: float, sway: Callable[[str], float]) -> ArmPose:
        standing, deep = _ARMS[self._recipe.arms]
        unrest = sway(f"arm_{side.value}") * (0.25 if self._recipe.arms == "hips" else 1.0)
        return ArmPose(
            _between(standing.abduction_deg, deep.abduction_deg, depth) + unrest,
            _between(standing.flexion_deg, deep.flexion_deg, depth),
            _between(standing.elbow_deg, deep.elbow_deg, depth) + 0.5 * unrest,
            standing.twist_deg,
        )


class _Footing:
    """Where the feet are."""

    toe_out_deg = 7.0

    def __init__(self, recipe: Recipe) -> None:
        has_wide_step = recipe.task is Task.STEP_DOWN and recipe.two_leg_lead_s > 0.0
        self.spread_deg = 6.0 if has_wide_step else 0.0
        self._recipe = recipe
        self._body: Body = recipe.body
        scale, sign = self._body.scale, recipe.side.sign
        half_stance = 0.5 * (0.30 if recipe.task.is_two_leg else 0.15) * scale
        self._two_leg_spacing_m = 2.0 * half_stance
        across = half_stance if recipe.task.is_two_leg else 0.045 * scale
        self._flat_ankle = np.array([sign * across, recipe.ground_m + self._body.ankle_height_m * scale, 0.0])

    def stance_ankle(self, stage: _Stage) -> tuple[float, float, float]:
        return self._lifted(self._flat_ankle, stage, self._recipe.side)

    def swing_ankle(self, stage: _Stage) -> tuple[float, float, float]:
        side = self._recipe.side
        place = self._flat_ankle - np.array([side.sign * self._two_leg_spacing_m, 0.0, 0.0])
        return self._lifted(place, stage, side.other)

    def _lifted(self, flat: FloatArray, stage: _Stage, side: Side) -> tuple[float, float, float]:
        ankle = ankle_over_ball(
            flat, pitch_deg=stage.foot_pitch_deg, toe_out_deg=self.toe_out_deg, body=self._body, side=side
        )
        return float(ankle[0]), float(ankle[1] + stage.rise_m), float(ankle[2])

    def leg_out_deg(self, stage: _Stage) -> float:
        """Inclination of the stance leg: over one foot, or between both."""
        half_hips = 0.5 * self._body.hip_width_m * self._body.scale
        between_feet = math.degrees(
            math.asin((half_hips - 0.5 * self._two_leg_spacing_m) / self._body.leg_length_m)
        )
        return _between(3.2 - 0.6 * stage.depth, between_feet, stage.both_feet)
