"""Frames and a pose model in, the raw track of the one person measured out."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from valgus.backends.base import Detection, Estimator
from valgus.model.arrays import BoolArray, FloatArray, IntArray, RgbImage, given_away
from valgus.model.track import LANDMARKS, PoseTrack

#: Two detections whose hips are nearer than this share of a leg are one person found twice.
SAME_PERSON_LEGS = 0.5
#: Hips that move further than this share of a leg between two frames have changed person or place.
JUMP_LEGS = 0.5
#: People are also looked for in parts of the picture of this share of its width.
PART_SHARE = 0.6
#: A person is there when half of the landmarks have at least this visibility.
SURE = 0.5
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
class Strip:
    """The columns of the pictures in which one person is looked for, the last one exclusive."""

    left_px: int
    right_px: int


@dataclass(frozen=True)
class PersonInView:
    """Where somebody was seen, in pixels of the pictures."""

    hips_x_px: float
    leg_px: float


@dataclass(frozen=True, eq=False)
class Followed:
    """The track of one person and how much of it was thrown away because it was on somebody else."""

    track: PoseTrack
    identity_jump_share: float


def follow(
    frames: Iterable[TimedPicture],
    make_estimator: MakeEstimator,
    /,
    *,
    scale: tuple[float, float],
    strip: Strip | None = None,
    mirror_average: bool = True,
) -> Followed:
    """Track one person through the frames of a clip.

    Parameters
    ----------
    frames : iterable
        Upright pictures in order of time.
    make_estimator : callable
        Makes a pose model that follows one person; called twice when the mirrored picture is tracked as well.
    scale : (float, float)
        Full-size pixels per pixel of the frames, along x and y.
    strip : Strip or None
        Where to look, when several people are in view; None is the whole picture.
    mirror_average : bool
        Whether the mirrored picture is tracked as well and both are averaged: the model treats left and right
        legs differently, and the average does not.
    """
    columns = _Columns()
    with ExitStack() as open_models:
        look = _looker(make_estimator, open_models, strip, mirror_average)
        for frame in frames:
            columns.add(frame.time_s, look(frame.rgb, frame.time_s), frame.rgb.shape)
    step = ("mean of the picture and its mirror image",) if mirror_average else ()
    return _without_jumps(columns.as_track(scale, step))


# --- who is there ----------------------------------------------------------------------------------------


def people_in_view(pictures: Iterable[RgbImage], estimator: Estimator, /) -> tuple[PersonInView, ...]:
    """Return the people that at least two pictures show, from the left of the picture to the right.

    Parameters
    ----------
    pictures : iterable of (h, w, 3) arrays
        A few pictures spread over the clip.
    estimator : Estimator
        One that looks at pictures independently.

    Notes
    -----
    The model overlooks people beside a larger one, so parts of the picture are searched as well.
    """
    shown = sorted((_people_in_picture(rgb, estimator) for rgb in pictures), key=len)
    # The second-most: somebody seen in one picture alone is more often a coat on a hook.
    people = shown[-2:][0] if shown else []
    return tuple(sorted(people, key=lambda person: person.hips_x_px))


def strip_of(people: Sequence[PersonInView], width_px: int, /, *, person: int | None = None) -> Strip | None:
    """Return where to look for one of several people, half-way to the next on either side.

    Parameters
    ----------
    people : sequence of PersonInView
        From the left of the picture to the right.
    width_px : int
        Width of the pictures.
    person : int or None
        Who, counted from the left from 1; None is the largest and most central.

    Returns
    -------
    Strip or None
        None when there is nobody to keep apart.
    """
    if len(people) < 2:
        return None
    which = _most_prominent(people, width_px) if person is None else person - 1
    places = [other.hips_x_px for other in people]
    left = (places[which - 1] + places[which]) / 2 if which > 0 else 0.0
    right = (places[which] + places[which + 1]) / 2 if which + 1 < len(people) else float(width_px)
    return Strip(int(left), int(np.ceil(right)))


def _most_prominent(people: Sequence[PersonInView], width_px: int) -> int:
    def prominence(which: int) -> float:
        off_centre = abs(people[which].hips_x_px / width_px - 0.5)
        return people[which].leg_px * (1 - off_centre)

    return max(range(len(people)), key=prominence)


def _people_in_picture(rgb: RgbImage, estimator: Estimator) -> list[PersonInView]:
    width = rgb.shape[1]
    people: list[PersonInView] = []
    for window in _windows(width):
        part = np.ascontiguousarray(rgb[:, window.left_px : window.right_px])
        for found in estimator.people(part, 0.0):
            seen = _seen_in(window, found, width)
            if seen is not None and all(_apart_legs(seen, other) >= SAME_PERSON_LEGS for other in people):
                people.append(seen)
    return people


def _windows(width_px: int) -> tuple[Strip, ...]:
    """Return the whole picture, then overlapping parts of it."""
    part = int(PART_SHARE * width_px)
    return Strip(0, width_px), Strip(0, part), Strip(width_px - part, width_px)


def _seen_in(window: Strip, found: Detection, width_px: int) -> PersonInView | None:
    """Return where a detection is in the picture; None when it is unsure or cut by the window's own edge."""
    hips_x, leg = float(_hips(found)[0]), _leg_px(found)
    cut_left = window.left_px > 0 and hips_x < SAME_PERSON_LEGS * leg
    cut_right = (
        window.right_px < width_px and hips_x > window.right_px - window.left_px - SAME_PERSON_LEGS * leg
    )
    if cut_left or cut_right or float(np.median(found.confidence)) < SURE:
        return None
    return PersonInView(window.left_px + hips_x, leg)


