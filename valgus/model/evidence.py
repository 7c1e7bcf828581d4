"""What the pictures themselves said about the filming, gathered once while they were decoded."""

from __future__ import annotations

from dataclasses import dataclass

from valgus.model.frontal import Origin


@dataclass(frozen=True)
class StickersSeen:
    """The two stickers on the hip bones as they were first seen.

    Attributes
    ----------
    origin : Origin
        Detected, or given by a person who pointed at them.
    time_s : float
        The frame in which their colour was learnt.
    points_px : two (x, y)
        Their middles there, from the left of the picture to the right, upright full-size pixels.
    colour : str
        In a word.
    rgb : tuple of int
        On screen, 0 to 255.
    diameter_px : float
        Mean of both.
    seen_share : float
        Share of the clip's frames in which both were seen as they are while standing, 0 to 1.
    """

    origin: Origin
    time_s: float
    points_px: tuple[tuple[float, float], tuple[float, float]]
    colour: str
    rgb: tuple[int, int, int]
    diameter_px: float
    seen_share: float


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
    stickers : StickersSeen or None
        The stickers that the pelvis is measured from; None where none are.
    stickers_doubt : str or None
        Why something that may be stickers was not taken for them, in words.
    """

    people_in_view: int = 1
    identity_jump_share: float = 0.0
    brightness: float | None = None
    blur_pct: float | None = None
    camera_motion_pct_s: float | None = None
    cuts: int = 0
    repeated_share: float = 0.0
    stickers: StickersSeen | None = None
    stickers_doubt: str | None = None
