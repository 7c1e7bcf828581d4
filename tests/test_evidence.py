"""What pictures say about the filming: each fault is seen where it was made, and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from valgus import rules
from valgus.evidence import PixelEvidence
from valgus.model.arrays import RgbImage
from valgus.model.evidence import ClipEvidence
from valgus.model.rule import Gate

FPS = 30.0
WIDTH, HEIGHT = 270, 480
#: What is gathered from pixels, by the gate that judges it.
FACTS: dict[str, Callable[[ClipEvidence], float | None]] = {
    "too_dark": lambda seen: seen.brightness,
    "blurred": lambda seen: seen.blur_pct,
    "camera_moving": lambda seen: seen.camera_motion_pct_s,
    "clip_cut": lambda seen: seen.cuts,
    "repeated_frames": lambda seen: seen.repeated_share,
}


@dataclass(frozen=True)
class Picture:
    time_s: float
    rgb: RgbImage


def room(seed: int = 0, *, wide: int = WIDTH + 80, high: int = HEIGHT + 80) -> RgbImage:
    """Return a wall with furniture: boxes of all sizes and greys."""
    rng = np.random.default_rng(seed)
    wall = np.full((high, wide, 3), 170, np.uint8)
    for _ in range(60):
        x, y = int(rng.integers(0, wide)), int(rng.integers(0, high))
        size = rng.integers(10, 60, 2)
        wall[y : y + size[1], x : x + size[0]] = rng.integers(40, 230)
    return wall


def clip(
    frames: int = 90,
    *,
    shown: RgbImage | None = None,
    shift_px: Callable[[int], int] = lambda k: 0,
    person_px: Callable[[int], int] = lambda k: round(40 * np.sin(k / 5)),
    look: Callable[[RgbImage], RgbImage] = lambda rgb: rgb,
) -> list[Picture]:
    """Return pictures of a dark figure bobbing before a room, from a camera shifted by ``shift_px``."""
    wall = room() if shown is None else shown
    pictures = []
    for k in range(frames):
        x = 40 + shift_px(k)
        rgb = wall[40 : 40 + HEIGHT, x : x + WIDTH].copy()
        top = 140 + person_px(k)
        rgb[top : top + 240, 105:165] = (60, 50, 140)
        pictures.append(Picture(k / FPS, look(rgb)))
    return pictures


def seen_in(pictures: list[Picture]) -> ClipEvidence:
    pixels = PixelEvidence()
    assert list(pixels.looking_at(pictures)) == pictures, "every picture is handed on as it came"
    return pixels.evidence()


def raised_by(seen: ClipEvidence) -> set[str]:
    return {code for code, fact in FACTS.items() if _crosses(_gate(code), fact(seen))}


def _gate(code: str) -> Gate:
    return next(gate for gate in rules.published().gates if gate.code == code)


def _crosses(gate: Gate, value: float | None) -> bool:
    limit = gate.low if gate.note is None else gate.note
    assert limit is not None
    return value is not None and (value > limit if gate.worse == "above" else value < limit)


def darker(rgb: RgbImage) -> RgbImage:
    return (rgb * 0.25).astype(np.uint8)


def blurred(rgb: RgbImage) -> RgbImage:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.01 * WIDTH), dtype=np.uint8)


def noisy(rgb: RgbImage) -> RgbImage:
    noise = np.random.default_rng(int(rgb.sum()) % 1000).normal(0, 6, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


def in_hand(k: int) -> int:
    return round(12 * np.sin(k / 9))


def cut_together() -> list[Picture]:
    return clip(45) + [Picture(p.time_s + 45 / FPS, p.rgb) for p in clip(45, shown=room(7))]


def half_speed() -> list[Picture]:
    return [Picture(k / FPS, picture.rgb) for k, picture in enumerate(p for p in clip(60) for _ in range(2))]


@pytest.mark.parametrize(
    ("pictures", "codes"),
    [
        (clip(), set()),
        (clip(look=noisy), set()),
        (clip(look=darker), {"too_dark"}),
        (clip(look=blurred), {"blurred"}),
        (clip(shift_px=in_hand), {"camera_moving"}),
        (cut_together(), {"clip_cut"}),
        (half_speed(), {"repeated_frames"}),
    ],
    ids=["good", "noisy", "dark", "blurred", "in the hand", "cut together", "slow motion"],
)
def test_each_fault_is_raised_by_its_own_clip_and_by_no_other(
    pictures: list[Picture], codes: set[str]
) -> None:
    assert raised_by(seen_in(pictures)) == codes


def test_every_finding_from_pixels_is_tried_here() -> None:
    from valgus.quality import _pixel_facts

    assert set(_pixel_facts(ClipEvidence())) == set(FACTS)


def test_standing_still_is_no_repeated_frame() -> None:
    assert seen_in(clip(person_px=lambda k: 0)).repeated_share == 0.0


def test_fast_motion_and_light_going_on_are_no_cut() -> None:
    fast = clip(person_px=lambda k: round(120 * np.sin(k / 2)))
    lit = [Picture(p.time_s, darker(p.rgb) // 2 + (0 if p.time_s < 1.5 else 60)) for p in clip()]
    assert seen_in(fast).cuts == 0
    assert seen_in(lit).cuts == 0


def test_missing_frames_are_no_cut() -> None:
    kept = [picture for k, picture in enumerate(clip(frames=120)) if not 50 < k < 56]
    assert seen_in(kept).cuts == 0


def test_the_number_of_cuts_is_counted() -> None:
    parts = [clip(30, shown=room(seed)) for seed in (1, 2, 3)]
    joined = [picture for part in parts for picture in part]
    assert seen_in([Picture(k / FPS, p.rgb) for k, p in enumerate(joined)]).cuts == 2


@pytest.mark.parametrize("factor", [2.0, 3.0, 4.0])
def test_blur_is_the_same_share_of_the_picture_at_any_size(factor: float) -> None:
    """About twice the standard deviation, which is 1 % of the width."""
    size = (round(WIDTH * factor), round(HEIGHT * factor))
    large = cv2.resize(clip(1)[0].rgb, size, interpolation=cv2.INTER_NEAREST)
    soft = cv2.GaussianBlur(large, (0, 0), 0.01 * size[0])
    sharp = seen_in([Picture(0.0, np.asarray(large, dtype=np.uint8))])
    assert sharp.blur_pct == pytest.approx(0.0, abs=0.05)
    assert seen_in([Picture(0.0, np.asarray(soft, dtype=np.uint8))]).blur_pct == pytest.approx(2.0, abs=0.5)


@pytest.mark.slow
def test_darkness_does_not_pass_for_blur_nor_noise_for_sharpness() -> None:
    assert seen_in(clip(look=darker)).blur_pct == pytest.approx(0.0, abs=0.1)
    assert (seen_in(clip(look=lambda rgb: noisy(blurred(rgb)))).blur_pct or 0.0) > 0.5


@pytest.mark.parametrize("step_px", [1, 2])
def test_speed_of_the_camera_is_in_percent_of_the_width_per_second(step_px: int) -> None:
    seen = seen_in(clip(30 // step_px, shift_px=lambda k: step_px * k))
    assert seen.camera_motion_pct_s == pytest.approx(100 * step_px * FPS / WIDTH, rel=0.1)


def test_a_person_moving_is_no_camera_moving() -> None:
    assert seen_in(clip()).camera_motion_pct_s == pytest.approx(0.0, abs=0.1)


def test_before_a_bare_wall_the_camera_is_not_judged() -> None:
    bare = np.full((HEIGHT + 80, WIDTH + 80, 3), 180, np.uint8)
    assert seen_in(clip(shown=bare)).camera_motion_pct_s is None


def test_one_picture_and_none_at_all_are_answered() -> None:
    assert seen_in([]) == ClipEvidence()
    one = seen_in(clip(1))
    assert (one.cuts, one.repeated_share, one.camera_motion_pct_s) == (0, 0.0, None)
    assert one.brightness is not None


def test_looking_costs_little_beside_the_pose_model() -> None:
    """The budget is 0.5 ms per picture; ten times that is left for a busy machine."""
    rgb = np.asarray(cv2.resize(clip(1)[0].rgb, (540, 960)), dtype=np.uint8)
    pixels, taken_s = PixelEvidence(), []
    for k in range(60):
        started_s = time.perf_counter()
        pixels.look_at(rgb, k / FPS)
        taken_s.append(time.perf_counter() - started_s)
    assert np.median(taken_s) < 0.005
