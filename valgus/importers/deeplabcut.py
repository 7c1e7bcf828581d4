"""DeepLabCut: CSV or HDF5 with the three header rows scorer, bodyparts and coords."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from valgus import bounded
from valgus.errors import EnvironmentFailed, NotReadableAsLandmarks
from valgus.importers.base import About, by_landmark, head_of, pixel_track, times_of
from valgus.model.arrays import FloatArray
from valgus.model.imported import ImportedTrack

HDF5 = b"\x89HDF"
#: A single animal has three header rows, several have 'individuals' in between.
LEVELS = ("scorer", "bodyparts", "coords")


class _DeepLabCut:
    name = "DeepLabCut (CSV, H5)"

    def recognises(self, path: Path, /) -> bool:
        if path.suffix.lower() in (".h5", ".hdf5") and path.is_file():
            with path.open("rb") as file:
                return file.read(4) == HDF5
        return head_of(path, 64).lower().startswith("scorer,")

    def read(self, path: Path, about: About, /) -> ImportedTrack:
        table = _table(path)
        labels = list(dict.fromkeys(str(part) for part in table.columns.get_level_values(0)))
        columns = by_landmark(labels, path)
        parts = {name: table[labels[k]] for name, k in columns.items()}
        time_s = times_of(len(table), about, path)
        points = {
            name: part[["x", "y"]].to_numpy(dtype=np.float64, copy=True) for name, part in parts.items()
        }
        sure: dict[str, FloatArray] = {
            name: part["likelihood"].to_numpy(dtype=np.float64)
            for name, part in parts.items()
            if "likelihood" in part
        }
        return pixel_track(time_s, points, sure, "DeepLabCut")


def _table(path: Path) -> pd.DataFrame:
    """Return the coordinates with columns (bodypart, coordinate), one row per frame."""
    try:
        if path.suffix.lower() == ".csv":
            table = pd.read_csv(path, header=[0, 1, 2], index_col=0, skip_blank_lines=False)
        else:
            table = pd.DataFrame(pd.read_hdf(path))
    except ImportError as missing:
        raise EnvironmentFailed(
            "HDF5 files need one more package.",
            "Install it with: pip install tables. Or let DeepLabCut write CSV (save_as_csv=True).",
        ) from missing
    except (OSError, ValueError, KeyError) as wrong:
        raise NotReadableAsLandmarks(
            f"{path.name}: is not as DeepLabCut writes it ({bounded.quoted(wrong)}).",
            "Analyse the video with it again.",
        ) from wrong
    if table.columns.nlevels != len(LEVELS):
        raise NotReadableAsLandmarks(
            f"{path.name}: has {table.columns.nlevels} header rows; a single person has {len(LEVELS)}.",
            "Write one person to a file of its own: a project with several individuals is not read.",
        )
    table = table.droplevel(0, axis="columns")
    _check_columns(table, path)
    text = [column for column in table.columns if not pd.api.types.is_numeric_dtype(table[column])]
    if text:
        wrong_row = pd.to_numeric(table[text[0]], errors="coerce").isna() & table[text[0]].notna()
        line = 4 + int(np.flatnonzero(wrong_row.to_numpy())[0]) if wrong_row.any() else 4
        raise NotReadableAsLandmarks(
            f"{path.name}: line {line}, {text[0][0]} {text[0][1]}: a number is expected.",
            "Correct it by hand, or analyse the video again.",
        )
    frames = pd.to_numeric(pd.Series(table.index), errors="coerce").to_numpy()
    steps = np.flatnonzero(np.diff(frames) != 1)
    if len(steps):
        raise NotReadableAsLandmarks(
            f"{path.name}: line {5 + int(steps[0])}: frame {frames[steps[0] + 1]:g} follows frame "
            f"{frames[steps[0]]:g}.",
            "Sort the rows by frame and let none out: unknown places are left blank.",
        )
    return table


def _check_columns(table: pd.DataFrame, path: Path) -> None:
    parts, axes = (table.columns.get_level_values(level) for level in (0, 1))
    columns = list(zip(map(str, parts), map(str, axes), strict=True))
    twice = next((column for k, column in enumerate(columns) if column in columns[:k]), None)
    there = {part: {axis for other, axis in columns if other == part} for part in parts.map(str)}
    half = next((part for part, axes in there.items() if not {"x", "y"} <= axes), None)
    if twice or half:
        what = (
            f"two columns {twice[0]} {twice[1]}"
            if twice
            else f"no x or no y of {half}, or several individuals"
        )
        raise NotReadableAsLandmarks(
            f"{path.name}: has {bounded.quoted(what)}.", "Analyse the video with DeepLabCut again."
        )


IMPORTER = _DeepLabCut()
