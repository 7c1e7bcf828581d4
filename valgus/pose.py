"""Frames and a pose model in, the raw track of the one person measured out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from valgus.backends.base import Detection, Estimator
from valgus.model.arrays import BoolArray, FloatArray, IntArray, RgbImage
from valgus.model.track import LANDMARKS, PoseTrack

#: Two detections whose hips are nearer than this share of a leg are one person found twice.
SAME_PERSON_LEGS = 0.5
#: Hips that move further than this share of a leg between two frames have changed person or place.
JUMP_LEGS = 0.5
#: The person followed is looked for within this many legs of where they were last.
NEAR_LEGS = 1.0
#: A piece of track is on the same person only if its size differs by no more than this factor.
SAME_SIZE = 1.4

MakeEstimator = Callable[[], Estimator]


class TimedPicture(Protocol):
    """A picture with its presentation time; the pictures of a clip have one size."""

    @property
    def time_s(self) -> float:
        """Presentation time, s."""
        ...

    @property
    def rgb(self) -> RgbImage:
        """Upright picture, (h, w, 3)."""
        ...


@dataclass(frozen=True)
class Following:
    """Whose track is made, and how.

    Attributes
    ----------
    mirror_average : bool
        Whether the mirrored picture is tracked as well and both are averaged: the model treats left and
        right legs differently, and the average does not.
    person : int or None
        Which person, counted from the left of the picture from 1; None is the largest and most central.
    """

    mirror_average: bool = True
    person: int | None = None


@dataclass(frozen=True, eq=False)
class Followed:
    """The track of one person and how much of it was thrown away because it was on somebody else."""

    track: PoseTrack
    identity_jump_share: float


def count_people(pictures: Iterable[RgbImage], estimator: Estimator, /) -> int:
    """Return the most people found at once in some pictures; one person found twice counts once."""
    return max((len(_distinct(estimator.people(rgb, k))) for k, rgb in enumerate(pictures)), default=0)


def follow(
    frames: Iterable[TimedPicture],
    make_estimator: MakeEstimator,
    /,
    *,
    scale: tuple[float, float],
    following: Following,
) -> Followed:
    """Track one person through the frames of a clip.

    Parameters
    ----------
    frames : iterable
        Upright pictures in order of time.
    make_estimator : callable
        Makes a pose model; called twice when the mirrored picture is tracked as well.
    scale : (float, float)
        Full-size pixels per pixel of the frames, along x and y.
    following : Following
        Who is followed, and how.
    """
    columns = _Columns()
    with ExitStack() as open_models:
        look = _looker(make_estimator, open_models, following)
        for frame in frames:
            columns.add(frame.time_s, look(frame), frame.rgb.shape)
    return _without_jumps(columns.as_track(scale, following))


# --- one frame -------------------------------------------------------------------------------------------

Look = Callable[[TimedPicture], Detection | None]


def _looker(make_estimator: MakeEstimator, open_models: ExitStack, following: Following) -> Look:
    """Return what finds the followed person in a frame, with or without the mirrored picture."""
    as_filmed = open_models.enter_context(closing(make_estimator()))
    choose = _Chooser(following.person)
    if not following.mirror_average:
        return lambda frame: choose(as_filmed.people(frame.rgb, frame.time_s), frame.rgb.shape[1])

    mirrored = open_models.enter_context(closing(make_estimator()))
    beside = open_models.enter_context(ThreadPoolExecutor(1, thread_name_prefix="mirrored-pose"))

    def look(frame: TimedPicture) -> Detection | None:
        reflection = beside.submit(_people_in_mirror, mirrored, frame)
        chosen = choose(as_filmed.people(frame.rgb, frame.time_s), frame.rgb.shape[1])
        return _average(chosen, reflection.result())

    return look


def _people_in_mirror(estimator: Estimator, frame: TimedPicture) -> tuple[Detection, ...]:
    """Return the people of the mirrored picture, mirrored back: places and names as in the picture itself."""
    width = frame.rgb.shape[1]
    found = estimator.people(np.ascontiguousarray(frame.rgb[:, ::-1]), frame.time_s)
    return tuple(_mirrored_back(person, width, _swap_columns(estimator.names)) for person in found)


def _mirrored_back(person: Detection, width_px: int, swap: Sequence[int]) -> Detection:
    xy = person.xy_px[swap] * [-1, 1] + [width_px, 0]
    world = None if person.world_m is None else person.world_m[swap] * [-1, 1, 1]
    return Detection(xy, person.confidence[swap], world)


def _swap_columns(names: Sequence[str]) -> list[int]:
    swap = {"left": "right", "right": "left"}
    return [names.index("_".join(swap.get(part, part) for part in name.split("_"))) for name in names]


def _average(one: Detection | None, others: Sequence[Detection]) -> Detection | None:
    """Return the mean of a person and the same person in the mirror; None unless both were found there."""
    same = [other for other in others if one is not None and _apart_legs(one, other) < SAME_PERSON_LEGS]
    if one is None or not same:
        return None
    other = min(same, key=lambda candidate: _apart_legs(one, candidate))
    world = None if one.world_m is None or other.world_m is None else (one.world_m + other.world_m) / 2
    return Detection((one.xy_px + other.xy_px) / 2, np.minimum(one.confidence, other.confidence), world)


# --- whose track -----------------------------------------------------------------------------------------


@dataclass
class _Chooser:
    """Picks the same person again: first by size and place or by number, then the one nearest to before."""

    person: int | None
    last: Detection | None = None

    def __call__(self, found: Sequence[Detection], width_px: int) -> Detection | None:
        people = _distinct(found)
        if self.last is None:
            self.last = self._first(people, width_px)
            return self.last
        before = self.last
        near = [p for p in people if _apart_legs(before, p) < NEAR_LEGS]
        if not near:
            return None
        self.last = min(near, key=lambda p: _apart_legs(before, p))
        return self.last

    def _first(self, people: Sequence[Detection], width_px: int) -> Detection | None:
        if self.person is None:
            return max(people, key=lambda p: _prominence(p, width_px), default=None)
        from_left = sorted(people, key=lambda p: float(_hips(p)[0]))
        return from_left[self.person - 1] if len(from_left) >= self.person else None


def _prominence(person: Detection, width_px: int) -> float:
    """Return how large and central a person is: size in px, less up to half for standing at the edge."""
    off_centre = abs(float(_hips(person)[0]) / width_px - 0.5)
    return _leg_px(person) * (1 - off_centre)


def _distinct(found: Sequence[Detection]) -> list[Detection]:
    people: list[Detection] = []
    for person in sorted(found, key=lambda p: -float(p.confidence.mean())):
        if all(_apart_legs(person, other) >= SAME_PERSON_LEGS for other in people):
            people.append(person)
    return people


def _apart_legs(one: Detection, other: Detection) -> float:
    """Return the distance between two people's hips in legs of the larger one."""
    leg = max(_leg_px(one), _leg_px(other), 1.0)
    return float(np.hypot(*(_hips(one) - _hips(other)))) / leg


