"""What a notebook or a study needs: one clip as tables that say their units."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path

import pandas as pd

from valgus import oneclip, results, rules
from valgus.camera import VirtualCamera
from valgus.contract.tables import FRAMES, LANDMARK_TABLE, REPS, Table
from valgus.exports.methods import methods_text
from valgus.exports.tables import landmarks_table, reps_table
from valgus.from_landmarks import Filmed
from valgus.model.judgement import Decision
from valgus.model.order import Order
from valgus.model.rule import Finding
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.watching import Progress


@dataclass(frozen=True, eq=False, repr=False)
class ClipAnalysis:
    """One analysed clip.

    Every table carries what its columns are in its ``attrs``: ``units`` (empty for words and counts),
    ``positive`` (what a positive value means) and ``meaning``, each a dictionary by column.

    Attributes
    ----------
    trial : Trial
        Everything that is known about the clip, as objects.
    clip : Path or None
        The video, for the pictures of the report; None where it is not known.
    notices : tuple of str
        What should be known about a file of landmarks that was read.
    """

    trial: Trial
    clip: Path | None = None
    notices: tuple[str, ...] = field(default=())

    @cached_property
    def reps(self) -> pd.DataFrame:
        """One row per rep and leg: the columns of ``reps.csv``, every angle with its 95 % interval.

        Examples
        --------
        >>> import valgus
        >>> a = valgus.load("clip.mp4.valgus")
        >>> a.reps.attrs["units"]["fppa_deg"], a.reps.attrs["positive"]["fppa_deg"]
        ('deg', 'valgus, knee towards the midline')
        >>> bool((a.reps["fppa_ci95_deg"] > 0).all())
        True
        """
        return _described(reps_table(self.trial), REPS)

    @cached_property
    def frames(self) -> pd.DataFrame:
        """One row per frame and leg: the columns of ``frames.csv``."""
        return _described(self.trial.signals.copy(), FRAMES)

    @cached_property
    def landmarks(self) -> pd.DataFrame:
        """One row per frame: pixels, visibility and metres of every landmark before any smoothing."""
        return _described(landmarks_table(self.trial.track), LANDMARK_TABLE)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What this clip alone says about the exercise, one for each leg."""
        return self.trial.verdicts

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed about the filming and the reps, with what to do about it."""
        return self.trial.findings

    @property
    def methods(self) -> str:
        """A paragraph for a paper, with the source of every threshold."""
        return methods_text(self.trial)

    def save(self, folder: str | PathLike[str] | None = None, /) -> Path:
        """Write the folder of results: tables, record, figure and page; no overlay video.

        Parameters
        ----------
        folder : path, optional
            By default beside the clip: its whole name and ``.valgus``. An earlier result there is replaced.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        ValueError
            If neither a folder is given nor the clip known.
        ValgusError
            If it cannot be written.
        """
        if folder is None and self.clip is None:
            raise ValueError("Say which folder to save in: which clip this is from is not known.")
        place = Path(folder) if folder is not None else results.folder_for(self.clip or Path())
        order = Order(self.trial.provenance.settings, Session(), rules.published(), overlay=None)
        oneclip.save_results(self.trial, self.clip, place, order, draw_overlay=None)
        return place

    def __repr__(self) -> str:
        task, reps = self.trial.task.title, self.trial.reps
        sides = ", ".join(
            f"{side} {sum(rep.side.value == side for rep in reps)}" for side in self.trial.sides
        )
        return f"<ClipAnalysis of {self.trial.clip.name}: {task}, reps: {sides or 'none'}>"


def _described(table: pd.DataFrame, kind: Table) -> pd.DataFrame:
    known = [column for column in kind.columns if column.name in table]
    table.attrs["units"] = {column.name: column.unit for column in known}
    table.attrs["positive"] = {column.name: column.positive for column in known}
    table.attrs["meaning"] = {column.name: column.meaning for column in known}
    return table


def analyze(
    clip: str | PathLike[str],
    /,
    settings: Settings | None = None,
    *,
    session: Session | None = None,
    progress: Progress | None = None,
) -> ClipAnalysis:
    """Measure one video; nothing is saved until `ClipAnalysis.save`.

    Parameters
    ----------
    clip : path
        A video file. What a ``session.toml`` beside it says is taken where nothing is given here.
    settings : Settings, optional
        Task, side, pose model and the like; by default everything is found out.
    session : Session, optional
        What the person says about the day.
    progress : callable, optional
        Told after every frame how many are done, and of how many if the file says so.

    Returns
    -------
    ClipAnalysis
        Also when nothing could be measured: then it has no reps, and says why in its findings.

    Raises
    ------
    ValgusError
        If the file is no video, the pose model is missing, or the request makes no sense.

    Examples
    --------
    >>> import valgus
    >>> a = valgus.analyze("clip.mp4", valgus.Settings(task="step-down", side="left"))
    >>> a
    <ClipAnalysis of clip.mp4: lateral step-down, reps: left 3>
    >>> a.reps[["rep", "fppa_deg", "fppa_ci95_deg", "grade"]].shape
    (3, 4)
    """
    path = Path(fspath(clip))
    trial = oneclip.measured(path, settings or Settings(), given=session or Session(), progress=progress)
    return ClipAnalysis(trial, path)


def analyze_landmarks(
    landmarks: str | PathLike[str],
    /,
    settings: Settings | None = None,
    *,
    clip: str | PathLike[str] | None = None,
    fps: float | None = None,
    picture_px: tuple[int, int] | None = None,
    camera: VirtualCamera | None = None,
    session: Session | None = None,
) -> ClipAnalysis:
    """Measure landmarks of another pose tool, or markers of a laboratory seen by a virtual camera.

    Parameters
    ----------
    landmarks : path
        A file as `docs/import.md` lists them; for OpenPose a folder.
    settings, session : optional
        As for `analyze`.
    clip : path, optional
        The video that the landmarks are from: then its size, times and pictures are known.
    fps : float, optional
        Frames per second, where the file does not say.
    picture_px : (int, int), optional
        Width and height of the picture, where there is no clip.
    camera : VirtualCamera, optional
        Where the camera stands, for markers in space; by default straight in front.

    Raises
    ------
    ValgusError
        If the file is in no known format or damaged, or if something has to be said that was not.

    Examples
    --------
    >>> import valgus
    >>> aside = valgus.VirtualCamera(yaw_deg=10)
    >>> b = valgus.analyze_landmarks("trial.trc", valgus.Settings(task="step-down"), camera=aside)
    >>> b.trial.measured
    True
    """
    film = Path(fspath(clip)) if clip is not None else None
    found = oneclip.measured_landmarks(
        Path(fspath(landmarks)),
        settings or Settings(),
        filmed=Filmed(film, fps, picture_px, camera or VirtualCamera()),
        given=session or Session(),
    )
    return ClipAnalysis(found.trial, film, found.notices)


def load(saved: str | PathLike[str], /) -> ClipAnalysis:
    """Read saved results.

    Parameters
    ----------
    saved : path
        A folder of results, or the clip that they lie beside.

    Raises
    ------
    ValgusError
        If it is no complete analysis of this version.

    Examples
    --------
    >>> import valgus
    >>> valgus.load("clip.mp4").decisions[0].side
    'left'
    """
    place = Path(fspath(saved))
    return ClipAnalysis(results.load(results.folder_of(place)), place if place.is_file() else None)
