"""Stickers are followed through a clip; one that is not as it was while standing is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.stickers.pictures import HIPS_PX, LEG_PX, PAIR, Scene, picture, standing
from valgus.model.arrays import FloatArray, RgbImage
from valgus.stickers.finding import Pair, find_pair
from valgus.stickers.following import Sightings, follow, trusted


@dataclass(frozen=True)
class Shown:
    time_s: float
    rgb: RgbImage


def way(n: int) -> FloatArray:
    """Ten frames of standing, then down and up by 40 px."""
    down = 20 * (1 - np.cos(np.linspace(0, 2 * np.pi, n - 10)))
    return np.stack([np.zeros(n), np.concatenate([np.zeros(10), down])], axis=1)


def followed(scenes: list[Scene]) -> tuple[Sightings, FloatArray]:
    hips = np.array([np.array(HIPS_PX) + scene.moved_px for scene in scenes])
    pair = find_pair([standing(scenes[0])])
    assert isinstance(pair, Pair)
    frames = [Shown(k / 30, picture(scene)) for k, scene in enumerate(scenes)]
    seen = follow(frames, pair, hips_px=hips, at=0, leg_px=LEG_PX)
    return seen, trusted(seen, np.arange(len(scenes)) < 10)


def scenes_of(n: int = 30) -> list[Scene]:
    return [replace(Scene(), moved_px=(float(x), float(y))) for x, y in way(n)]


@pytest.mark.slow
def test_both_are_followed_down_and_up() -> None:
    scenes = scenes_of()
    _, places = followed(scenes)
    true = np.array([[disc.at_px + scene.moved_px for disc in PAIR] for scene in scenes])
    assert np.isfinite(places).all()
    assert np.abs(places - true).max() < 0.25


@pytest.mark.parametrize("hidden", [0.35, 0.5, 1.2], ids=["a third", "half", "all"])
def test_a_hand_over_one_makes_both_missing_and_they_are_found_again(hidden: float) -> None:
    scenes = scenes_of()
    for k in range(14, 20):
        x, y = PAIR[0].at_px + scenes[k].moved_px
        hand = (x - 20, y - 40, x + 20, y - 6 + 12 * hidden)
        scenes[k] = replace(scenes[k], covers=(hand,))
    _, places = followed(scenes)
    assert np.isnan(places[14:20]).all()
    assert np.isfinite(places[:14]).all()
    assert np.isfinite(places[20:]).all()


@pytest.mark.slow
def test_one_that_falls_off_is_missing_from_then_on() -> None:
    scenes = [scene if k < 15 else replace(scene, discs=PAIR[:1]) for k, scene in enumerate(scenes_of())]
    _, places = followed(scenes)
    assert np.isfinite(places[:15]).all()
    assert np.isnan(places[15:]).all()


def test_unknown_hips_give_unknown_stickers() -> None:
    scenes = scenes_of(14)
    pair = find_pair([standing(scenes[0])])
    assert isinstance(pair, Pair)
    hips = np.array([np.array(HIPS_PX) + scene.moved_px for scene in scenes])
    hips[5] = np.nan
    frames = [Shown(k / 30, picture(scene)) for k, scene in enumerate(scenes)]
    seen = follow(frames, pair, hips_px=hips, at=0, leg_px=LEG_PX)
    assert np.isnan(seen.xy_px[5]).all()
    assert np.isfinite(np.delete(seen.xy_px, 5, axis=0)).all()
