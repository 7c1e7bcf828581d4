"""Pictures of the lowest points: the person measured, the head blurred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from valgus.model.arrays import BoolArray, FloatArray, RgbImage
from valgus.model.frontal import Side
from valgus.model.rep import Rep
from valgus.model.track import PoseTrack
from valgus.model.trial import Trial
from valgus.video import stills

#: Landmarks of the head, of which a source may have some or none.
FACE = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye",
    "right_eye_outer", "left_ear", "right_ear", "mouth_left", "mouth_right",
)  # fmt: skip
EARS = ("left_ear", "right_ear")
SHOULDERS, HIPS = ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")
JOINTS = ("hip", "knee", "ankle")
STICKERS = ("left_asis", "right_asis")
#: Below this visibility the head's place is not relied on alone.
SEEN = 0.5
#: Landmarks of a frame this far in time still say where the person is, s.
NEAR_S = 0.1
# In leg lengths (hip to ankle): half of a head with hair and room around it, and room around the body. A head
# is about 0.17 wide and 0.28 high.
HEAD_HALF_WIDTH, HEAD_HALF_HEIGHT, AROUND_BODY = 0.17, 0.25, 0.15
#: Share of the head's size over which its blur fades out, outside of it.
FADES_OVER = 0.15
#: Size of the patches of colour that blurring leaves, in leg lengths: two across a head.
PATCH = 0.085
#: Enough for a print of the strip: a person fills a fraction of the picture.
SHORT_SIDE_PX = 720
#: A still is at least this wide, as a share of its height.
LEAST_WIDTH = 0.45


@dataclass(frozen=True, eq=False)
class StillLeg:
    """One leg in a still: hip, knee and ankle (3, 2), x and y in the still's pixels, NaN where not seen."""

    side: Side
    hip_knee_ankle_px: FloatArray


@dataclass(frozen=True, eq=False)
class Still:
    """The picture at the lowest point of one rep, or in the middle of a hold.

    Attributes
    ----------
    number : int
        The rep's number in the clip.
    time_s : float
        When it was.
    image : (height, width, 3) array of uint8
        RGB, cropped to the person, the head blurred; nothing is drawn in it.
    legs : tuple of StillLeg
        The legs measured.
    stickers_px : (2, 2) array or None
        The stickers on the hip bones in the still's pixels, NaN where not seen; None where none are worn.
    """

    number: int
    time_s: float
    image: RgbImage
    legs: tuple[StillLeg, ...]
    stickers_px: FloatArray | None = None


def lowest_point_stills(
    trial: Trial, clip_path: Path, /, *, short_side_px: int = SHORT_SIDE_PX
) -> tuple[Still, ...]:
    """Return one still for each rep of a trial, in order of time; both legs of a two-leg rep share one.

    Parameters
    ----------
    trial : Trial
        One analysed clip.
    clip_path : Path
        Its file.
    short_side_px : int, optional
        Short side of the whole picture that the stills are cropped from.

    Returns
    -------
    tuple of Still
        All of one size.

    Raises
    ------
    WrongUsage
        If the clip is not there.
    NotReadableAsVideo
        If it cannot be decoded.

    Notes
    -----
    The head of the person followed is always blurred: where it was seen, else everything above the shoulders,
    else above the hips, else the whole picture. Where several people were found in the clip, everything
    outside the outline of the person followed is blurred too. What remains: somebody who overlaps that
    outline, or who came into the picture so briefly that only one person was counted, may be recognised if
    the crop shows them; so may clothes, tattoos and the room.
    """
    reps = {rep.number: rep for rep in trial.reps}.values()
    if not reps:
        return ()
    pictures = stills(clip_path, [rep.bottom_s for rep in reps], short_side_px=short_side_px)
    posed = [_posed(trial, rep.bottom_s, picture) for rep, picture in zip(reps, pictures, strict=True)]
    crops = _crops(posed)
    return tuple(_still(trial, rep, one, crop) for rep, one, crop in zip(reps, posed, crops, strict=True))


