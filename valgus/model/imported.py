"""Landmarks and markers that were not found by the product itself."""

from __future__ import annotations

from dataclasses import dataclass

from valgus.model.arrays import FloatArray, SameByValue, frozen
from valgus.model.track import PoseTrack


@dataclass(frozen=True, eq=False)
class ImportedTrack(SameByValue):
    """A pose track from another tool.

    Attributes
    ----------
    track : PoseTrack
        Upright pixels, y down; only the landmarks that the file has.
    source : str
        Which tool and format, for people.
    notices : tuple of str
        What a person should know about the file, in sentences: gaps, for example.
    """

    track: PoseTrack
    source: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class MarkerTrajectories(SameByValue):
    """Markers and joint centres of one person in space.

    Attributes
    ----------
    time_s : (n,) array
        Strictly rising.
    xyz_m : (n, k, 3) array
        Places in the laboratory, m; NaN where a marker was not seen.
    names : tuple of str
        The k landmark names of the product that they stand for.
    source : str
        Which format, for people.
    notices : tuple of str
        What a person should know about the file, in sentences.
    """

    time_s: FloatArray
    xyz_m: FloatArray
    names: tuple[str, ...]
    source: str
    notices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "time_s", frozen(self.time_s))
        object.__setattr__(self, "xyz_m", frozen(self.xyz_m))

    def place(self, name: str) -> FloatArray:
        """Return the (n, 3) places of one landmark; ValueError if it is not there."""
        return self.xyz_m[:, self.names.index(name)]
