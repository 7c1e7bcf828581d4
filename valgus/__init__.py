"""Knee control in single-leg tasks, measured from video.

The public names below are loaded when they are first used: importing this opens nothing and sets nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from valgus.errors import ValgusError
    from valgus.model.frontal import Side
    from valgus.model.settings import Settings
    from valgus.model.track import PoseTrack
    from valgus.model.trial import Trial
    from valgus.pipeline import analyze, measure
    from valgus.results import load, save

__version__ = "0.0.1"

_HOMES = {
    "PoseTrack": "valgus.model.track",
    "Settings": "valgus.model.settings",
    "Side": "valgus.model.frontal",
    "Trial": "valgus.model.trial",
    "ValgusError": "valgus.errors",
    "analyze": "valgus.pipeline",
    "load": "valgus.results",
    "measure": "valgus.pipeline",
    "save": "valgus.results",
}

__all__ = ["PoseTrack", "Settings", "Side", "Trial", "ValgusError", "analyze", "load", "measure", "save"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'valgus' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
