"""Whose landmarks: one person out of those that a tool found in each frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from valgus.errors import NotReadableAsLandmarks, WrongUsage
from valgus.importers.base import About
from valgus.model.arrays import FloatArray

#: Somebody further away than this share of their height from where the person was before is somebody else.
ELSEWHERE = 0.5


@dataclass(frozen=True, eq=False)
class Person:
    """The (k, 2) points of one person in one frame, NaN where not found, and how sure each is, (k,)."""

    xy_px: FloatArray
    confidence: FloatArray

    @property
    def height_px(self) -> float:
        """From the highest point to the lowest; 0 where nothing was found."""
        y = self.xy_px[np.isfinite(self.xy_px[:, 1]), 1]
        return float(np.ptp(y)) if len(y) else 0.0

    @property
    def middle_px(self) -> FloatArray:
        """The median point, (2,); NaN where nothing was found."""
        known = self.xy_px[np.isfinite(self.xy_px).all(axis=1)]
        return np.median(known, axis=0) if len(known) else np.full(2, np.nan)


def followed(
    frames: Sequence[Sequence[Person]], columns: Mapping[str, int], path: Path, about: About
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Return points (n, 2) and confidence (n,) by landmark of one person through all frames.

    The person is the largest in the first frame with people, or the one asked for; afterwards whoever is
    nearest to where they were.
    """
    track: list[Person | None] = []
    where: FloatArray | None = None
    for people in frames:
        there = [one for one in people if one.height_px > 0]
        if where is None and there:
            first = _chosen(there, path, about.person)
            where = first.middle_px
        one = _nearest(there, where)
        where = where if one is None else one.middle_px
        track.append(one)
    if where is None:
        raise NotReadableAsLandmarks(f"{path.name}: nobody was found in any frame.", "Film again, nearer.")
    blank = Person(np.full((1 + max(columns.values()), 2), np.nan), np.zeros(1 + max(columns.values())))
    whole = [blank if one is None else one for one in track]
    points = {name: np.stack([one.xy_px[k] for one in whole]) for name, k in columns.items()}
    sure = {name: np.array([one.confidence[k] for one in whole]) for name, k in columns.items()}
    return points, sure


def _chosen(there: Sequence[Person], path: Path, person: int | None) -> Person:
    if person is None:
        return max(there, key=lambda one: one.height_px)
    if person > len(there):
        raise WrongUsage(
            f"{path.name}: --person {person} was asked for, but {len(there)} were found.",
            "Leave --person out or give a smaller number, counted from the left of the picture.",
        )
    return sorted(there, key=lambda one: float(one.middle_px[0]))[person - 1]


def _nearest(there: Sequence[Person], where: FloatArray | None) -> Person | None:
    if where is None or not there:
        return None
    nearest = min(there, key=lambda one: float(np.hypot(*(one.middle_px - where))))
    apart = float(np.hypot(*(nearest.middle_px - where)))
    return nearest if apart <= ELSEWHERE * nearest.height_px else None
