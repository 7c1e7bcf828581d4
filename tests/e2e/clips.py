"""Clips that the end-to-end tests look at, and one analysis of each for all tests of a run."""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from valgus.model.arrays import FloatArray
from valgus.model.settings import Settings
from valgus.model.trial import Trial

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_videos"
REAL = Path(os.environ.get("VALGUS_REAL_CLIPS", ROOT.parent / "shared" / "data"))
SAMPLE_NAMES = ("step_down_left", "step_down_right", "single_leg_squat", "single_leg_landing")
STICKER_NAMES = ("step_down_stickers_left", "single_leg_squat_stickers_right")

#: Half the time, for what does not hang on how exact a number is.
CHEAP = Settings(mirror_average=False)
#: Everything, however long it takes; without it the longest tests look at a part.
LONG = os.environ.get("VALGUS_LONG", "") not in ("", "0")

takes_long = pytest.mark.skipif(not LONG, reason="takes long; VALGUS_LONG=1 runs it")
needs_real_clips = pytest.mark.skipif(
    not REAL.is_dir(), reason="the real clips are not public; set VALGUS_REAL_CLIPS to their folder"
)


@cache
def analysed(path: Path, settings: Settings = Settings()) -> Trial:
    """Return the trial of a clip with the default model, analysed once per run of the tests, whoever asks."""
    from valgus import results
    from valgus.pipeline import analyze
    from valgus.video import sha256_of

    key = hashlib.sha256(f"{path.name} {sha256_of(path)} {settings}".encode()).hexdigest()
    place = _shared() / f"{key}.valgus"
    with _alone(place.with_suffix(".lock")):
        if not place.exists():
            results.save(analyze(path, settings), place)
    return results.load(place)


@cache
def _shared() -> Path:
    """Return a folder for all processes of this run of the tests; it goes with the one that made it."""
    if run := os.environ.get("PYTEST_XDIST_TESTRUNUID"):
        place = Path(tempfile.gettempdir()) / f"valgus-analysed-{run}"
        place.mkdir(exist_ok=True)
        return place
    holder = tempfile.TemporaryDirectory(prefix="valgus-analysed-")
    atexit.register(holder.cleanup)
    return Path(holder.name)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time look whether something is there, and make it."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def correlation(one: FloatArray, other: FloatArray) -> float:
    """Return how two angles over time go along; nearly all of both must be known.

    Single frames may not be: whether one stands out from its neighbours can hang on how a processor rounds.
    """
    known = np.isfinite(one) & np.isfinite(other)
    assert known.mean() >= 0.97
    return float(np.corrcoef(one[known], other[known])[0, 1])


def real(name: str, settings: Settings = Settings()) -> Trial:
    return analysed(REAL / name, settings)


def sample(name: str) -> tuple[Trial, dict[str, Any]]:
    """Return the trial of a sample clip and its truth."""
    truth: dict[str, Any] = json.loads((SAMPLES / f"{name}.truth.json").read_text(encoding="utf-8"))
    return analysed(SAMPLES / f"{name}.mp4"), truth
