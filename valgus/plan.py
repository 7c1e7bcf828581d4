"""What to do tomorrow: the deficit patterns that the reps show, and a plan from the exercise ladder.

Advice from a consensus of practice, not a diagnosis. There is none where pain, a missing clearance or a clip
that cannot be judged forbids it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from valgus import decision, verdict
from valgus.errors import WrongUsage
from valgus.model.history import History
from valgus.model.judgement import Decision, Facts, Outcome
from valgus.model.ladder import Exercise, Ladder, Plan, Rung, SeenPattern
from valgus.model.rule import Level
from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.model.trial import Analysis
from valgus.model.trial_parts import SetMean, SideDifference, TaskAsRun

#: Exercises of a plan before the stretch; three make a session of 20 to 25 minutes.
MOST_EXERCISES = 3
STRETCH = "hip_flexor_stretch"
DAYS_PER_WEEK = "2-3 days a week, 20-25 minutes, on easy or rest days, not the day before a hard or long run"


class Leg:
    """What one leg's session says: the facts, the decision on them, and the means behind both."""

    def __init__(self, facts: Facts, decided: Decision, means: Sequence[SetMean]) -> None:
        self.facts, self.decision = facts, decided
        self._means = {mean.measure: mean.mean for mean in means}

    @property
    def side(self) -> str:
        """Left or right."""
        return self.facts.side

    def mean(self, measure: str, /) -> float | None:
        """Return the set mean of a measure, None where it is not known."""
        return self._means.get(measure)

    def beyond_green(self, measure: str, /) -> bool:
        """Return whether the mean of a measure is beyond the green band."""
        return any(m.mean.measure == measure and m.level is not Level.GREEN for m in self.facts.means)


def plan_of(
    legs: Sequence[Leg],
    differences: Sequence[SideDifference],
    *,
    task: TaskAsRun,
    session: Session,
    book: RuleBook,
) -> Plan:
    """Return the plan for one session of one task, from all legs that were filmed.

    The leg with the more careful outcome sets the rung.

    Parameters
    ----------
    legs : sequence of Leg
        At least one.
    differences : sequence of SideDifference
        Between the legs.
    """
    ladder = book.ladder
    rung = _current_rung(task.name, session, ladder)
    move = _next_step(_outcome(legs), rung, task, session, ladder)
    seen = tuple(_patterns(legs, differences, book))
    withheld = _withheld(legs, session, book)
    return Plan(
        rests_on=_rests_on(legs, task, session),
        rung=rung,
        next_rung=move.rung,
        step=move.says,
        because=tuple(map(_because, legs)),
        exercises=() if withheld else tuple(_exercises(seen, move.rung.number, task, ladder)),
        why=seen,
        days_per_week=DAYS_PER_WEEK,
        retest_from=_weeks_after(session.date, book.limit("retest_weeks_from")),
        retest_to=_weeks_after(session.date, book.limit("retest_weeks_to")),
        next_test=_next_test(move, task, session, ladder),
        rules=(*_rules(seen, book), *_to_be_entered(task, session, book.ladder)),
        withheld=withheld,
    )


def plan_from_analysis(analysis: Analysis, book: RuleBook, /) -> Plan:
    """Return the plan that one clip alone allows."""
    legs = []
    for side in verdict.sides_of(analysis):
        facts = verdict.facts_of([analysis], side, book, session=analysis.session)
        legs.append(Leg(facts, decision.decide(facts, book), verdict.session_means([analysis], side)))
    if not legs:
        raise WrongUsage(f"{analysis.clip.name}: nobody was seen in this clip.", "Film again.")
    return plan_of(legs, analysis.differences, task=analysis.task, session=analysis.session, book=book)


