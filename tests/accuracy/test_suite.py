"""The suite covers what it says it covers, and was not chosen by its result."""

from __future__ import annotations

from collections import Counter

import pytest

from valgus.accuracy.suite import full_suite, quick_suite
from valgus.phantom.recipe import Task, recipe_hash
from valgus.phantom.stickers import Mishap

CASES = full_suite()


def group(name: str) -> list:
    return [case for case in CASES if case.group == name]


def test_every_case_is_another_clip_of_another_body() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    assert len({recipe_hash(case.recipe) for case in CASES}) == len(CASES)
    assert len({case.recipe.seed for case in CASES}) == len(CASES)


def test_bodies_of_the_sample_clips_are_not_in_it() -> None:
    assert min(case.recipe.seed for case in CASES) > 6


@pytest.mark.parametrize("half", [True, False])
def test_either_half_has_both_sides_all_tasks_and_both_kinds_of_sticker(half: bool) -> None:
    cases = [case for case in CASES if case.held_out is half]
    assert 0.35 < len(cases) / len(CASES) < 0.65
    assert {case.recipe.side.value for case in cases} == {"left", "right"}
    assert {case.recipe.task for case in cases} == {Task.STEP_DOWN, Task.SINGLE_LEG_SQUAT, Task.LANDING}
    assert {case.recipe.stickers.colour for case in cases if case.recipe.stickers} == {"magenta", "lime"}


def test_sides_are_even() -> None:
    sides = Counter(case.recipe.side.value for case in CASES)
    assert abs(sides["left"] - sides["right"]) <= 2


def test_yaw_and_roll_reach_as_far_as_promised() -> None:
    yaws = [case.recipe.camera.azimuth_deg for case in group("turned")]
    assert (min(yaws), max(yaws)) == (-15.0, 15.0)
    assert all(case.recipe.camera.azimuth_deg == 0.0 for case in CASES if case.group != "turned")
    assert max(abs(case.recipe.camera.roll_deg) for case in CASES) <= 5.0


def test_stickers_come_in_the_sizes_pictures_and_rates_of_the_goal() -> None:
    recipes = [case.recipe for case in group("stickers")]
    assert {recipe.camera.width_px for recipe in recipes} == {720, 1080}
    assert {recipe.fps for recipe in recipes} == {30, 60}
    assert {recipe.stickers.diameter_m for recipe in recipes} == {0.025, 0.030}
    assert len({recipe.look.colours.shorts for recipe in recipes}) == 2


def test_every_mishap_happens_once() -> None:
    happened = [case.recipe.stickers.mishap for case in group("mishap")]
    assert sorted(happened) == sorted(set(Mishap) - {Mishap.NONE})


def test_the_quick_suite_is_short_with_and_without_stickers() -> None:
    cases = quick_suite()
    assert len(cases) == 2
    assert {"stickers", "plain"} == {case.group for case in cases}
    assert all(len(case.recipe.reps) == 2 for case in cases)
