"""Progress, hold, regress or cannot judge: one table of rules, read from top to bottom.

No cut-off of the projection angle for exercise progression is published. The rules are an engineering choice
on published error figures; every figure they use is in ``rules/decision.toml`` with its source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit  # Student's t; scipy.stats has it too, but takes half a second to load

from valgus.model.judgement import (
    WAITS_FOR_ANOTHER,
    BandedMean,
    Change,
    Decision,
    Drift,
    Facts,
    Outcome,
    Reason,
)
from valgus.model.rule import Level
from valgus.model.rulebook import RuleBook
from valgus.numerals import plain, with_error


@dataclass(frozen=True)
class Rule:
    """One row: what it asks for, when it applies, what it says and what would change it."""

    code: str
    outcome: Outcome
    applies: Callable[[Facts, RuleBook], bool]
    says: Callable[[Facts, RuleBook], str]
    would_change: Callable[[Facts, RuleBook], str]


def decide(facts: Facts, book: RuleBook, /) -> Decision:
    """Return the decision: the highest outcome any row asks for, or progress where no row applies."""
    applied = [rule for rule in RULES if rule.applies(facts, book)]
    if not applied and facts.met_before + 1 < book.limit("sessions_in_a_row"):
        applied = [ONE_MORE]
    outcome = min((rule.outcome for rule in applied), key=lambda o: o.rank, default=Outcome.PROGRESS)
    applied.sort(key=lambda rule: rule.outcome.rank)
    reasons = tuple(
        Reason(rule.code, rule.outcome, rule.says(facts, book), rule.would_change(facts, book))
        for rule in applied
    )
    return Decision(facts.task, facts.side, outcome, reasons, _notes(facts, book))


def may_plan(facts: Facts, book: RuleBook, /) -> bool:
    """Return whether the pain that was entered allows exercise advice at all."""
    return not (_too_much_pain(facts, book) or _not_settled(facts, book))


# --- conditions ---------------------------------------------------------------------------------------------

PROJECTION_ANGLES = ("fppa_deg", "fppa_asis_deg")
#: Measures that must not have become worse for progress, but do not ask for a step back by themselves.
COMPENSATIONS = ("trunk_lean_deg", "pelvic_drop_deg")


def _not_fit(facts: Facts, book: RuleBook) -> bool:
    return facts.filming is not None or facts.valid == 0


def _too_few(facts: Facts, book: RuleBook) -> bool:
    return not _not_fit(facts, book) and facts.valid < book.limit("least_valid_reps")


def _no_colour(facts: Facts, book: RuleBook) -> bool:
    return not _not_fit(facts, book) and not _too_few(facts, book) and facts.coloured == 0


def _error_unknown(facts: Facts, book: RuleBook) -> bool:
    angles = (m.mean for m in facts.means if m.mean.measure in PROJECTION_ANGLES)
    return not _not_fit(facts, book) and any(mean.ci95 is None for mean in angles)


def _too_much_pain(facts: Facts, book: RuleBook) -> bool:
    return facts.pain_during is not None and facts.pain_during > book.limit("pain_acceptable")


def _not_settled(facts: Facts, book: RuleBook) -> bool:
    return facts.pain_next_morning is not None and facts.pain_next_morning > book.limit("pain_settled")


def _some_pain(facts: Facts, book: RuleBook) -> bool:
    return (
        facts.pain_during is not None
        and facts.pain_during > book.limit("pain_safe")
        and not _too_much_pain(facts, book)
    )


def _pain_unknown(facts: Facts, book: RuleBook) -> bool:
    return facts.pain_during is None or facts.pain_next_morning is None


def _reds(facts: Facts, book: RuleBook) -> bool:
    return facts.red >= book.limit("red_reps_to_regress")


def _few_reds(facts: Facts, book: RuleBook) -> bool:
    return facts.red > 0 and not _reds(facts, book)


def _few_green(facts: Facts, book: RuleBook) -> bool:
    # A hair's breadth for shares like 4 of 5, which no binary fraction holds exactly.
    share = facts.green / facts.valid if facts.valid else 1.0
    return share < book.limit("least_green_share") - 1e-9


def _few_ok(facts: Facts, book: RuleBook) -> bool:
    return facts.ok < book.limit("least_valid_reps")


def _beyond_green(facts: Facts) -> BandedMean | None:
    return next((m for m in facts.means if m.level is not Level.GREEN), None)


def _near_edge(facts: Facts) -> BandedMean | None:
    return next((m for m in facts.means if m.level is Level.GREEN and m.edge_inside_interval), None)


def _drifts(facts: Facts, book: RuleBook) -> bool:
    return facts.drift is not None and facts.drift.real


# --- words --------------------------------------------------------------------------------------------------

NAMES = {
    "fppa_deg": "projection angle",
    "fppa_asis_deg": "projection angle from the sticker",
    "knee_plus_trunk_deg": "projection angle plus trunk lean",
    "pelvic_drop_deg": "pelvic drop",
    "trunk_lean_deg": "trunk lean",
}


def _said_unfit(facts: Facts, book: RuleBook) -> str:
    return facts.filming.says if facts.filming is not None else "no rep could be measured well enough"


def _refilm(facts: Facts, book: RuleBook) -> str:
    return facts.filming.advice if facts.filming is not None else "Film again as valgus check says."


def _said_reds(facts: Facts, book: RuleBook) -> str:
    return f"{facts.red} of {facts.valid} valid reps {'is' if facts.red == 1 else 'are'} red"


def _said_mean(found: BandedMean | None) -> str:
    if found is None:
        return ""
    name, mean, band = NAMES[found.mean.measure], found.mean, found.band
    value = with_error(mean.mean, mean.ci95)
    return f"the mean {name} is {value} {band.unit}, the green band ends at {band.amber:g}"


def _said_change(change: Change | None) -> str:
    if change is None:
        return ""
    where = (
        ""
        if change.at_depth_pct is None
        else f" at the same depth of {change.at_depth_pct:g} % of leg length"
    )
    return (
        f"the mean {NAMES[change.measure]}{where} is {plain(change.now)} deg, {plain(change.value)} more "
        f"than at baseline ({plain(change.baseline)}); {change.needed:.1f} is what measurement error can do"
    )


def _said_drift(drift: Drift | None) -> str:
    if drift is None:
        return ""
    return (
        f"the {NAMES[drift.measure]} rises within the set from {plain(drift.first)} to "
        f"{plain(drift.last)} deg (first against last third; the set's own scatter explains up to "
        f"{drift.noise:.1f})"
    )


def _missing_pain(facts: Facts, book: RuleBook) -> str:
    during, morning = facts.pain_during is None, facts.pain_next_morning is None
    what = "pain" if during and morning else "pain during the task" if during else "pain on the next morning"
    return f"{what} was not entered"


def _of_ten(value: float | None) -> str:
    return f"{value:g} of 10"


def _fixed(text: str) -> Callable[[Facts, RuleBook], str]:
    return lambda facts, book: text


# --- the table ----------------------------------------------------------------------------------------------

RULES: tuple[Rule, ...] = (
    Rule("filming", Outcome.CANNOT_JUDGE, _not_fit, _said_unfit, _refilm),
    Rule(
        "few_reps",
        Outcome.CANNOT_JUDGE,
        _too_few,
        lambda f, b: f"only {f.valid} valid rep{'' if f.valid == 1 else 's'}",
        lambda f, b: (
            f"At least {b.limit('least_valid_reps'):g} valid reps; film {b.limit('recommended_reps'):g}."
        ),
    ),
    Rule(
        "no_colour",
        Outcome.CANNOT_JUDGE,
        _no_colour,
        lambda f, b: f"no rep has a colour: {f.no_colour or 'none is graded ok'}",
        _fixed("Film so that reps are graded ok, with stickers where the band needs them."),
    ),
    Rule(
        "error_unknown",
        Outcome.CANNOT_JUDGE,
        _error_unknown,
        _fixed("the error of these landmarks is not known, so neither is that of the projection angle"),
        _fixed("Measure the video itself: the error of this program's own landmarks is known."),
    ),
    Rule(
        "pain_high",
        Outcome.REGRESS,
        _too_much_pain,
        lambda f, b: (
            f"pain was {_of_ten(f.pain_during)} during the task; above {b.limit('pain_acceptable'):g} stop"
        ),
        lambda f, b: f"Pain of at most {b.limit('pain_acceptable'):g}; see a clinician if it stays.",
    ),
    Rule(
        "pain_not_settled",
        Outcome.REGRESS,
        _not_settled,
        lambda f, b: f"pain had not settled by the next morning ({_of_ten(f.pain_next_morning)})",
        lambda f, b: f"Pain of at most {b.limit('pain_settled'):g} on the morning after.",
    ),
    Rule(
        "red_reps",
        Outcome.REGRESS,
        _reds,
        _said_reds,
        lambda f, b: f"Fewer than {b.limit('red_reps_to_regress'):g} red reps.",
    ),
    Rule(
        "worse_than_baseline",
        Outcome.REGRESS,
        lambda f, b: f.worse(PROJECTION_ANGLES) is not None,
        lambda f, b: _said_change(f.worse(PROJECTION_ANGLES)),
        _fixed("A mean back within measurement error of the baseline."),
    ),
    Rule(
        "drift",
        Outcome.REGRESS,
        _drifts,
        lambda f, b: _said_drift(f.drift),
        _fixed("A set whose last reps are like its first: fewer reps, more rest or less load."),
    ),
    Rule(
        "one_red_rep",
        Outcome.HOLD,
        _few_reds,
        _said_reds,
        _fixed("No red rep."),
    ),
    Rule(
        "mean_beyond_green",
        Outcome.HOLD,
        lambda f, b: _beyond_green(f) is not None,
        lambda f, b: _said_mean(_beyond_green(f)),
        _fixed("A mean in the green band with its whole interval."),
    ),
    Rule(
        "edge_inside_interval",
        Outcome.HOLD,
        lambda f, b: _near_edge(f) is not None,
        lambda f, b: f"{_said_mean(_near_edge(f))}: inside the interval, so green is not sure",
        _fixed("A lower mean, or a narrower interval: more even reps, filmed from straight in front."),
    ),
    Rule(
        "few_green",
        Outcome.HOLD,
        lambda f, b: f.coloured > 0 and _few_green(f, b),
        lambda f, b: f"{f.green} of {f.valid} valid reps are green",
        lambda f, b: f"At least {100 * b.limit('least_green_share'):.0f} % green reps.",
    ),
    Rule(
        "few_ok_reps",
        Outcome.HOLD,
        lambda f, b: f.coloured > 0 and _few_ok(f, b),
        lambda f, b: f"only {f.ok} of {f.valid} valid reps are graded ok",
        lambda f, b: f"At least {b.limit('least_valid_reps'):g} reps graded ok: film as valgus check says.",
    ),
    Rule(
        "compensation_worse",
        Outcome.HOLD,
        lambda f, b: f.worse(COMPENSATIONS) is not None,
        lambda f, b: _said_change(f.worse(COMPENSATIONS)),
        _fixed("Trunk and pelvis as steady as at baseline."),
    ),
    Rule(
        "pain_some",
        Outcome.HOLD,
        _some_pain,
        lambda f, b: (
            f"pain was {_of_ten(f.pain_during)} during the task; up to {b.limit('pain_safe'):g} is safe"
        ),
        lambda f, b: f"Pain of at most {b.limit('pain_safe'):g} during the task.",
    ),
    Rule(
        "pain_unknown",
        Outcome.HOLD,
        _pain_unknown,
        _missing_pain,
        _fixed("Enter pain during the task and on the next morning (0-10), in session.toml or by option."),
    ),
)

#: Asked for only where nothing else stands against progress.
ONE_MORE = Rule(
    WAITS_FOR_ANOTHER,
    Outcome.HOLD,
    lambda f, b: f.met_before + 1 < b.limit("sessions_in_a_row"),
    lambda f, b: f"this session meets every condition; {b.limit('sessions_in_a_row'):g} in a row are needed",
    _fixed("One more session like this, in the same task and set-up."),
)


def _notes(facts: Facts, book: RuleBook) -> tuple[str, ...]:
    overshoot = book.limit("varus_overshoot_deg")
    if facts.fppa_mean is not None and facts.fppa_mean < overshoot:
        return (
            f"The knee goes outwards ({facts.fppa_mean:.1f} deg, below {overshoot:g}): more than straight is "
            "not better.",
        )
    return ()


# --- drift within a set -------------------------------------------------------------------------------------


def drift_within(values: Sequence[float], measure: str, book: RuleBook, /) -> Drift | None:
    """Return how much the last third of a set is worse than its first; None with too few reps.

    Parameters
    ----------
    values : sequence of float
        The valid reps of one set in order; NaN is left out.
    measure : str
        Their column.
    book : RuleBook
        Least number of reps, and least drift that is spoken of.

    Notes
    -----
    The scatter is taken about a straight line through the set, so that a true drift does not hide itself by
    widening its own noise. Thirds are rounded: of five reps the first two against the last two.
    """
    known = np.asarray([value for value in values if value == value], dtype=np.float64)
    n = len(known)
    if n < max(book.limit("drift_least_reps"), 4):
        return None
    third = max(round(n / 3), 1)
    index = np.arange(n)
    residual = known - np.polyval(np.polyfit(index, known, 1), index)
    sd = float(np.sqrt(np.sum(residual**2) / (n - 2)))
    half_width = float(stdtrit(n - 2, 0.975)) * sd * float(np.sqrt(2 / third))
    return Drift(
        measure,
        round(float(known[:third].mean()), 3),
        round(float(known[-third:].mean()), 3),
        round(max(half_width, book.limit("drift_least_deg")), 3),
    )
