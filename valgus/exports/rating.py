"""A page on which a person points at the joints: a file, opened in any browser; nothing listens."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from valgus.exports.faces import nearest_frame
from valgus.exports.pages import as_jpeg, write_page
from valgus.exports.stills import labelled, whole_stills
from valgus.model.arrays import RgbImage
from valgus.model.clicks import CLICK_COLUMNS, INSIDES, JOINTS, PELVIS
from valgus.model.clip import Clip
from valgus.model.rep import Rep
from valgus.model.trial import Trial


@dataclass(frozen=True, eq=False)
class RatedPicture:
    """A leg at its lowest point, as a rater sees it.

    ``inside`` says whether the other leg is to the left or to the right of it; ``image`` is the whole upright
    picture at full size, the head blurred.
    """

    rep: int
    side: str
    time_s: float
    inside: str
    image: RgbImage


def pictures_to_rate(trial: Trial, clip_path: Path, /) -> tuple[RatedPicture, ...]:
    """Return one picture for each rep and leg, in order of time; nothing is drawn in them.

    Raises
    ------
    WrongUsage
        If the clip is not there.
    NotReadableAsVideo
        If it cannot be decoded.
    """
    times_s = sorted({rep.bottom_s for rep in trial.reps})
    images = dict(zip(times_s, whole_stills(trial, clip_path, times_s), strict=True))
    return tuple(
        RatedPicture(rep.number, rep.side.value, rep.bottom_s, _inside(trial, rep), images[rep.bottom_s])
        for rep in trial.reps
    )


def shuffled(pictures: Sequence[RatedPicture], seed: int, /) -> tuple[RatedPicture, ...]:
    """Return the pictures in an order that the seed decides: for rating twice without knowing them again."""
    return tuple(random.Random(seed).sample(list(pictures), len(pictures)))


def write_rating_page(
    path: Path, /, *, clip: Clip, pictures: Sequence[RatedPicture], rater: str, with_pelvis: bool
) -> None:
    """Write the page, whole or not at all.

    Parameters
    ----------
    path : Path
        Where to, ending in ``.html``.
    clip : Clip
        The clip that the pictures are from.
    pictures : sequence of RatedPicture
        In the order in which they are shown.
    rater : str
        Who points, empty where the page is to ask.
    with_pelvis : bool
        Whether the front of the pelvis is asked for after the joints.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    asked_for = (*JOINTS, *PELVIS) if with_pelvis else JOINTS
    write_page(
        path,
        "rate.html",
        advice="Choose another place with --out.",
        clip_name=clip.name,
        clip={"clip": clip.name, "clip_sha256": clip.sha256},
        width_px=clip.width_px,
        height_px=clip.height_px,
        pictures=[_as_data(picture) for picture in pictures],
        landmarks=[{"name": landmark.name, "words": landmark.words} for landmark in asked_for],
        needed=len(JOINTS),
        columns=[column.name for column in CLICK_COLUMNS],
        rater=rater,
        table_name=f"{clip.name}.rating.csv",
    )


def _as_data(picture: RatedPicture) -> dict[str, str | int | float]:
    return {
        "rep": picture.rep,
        "side": picture.side,
        "time_s": picture.time_s,
        "inside": picture.inside,
        "leg_at": next(where for where in INSIDES if where != picture.inside),
        "jpeg": as_jpeg(picture.image),
    }


def _inside(trial: Trial, rep: Rep) -> str:
    """Return where in the picture the other leg is: by the hips, which the frames around agree about."""
    own, other = (labelled(trial, side).value for side in (rep.side, rep.side.other))
    frame = nearest_frame(trial.track, rep.bottom_s)
    around = slice(max(frame - 2, 0), frame + 3)
    apart_px = trial.track.point(f"{other}_hip")[around, 0] - trial.track.point(f"{own}_hip")[around, 0]
    return INSIDES[0] if np.nanmedian(apart_px) < 0 else INSIDES[1]
