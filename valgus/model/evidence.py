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
    """

    people_in_view: int = 1
    identity_jump_share: float = 0.0
