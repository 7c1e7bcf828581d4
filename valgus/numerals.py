"""How numbers are written for people: no minus before a nought, an error only where one is known."""

from __future__ import annotations

import math


def plain(value: float, /) -> str:
    """Return a value with one place."""
    return f"{_rounded(value, 1):.1f}"


def signed(value: float, /, *, places: int = 1) -> str:
    """Return a value with its sign, and none where it is nought."""
    rounded = _rounded(value, places)
    return f"{rounded:+.{places}f}" if rounded else f"{0:.{places}f}"


def with_error(value: float, half_width: float | None, /) -> str:
    """Return a value with the half-width of its interval, without where that is None or NaN."""
    if half_width is None or math.isnan(half_width):
        return plain(value)
    return f"{plain(value)} ± {half_width:.1f}"


def _rounded(value: float, places: int) -> float:
    return round(float(value), places) + 0.0  # adding nothing turns a minus nought into a nought
