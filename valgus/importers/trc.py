"""TRC: pixels from Sports2D and Pose2Sim, and marker trajectories as OpenSim reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from valgus import bounded
from valgus.errors import NotReadableAsLandmarks
from valgus.importers.base import (
    MOST_MB,
    About,
    by_landmark,
    check_times,
    head_of,
    marker_trajectories,
    pixel_track,
)
from valgus.model.arrays import FloatArray
from valgus.model.imported import ImportedTrack, MarkerTrajectories

METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
PIXELS = ("px", "pixel", "pixels")
#: A laboratory is not so large, m; Sports2D writes pixels under the unit 'm'.
LARGEST_ROOM_M = 20.0
#: A person's hip is between so far from the ankle of the same side, m.
LEG_M = (0.3, 1.6)
AGAIN = "Export the file again, or correct it by hand."


@dataclass(frozen=True, eq=False)
class _Table:
    """A file as it is written: (n,) times, (n, k, 3) coordinates, and the line of each row."""

    labels: tuple[str, ...]
    units: str
    time_s: FloatArray
    xyz: FloatArray
    line_of: tuple[int, ...]


class _Trc:
    name = "TRC (Sports2D, Pose2Sim, OpenSim)"

    def recognises(self, path: Path, /) -> bool:
        return head_of(path, 64).startswith("PathFileType") or (
            path.suffix.lower() == ".trc" and path.is_file()
        )

    def read(self, path: Path, _: About, /) -> ImportedTrack | MarkerTrajectories:
        table = _table(path)
        check_times(table.time_s, path, table.line_of)
        columns = by_landmark(table.labels, path)
        points = {name: table.xyz[:, column] for name, column in columns.items()}
        if table.units in PIXELS or _is_pixels_in_disguise(table):
            flat = {name: point[:, :2].copy() for name, point in points.items()}
            return pixel_track(table.time_s, flat, {}, "TRC in pixels")
        return _markers(path, table, points)


def _is_pixels_in_disguise(table: _Table) -> bool:
    """Return whether a file says metres and means pixels: flat, and far larger than a room."""
    across = table.xyz[..., :2]
    depth = table.xyz[..., 2]
    flat = np.isfinite(depth).any() and float(np.nanmax(depth) - np.nanmin(depth)) == 0.0
    return bool(flat and np.nanmax(np.abs(across)) > LARGEST_ROOM_M)


def _markers(path: Path, table: _Table, points: dict[str, FloatArray]) -> MarkerTrajectories:
    if table.units not in METRES:
        raise NotReadableAsLandmarks(
            f"{path.name}: line 3 gives the unit '{table.units}'.",
            "Known are m, cm and mm for markers in space and px for pixels: correct line 3.",
        )
    places_m = {name: point * METRES[table.units] for name, point in points.items()}
    _check_size(path, table.units, places_m)
    return marker_trajectories(table.time_s, places_m, "markers in a TRC file")


def _check_size(path: Path, units: str, places_m: dict[str, FloatArray]) -> None:
    """Refuse a person whose legs are no legs: then the unit in the header is not that of the numbers."""
    with np.errstate(over="ignore"):  # what is too far away to be squared is refused as no place afterwards
        legs = [
            np.linalg.norm(places_m[f"{side}_hip"] - places_m[f"{side}_ankle"], axis=1)
            for side in ("left", "right")
        ]
    known = np.concatenate(legs)
    known = known[np.isfinite(known)]
    leg_m = float(np.percentile(known, 90)) if len(known) else float("nan")
    if len(known) and not LEG_M[0] <= leg_m <= LEG_M[1]:
        raise NotReadableAsLandmarks(
            f"{path.name}: line 3 gives the unit '{units}', and hip and ankle are {leg_m:.3g} m apart by it.",
            "Correct the unit in line 3 (m, cm, mm, or px for pixels).",
        )


# --- the file ---------------------------------------------------------------------------------------------


def _table(path: Path) -> _Table:
    try:
        lines = bounded.text_of(path, most_mb=MOST_MB, encoding="utf-8-sig", errors="replace").splitlines()
    except OSError as wrong:
        raise NotReadableAsLandmarks(f"{path.name}: cannot be read ({wrong.strerror}).", AGAIN) from wrong
    header = _header(path, lines)
    labels = _labels(path, lines, header)
    rows = [(number, line) for number, line in enumerate(lines[5:], start=6) if line.strip()]
    said = _whole(path, header, "NumFrames")
    if len(rows) != said:
        raise NotReadableAsLandmarks(
            f"{path.name}: line 3 says that there are {said} frames, the file has {len(rows)}.",
            "If frames are missing, export the file again; if none is, correct NumFrames in line 3.",
        )
    values = np.array([_numbers(path, number, line, 3 * len(labels)) for number, line in rows])
    values = values.reshape(len(rows), 2 + 3 * len(labels))
    xyz = values[:, 2:].reshape(len(rows), len(labels), 3)
    # Where a marker is not seen some programs write zeros.
    xyz[(xyz == 0).all(axis=2)] = np.nan
    xyz[np.isnan(xyz).any(axis=2)] = np.nan
    return _Table(labels, header["Units"].lower(), values[:, 1], xyz, tuple(number for number, _ in rows))


def _header(path: Path, lines: list[str]) -> dict[str, str]:
    if len(lines) < 5 or not lines[0].startswith("PathFileType"):
        raise NotReadableAsLandmarks(
            f"{path.name}: is no TRC file: five lines of header are expected, the first with PathFileType.",
            AGAIN,
        )
    header = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=False))
    missing = [name for name in ("NumFrames", "NumMarkers", "Units") if not header.get(name, "").strip()]
    if missing:
        raise NotReadableAsLandmarks(f"{path.name}: lines 2 and 3 do not give {', '.join(missing)}.", AGAIN)
    return {name.strip(): value.strip() for name, value in header.items()}


def _whole(path: Path, header: dict[str, str], name: str) -> int:
    try:
        return int(header[name])
    except ValueError:
        raise NotReadableAsLandmarks(
            f"{path.name}: line 3 gives {name} as '{bounded.quoted(header[name])}', "
            "which is no whole number.",
            AGAIN,
        ) from None


def _labels(path: Path, lines: list[str], header: dict[str, str]) -> tuple[str, ...]:
    cells = lines[3].rstrip("\t \r").split("\t")
    labels = tuple(cell.strip() for cell in cells[2::3])
    said = _whole(path, header, "NumMarkers")
    if said != len(labels):
        raise NotReadableAsLandmarks(
            f"{path.name}: line 3 says that there are {said} markers, line 4 names {len(labels)}.",
            "Correct NumMarkers in line 3, or export the file again.",
        )
    return labels


def _numbers(path: Path, number: int, line: str, coordinates: int) -> list[float]:
    """Return frame number, time and coordinates of a row; blanks are not known."""
    cells = line.rstrip("\r\n").split("\t")
    # Tabs at the end are common; a missing last marker is a blank, too.
    extra = cells[2 + coordinates :]
    if any(cell.strip() for cell in extra) or len(cells) < 2:
        raise NotReadableAsLandmarks(
            f"{path.name}: line {number} has {len(cells)} cells, {2 + coordinates} are expected.", AGAIN
        )
    cells = (cells + [""] * coordinates)[: 2 + coordinates]
    return [_number(path, number, cell) for cell in cells]


def _number(path: Path, number: int, cell: str) -> float:
    text = cell.strip()
    if not text or re.fullmatch(r"(?i)[-+]?nan(\(.*\))?|[-+]?inf(inity)?", text):
        return float("nan")
    try:
        return float(text)
    except ValueError:
        hint = " (a comma as decimal mark?)" if "," in text else ""
        raise NotReadableAsLandmarks(
            f"{path.name}: line {number} has '{text[:40]}' where a number is expected{hint}.", AGAIN
        ) from None


IMPORTER = _Trc()
