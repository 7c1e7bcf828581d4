"""The filming check, and a grade with reasons for every rep. Limits live in ``rules/gates.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from valgus.model.arrays import BoolArray
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.frontal import Estimate, FrontalTrack, Origin, Setup, Side
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Finding, Gate, Severity
from valgus.model.track import PoseTrack

#: A landmark counts as seen from this visibility on, as in cleaning.
SEEN = 0.5


#: The body from head to feet; arms may leave the picture.
BODY = (
    "nose",
    *(
        f"{side}_{part}"
        for part in ("shoulder", "hip", "knee", "ankle", "heel", "foot_index")
        for side in ("left", "right")
    ),
)
#: A landmark is at the edge of the picture within this share of its width or height.
AT_EDGE = 0.01
#: A fall is looked for this long before the foot touches the ground, also in slow motion, s.
FALL_WITHIN_S = 3.0
#: The hips fall fastest just after the foot has touched the ground, s.
FASTEST_WITHIN_S = 0.1

#: Too little to stand, bend and stand again, s.
LEAST_CLIP_S = 1.5


#: Hips or knees at least so far beside each other, in leg lengths, are told apart.
APART = 0.1


@dataclass(frozen=True)
class Filming:
    """Everything about one clip that the filming check looks at.

    ``track`` is the raw one; a leg in ``legs`` is NaN while it does not carry the person. Without a person
    there is no ``setup`` and there are no ``legs``. ``sure_of_other_leg`` is how sure it is that a leg was
    named which does not carry the person, NaN where it may.
    """

    clip: Clip
    evidence: ClipEvidence
    track: PoseTrack
    setup: Setup | None
    legs: Sequence[FrontalTrack]
    sure_of_other_leg: float = float("nan")

    def seen_share(self) -> float:
        """Share of frames in which hip, knee and ankle of a leg that carries the person are seen."""
        seen = [leg.carries & (leg.confidence >= SEEN) for leg in self.legs]
        return float(np.any(seen, axis=0).mean()) if seen else 0.0

    def swapped_share(self) -> float:
        """Return in how many frames left and right hip and knee are the other way round than in most.

        Of those frames in which both pairs agree, and are clearly apart; NaN where there are none.
        """
        pairs = [
            self.track.point(f"left_{joint}")[:, 0] - self.track.point(f"right_{joint}")[:, 0]
            for joint in ("hip", "knee")
        ]
        hips, knees = pairs
        least_px = APART * self.track.leg_scale_px
        told = (np.sign(hips) == np.sign(knees)) & (np.minimum(np.abs(hips), np.abs(knees)) > least_px)
        if not told.any():
            return float("nan")
        left = float((hips[told] < 0).mean())
        return min(left, 1.0 - left)

    def off_centre_legs(self) -> float:
        """Return how far aside of the picture's middle the person stands, in leg lengths; NaN if unknown.

        It is where the ankle of the leg that carries the person is, or the middle between both if both do.
        """
        # Medial is left or right of the picture, so only the sign of x was lost.
        ankles_px = [np.where(leg.carries, np.abs(leg.ankle[:, 0]), np.nan) for leg in self.legs]
        carried = np.any(np.isfinite(ankles_px), axis=0)
        if not carried.any():
            return float("nan")
        aside_px = np.nanmean(np.array(ankles_px)[:, carried], axis=0) - self.clip.width_px / 2
        return float(np.median(np.abs(aside_px)) / np.mean([leg.leg_length_px for leg in self.legs]))

    def cut_share(self) -> float:
        """Return the share of the frames with a person in which the picture's edge cuts the body."""
        columns = [self.track.index(name) for name in BODY if name in self.track.names]
        xy = self.track.xy_px[:, columns] / [self.clip.width_px, self.clip.height_px]
        # Where the others are seen, a landmark is blank because it lies outside the picture.
        inside: BoolArray = np.all((xy > AT_EDGE) & (xy < 1 - AT_EDGE), axis=(1, 2))
        somebody: BoolArray = np.any(np.isfinite(self.track.xy_px), axis=(1, 2))
        return 1 - _share(inside, somebody) if somebody.any() else float("nan")


