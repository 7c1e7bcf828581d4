"""``valgus export`` and ``valgus rerun`` as a person uses them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command import valgus
from tests.e2e.clips import CHEAP, SAMPLES, analysed
from tests.trials import trial_of
from valgus import results
from valgus.model.settings import Settings
from valgus.simulate import View, film, repetitions


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("Jörg 1") / "clip.mp4.valgus"
    track = film(repetitions(peak_fppa_deg=(4.0, 8.0)), View(noise_px=0.5))
    results.save(trial_of(track, Settings(task="step-down")), place)
    return place


def test_files_are_called_after_the_clip_and_go_where_they_are_wanted(folder: Path, tmp_path: Path) -> None:
    ran = valgus("export", folder, "--format", "csv", "--shape", "wide", "--out", tmp_path / "out")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"Written: clip.mp4.reps.csv, clip.mp4.frames.csv in {tmp_path / 'out'}\n"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "clip.mp4.reps.csv",
        "clip.mp4.frames.csv",
    }
    assert valgus("export", folder, "--format", "trc").returncode == 0
    assert (folder.parent / "clip.mp4.trc").is_file()


def test_a_folder_that_is_no_analysis_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    ran = valgus("export", tmp_path, "--format", "mot")
    assert ran.returncode == 3
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_saved_landmarks_give_the_same_numbers_to_the_last_digit(folder: Path) -> None:
    ran = valgus("rerun", folder)
    assert (ran.returncode, ran.stdout) == (
        0,
        "Same: 2 reps from the saved landmarks, compared to the last digit.\n",
    )


def test_a_number_that_was_changed_is_found(folder: Path, tmp_path: Path) -> None:
    changed = tmp_path / "clip.mp4.valgus"
    changed.mkdir()
    for path in folder.iterdir():
        (changed / path.name).write_bytes(path.read_bytes())
    record = changed / results.ANALYSIS
    document = json.loads(record.read_text(encoding="utf-8"))
    document["measures"][1]["fppa_deg"] += 0.001
    record.write_text(json.dumps(document), encoding="utf-8")
    ran = valgus("rerun", changed)
    assert ran.returncode == 3
    assert ran.stdout.splitlines()[0] == "  fppa_deg: up to 0.001"
    assert ran.stdout.splitlines()[-1].startswith("Different: 2 reps")


@pytest.mark.slow
def test_the_video_gives_the_same_numbers_by_the_settings_that_were_saved(tmp_path: Path) -> None:
    place = tmp_path / "clip.mp4.valgus"
    clip = SAMPLES / "single_leg_squat.mp4"
    results.save(analysed(clip, CHEAP), place)
    ran = valgus("rerun", place, "--clip", clip)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.endswith("Same: 5 reps from the video, compared within 0.2.\n")
    other = valgus("rerun", place, "--clip", SAMPLES / "step_down_left.mp4")
    assert other.returncode == 2
    assert "is not the video of this analysis" in other.stderr


def test_results_that_lack_a_newer_measure_are_compared_in_what_they_have(
    folder: Path, tmp_path: Path
) -> None:
    trial = results.load(folder)
    earlier = replace(trial, measures=trial.measures.drop(columns="knee_displacement_pct"))
    results.save(earlier, tmp_path / "clip.mp4.valgus")
    ran = valgus("rerun", tmp_path / "clip.mp4.valgus")
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[0].startswith("  knee_displacement_pct: was not measured")
    assert valgus("export", "--format", "tidy", tmp_path / "clip.mp4.valgus").returncode == 0
