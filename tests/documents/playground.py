"""A folder that has every file that the documents' examples speak of."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd

from tests.e2e.clips import analysed
from tests.e2e.folders import short_clip
from tests.importers.writing import laboratory_trc, sports2d_trc
from tests.trials import trial_of
from valgus import results
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.simulate import View, film, repetitions

#: So much of the sample clip has three reps.
THREE_REPS_S = 8.2
#: A task that all simulated people do, each on a day of their own.
STEP_DOWN = Settings(task="step-down")
DAYS = {"2026-09-26": (16.0, 15.0, 17.0, 16.0), "2026-10-24": (9.0, 8.0, 10.0, 9.0)}


def furnish(folder: Path, /) -> None:
    """Put everything there."""
    clip = folder / "clip.mp4"
    clip.write_bytes(short_clip(from_s=0.0, to_s=THREE_REPS_S))
    saved = analysed(clip)
    results.save(saved, results.folder_for(clip))
    (folder / "left.mp4").write_bytes(short_clip())
    (folder / "right.mp4").write_bytes(short_clip("step_down_right"))
    for name in ("left.mp4", "right.mp4"):
        results.save(analysed(folder / name), results.folder_for(folder / name))
    _landmarks(folder, saved)
    _other_measurements(folder, saved)
    _people(folder, saved)


def _landmarks(folder: Path, saved: Trial) -> None:
    laboratory = film(repetitions(peak_fppa_deg=(4.0, 8.0, 12.0)), View(stickers=True))
    (folder / "trial.trc").write_text(laboratory_trc(laboratory))
    (folder / "clip_px_person00.trc").write_text(sports2d_trc(saved.track))


def _other_measurements(folder: Path, saved: Trial) -> None:
    said = {"clip": saved.clip.name, "side": "left", "time_s": [rep.bottom_s for rep in saved.reps]}
    angles = saved.measures["fppa_deg"]
    for name in ("rater.csv", "clip.mp4.anna.clicks.csv"):
        pd.DataFrame({**said, "value": angles + 1.5}).to_csv(folder / name, index=False)
    curve = saved.signals[saved.signals["side"] == "left"]
    moved = pd.DataFrame({"time_s": curve["time_s"] + 0.4, "fppa_deg": curve["fppa_deg"] * 0.9})
    moved.to_csv(folder / "motion_capture.csv", index=False)


def _people(folder: Path, saved: Trial) -> None:
    others = []
    for person in ("anna", "ben"):
        for day, peaks in DAYS.items():
            trial = trial_of(film(repetitions(peak_fppa_deg=peaks), View(noise_px=0.5)), STEP_DOWN)
            sha256 = hashlib.sha256(f"{person} {day}".encode()).hexdigest()
            trial = replace(trial, clip=replace(trial.clip, sha256=sha256))
            results.save(trial, folder / "study" / person / day / "clip.mp4.valgus")
            others += [
                (sha256, "left", rep.bottom_s, -peak) for rep, peak in zip(trial.reps, peaks, strict=True)
            ]
    columns = ["clip_sha256", "side", "time_s", "knee_angle"]
    table = pd.DataFrame(others, columns=columns).assign(clip="clip.mp4")
    table.to_csv(folder / "other_tool.csv", index=False)
    shutil.copytree(folder / "study" / "anna", folder / "clients" / "anna")
    today = folder / "clients" / "anna" / "2026-11-21"
    today.mkdir()
    shutil.copy(folder / "clip.mp4", today / "clip.mp4")
    results.save(saved, results.folder_for(today / "clip.mp4"))
    shutil.copy(folder / "right.mp4", today / "right.mp4")  # the one that was not measured yet
    (today / "session.toml").write_text('sex = "f"\npain_during = 0\npain_next_morning = 0\n')
