"""What a trial says in words: the same sentences on the terminal, in the figure and on the page."""

from __future__ import annotations

from collections.abc import Sequence

from valgus.model.frontal import Facing, Origin
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Band, Finding, Level, Severity
from valgus.model.trial import SetMean, SideDifference, Trial
from valgus.model.trial_parts import LandmarkSource
from valgus.numerals import plain, with_error

INTENDED_USE = (
    "For exercise feedback and research: not a medical device, not a diagnosis, not a clearance to do sport."
)
FPPA_IS = (
    "FPPA (frontal plane projection angle): how far the knee stands towards the inside (+) or outside (-) of "
    "the line from hip to ankle, in the picture, with the hip as the pose model sees it."
)
FPPA_IS_NOT = "It is the angle in the picture, not a knee abduction angle, and it does not predict injury."

#: Names of the judged measures for people.
MEASURE_NAMES = {
    "fppa_deg": "FPPA",
    "fppa_asis_deg": "FPPA from the pelvis sticker",
    "knee_plus_trunk_deg": "FPPA + trunk lean",
    "pelvic_drop_deg": "pelvic drop (stickers)",
}
_HEAVY = {
    Severity.STOP: "Nothing could be measured",
    Severity.INVALID: "Cannot judge",
    Severity.LOW: "Judge with care",
}
_VIEW = {Facing.FRONT: "from the front", Facing.BACK: "from the back"}


def one_line(text: str, /, *, longest: int | None = None) -> str:
    """Return text that cannot break a line or a terminal, its middle left out where it is too long."""
    joined = " ".join(text.split())
    shown = "".join(letter if letter.isprintable() else "?" for letter in joined)
    if longest is None or len(shown) <= longest:
        return shown
    tail = longest // 2
    return f"{shown[: longest - tail - 1]}…{shown[-tail:]}"


def judged_holds(trial: Trial, /) -> bool:
    """Return whether the reps are holds, which have a duration and no lowest point."""
    return "hold_s" in trial.measures and bool(trial.measures["hold_s"].notna().any())


# --- how the clip was understood ---------------------------------------------------------------------------


#: Findings by which nothing is measured although the person is seen well enough.
_NOTHING_DONE = ("no_rep", "too_short")


def _body_not_seen(trial: Trial) -> bool:
    """Return whether the body is not seen well enough to know anything: what it seems to do is a guess."""
    stops = [found.code for found in trial.findings if found.severity is Severity.STOP]
    return trial.setup is None or any(code not in _NOTHING_DONE for code in stops)


def task_line(trial: Trial, /) -> str:
    """Return the task and how it was known."""
    task = trial.task
    if task.origin is Origin.GIVEN:
        return f"{task.title} (given)"
    if not trial.reps:
        return "not known"
    return f"{task.title} ({task.origin.value}, {sureness(task.sure)}: {task.why})"


def side_line(trial: Trial, /) -> str:
    """Return the legs measured and how they were known."""
    if trial.setup is None:
        return "not known, no legs were seen"
    if _body_not_seen(trial):
        return "not known"
    stretches = trial.setup.stance
    sides = trial.sides or tuple(sorted({stretch.side.value for stretch in stretches}))
    return " and ".join(_leg_with_origin(trial, side) for side in sides)


def _leg_with_origin(trial: Trial, side: str) -> str:
    stretches = [s for s in (trial.setup.stance if trial.setup else ()) if s.side.value == side]
    if trial.task.legs == 2:
        return f"{side} leg"
    if not stretches or stretches[0].origin is Origin.GIVEN:
        return f"{side} leg (given)"
    return f"{side} leg ({stretches[0].origin.value}, {sureness(min(s.sure for s in stretches))})"


def view_line(trial: Trial, /) -> str:
    """Return from where the person is seen and how that was known."""
    setup = trial.setup
    if setup is None or _body_not_seen(trial):
        return "not known"
    mirrored = "mirrored" if setup.mirrored else "not mirrored"
    return f"{_VIEW[setup.facing]} ({setup.facing_origin.value}); {mirrored} ({setup.mirrored_origin.value})"


def pelvis_line(trial: Trial, /) -> str:
    """Return what the pelvis is measured from and how that was known."""
    stickers = trial.evidence.stickers
    if stickers is None:
        return "not measured: no stickers on the hip bones"
    how = "given" if stickers.origin is Origin.GIVEN else "found: nothing else has their colour"
    legs = {"two_leg": "both legs", "single_leg": "one leg"}.get(trial.pelvis_baseline)
    change = f"change from standing on {legs}" if legs else "no drop on two legs"
    return (
        f"two {stickers.colour} stickers ({how}), {stickers.diameter_px:.0f} px wide, seen in "
        f"{100 * stickers.seen_share:.0f} % of frames; {change}"
    )


