"""Saved results to hold against the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exports import sessions
from valgus import results


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    """Return results of both legs, three reps each."""
    place = tmp_path / "clip.mp4.valgus"
    results.save(sessions.BOTH_LEGS, place)
    return place


@pytest.fixture()
def reps(folder: Path) -> Path:
    return folder / results.REPS
