"""Decisions, items and plans in words: the same sentences on the terminal, in files and on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from valgus.model.judgement import Decision, ItemResult, Met, Outcome, Reason
from valgus.model.ladder import Exercise, Plan
from valgus.model.trial import Analysis

ADVICE_ONLY = (
    "Advice from written rules and a consensus of practice, for you to weigh: not a diagnosis, not an order."
)
RULES_ARE = (
    "No cut-off of the angle for exercise progression is published: the rules are an engineering choice on "
    "published error figures (valgus bands prints them with their sources)."
)
#: What an outcome means to a person.
MEANING = {
    Outcome.CANNOT_JUDGE: "cannot judge",
    Outcome.REGRESS: "step back (regress candidate)",
    Outcome.HOLD: "stay (hold)",
    Outcome.PROGRESS: "ready for more (progress candidate)",
}
#: Class of an outcome on a page, for its colour; the words say the same.
OUTCOME_CLASSES = {
    Outcome.PROGRESS: "go",
    Outcome.HOLD: "stay",
    Outcome.REGRESS: "back",
    Outcome.CANNOT_JUDGE: "unknown",
}
ITEM_MARKS = {Met.MET: "met", Met.NOT_MET: "not met", Met.NOT_ASSESSED: "not assessed"}


def decision_line(decision: Decision, /) -> str:
    """Return the outcome and the first reason for it, in a sentence; the others are counted."""
    reasons = told(decision)
    head = f"{decision.side.capitalize()} leg, for training: {MEANING[decision.outcome]}"
    if not reasons:
        return f"{head}. Every condition is met."
    more = "" if len(reasons) == 1 else f" (and {len(reasons) - 1} more below)"
    return f"{head}: {reasons[0].says}{more}."


def reason_lines(decision: Decision, /) -> Iterator[str]:
    """Yield every reason with what would change it, then the notes."""
    for reason in told(decision):
        says = f"{reason.says[:1].upper()}{reason.says[1:]}"
        yield f"{decision.side.capitalize()} leg: {says}. To change it: {reason.would_change}"
    yield from decision.notes


def told(decision: Decision, /) -> tuple[Reason, ...]:
    """Return the reasons worth telling: those of the outcome, and pain whatever the outcome is."""
    return tuple(
        reason
        for reason in decision.reasons
        if reason.outcome is decision.outcome or reason.code in ("pain_high", "pain_not_settled")
    )


# --- items --------------------------------------------------------------------------------------------------


def item_lines(analysis: Analysis, /) -> Iterator[str]:
    """Yield the movement-quality items by scale and side; those without an answer are named, none summed."""
    for (scale, side), of_it in groupby(analysis.items, key=lambda item: (item.scale, item.side)):
        items = list(of_it)
        assessed = [item for item in items if item.met is not Met.NOT_ASSESSED]
        missing = [str(item.number) for item in items if item.met is Met.NOT_ASSESSED]
        said = "; ".join(map(_item, assessed)) or "none can be assessed"
        rest = f"; not assessed: items {', '.join(missing)}, so there is no total" if missing else ""
        yield f"{scale} scale, {side} leg: {said}{rest}."


def _item(item: ItemResult) -> str:
    return f"{item.number} {item.name}: {ITEM_MARKS[item.met]}{_evidence(item)}"


def _evidence(item: ItemResult) -> str:
    if item.rep is None:
        return ""
    worst = f"largest {item.value:g} {item.unit} in rep {item.rep} at {item.at_s:.1f} s"
    return f" (in {item.shown} of {item.looked_at} reps; {worst})"


# --- the plan -----------------------------------------------------------------------------------------------


def plan_text(plan: Plan, /) -> str:
    """Return a plan as Markdown that can also be read as it is."""
    return "\n".join(_plan_lines(plan)) + "\n"


def _plan_lines(plan: Plan) -> Iterator[str]:
    yield "# What to do until the next test"
    yield ""
    yield f"From: {plan.rests_on}."
    yield ""
    if plan.withheld:
        yield f"**No plan.** {plan.withheld}"
        yield ""
        yield ADVICE_ONLY
        return
    yield f"**{plan.step}**"
    yield ""
    yield from (f"- {because}" for because in plan.because)
    yield ""
    yield from _seen(plan)
    yield f"## The exercises: {plan.days_per_week}"
    yield ""
    yield from _numbered(plan.exercises)
    yield ""
    yield f"## The next test{_retest(plan)}"
    yield ""
    yield f"{plan.next_test[0].upper()}{plan.next_test[1:]}."
    yield "Write down pain (0-10) during the test and on the morning after."
    yield ""
    yield "## Keep to this"
    yield ""
    yield from (f"- {rule}" for rule in plan.rules)
    yield ""
    yield ADVICE_ONLY


def _seen(plan: Plan) -> Iterator[str]:
    yield "## What the film shows"
    yield ""
    for seen in plan.why:
        leg = f"{seen.side.capitalize()} leg: " if seen.side else ""
        figures = f" ({seen.evidence})" if seen.evidence else ""
        yield f"- {leg}{seen.pattern.says}{figures}. Points to: {seen.pattern.lead}."
    yield ""


def _numbered(exercises: Sequence[Exercise]) -> Iterator[str]:
    for number, exercise in enumerate(exercises, start=1):
        dose = f"{exercise.sets} sets of {exercise.hold_or_reps}; {exercise.tempo}"
        yield f"{number}. **{exercise.name}**: {dose}."
        yield f"   Think of: {exercise.cue}."


def _retest(plan: Plan) -> str:
    if plan.retest_from is None or plan.retest_to is None:
        return ": in 4 to 6 weeks"
    return f": between {plan.retest_from.isoformat()} and {plan.retest_to.isoformat()}"
