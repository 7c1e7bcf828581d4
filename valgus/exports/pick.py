"""A page on which a person points at the two stickers: a file, opened in any browser; nothing listens."""

from __future__ import annotations

import base64
import shlex
from pathlib import Path

import cv2
from jinja2 import Environment, PackageLoader, StrictUndefined

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
    pages = Environment(loader=PackageLoader("valgus.exports"), autoescape=True, undefined=StrictUndefined)
    page = pages.get_template("pick.html").render(
        clip_name=clip_name,
        quoted_name=shlex.quote(clip_name),
        jpeg=_as_jpeg(still),
        width_px=width_px,
        height_px=height_px,
        seconds=f"{time_s:.3f}".rstrip("0").rstrip("."),
    )
    with whole_file(path, advice="Copy the clip to a folder that may be written.") as unfinished:
        unfinished.write_text(page, encoding="utf-8")


def _as_jpeg(still: RgbImage) -> str:
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(still, cv2.COLOR_RGB2BGR), options)
    return base64.b64encode(coded.tobytes()).decode("ascii")
