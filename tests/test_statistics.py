"""Figures of agreement: published worked examples, another program, and what they may not depend on."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from valgus.model.agreement import Limits, WithInterval
from valgus.statistics import (
    icc_agreement,
    icc_consistency,
    limits_of_agreement,
    mdc95,
    mean_squares,
    slope_of,
)

#: Bland and Altman 1986: peak expiratory flow of 17 people by two meters, first readings, l/min.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI_WRIGHT = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
#: Shrout and Fleiss 1979: six targets by four judges.
JUDGED = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)


def limits(groups: list[np.ndarray]) -> Limits:
    found = limits_of_agreement(groups)
    assert found is not None
    return found


def known(figure: WithInterval | None) -> WithInterval:
    assert figure is not None
    return figure


def alone(differences: np.ndarray) -> list[np.ndarray]:
    """Each difference from somebody else."""
    return [np.array([difference]) for difference in differences]


# --- worked examples ----------------------------------------------------------------------------------------


def test_limits_of_agreement_are_those_of_bland_and_altman_1986() -> None:
    found = limits(alone(np.subtract(WRIGHT, MINI_WRIGHT).astype(float)))
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert (found.bias.low, found.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    # They round the deviation and take 2 for 1.96: -79.7 and 75.5.
    assert (found.low.value, found.high.value) == pytest.approx((-79.7, 75.5), abs=1.7)
    assert (found.low.value, found.high.value) == pytest.approx((-78.10, 73.86), abs=0.05)


def test_intraclass_correlations_are_those_of_shrout_and_fleiss_1979() -> None:
    of = mean_squares(JUDGED)
    assert (of.targets, of.raters, of.rest) == pytest.approx((11.24, 32.49, 1.02), abs=0.01)
    assert known(icc_agreement(of)).value == pytest.approx(0.29, abs=0.005)
    assert known(icc_consistency(of)).value == pytest.approx(0.71, abs=0.005)


def test_repeated_measures_add_what_one_mean_per_person_hides() -> None:
    """Three people, two reps each: differences 1 and 3, 4 and 6, 7 and 9.

    Means 2, 5, 8: variance 9. Within: 2 in each, so variance 2. A single difference: 9 + (1 - 1/2) * 2 = 10.
    """
    found = limits([np.array([1.0, 3.0]), np.array([4.0, 6.0]), np.array([7.0, 9.0])])
    assert found.bias.value == 5.0
    assert found.sd == pytest.approx(np.sqrt(10.0))
    assert found.high.value == pytest.approx(5.0 + 1.96 * np.sqrt(10.0))
    # Student's t with 2 degrees of freedom is 4.303; the error of the mean is the root of 9 / 3.
    assert found.bias.high == pytest.approx(5.0 + 4.303 * np.sqrt(3.0), abs=0.002)


def test_one_group_has_no_limits() -> None:
    assert limits_of_agreement([np.array([1.0, 2.0, 3.0])]) is None
    assert limits_of_agreement([]) is None


def test_the_smallest_detectable_change_is_2_77_errors() -> None:
    assert mdc95(1.0) == pytest.approx(2.772, abs=0.001)


def test_a_difference_that_grows_with_the_value_has_a_slope() -> None:
    x = np.arange(8.0)
    found = known(slope_of(x, 0.5 * x + np.tile([0.1, -0.1], 4)))
    assert found.low < 0.5 < found.high
    assert slope_of(x[:2], x[:2]) is None
    assert slope_of(np.ones(5), np.arange(5.0)) is None


# --- an independent program ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_intraclass_correlations_and_intervals_are_those_of_pingouin(seed: int) -> None:
    pingouin = pytest.importorskip("pingouin")
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(5, 30)), int(rng.integers(2, 5))
    ratings = rng.normal(0, 5, (n, 1)) + rng.normal(0, 2, (1, k)) + rng.normal(0, 3, (n, k))
    table = pd.DataFrame(
        [(i, j, ratings[i, j]) for i in range(n) for j in range(k)], columns=["target", "rater", "value"]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pingouin's own use of pandas
        theirs = pingouin.intraclass_corr(table, targets="target", raters="rater", ratings="value")
    rows = {row["Type"]: row for row in theirs.to_dict("records")}
    for names, own in (
        (("ICC2", "ICC(A,1)"), icc_agreement(mean_squares(ratings))),
        (("ICC3", "ICC(C,1)"), icc_consistency(mean_squares(ratings))),
    ):
        row = next(rows[name] for name in names if name in rows)
        low, high = next(value for name, value in row.items() if name.startswith("CI95"))
        found = known(own)
        assert found.value == pytest.approx(row["ICC"], abs=1e-6)
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.0051)


# --- what they may not depend on ----------------------------------------------------------------------------

VALUES = st.lists(
    st.tuples(st.floats(-40, 40), st.floats(-40, 40)).map(lambda ab: (round(ab[0], 2), round(ab[1], 2))),
    min_size=4,
    max_size=12,
).map(np.array)


@budget(max_examples=60, deadline=None)
@given(VALUES)
def test_exchanging_the_two_turns_the_bias_and_leaves_the_rest(pairs: np.ndarray) -> None:
    one, other = (limits(alone(d)) for d in (pairs[:, 0] - pairs[:, 1], pairs[:, 1] - pairs[:, 0]))
    assert other.bias.value == pytest.approx(-one.bias.value, abs=1e-9)
    assert (other.low.low, other.high.high) == pytest.approx((-one.high.high, -one.low.low), abs=1e-9)
    assert other.sd == pytest.approx(one.sd, abs=1e-9)
    for icc in (icc_agreement, icc_consistency):
        first, second = icc(mean_squares(pairs)), icc(mean_squares(pairs[:, ::-1]))
        assert (first is None) == (second is None)
        if first and second:
            assert second.value == pytest.approx(first.value, abs=1e-7)


@budget(max_examples=60, deadline=None)
@given(VALUES, st.floats(5, 30))
def test_a_constant_moves_the_bias_and_icc_2_but_not_icc_3(pairs: np.ndarray, constant: float) -> None:
    even = pairs - pairs.mean(axis=0)  # no bias to begin with, so that a constant can only add one
    moved = even + np.array([constant, 0.0])
    before, after = (limits(alone(p[:, 0] - p[:, 1])) for p in (even, moved))
    assert after.bias.value - before.bias.value == pytest.approx(constant, abs=1e-9)
    assert after.sd == pytest.approx(before.sd, abs=1e-7)
    squares, moved_squares = mean_squares(even), mean_squares(moved)
    if min(squares.rest, squares.targets) < 1e-3:
        return
    assert known(icc_consistency(moved_squares)).value == pytest.approx(
        known(icc_consistency(squares)).value, abs=1e-6
    )
    closer, farther = known(icc_agreement(squares)).value, known(icc_agreement(moved_squares)).value
    assert abs(farther) < abs(closer) or closer == pytest.approx(0.0, abs=1e-6)


@budget(max_examples=60, deadline=None)
@given(VALUES, st.floats(0.1, 20))
def test_another_unit_scales_all_that_has_one(pairs: np.ndarray, factor: float) -> None:
    one, other = (limits(alone(f * (pairs[:, 0] - pairs[:, 1]))) for f in (1.0, factor))
    for name in ("bias", "low", "high"):
        before, after = getattr(one, name), getattr(other, name)
        assert (after.low, after.value, after.high) == pytest.approx(
            (factor * before.low, factor * before.value, factor * before.high), rel=1e-6, abs=1e-6
        )


def study(rng: np.random.Generator, people: int = 12) -> Limits:
    """Three to six reps of each of some people: bias 1, sd 3 between people and 2 between their reps."""
    own = rng.normal(1.0, 3.0, people)
    return limits([rng.normal(mean, 2.0, rng.integers(3, 7)) for mean in own])


def test_intervals_hold_what_is_true_in_95_of_100_studies_of_repeated_measures() -> None:
    rng = np.random.default_rng(7)
    studies = [study(rng) for _ in range(400)]
    true_high = 1.0 + 1.96 * np.sqrt(9.0 + 4.0)
    for figure, true in (("bias", 1.0), ("high", true_high)):
        found = [getattr(one, figure) for one in studies]
        assert np.mean([f.low <= true <= f.high for f in found]) == pytest.approx(0.95, abs=0.035)
    assert np.mean([one.sd for one in studies]) == pytest.approx(np.sqrt(13.0), rel=0.03)
