"""Landmarks from other tools. Add a format in a file here and to the tuple below."""

from __future__ import annotations

from pathlib import Path

from valgus import bounded
from valgus.errors import NotReadableAsLandmarks, WrongUsage
from valgus.importers import c3d, deeplabcut, mediapipe_csv, mmpose, openpose, trc
from valgus.importers.base import About, Importer
from valgus.model.imported import ImportedTrack, MarkerTrajectories

#: Asked in this order whether a file is theirs.
IMPORTERS: tuple[Importer, ...] = (
    trc.IMPORTER,
    c3d.IMPORTER,
    openpose.IMPORTER,
    mmpose.IMPORTER,
    deeplabcut.IMPORTER,
    mediapipe_csv.IMPORTER,
)


def read_landmarks(path: Path, about: About | None = None, /) -> ImportedTrack | MarkerTrajectories:
    """Read landmarks that another tool has saved, whichever it was.

    Parameters
    ----------
    path : Path
        A file, or for OpenPose a folder of files.
    about : About, optional
        What the file itself does not say.

    Raises
    ------
    WrongUsage
        If there is no such file, or something has to be said that was not.
    NotReadableAsLandmarks
        If no importer knows the file, or it is damaged: with line and remedy.
    """
    _check_readable(path)
    for importer in IMPORTERS:
        if importer.recognises(path):
            return importer.read(path, about or About())
    known = "; ".join(importer.name for importer in IMPORTERS)
    raise NotReadableAsLandmarks(
        f"{path.name}: is in none of the formats that can be read.", f"These can: {known}."
    )


def _check_readable(path: Path) -> None:
    """Refuse what may not be read by its own words: it is not of an unknown format."""
    try:
        if path.is_dir():
            next(path.iterdir(), None)
        else:
            bounded.check_readable(path)
    except (FileNotFoundError, NotADirectoryError) as wrong:
        raise WrongUsage(f"{path.name}: there is no such file.", "Check its name and folder.") from wrong
    except OSError as wrong:
        raise NotReadableAsLandmarks(
            f"{path.name}: cannot be read: {wrong.strerror}.", "Allow reading it, or export it again."
        ) from wrong


__all__ = ["IMPORTERS", "About", "Importer", "read_landmarks"]
