"""Which rendered clips the suite is made of.

Everything is drawn from seeds; nothing was chosen by its result.

Bodies with their clothes and looks come in two halves: ``settled`` ones, from which the stated errors in
`valgus.uncertainty` are taken, and ``held out`` ones, on which those errors are checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from valgus.phantom.body import Body
from valgus.phantom.camera import Camera
from valgus.phantom.look import Colours, Look
from valgus.phantom.pose import Side
from valgus.phantom.recipe import Recipe, RepTarget, Task
from valgus.phantom.stickers import Mishap, Stickers

#: First seed of the bodies and looks; the sample clips have those below.
FIRST_SEED = 11
ANGLES_DEG = (-6.0, 24.0)
DROPS_DEG = (-1.0, 12.0)
NARROW_DEG = 3.0
LIGHT_SHORTS, DARK_SHORTS = (196, 194, 188), (34, 36, 44)
HD, FULL_HD = 4 / 3, 2.0

_TASKS = (Task.STEP_DOWN, Task.SINGLE_LEG_SQUAT, Task.LANDING)


@dataclass(frozen=True)
class Case:
    """One clip of the suite.

    Attributes
    ----------
    name : str
        Unique, in words.
    group : str
        'plain', 'uneven' (clothes and light differ between the sides), 'narrow' (all reps alike), 'turned'
        (yaw and roll), 'stickers', 'small stickers', 'mishap'.
    recipe : Recipe
        What is rendered.
    held_out : bool
        Whether its body and clothes were kept from settling the stated errors.
    pointed_at : bool
        Whether a person points at the stickers, which are too small to be found without.
    """

    name: str
    group: str
    recipe: Recipe
    held_out: bool
    pointed_at: bool = False


def full_suite() -> tuple[Case, ...]:
    """Return every case; some 60 clips."""
    return (*_plain(), *_uneven(), *_narrow(), *_turned(), *_stickers(), *_small_stickers(), *_mishaps())


def quick_suite() -> tuple[Case, ...]:
    """Return two short cases, for a look within two minutes."""
    chosen = {"plain 02", "stickers 01"}
    return tuple(
        replace(case, recipe=replace(case.recipe, reps=case.recipe.reps[:2]))
        for case in full_suite()
        if case.name in chosen
    )


# --- what everybody has ----------------------------------------------------------------------------------


def _case(group: str, number: int, seed: int, **changes: object) -> Case:
    """Return a case with body, clothes, look and motion drawn from a seed; sides and halves take turns."""
    rng = np.random.default_rng((seed, 7))
    task = _TASKS[(seed // 2) % 3] if "task" not in changes else changes["task"]
    recipe = Recipe(
        task=task,  # type: ignore[arg-type]
        side=Side.LEFT if seed % 2 else Side.RIGHT,
        reps=_reps(rng),
        body=Body.from_seed(seed),
        look=Look.from_seed(seed),
        camera=_camera(rng),
        fps=60 if task is Task.LANDING else 30,
        seed=seed,
        arms=str(rng.choice(["out", "front", "down"])),
        quiet_s=0.9,
        rest_s=0.45,
        tail_s=0.4,
        descent_s=0.85,
        ascent_s=0.75,
    )
    # Halves change every two seeds, so that each has both sides and all tasks.
    return Case(f"{group} {number:02d}", group, replace(recipe, **changes), (seed // 2) % 2 == 1)  # type: ignore[arg-type]


def _reps(rng: np.random.Generator, count: int = 3) -> tuple[RepTarget, ...]:
    """Return reps over the whole range of angles: one from each third of it, in any order."""
    thirds = rng.permutation(count)
    return tuple(
        RepTarget(
            fppa_deg=round(_within(ANGLES_DEG, (third + rng.uniform()) / count), 2),
            pelvic_drop_deg=round(_within(DROPS_DEG, rng.uniform()), 2),
            knee_flexion_deg=round(rng.uniform(54.0, 64.0), 1),
            trunk_lean_deg=round(rng.uniform(0.0, 9.0), 1),
        )
        for third in thirds
    )


def _within(ends: tuple[float, float], share: float) -> float:
    return ends[0] + share * (ends[1] - ends[0])


def _camera(rng: np.random.Generator) -> Camera:
    return Camera(distance_m=round(rng.uniform(2.7, 3.6), 2), height_m=round(rng.uniform(0.7, 1.15), 2))


# --- groups ----------------------------------------------------------------------------------------------


def _plain() -> tuple[Case, ...]:
    return tuple(_case("plain", k + 1, FIRST_SEED + k) for k in range(20))


def _uneven() -> tuple[Case, ...]:
    cases = (_case("uneven", k + 1, FIRST_SEED + 20 + k) for k in range(4))
    return tuple(replace(case, recipe=_unevenly_dressed(case.recipe)) for case in cases)


def _unevenly_dressed(recipe: Recipe) -> Recipe:
    """One long dark sock and shoe, a knee sleeve, and a hard lamp from one side."""
    colours = replace(recipe.look.colours, sock_left=(40, 40, 46), shoe_left=(230, 90, 60))
    hard = replace(recipe.look.lighting, fill_rgb=(0.04, 0.04, 0.05), shadow_blur_px=1.5)
    sleeve = "left" if recipe.seed % 4 < 2 else "right"
    clothing = replace(recipe.body.clothing, sock_left_m=0.20, sock_right_m=0.05, knee_sleeve=sleeve)
    return replace(
        recipe,
        look=replace(recipe.look, colours=colours, lighting=hard),
        body=replace(recipe.body, clothing=clothing),
    )


def _narrow() -> tuple[Case, ...]:
    return tuple(
        _case("narrow", k + 1, FIRST_SEED + 24 + k, reps=_alike(FIRST_SEED + 24 + k)) for k in range(4)
    )


def _alike(seed: int) -> tuple[RepTarget, ...]:
    rng = np.random.default_rng((seed, 8))
    middle = rng.uniform(2.0, 16.0)
    return tuple(
        replace(rep, fppa_deg=round(middle + rng.uniform(-0.5, 0.5) * NARROW_DEG, 2)) for rep in _reps(rng)
    )


def _turned() -> tuple[Case, ...]:
    """Yaw as evenly as the number of clips allows, roll drawn."""
    cases = []
    for k, yaw_deg in enumerate((-15.0, -12.0, -9.0, -7.0, -5.0, -3.0, 3.0, 5.0, 7.0, 9.0, 12.0, 15.0)):
        case = _case("turned", k + 1, FIRST_SEED + 28 + k)
        roll_deg = round(float(np.random.default_rng((k, 9)).uniform(-5.0, 5.0)), 1)
        camera = replace(case.recipe.camera, azimuth_deg=yaw_deg, roll_deg=roll_deg)
        cases.append(replace(case, recipe=replace(case.recipe, camera=camera)))
    return tuple(cases)


def _stickers() -> tuple[Case, ...]:
    """Magenta and lime, 25 and 30 mm, on light and dark shorts, 720 and 1080 pixels wide, 30 and 60 fps."""
    sizes = (HD, HD, HD, HD, HD, HD, HD, HD, FULL_HD, FULL_HD)
    cases = []
    for k, size in enumerate(sizes):
        worn = Stickers("magenta" if k % 4 < 2 else "lime", 0.025 if k % 3 == 0 else 0.030)
        case = _with_stickers("stickers", k + 1, FIRST_SEED + 40 + k, worn, size)
        rates = {6: 60, 7: 60}
        cases.append(replace(case, recipe=replace(case.recipe, fps=rates.get(k, case.recipe.fps))))
    return tuple(cases)


def _small_stickers() -> tuple[Case, ...]:
    cases = (
        _with_stickers("small stickers", k + 1, FIRST_SEED + 50 + k, Stickers(colour, 0.010), HD)
        for k, colour in enumerate(("magenta", "lime", "magenta"))
    )
    return tuple(replace(case, pointed_at=True) for case in cases)


def _mishaps() -> tuple[Case, ...]:
    happens = [mishap for mishap in Mishap if mishap is not Mishap.NONE]
    cases = []
    for k, mishap in enumerate(happens):
        on = Side.LEFT if k % 2 else Side.RIGHT
        worn = Stickers("magenta", mishap=mishap, on=on)
        cases.append(_with_stickers("mishap", k + 1, FIRST_SEED + 53 + k, worn, HD))
    return tuple(cases)


def _with_stickers(group: str, number: int, seed: int, worn: Stickers, size: float) -> Case:
    task = Task.STEP_DOWN if (seed // 2) % 2 else Task.SINGLE_LEG_SQUAT
    case = _case(group, number, seed, task=task, stickers=worn)
    recipe = case.recipe
    shorts = LIGHT_SHORTS if number % 2 else DARK_SHORTS
    colours: Colours = replace(recipe.look.colours, shorts=shorts, leggings=shorts)
    return replace(
        case,
        recipe=replace(
            recipe,
            camera=recipe.camera.scaled(size),
            look=replace(recipe.look, colours=colours),
            two_leg_lead_s=1.2 if number % 3 == 0 else 0.0,
        ),
    )