def check_filming(filming: Filming, gates: Sequence[Gate], /) -> tuple[Finding, ...]:
    """Return what a person should know about the filming, worst first.

    Estimates are held against limits by the end of their interval that is nearer to harmless: a gate closes
    when the whole interval lies beyond.
    """
    if filming.setup is None:
        return (_why_no_legs(filming), *crossed(gates, _pixel_facts(filming.evidence)))
    findings = (*crossed(gates, _clip_facts(filming)), *_notes(filming))
    return tuple(sorted(findings, key=lambda finding: -finding.severity.rank))


def grade_reps(
    reps: Sequence[Rep], legs: Sequence[FrontalTrack], gates: Sequence[Gate], filming: Sequence[Finding], /
) -> tuple[Rep, ...]:
    """Return the reps with grade and reasons: the worst of the clip's findings and of their own."""
    by_side = {leg.side: leg for leg in legs}
    return tuple(_graded(rep, by_side[rep.side], gates, filming) for rep in reps)


def forbids_reps(findings: Sequence[Finding], /) -> bool:
    """Return whether a finding is so heavy that no rep may be reported."""
    return any(finding.severity is Severity.STOP for finding in findings)


def check_reps(
    reps: Sequence[Rep],
    filming: Sequence[Finding],
    gates: Sequence[Gate],
    /,
    *,
    clip: Clip,
    how_to: str,
    least: int,
    better: int,
) -> tuple[Finding, ...]:
    """Return what is wrong with the reps as a set, and what lowered the grade of single ones.

    ``how_to`` is what a person can do so that reps of the task are found, ``least`` the fewest valid reps
    that are judged and ``better`` how many should be filmed.
    """
    if forbids_reps(filming):
        return ()
    if not reps:
        return (_no_rep(clip, how_to),)
    valid = [rep for rep in reps if rep.grade is not Grade.INVALID]
    few = tuple(
        _too_few(side, count, least, better)
        for side in dict.fromkeys(rep.side for rep in reps)
        if 0 < (count := sum(rep.side is side for rep in valid)) < least
    )
    return (*few, *(found for gate in gates if (found := _lowered_by(gate, reps)) is not None))


def check_set(
    reps: Sequence[Rep], legs: Sequence[FrontalTrack], track: PoseTrack, gates: Sequence[Gate], /
) -> tuple[Finding, ...]:
    """Return what all reps together say about the filming and the execution; ``track`` is the raw one."""
    return crossed(gates, _set_facts(reps, legs, track)) if reps else ()


def check_pelvis(
    reps: Sequence[Rep], drop_deg: Sequence[float], evidence: ClipEvidence, /
) -> tuple[Finding, ...]:
    """Return what kept pelvic drop from being measured, where stickers are worn or may be.

    ``drop_deg`` has one value per rep, NaN where it was not measured.
    """
    if evidence.stickers_doubt is not None:
        return (
            Finding(
                "stickers_unsure",
                Severity.NOTE,
                f"pelvic drop is not measured: {evidence.stickers_doubt}",
                "Point at the two stickers with valgus check --pick, or film with stickers of a colour that "
                "is found nowhere else in the picture.",
            ),
        )
    lost = [str(rep.number) for rep, drop in zip(reps, drop_deg, strict=True) if np.isnan(drop)]
    if evidence.stickers is None or not lost:
        return ()
    which = ("rep " if len(lost) == 1 else "reps ") + ", ".join(lost)
    return (
        Finding(
            "stickers_lost",
            Severity.NOTE,
            f"{which}: pelvic drop is not measured, a sticker was covered, fell off or changed its shape",
            "Keep arms and clothes away from the stickers: arms crossed on the chest, shirt tucked in.",
            len(lost),
            0,
            "reps",
        ),
    )


def _no_rep(clip: Clip, how_to: str) -> Finding:
    if clip.duration_s < LEAST_CLIP_S:
        return Finding(
            "too_short",
            Severity.STOP,
            f"the clip is only {clip.duration_s:.1f} s long",
            "Film all reps in one clip, with a second of standing before and after.",
            clip.duration_s,
            LEAST_CLIP_S,
            "s",
        )
    return Finding("no_rep", Severity.STOP, "no repetition found", how_to)


def _too_few(side: Side, count: int, least: int, better: int) -> Finding:
    counted = "1 valid rep" if count == 1 else f"{count} valid reps"
    return Finding(
        "few_reps",
        Severity.NOTE,
        f"{counted} on the {side.value} side; a mean needs {least}, better {better}",
        f"Film {better} reps in one clip.",
        count,
        least,
        "reps",
    )


