"""The video file, as facts about it."""

from __future__ import annotations

from dataclasses import dataclass

#: Focal length of a phone's main lens as a share of the picture's long side: 26 mm equivalent.
FOCAL_SHARE = 0.73


@dataclass(frozen=True)
class Clip:
    """What was read from a video file; pictures are upright as a person would see them played.

    Attributes
    ----------
    name : str
        The file's name without its folder, because results are passed on.
    sha256 : str
        Hash of the file's bytes, lower-case hexadecimal.
    width_px, height_px : int
        Size of the upright picture.
    frame_count : int
        Frames decoded, which is also the number of rows of the pose track.
    duration_s : float
        Last presentation time minus first.
    fps : float or None
        Usual frames per second by the true presentation times; None for a single frame.
    variable_frame_rate : bool
        Whether the spacing of the presentation times varies.
    rotation_deg : int
        Clockwise rotation that was applied to make the picture upright (0, 90, 180, 270).
    codec : str
        Codec name as FFmpeg has it, for example ``h264``.
    ended_early : bool
        Whether decoding stopped at damage before the end of the file.
    recorded_at : str or None
        When the clip was recorded by its own account, ISO 8601; None where the file does not say.
    """

    name: str
    sha256: str
    width_px: int
    height_px: int
    frame_count: int
    duration_s: float
    fps: float | None
    variable_frame_rate: bool
    rotation_deg: int
    codec: str
    ended_early: bool = False
    recorded_at: str | None = None
