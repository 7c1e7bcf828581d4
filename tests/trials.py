"""Trials from simulated tracks: the whole pipeline after the pose, without a video."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.model.trial import Provenance, Trial
from valgus.pipeline import DEFINITIONS_VERSION, measure


def trial_of(
    track: PoseTrack,
    settings: Settings = Settings(),
    *,
    seen: bool = True,
    name: str = "clip.mp4",
    evidence: ClipEvidence = ClipEvidence(),
) -> Trial:
    """Return the trial of a simulated track; ``seen=False`` hides the person in every frame."""
    raw = replace(
        track,
        xy_px=np.round(track.xy_px if seen else np.full_like(track.xy_px, np.nan), 2),
        confidence=np.round(track.confidence if seen else np.zeros_like(track.confidence), 3),
        time_s=np.round(track.time_s, 6),
        world_m=None if track.world_m is None else np.round(track.world_m, 4),
    )
    return measure(_clip(raw, name), raw, evidence, settings, provenance=_provenance(settings))


def _clip(track: PoseTrack, name: str) -> Clip:
    return Clip(
        name=name,
        sha256="0" * 64,
        width_px=720,
        height_px=1280,
        frame_count=len(track.time_s),
        duration_s=float(track.time_s[-1] - track.time_s[0]),
        fps=track.fps,
        variable_frame_rate=False,
        rotation_deg=0,
        codec="h264",
    )


def _provenance(settings: Settings) -> Provenance:
    return Provenance("0", DEFINITIONS_VERSION, "simulated", "0" * 64, settings, ())