def _lowered_by(gate: Gate, reps: Sequence[Rep]) -> Finding | None:
    hit = dict.fromkeys(str(rep.number) for rep in reps if gate.code in rep.grade_reasons)
    if not hit:
        return None
    which = ("rep " if len(hit) == 1 else "reps ") + ", ".join(hit)
    return Finding(gate.code, Severity.NOTE, f"{which}: {gate.in_short}", gate.advice, unit=gate.unit)


def _why_no_legs(filming: Filming) -> Finding:
    """Return the finding for a clip in which hips, knees and ankles were never seen together."""
    frames = filming.clip.frame_count
    hips = (filming.track.confidence_of("left_hip", "right_hip") >= SEEN).sum()
    if hips < 0.5 * frames:
        return Finding(
            "no_person",
            Severity.STOP,
            f"no person found in {frames - hips} of {frames} frames",
            "Film the whole body from 3-4 m, in good light, and run again.",
            float(frames - hips),
        )
    return Finding(
        "legs_not_seen",
        Severity.STOP,
        f"a person is there, but the legs down to both ankles are not seen in any of the {frames} frames",
        "Film the whole body including both feet from 3-4 m and run again.",
        0.0,
    )


def _clip_facts(filming: Filming) -> dict[str, Estimate]:
    facts = _pixel_facts(filming.evidence) | {
        "low_frame_rate": _exact(filming.clip.fps),
        "rarely_seen": _exact(filming.seen_share()),
        "identity_jump": _exact(filming.evidence.identity_jump_share),
        "legs_swapped": _exact(filming.swapped_share()),
        "off_centre": _exact(filming.off_centre_legs()),
        "head_or_feet_cut": _exact(filming.cut_share()),
        "other_leg_carries": _exact(filming.sure_of_other_leg),
    }
    if filming.setup is not None:
        facts |= {
            "not_frontal": filming.setup.yaw_deg,
            "camera_rolled": filming.setup.roll_deg,
            "too_small": replace(filming.setup.leg_length_px, ci95=0.0),
        }
    return facts


def _pixel_facts(evidence: ClipEvidence) -> dict[str, Estimate]:
    return {
        "too_dark": _exact(evidence.brightness),
        "blurred": _exact(evidence.blur_pct),
        "camera_moving": _exact(evidence.camera_motion_pct_s),
        "clip_cut": _exact(evidence.cuts),
        "repeated_frames": _exact(evidence.repeated_share),
    }


def _notes(filming: Filming) -> list[Finding]:
    clip, notes = filming.clip, []
    if filming.evidence.people_in_view > 1:
        notes.append(
            Finding(
                "several_people",
                Severity.NOTE,
                f"{filming.evidence.people_in_view} people are in the picture; one was followed",
                "Film with nobody else in the picture, or choose with --person.",
                value=filming.evidence.people_in_view,
            )
        )
    if filming.setup is not None and filming.setup.mirrored:
        notes.append(
            Finding(
                "mirrored",
                Severity.NOTE,
                "the clip is taken as a mirror image, as was said: left and right are exchanged",
                "",
            )
        )
    if clip.variable_frame_rate:
        notes.append(
            Finding("variable_frame_rate", Severity.NOTE, "the frame rate varies; true times were used", "")
        )
    if clip.ended_early:
        notes.append(
            Finding(
                "ended_early",
                Severity.NOTE,
                f"the file is damaged after {clip.duration_s:.1f} s; what came before was measured",
                "Copy the clip again from the phone.",
            )
        )
    return notes


def _exact(value: float | None) -> Estimate:
    return Estimate(value, 0.0, Origin.DETECTED, "counted")


def crossed(gates: Sequence[Gate], facts: Mapping[str, Estimate], /) -> tuple[Finding, ...]:
    """Return a finding for every gate whose limit a fact surely crosses, the heaviest limit of each."""
    found = (_crossing(gate, facts[gate.code]) for gate in gates if gate.code in facts)
    return tuple(finding for finding in found if finding is not None)


def _crossing(gate: Gate, fact: Estimate) -> Finding | None:
    """Return the finding for the heaviest limit that the fact surely crosses, or None."""
    if fact.value is None or not np.isfinite(fact.value):
        return None
    nearest = fact.surely_at_least if gate.worse == "above" else abs(fact.value) + (fact.ci95 or 0.0)
    limits = (
        (gate.stop, Severity.STOP),
        (gate.invalid, Severity.INVALID),
        (gate.low, Severity.LOW),
        (gate.note, Severity.NOTE),
    )
    for limit, severity in limits:
        if limit is not None and _beyond(nearest, limit, gate):
            says = gate.says.format(value=abs(fact.value))
            return Finding(gate.code, severity, says, gate.advice, fact.value, limit, gate.unit)
    return None


