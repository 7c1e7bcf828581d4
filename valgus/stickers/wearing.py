"""From a person's track and full-size pictures to the track with both hip bones, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from valgus import geometry
from valgus.model.arrays import BoolArray, FloatArray, RgbImage
from valgus.model.evidence import StickersSeen
from valgus.model.frontal import Origin
from valgus.model.settings import StickerPoints
from valgus.model.track import STICKER_LANDMARKS, PoseTrack
from valgus.stickers.colour import name_of, rgb_of
from valgus.stickers.finding import Doubt, Pair, Standing, find_pair, pair_at, shows_a_spot
from valgus.stickers.following import Sightings, TimedPicture, follow, trusted

#: Stills of standing in which a pair is looked for.
STILLS = 7
#: A leg is straight from this share of its usual longest length on.
STRAIGHT = 0.97
#: Stickers move with the trunk, not with the pelvis, when their line turns with it one to one: slope within
#: this range, at least this correlation, over a lean of at least so many degrees.
WITH_TRUNK_SLOPE, WITH_TRUNK_R, WITH_TRUNK_RANGE_DEG = (0.6, 1.6), 0.93, 2.5

NAMES = STICKER_LANDMARKS


class FullSizePictures(Protocol):
    """A clip's pictures at full size; landmarks of the track are in their pixels."""

    def stills(self, times_s: Sequence[float], /) -> Sequence[RgbImage]:
        """Return the pictures nearest to given times."""
        ...

    def frames(self) -> Iterable[TimedPicture]:
        """Return all pictures in order, as many as the track has frames."""
        ...


@dataclass(frozen=True, eq=False)
class Worn:
    """A track with ``left_asis`` and ``right_asis`` among its landmarks, and what was seen."""

    track: PoseTrack
    seen: StickersSeen


def look_for_stickers(
    track: PoseTrack, overview: PoseTrack, pictures: FullSizePictures, points: StickerPoints | None, /
) -> Worn | Doubt | None:
    """Find the stickers of the person followed, and follow them through the clip.

    Parameters
    ----------
    track : PoseTrack
        Raw; the stickers are added to it.
    overview : PoseTrack
        The same track cleaned: says where the hips are and when the person stands.
    pictures : FullSizePictures
        The clip's pictures.
    points : StickerPoints or None
        Where they are, if a person has shown it; None looks for them.

    Returns
    -------
    Worn, Doubt or None
        None where nothing looks like a sticker.
    """
    body = _Body.of(overview)
    standing = np.flatnonzero(body.stands)
    if len(standing) == 0:
        return None if points is None else Doubt("nobody stands upright in this clip")
    found = _find(body, standing, pictures, points)
    if not isinstance(found, Pair):
        return found
    at = body.nearest_known(found.time_s)
    seen = follow(pictures.frames(), found, hips_px=body.hips_px, at=at, leg_px=body.leg_px)
    places = trusted(seen, body.stands)
    if not np.isfinite(places[body.stands]).any():
        return Doubt("two spots were found, but they do not stay two stickers of one size")
    if _move_with_trunk(places, body):
        return Doubt("the two stickers move with the trunk, not with the pelvis: are they on the shirt?")
    return Worn(_with_hip_bones(track, places, body), _said(found, seen, places, points))


@dataclass(frozen=True, eq=False)
class _Body:
    """Where hips and trunk are: arrays over the n frames, in full-size pixels."""

    time_s: FloatArray
    hips_px: FloatArray
    trunk_lean_deg: FloatArray
    stands: BoolArray
    leg_px: float
    left_is_right_in_picture: bool

    @classmethod
    def of(cls, track: PoseTrack) -> _Body:
        left, right = track.point("left_hip"), track.point("right_hip")
        hips = (left + right) / 2
        shoulders = (track.point("left_shoulder") + track.point("right_shoulder")) / 2
        legs = [
            geometry.distance(track.point(f"{side}_ankle"), track.point(f"{side}_hip"))
            for side in ("left", "right")
        ]
        straight = np.fmax(*legs) >= STRAIGHT * track.leg_scale_px
        across = (left - right)[:, 0]
        return cls(
            track.time_s,
            hips,
            geometry.lean_deg(hips * [1, -1], shoulders * [1, -1]),
            np.isfinite(hips).all(axis=1) & straight,
            track.leg_scale_px,
            bool(np.nanmedian(across) > 0) if np.isfinite(across).any() else True,
        )

    def nearest_known(self, time_s: float) -> int:
        known = np.flatnonzero(np.isfinite(self.hips_px).all(axis=1))
        return int(known[np.argmin(np.abs(self.time_s[known] - time_s))])


