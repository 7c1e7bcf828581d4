"""Pictures of the lowest points: the person measured, the head blurred."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from valgus.exports.faces import (
    AROUND_BODY,
    FACE,
    HEAD_HALF_HEIGHT,
    Posed,
    nearest_frame,
    posed_in,
    without_others,
    without_the_head,
)
from valgus.model.arrays import FloatArray, RgbImage
from valgus.model.frontal import Side
from valgus.model.rep import Rep
from valgus.model.track import STICKER_LANDMARKS
from valgus.model.trial import Trial
from valgus.video import sha256_of, stills

JOINTS = ("hip", "knee", "ankle")
#: Enough for a print of the strip: a person fills a fraction of the picture.
SHORT_SIDE_PX = 720
#: Full-size pictures that are held at once: one of a 4K clip has 25 MB.
AT_ONCE = 4
#: More pictures make the strip unreadable, and would have to be held at once.
MOST_STILLS = 12
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


@dataclass(frozen=True, eq=False)
class FullSizePicture:
    """The part of a picture in which the person is, in the pixels of the clip.

    Attributes
    ----------
    number : int
        The rep's number in the clip.
    image : (height, width, 3) array of uint8
        RGB; nothing is drawn in it.
    origin_px : (int, int)
        Where its upper left corner is in the upright picture, x and y.
    """

    number: int
    image: RgbImage
    origin_px: tuple[int, int]


def lowest_point_stills(
    trial: Trial, clip_path: Path, /, *, short_side_px: int = SHORT_SIDE_PX
) -> tuple[Still, ...]:
    """Return one still for each rep of a trial, in order of time; both legs of a two-leg rep share one.

    Of more than `MOST_STILLS` reps so many are shown, spread over the clip, the first and the last included.

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
    reps = _spread([*{rep.number: rep for rep in trial.reps}.values()])
    if not reps:
        return ()
    pictures = stills(clip_path, [rep.bottom_s for rep in reps], short_side_px=short_side_px)
    posed = [posed_in(trial, rep.bottom_s, picture) for rep, picture in zip(reps, pictures, strict=True)]
    crops = _crops(posed)
    return tuple(_still(trial, rep, one, crop) for rep, one, crop in zip(reps, posed, crops, strict=True))


def _spread(reps: Sequence[Rep]) -> Sequence[Rep]:
    if len(reps) <= MOST_STILLS:
        return reps
    return [reps[k] for k in np.linspace(0, len(reps) - 1, MOST_STILLS).round().astype(int)]


def is_clip_of(trial: Trial, path: Path, /) -> bool:
    """Return whether a file is the very clip of a trial, byte for byte."""
    return sha256_of(path) == trial.clip.sha256


def standing_still(trial: Trial, clip_path: Path, /) -> tuple[float, RgbImage]:
    """Return when the person stands upright, s, and the whole picture there at full size, the head blurred.

    What remains in the picture is as in `lowest_point_stills`, and it raises the same errors.
    """
    time_s = _upright_s(trial)
    (picture,) = stills(clip_path, [time_s], short_side_px=None)
    posed = posed_in(trial, time_s, picture)
    return time_s, _nobody_recognised(trial, posed)


def full_size_pictures(
    trial: Trial, clip_path: Path, /, *, blur_faces: bool = True
) -> Iterator[FullSizePicture]:
    """Yield the picture at the lowest point of every rep, in order of time, all of one size.

    Unlike those of `lowest_point_stills` they are of every rep and in the pixels of the clip. What remains to
    be recognised is as there; the errors are the same.
    """
    reps = [*{rep.number: rep for rep in trial.reps}.values()]
    # Landmarks alone say where the person is: one pixel stands for all pictures, which need much memory.
    blank = np.broadcast_to(np.zeros(3, dtype=np.uint8), (trial.clip.height_px, trial.clip.width_px, 3))
    crops = _crops([posed_in(trial, rep.bottom_s, blank) for rep in reps])
    for first in range(0, len(reps), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        pictures = stills(clip_path, [rep.bottom_s for rep in reps[some]], short_side_px=None)
        for rep, crop, picture in zip(reps[some], crops[some], pictures, strict=True):
            kept = posed_in(trial, rep.bottom_s, picture).within(crop.left, crop.top, crop.of(picture))
            image = _nobody_recognised(trial, kept) if blur_faces else kept.picture
            yield FullSizePicture(rep.number, image, (crop.left, crop.top))


def _nobody_recognised(trial: Trial, posed: Posed) -> RgbImage:
    """Return a picture with the head blurred, and everybody else where there are others."""
    image = without_the_head(posed)
    return without_others(image, posed) if trial.evidence.people_in_view > 1 else image


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


def _still(trial: Trial, rep: Rep, posed: Posed, crop: _Crop) -> Still:
    kept = posed.within(crop.left, crop.top, crop.of(posed.picture))
    image = _nobody_recognised(trial, kept)
    legs = tuple(_legs(trial, rep, posed, crop))
    return Still(rep.number, rep.bottom_s, image, legs, _stickers(trial, rep, posed, crop))


def _stickers(trial: Trial, rep: Rep, posed: Posed, crop: _Crop) -> FloatArray | None:
    if trial.evidence.stickers is None:
        return None
    frame = nearest_frame(trial.track, rep.bottom_s)
    places = [trial.track.point(name)[frame] for name in STICKER_LANDMARKS]
    return np.asarray(np.stack(places) * posed.scale - (crop.left, crop.top))


def _legs(trial: Trial, rep: Rep, posed: Posed, crop: _Crop) -> Iterator[StillLeg]:
    mirrored = trial.setup is not None and trial.setup.mirrored
    frame = nearest_frame(trial.track, rep.bottom_s)
    for one in trial.reps:
        if one.number == rep.number:
            # In a mirror image the pose source took one leg for the other.
            labelled = one.side.other if mirrored else one.side
            joints = [trial.track.point(f"{labelled.value}_{joint}")[frame] for joint in JOINTS]
            yield StillLeg(one.side, np.stack(joints) * posed.scale - (crop.left, crop.top))


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


def _crops(posed: Sequence[Posed]) -> list[_Crop]:
    """Return crops of one size, each around the person, head to feet."""
    bodies = [_body(one) for one in posed]
    sizes = [np.ptp(body, axis=0) for body in bodies if body is not None]
    size = np.max(sizes, axis=0) if sizes else np.array([np.inf, np.inf])
    size[0] = max(size[0], LEAST_WIDTH * size[1])
    return [_crop(body, size, one.picture) for body, one in zip(bodies, posed, strict=True)]


def _body(posed: Posed) -> FloatArray | None:
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
