"""What a format is, and what may be chosen about one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pandas as pd

from valgus.model.trial import Trial


class FppaSign(str, Enum):
    """Which sign valgus has."""

    POSITIVE = "valgus-positive"
    NEGATIVE = "valgus-negative"


class Shape(str, Enum):
    """Whether a table per frame has a row for each leg, or columns for each leg."""

    LONG = "long"
    WIDE = "wide"


class Unit(str, Enum):
    """What coordinates are in: pixels of the picture, or the pose model's own guess in metres."""

    PIXELS = "px"
    METRES = "m"


class Names(str, Enum):
    """Whose names landmarks have."""

    MEDIAPIPE = "mediapipe"
    HALPE = "halpe"


@dataclass(frozen=True)
class Wanted:
    """What was chosen; each format heeds what concerns it."""

    sign: FppaSign = FppaSign.POSITIVE
    shape: Shape = Shape.LONG
    unit: Unit = Unit.PIXELS
    names: Names = Names.MEDIAPIPE


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes
    ----------
    name : str
        On the command line.
    about : str
        What is in it, for people.
    write : callable
        Writes a trial into a folder, under a stem, and returns the names of the files.
    """

    name: str
    about: str
    write: Callable[[Trial, Path, str, Wanted], tuple[str, ...]]


#: What is put behind the name of an angle whose sign was turned, so that it is never taken for the other.
NEGATIVE_ENDING = "_valgus_negative"


def with_sign(table: pd.DataFrame, sign: FppaSign, /) -> pd.DataFrame:
    """Return a table with its projection angles in the sign asked for.

    Turned are the columns ``fppa_*``, which then end in ``_valgus_negative``; half-widths of intervals have
    no sign, and the sum with the trunk's lean stays as it is.
    """
    if sign is FppaSign.POSITIVE:
        return table
    turned = [
        name for name in table.columns if str(name).startswith("fppa_") and not str(name).endswith("ci95_deg")
    ]
    negative = {name: -table[name] + 0.0 for name in turned}
    return table.assign(**negative).rename(columns={name: f"{name}{NEGATIVE_ENDING}" for name in turned})


def wide(signals: pd.DataFrame, /) -> pd.DataFrame:
    """Return signals with one row a frame: ``time_s``, then each signal of the left and of the right leg."""
    sides = [side for side in ("left", "right") if (signals["side"] == side).any()]
    parts = [
        signals[signals["side"] == side].drop(columns="side").set_index("time_s").add_suffix(f"_{side}")
        for side in sides
    ]
    return pd.concat(parts, axis=1).reset_index() if parts else pd.DataFrame({"time_s": []})
