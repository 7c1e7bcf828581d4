"""The one building block of the athlete: a rounded, tapered limb with an oval cross-section.

A figure is some 120 of these. Inside a group they melt into each other (a thigh into a knee); between groups
the nearest one wins (a sock ends at the skin). The kernels read them as records, so every field has a name
there too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from valgus.phantom.arrays import FloatArray, Frame, axes_along


class Group(IntEnum):
    """Parts that melt into each other."""

    SKIN = 0
    SHIRT = 1
    SHORTS = 2
    HAIR = 3
    LEG_LEFT = 4
    LEG_RIGHT = 5
    SHOE_LEFT = 6
    SHOE_RIGHT = 7
    SOCKS = 8
    KNEE_SLEEVE = 9


class Material(IntEnum):
    """How a surface is shaded."""

    SKIN = 0
    FACE = 1
    TRUNK_CLOTH = 2
    PELVIS_CLOTH = 3
    TIGHT_CLOTH = 4
    LEATHER = 5
    HAIR = 6


class Paint(IntEnum):
    """Row of the palette that gives a surface its colour."""

    SKIN = 0
    SHIRT = 1
    SHORTS = 2
    LEGGINGS = 3
    HAIR = 4
    SHOE_LEFT = 5
    SHOE_RIGHT = 6
    SOLE = 7
    SOCK_LEFT = 8
    SOCK_RIGHT = 9
    KNEE_SLEEVE = 10
    EYE_WHITE = 11
    IRIS = 12
    LIPS = 13
    SHADE = 14
    STRIPE = 15


_FLOATS = [
    "origin_x", "origin_y", "origin_z", "x_x", "x_y", "x_z", "y_x", "y_y", "y_z", "z_x", "z_y", "z_z",
    "length", "radius_start", "radius_middle", "radius_end", "middle", "squash_x", "squash_z", "blend",
    "cut_x", "cut_y", "cut_z", "cut_at", "centre_x", "centre_y", "centre_z", "reach",
]  # fmt: skip
_INTEGERS = ("group", "material", "paint", "is_cut")

PRIMITIVE_DTYPE = np.dtype(
    [(name, np.float32) for name in _FLOATS] + [(name, np.int32) for name in _INTEGERS]
)


@dataclass(frozen=True)
class Taper:
    """Thickness along a limb, metres: radii at its start, at the fraction `middle` of it, at its end.

    `wide` and `deep` stretch the cross-section sideways and forward.
    """

    start: float
    mid: float
    end: float
    middle: float = 0.5
    wide: float = 1.0
    deep: float = 1.0

    def scaled(self, factor: float, /) -> Taper:
        """Return the same shape, thicker."""
        return Taper(
            self.start * factor, self.mid * factor, self.end * factor, self.middle, self.wide, self.deep
        )

    @property
    def thickest_m(self) -> float:
        """Largest half-thickness in any direction."""
        return max(self.start, self.mid, self.end) * max(1.0, self.wide, self.deep)


@dataclass(frozen=True)
class Finish:
    """Group and looks of a primitive; `blend_m` is the width over which it melts into its group."""

    group: Group
    material: Material
    paint: Paint
    blend_m: float = 0.03

    def blended(self, blend_m: float, /) -> Finish:
        """Return the same finish, melting over another width."""
        return replace(self, blend_m=blend_m)


@dataclass
class PrimitiveList:
    """Collects primitives; `tags` keeps a word for each, to select the feet by."""

    rows: list[dict[str, float]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def limb(
        self,
        start_m: FloatArray,
        end_m: FloatArray,
        taper: Taper,
        finish: Finish,
        *,
        forward: ArrayLike,
        open_end: bool = False,
        tag: str = "",
    ) -> None:
        """Add a limb between two points; with `open_end` it is cut off straight there, as a sleeve is."""
        axes = axes_along(start_m, end_m, forward)
        length = float(np.linalg.norm(end_m - start_m))
        cut = (np.array([0.0, 1.0, 0.0]), length) if open_end else None
        self._append(start_m, axes, length, taper, finish, cut, tag)

    def limb_in(
        self,
        frame: Frame,
        start_m: ArrayLike,
        end_m: ArrayLike,
        taper: Taper,
        finish: Finish,
        *,
        forward: ArrayLike = (0.0, 0.0, 1.0),
        cut_at_m: float | None = None,
        tag: str = "",
    ) -> None:
        """Add a limb given in a segment's coordinates, cut off at the length `cut_at_m`."""
        start, end = frame.to_world(start_m), frame.to_world(end_m)
        axes = axes_along(start, end, frame.axes @ np.asarray(forward, dtype=np.float64))
        cut = None if cut_at_m is None else (np.array([0.0, 1.0, 0.0]), cut_at_m)
        self._append(start, axes, float(np.linalg.norm(end - start)), taper, finish, cut, tag)

    def ball(
        self,
        frame: Frame,
        centre_m: ArrayLike,
        radii_m: ArrayLike,
        finish: Finish,
        *,
        turned: FloatArray | None = None,
        cut: tuple[FloatArray, float] | None = None,
        tag: str = "",
    ) -> None:
        """Add an ellipsoid given in a segment's coordinates.

        `cut` is a plane (normal, offset from the centre) in the segment's axes: what lies beyond it is taken
        away.
        """
        wide, high, deep = np.asarray(radii_m, dtype=np.float64)
        axes = frame.axes if turned is None else frame.axes @ turned
        taper = Taper(high, high, high, wide=wide / high, deep=deep / high)
        self._append(frame.to_world(centre_m), axes, 0.0, taper, finish, cut, tag)

    def _append(
        self,
        origin: FloatArray,
        axes: FloatArray,
        length: float,
        taper: Taper,
        finish: Finish,
        cut: tuple[FloatArray, float] | None,
        tag: str,
    ) -> None:
        normal, offset = cut if cut is not None else (np.zeros(3), 0.0)
        centre = origin + axes[:, 1] * (length / 2.0)
        values = [
            *origin, *axes[:, 0], *axes[:, 1], *axes[:, 2],
            length, taper.start, taper.mid, taper.end, taper.middle, 1.0 / taper.wide, 1.0 / taper.deep,
            max(finish.blend_m, 1e-4), *normal, offset, *centre, taper.thickest_m + length / 2.0,
        ]  # fmt: skip
        row = dict(zip(_FLOATS, values, strict=True))
        row |= {
            "group": finish.group, "material": finish.material, "paint": finish.paint,
            "is_cut": int(cut is not None),
        }  # fmt: skip
        self.rows.append(row)
        self.tags.append(tag)

    def packed(self) -> tuple[NDArray[np.void], list[str]]:
        """Return the records sorted by group, as the kernels need them, and the tags in the same order."""
        records = np.zeros(len(self.rows), dtype=PRIMITIVE_DTYPE)
        for name in PRIMITIVE_DTYPE.names or ():
            records[name] = [row[name] for row in self.rows]
        order = np.argsort(records["group"], kind="stable")
        return records[order], [self.tags[index] for index in order]