def plan_from_history(history: History, book: RuleBook, /, *, task: str | None = None) -> Plan:
    """Return the plan from a person's latest session, judged with all that came before it.

    Of several set-ups on that day the one with most sessions counts; ``task`` chooses another.

    Raises
    ------
    WrongUsage
        If that task was never filmed.
    """
    there = [one for one in history.series if task in (None, one.setup.task)]
    if not there:
        filmed = ", ".join(sorted({one.setup.task for one in history.series}))
        raise WrongUsage(f"{history.person}: no session of {task}.", f"There is: {filmed}.")
    latest = max(one.last.date for one in there)
    newest = [one for one in there if one.last.date == latest]
    leading = max(newest, key=lambda one: (len(one.visits), one.last.facts.valid))
    setup = replace(leading.setup, side="")
    both = [one for one in newest if replace(one.setup, side="") == setup]
    differences = [
        found.difference for found in history.between_legs if (found.date, found.setup) == (latest, setup)
    ]
    return plan_of(
        [Leg(one.last.facts, one.last.decision, one.last.means) for one in both],
        differences,
        task=leading.task,
        session=leading.last.session,
        book=book,
    )


# --- whether there is a plan --------------------------------------------------------------------------------


def _withheld(legs: Sequence[Leg], session: Session, book: RuleBook) -> str:
    if not all(decision.may_plan(leg.facts, book) for leg in legs):
        return "Pain was too high, or had not settled by the next morning: rest this, and see a clinician."
    if session.weeks_since_surgery is not None and session.clinician_cleared is not True:
        return (
            "After surgery a clinician has to agree to exercise first; then set clinician_cleared = true in "
            "session.toml."
        )
    if all(leg.decision.outcome is Outcome.CANNOT_JUDGE for leg in legs):
        return f"Nothing could be judged: {legs[0].decision.reasons[0].says}. {_refilm(legs[0])}"
    return ""


def _refilm(leg: Leg) -> str:
    return leg.decision.reasons[0].would_change


# --- where on the ladder ------------------------------------------------------------------------------------


def _current_rung(task: str, session: Session, ladder: Ladder) -> Rung:
    """Return the rung that was entered, else the one that the filmed task belongs to."""
    if session.rung is not None:
        return ladder.rung(session.rung)
    loaded = bool(session.load_kg)
    fitting = [rung for rung in ladder.rungs if task in rung.tasks]
    return next((rung for rung in fitting if rung.loaded == loaded), fitting[0])


def _outcome(legs: Sequence[Leg]) -> Outcome:
    """Return the more careful outcome of the legs; what is not known of one forbids to move up."""
    outcomes = [leg.decision.outcome for leg in legs]
    judged = [outcome for outcome in outcomes if outcome is not Outcome.CANNOT_JUDGE]
    unknown = [Outcome.HOLD] if len(judged) < len(outcomes) else []
    return min([*judged, *unknown], key=lambda outcome: outcome.rank)


@dataclass(frozen=True)
class _Move:
    """The rung to train on; what changes, in a sentence; the new step in cm where that is what changes."""

    rung: Rung
    says: str
    height_cm: float | None = None


def _next_step(outcome: Outcome, rung: Rung, task: TaskAsRun, session: Session, ladder: Ladder) -> _Move:
    if outcome is Outcome.PROGRESS:
        return _upwards(rung, task, session, ladder)
    if outcome is Outcome.REGRESS:
        return _downwards(rung, task, session, ladder)
    now = f"rung {rung.number}, {rung.name}{_step_now(task, session, ladder)}"
    return _Move(rung, f"Stay where you are: {now}.")


def _step_now(task: TaskAsRun, session: Session, ladder: Ladder) -> str:
    height = _step_height(task, session, ladder)
    return "" if height is None else f", step of {height:g} cm"


def _step_height(task: TaskAsRun, session: Session, ladder: Ladder) -> float | None:
    """Return the height of the step in cm; None where none was entered, or the task is done on the floor."""
    return session.step_height_cm if task.name in ladder.step_tasks else None