def _find(
    body: _Body, standing: np.ndarray, pictures: FullSizePictures, points: StickerPoints | None
) -> Pair | Doubt | None:
    if points is not None:
        at = body.nearest_known(points.time_s)
        time_s = float(body.time_s[np.argmin(np.abs(body.time_s - points.time_s))])
        (picture,) = pictures.stills([time_s])
        return pair_at(Standing(time_s, picture, body.hips_px[at], body.leg_px), np.array(points.xy_px))
    chosen = standing[np.linspace(0, len(standing) - 1, STILLS + 2).astype(int)[1:-1]]
    chosen = np.unique(chosen)
    # Most clips show no stickers. Full-size pictures are dear, so a few have to show something first.
    few = _standing_at(chosen[1::2] if len(chosen) == STILLS else chosen, body, pictures)
    if not any(map(shows_a_spot, few)):
        return None
    known = {still.time_s for still in few}
    others = _standing_at([at for at in chosen if float(body.time_s[at]) not in known], body, pictures)
    return find_pair(sorted([*few, *others], key=lambda still: still.time_s))


def _standing_at(frames: Iterable[int], body: _Body, pictures: FullSizePictures) -> list[Standing]:
    places = list(frames)
    times_s = [float(body.time_s[at]) for at in places]
    images = pictures.stills(times_s)
    return [
        Standing(time_s, image, body.hips_px[at], body.leg_px)
        for time_s, image, at in zip(times_s, images, places, strict=True)
    ]


def _move_with_trunk(places: FloatArray, body: _Body) -> bool:
    """Return whether the line between both turns as the trunk does: then they sit on the shirt."""
    across = places[:, 1] - places[:, 0]
    line_deg = np.degrees(np.arctan2(across[:, 1], across[:, 0]))
    known = np.isfinite(line_deg) & np.isfinite(body.trunk_lean_deg)
    if known.sum() < 10:
        return False
    line, lean = line_deg[known], body.trunk_lean_deg[known]
    if np.ptp(np.percentile(lean, (5, 95))) < WITH_TRUNK_RANGE_DEG or np.std(line) < 1e-6:
        return False
    slope = float(np.polyfit(lean, line, 1)[0])
    least, most = WITH_TRUNK_SLOPE
    return bool(least <= slope <= most and np.corrcoef(lean, line)[0, 1] >= WITH_TRUNK_R)


def _with_hip_bones(track: PoseTrack, places: FloatArray, body: _Body) -> PoseTrack:
    # The source names left and right; the sticker on the same side of the picture takes the name.
    in_order = places[:, ::-1] if body.left_is_right_in_picture else places
    return track.with_landmarks(NAMES, np.round(in_order, 3), "stickers on the hip bones followed by colour")


def _said(pair: Pair, seen: Sightings, places: FloatArray, points: StickerPoints | None) -> StickersSeen:
    rgb = rgb_of(np.mean([colour.own for colour in pair.colours], axis=0))
    (left, right) = pair.blobs
    return StickersSeen(
        origin=Origin.DETECTED if points is None else Origin.GIVEN,
        time_s=round(pair.time_s, 3),
        points_px=((round(left.x_px, 1), round(left.y_px, 1)), (round(right.x_px, 1), round(right.y_px, 1))),
        colour=name_of(rgb),
        rgb=rgb,
        diameter_px=round(float(np.mean([left.diameter_px, right.diameter_px])), 1),
        seen_share=round(float(np.isfinite(places[:, 0, 0]).mean()), 4),
    )