def landmarks_line(trial: Trial, /) -> str:
    """Return where the landmarks are from if they are not the product's own, else nothing."""
    made = trial.provenance
    if made.source is LandmarkSource.POSE_MODEL:
        return ""
    return f"{made.model}; their error is not known, so angles have no interval"


def sureness(sure: float, /) -> str:
    """Return how sure, never more than 99 %."""
    return f"{min(round(100 * sure), 99)} % sure"


# --- what it means ------------------------------------------------------------------------------------------


def headline(trial: Trial, /) -> str:
    """Return the heavy finding in a sentence, empty when there is none."""
    worst = trial.worst_finding
    if worst is not None:
        return f"{_HEAVY[worst.severity]}: {worst.says}."
    if trial.reps and not _counted(trial.reps):
        return f"Cannot judge: {_why(trial, trial.reps, Grade.INVALID)}."
    return ""


def what_to_do(trial: Trial, /) -> str:
    """Return what to do about the headline, empty when there is nothing to do."""
    worst = trial.worst_finding
    if worst is not None:
        return worst.advice
    finding = _reason(trial, trial.reps, Grade.INVALID) if headline(trial) else None
    return finding.advice if finding else ""


def in_plain_words(trial: Trial, /) -> tuple[str, ...]:
    """Return one sentence for each leg that says what was found, for a person."""
    if not trial.reps:
        return ("The knee cannot be judged from this clip.",)
    return tuple(_leg_in_words(trial, side) for side in trial.sides)


def _leg_in_words(trial: Trial, side: str) -> str:
    knee, valid = f"{side.capitalize()} knee", trial.valid_reps(side)
    mean = mean_of(trial, "fppa_deg", side)
    if mean is None or not valid:
        return f"{knee}: cannot be judged from this clip{_because(trial, side)}."
    colours = f"{_colours(trial, side)}{_unsure_band(trial, mean)}"
    return f"{knee}: {_average(trial, mean)}{_interval(mean)}; {colours}."


def _because(trial: Trial, side: str) -> str:
    """Return why no rep of a side counts, unless the headline says so already."""
    reps = [rep for rep in trial.reps if rep.side.value == side]
    why = _why(trial, reps, Grade.INVALID)
    return "" if why in headline(trial) else f" ({why})"


def _average(trial: Trial, mean: SetMean) -> str:
    inside = f"{abs(mean.mean):.1f} deg towards the {'inside' if mean.mean >= 0 else 'outside'}"
    if judged_holds(trial):
        return f"on average {inside} while standing" if mean.n > 1 else f"{inside} while standing"
    if mean.n == 1:
        return f"{inside} at the lowest point of one single rep"
    return f"on average {inside} at the lowest point of {mean.n} reps"


def _interval(mean: SetMean) -> str:
    if mean.ci95 is None:
        return ""
    # A mean that is told as 'towards the outside' is negative here: say which sign is which.
    low, high = mean.mean - mean.ci95, mean.mean + mean.ci95
    return f" (95 % interval {plain(low)} to {plain(high)}{', minus is outside' if low < 0 else ''})"


def _colours(trial: Trial, side: str) -> str:
    valid = trial.valid_reps(side)
    levels = [level for rep in valid if (level := trial.level_of(rep)) is not None]
    if not levels:
        return f"no colour: {_why_no_colour(trial, valid)}"
    said = [f"{levels.count(Level.GREEN)} of {len(valid)} in the green band"]
    said += [f"{count} {level.value}" for level in (Level.AMBER, Level.RED) if (count := levels.count(level))]
    without = len(valid) - len(levels)
    return ", ".join(said + ([f"{without} without a colour"] if without else []))


def _why_no_colour(trial: Trial, valid: Sequence[Rep]) -> str:
    if all(rep.grade is Grade.LOW for rep in valid):
        return _why(trial, valid, Grade.LOW)
    if any(band.measure == "fppa_asis_deg" for band in trial.task.bands):
        return "the published limits for this task need stickers on the pelvis"
    return "no limit for this angle in this task is published"


