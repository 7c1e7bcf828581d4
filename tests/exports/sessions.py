"""Trials of every kind, simulated once for all tests of what is shown to people."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.trials import trial_of
from valgus.model.frontal import Side
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.model.trial import Trial
from valgus.simulate import View, film, holding, one_after_the_other, repetitions

#: A green, an amber and a red rep, one after the other as fast as reps are still told apart.
QUICK: dict[str, Any] = {"peak_fppa_deg": (4.0, 14.0, 20.0), "rep_s": 1.2, "rest_s": 0.6}


def made(task: str, track: PoseTrack) -> Trial:
    return trial_of(track, Settings(task=task))


STEP_DOWN = trial_of(film(repetitions(**QUICK)))
TURNED = made("step-down", film(repetitions(**QUICK), View(yaw_deg=25.0)))
SIDEWAYS = made("step-down", film(repetitions(**QUICK), View(yaw_deg=80.0)))
DEEP = made("step-down", film(repetitions(peak_flexion_deg=78.0, **QUICK)))
LANDING = made("landing", film(repetitions(task="landing", fps=60.0, **QUICK)))
SQUAT = made("squat", film(repetitions(task="squat", **QUICK)))
TWENTY = made(
    "step-down", film(repetitions(**QUICK | {"peak_fppa_deg": tuple(np.linspace(-10.0, 20.0, 20))}))
)
BOTH_LEGS = made(
    "step-down",
    one_after_the_other(film(repetitions(**QUICK)), film(repetitions(side=Side.RIGHT, **QUICK))),
)
HOLD = made("stance", film(holding(hold_s=5.0)))
NO_REP = made("step-down", film(repetitions(peak_flexion_deg=12.0, **QUICK)))
NOBODY = trial_of(film(repetitions(**QUICK)), seen=False)
ONE_REP = made("step-down", film(repetitions(**QUICK | {"peak_fppa_deg": (8.0,)})))
