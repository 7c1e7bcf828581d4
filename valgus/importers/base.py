"""What an importer is, and what all of them check: landmarks, times, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from valgus import bounded, filters
from valgus.errors import NotReadableAsLandmarks, WrongUsage
from valgus.importers.names import landmark_named
from valgus.model.arrays import BoolArray, FloatArray
from valgus.model.imported import ImportedTrack, MarkerTrajectories
from valgus.model.track import LANDMARKS, NEEDED_LANDMARKS, STICKER_LANDMARKS, PoseTrack

#: In the order in which they are kept.
KNOWN = (*LANDMARKS, *STICKER_LANDMARKS)
#: Largest file that is read: an hour of landmarks as text has a tenth of it.
MOST_MB = 500.0
#: No place is further away, px or m, and no time, s, is later: clocks may count from 1970, in ms too.
FURTHEST, LATEST_S = 1e6, 1e13
#: Gaps shorter than this are filled anyway and not spoken of, s.
SHORT_GAP_S = 0.2
#: More gaps than this are counted, not listed.
MOST_GAPS_NAMED = 6


@dataclass(frozen=True)
class About:
    """What a file of landmarks may not say itself.

    Attributes
    ----------
    fps : float or None
        Frames per second, for formats without times.
    time_s : (n,) sequence or None
        Presentation times of the video's frames, where the video is at hand; goes before ``fps``.
    size_px : (width, height) or None
        Of the upright picture, for coordinates that are shares of it.
    person : int or None
        Who, counted from the left of the first frame with people, from 1; None is the largest.
    """

    fps: float | None = None
    time_s: Sequence[float] | None = None
    size_px: tuple[int, int] | None = None
    person: int | None = None


class Importer(Protocol):
    """One format of one tool."""

    @property
    def name(self) -> str:
        """Tool and format, for people."""
        ...

    def recognises(self, path: Path, /) -> bool:
        """Return whether a file is of this format, by its name and its first bytes."""
        ...

    def read(self, path: Path, about: About, /) -> ImportedTrack | MarkerTrajectories:
        """Return what the file holds.

        NotReadableAsLandmarks is raised if it is damaged, WrongUsage if more has to be said.
        """
        ...


def head_of(path: Path, size: int = 4096) -> str:
    """Return the beginning of a file as text, empty where it is none."""
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return file.read(size).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""


def times_of(count: int, about: About, path: Path) -> FloatArray:
    """Return the times of so many frames in a format that has none."""
    if about.time_s is not None:
        if len(about.time_s) != count:
            raise WrongUsage(
                f"{path.name}: has {count} frames, the video has {len(about.time_s)}.",
                "Give the landmarks and the video of the same recording, both uncut.",
            )
        return np.asarray(about.time_s, dtype=np.float64)
    if about.fps is None:
        raise WrongUsage(
            f"{path.name}: does not say when its frames were taken.",
            "Give the video too (valgus analyze CLIP --landmarks FILE), or its rate with --fps N.",
        )
    return np.round(np.arange(count) / about.fps, 6)


def check_times(time_s: FloatArray, path: Path, line_of: Sequence[int]) -> None:
    """Refuse times that are not numbers or do not rise, with the line where that is."""
    unknown = np.flatnonzero(~np.isfinite(time_s))
    if len(unknown):
        raise NotReadableAsLandmarks(
            f"{path.name}: line {line_of[unknown[0]]} has no time.", "Export the file again from its tool."
        )
    late = np.flatnonzero(np.abs(time_s) > LATEST_S)
    if len(late):
        raise NotReadableAsLandmarks(
            f"{path.name}: line {line_of[late[0]]} has the time {time_s[late[0]]:.3g} s.",
            "Correct it by hand, or export the file again from its tool.",
        )
    falls = np.flatnonzero(np.diff(time_s) <= 0)
    if len(falls):
        before, now = time_s[falls[0]], time_s[falls[0] + 1]
        what = "the same time as" if now == before else "an earlier time than"
        raise NotReadableAsLandmarks(
            f"{path.name}: line {line_of[falls[0] + 1]} has {what} the line before "
            f"({now:g} s after {before:g} s).",
            "Sort the rows by time and remove duplicates, or export the file again.",
        )


def by_landmark(labels: Sequence[str], path: Path) -> dict[str, int]:
    """Return where each landmark of the product is among the labels of a file.

    Raises
    ------
    NotReadableAsLandmarks
        If a needed one is missing, with those that were found.
    """
    found: dict[str, int] = {}
    for column, label in enumerate(labels):
        name = landmark_named(label)
        if name is not None:
            # The first label counts: files put the joint itself before its variants.
            found.setdefault(name, column)
    missing = [name for name in NEEDED_LANDMARKS if name not in found]
    if missing:
        there = ", ".join(map(bounded.quoted, labels[:40])) + (" ..." if len(labels) > 40 else "")
        raise NotReadableAsLandmarks(
            f"{path.name}: has no {_listed(missing)}. It has: {there or 'no landmark at all'}.",
            "Rename them in the file (left_hip, right_knee and so on), or export them from the tool as well.",
        )
    return {name: found[name] for name in KNOWN if name in found}


def _listed(names: Sequence[str]) -> str:
    words = [name.replace("_", " ") for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def pixel_track(
    time_s: FloatArray,
    points: Mapping[str, FloatArray],
    confidence: Mapping[str, FloatArray],
    source: str,
) -> ImportedTrack:
    """Return the track of (n, 2) points by landmark; those that are not numbers were not seen."""
    names = tuple(points)
    _check_places(points, source)
    xy = np.stack([points[name] for name in names], axis=1)
    seen: BoolArray = np.asarray(np.isfinite(xy).all(axis=2))
    xy[~seen] = np.nan
    sure = np.stack([np.broadcast_to(confidence.get(name, 1.0), seen[:, 0].shape) for name in names], axis=1)
    sure = np.where(seen, np.clip(np.nan_to_num(sure), 0.0, 1.0), 0.0)
    track = PoseTrack(time_s, xy, sure, names, steps=(f"landmarks from {source}",))
    return ImportedTrack(track, source, tuple(gaps_in(time_s, dict(zip(names, seen.T, strict=True)))))


def marker_trajectories(
    time_s: FloatArray, places_m: Mapping[str, FloatArray], source: str
) -> MarkerTrajectories:
    """Return the trajectories of (n, 3) places by landmark, m; those that are not numbers were not seen."""
    names = tuple(places_m)
    _check_places(places_m, source)
    xyz_m = np.stack([places_m[name] for name in names], axis=1)
    seen: BoolArray = np.asarray(np.isfinite(xyz_m).all(axis=2))
    notices = gaps_in(time_s, dict(zip(names, seen.T, strict=True)))
    return MarkerTrajectories(time_s, xyz_m, names, source, tuple(notices))


def _check_places(places: Mapping[str, FloatArray], source: str) -> None:
    """Refuse numbers that can be no place; infinite ones were not seen."""
    for name, place in places.items():
        far = np.abs(place[np.isfinite(place)])
        if (far > FURTHEST).any():
            raise NotReadableAsLandmarks(
                f"{source}: {name.replace('_', ' ')} is at {far.max():.3g}, which can be no place.",
                "Export the file again from its tool.",
            )


def gaps_in(time_s: FloatArray, seen: Mapping[str, BoolArray]) -> Iterator[str]:
    """Yield a sentence for each long gap of a needed landmark."""
    gaps = [
        (name, time_s[gap][0], time_s[gap][-1], gap.stop - gap.start)
        for name in NEEDED_LANDMARKS
        if name in seen
        for gap in filters.runs(~seen[name])
        if time_s[gap][-1] - time_s[gap][0] >= SHORT_GAP_S
    ]
    for name, from_s, to_s, frames in gaps[:MOST_GAPS_NAMED]:
        yield (
            f"{name.replace('_', ' ')} is not known in {frames} frames from {from_s:.2f} to {to_s:.2f} s: "
            "what falls into them is not measured."
        )
    if len(gaps) > MOST_GAPS_NAMED:
        yield f"{len(gaps) - MOST_GAPS_NAMED} more gaps of {SHORT_GAP_S:g} s and longer are not listed."
