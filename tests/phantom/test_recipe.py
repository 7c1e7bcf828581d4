from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.phantom.recipes import recipe_of
from valgus.phantom import Body, ClipTruth, Look, RepTarget, Side, clip_truth, recipe_hash


@pytest.mark.slow
def test_the_hash_is_the_same_in_another_process():
    code = (
        "from tests.phantom.recipes import recipe_of\n"
        "from valgus.phantom import recipe_hash\n"
        "print(recipe_hash(recipe_of()))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == recipe_hash(recipe_of())


@pytest.mark.parametrize(
    "change",
    [
        {"side": Side.RIGHT},
        {"seed": 9},
        {"fps": 60},
        {"body": Body(height_m=1.76)},
        {"look": replace(Look(), blur_px=0.8)},
        {"reps": (RepTarget(14.1, 6.0, 60.0, 5.0),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_hash_changes_with_the_clip(change):
    assert recipe_hash(recipe_of(**change)) != recipe_hash(recipe_of())


def test_a_seed_always_draws_the_same_body_and_look():
    assert Body.from_seed(3) == Body.from_seed(3) != Body.from_seed(4)
    assert Look.from_seed(3) == Look.from_seed(3) != Look.from_seed(4)


@pytest.mark.parametrize("change", [{"reps": ()}, {"fps": 0}], ids=["no repetition", "no frame rate"])
def test_a_recipe_without_content_is_refused(change):
    with pytest.raises(ValueError, match=r"at least one repetition|frames per second"):
        recipe_of(**change)


def test_the_truth_file_has_the_documented_keys(tmp_path):
    truth: ClipTruth = clip_truth(recipe_of())
    truth.save(tmp_path / "clip.truth.json")
    content = json.loads((tmp_path / "clip.truth.json").read_text(encoding="utf-8"))
    assert list(content) == ["task", "side", "fps", "view", "yaw_deg", "roll_deg", "stickers", "reps"]
    assert list(content["reps"][0]) == [
        "rep", "side", "start_s", "bottom_s", "end_s", "fppa_deg", "fppa_asis_deg", "pelvic_drop_deg",
        "pelvic_drop_3d_deg", "knee_flexion_deg", "trunk_lean_deg",
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["clip.truth.json"]