def _apart_legs(one: PersonInView, other: PersonInView) -> float:
    """Return the distance between two people's hips in legs of the larger one."""
    return abs(one.hips_x_px - other.hips_x_px) / max(one.leg_px, other.leg_px, 1.0)


def _hips(person: Detection) -> FloatArray:
    return np.asarray(person.xy_px[[LANDMARKS.index("left_hip"), LANDMARKS.index("right_hip")]].mean(axis=0))


def _leg_px(person: Detection) -> float:
    hips, ankles = (
        person.xy_px[[LANDMARKS.index(f"{side}_{joint}") for side in ("left", "right")]]
        for joint in ("hip", "ankle")
    )
    return float(np.hypot(*(ankles - hips).T).max())


# --- one frame -------------------------------------------------------------------------------------------

Look = Callable[[RgbImage, float], "Detection | None"]


def _looker(
    make_estimator: MakeEstimator, open_models: ExitStack, strip: Strip | None, mirror_average: bool
) -> Look:
    """Return what finds the followed person in a picture, with or without its mirror image."""
    as_filmed = _one_person(open_models.enter_context(closing(make_estimator())), strip)
    if not mirror_average:
        return as_filmed
    estimator = open_models.enter_context(closing(make_estimator()))
    mirrored = _one_person(_InMirror(estimator), strip)
    beside = open_models.enter_context(ThreadPoolExecutor(1, thread_name_prefix="mirrored-pose"))

    def look(rgb: RgbImage, time_s: float) -> Detection | None:
        reflection = beside.submit(mirrored, rgb, time_s)
        return _average(as_filmed(rgb, time_s), reflection.result())

    return look


def _one_person(estimator: Estimator, strip: Strip | None) -> Look:
    """Return what finds a person in a strip of a picture and gives places in the whole picture."""

    def look(rgb: RgbImage, time_s: float) -> Detection | None:
        part = rgb if strip is None else np.ascontiguousarray(rgb[:, strip.left_px : strip.right_px])
        found = next(iter(estimator.people(part, time_s)), None)
        if found is None or strip is None:
            return found
        return replace(found, xy_px=found.xy_px + np.array([strip.left_px, 0]))

    return look


