"""Every sentence that a report can say, on as few pages as they fit on."""

from __future__ import annotations

import ast
import colorsys
import datetime as dt
import importlib
import inspect
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests import test_decision, test_plan
from tests.decisions import facts, leg_of
from tests.exports import sessions
from tests.exports.sessions import QUICK, SQUAT, STEP_DOWN, made
from tests.history.people import season
from tests.trials import trial_of
from valgus import decision, quality, rules
from valgus.camera import VirtualCamera
from valgus.decision import decide
from valgus.exports.stills import Still, StillLeg
from valgus.flags import level_of
from valgus.history import read_person
from valgus.model.evidence import ClipEvidence, StickersSeen
from valgus.model.frontal import Facing, Origin, Side
from valgus.model.history import History, Visit
from valgus.model.judgement import BandedMean, Change, Decision, Drift, ItemResult, Met
from valgus.model.ladder import Plan, SeenPattern
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Finding, Severity
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.model.trial import Trial
from valgus.model.trial_parts import LandmarkSource, SetMean, SideDifference
from valgus.oneclip import NO_VIDEO
from valgus.plan import plan_from_analysis
from valgus.segmentation import ByDepth, ByHold, ByLanding
from valgus.simulate import View, film, one_after_the_other, repetitions
from valgus.stickers.colour import name_of

BOOK = rules.published()
MISSING = (
    "No pictures of the lowest points: the video is not beside its results any more.",
    "No pictures of the lowest points: the video beside the results is another one by now.",
    NO_VIDEO,
)


@dataclass(frozen=True)
class Page:
    """What a page is made from."""

    trial: Trial
    plan: Plan | None = None
    missing: str = ""
    stills: tuple[Still, ...] = ()
    history: History | None = None
    overlay: Path | None = None


def pages() -> Iterator[Page]:
    """Yield pages that say everything between them."""
    yield Page(STEP_DOWN, overlay=Path(__file__).parents[2] / "sample_videos" / "step_down_right.mp4")
    for trial in (*simulated(), *looks(), *stickers()):
        yield Page(trial, plan_from_analysis(trial, BOOK) if trial.verdicts else None)
    yield from (Page(STEP_DOWN, plan) for plan in plans())
    yield from (Page(STEP_DOWN, missing=missing) for missing in MISSING)
    yield Page(replace(STEP_DOWN, verdicts=tuple(decisions())))
    yield Page(replace(STEP_DOWN, findings=tuple(findings())))
    yield from (Page(replace(STEP_DOWN, findings=(one,))) for one in headlines())
    yield Page(judged_by_everything())
    yield from (Page(STEP_DOWN, history=one) for one in histories())
    blank = StillLeg(Side.LEFT, np.full((3, 2), np.nan))
    numbers = [*(rep.number for rep in sessions.SQUAT.reps), 99]
    strip = [Still(k, 1.0, np.zeros((8, 4, 3), np.uint8), (blank,)) for k in dict.fromkeys(numbers)]
    yield Page(sessions.SQUAT, stills=tuple(strip))


def histories() -> Iterator[History]:
    """Yield a person over time: better, worse, within error, deeper than before, and without a baseline."""
    with tempfile.TemporaryDirectory() as folder:
        for name, means in (("better", [14.0, 3.0]), ("worse", [3.0, 24.0]), ("same", [3.0, 4.0])):
            season(Path(folder) / name, means)
            history = read_person(Path(folder) / name, BOOK, today=dt.date(2026, 11, 21))
            yield history
    (series,) = history.series
    loaded = replace(series.setup, step_height_cm=20.0, load_kg=5.0)
    deeper = replace(series.last, changes=tuple(replace(c, at_depth_pct=12.0) for c in series.last.changes))
    for changed in (
        replace(series, baseline=None, setup=loaded),
        replace(series, baseline=series.last),
        replace(series, visits=(*series.visits[:-1], deeper)),
        replace(series, visits=tuple(map(without_colour, series.visits))),
        replace(series, visits=(*series.visits, replace(series.last, means=()))),
        replace(series, angle="fppa_asis_deg", baseline=None),
    ):
        yield replace(history, series=(changed,))


def without_colour(visit: Visit) -> Visit:
    return replace(visit, facts=replace(visit.facts, green=0, amber=0, red=0))


