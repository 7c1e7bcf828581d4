"""C3D: the pose model's landmarks in space, for motion-capture programs (needs ``valgus[c3d]``)."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from valgus.errors import WrongUsage
from valgus.exports.formats.base import Format, Unit, Wanted
from valgus.exports.formats.landmarks import points_of
from valgus.model.trial import Trial

MM = 1000.0


def _write(trial: Trial, folder: Path, stem: str, wanted: Wanted) -> tuple[str, ...]:
    """Write millimetres; the format has one rate and no times, so a clip of varying rate is refused."""
    try:
        import c3d
    except ImportError as missing:
        raise WrongUsage(
            "C3D needs one more package.", "Install it with: pip install 'valgus[c3d]'"
        ) from missing
    if trial.clip.variable_frame_rate:
        raise WrongUsage(
            f"{trial.clip.name}: has a varying frame rate, and C3D files have one rate and no times.",
            "Export it as TRC, which keeps the time of every frame.",
        )
    points = points_of(trial.track, replace(wanted, unit=Unit.METRES))
    writer = c3d.Writer(point_rate=round(trial.track.fps, 2), point_units="mm")
    for row in points.xyz:
        seen = np.isfinite(row).all(axis=1)
        cells = np.zeros((len(row), 5), dtype=np.float32)
        cells[seen, :3] = row[seen] * MM
        cells[~seen, 3] = -1.0  # the format's mark of a point that was not seen
        writer.add_frames([(cells, np.zeros((0, 0)))])
    writer.set_point_labels(list(points.labels))
    name = f"{stem}.c3d"
    with (folder / name).open("wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are no force plates is no surprise
        writer.write(file)
    return (name,)


C3D = Format("c3d", "landmarks in space, as the pose model guesses them (needs valgus[c3d])", _write)