def _hips(person: Detection) -> FloatArray:
    return np.asarray(person.xy_px[[LANDMARKS.index("left_hip"), LANDMARKS.index("right_hip")]].mean(axis=0))


def _leg_px(person: Detection) -> float:
    hips, ankles = (
        person.xy_px[[LANDMARKS.index(f"{side}_{joint}") for side in ("left", "right")]]
        for joint in ("hip", "ankle")
    )
    return float(np.hypot(*(ankles - hips).T).max())


def _without_jumps(track: PoseTrack) -> Followed:
    """Take as not seen every piece of the track that is on another person or place than the main one."""
    hips, leg = _centre_and_leg(track)
    pieces = _pieces(hips, leg)
    if not pieces:
        return Followed(track, 0.0)
    main = max(pieces, key=len)
    stray = [piece for piece in pieces if not _belongs(piece, main, hips, leg)]
    if not stray:
        return Followed(track, 0.0)
    dropped = np.concatenate(stray)
    xy, confidence = np.array(track.xy_px), np.array(track.confidence)
    xy[dropped], confidence[dropped] = np.nan, 0.0
    return Followed(
        replace(track, xy_px=xy, confidence=confidence), round(len(dropped) / len(track.time_s), 4)
    )


def _centre_and_leg(track: PoseTrack) -> tuple[FloatArray, FloatArray]:
    hips = (track.point("left_hip") + track.point("right_hip")) / 2
    spans = [
        np.hypot(*(track.point(f"{side}_ankle") - track.point(f"{side}_hip")).T) for side in ("left", "right")
    ]
    return hips, np.fmax(*spans)


