"""The tables of the contract, gathered from where their columns are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from valgus import results
from valgus.batch.collect import FAILURES, SUMMARY
from valgus.contract.orders import Increasing, Once, Order, Rising
from valgus.errors import WrongUsage
from valgus.exports.folder_tables import (
    FAILURE_TABLE,
    SUMMARY_IDENTITY,
    SUMMARY_MEASURES,
    SUMMARY_PARTS,
    SUMMARY_PROVENANCE,
)
from valgus.exports.progress import (
    CHANGE_PARTS,
    COMPARED,
    MEASURES,
    PROGRESS_CSV,
    PROGRESS_IDENTITY,
    PROGRESS_OUTCOME,
)
from valgus.exports.tables import (
    IDENTITY_COLUMNS,
    JUDGEMENT_COLUMNS,
    LANDMARK_COLUMNS,
    LANDMARK_TIME,
    MEAN_PARTS,
    PROVENANCE_COLUMNS,
    TASK,
)
from valgus.metrics import FRAME_COLUMNS, MEASURE_COLUMNS, SIGNALS
from valgus.model.column import Column
from valgus.model.track import LANDMARKS, NEEDED_LANDMARKS, STICKER_LANDMARKS
from valgus.tasks import TASKS


@dataclass(frozen=True)
class Table:
    """One kind of CSV file.

    Attributes
    ----------
    name, file : str
        What it is called on the command line and on disk.
    meaning : str
        What a row is, and what holds for all of its columns.
    columns : tuple of Column
        In the order in which they are written.
    optional : frozenset of str
        Names of the columns that a valid file may lack.
    key : tuple of str
        Columns that together tell every row from the others; none where nothing does.
    orders : tuple of Order
        What rows keep as a whole.
    """

    name: str
    file: str
    meaning: str
    columns: tuple[Column, ...]
    optional: frozenset[str] = frozenset()
    key: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()

    def column(self, name: str, /) -> Column | None:
        """Return the column of a name, None where there is none."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the columns that a file must have."""
        return tuple(column.name for column in self.columns if column.name not in self.optional)

    def with_any_columns(self) -> Table:
        """Return the table of which a file may have any columns only."""
        return replace(self, optional=frozenset(column.name for column in self.columns))


def _with_tasks(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Say which tasks there are: a table is written without knowing."""
    named = replace(TASK, one_of=tuple(task.name for task in TASKS))
    return tuple(named if column is TASK else column for column in columns)


def _of_measures(names: tuple[str, ...], parts: tuple[Column, ...]) -> Iterator[Column]:
    """Yield the columns that tell several things of each measure."""
    measures = {column.name: column for column in MEASURE_COLUMNS}
    for measure in (measures[name] for name in names):
        for part in parts:
            yield replace(
                part,
                name=f"{measure.name}_{part.name}",
                unit=measure.unit,
                positive=part.positive or measure.positive,
                meaning=f"{measure.meaning}: {part.meaning}",
            )


def _landmark_columns(landmarks: tuple[str, ...]) -> Iterator[Column]:
    for landmark in landmarks:
        for part in LANDMARK_COLUMNS:
            words = landmark.replace("_", " ").capitalize()
            yield replace(part, name=f"{landmark}_{part.name}", meaning=f"{words}: {part.meaning}")


_EVERY_LANDMARK = (*LANDMARKS, *STICKER_LANDMARKS)
REPS = Table(
    name="reps",
    file=results.REPS,
    meaning="One row for each repetition and leg. Angles and places are medians within 50 ms of the lowest "
    "point where nothing else is said. Rows graded invalid keep their numbers and count nowhere.",
    columns=(*_with_tasks(IDENTITY_COLUMNS), *MEASURE_COLUMNS, *JUDGEMENT_COLUMNS, *PROVENANCE_COLUMNS),
    orders=(Rising("start_s", "bottom_s"), Rising("bottom_s", "end_s")),
)
FRAMES = Table(
    name="frames",
    file=results.FRAMES,
    meaning="One row for each frame and leg, leg after leg. Values are blank while the leg does not carry "
    "the person.",
    columns=(*FRAME_COLUMNS, *(signal.column for signal in SIGNALS)),
    key=("time_s", "side"),
    orders=(Increasing("time_s", within="side"),),
)
LANDMARK_TABLE = Table(
    name="landmarks",
    file=results.LANDMARKS,
    meaning="One row for each frame: the pose track as the pose model gave it, before any cleaning. Left and "
    "right are the person's own as the pose model has them. Blank is not seen. Stickers are there where they "
    "are worn; landmarks of another tool may be fewer, but hips, knees and ankles always are there.",
    columns=(LANDMARK_TIME, *_landmark_columns(_EVERY_LANDMARK)),
    optional=frozenset(
        column.name
        for column in _landmark_columns(
            tuple(name for name in _EVERY_LANDMARK if name not in NEEDED_LANDMARKS)
        )
    ),
    key=("time_s",),
    orders=(Increasing("time_s"),),
)
SUMMARIES = Table(
    name="summary",
    file=SUMMARY,
    meaning="One row for each clip of a folder and leg; one without a leg where no repetition was found.",
    columns=(
        *_with_tasks(SUMMARY_IDENTITY),
        *_of_measures(SUMMARY_MEASURES, SUMMARY_PARTS),
        *SUMMARY_PROVENANCE,
    ),
    orders=(Once(("clip", "side")),),
)
FAILED = Table(
    name="failures",
    file=FAILURES,
    meaning="One row for each clip of a folder without numbers.",
    columns=FAILURE_TABLE,
    key=("clip",),
    orders=(Once(("clip",)),),
)
PROGRESS = Table(
    name="progress",
    file=PROGRESS_CSV,
    meaning="One row for each day, leg and set-up of a person.",
    columns=(
        *_with_tasks(PROGRESS_IDENTITY),
        *_of_measures(MEASURES, MEAN_PARTS),
        *_of_measures(COMPARED, CHANGE_PARTS),
        *PROGRESS_OUTCOME,
    ),
)
TABLES: tuple[Table, ...] = (REPS, FRAMES, LANDMARK_TABLE, SUMMARIES, FAILED, PROGRESS)


def table_named(name: str, /) -> Table:
    """Return a table by its name; an unknown name raises WrongUsage with the names there are."""
    for table in TABLES:
        if table.name == name:
            return table
    raise WrongUsage(f"There is no table '{name}'.", f"Choose from: {', '.join(t.name for t in TABLES)}.")
