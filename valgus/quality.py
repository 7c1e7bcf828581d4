"""The filming check, and a grade with reasons for every rep. Limits live in ``rules/gates.toml``."""

from __future__ import annotations

from collections.abc import Sequence
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


#: Fewest valid reps that make a mean.
ENOUGH_REPS = 3
#: Too little to stand, bend and stand again, s.
LEAST_CLIP_S = 1.5


@dataclass(frozen=True)
class Filming:
    """Everything about one clip that the filming check looks at.

    ``track`` is the raw one; a leg in ``legs`` is NaN while it does not carry the person. Without a person
    there is no ``setup`` and there are no ``legs``.
    """

    clip: Clip
    evidence: ClipEvidence
    track: PoseTrack
    setup: Setup | None
    legs: Sequence[FrontalTrack]

    def seen_share(self) -> float:
        """Share of frames in which hip, knee and ankle of a leg that carries the person are seen."""
        seen = [leg.carries & (leg.confidence >= SEEN) for leg in self.legs]
        return float(np.any(seen, axis=0).mean()) if seen else 0.0


def check_filming(filming: Filming, gates: Sequence[Gate], /) -> tuple[Finding, ...]:
    """Return what a person should know about the filming, worst first.

    Estimates are held against limits by the end of their interval that is nearer to harmless: a gate closes
    when the whole interval lies beyond.
    """
    if filming.setup is None:
        return (_why_no_legs(filming),)
    facts = _clip_facts(filming)
    crossed = [_crossing(gate, facts[gate.code]) for gate in gates if gate.code in facts]
    findings = [finding for finding in (*crossed, *_notes(filming)) if finding is not None]
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
    reps: Sequence[Rep], filming: Sequence[Finding], gates: Sequence[Gate], /, *, clip: Clip, how_to: str
) -> tuple[Finding, ...]:
    """Return what is wrong with the reps as a set, and what lowered the grade of single ones.

    ``how_to`` is what a person can do so that reps of the task are found.
    """
    if forbids_reps(filming):
        return ()
    if not reps:
        return (_no_rep(clip, how_to),)
    valid = [rep for rep in reps if rep.grade is not Grade.INVALID]
    few = tuple(
        _too_few(side, count)
        for side in dict.fromkeys(rep.side for rep in reps)
        if 0 < (count := sum(rep.side is side for rep in valid)) < ENOUGH_REPS
    )
    return (*few, *(found for gate in gates if (found := _lowered_by(gate, reps)) is not None))


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


def _too_few(side: Side, count: int) -> Finding:
    counted = "1 valid rep" if count == 1 else f"{count} valid reps"
    return Finding(
        "few_reps",
        Severity.NOTE,
        f"{counted} on the {side.value} side; a mean needs {ENOUGH_REPS}, better 5",
        "Film five reps in one clip.",
        count,
        ENOUGH_REPS,
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
    facts = {
        "low_frame_rate": _exact(filming.clip.fps),
        "rarely_seen": _exact(filming.seen_share()),
        "identity_jump": _exact(filming.evidence.identity_jump_share),
    }
    if filming.setup is not None:
        facts |= {
            "not_frontal": filming.setup.yaw_deg,
            "camera_rolled": filming.setup.roll_deg,
            "too_small": replace(filming.setup.leg_length_px, ci95=0.0),
        }
    return facts


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


def _crossing(gate: Gate, fact: Estimate) -> Finding | None:
    """Return the finding for the heaviest limit that the fact surely crosses, or None."""
    if fact.value is None or not np.isfinite(fact.value):
        return None
    nearest = fact.surely_at_least if gate.worse == "above" else abs(fact.value) + (fact.ci95 or 0.0)
    limits = ((gate.stop, Severity.STOP), (gate.invalid, Severity.INVALID), (gate.low, Severity.LOW))
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
