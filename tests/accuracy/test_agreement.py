"""The figures of the accuracy tables, on numbers whose answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valgus.accuracy.agreement import agreement_of, within_clip_r


def rows(measured: list[float], truth: list[float], ci95: float | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {"case": "one", "measured": measured, "truth": truth, "ci95": ci95}, dtype=object
    ).astype({"measured": float, "truth": float, "ci95": float})


def test_a_constant_offset_is_bias_and_nothing_else() -> None:
    found = agreement_of(rows([3.0, 13.0, 23.0], [1.0, 11.0, 21.0]))
    assert found is not None
    assert (found.bias, found.sd, found.rmse, found.largest) == pytest.approx((2.0, 0.0, 2.0, 2.0))
    assert (found.slope, found.r) == pytest.approx((1.0, 1.0))


def test_half_the_change_is_a_slope_of_a_half() -> None:
    found = agreement_of(rows([0.0, 5.0, 10.0], [0.0, 10.0, 20.0]))
    assert found is not None
    assert found.slope == pytest.approx(0.5)
    assert found.r == pytest.approx(1.0)


def test_what_was_not_measured_is_counted_and_left_out() -> None:
    found = agreement_of(rows([1.0, float("nan"), 3.0], [1.0, 50.0, 3.0]))
    assert found is not None
    assert (found.n, found.missing, found.rmse) == (2, 1, 0.0)
    assert agreement_of(rows([float("nan")], [1.0])) is None


def test_slope_and_r_are_withheld_where_the_truth_hardly_varies() -> None:
    found = agreement_of(rows([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]))
    assert found is not None
    assert found.slope is None
    assert found.r is None


def test_intervals_that_hold_the_truth_are_counted() -> None:
    found = agreement_of(rows([0.0, 0.0, 0.0, 0.0], [0.5, -0.9, 1.0, 1.1], ci95=1.0))
    assert found is not None
    assert found.covered == pytest.approx(0.75)
    assert found.half_width == pytest.approx(1.0)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=2, max_size=30))
def test_the_mean_square_is_bias_and_spread_together(pairs: list[tuple[float, float]]) -> None:
    measured, truth = zip(*pairs, strict=True)
    found = agreement_of(rows(list(measured), list(truth)))
    assert found is not None
    spread = found.sd**2 * (found.n - 1) / found.n
    assert found.rmse**2 == pytest.approx(found.bias**2 + spread, abs=1e-6)
    assert found.largest >= found.rmse - 1e-9


def test_correlation_inside_clips_is_one_for_each_clip_that_varies() -> None:
    one = rows([1.0, 9.0, 21.0], [0.0, 10.0, 20.0])
    other = rows([5.0, 5.1, 5.2], [5.0, 5.1, 5.2]).assign(case="narrow")
    assert within_clip_r(pd.concat([one, other])) == pytest.approx(
        [np.corrcoef([1.0, 9.0, 21.0], [0.0, 10.0, 20.0])[0, 1]]
    )
