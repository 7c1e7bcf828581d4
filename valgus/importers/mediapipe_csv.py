"""MediaPipe landmarks as CSV: the product's own ``landmarks.csv``, and one column a coordinate."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from valgus import bounded
from valgus.errors import NotReadableAsLandmarks, WrongUsage
from valgus.importers.base import About, by_landmark, check_times, head_of, pixel_track, times_of
from valgus.model.arrays import FloatArray
from valgus.model.imported import ImportedTrack

#: Columns that hold times, by their unit in seconds.
TIMES = {"time_s": 1.0, "time": 1.0, "timestamp_s": 1.0, "timestamp_ms": 0.001, "time_ms": 0.001}
#: Endings of the columns of a landmark; those in pixels go before shares of the picture.
PLACES = (("_x_px", "_y_px"), ("_x", "_y"))
SURE = ("_visibility", "_confidence", "_v", "_score")
#: Shares of the picture are not much larger than this; pixels of a person are.
LARGEST_SHARE = 3.0


class _MediaPipeCsv:
    name = "CSV with one column a coordinate (NAME_x, NAME_y, NAME_visibility; landmarks.csv)"

    def recognises(self, path: Path, /) -> bool:
        first = head_of(path, 1 << 14).splitlines()[:1]
        return bool(first and re.search(r"(?i)hip\w*_y(_px)?\b", first[0]) and "," in first[0])

    def read(self, path: Path, about: About, /) -> ImportedTrack:
        table = _table(path)
        pixels, shares = PLACES
        ends = pixels if any(name.endswith(pixels[1]) for name in table.columns) else shares
        stems_of_x = (name.removesuffix(ends[0]) for name in table.columns if name.endswith(ends[0]))
        labels = [stem for stem in stems_of_x if f"{stem}{ends[1]}" in table.columns]
        columns = by_landmark(labels, path)
        stems = {name: labels[k] for name, k in columns.items()}
        points = {
            name: table[[f"{stem}{end}" for end in ends]].to_numpy(dtype=np.float64, copy=True)
            for name, stem in stems.items()
        }
        scale = _scale(path, points, about, in_pixels=ends == PLACES[0])
        sure: dict[str, FloatArray] = {
            name: table[f"{stem}{end}"].to_numpy(dtype=np.float64)
            for name, stem in stems.items()
            for end in SURE
            if f"{stem}{end}" in table
        }
        scaled = {name: point * scale for name, point in points.items()}
        return pixel_track(_times(table, about, path), scaled, sure, "MediaPipe landmarks in CSV")


def _table(path: Path) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # Rows that are longer than the header would be cut off, or their first cells taken for names.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(path, encoding="utf-8-sig", index_col=False)
    except (OSError, ValueError, pd.errors.ParserWarning) as wrong:
        raise NotReadableAsLandmarks(
            f"{path.name}: cannot be read as CSV ({bounded.quoted(wrong)}).",
            "Export it again, with commas between columns.",
        ) from wrong
    table.columns = table.columns.str.strip().str.lower()
    if table.empty or not table.columns.is_unique:
        what = "has no rows" if table.empty else f"has two columns '{_twice(table)}'"
        raise NotReadableAsLandmarks(f"{path.name}: {what}.", "Export it again from its tool.")
    for name in table.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]]:
        if name.endswith(tuple(end for ends in (*PLACES, SURE) for end in ends)) or name in TIMES:
            known = pd.to_numeric(table[name], errors="coerce").astype(np.float64)
            bad = known.isna() & table[name].notna()
            if not bad.any():  # whole numbers of more digits than a column of numbers holds
                table[name] = known
                continue
            raise NotReadableAsLandmarks(
                f"{path.name}: line {2 + int(np.flatnonzero(bad)[0])}, column {name}: "
                f"'{bounded.quoted(table[name][bad].iloc[0])}' is no number.",
                "Correct it by hand, or export the file again.",
            )
    return table


def _twice(table: pd.DataFrame) -> str:
    return bounded.quoted(table.columns[table.columns.duplicated()][0])


def _scale(path: Path, points: dict[str, FloatArray], about: About, *, in_pixels: bool) -> FloatArray:
    """Return pixels per unit along x and y."""
    largest = max(float(np.nanmax(np.abs(point), initial=0.0)) for point in points.values())
    if in_pixels or largest > LARGEST_SHARE:
        return np.ones(2)
    if about.size_px is None:
        raise WrongUsage(
            f"{path.name}: gives places as shares of the picture.",
            "Say how large the upright picture is, in pixels: --picture-size WIDTHxHEIGHT.",
        )
    return np.array(about.size_px, dtype=np.float64)


def _times(table: pd.DataFrame, about: About, path: Path) -> FloatArray:
    for name, seconds in TIMES.items():
        if name in table and about.time_s is None:
            time_s, lines = table[name].to_numpy(dtype=np.float64) * seconds, range(2, 2 + len(table))
            check_times(time_s, path, lines)  # before as well: what can be no time cannot be rounded
            check_times(np.round(time_s, 6), path, lines)
            return np.round(time_s, 6)
    return times_of(len(table), about, path)


IMPORTER = _MediaPipeCsv()
