"""A pair is taken only where there is no doubt; what speaks against it is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.stickers.pictures import (
    LEFT_IN_PICTURE,
    LIME,
    MAGENTA,
    PAIR,
    RIGHT_IN_PICTURE,
    WHITE,
    Disc,
    Scene,
    standing,
)
from valgus.stickers.finding import Doubt, Pair, find_pair

pytestmark = pytest.mark.slow


def answer(scene: Scene) -> Pair | Doubt | None:
    moves = [(0.2 * k, 1.5 * k) for k in range(5)]
    return find_pair([standing(replace(scene, moved_px=move), time_s=k) for k, move in enumerate(moves)])


def doubt_about(scene: Scene) -> str:
    said = answer(scene)
    assert isinstance(said, Doubt), said
    return said.says


@pytest.mark.parametrize("colour", [MAGENTA, LIME, (20, 90, 220), (240, 130, 20)])
def test_two_discs_of_a_strong_colour_over_the_hip_bones_are_found(colour: tuple[int, int, int]) -> None:
    pair = answer(Scene((Disc(LEFT_IN_PICTURE, colour), Disc(RIGHT_IN_PICTURE, colour)), shirt=(44, 46, 52)))
    assert isinstance(pair, Pair)
    assert pair.blobs[0].x_px < pair.blobs[1].x_px


def test_a_bare_hip_has_none() -> None:
    assert answer(Scene(discs=())) is None


def test_white_discs_are_never_taken_without_being_shown() -> None:
    assert answer(Scene((Disc(LEFT_IN_PICTURE, WHITE), Disc(RIGHT_IN_PICTURE, WHITE)))) is None


def test_one_disc_alone_is_doubted() -> None:
    assert "none like it at the other" in doubt_about(Scene(PAIR[:1]))


def test_something_else_of_that_colour_anywhere_is_a_doubt() -> None:
    assert "something else has their colour" in doubt_about(Scene((*PAIR, Disc((0.4, 0.25)))))


def test_a_wall_of_that_colour_is_a_doubt() -> None:
    assert "something else has their colour" in doubt_about(Scene(wall=MAGENTA))


def test_two_pairs_near_the_hips_are_a_doubt() -> None:
    logos = tuple(Disc((x, y + 0.09)) for x, y in (LEFT_IN_PICTURE, RIGHT_IN_PICTURE))
    assert "more than two" in doubt_about(Scene(PAIR + logos))


@pytest.mark.parametrize(
    "discs",
    [
        (Disc((-0.145, -0.10)), Disc((-0.05, -0.10))),
        (Disc((-0.145, -0.02)), Disc((0.145, -0.18))),
        (Disc((-0.145, -0.10)), Disc((0.145, -0.10), LIME)),
        (Disc((-0.145, -0.10), diameter_px=8.0), Disc((0.145, -0.10), diameter_px=14.0)),
        (Disc((-0.05, -0.10)), Disc((0.20, -0.10))),
    ],
    ids=["too near", "too steep", "two colours", "two sizes", "off the middle"],
)
def test_discs_that_are_no_pair_are_not_taken(discs: tuple[Disc, ...]) -> None:
    assert not isinstance(answer(Scene(discs)), Pair)
