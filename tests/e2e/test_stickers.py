"""Pelvic drop is measured where stickers are worn, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.command import valgus
from tests.e2e.clips import (
    CHEAP,
    LONG,
    REAL,
    SAMPLE_NAMES,
    SAMPLES,
    STICKER_NAMES,
    analysed,
    needs_real_clips,
    real,
    sample,
)
from tests.e2e.folders import short_clip
from tests.e2e.test_check import WRONG_WITH
from tests.e2e.test_real_clips import COMPARED
from valgus.errors import ValgusError
from valgus.model.frontal import Origin
from valgus.model.settings import StickerPoints
from valgus.results import load, save

COLOURS = {"step_down_stickers_left": "magenta", "single_leg_squat_stickers_right": "lime"}
BASELINES = {"step_down_stickers_left": "two_leg", "single_leg_squat_stickers_right": "single_leg"}


def true_drops(name: str) -> np.ndarray:
    _, truth = sample(name)
    key = "pelvic_drop_from_two_legs_deg" if BASELINES[name] == "two_leg" else "pelvic_drop_3d_deg"
    return np.array([rep[key] for rep in truth["reps"]])


@pytest.mark.slow
@pytest.mark.parametrize("name", STICKER_NAMES)
def test_pelvic_drop_is_measured_to_half_a_degree(name: str) -> None:
    trial, _ = sample(name)
    off = trial.measures["pelvic_drop_deg"].to_numpy() - true_drops(name)
    assert np.sqrt((off**2).mean()) <= 0.5
    assert np.abs(off).max() <= 0.7


@pytest.mark.slow
@pytest.mark.parametrize("name", STICKER_NAMES)
def test_the_stickers_are_found_by_themselves_and_the_result_says_so(name: str) -> None:
    trial, _ = sample(name)
    seen = trial.evidence.stickers
    assert seen is not None
    assert seen.colour == COLOURS[name]
    assert seen.origin is Origin.DETECTED
    assert seen.seen_share > 0.98
    assert trial.pelvis_source == "stickers"
    assert trial.pelvis_baseline == BASELINES[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", STICKER_NAMES)
def test_norms_made_with_markers_can_be_compared_the_angle_from_the_sticker_is_there(name: str) -> None:
    trial, truth = sample(name)
    off = trial.measures["fppa_asis_deg"] - [rep["fppa_asis_deg"] for rep in truth["reps"]]
    assert np.abs(off).max() <= 6.0
    assert trial.measures["hip_adduction_deg"].notna().all()


@pytest.mark.slow
def test_a_trial_with_stickers_comes_back_from_its_folder(tmp_path: Path) -> None:
    trial, _ = sample(STICKER_NAMES[0])
    save(trial, tmp_path / "clip.valgus")
    assert load(tmp_path / "clip.valgus") == trial


@pytest.mark.slow
def test_two_points_given_by_hand_measure_the_same() -> None:
    trial, _ = sample(STICKER_NAMES[1])
    seen = trial.evidence.stickers
    assert seen is not None
    left, right = ((x + 1.5, y - 1.5) for x, y in seen.points_px)
    clip = SAMPLES / f"{STICKER_NAMES[1]}.mp4"
    given = analysed(clip, replace(CHEAP, stickers=StickerPoints((right, left), seen.time_s)))
    assert given.evidence.stickers is not None
    assert given.evidence.stickers.origin is Origin.GIVEN
    np.testing.assert_allclose(given.measures["pelvic_drop_deg"], trial.measures["pelvic_drop_deg"], atol=0.2)


@pytest.mark.slow
def test_without_the_stickers_nothing_else_changes() -> None:
    clip = SAMPLES / f"{STICKER_NAMES[1]}.mp4"
    with_them, without = analysed(clip, CHEAP), analysed(clip, replace(CHEAP, stickers="none"))
    assert without.measures["pelvic_drop_deg"].isna().all()
    assert without.pelvis_source == "landmarks"
    for measure in ("fppa_deg", "hip_line_tilt_deg", "trunk_lean_deg"):
        np.testing.assert_array_equal(without.measures[measure], with_them.measures[measure])


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_no_pair_is_found_on_a_sample_without_stickers(name: str) -> None:
    trial, _ = sample(name)
    assert trial.evidence.stickers is None
    assert trial.evidence.stickers_doubt is None


def real_clips() -> list[str]:
    return sorted(str(path.relative_to(REAL)) for path in REAL.rglob("*") if path.suffix in VIDEO)


VIDEO = (".mp4", ".mov", ".webm", ".gif")
#: Clips that other tests analyse as well; all of them by VALGUS_LONG.
LOOKED_AT_ANYWAY = {*COMPARED, *(f"hard/{name}" for name in WRONG_WITH)}


@pytest.mark.slow
@needs_real_clips
@pytest.mark.parametrize("name", [name for name in real_clips() if LONG or name in LOOKED_AT_ANYWAY])
def test_no_pair_is_found_on_a_real_clip_without_stickers(name: str) -> None:
    try:
        trial = real(name, CHEAP)
    except ValgusError:
        return  # what is no video has no stickers either
    assert trial.evidence.stickers is None


@pytest.mark.slow
def test_points_outside_the_picture_are_refused_before_anything_is_measured(tmp_path: Path) -> None:
    clip = tmp_path.parent / "short.mp4"
    clip.write_bytes(short_clip(STICKER_NAMES[0], to_s=1.5))
    for points, says in (("308,575,9999,570", "outside the picture"), ("308,575,413,570@99", "lasts")):
        shown = valgus("analyze", clip, "--stickers", points, "--out", tmp_path)
        assert shown.returncode == 2
        assert says in shown.stderr
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("points", ["1,2,3", "a,b,c,d", "1,2,3,4@x", "yes"])
def test_points_that_are_no_points_are_status_2(points: str, tmp_path: Path) -> None:
    shown = valgus("check", "clip.mp4", "--stickers", points, cwd=tmp_path)
    assert shown.returncode == 2
    assert "X1,Y1,X2,Y2" in shown.stderr


@pytest.mark.slow
def test_points_on_bare_cloth_give_no_drop_and_a_reason() -> None:
    clip = SAMPLES / f"{STICKER_NAMES[1]}.mp4"
    trial = analysed(clip, replace(CHEAP, stickers=StickerPoints(((330.0, 720.0), (400.0, 720.0)), 0.5)))
    assert trial.measures["pelvic_drop_deg"].isna().all()
    (finding,) = (f for f in trial.findings if f.code == "stickers_unsure")
    assert "nothing stands out" in finding.says


@pytest.mark.slow
def test_check_says_what_the_pelvis_is_measured_from() -> None:
    shown = valgus("check", SAMPLES / f"{STICKER_NAMES[0]}.mp4")
    assert "two magenta stickers" in " ".join(shown.stdout.split())
