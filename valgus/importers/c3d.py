"""C3D: marker trajectories of a laboratory (needs ``valgus[c3d]``)."""

from __future__ import annotations

import io
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from valgus import bounded
from valgus.errors import EnvironmentFailed, NotReadableAsLandmarks
from valgus.importers.base import MOST_MB, About, by_landmark, marker_trajectories
from valgus.importers.trc import METRES
from valgus.model.imported import MarkerTrajectories

#: A body with hundreds of markers is far from it.
MOST_LABELS = 10_000


class _C3d:
    name = "C3D"

    def recognises(self, path: Path, /) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            # The second byte is the format's own mark; the first points to the parameters.
            return path.suffix.lower() == ".c3d" or (path.suffix == "" and file.read(2)[1:] == b"\x50")

    def read(self, path: Path, _: About, /) -> MarkerTrajectories:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a file has no force plates is of no interest here
            return self._read(path)

    def _read(self, path: Path) -> MarkerTrajectories:
        reader = _reader(path)
        try:
            labels = _labels(reader)
            frames = [(number, points) for number, points, _ in reader.read_frames()]
            rate = float(reader.point_rate)
        except Exception as wrong:  # where bytes are not as they have to be, the reader may raise anything
            raise NotReadableAsLandmarks(
                f"{path.name}: its frames cannot be read ({bounded.quoted(wrong)}).",
                "Export it again from the laboratory.",
            ) from wrong
        if not frames:
            raise NotReadableAsLandmarks(f"{path.name}: has no frames.", "Export it again.")
        columns = by_landmark(labels, path)
        points = np.stack([points for _, points in frames])
        if max(columns.values()) >= points.shape[1]:
            raise NotReadableAsLandmarks(
                f"{path.name}: names {len(labels)} markers and has {points.shape[1]}.",
                "Export it again from the laboratory.",
            )
        xyz_m = points[..., :3] * _metres(reader, path)
        # The format marks a marker that was not seen by a negative residual.
        xyz_m[points[..., 3] < 0] = np.nan
        first = frames[0][0]
        time_s = np.round(np.array([number - first for number, _ in frames]) / rate, 6)
        places_m = {name: xyz_m[:, column] for name, column in columns.items()}
        return marker_trajectories(time_s, places_m, "markers in a C3D file")


def _reader(path: Path) -> Any:
    try:
        import c3d
    except ImportError as missing:
        raise EnvironmentFailed(
            "C3D files need one more package.", "Install it with: pip install 'valgus[c3d]'"
        ) from missing
    try:
        return c3d.Reader(io.BytesIO(bounded.bytes_of(path, most_mb=MOST_MB)))
    except Exception as wrong:  # as above
        raise NotReadableAsLandmarks(
            f"{path.name}: is no C3D file, or damaged ({bounded.quoted(wrong)}).",
            "Export it again from the laboratory.",
        ) from wrong


def _labels(reader: Any) -> list[str]:
    # The reader goes through all that the dimensions promise, and seven bytes can promise 255 to the 7th.
    if math.prod(int(length) for length in reader.get("POINT:LABELS").dimensions[1:]) > MOST_LABELS:
        raise ValueError("more labels than a laboratory has markers")
    return [label.strip() for label in reader.point_labels]


def _metres(reader: Any, path: Path) -> float:
    """Return how many metres the file's unit of length has."""
    units = reader.get("POINT:UNITS")
    said = "mm" if units is None else str(units.string_value).strip().lower()
    if said not in METRES:
        raise NotReadableAsLandmarks(
            f"{path.name}: POINT:UNITS is '{said}'; m, cm and mm are known.",
            "Export it again in millimetres.",
        )
    return METRES[said]


IMPORTER = _C3d()
