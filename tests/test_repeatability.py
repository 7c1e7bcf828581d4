"""A site's own error: SEM, MDC and ICC from people filmed again, against worked figures and drawn ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.decisions import facts, mean_of, task_of
from valgus import rules
from valgus.decision import decide
from valgus.errors import WrongUsage
from valgus.model.history import History, Series, SetUp, Visit
from valgus.model.session import Session
from valgus.repeatability import Repeatability, as_rules, repeatability_of

BOOK = rules.published()
DAY = date(2026, 3, 1)


def person(name: str, means_deg: list[float], *, days_apart: int = 7, valid: int = 5) -> History:
    """Somebody's left leg, filmed once in a while."""
    of = facts(valid=valid)
    visits = tuple(
        Visit(
            date=DAY + timedelta(days=days_apart * k),
            clips=(f"{name} {k}",),
            session=Session(),
            means=(mean_of("fppa_deg", mean),),
            facts=of,
            decision=decide(of, BOOK),
            changes=(),
        )
        for k, mean in enumerate(means_deg)
    )
    setup = SetUp("step-down", "left", "front", -1.0, -1.0, "full", "2")
    series = Series(setup, task_of(), "fppa_deg", visits, visits[0])
    return History(name, (series,), (), (), (), ())


def measured(*people: History, within_days: int = 14) -> Repeatability:
    (found,) = repeatability_of(people, BOOK, within_days=within_days)
    return found


def drawn(people: int, sem: float, seed: int = 0) -> list[History]:
    """People of different angles, filmed twice with this standard error of measurement."""
    rng = np.random.default_rng(seed)
    true = rng.normal(8.0, 6.0, people)
    return [person(str(k), list(t + rng.normal(0, sem, 2))) for k, t in enumerate(true)]


def test_a_worked_example() -> None:
    """Six people twice, differences 2, -2, 4, 0, 2, -4: SEM = sqrt(sum d^2 / 2 / 6) = sqrt(44 / 12)."""
    differences = (2.0, -2.0, 4.0, 0.0, 2.0, -4.0)
    found = measured(*(person(str(k), [10.0 + k, 10.0 + k + d]) for k, d in enumerate(differences)))
    assert found.sem == 1.91
    assert found.mdc95 == pytest.approx(5.31, abs=0.01)
    assert (found.people, found.legs, found.sessions) == (6, 6, 12)
    assert found.uncertain


def test_the_interval_holds_the_true_error_in_95_of_100_studies() -> None:
    studies = [measured(*drawn(20, 2.5, seed)) for seed in range(200)]
    assert np.mean([study.sem_low <= 2.5 <= study.sem_high for study in studies]) == pytest.approx(
        0.95, abs=0.04
    )
    assert np.mean([study.sem for study in studies]) == pytest.approx(2.5, rel=0.03)


def test_the_icc_is_that_of_its_variances() -> None:
    found = measured(*drawn(200, 3.0))
    assert found.icc2 is not None and found.icc3 is not None
    assert found.icc2[0] == pytest.approx(36 / (36 + 9), abs=0.05)
    assert found.icc2[1] < found.icc2[0] < found.icc2[2]
    assert found.icc3[0] == pytest.approx(found.icc2[0], abs=0.02)


def test_sessions_long_after_the_first_do_not_count() -> None:
    early = [person(str(k), [5.0, 6.0]) for k in range(6)]
    late = [person(f"late {k}", [5.0, 25.0], days_apart=60) for k in range(6)]
    assert measured(*early, *late) == measured(*early)
    assert measured(*early, *late, within_days=90).sem > 5


def test_sessions_with_too_few_reps_do_not_count() -> None:
    good = [person(str(k), [5.0, 6.0]) for k in range(6)]
    poor = [person(f"poor {k}", [5.0, 25.0], valid=2) for k in range(6)]
    assert measured(*good, *poor) == measured(*good)


def test_too_few_repeated_sessions_are_refused_with_what_is_needed() -> None:
    with pytest.raises(WrongUsage, match="20 people filmed twice make a good figure"):
        measured(*(person(str(k), [5.0, 6.0]) for k in range(4)))


def test_the_figures_take_the_place_of_the_published_ones_and_say_where_they_are_from(tmp_path: Path) -> None:
    found = measured(*drawn(25, 2.0))
    file = tmp_path / "repeatability.toml"
    file.write_text(as_rules([found], DAY), encoding="utf-8")
    book = rules.with_own(file)
    change = next(c for c in book.changes_for("step-down") if c.measure == "fppa_deg")
    assert (change.value, change.origin) == (found.mdc95, "own")
    assert "measured at this site, 2026-03-01" in change.source
    assert change.population == "25 people, 25 legs, 50 sessions at this site"
    assert not replace(found, sessions=50).uncertain
