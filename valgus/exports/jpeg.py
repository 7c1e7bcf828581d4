"""Pictures inside pages; apart from the pages, because a page without pictures has no need of OpenCV."""

from __future__ import annotations

import cv2

from valgus.exports.pages import as_base64
from valgus.model.arrays import RgbImage


def as_jpeg(image: RgbImage, /, *, quality: int) -> str:
    """Return a picture as JPEG in base64; quality from 0 to 100."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    return as_base64(coded.tobytes())
