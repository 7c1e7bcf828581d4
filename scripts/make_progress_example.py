"""Make the picture of one person over time for the README, from simulated sessions."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

import valgus
from valgus import results, rules
from valgus.exports.figures.trend import write_trend
from valgus.history import read_person
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.model.trial_parts import Provenance
from valgus.simulate import View, film, repetitions

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "progress-example.png"
FIRST = dt.date(2026, 1, 10)
#: Mean projection angle of each session, left and right.
MEANS_DEG = {
    valgus.Side.LEFT: (18.0, 15.5, 16.0, 11.0, 8.0, 6.5, 1.0, 0.5),
    valgus.Side.RIGHT: (9.0, 9.5, 7.0, 7.5, 4.0, 1.5, 1.0, 0.0),
}


def main() -> None:
    rng = np.random.default_rng(4)
    with tempfile.TemporaryDirectory() as folder:
        person = Path(folder) / "Simulated person"
        for side, means in MEANS_DEG.items():
            for k, mean in enumerate(means):
                day = person / (FIRST + k * dt.timedelta(days=14)).isoformat()
                peaks = tuple(mean + rng.normal(0.0, 1.2, 5))
                results.save(_session(side, peaks, seed=k), day / f"{side.value}.mp4.valgus")
        today = FIRST + dt.timedelta(days=365)
        write_trend(read_person(person, rules.published(), today=today), PICTURE)


def _session(side: valgus.Side, peaks: tuple[float, ...], *, seed: int) -> Trial:
    track = film(
        repetitions(side=side, peak_fppa_deg=peaks, peak_lean_deg=5.0), View(noise_px=0.5, seed=seed)
    )
    clip = Clip(
        name=f"{side.value}.mp4",
        sha256="",
        width_px=720,
        height_px=1280,
        frame_count=len(track.time_s),
        duration_s=float(track.time_s[-1]),
        fps=30.0,
        variable_frame_rate=False,
        rotation_deg=0,
        codec="none",
    )
    settings = Settings(task="step-down", side=side)
    made = Provenance("simulated", "simulated", "simulated", "", settings, ())
    said = Session(step_height_cm=15.0, pain_during=1.0, pain_next_morning=0.0)
    trial = valgus.measure(clip, track, ClipEvidence(), settings, provenance=made, session=said)
    return replace(trial, session=replace(trial.session, from_options=("pain_during", "pain_next_morning")))


if __name__ == "__main__":
    main()
