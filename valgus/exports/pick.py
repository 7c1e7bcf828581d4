"""A page on which a person points at the two stickers: a file, opened in any browser; nothing listens."""

from __future__ import annotations

import shlex
from pathlib import Path

from valgus.exports.jpeg import as_jpeg
from valgus.exports.pages import page
from valgus.model.arrays import RgbImage
from valgus.whole import whole_file

JPEG_QUALITY = 95


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
    seconds = f"{time_s:.3f}".rstrip("0").rstrip(".")
    content = page(
        "pick.html",
        styles=("points.css",),
        scripts=("points.js", "pick.js"),
        clip_name=clip_name,
        seconds=seconds,
        data={
            "clip": shlex.quote(clip_name),
            "jpeg": as_jpeg(still, quality=JPEG_QUALITY),
            "size_px": (width_px, height_px),
            "seconds": seconds,
        },
    )
    with whole_file(path, advice="Copy the clip to a folder that may be written.") as unfinished:
        unfinished.write_text(content, encoding="utf-8")
