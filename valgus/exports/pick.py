"""A page on which a person points at the two stickers: a file, opened in any browser; nothing listens."""

from __future__ import annotations

import shlex
from pathlib import Path

from valgus.exports.pages import as_jpeg, write_page
from valgus.model.arrays import RgbImage


def write_pick_page(path: Path, /, *, clip_name: str, still: RgbImage, time_s: float) -> None:
    """Write the page, whole or not at all.

    Parameters
    ----------
    path : Path
        Where to, ending in ``.html``.
    clip_name : str
        The clip's file name, for the command that the page gives.
    still : (h, w, 3) array of uint8
        The upright full-size picture, RGB, the face blurred.
    time_s : float
        When it is, s.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    height_px, width_px = still.shape[:2]
    write_page(
        path,
        "pick.html",
        advice="Copy the clip to a folder that may be written.",
        clip_name=clip_name,
        quoted_name=shlex.quote(clip_name),
        jpeg=as_jpeg(still),
        width_px=width_px,
        height_px=height_px,
        seconds=f"{time_s:.3f}".rstrip("0").rstrip("."),
    )
