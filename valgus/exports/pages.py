"""Pages to open in a browser: from templates to files."""

from __future__ import annotations

import base64
from pathlib import Path

import cv2
from jinja2 import Environment, PackageLoader, StrictUndefined

from valgus.model.arrays import RgbImage
from valgus.whole import whole_file

#: For pictures to point at; smaller ones will do where they are only looked at.
FINE_JPEG = 95


def templates() -> Environment:
    """Return the templates; in each of them every value is escaped, and one that is missing is an error."""
    return Environment(loader=PackageLoader("valgus.exports"), autoescape=True, undefined=StrictUndefined)


def write_page(path: Path, template: str, /, *, advice: str, **values: object) -> None:
    """Write a page, whole or not at all.

    Parameters
    ----------
    path : Path
        Where to, ending in ``.html``.
    template : str
        Name of the template.
    advice : str
        What to do if it cannot be written.
    **values
        What the template asks for.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    page = templates().get_template(template).render(**values)
    with whole_file(path, advice=advice) as unfinished:
        unfinished.write_text(page, encoding="utf-8")


def as_jpeg(still: RgbImage, /, *, quality: int = FINE_JPEG) -> str:
    """Return a picture as JPEG in base64, for a page that holds its pictures itself."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(still, cv2.COLOR_RGB2BGR), options)
    return base64.b64encode(coded.tobytes()).decode("ascii")
