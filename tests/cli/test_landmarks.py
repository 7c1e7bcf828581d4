"""``valgus analyze --landmarks`` as a person uses it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.command import valgus
from tests.e2e.clips import SAMPLES, analysed
from tests.importers.writing import laboratory_trc, sports2d_trc
from valgus.exports.tables import write_landmarks
from valgus.results import folder_for, load
from valgus.simulate import View, film, repetitions

MOTION = repetitions(peak_fppa_deg=(4.0, 8.0, 12.0))


@pytest.mark.slow
def test_a_laboratory_trial_is_measured_saved_and_shown(tmp_path: Path) -> None:
    trial = tmp_path / "Müllers trial.trc"
    trial.write_text(laboratory_trc(film(MOTION, View(stickers=True))))
    ran = valgus("analyze", "--landmarks", trial, "--camera-yaw", 5, "--name", "Anna")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "their error is not known" in " ".join(ran.stdout.split())
    folder = folder_for(trial)
    assert not (folder / "overlay.mp4").exists()
    assert "these landmarks came without a video" in (folder / "report.html").read_text(encoding="utf-8")
    reps = pd.read_csv(folder / "reps.csv")
    assert set(reps["model"]) == {"markers in a TRC file"}
    assert set(reps["pelvis_source"]) == {"markers"}
    assert reps["fppa_ci95_deg"].isna().all() and reps["pelvic_drop_deg"].notna().all()
    assert load(folder).session.person == "Anna"
    assert valgus("validate", folder).returncode == 0


@pytest.mark.slow
def test_what_is_missing_is_asked_for_and_gaps_are_told(tmp_path: Path) -> None:
    track = film(MOTION)
    xy = np.array(track.xy_px)
    xy[100:120, track.index("left_hip")] = np.nan
    pixels = tmp_path / "a.trc"
    pixels.write_text(sports2d_trc(type(track)(track.time_s, xy, track.confidence, track.names)))
    ran = valgus("analyze", "--landmarks", pixels)
    assert ran.returncode == 2
    assert "--picture-size WIDTHxHEIGHT" in ran.stderr
    assert valgus("analyze", "--landmarks", pixels, "--picture-size", "7x").returncode == 2
    ran = valgus("analyze", "--landmarks", pixels, "--picture-size", "720x1280", "--no-overlay")
    assert ran.returncode == 0
    assert ran.stderr.startswith("a.trc: left hip is not known in 20 frames from 3.33 to 3.97 s")


def test_a_damaged_file_is_status_3_and_leaves_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "bad.trc"
    bad.write_text("PathFileType\t4\n")
    ran = valgus("analyze", "--landmarks", bad)
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr.startswith("bad.trc: is no TRC file")
    assert list(tmp_path.iterdir()) == [bad]


@pytest.mark.slow
def test_with_its_video_the_landmarks_have_times_pictures_and_an_overlay(tmp_path: Path) -> None:
    clip = shutil.copy(SAMPLES / "single_leg_squat.mp4", tmp_path)
    own = analysed(SAMPLES / "single_leg_squat.mp4")
    write_landmarks(own, tmp_path / "track.csv")
    table = pd.read_csv(tmp_path / "track.csv")
    table.drop(columns=[name for name in table if name.endswith("_m") or name == "time_s"]).to_csv(
        tmp_path / "track.csv", index=False
    )
    ran = valgus("analyze", clip, "--landmarks", tmp_path / "track.csv")
    assert (ran.returncode, ran.stderr) == (0, "")
    again = load(folder_for(Path(clip)))
    np.testing.assert_allclose(again.measures["fppa_deg"], own.measures["fppa_deg"], atol=1e-6)
    assert again.clip == own.clip
    assert (folder_for(Path(clip)) / "overlay.mp4").is_file()