def _pieces(hips: FloatArray, leg: FloatArray) -> list[IntArray]:
    """Return frames (indices) in which the hips are known, cut wherever they jump."""
    known = np.flatnonzero(np.isfinite(hips).all(axis=1) & np.isfinite(leg))
    if len(known) == 0:
        return []
    moved = np.hypot(*np.diff(hips[known], axis=0).T)
    jumps = moved > JUMP_LEGS * np.maximum(leg[known][:-1], leg[known][1:])
    return list(np.split(known, np.flatnonzero(jumps) + 1))


def _belongs(
    piece: IntArray,
    main: IntArray,
    hips: FloatArray,
    leg: FloatArray,
) -> bool:
    """Return whether a piece lies within or near where the main piece moved, and has its size."""
    size, main_size = float(np.median(leg[piece])), float(np.median(leg[main]))
    place = np.median(hips[piece], axis=0)
    outside = np.maximum(hips[main].min(axis=0) - place, place - hips[main].max(axis=0))
    near = bool((outside < JUMP_LEGS * main_size).all())
    return near and 1 / SAME_SIZE < size / main_size < SAME_SIZE


# --- from frames to a track ------------------------------------------------------------------------------


@dataclass
class _Columns:
    """Collects what was found frame by frame."""

    time_s: list[float] = field(default_factory=list)
    found: list[Detection | None] = field(default_factory=list)
    size_px: tuple[int, int] = (0, 0)

    def add(self, time_s: float, person: Detection | None, shape: tuple[int, ...]) -> None:
        self.time_s.append(time_s)
        self.found.append(person)
        self.size_px = (shape[1], shape[0])

    def as_track(self, scale: tuple[float, float], following: Following) -> PoseTrack:
        """Return the track in full-size pixels, rounded so that what is saved is what is computed with."""
        xy = self._stack(lambda person: person.xy_px, (len(LANDMARKS), 2))
        confidence = np.nan_to_num(self._stack(lambda person: person.confidence, (len(LANDMARKS),)))
        outside = _outside(xy, self.size_px)
        xy[outside], confidence[outside] = np.nan, 0.0
        return PoseTrack(
            time_s=np.round(self.time_s, 6),
            xy_px=np.round(xy * scale, 2),
            confidence=np.round(confidence, 3),
            world_m=np.round(self._stack(_world, (len(LANDMARKS), 3)), 4),
            steps=("mean of the picture and its mirror image",) if following.mirror_average else (),
        )

    def _stack(self, part: Callable[[Detection], FloatArray], shape: tuple[int, ...]) -> FloatArray:
        rows = [np.full(shape, np.nan) if person is None else part(person) for person in self.found]
        return np.array(rows, dtype=np.float64).reshape(len(rows), *shape)


def _world(person: Detection) -> FloatArray:
    return np.full((len(person.xy_px), 3), np.nan) if person.world_m is None else person.world_m


def _outside(xy_px: FloatArray, size_px: tuple[int, int]) -> BoolArray:
    """Return which (n, k) landmarks lie outside the picture, where the model can only guess."""
    with np.errstate(invalid="ignore"):
        return np.asarray(((xy_px < 0) | (xy_px > size_px)).any(axis=2))


def spread_over(duration_s: float, count: int, /) -> Iterator[float]:
    """Yield ``count`` instants spread evenly over a clip, none at its very ends."""
    return ((k + 0.5) * duration_s / count for k in range(count))
