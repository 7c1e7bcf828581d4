"""Saved analyses in the formats of other programs. Add a format in a file here and to the tuple below."""

from __future__ import annotations

from valgus.exports.formats import c3d, document, mot, spreadsheet, tidy, trc
from valgus.exports.formats.base import Format, FppaSign, Names, Shape, Unit, Wanted

FORMATS: tuple[Format, ...] = (
    spreadsheet.CSV,
    spreadsheet.PARQUET,
    tidy.TIDY,
    trc.TRC,
    mot.MOT,
    c3d.C3D,
    document.JSON,
)

__all__ = ["FORMATS", "Format", "FppaSign", "Names", "Shape", "Unit", "Wanted"]