def _unsure_band(trial: Trial, mean: SetMean) -> str:
    """Return that the mean's interval reaches over the edge of the green band, if it does."""
    edge = next((band.amber for band in bands_in_use(trial) if band.measure == mean.measure), None)
    if edge is None or mean.ci95 is None or abs(mean.mean - edge) >= mean.ci95:
        return ""
    return f"; the interval reaches over the edge of the green band ({edge:g} deg), so the colour is not sure"


def _why(trial: Trial, reps: Sequence[Rep], grade: Grade) -> str:
    finding = _reason(trial, reps, grade)
    return finding.says if finding else "hip, knee and ankle could not be measured"


def _reason(trial: Trial, reps: Sequence[Rep], grade: Grade) -> Finding | None:
    """Return the first finding that gave one of the reps this grade."""
    codes = [code for rep in reps if rep.grade is grade for code in rep.grade_reasons]
    return next((f for code in codes for f in trial.findings if f.code == code), None)


def other_findings(trial: Trial, /) -> tuple[str, ...]:
    """Return every finding that is not the headline, in a sentence with what to do about it."""
    return tuple(in_a_sentence(f) for f in trial.findings if f is not trial.worst_finding)


def in_a_sentence(finding: Finding, /) -> str:
    """Return what was found and what to do about it."""
    return f"{finding.says[:1].upper()}{finding.says[1:]}. {finding.advice}".strip()


# --- the filming --------------------------------------------------------------------------------------------


def worst_first(trial: Trial, /) -> tuple[Finding, ...]:
    """Return all findings, those with the heaviest consequence first."""
    return tuple(sorted(trial.findings, key=lambda finding: -finding.severity.rank))


def filmed_well_enough(trial: Trial, /) -> str:
    """Return the answer to whether the clip is filmed well enough to be judged, in a sentence."""
    grades = {rep.grade for rep in trial.reps}
    if not grades:
        return "No: nothing can be measured in this clip. Film it again."
    if grades == {Grade.INVALID}:
        return "No: this clip cannot be judged. Film it again."
    if Grade.OK not in grades:
        return "Only just: this clip can be measured, but earns no colour. Better film it again."
    if grades != {Grade.OK}:
        return "Yes, in part: some reps of this clip cannot be judged."
    return "Yes: this clip is filmed well enough."


def difference_line(trial: Trial, /) -> str:
    """Return how the legs differ in the projection angle, empty where only one was measured."""
    found = next((d for d in trial.differences if d.measure == "fppa_deg"), None)
    if found is None:
        return ""
    return f"Left minus right FPPA: {difference_in_words(found)}."


def difference_in_words(found: SideDifference, /) -> str:
    """Return how large a side difference is, and whether it counts."""
    if found.ci95 is None:
        return f"{plain(found.value)} deg; its error is not known, so it is not judged"
    verdict = "a real difference" if found.real else "not told apart from measurement error"
    counts = f"it counts beyond {max(found.mdc, found.ci95):.1f} deg"
    return f"{with_error(found.value, found.ci95)} deg, {verdict} ({counts})"


# --- reps and bands -----------------------------------------------------------------------------------------


def near_an_edge(trial: Trial, rep: Rep, /) -> bool:
    """Return whether the 95 % interval of a judged value of this rep holds an edge of its band."""
    return any(flag.edge_inside_interval for flag in trial.flags_of(rep))


def mean_of(trial: Trial, measure: str, side: str, /) -> SetMean | None:
    """Return the set mean of one measure on one side, None when there is none."""
    return next((m for m in trial.means if (m.measure, m.side) == (measure, side)), None)


def band_line(band: Band, /) -> str:
    """Return the edges of a band with population and source."""
    name = MEASURE_NAMES.get(band.measure, band.measure)
    return f"Bands of {name}: {_edges(band)} ({band.population}; {band.source})"


def _edges(band: Band) -> str:
    unit = band.unit
    if band.amber is None:
        return f"red above {band.red:g} {unit}"
    if band.red is None:
        return f"green up to {band.amber:g} {unit}, amber above"
    return f"green up to {band.amber:g} {unit}, amber up to {band.red:g}, red above"


def bands_in_use(trial: Trial, /) -> tuple[Band, ...]:
    """Return the bands that coloured some rep of this clip."""
    used = {(flag.code, flag.measure) for flag in trial.flags}
    return tuple(band for band in trial.task.bands if (band.code, band.measure) in used)


def _counted(reps: Sequence[Rep]) -> list[Rep]:
    return [rep for rep in reps if rep.grade is not Grade.INVALID]
