"""The filming check, and a grade with reasons for every rep. Limits live in ``rules/gates.toml``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from valgus.model.arrays import BoolArray
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.frontal import Estimate, FrontalTrack, Origin, Setup
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Finding, Gate, Severity
from valgus.model.track import PoseTrack

#: A landmark counts as seen from this visibility on, as in cleaning.
SEEN = 0.5
LEGS = tuple(f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle"))


@dataclass(frozen=True)
class Filming:
    """Everything about one clip that the filming check looks at; ``setup`` is None without a person."""

    clip: Clip
    evidence: ClipEvidence
    track: PoseTrack
    setup: Setup | None

    def seen_share(self) -> float:
        """Share of frames in which hips, knees and ankles are all seen."""
        if len(self.track.time_s) == 0:
            return 0.0
        return float((self.track.confidence_of(*LEGS) >= SEEN).mean())


def check_filming(filming: Filming, gates: Sequence[Gate], /) -> tuple[Finding, ...]:
    """Return what a person should know about the filming, worst first.

    Estimates are held against limits by the end of their interval that is nearer to harmless: a gate closes
    when the whole interval lies beyond.
    """
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


def grade_findings(reps: Sequence[Rep], gates: Sequence[Gate], /) -> tuple[Finding, ...]:
    """Return one finding for each reason that lowered the grade of some reps but not of the whole clip."""
    findings = []
    for gate in gates:
        hit = [str(rep.number) for rep in reps if gate.code in rep.grade_reasons]
        if hit:
            numbers = ", ".join(dict.fromkeys(hit))
            findings.append(
                Finding(
                    gate.code, Severity.NOTE, f"rep {numbers}: {_short(gate)}", gate.advice, unit=gate.unit
                )
            )
    return tuple(findings)


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


def _exact(value: float) -> Estimate:
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


def _short(gate: Gate) -> str:
    return gate.code.replace("_", " ")
