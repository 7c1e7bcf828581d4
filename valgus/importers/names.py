"""What other tools call the landmarks: HALPE, COCO, BODY_25, OpenSim markers, hand-made names."""

from __future__ import annotations

import re

from valgus.model.track import LANDMARKS, STICKER_LANDMARKS

_OWN = frozenset((*LANDMARKS, *STICKER_LANDMARKS))
#: Words for a landmark, without its side.
_PARTS = {
    "hip": ("hip", "hjc", "hipjointcenter", "hipjointcentre", "femur"),
    "knee": ("knee", "kjc", "kneejointcenter", "kneejointcentre", "tibia", "kneelat"),
    "ankle": ("ankle", "ajc", "anklejointcenter", "anklejointcentre", "talus", "anklelat"),
    "heel": ("heel", "calc", "calcaneus", "hee"),
    "foot_index": ("footindex", "bigtoe", "toe", "forefoot", "toetip"),
    "shoulder": ("shoulder", "acromion", "acro", "sho"),
    "asis": ("asis", "asi"),
    "elbow": ("elbow", "elb", "elbowlat"),
    "wrist": ("wrist", "wri", "wristradius"),
    "eye": ("eye",),
    "ear": ("ear",),
}
_PART_OF = {word: part for part, words in _PARTS.items() for word in words}
_SIDES = (("left", "left"), ("right", "right"), ("l", "left"), ("r", "right"))
_MIDDLE = {"nose": "nose"}


def landmark_named(label: str, /) -> str | None:
    """Return the product's name of a landmark, None if it is none of those that are used.

    The side may stand before or behind, whole or as one letter, in any case, with or without separators:
    ``RKnee``, ``right_knee``, ``R.Knee``, ``knee_r``, ``Knee (right)`` are one.
    """
    if label.lower() in _OWN:
        return label.lower()
    word = re.sub(r"[^a-z]", "", label.lower())
    if word in _MIDDLE:
        return _MIDDLE[word]
    for written, side in _SIDES:
        for rest in _without(word, written):
            if rest in _PART_OF:
                return f"{side}_{_PART_OF[rest]}"
    return None


def _without(word: str, side: str) -> tuple[str, ...]:
    """Return a word less the side at its beginning, and less the one at its end."""
    before = (word[len(side) :],) if word.startswith(side) else ()
    behind = (word[: -len(side)],) if word.endswith(side) else ()
    return (*before, *behind)