def standing_still(trial: Trial, clip_path: Path, /) -> tuple[float, RgbImage]:
    """Return when the person stands upright, s, and the whole picture there at full size, the head blurred.

    What remains in the picture is as in `lowest_point_stills`, and it raises the same errors.
    """
    time_s = _upright_s(trial)
    (picture,) = stills(clip_path, [time_s], short_side_px=None)
    posed = _posed(trial, time_s, picture)
    image = _without_the_head(posed)
    return time_s, _without_others(image, posed) if trial.evidence.people_in_view > 1 else image


def _upright_s(trial: Trial) -> float:
    """Return when the stickers were learnt, else when the legs are straight for the first time."""
    if trial.evidence.stickers is not None:
        return trial.evidence.stickers.time_s
    hips = (trial.track.point("left_hip") + trial.track.point("right_hip")) / 2
    ankles = [trial.track.point(f"{side}_ankle") for side in ("left", "right")]
    leg_px = np.fmax(*[np.hypot(*(ankle - hips).T) for ankle in ankles])
    if not np.isfinite(leg_px).any():
        return 0.0
    straight = leg_px >= 0.98 * np.nanpercentile(leg_px, 95)
    return float(trial.track.time_s[int(np.argmax(straight))])


def _still(trial: Trial, rep: Rep, posed: _Posed, crop: _Crop) -> Still:
    kept = posed.within(crop)
    image = _without_the_head(kept)
    if trial.evidence.people_in_view > 1:
        image = _without_others(image, kept)
    legs = tuple(_legs(trial, rep, posed, crop))
    return Still(rep.number, rep.bottom_s, image, legs, _stickers(trial, rep, posed, crop))


def _stickers(trial: Trial, rep: Rep, posed: _Posed, crop: _Crop) -> FloatArray | None:
    if trial.evidence.stickers is None:
        return None
    frame = _nearest_frame(trial.track, rep.bottom_s)
    places = [trial.track.point(name)[frame] for name in STICKERS]
    return np.asarray(np.stack(places) * posed.scale - (crop.left, crop.top))


def _legs(trial: Trial, rep: Rep, posed: _Posed, crop: _Crop) -> Iterator[StillLeg]:
    mirrored = trial.setup is not None and trial.setup.mirrored
    frame = _nearest_frame(trial.track, rep.bottom_s)
    for one in trial.reps:
        if one.number == rep.number:
            # In a mirror image the pose source took one leg for the other.
            labelled = one.side.other if mirrored else one.side
            joints = [trial.track.point(f"{labelled.value}_{joint}")[frame] for joint in JOINTS]
            yield StillLeg(one.side, np.stack(joints) * posed.scale - (crop.left, crop.top))


# --- where the person is ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Posed:
    """A picture with the landmarks in it: name to (x, y, visibility), px of this picture.

    ``leg_px`` is the hip-ankle distance, ``scale`` the picture's size relative to the clip.
    """

    picture: RgbImage
    landmarks: dict[str, FloatArray]
    leg_px: float
    scale: float

    def points(self, names: Iterable[str]) -> FloatArray:
        """Return the (m, 2) positions of those that are known."""
        known = [self.landmarks[name][:2] for name in names if name in self.landmarks]
        return np.asarray(known, dtype=np.float64).reshape(-1, 2)

    def visibility(self, names: Iterable[str]) -> float:
        """Return the usual visibility of those that are known, 0 when none is."""
        known = [self.landmarks[name][2] for name in names if name in self.landmarks]
        return float(np.median(known)) if known else 0.0

    def within(self, crop: _Crop) -> _Posed:
        """Return the same in a part of the picture."""
        corner = np.array([crop.left, crop.top, 0.0])
        moved = {name: landmark - corner for name, landmark in self.landmarks.items()}
        return replace(self, picture=crop.of(self.picture), landmarks=moved)

    @property
    def upward(self) -> FloatArray:
        """Unit vector from hips to shoulders, or to the top of the picture where these are not known."""
        hips, shoulders = self.points(HIPS), self.points(SHOULDERS)
        if len(hips) and len(shoulders):
            trunk = shoulders.mean(axis=0) - hips.mean(axis=0)
            if np.hypot(*trunk) > 0:
                return np.asarray(trunk / np.hypot(*trunk))
        return np.array([0.0, -1.0])


