"""How numbers are written for people."""

from __future__ import annotations

import numpy as np
import pytest

from valgus.numerals import plain, signed, with_error


@pytest.mark.parametrize(("value", "says"), [(-0.04, "0.0"), (0.0, "0.0"), (-0.06, "-0.1"), (11.25, "11.2")])
def test_nought_has_no_minus(value: float, says: str) -> None:
    assert plain(value) == says
    assert plain(np.float64(value)) == says


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert [signed(value) for value in (-0.04, 0.04, -0.06, 3.0)] == ["0.0", "0.0", "-0.1", "+3.0"]
    assert [signed(value, places=0) for value in (-0.4, 0.4, -0.6, 3.0)] == ["0", "0", "-1", "+3"]


def test_an_error_is_written_only_where_it_is_known() -> None:
    assert with_error(-0.04, 7.66) == "0.0 ± 7.7"
    assert with_error(8.0, None) == with_error(8.0, float("nan")) == "8.0"