def _upwards(rung: Rung, task: TaskAsRun, session: Session, ladder: Ladder) -> _Move:
    height = _step_height(task, session, ladder)
    higher = [h for h in ladder.step_heights_cm if height is not None and h > height]
    if higher:
        says = f"Go up a step: from {height:g} to {higher[0]:g} cm, everything else as it is."
        return _Move(rung, says, higher[0])
    above = ladder.rung(rung.number + 1)
    if above == rung:
        return _Move(rung, f"You are on the highest rung ({rung.name}): add difficulty in small steps.")
    says = f"Move up: from rung {rung.number}, {rung.name}, to rung {above.number}, {above.name}."
    return _Move(above, says)


def _downwards(rung: Rung, task: TaskAsRun, session: Session, ladder: Ladder) -> _Move:
    height = _step_height(task, session, ladder)
    lower = [h for h in ladder.step_heights_cm if height is not None and h < height]
    easier = "reduce the range, slow down, lower the load; rebuild, then add load again"
    if lower:
        return _Move(rung, f"Go down a step: from {height:g} to {lower[-1]:g} cm; {easier}.", lower[-1])
    below = ladder.rung(rung.number - 1)
    if below == rung:
        return _Move(rung, f"Stay on the lowest rung ({rung.name}) and make it easier: {easier}.")
    return _Move(below, f"Go back to rung {below.number}, {below.name}: {easier}.")


def _next_test(move: _Move, task: TaskAsRun, session: Session, ladder: Ladder) -> str:
    """Return how to film the next time; only the same step can be compared, whatever is trained on."""
    if move.height_cm is not None:
        return (
            f"same task and spot for the phone: first on the step of {session.step_height_cm:g} cm, "
            f"to compare with this session, then on that of {move.height_cm:g} cm"
        )
    if task.name in ladder.step_tasks:
        return "same task, step height and spot for the phone"
    return "same task and spot for the phone"


# --- patterns -----------------------------------------------------------------------------------------------


def _patterns(
    legs: Sequence[Leg], differences: Sequence[SideDifference], book: RuleBook
) -> Iterator[SeenPattern]:
    """Yield what the reps show, for each leg that could be judged; 'none' where nothing stands out."""
    judged = [leg for leg in legs if leg.decision.outcome is not Outcome.CANNOT_JUDGE]
    seen = [
        SeenPattern(book.ladder.pattern(code), leg.side, evidence)
        for leg in judged
        for code, evidence in _of_leg(leg, book)
    ]
    seen += [
        SeenPattern(book.ladder.pattern("asymmetry"), _worse_side(found), _said_difference(found))
        for found in differences
        if found.real
    ]
    yield from seen or [SeenPattern(book.ladder.pattern("none"), "", "")][: len(judged)]


def _of_leg(leg: Leg, book: RuleBook) -> Iterator[tuple[str, str]]:
    fppa, drop = leg.mean("fppa_deg"), leg.mean("pelvic_drop_deg")
    if any(leg.beyond_green(angle) for angle in decision.PROJECTION_ANGLES):
        yield _valgus(leg, book), f"mean projection angle {fppa:.1f} deg{_said_drop(drop)}"
    elif leg.beyond_green("pelvic_drop_deg"):
        yield "drop_alone", f"mean pelvic drop {drop:.1f} deg"
    lean, depth = leg.mean("trunk_lean_deg"), leg.mean("depth_pct")
    if lean is not None and lean > book.limit("pattern_trunk_lean_deg"):
        yield "trunk_lean", f"mean trunk lean {lean:.1f} deg"
    if leg.mean("hold_s") is None and depth is not None and depth < book.limit("pattern_shallow_pct"):
        yield "shallow", f"mean depth {depth:.1f} % of leg length"
    if leg.facts.drift is not None and leg.facts.drift.real:
        yield "fatigue", f"from {leg.facts.drift.first:.1f} to {leg.facts.drift.last:.1f} deg within the set"


def _valgus(leg: Leg, book: RuleBook) -> str:
    matched = leg.mean("fppa_matched_depth_deg")
    edge = next((m.band.amber for m in leg.facts.means if m.mean.measure == "fppa_deg"), None)
    if matched is not None and edge is not None and matched <= edge:
        return "valgus_only_deep"
    if leg.mean("pelvic_drop_deg") is None:
        return "valgus_pelvis_unknown"
    return "valgus_with_drop" if leg.beyond_green("pelvic_drop_deg") else "valgus_without_drop"


