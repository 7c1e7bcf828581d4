"""Who is in a picture, and what nobody is to recognise: heads and bystanders blurred."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from valgus.model.arrays import BoolArray, FloatArray, RgbImage
from valgus.model.track import PoseTrack
from valgus.model.trial import Trial

#: Landmarks of the head, of which a source may have some or none.
FACE = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye",
    "right_eye_outer", "left_ear", "right_ear", "mouth_left", "mouth_right",
)  # fmt: skip
EARS = ("left_ear", "right_ear")
SHOULDERS, HIPS = ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")
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


# --- where the person is ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Posed:
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

    def within(self, left: int, top: int, part: RgbImage) -> Posed:
        """Return the same in a part of the picture whose upper left corner is given."""
        corner = np.array([left, top, 0.0])
        moved = {name: landmark - corner for name, landmark in self.landmarks.items()}
        return replace(self, picture=part, landmarks=moved)

    @property
    def upward(self) -> FloatArray:
        """Unit vector from hips to shoulders, or to the top of the picture where these are not known."""
        hips, shoulders = self.points(HIPS), self.points(SHOULDERS)
        if len(hips) and len(shoulders):
            trunk = shoulders.mean(axis=0) - hips.mean(axis=0)
            if np.hypot(*trunk) > 0:
                return np.asarray(trunk / np.hypot(*trunk))
        return np.array([0.0, -1.0])


def posed_in(trial: Trial, time_s: float, picture: RgbImage) -> Posed:
    """Return a whole upright picture of a clip with the landmarks that are in it at that time."""
    track, scale = trial.track, picture.shape[1] / trial.clip.width_px
    leg_px = track.leg_scale_px * scale
    return Posed(
        picture=picture,
        landmarks=_landmarks_at(track, time_s, scale),
        leg_px=leg_px if leg_px > 0 else 0.4 * picture.shape[0],
        scale=scale,
    )


def _landmarks_at(track: PoseTrack, time_s: float, scale: float) -> dict[str, FloatArray]:
    """Return the known landmarks of the nearest frame that has any, none when there is none nearby."""
    first = np.searchsorted(track.time_s, time_s - NEAR_S)
    beyond = np.searchsorted(track.time_s, time_s + NEAR_S, side="right")
    known: BoolArray = np.asarray(np.isfinite(track.xy_px[first:beyond]).all(axis=2))
    frames = first + np.flatnonzero(known.any(axis=1))
    if len(frames) == 0:
        return {}
    frame = frames[np.argmin(np.abs(track.time_s[frames] - time_s))]
    return {
        name: np.append(track.xy_px[frame, k] * scale, track.confidence[frame, k])
        for k, name in enumerate(track.names)
        if known[frame - first, k]
    }


def nearest_frame(track: PoseTrack, time_s: float) -> int:
    """Return the frame nearest to an instant."""
    return nearest(track.time_s, time_s)


def nearest(times_s: FloatArray, time_s: float) -> int:
    """Return which of rising times is nearest to an instant, the earlier of two."""
    after = int(np.searchsorted(times_s, time_s))
    if after == 0 or (after < len(times_s) and times_s[after] - time_s < time_s - times_s[after - 1]):
        return after
    return after - 1


# --- what nobody is to recognise ----------------------------------------------------------------------------


def without_the_head(posed: Posed) -> RgbImage:
    """Return the picture with the head blurred, or all that may be one where none was surely seen."""
    if posed.visibility(FACE) >= SEEN:
        return _with_a_blurred_part(posed)
    hide = _where_a_head_may_be(posed)
    if len(posed.points(FACE)):
        hide = np.maximum(hide, _head(posed))
    return _blurred(posed.picture, hide, posed.leg_px)


def _with_a_blurred_part(posed: Posed) -> RgbImage:
    """Return a copy with the head blurred, looking at no more than the part around it: that is quick."""
    middle, half_width, half_height = _head_ellipse(posed)
    reach = (1 + FADES_OVER) * max(half_width, half_height)
    height, width = posed.picture.shape[:2]
    left, top = np.clip(np.floor(middle - reach), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(middle + reach), 0, (width, height)).astype(int)
    image = posed.picture.copy()
    if right > left and bottom > top:
        part = posed.within(left, top, np.ascontiguousarray(image[top:bottom, left:right]))
        image[top:bottom, left:right] = _blurred(part.picture, _head(part), posed.leg_px)
    return image


def without_others(image: RgbImage, posed: Posed) -> RgbImage:
    """Return an image with everything outside the outline of the person blurred."""
    return _blurred(image, 1.0 - _outline(posed), posed.leg_px)


def _head(posed: Posed) -> FloatArray:
    """Return how much of each pixel (height, width) to hide, 1 on the head and fading to 0 around it."""
    middle, half_width, half_height = _head_ellipse(posed)
    across, along = _offsets(posed.picture, middle, posed.upward)
    distance = np.hypot(across / half_width, along / half_height)
    return np.asarray(np.clip((1 + FADES_OVER - distance) / FADES_OVER, 0.0, 1.0))


def _head_ellipse(posed: Posed) -> tuple[FloatArray, float, float]:
    """Return the middle of the head, px, and its half width and half height."""
    face = posed.points(FACE)
    ears = posed.points(EARS) if len(posed.points(EARS)) else face
    # The face is in front of the head: in a turned head the ears say where its middle is.
    middle = (face.mean(axis=0) + ears.mean(axis=0)) / 2
    half_width, half_height = _head_size(posed, middle)
    return np.asarray(middle + 0.1 * half_height * posed.upward), half_width, half_height


def _head_size(posed: Posed, middle: FloatArray) -> tuple[float, float]:
    """Return half width and half height, the larger of what leg, face and neck suggest."""
    extent = float(np.max(np.hypot(*(posed.points(FACE) - middle).T)))
    shoulders = posed.points(SHOULDERS)
    neck = float(np.hypot(*(shoulders.mean(axis=0) - middle))) if len(shoulders) else 0.0
    # A person near the camera has a larger head than the legs say; the face then says so.
    return (
        max(HEAD_HALF_WIDTH * posed.leg_px, 1.5 * extent, 0.5 * neck),
        max(HEAD_HALF_HEIGHT * posed.leg_px, 2.0 * extent, 0.75 * neck),
    )


def _where_a_head_may_be(posed: Posed) -> FloatArray:
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


def _outline(posed: Posed) -> FloatArray:
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
