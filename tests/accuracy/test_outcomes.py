"""Each outcome occurs where a person would expect it, at realistic angles and errors."""

from __future__ import annotations

import pytest

from valgus.accuracy.outcomes import CONDITIONS, shares_of_outcomes
from valgus.model.judgement import Outcome

ESTIMATED, GIVEN, TURNED = CONDITIONS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("condition", "true_mean_deg", "usual"),
    [
        (GIVEN, 0.0, Outcome.PROGRESS),
        (ESTIMATED, -3.0, Outcome.PROGRESS),
        (ESTIMATED, 9.0, Outcome.HOLD),
        (GIVEN, 9.0, Outcome.HOLD),
        (ESTIMATED, 21.0, Outcome.REGRESS),
        (TURNED, 0.0, Outcome.CANNOT_JUDGE),
    ],
)
def test_the_usual_outcome_at_a_true_angle(condition, true_mean_deg, usual) -> None:  # type: ignore[no-untyped-def]
    assert shares_of_outcomes(condition, true_mean_deg)[usual] > 0.5


def test_a_knee_that_is_truly_amber_hardly_ever_makes_progress() -> None:
    assert shares_of_outcomes(ESTIMATED, 12.0)[Outcome.PROGRESS] <= 0.05


def test_a_straight_knee_is_hardly_ever_sent_back() -> None:
    assert shares_of_outcomes(ESTIMATED, 0.0)[Outcome.REGRESS] <= 0.05
