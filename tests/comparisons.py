"""Trials that are compared: left and right, before and after, from simulated tracks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.trials import trial_of
from valgus.model.frontal import Side
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.simulate import film, repetitions

EVEN = (15.0, 16.0, 17.0, 16.0, 15.0)


def leg(
    peaks: tuple[float, ...] = EVEN,
    *,
    side: Side = Side.LEFT,
    name: str = "clip.mp4",
    day: int | None = None,
    task: str = "step-down",
    yaw_deg: float = 0.0,
    **motion: Any,
) -> Trial:
    """Return the trial of a leg filmed from straight in front, on a day in May where one is given."""
    track = film(repetitions(task=task, side=side, peak_fppa_deg=peaks, **motion))
    trial = trial_of(track, Settings(task=task, side=side, yaw_deg=yaw_deg), name=name)
    session = Session(date=None if day is None else date(2026, 5, day))
    return replace(trial, session=session)


def changed(trial: Trial, **session: Any) -> Trial:
    """Return a trial with something else said about its day."""
    return replace(trial, session=replace(trial.session, **session))