def _said_drop(drop: float | None) -> str:
    return "" if drop is None else f", mean pelvic drop {drop:.1f} deg"


def _worse_side(found: SideDifference) -> str:
    return "left" if found.value > 0 else "right"


def _said_difference(found: SideDifference) -> str:
    name = decision.NAMES[found.measure]
    return f"{name} {abs(found.value):.1f} deg larger than on the other side"


# --- what to do ---------------------------------------------------------------------------------------------


def _exercises(
    seen: Sequence[SeenPattern], most_rung: int, task: TaskAsRun, ladder: Ladder
) -> Iterator[Exercise]:
    """Yield the exercises that most of the patterns point to, none above the rung, and the stretch.

    In the order of a session: activation first, the hardest last.
    """
    # The first choice of every pattern, then every second choice, and so on.
    choices = zip_longest(*(pattern.pattern.exercises for pattern in seen))
    pointed = [code for places in choices for code in places if code is not None]
    fitting = [ladder.exercise(code) for code in dict.fromkeys(pointed) if code != STRETCH]
    chosen = [exercise for exercise in fitting if exercise.rung <= most_rung][:MOST_EXERCISES]
    own = _of_the_rung(most_rung, task, ladder)
    if own and not set(own) & set(chosen):
        # What the next test is about belongs into every plan.
        chosen = [*chosen[: MOST_EXERCISES - 1], own[0]]
    yield from sorted(chosen, key=lambda exercise: exercise.rung)
    yield ladder.exercise(STRETCH)


def _of_the_rung(number: int, task: TaskAsRun, ladder: Ladder) -> list[Exercise]:
    """Return the exercises of a rung that practise the filmed task, else all that are of it."""
    of_it = [one for one in ladder.exercises if one.rung == number and one.code != STRETCH]
    return [one for one in of_it if task.name in one.tasks] or of_it


def _rules(seen: Sequence[SeenPattern], book: RuleBook) -> Iterator[str]:
    yield "Quality before quantity: if the knee drifts inwards, reduce the range, slow down, lower the load."
    yield from dict.fromkeys(_advice(pattern) for pattern in seen if pattern.pattern.advice)
    pain = book.limit("pain_acceptable")
    yield f"Stop at pain above {pain:g} of 10. Sore for more than 48 hours: do less, then go on."
    every = book.limit("deload_every_weeks")
    yield f"Every {every:g}th week do half of the sets: plateaus come from never resting."
    yield "A large projection angle is no proof of a weak hip: a stiff ankle and the foot raise it too."
    yield "Pain at the side of the hip or in the knee: see a clinician first."


def _to_be_entered(task: TaskAsRun, session: Session, ladder: Ladder) -> Iterator[str]:
    if task.name in ladder.step_tasks and session.step_height_cm is None:
        yield "Enter step_height_cm in session.toml: a lower or higher step can then be the next step."


def _advice(seen: SeenPattern) -> str:
    if seen.pattern.code == "asymmetry":
        return seen.pattern.advice.replace("the worse side", f"the {seen.side} side")
    return seen.pattern.advice


def _weeks_after(day: dt.date | None, weeks: float) -> dt.date | None:
    return None if day is None else day + dt.timedelta(weeks=weeks)


def _because(leg: Leg) -> str:
    decided = leg.decision
    why = f": {decided.reasons[0].says}" if decided.reasons else ": every condition is met"
    return f"{leg.side.capitalize()} leg, {decided.outcome.value}{why}."


def _rests_on(legs: Sequence[Leg], task: TaskAsRun, session: Session) -> str:
    when = "" if session.date is None else f" of {session.date.isoformat()}"
    reps = " and ".join(f"{_counted(leg.facts.valid)} of the {leg.side} leg" for leg in legs)
    return f"{task.title}{when}, {reps}"


def _counted(reps: int) -> str:
    return f"{reps} valid rep{'' if reps == 1 else 's'}"
