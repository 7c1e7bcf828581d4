"""Knee control in single-leg tasks, measured from video.

The public names below are loaded when they are first used: importing this opens nothing and sets nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from valgus.api import ClipAnalysis, analyze, analyze_landmarks, load
    from valgus.camera import VirtualCamera
    from valgus.errors import ValgusError
    from valgus.model.frontal import Side
    from valgus.model.session import Session
    from valgus.model.settings import Settings
    from valgus.model.track import PoseTrack
    from valgus.model.trial import Trial
    from valgus.pipeline import measure

__version__ = "0.1.0"

_HOMES = {
    "ClipAnalysis": "valgus.api",
    "PoseTrack": "valgus.model.track",
    "Session": "valgus.model.session",
    "Settings": "valgus.model.settings",
    "Side": "valgus.model.frontal",
    "Trial": "valgus.model.trial",
    "ValgusError": "valgus.errors",
    "VirtualCamera": "valgus.camera",
    "analyze": "valgus.api",
    "analyze_landmarks": "valgus.api",
    "load": "valgus.api",
    "measure": "valgus.pipeline",
}

__all__ = [
    "ClipAnalysis",
    "PoseTrack",
    "Session",
    "Settings",
    "Side",
    "Trial",
    "ValgusError",
    "VirtualCamera",
    "analyze",
    "analyze_landmarks",
    "load",
    "measure",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'valgus' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