def _posed(trial: Trial, time_s: float, picture: RgbImage) -> _Posed:
    track, scale = trial.track, picture.shape[1] / trial.clip.width_px
    leg_px = track.leg_scale_px * scale
    return _Posed(
        picture=picture,
        landmarks=_landmarks_at(track, time_s, scale),
        leg_px=leg_px if leg_px > 0 else 0.4 * picture.shape[0],
        scale=scale,
    )


def _landmarks_at(track: PoseTrack, time_s: float, scale: float) -> dict[str, FloatArray]:
    """Return the known landmarks of the nearest frame that has any, none when there is none nearby."""
    known: BoolArray = np.asarray(np.isfinite(track.xy_px).all(axis=2))
    frames = np.flatnonzero(known.any(axis=1))
    if len(frames) == 0:
        return {}
    frame = frames[np.argmin(np.abs(track.time_s[frames] - time_s))]
    if abs(track.time_s[frame] - time_s) > NEAR_S:
        return {}
    return {
        name: np.append(track.xy_px[frame, k] * scale, track.confidence[frame, k])
        for k, name in enumerate(track.names)
        if known[frame, k]
    }


def _nearest_frame(track: PoseTrack, time_s: float) -> int:
    return int(np.argmin(np.abs(track.time_s - time_s)))


# --- what nobody is to recognise ----------------------------------------------------------------------------


def _without_the_head(posed: _Posed) -> RgbImage:
    hide = np.zeros(posed.picture.shape[:2])
    if len(posed.points(FACE)):
        hide = np.maximum(hide, _head(posed))
    if posed.visibility(FACE) < SEEN:
        hide = np.maximum(hide, _where_a_head_may_be(posed))
    return _blurred(posed.picture, hide, posed.leg_px)


def _without_others(image: RgbImage, posed: _Posed) -> RgbImage:
    return _blurred(image, 1.0 - _outline(posed), posed.leg_px)


def _head(posed: _Posed) -> FloatArray:
    """Return how much of each pixel (height, width) to hide, 1 on the head and fading to 0 around it."""
    face, up = posed.points(FACE), posed.upward
    ears = posed.points(EARS) if len(posed.points(EARS)) else face
    # The face is in front of the head: in a turned head the ears say where its middle is.
    middle = (face.mean(axis=0) + ears.mean(axis=0)) / 2
    half_width, half_height = _head_size(posed, middle)
    across, along = _offsets(posed.picture, middle + 0.1 * half_height * up, up)
    distance = np.hypot(across / half_width, along / half_height)
    return np.asarray(np.clip((1 + FADES_OVER - distance) / FADES_OVER, 0.0, 1.0))


def _head_size(posed: _Posed, middle: FloatArray) -> tuple[float, float]:
    """Return half width and half height, the larger of what leg, face and neck suggest."""
    extent = float(np.max(np.hypot(*(posed.points(FACE) - middle).T)))
    shoulders = posed.points(SHOULDERS)
    neck = float(np.hypot(*(shoulders.mean(axis=0) - middle))) if len(shoulders) else 0.0
    # A person near the camera has a larger head than the legs say; the face then says so.
    return (
        max(HEAD_HALF_WIDTH * posed.leg_px, 1.5 * extent, 0.5 * neck),
        max(HEAD_HALF_HEIGHT * posed.leg_px, 2.0 * extent, 0.75 * neck),
    )


