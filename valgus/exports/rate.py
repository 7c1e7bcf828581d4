"""A page on which a rater points at the joints, knowing nothing of what was computed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from valgus.exports.jpeg import as_jpeg
from valgus.exports.pages import page
from valgus.exports.stills import FullSizePicture
from valgus.exports.wording import one_line
from valgus.model.clicks import CLICK_COLUMNS, INSIDES, JOINTS, LANDMARKS, Landmark, point_columns
from valgus.model.clip import Clip
from valgus.model.frontal import Side
from valgus.whole import whole_file

JPEG_QUALITY = 92


@dataclass(frozen=True)
class LegToRate:
    """One leg at its lowest point: all that the page knows of a rep.

    Attributes
    ----------
    rep : int
        The rep's number in the clip; both legs of a two-leg rep share it, and the picture.
    side : Side
        The leg to point at.
    time_s : float
        When the picture is.
    medial_sign : float
        +1 where the inside of the leg is to the right of the picture, -1 to the left.
    """

    rep: int
    side: Side
    time_s: float
    medial_sign: float


def write_rate_page(
    path: Path,
    /,
    *,
    clip: Clip,
    legs: Sequence[LegToRate],
    pictures: Iterable[FullSizePicture],
    rater: str = "",
    seed: int | None = None,
) -> None:
    """Write the page, whole or not at all; the table that it saves has the columns `CLICK_COLUMNS`.

    Parameters
    ----------
    path : Path
        Where to, ending in ``.html``.
    clip : Clip
        What is rated.
    legs : sequence of LegToRate
        What is asked for.
    pictures : iterable of FullSizePicture
        Of every rep, all of one size.
    rater : str, optional
        Who will point; asked for on the page where it is empty.
    seed : int or None, optional
        Shuffles the order, the same one for the same number; None keeps the order of time.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    content = page(
        "rate.html",
        styles=("points.css", "rate.css"),
        scripts=("points.js", "rate.js"),
        clip_name=one_line(clip.name),
        landmarks=LANDMARKS,
        data={
            "clip": {"clip": clip.name, "clip_sha256": clip.sha256},
            "columns": [column.name for column in CLICK_COLUMNS],
            "landmarks": [_landmark(landmark) for landmark in LANDMARKS],
            "legs": [_leg(leg) for leg in _in_order(legs, seed)],
            "pictures": {picture.number: _picture(picture) for picture in pictures},
            "rater": rater,
            "seed": seed,
        },
    )
    with whole_file(path, advice="Choose another place with --out FILE.") as unfinished:
        unfinished.write_text(content, encoding="utf-8")


def _in_order(legs: Sequence[LegToRate], seed: int | None) -> Sequence[LegToRate]:
    return legs if seed is None else random.Random(seed).sample(legs, len(legs))


def _leg(leg: LegToRate) -> dict[str, Any]:
    inside = INSIDES[1] if leg.medial_sign > 0 else INSIDES[0]
    return {"rep": leg.rep, "side": leg.side.value, "time_s": round(leg.time_s, 4), "inside": inside}


def _landmark(landmark: Landmark) -> dict[str, Any]:
    return {
        "name": landmark.name,
        "label": landmark.name.replace("_", " ").replace("asis", "ASIS"),
        "words": landmark.words,
        "how": landmark.how,
        "columns": point_columns(landmark),
        "needed": landmark in JOINTS,
    }


def _picture(picture: FullSizePicture) -> dict[str, Any]:
    height_px, width_px = picture.image.shape[:2]
    return {
        "jpeg": as_jpeg(picture.image, quality=JPEG_QUALITY),
        "origin_px": picture.origin_px,
        "size_px": (width_px, height_px),
    }
