"""What the sessions of a person say in words: set-ups, changes since the baseline, days kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from valgus.exports.wording import MEASURE_NAMES, difference_in_words
from valgus.model.history import BetweenLegs, History, Series, SetUp
from valgus.model.judgement import Change
from valgus.numerals import plain, signed


def setup_name(series: Series, /) -> str:
    """Return a set-up in words."""
    return f"{series.setup.side} leg, {series.task.title}{_step_and_load(series.setup)}"


def _step_and_load(setup: SetUp) -> str:
    step = f", {setup.step_height_cm:g} cm step" if setup.step_height_cm >= 0 else ""
    load = f", {setup.load_kg:g} kg" if setup.load_kg >= 0 else ""
    return f"{step}{load}"


def change_line(series: Series, /) -> str:
    """Return baseline, best and last of a series, and whether anything changed, in a sentence."""
    last = series.last
    now = last.mean(series.angle)
    if now is None and series.angle == "fppa_asis_deg":
        return (
            "No change can be told: in this task it is told from stickers on the hip bones, and the latest "
            "session has none."
        )
    if series.baseline is None:
        return "No baseline yet: no session with enough valid reps."
    if now is None:
        return "No change can be told: the latest session has no valid rep."
    if last == series.baseline:
        return "This is the baseline: the next sessions are compared with it."
    change, best = last.change(series.angle), series.best
    lowest = best.mean(series.angle) if best else None
    said_best = f", best {plain(lowest.mean)} ({best.date.isoformat()})" if best and lowest else ""
    head = f"Baseline {series.baseline.date.isoformat()}{said_best}, last {plain(now.mean)} deg."
    return head if change is None else f"{head} {_change_in_words(change)}"


def _change_in_words(change: Change) -> str:
    depth = change.at_depth_pct
    where = "" if depth is None else f" at the same depth ({depth:g} % of leg length, lowest points differ)"
    verdict = (
        "worse, beyond measurement error"
        if change.worse
        else "better, beyond measurement error"
        if change.better
        else "within measurement error, so no change can be told"
    )
    return f"Since the baseline {signed(change.value)} deg{where}: {verdict} (needs {change.needed:.1f})."


def error_line(change: Change, /) -> str:
    """Return what measurement error a change was held against, with its source."""
    name = MEASURE_NAMES.get(change.measure, change.measure)
    return f"Measurement error of {name} between sessions: {change.mdc:g} deg, {change.source}."


def between_legs_line(found: BetweenLegs, title: str, /) -> str:
    """Return how the legs differ on one day in one set-up of the task of this title."""
    setup = f"{title}{_step_and_load(found.setup)}"
    return (
        f"{found.date.isoformat()}, {setup}: left minus right FPPA {difference_in_words(found.difference)}."
    )


def kept_apart_lines(history: History, /) -> Iterator[str]:
    """Yield which days are kept apart only by what was not entered, or by what they were measured with."""
    yield from _apart_by_what_was_not_entered(history)
    yield from _apart_by_what_measured_them(history)


def _apart_by_what_was_not_entered(history: History) -> Iterator[str]:
    for key, unit, name in (("step_height_cm", "cm", "step height"), ("load_kg", "kg", "load")):
        for days_of in _days_by(history, key):
            others = sorted(entered for entered in days_of if entered >= 0)
            missing = sorted(day for entered, days in days_of.items() if entered < 0 for day in days)
            if others and missing:
                values = " or ".join(f"{entered:g}" for entered in others)
                yield (
                    f"Kept apart: no {name} was entered for {', '.join(missing)}, {values} {unit} for other "
                    f"days. If it was the same, write {key} = {others[0]:g} into session.toml of those days."
                )


def _apart_by_what_measured_them(history: History) -> Iterator[str]:
    for key, name in (("model", "pose model"), ("definitions_version", "definitions of version")):
        for days_of in _days_by(history, key):
            if len(days_of) > 1:
                with_each = (f"{value} on {', '.join(sorted(days))}" for value, days in days_of.items())
                yield (
                    f"Kept apart, because they do not measure alike: {name} {'; '.join(sorted(with_each))}. "
                    "Analyse the older clips again to compare them."
                )


def _days_by(history: History, key: str) -> Iterator[dict[Any, set[str]]]:
    """Yield, for set-ups that agree in all else whatever the leg, the days of each value of one part."""
    by_rest: dict[SetUp, dict[Any, set[str]]] = {}
    for series in history.series:
        value = getattr(series.setup, key)
        regardless: dict[str, Any] = {"side": "", key: type(value)()}
        days = by_rest.setdefault(replace(series.setup, **regardless), {}).setdefault(value, set())
        days.update(visit.date.isoformat() for visit in series.visits)
    yield from by_rest.values()
