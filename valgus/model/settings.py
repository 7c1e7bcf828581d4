"""What a person may choose about an analysis; every default is here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from valgus.model.frontal import Side


@dataclass(frozen=True)
class StickerPoints:
    """Where a person has seen the two stickers.

    ``xy_px`` are their middles in upright full-size pixels, in any order; ``time_s`` is the frame.
    """

    xy_px: tuple[tuple[float, float], tuple[float, float]]
    time_s: float = 0.0


@dataclass(frozen=True)
class Settings:
    """Choices for one analysis; None and ``auto`` mean 'find out'.

    Attributes
    ----------
    task : str
        Name of the task, or ``auto``.
    side : Side, 'left', 'right' or None
        The stance leg; kept as a Side.
    mirrored : bool or None
        Whether the file is a mirror image; None is taken as no.
    yaw_deg : float or None
        Turn of the person from the camera if known by hand, + where it adds valgus on the stance leg.
    correct_yaw : bool
        Whether the projection angle less what the estimated yaw adds is given as well.
    person : int or None
        Who is measured, counted from the left of the picture from 1.
    stickers : 'auto', 'none' or StickerPoints
        Whether stickers on the hip bones are looked for, or where they are.
    sex : str or None
        ``f`` or ``m``, for bands that differ.
    model : str
        ``full``, ``lite``, ``heavy`` or the path of a ``.task`` file.
    mirror_average : bool
        Whether the mirrored picture is tracked as well and averaged.
    pose_fps : float or None
        The body is looked for in at least so many pictures a second; None is what the task needs.
    offline : bool
        Never touch the network, not even for a missing model.
    """

    task: str = "auto"
    side: Side | None = None
    mirrored: bool | None = None
    yaw_deg: float | None = None
    correct_yaw: bool = False
    person: int | None = None
    stickers: Literal["auto", "none"] | StickerPoints = "auto"
    sex: str | None = None
    model: str = "full"
    mirror_average: bool = True
    pose_fps: float | None = None
    offline: bool = False

    def __post_init__(self) -> None:
        if self.side is not None:
            object.__setattr__(self, "side", Side(self.side))

    @property
    def without_places(self) -> Settings:
        """The same with the pose model's file by its name alone: folders may be called after people."""
        return replace(self, model=re.split(r"[\\/]", self.model)[-1])
