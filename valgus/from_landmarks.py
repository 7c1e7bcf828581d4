"""From the landmarks or markers of another tool to a trial: everything after the pose."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from valgus import sessions
from valgus.camera import VirtualCamera, film_markers
from valgus.errors import WrongUsage
from valgus.evidence import PixelEvidence
from valgus.importers import About, read_landmarks
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.imported import MarkerTrajectories
from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.model.trial import Trial
from valgus.model.trial_parts import LandmarkSource
from valgus.pipeline import measure, provenance_by
from valgus.video import ClipReader, decode_ahead, sha256_of_all


@dataclass(frozen=True)
class Filmed:
    """What a file of landmarks does not say of how it was filmed; ``camera`` is for markers in space."""

    clip: Path | None = None
    fps: float | None = None
    size_px: tuple[int, int] | None = None
    camera: VirtualCamera = field(default_factory=VirtualCamera)


@dataclass(frozen=True, eq=False)
class Imported:
    """A trial, and what a person should know about the file that it is from."""

    trial: Trial
    notices: tuple[str, ...]


def measure_imported(
    path: Path,
    settings: Settings | None = None,
    /,
    *,
    filmed: Filmed,
    session: Session | None = None,
    book: RuleBook | None = None,
) -> Imported:
    """Return everything that follows from landmarks or markers in a file of another tool.

    Parameters
    ----------
    path : Path
        The file of landmarks; for OpenPose a folder.
    settings : Settings, optional
        What is known beforehand.
    filmed : Filmed
        What the file does not say: the video, the rate, the camera for markers in space.

    Raises
    ------
    NotReadableAsLandmarks
        If the file is in no known format, or damaged.
    WrongUsage
        If something has to be said that was not.
    """
    settings = settings or Settings()
    frames = None if filmed.clip is None else _look_through(filmed.clip)
    size_px = filmed.size_px if frames is None else (frames.clip.width_px, frames.clip.height_px)
    about = About(filmed.fps, None if frames is None else frames.time_s, size_px, settings.person)
    read = read_landmarks(path, about)
    source = LandmarkSource.OTHER_TOOL
    if isinstance(read, MarkerTrajectories):
        source, size_px = LandmarkSource.MARKERS, (filmed.camera.width_px, filmed.camera.height_px)
        read = film_markers(read, filmed.camera)
    if size_px is None:
        raise WrongUsage(
            f"{path.name}: does not say how large the picture was.",
            "Give the video too (valgus analyze CLIP --landmarks FILE), or --picture-size WIDTHxHEIGHT.",
        )
    sha256 = sha256_of_all(path)
    clip = _clip_of(path.name, sha256, read.track, size_px) if frames is None else frames.clip
    evidence = ClipEvidence() if frames is None else frames.evidence
    session = sessions.dated(session or Session(), clip)
    made = replace(provenance_by(read.source, sha256, settings), source=source)
    trial = measure(clip, read.track, evidence, settings, provenance=made, session=session, book=book)
    return Imported(trial, read.notices)


@dataclass(frozen=True, eq=False)
class _Frames:
    clip: Clip
    time_s: tuple[float, ...]
    evidence: ClipEvidence


def _look_through(path: Path) -> _Frames:
    """Return what the pictures say without looking for a body in them."""
    pixels = PixelEvidence()
    with ClipReader(path) as reader:
        with closing(decode_ahead(reader.frames())) as frames:
            times_s = tuple(frame.time_s for frame in pixels.looking_at(frames))
        return _Frames(reader.clip(), times_s, pixels.evidence())


def _clip_of(name: str, sha256: str, track: PoseTrack, size_px: tuple[int, int]) -> Clip:
    spacing_s = np.diff(track.time_s)
    return Clip(
        name=name,
        sha256=sha256,
        width_px=size_px[0],
        height_px=size_px[1],
        frame_count=len(track.time_s),
        duration_s=round(float(track.time_s[-1] - track.time_s[0]), 6),
        fps=round(track.fps, 3) if len(spacing_s) else None,
        variable_frame_rate=bool(len(spacing_s) and np.ptp(spacing_s) > 0.1 * np.median(spacing_s)),
        rotation_deg=0,
        codec="landmarks",
    )
