"""What one of the two measurements says: values of reps, or an angle over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from valgus.metrics.base import INSTANT_S
from valgus.model.arrays import FloatArray


@dataclass(frozen=True)
class Row:
    """One rep by one measurement.

    Attributes
    ----------
    where : str
        File and row, as a spreadsheet counts: the header is row 1.
    clip, clip_sha256, person, side : str
        Blank where it is not said.
    rep : int or None
        Number of the rep in its clip.
    time_s : float or None
        When its lowest point is.
    value : float or None
        None where it was not measured.
    invalid : str
        Why it is graded invalid; blank where it is not.
    """

    where: str
    clip: str
    clip_sha256: str
    person: str
    side: str
    rep: int | None
    time_s: float | None
    value: float | None
    invalid: str = ""


@dataclass(frozen=True)
class Reps:
    """A measurement that has a value for each rep."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, eq=False)
class Leg:
    """An angle over time: ``time_s`` and ``value`` (n,); ``side`` is blank where it is not said."""

    side: str
    time_s: FloatArray
    value: FloatArray

    def at(self, instant_s: float) -> float | None:
        """Return the median within 50 ms of an instant, as every measure is taken; None where not known."""
        near = self.value[np.abs(self.time_s - instant_s) <= INSTANT_S]
        near = near[np.isfinite(near)]
        return float(np.median(near)) if len(near) else None


@dataclass(frozen=True)
class Frames:
    """A measurement that has a value for each frame, of one clip."""

    name: str
    legs: tuple[Leg, ...]

    def at_the_reps_of(self, reps: Reps, /) -> Reps:
        """Return its values at the lowest points of another measurement: rows in the same order.

        A rep without a time, or of a side that was not measured, gets no row.
        """
        rows = (self._at(row) for row in reps.rows)
        return Reps(self.name, tuple(row for row in rows if row is not None))

    def _at(self, row: Row) -> Row | None:
        legs = [leg for leg in self.legs if not leg.side or not row.side or leg.side == row.side]
        if row.time_s is None or len(legs) != 1:
            return None
        where = f"{self.name} at {row.time_s:.3f} s"
        return replace(row, where=where, value=legs[0].at(row.time_s), invalid="")


Measurement: TypeAlias = Reps | Frames
