"""Clips that the end-to-end tests look at, and one analysis of each for all tests of a run."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from valgus.model.settings import Settings
from valgus.model.trial import Trial

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_videos"
REAL = Path(os.environ.get("VALGUS_REAL_CLIPS", ROOT.parent / "shared" / "data"))
SAMPLE_NAMES = ("step_down_left", "step_down_right", "single_leg_squat", "single_leg_landing")
STICKER_NAMES = ("step_down_stickers_left", "single_leg_squat_stickers_right")

needs_real_clips = pytest.mark.skipif(
    not REAL.is_dir(), reason="the real clips are not public; set VALGUS_REAL_CLIPS to their folder"
)


@cache
def analysed(path: Path, settings: Settings = Settings()) -> Trial:
    """Return the trial of a clip with the default model, analysed once per test run."""
    from valgus.pipeline import analyze

    return analyze(path, settings)


def real(name: str, settings: Settings = Settings()) -> Trial:
    return analysed(REAL / name, settings)


def sample(name: str) -> tuple[Trial, dict[str, Any]]:
    """Return the trial of a sample clip and its truth."""
    truth: dict[str, Any] = json.loads((SAMPLES / f"{name}.truth.json").read_text(encoding="utf-8"))
    return analysed(SAMPLES / f"{name}.mp4"), truth