class _InMirror:
    """A pose model that looks at the mirror image and gives places and names as in the picture itself."""

    def __init__(self, estimator: Estimator) -> None:
        self.estimator = estimator
        self.names = estimator.names

    def people(self, rgb: RgbImage, time_s: float) -> tuple[Detection, ...]:
        found = self.estimator.people(np.ascontiguousarray(rgb[:, ::-1]), time_s)
        swap = _swap_columns(self.names)
        return tuple(_mirrored_back(person, rgb.shape[1], swap) for person in found)

    def close(self) -> None:
        self.estimator.close()


def _mirrored_back(person: Detection, width_px: int, swap: Sequence[int]) -> Detection:
    xy = person.xy_px[swap] * [-1, 1] + [width_px, 0]
    world = None if person.world_m is None else person.world_m[swap] * [-1, 1, 1]
    return Detection(xy, person.confidence[swap], world)


def _swap_columns(names: Sequence[str]) -> list[int]:
    swap = {"left": "right", "right": "left"}
    return [names.index("_".join(swap.get(part, part) for part in name.split("_"))) for name in names]


def _average(one: Detection | None, other: Detection | None) -> Detection | None:
    """Return the mean of a person and the same person in the mirror; None unless both were found there."""
    if one is None or other is None:
        return None
    if np.hypot(*(_hips(one) - _hips(other))) > SAME_PERSON_LEGS * max(_leg_px(one), _leg_px(other)):
        return None
    world = None if one.world_m is None or other.world_m is None else (one.world_m + other.world_m) / 2
    xy = (one.xy_px + other.xy_px) / 2
    return Detection(xy, np.minimum(one.confidence, other.confidence), world)


# --- whose track -----------------------------------------------------------------------------------------


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


#: Numbers of one landmark in one frame: x, y, confidence, and x, y, z in the model's own metres.
_NUMBERS = 6


class _Columns:
    """Collects what was found frame by frame, as bare numbers: long clips have many frames."""

    def __init__(self) -> None:
        self._time_s, self._numbers = array("d"), array("d")
        self._size_px = (0, 0)

    def add(self, time_s: float, person: Detection | None, shape: tuple[int, ...]) -> None:
        row = np.full((len(LANDMARKS), _NUMBERS), np.nan)
        if person is not None:
            row[:, :2], row[:, 2] = person.xy_px, person.confidence
            if person.world_m is not None:
                row[:, 3:] = person.world_m
        self._time_s.append(time_s)
        self._numbers.frombytes(row.tobytes())
        self._size_px = (shape[1], shape[0])

    def as_track(self, scale: tuple[float, float], steps: tuple[str, ...]) -> PoseTrack:
        """Return the track in full-size pixels, rounded so that what is saved is what is computed with."""
        numbers = np.frombuffer(self._numbers).reshape(-1, len(LANDMARKS), _NUMBERS)
        xy, confidence = numbers[..., :2], np.nan_to_num(numbers[..., 2])
        outside = _outside(xy, self._size_px)
        xy[outside], confidence[outside] = np.nan, 0.0
        return PoseTrack(
            time_s=np.round(self._time_s, 6),
            xy_px=given_away(np.round(xy * scale, 2)),
            confidence=given_away(np.round(confidence, 3)),
            world_m=given_away(np.round(numbers[..., 3:], 4)),
            steps=steps,
        )


def _outside(xy_px: FloatArray, size_px: tuple[int, int]) -> BoolArray:
    """Return which (n, k) landmarks lie outside the picture, where the model can only guess."""
    with np.errstate(invalid="ignore"):
        return np.asarray(((xy_px < 0) | (xy_px > size_px)).any(axis=2))


def spread_over(duration_s: float, count: int, /) -> Iterator[float]:
    """Yield ``count`` instants spread evenly over a clip, none at its very ends."""
    return ((k + 0.5) * duration_s / count for k in range(count))
