"""From the coded picture to the upright one: which way it is turned and how large it becomes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import numpy as np
from av.error import FFmpegError
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from valgus.model.arrays import RgbImage
from valgus.video.files import PYAV

#: From PyAV 17 on the scaler starts a thread per core unless told otherwise: more CPU for no gain here.
ONE_SCALER_THREAD: dict[str, Any] = {"threads": 1} if PYAV >= 17 else {}

# Anamorphic video stays within 2:1; a header that says more is damaged and would ask for a huge picture.
_MAX_PIXEL_ASPECT = 4


@dataclass(frozen=True)
class Turn:
    """How the stored picture is turned to be upright: transposed first, then flipped.

    Attributes
    ----------
    transposed : bool
        Whether rows become columns.
    flip_rows, flip_columns : bool
        Whether the result is turned upside down, and left to right.
    """

    transposed: bool = False
    flip_rows: bool = False
    flip_columns: bool = False

    @classmethod
    def of(cls, picture: VideoFrame) -> Turn:
        """Read the display matrix of a decoded picture; without one it is upright as it is.

        The matrix sends a stored point (x, y) to (a x + c y, b x + d y). Angles between quarter turns, which
        no phone writes, become the nearest quarter turn.
        """
        data = cast(SideData | None, picture.side_data.get("DISPLAYMATRIX"))
        matrix = b"" if data is None else bytes(data)
        if len(matrix) < struct.calcsize("=9i"):
            return cls()
        a, b, _, c, d = struct.unpack_from("=5i", matrix)
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return cls(False, flip_rows=d < 0, flip_columns=a < 0)
        return cls(True, flip_rows=b < 0, flip_columns=c < 0)

    @property
    def mirrored(self) -> bool:
        """Whether the file asks for a mirror image besides the rotation."""
        return self.transposed ^ self.flip_rows ^ self.flip_columns

    @property
    def rotation_deg(self) -> int:
        """Clockwise rotation in degrees (0, 90, 180, 270), after mirroring left to right where `mirrored`."""
        if self.transposed:
            return 90 if self.flip_columns else 270
        return 180 if self.flip_rows else 0

    def size(self, width_px: int, height_px: int) -> tuple[int, int]:
        """Return width and height after turning; applied twice it gives the first size again."""
        return (height_px, width_px) if self.transposed else (width_px, height_px)

    def __call__(self, image: RgbImage) -> RgbImage:
        """Return the image upright, as a C-contiguous array."""
        turned = image.transpose(1, 0, 2) if self.transposed else image
        turned = turned[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]
        if turned.flags.c_contiguous:
            return turned
        upright = np.empty(turned.shape, np.uint8)
        for channel in range(3):  # ten times faster than copying pixels of three bytes
            upright[..., channel] = turned[..., channel]
        return upright


def square_pixel_size(width_px: int, height_px: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Return the picture's size once its pixels are square; the height stays, as players do it."""
    if not pixel_aspect or not 1 / _MAX_PIXEL_ASPECT <= pixel_aspect <= _MAX_PIXEL_ASPECT:
        return width_px, height_px
    return max(1, round(width_px * pixel_aspect)), height_px


def fitted_size(width_px: int, height_px: int, short_side_px: int | None) -> tuple[int, int]:
    """Return the size with at most this short side, never larger than it was."""
    short = min(width_px, height_px)
    if short_side_px is None or short <= short_side_px:
        return width_px, height_px
    return round(width_px * short_side_px / short), round(height_px * short_side_px / short)


class Scaler:
    """Coded pictures to upright RGB images of one size; holds swscale's tables from frame to frame."""

    def __init__(self, turn: Turn, width_px: int, height_px: int) -> None:
        self._turn = turn
        self._size = turn.size(width_px, height_px)
        self._reformatter = VideoReformatter()

    def __call__(self, picture: VideoFrame) -> RgbImage:
        """Scale by area, then turn: turning fewer pixels is cheaper and gives the same image."""
        try:
            small = self._reformatter.reformat(
                picture,
                *self._size,
                format="rgb24",
                # Means nothing for RGB, but PyAV 13 heeds the clip's own colour space only beside another.
                dst_colorspace=Colorspace.ITU601,
                interpolation=Interpolation.AREA,
                **ONE_SCALER_THREAD,
            )
        except FFmpegError as error:
            raise ValueError(f"pixel format {picture.format.name} cannot be converted to RGB") from error
        return self._turn(small.to_ndarray())  # type: ignore[arg-type]  # rgb24 is uint8
