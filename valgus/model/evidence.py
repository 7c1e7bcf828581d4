"""What the pictures themselves said about the filming, gathered once while they were decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClipEvidence:
    """Facts from pixels and from the search for people, for those who see no pixels.

    Attributes
    ----------
    people_in_view : int
        Most people found at once in a few pictures spread over the clip.
    identity_jump_share : float
        Share of frames dropped because the pose model was on another person or place, 0 to 1.
    brightness : float or None
        Grey value that the lighter quarter of the picture's middle usually exceeds, 0 black to 255 white;
        None where no picture was looked at.
    blur_pct : float or None
        How much wider edges are than pixels force them to be, % of the picture's short side; None where there
        were too few edges to tell.
    camera_motion_pct_s : float or None
        Usual speed of the background, % of the picture's width per second; None where it has too little
        structure to tell.
    cuts : int
        Times that the picture jumped to another scene.
    repeated_share : float
        Share of frames, among those where something moves, that repeat the frame before, 0 to 1.
    """

    people_in_view: int = 1
    identity_jump_share: float = 0.0
    brightness: float | None = None
    blur_pct: float | None = None
    camera_motion_pct_s: float | None = None
    cuts: int = 0
    repeated_share: float = 0.0
