"""Joints that a person pointed at in the pictures of the lowest points: the table that a rater saves."""

from __future__ import annotations

from dataclasses import dataclass

from valgus.model.column import SHA256, Column, count, text, time
from valgus.model.frontal import Side


@dataclass(frozen=True)
class Landmark:
    """Something to point at: its name in the table, what a rater is asked for, and how it is found."""

    name: str
    words: str
    how: str


FRONT_OF_PELVIS = (
    "The bony point in front, or the middle of the sticker on it; left out if it cannot be seen."
)
#: In the order in which they are asked for; the leg is the one that is measured.
JOINTS = (
    Landmark(
        "hip",
        "middle of the hip joint",
        "Where the thigh bends in the groin, in the middle of the thigh; not the outer edge of the pelvis.",
    ),
    Landmark(
        "knee",
        "middle of the knee, between both sides of the joint",
        "At the height of the middle of the kneecap, half way between the inner and the outer edge.",
    ),
    Landmark(
        "ankle",
        "middle of the ankle, between both malleoli",
        "Half way between the inner and the outer bony point, not on the instep.",
    ),
)
#: Front of the pelvis, which only some clips show.
PELVIS = (
    Landmark("asis", "front hip bone (ASIS) on the side of that leg", FRONT_OF_PELVIS),
    Landmark("other_asis", "front hip bone (ASIS) of the other side", FRONT_OF_PELVIS),
)
LANDMARKS = (*JOINTS, *PELVIS)
INSIDES = ("left", "right")
CLIP, CLIP_SHA256, RATER, INSIDE = "clip", "clip_sha256", "rater", "inside"


def point_columns(landmark: Landmark, /) -> tuple[str, str]:
    """Return the names of the two columns of a point."""
    return f"{landmark.name}_x_px", f"{landmark.name}_y_px"


def _of(landmark: Landmark) -> tuple[Column, Column]:
    x, y = point_columns(landmark)
    where = f"{landmark.words.capitalize()}, in the upright full-size picture from its"
    return (
        Column(x, "px", "right", f"{where} left edge; blank where it could not be seen", "", least=0.0),
        Column(y, "px", "down", f"{where} top edge; blank where it could not be seen", "", least=0.0),
    )


CLICK_COLUMNS = (
    text(CLIP, "Name of the clip's file, without its folder", required=True),
    text(CLIP_SHA256, "Hash of the clip's bytes", pattern=SHA256, required=True),
    text(RATER, "Who pointed", required=True),
    count("rep", "Number of the rep in the analysis that the pictures are from", least=1),
    text("side", "The leg pointed at", one_of=tuple(side.value for side in Side), required=True),
    time("time_s", "When the picture is"),
    text(INSIDE, "Where in the picture the inside of this leg is", one_of=INSIDES, required=True),
    *(column for landmark in LANDMARKS for column in _of(landmark)),
)
