"""Arrays inside frozen objects: their type, and what it means for two of them to be the same."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
IntArray: TypeAlias = NDArray[np.int64]
RgbImage: TypeAlias = NDArray[np.uint8]


def frozen(values: object) -> FloatArray:
    """Return a read-only float copy, so that a frozen object cannot be changed through its array.

    What is frozen already is shared: the track of a long clip is passed from step to step.
    """
    if isinstance(values, np.ndarray) and values.dtype == np.float64 and _cannot_change(values):
        return values
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def given_away(values: FloatArray) -> FloatArray:
    """Return an array of the caller's own, made read-only: what freezes it need not copy it."""
    values.setflags(write=False)
    return values


def _cannot_change(array: FloatArray) -> bool:
    # A view might be read-only while the array that it looks at is not.
    return not array.flags.writeable and array.base is None


class SameByValue:
    """Equality of dataclasses that hold arrays or tables: same values, NaN equal to NaN."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            _same(getattr(self, field.name), getattr(other, field.name))
            for field in fields(self)  # type: ignore[arg-type]  # every subclass is a dataclass
        )

    __hash__ = None  # type: ignore[assignment]  # values that hold arrays have no stable hash


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    if isinstance(one, pd.DataFrame) and isinstance(other, pd.DataFrame):
        return one.equals(other)
    return bool(one == other)
