"""A sticker is found to a tenth of a pixel, in the shade, on two cloths, aslant."""

from __future__ import annotations

import numpy as np
import pytest

from tests.stickers.pictures import (
    BRICK,
    LEFT_IN_PICTURE,
    LEG_PX,
    LIME,
    MAGENTA,
    PAIR,
    RIGHT_IN_PICTURE,
    WHITE,
    Disc,
    Scene,
    picture,
    standing,
)
from valgus.stickers.colour import colour_at, lab, name_of
from valgus.stickers.finding import Doubt, Pair, pair_at


def found(scene: Scene) -> Pair:
    pair = pair_at(standing(scene), np.array([disc.at_px for disc in scene.discs[:2]]) + scene.moved_px)
    assert isinstance(pair, Pair), pair
    return pair


def errors_px(scene: Scene) -> list[float]:
    pairs = zip(found(scene).blobs, scene.discs, strict=False)
    return [blob.away_px(disc.at_px + scene.moved_px) for blob, disc in pairs]


SCENES = {
    "magenta on grey and blue": Scene(),
    "lime": Scene((Disc(LEFT_IN_PICTURE, LIME), Disc(RIGHT_IN_PICTURE, LIME))),
    "white on dark": Scene(
        (Disc(LEFT_IN_PICTURE, WHITE), Disc(RIGHT_IN_PICTURE, WHITE)), shirt=(44, 46, 52), shorts=(34, 36, 44)
    ),
    "on white shorts under a dark shirt": Scene(shirt=(44, 46, 52), shorts=(225, 222, 215)),
    "before a brick wall": Scene(wall=BRICK),
    "aslant": Scene((Disc(LEFT_IN_PICTURE, slim=0.7), Disc(RIGHT_IN_PICTURE, slim=0.7))),
    "one in the shade": Scene(shade_left=0.55),
    "small": Scene((Disc(LEFT_IN_PICTURE, diameter_px=6.0), Disc(RIGHT_IN_PICTURE, diameter_px=6.0))),
}


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("moved_px", [(0.0, 0.0), (0.3, 0.6), (0.5, 0.25)])
def test_its_middle_is_found_to_a_fraction_of_a_pixel(name: str, moved_px: tuple[float, float]) -> None:
    scene = SCENES[name]
    assert max(errors_px(Scene(**{**vars(scene), "moved_px": moved_px}))) < 0.25


def test_its_size_is_that_of_the_disc() -> None:
    for blob in found(Scene()).blobs:
        assert blob.diameter_px == pytest.approx(12.0, abs=0.6)
        assert blob.width_px == pytest.approx(12.0, abs=0.9)
        assert blob.height_px == pytest.approx(12.0, abs=0.9)


def test_bare_cloth_has_no_sticker() -> None:
    assert colour_at(lab(picture(Scene(discs=()))), 240.0, 400.0, leg_px=LEG_PX) is None


def test_a_point_on_nothing_is_said_to_be_on_nothing() -> None:
    answer = pair_at(
        standing(Scene(discs=PAIR[:1])), np.array([disc.at_px for disc in PAIR]) + np.array([0, 60])
    )
    assert isinstance(answer, Doubt)
    assert "nothing stands out" in answer.says


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        (MAGENTA, "magenta"),
        ((120, 20, 75), "magenta"),
        (LIME, "lime"),
        (WHITE, "white"),
        ((22, 22, 24), "black"),
        ((30, 60, 200), "blue"),
        ((200, 30, 30), "red"),
    ],
)
def test_colours_have_names(rgb: tuple[int, int, int], name: str) -> None:
    assert name_of(rgb) == name