def _beyond(value: float, limit: float, gate: Gate) -> bool:
    return value > limit if gate.worse == "above" else value < limit


def _graded(rep: Rep, leg: FrontalTrack, gates: Sequence[Gate], filming: Sequence[Finding]) -> Rep:
    facts = _rep_facts(rep, leg)
    own = [_crossing(gate, _exact(facts[gate.code])) for gate in gates]
    counted = [f for f in (*filming, *own) if f is not None and f.severity is not Severity.NOTE]
    worst = max((finding.severity.rank for finding in counted), default=0)
    grade = (Grade.OK, Grade.LOW, Grade.INVALID, Grade.INVALID)[worst]
    return replace(rep, grade=grade, grade_reasons=tuple(finding.code for finding in counted))


def _rep_facts(rep: Rep, leg: FrontalTrack) -> dict[str, float]:
    during = (leg.time_s >= rep.start_s) & (leg.time_s <= rep.end_s)
    lowest = np.abs(leg.time_s - rep.bottom_s) <= 0.05
    seen = leg.carries & (leg.confidence >= SEEN)
    return {
        "few_frames": _share(seen, during),
        "lowest_not_seen": _share(seen, lowest),
        "unsure_landmarks": float(np.median(leg.confidence[during])),
        "too_deep": _deepest(leg, lowest),
    }


def _share(seen: BoolArray, among: BoolArray) -> float:
    return float(seen[among].mean()) if among.any() else 0.0


def _deepest(leg: FrontalTrack, lowest: BoolArray) -> float:
    raised = (leg.hip[:, 1] - leg.ankle[:, 1])[lowest]
    raised = raised[np.isfinite(raised)]
    return 100 * (1 - float(np.median(raised)) / leg.leg_length_px) if len(raised) else float("nan")


def _set_facts(reps: Sequence[Rep], legs: Sequence[FrontalTrack], track: PoseTrack) -> dict[str, Estimate]:
    leg_px = float(np.mean([leg.leg_length_px for leg in legs]))
    falls = [_fall_px_s2(track, rep.initial_contact_s) for rep in reps if rep.initial_contact_s is not None]
    return {
        "slow_motion": _exact(float(np.median([rep.end_s - rep.start_s for rep in reps]))),
        "slow_fall": _exact(float(np.median(falls)) / leg_px if falls else None),
        "inconsistent_depth": _exact(max(_depth_spread(reps, leg) for leg in legs)),
    }


def _fall_px_s2(track: PoseTrack, contact_s: float) -> float:
    """Return how fast the hips gather speed before the foot touches the ground; NaN where it is not seen."""
    hips_px = (track.point("left_hip") + track.point("right_hip"))[:, 1] / 2
    down_px_s = np.gradient(hips_px, track.time_s)
    since_s = track.time_s - contact_s
    before = np.flatnonzero(
        (since_s >= -FALL_WITHIN_S) & (since_s <= FASTEST_WITHIN_S) & np.isfinite(hips_px)
    )
    if len(before) == 0:
        return float("nan")
    falling = before[int(np.argmin(hips_px[before])) :]
    fastest = falling[int(np.nanargmax(np.nan_to_num(down_px_s[falling], nan=-np.inf)))]
    fallen_px = hips_px[fastest] - hips_px[falling[0]]
    # Of a body that falls freely from rest: speed squared is twice the way times gravity.
    return float(down_px_s[fastest] ** 2 / (2 * fallen_px)) if fallen_px > 0 else float("nan")


def _depth_spread(reps: Sequence[Rep], leg: FrontalTrack) -> float:
    """Return how much the reps of a leg differ in depth, as a share of the middle one; 0 for one rep."""
    depths = [
        _deepest(leg, np.abs(leg.time_s - rep.bottom_s) <= 0.05) for rep in reps if rep.side is leg.side
    ]
    known = [depth for depth in depths if np.isfinite(depth)]
    return (max(known) - min(known)) / max(float(np.median(known)), 1.0) if len(known) > 1 else 0.0