def constants(module: str, name: str, position: int = 0) -> Iterator[str]:
    """Yield the texts that the source of a module gives to every call of a name."""
    for node in ast.walk(ast.parse(inspect.getsource(importlib.import_module(module)))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name and len(node.args) > position:
            given = node.args[position]
            if isinstance(given, ast.Constant):
                yield str(given.value)


# --- clips --------------------------------------------------------------------------------------------------


@cache
def simulated() -> tuple[Trial, ...]:
    """Return clips of every task and every way of being filmed."""
    amber = film(repetitions(side=Side.RIGHT, **QUICK | {"peak_fppa_deg": (12.0, 12.5, 13.0)}))
    knock = film(repetitions(**QUICK | {"peak_fppa_deg": (-24.0, -25.0, -26.0)}))
    return (
        *(one for one in vars(sessions).values() if isinstance(one, Trial)),
        made("single-leg-squat", film(repetitions(task="single-leg-squat", **QUICK))),
        made("drop-jump", film(repetitions(task="drop-jump", fps=60.0, **QUICK))),
        trial_of(film(repetitions(**QUICK), View(facing=Facing.BACK)), Settings(mirrored=True)),
        made("step-down", one_after_the_other(knock, amber)),
        made("step-down", without_ankles(film(repetitions(**QUICK)))),
        made("landing", film(repetitions(task="step-down", **QUICK))),
        made("stance", film(repetitions(task="squat", **QUICK))),
        *graded(),
        replace(STEP_DOWN, means=tuple(replace(mean, ci95=None) for mean in STEP_DOWN.means)),
        *(
            replace(sessions.HOLD, means=tuple(replace(mean, n=n) for mean in sessions.HOLD.means))
            for n in (1, 3)
        ),
        *(replace(STEP_DOWN, differences=(difference(measure),)) for measure in LEGS_COMPARED),
        replace(STEP_DOWN, differences=(SideDifference("fppa_deg", 4.2, 5.0, 8.9),)),
        replace(STEP_DOWN, differences=(SideDifference("fppa_deg", 4.2, None, 8.9),)),
    )


def without_ankles(track: PoseTrack) -> PoseTrack:
    xy_px, confidence = np.array(track.xy_px), np.array(track.confidence)
    for name in ("left_ankle", "right_ankle"):
        xy_px[:, track.index(name)], confidence[:, track.index(name)] = np.nan, 0.0
    return replace(track, xy_px=xy_px, confidence=confidence)


def graded() -> Iterator[Trial]:
    """Yield clips in which a rep has no colour, one leg has no rep that counts, and none says why."""
    first, *others = STEP_DOWN.reps
    flags = tuple(flag for flag in STEP_DOWN.flags if flag.rep != first.number)
    low = replace(first, grade=Grade.LOW, grade_reasons=("too_deep",))
    yield replace(STEP_DOWN, reps=(low, *others), flags=flags)
    deep = next(gate for gate in BOOK.gates if gate.code == "too_deep")
    note = Finding(deep.code, Severity.NOTE, f"rep 1: {deep.in_short}", deep.advice)
    both = sessions.BOTH_LEGS
    reps = tuple(_invalid(rep, deep.code) if rep.side is Side.LEFT else rep for rep in both.reps)
    yield replace(both, reps=reps, findings=(note,), flags=())
    yield replace(STEP_DOWN, reps=tuple(map(_invalid, STEP_DOWN.reps)), findings=(), flags=())


def _invalid(rep: Rep, *codes: str) -> Rep:
    return replace(rep, grade=Grade.INVALID, grade_reasons=codes)


LEGS_COMPARED = ("fppa_deg", "fppa_asis_deg", "trunk_lean_deg", "pelvic_drop_deg")


def difference(measure: str) -> SideDifference:
    return SideDifference(measure, 12.3, 5.0, 8.9)


def looks() -> Iterator[Trial]:
    """Yield clips that differ in how they were understood."""
    for why in constants("valgus.tasks.recognise", "Recognised", 2):
        yield replace(STEP_DOWN, task=replace(STEP_DOWN.task, why=why, sure=0.8, origin=Origin.DETECTED))
    averaged = (
        "body looked for in 406 of 812 pictures",
        "mean of the picture and its mirror image",
        *STEP_DOWN.task.methods,
    )
    yield replace(STEP_DOWN, task=replace(STEP_DOWN.task, methods=averaged))
    yield replace(STEP_DOWN, items=tuple(one for one in items() if one.met is not Met.NOT_ASSESSED))
    for tool in ("TRC in pixels", "markers in a TRC file", "markers in a C3D file"):
        made_by = replace(STEP_DOWN.provenance, model=tool, source=LandmarkSource.OTHER_TOOL)
        steps = (f"landmarks from {tool}", VirtualCamera().sentence, *STEP_DOWN.task.methods)
        yield replace(STEP_DOWN, provenance=made_by, task=replace(STEP_DOWN.task, methods=steps))
    for source in ("option", "session.toml", "folder name", "recording time"):
        day = Session(
            date=dt.date(2026, 11, 21),
            date_from=source,
            person="Anna",
            step_height_cm=15.0,
            load_kg=5.0,
            notes="the left knee",
        )
        yield replace(STEP_DOWN, session=replace(day, pain_during=2.5, pain_next_morning=0))


def stickers() -> Iterator[Trial]:
    """Yield clips with stickers of every colour, and from every baseline."""
    worn = trial_of(film(repetitions(**QUICK), View(stickers=True)), Settings(task="step-down"))
    two_leg = replace(worn, signals=worn.signals.assign(pelvic_drop_from_two_legs_deg=1.0))
    grid = [(hue / 72, strong, light) for hue in range(72) for strong in (0, 1) for light in (0.1, 0.5, 1)]
    colours = {name_of(tuple(round(255 * part) for part in colorsys.hsv_to_rgb(*one))) for one in grid}  # type: ignore[arg-type]
    for colour in sorted(colours):
        yield _with_stickers(two_leg, colour, Origin.DETECTED)
    yield _with_stickers(worn, "lime", Origin.GIVEN)
    yield _with_stickers(SQUAT, "lime", Origin.GIVEN)


def _with_stickers(trial: Trial, colour: str, origin: Origin) -> Trial:
    seen = StickersSeen(origin, 0.5, ((300.0, 500.0), (400.0, 500.0)), colour, (0, 0, 0), 17.4, 0.87)
    return replace(trial, evidence=replace(trial.evidence, stickers=seen))


# --- decisions and plans ------------------------------------------------------------------------------------


def decisions() -> Iterator[Decision]:
    """Yield decisions that give every reason there is, in each of its forms."""
    changed = [facts(**changes) for changes, _ in test_decision.ROWS.values()]
    # The tests' own finding is no sentence of the product.
    changed[0] = replace(changed[0], filming=next(headlines()))
    changed += [facts(valid=n, ok=n, green=n) for n in (0, 1, 2)]
    changed += [facts(green=1, amber=4), facts(valid=3, ok=1, green=3)]
    changed += [facts(valid=4, green=3, red=1), facts(valid=1, red=1), facts(fppa_mean=-14.2)]
    changed += [facts(pain_during=None), facts(pain_during=None, pain_next_morning=None)]
    changed += [facts(ok=0, green=0, no_colour=why) for why in _why_no_colour()]
    changed += [facts(means=(_banded(measure),)) for measure in decision.NAMES]
    changed += [facts(means=(_banded("fppa_deg", ci95),)) for ci95 in (None, 3.0)]
    changed += [facts(drift=Drift(measure, 2.0, 9.0, 3.0)) for measure in decision.PROJECTION_ANGLES]
    for measure in (*decision.PROJECTION_ANGLES, *decision.COMPENSATIONS):
        for depth in (None, 12):
            change = Change(measure, 2.0, 20.5, 8.9, 8.9, "test", depth)
            changed.append(facts(changes=(change,)))
    for k, one in enumerate(changed):
        yield decide(replace(one, side=("left", "right")[k % 2]), BOOK)


def _why_no_colour() -> Iterator[str]:
    codes = ", ".join(sorted(codes_of_grades())).replace("_", " ")
    yield f"all valid reps are graded low ({codes})"
    yield "the published limits for this task need stickers on the hip bones"
    yield "no limit for this task is published"


def _banded(measure: str, ci95: float | None = 0.1) -> BandedMean:
    band = replace(BOOK.bands[0], measure=measure)
    mean = 14.2 if ci95 == 0.1 else 10.0
    return BandedMean(SetMean(measure, "left", 5, mean, 0.0, ci95), band, level_of(mean, band))


def plans() -> Iterator[Plan]:
    """Yield plans with every step, pattern, exercise, rule, and reason for none."""
    planned = test_plan.planned
    legs = [{}, test_plan.UNPAID, test_plan.RED]
    for leg in legs:
        for rung in range(6):
            yield planned(leg_of(BOOK, **leg), session=Session(rung=rung))
        for height in (10.0, 15.0, 20.0):
            yield planned(leg_of(BOOK, **leg), session=Session(step_height_cm=height))
    for means in (
        {"fppa_deg": 14.0, "pelvic_drop_deg": 12.0},
        {"pelvic_drop_deg": 12.0},
        {"trunk_lean_deg": 14.0, "depth_pct": 7.0},
    ):
        yield planned(leg_of(BOOK, side="right", **means))
    yield planned(leg_of(BOOK, changed={"drift": Drift("fppa_deg", 2.0, 9.0, 3.0)}))
    yield planned(differences=tuple(map(difference, LEGS_COMPARED)))
    ladder = BOOK.ladder
    every = tuple(SeenPattern(pattern, "left", "") for pattern in ladder.patterns)
    advice = tuple(dict.fromkeys(pattern.advice for pattern in ladder.patterns if pattern.advice))
    # The advice on sides that differ is never said as it stands: it names the side.
    said = tuple(one.replace("the worse side", "the left side") for one in advice)
    yield replace(planned(), exercises=ladder.exercises, why=every, rules=said)
    too_few: dict[str, Any] = {"valid": 1, "ok": 1, "green": 1}
    yield planned(leg_of(BOOK, changed={"pain_during": 7.0}))
    yield planned(session=Session(weeks_since_surgery=12))
    yield planned(leg_of(BOOK, changed=too_few))


# --- the filming --------------------------------------------------------------------------------------------


def findings() -> Iterator[Finding]:
    """Yield every finding that there is."""
    for gate in BOOK.gates:
        if gate.on != "rep":
            value = 0.43 if "%}" in gate.says else 12.34
            yield Finding(gate.code, Severity.NOTE, gate.says.format(value=value), gate.advice)
    yield from _about_the_clip()
    yield from _about_the_reps()
    doubts = [*constants("valgus.stickers.finding", "Doubt"), *constants("valgus.stickers.wearing", "Doubt")]
    doubts += [
        f"nothing stands out from its surround at the {w} of the two points" for w in ("left", "right")
    ]
    for doubt in doubts:
        yield from quality.check_pelvis((), (), ClipEvidence(stickers_doubt=doubt))
    worn = next(stickers()).evidence
    for lost in (1, 3):
        yield from quality.check_pelvis(_reps(lost), [float("nan")] * lost, worn)


def _about_the_clip() -> Iterator[Finding]:
    damaged = replace(STEP_DOWN.clip, variable_frame_rate=True, ended_early=True)
    assert STEP_DOWN.setup is not None
    setup = replace(STEP_DOWN.setup, mirrored=True)
    seen = quality.Filming(damaged, ClipEvidence(people_in_view=2), STEP_DOWN.track, setup, ())
    yield from quality.check_filming(seen, ())


def _about_the_reps() -> Iterator[Finding]:
    clip, how_to = STEP_DOWN.clip, ByDepth().how_to_be_found()
    given: dict[str, Any] = {"clip": clip, "how_to": how_to, "least": 3, "better": 5}
    yield from quality.check_reps((), (), (), **given | {"clip": replace(clip, duration_s=0.4)})
    for cut in (ByDepth(), ByLanding(), ByHold()):
        yield from quality.check_reps((), (), (), **given | {"how_to": cut.how_to_be_found()})
    gates = [gate for gate in BOOK.gates if gate.on == "rep"]
    codes = tuple(gate.code for gate in gates)
    for count in (1, 2):
        yield from quality.check_reps(_reps(count, *codes), (), gates, **given)


def _reps(count: int, *codes: str) -> tuple[Rep, ...]:
    sides = (Side.RIGHT, Side.LEFT)[count % 2]
    return tuple(Rep(k + 1, sides, k, k + 0.5, k + 0.9, None, Grade.LOW, codes) for k in range(count))


def headlines() -> Iterator[Finding]:
    """Yield a finding of every weight."""
    turned = next(gate for gate in BOOK.gates if gate.code == "not_frontal")
    for severity in Severity:
        yield Finding("not_frontal", severity, turned.says.format(value=25.4), turned.advice)


def codes_of_grades() -> set[str]:
    """Return what can lower a grade."""
    return {gate.code for gate in BOOK.gates if any((gate.low, gate.invalid, gate.stop))}


def judged_by_everything() -> Trial:
    """Return a clip with every band, item and reason of a grade at once."""
    reasons = tuple(sorted(codes_of_grades()))
    rep = replace(STEP_DOWN.reps[0], grade=Grade.INVALID, grade_reasons=reasons)
    return replace(
        STEP_DOWN,
        task=replace(STEP_DOWN.task, bands=BOOK.bands),
        items=tuple(items()),
        reps=(rep, *STEP_DOWN.reps[1:]),
    )


def items() -> Iterator[ItemResult]:
    """Yield every item, those that can be assessed as there and as not there."""
    for side in ("left", "right"):
        for item in BOOK.items:
            met = Met.MET if side == "left" else Met.NOT_MET
            about = (item.scale, item.number, item.name, item.points, side)
            if item.measure is None:
                yield ItemResult(*about, Met.NOT_ASSESSED, item.why_not)
            else:
                yield ItemResult(*about, met, "", 3, 5, 2, 4.47, 6.2, item.unit)
