"""``valgus agree`` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.agreement.tables import write
from tests.command import valgus
from tests.e2e.clips import SAMPLES, sample
from tests.trials import trial_of
from valgus import results
from valgus.model.settings import Settings
from valgus.simulate import film, repetitions

ANGLES = (-4.0, 3.0, 9.0, 14.0)


def saved(folder: Path) -> Path:
    place = results.folder_for(folder / "clip.mp4")
    results.save(trial_of(film(repetitions(peak_fppa_deg=ANGLES)), Settings(task="step-down")), place)
    return place


def test_a_rater_against_a_saved_analysis(tmp_path: Path) -> None:
    rows = [f"clip.mp4,left,{k + 1},{angle + 2 + k / 10}" for k, angle in enumerate(ANGLES)]
    rater = write(tmp_path / "rater Müller.csv", "clip,side,rep,value", *rows, "clip.mp4,left,9,1.0")
    ran = valgus("agree", saved(tmp_path), rater, "--out", tmp_path / "out")
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0] == "fppa_deg: A clip.mp4.valgus, B rater Müller.csv"
    assert lines[1].strip() == "4 reps, 1 clip, people not known"
    assert any("bias (A - B)" in line and "-2.1" in line for line in lines)
    assert "- 1 row was left out:" in lines
    assert any("rater Müller.csv row 6" in line for line in lines)
    names = {"agreement.json", "agreement.csv", "bland_altman.png", "bland_altman.svg"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    document = json.loads((tmp_path / "out" / "agreement.json").read_text(encoding="utf-8"))
    assert document["n"] == len(pd.read_csv(tmp_path / "out" / "agreement.csv")) == 4
    assert document["limits"]["bias"]["value"] == pytest.approx(-2.15, abs=0.1)


def test_mistakes_are_told_in_a_sentence(tmp_path: Path) -> None:
    alone = write(tmp_path / "a.csv", "clip,side,rep,value", "other.mp4,left,1,5")
    ran = valgus("agree", saved(tmp_path), alone)
    assert ran.returncode == 2
    assert "Only 0 reps were measured by both" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_video_and_the_trial_beside_it_are_one_clip_if_that_is_said(tmp_path: Path) -> None:
    rows = [f"trial.trc,left,{k + 1},{angle + 2}" for k, angle in enumerate(ANGLES)]
    laboratory = write(tmp_path / "laboratory.csv", "clip,side,rep,value", *rows)
    assert valgus("agree", saved(tmp_path), laboratory).returncode == 2
    ran = valgus("agree", saved(tmp_path), laboratory, "--same-clip")
    assert ran.returncode == 0, ran.stderr
    assert "4 reps, 1 clip" in ran.stdout
    both = write(tmp_path / "both.csv", "clip,side,rep,value", *rows, "other.trc,left,1,3")
    ran = valgus("agree", saved(tmp_path), both, "--same-clip")
    assert "has 2" in ran.stderr


def test_a_measurement_against_itself_can_be_written_too(tmp_path: Path) -> None:
    ran = valgus("agree", saved(tmp_path), saved(tmp_path) / "reps.csv", "--out", tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    document = json.loads((tmp_path / "out" / "agreement.json").read_text(encoding="utf-8"))
    assert document["limits"]["bias"]["value"] == 0.0


@pytest.mark.slow
def test_a_rendered_clip_against_its_truth(tmp_path: Path) -> None:
    trial, truth = sample("step_down_left")
    place = results.folder_for(tmp_path / "step_down_left.mp4")
    results.save(trial, place)
    rows = [f"step_down_left.mp4,left,{r['bottom_s']},{r['fppa_deg']}" for r in truth["reps"]]
    known = write(tmp_path / "truth.csv", "clip,side,time_s,value", *rows)
    ran = valgus("agree", place, known)
    assert ran.returncode == 0, ran.stderr
    assert "5 reps, 1 clip" in ran.stdout
    assert "No row was left out" in ran.stdout
    assert (SAMPLES / "step_down_left.mp4").is_file()
