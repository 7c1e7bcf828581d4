"""TRC, as OpenSim and Sports2D read it: points over time with tabs between."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from valgus.exports.formats.base import Format, Wanted
from valgus.exports.formats.landmarks import points_of
from valgus.model.trial import Trial

_FIELDS = (
    *("DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units"),
    *("OrigDataRate", "OrigDataStartFrame", "OrigNumFrames"),
)


def _write(trial: Trial, folder: Path, stem: str, wanted: Wanted) -> tuple[str, ...]:
    """Write one file; every frame keeps its own time, the rate in the header is the usual one."""
    points, time_s = points_of(trial.track, wanted), trial.track.time_s
    name, frames, markers = f"{stem}.trc", len(time_s), len(points.labels)
    rate = f"{round(trial.track.fps, 2):g}"
    header = (rate, rate, frames, markers, points.unit, rate, 1, frames)
    with (folder / name).open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"PathFileType\t4\t(X/Y/Z)\t{name}\n")
        file.write("\t".join(_FIELDS) + "\n" + "\t".join(map(str, header)) + "\n")
        file.write("Frame#\tTime\t" + "\t\t\t".join(points.labels) + "\t\t\n")
        file.write("\t\t" + "\t".join(f"X{k}\tY{k}\tZ{k}" for k in range(1, markers + 1)) + "\n\n")
        for number, (instant_s, row) in enumerate(zip(time_s, points.xyz, strict=True), start=1):
            cells = ("" if np.isnan(value) else f"{value:.10g}" for value in row.ravel())
            file.write(f"{number}\t{instant_s:.6f}\t" + "\t".join(cells) + "\n")
    return (name,)


TRC = Format("trc", "landmarks for OpenSim, Sports2D, Pose2Sim", _write)
