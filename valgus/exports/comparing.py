"""What a comparison says in words."""

from __future__ import annotations

from collections.abc import Iterator

from valgus.exports.wording import MEASURE_NAMES, one_line
from valgus.model.comparison import ComparedLeg, Comparison, Difference
from valgus.numerals import signed, with_error


def what_is_compared(comparison: Comparison, /) -> Iterator[str]:
    """Yield for A and for B which leg of which clip it is, and its mean."""
    for leg in comparison.legs:
        date = leg.trial.session.date
        day = f" of {date.isoformat()}" if date else ""
        reps = f"{leg.mean.n} rep{'' if leg.mean.n == 1 else 's'}"
        name = one_line(leg.trial.clip.name, longest=40)
        mean = f"mean FPPA {with_error(leg.mean.mean, leg.mean.ci95)} deg ({reps})"
        yield f"{leg.letter}: {leg.side.value} leg{day}, {name}, {mean}"


def difference_sentence(comparison: Comparison, /) -> str:
    """Return how large the difference of the means is, with its error, and whether it counts."""
    found = comparison.difference
    error = "" if found.ci95 is None else f" ± {found.ci95:.1f}"
    value = f"{signed(found.value)}{error} deg"
    return f"{_of(comparison)} FPPA{_where(found)}: {value}, {_verdict(comparison)}{_needs(found)}."


def source_sentence(found: Difference, /) -> str:
    """Return what the difference was held against, with its source."""
    name = MEASURE_NAMES["fppa_deg"]
    return f"Measurement error of {name} between sessions: {found.mdc:g} deg, {found.source}."


def differing_sentence(comparison: Comparison, /) -> str:
    """Return what was not the same and so may itself make a difference, empty where all was."""
    if not comparison.differing:
        return ""
    return f"Not the same in both, which may itself make a difference: {'; '.join(comparison.differing)}."


def name_of(leg: ComparedLeg, /) -> str:
    """Return a short name of a leg that is compared."""
    date = leg.trial.session.date
    return f"{leg.letter}: {leg.side.value} leg{f', {date.isoformat()}' if date else ''}"


def is_in_colour(comparison: Comparison, leg: ComparedLeg, /) -> bool:
    """Return whether a leg is shown in its colour: of a leg before and after, what was before is grey."""
    return comparison.between_legs or leg is comparison.b


def _of(comparison: Comparison) -> str:
    says = comparison.difference.of
    return f"{says[:1].upper()}{says[1:]}"


def _where(found: Difference) -> str:
    if found.at_depth_pct is None:
        return ""
    return f" at the same depth ({found.at_depth_pct:g} % of leg length, because the lowest points differ)"


def _verdict(comparison: Comparison) -> str:
    found = comparison.difference
    if not found.counts:
        return "not told apart from measurement error"
    if comparison.between_legs:
        return "a real difference"
    return f"{'worse' if found.value > 0 else 'better'}, beyond measurement error"


def _needs(found: Difference) -> str:
    if found.needed == float("inf"):
        return " (its own error is not known)"
    return f" (it counts beyond {found.needed:.1f} deg)"