def _where_a_head_may_be(posed: _Posed) -> FloatArray:
    """Return 1 for each pixel (height, width) beyond the shoulders, else the hips, else everywhere."""
    for names in (SHOULDERS, HIPS):
        points = posed.points(names)
        if len(points):
            _, along = _offsets(posed.picture, points.mean(axis=0), posed.upward)
            return np.asarray(along > -0.05 * posed.leg_px, dtype=np.float64)
    return np.ones(posed.picture.shape[:2])


def _offsets(picture: RgbImage, origin: FloatArray, up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far each pixel (height, width) is from a point, across and along a direction."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    dx, dy = x - origin[0], y - origin[1]
    return np.asarray(dx * up[1] - dy * up[0]), np.asarray(dx * up[0] + dy * up[1])


def _outline(posed: _Posed) -> FloatArray:
    """Return 1 for each pixel (height, width) on the person or within some room around, else 0."""
    inside = np.zeros(posed.picture.shape[:2], dtype=np.uint8)
    points = posed.points(posed.landmarks)
    if len(points):
        hull = cv2.convexHull(points.round().astype(np.int32))
        cv2.fillConvexPoly(inside, hull, 1)
        cv2.polylines(inside, [hull], True, 1, thickness=max(round(2 * AROUND_BODY * posed.leg_px), 1))
    return inside.astype(np.float64)


def _blurred(image: RgbImage, hide: FloatArray, leg_px: float) -> RgbImage:
    """Return the image with a few soft patches of colour where it is to be hidden."""
    height, width = image.shape[:2]
    patch_px = max(PATCH * leg_px, 4.0)
    few = (max(round(width / patch_px), 1), max(round(height / patch_px), 1))
    soft = cv2.resize(cv2.resize(image, few, interpolation=cv2.INTER_AREA), (width, height))
    mixed = image + hide[..., None] * (soft.astype(np.float64) - image)
    return np.asarray(np.clip(np.rint(mixed), 0, 255), dtype=np.uint8)


# --- the part of the picture that is kept -------------------------------------------------------------------


@dataclass(frozen=True)
class _Crop:
    """A rectangle of a picture, px; right and bottom are just outside."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, image: RgbImage) -> RgbImage:
        """Return a copy of this part of an image."""
        return np.ascontiguousarray(image[self.top : self.bottom, self.left : self.right])


def _crops(posed: Sequence[_Posed]) -> list[_Crop]:
    """Return crops of one size, each around the person, head to feet."""
    bodies = [_body(one) for one in posed]
    sizes = [np.ptp(body, axis=0) for body in bodies if body is not None]
    size = np.max(sizes, axis=0) if sizes else np.array([np.inf, np.inf])
    size[0] = max(size[0], LEAST_WIDTH * size[1])
    return [_crop(body, size, one.picture) for body, one in zip(bodies, posed, strict=True)]


def _body(posed: _Posed) -> FloatArray | None:
    """Return two corners (2, 2) around head and feet with some room, None where nobody was seen."""
    points = posed.points(posed.landmarks)
    if len(points) == 0:
        return None
    around = AROUND_BODY * posed.leg_px
    above = posed.points(FACE) + posed.upward * HEAD_HALF_HEIGHT * posed.leg_px
    points = np.concatenate([points, above])
    corners = np.stack([points.min(axis=0) - around, points.max(axis=0) + around])
    height, width = posed.picture.shape[:2]
    return np.asarray(np.clip(corners, 0.0, np.array([width, height], dtype=np.float64)))


def _crop(body: FloatArray | None, size: FloatArray, picture: RgbImage) -> _Crop:
    whole = np.array(picture.shape[1::-1])
    kept = np.minimum(np.ceil(size), whole).astype(int)
    middle = whole / 2 if body is None else body.mean(axis=0)
    left, top = np.clip(np.rint(middle - kept / 2), 0, whole - kept).astype(int)
    return _Crop(int(left), int(top), int(left + kept[0]), int(top + kept[1]))
