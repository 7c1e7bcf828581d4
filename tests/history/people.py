"""Saved analyses of pretend people, from simulated tracks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.trials import trial_of
from valgus import results
from valgus.model.frontal import Side
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.simulate import film, repetitions

START = date(2026, 1, 5)
FORTNIGHT = timedelta(days=14)
SCATTER = (0.0, 0.4, -0.4, 0.2, -0.2)


@cache
def clip_of(
    mean_deg: float, side: Side = Side.LEFT, flexion_deg: float = 60.0, task: str = "step-down"
) -> Trial:
    """A set of five steady reps with this mean projection angle."""
    peaks = tuple(mean_deg + off for off in SCATTER)
    motion = repetitions(
        task=task, side=side, peak_fppa_deg=peaks, peak_flexion_deg=flexion_deg, rep_s=1.4, rest_s=0.6
    )
    return trial_of(film(motion), Settings(task=task, side=side), name=f"{side.value}.mp4")


def save_session(
    person: Path, day: date | str, trial: Trial, *, said: str = "", session: Session | None = None
) -> Path:
    """Save one analysis as PERSON/DAY/CLIP.valgus with a session.toml beside it; return the results."""
    folder = person / str(day)
    folder.mkdir(parents=True, exist_ok=True)
    if said:
        (folder / "session.toml").write_text(said, encoding="utf-8")
    target = results.folder_for(folder / trial.clip.name)
    results.save(replace(trial, session=session or Session()), target)
    return target


def season(person: Path, means_deg: list[float], *, said: str = "", **clip: Any) -> Path:
    """Save a session every fortnight with these means; return the person's folder."""
    for k, mean in enumerate(means_deg):
        save_session(person, START + k * FORTNIGHT, clip_of(mean, **clip), said=said)
    return person
