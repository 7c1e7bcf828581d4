"""The analysis folder of a clip: written whole or not at all, and read back to the same trial."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter, ValidationError

from valgus import bounded
from valgus.errors import NotAnAnalysis
from valgus.exports.tables import LANDMARK_PARTS, write_frames, write_landmarks, write_reps
from valgus.model.arrays import FloatArray
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.frontal import Setup
from valgus.model.judgement import Decision, DepthProfile, ItemResult
from valgus.model.order import OverlayWanted
from valgus.model.rep import Rep
from valgus.model.rule import Finding, Flag
from valgus.model.session import Session
from valgus.model.track import PoseTrack
from valgus.model.trial import Analysis, Trial
from valgus.model.trial_parts import Provenance, SetMean, SideDifference, TaskAsRun
from valgus.whole import UNTOUCHED, cannot_write, exchange

#: Raised whenever a file of the folder changes in a way that an older reader would misread.
SCHEMA_VERSION = 1
#: Largest ``analysis.json`` that is read; that of an hour of reps has 2 MB.
MOST_MB = 100.0
#: What a folder of results is called: the whole name of the clip and this.
ENDING = ".valgus"
ANALYSIS, REPS, FRAMES, LANDMARKS = "analysis.json", "reps.csv", "frames.csv", "landmarks.csv"
#: Files that are drawn beside them.
FIGURE, OVERLAY, REPORT = "figure.png", "overlay.mp4", "report.html"
#: Files of a complete folder, and all of its files where an overlay video was wanted and could be drawn.
ALWAYS = (REPS, FRAMES, LANDMARKS, ANALYSIS, FIGURE, REPORT)
ALL_FILES = (*ALWAYS, OVERLAY)
#: Files that other commands write into a folder when asked: ``valgus report --pdf`` and ``valgus plan``.
ASKED_FOR = ("report.pdf", "plan.md")


@dataclass(frozen=True)
class _Record:
    """``analysis.json``: everything about a trial but its per-frame tables."""

    schema_version: int
    clip: Clip
    task: TaskAsRun
    evidence: ClipEvidence
    setup: Setup | None
    reps: tuple[Rep, ...]
    measures: tuple[dict[str, float | None], ...]
    means: tuple[SetMean, ...]
    flags: tuple[Flag, ...]
    findings: tuple[Finding, ...]
    provenance: Provenance
    landmark_names: tuple[str, ...]
    track_steps: tuple[str, ...]
    track_has_world: bool
    measure_columns: tuple[str, ...]
    differences: tuple[SideDifference, ...] = ()
    session: Session = field(default_factory=Session)
    profiles: tuple[DepthProfile, ...] = ()
    verdicts: tuple[Decision, ...] = ()
    items: tuple[ItemResult, ...] = ()
    overlay: OverlayWanted | None = None


@dataclass(frozen=True)
class Header:
    """What of ``analysis.json`` says which clip was analysed, and how.

    ``setup`` is None where nobody's legs were seen, and else not looked into; ``overlay`` is None where no
    overlay video was drawn.
    """

    schema_version: int
    clip: Clip
    setup: Any
    provenance: Provenance
    session: Session
    overlay: OverlayWanted | None = None


_RECORDS = TypeAdapter(_Record)
_HEADERS = TypeAdapter(Header)
#: Fields that are saved as they are.
_SAME = tuple(part.name for part in fields(Analysis) if part.name != "measures")


def folder_for(clip: Path, out: Path | None = None, /) -> Path:
    """Return where a clip's analysis belongs: its whole name + ``.valgus``, beside it or in ``out``."""
    return (out or clip.parent) / f"{clip.name}{ENDING}"


def folder_of(place: Path, /) -> Path:
    """Return the folder of results that is meant by a folder, or by the clip that it lies beside.

    Raises
    ------
    NotAnAnalysis
        If there is none beside the clip.
    """
    if not place.is_file():
        return place
    folder = folder_for(place)
    if not folder.is_dir():
        raise NotAnAnalysis(f"{place.name}: no analysis lies beside it.", f"Run valgus analyze {place}.")
    return folder


def check_can_save(folder: Path, /) -> None:
    """Find out before minutes of work whether a folder of results could be written in the end.

    Raises
    ------
    CannotWrite
        If it could not.
    """
    try:
        place = next(above for above in folder.absolute().parents if above.exists())
        with tempfile.TemporaryDirectory(prefix=".valgus.", dir=place):
            pass
    except OSError as wrong:
        raise cannot_write(folder.name, wrong, UNTOUCHED) from wrong


def save(
    trial: Trial,
    folder: Path,
    /,
    *,
    extras: tuple[Callable[[Path], None], ...] = (),
    overlay: OverlayWanted | None = None,
) -> None:
    """Write a trial as a folder; an earlier result there is replaced only once the new one is complete.

    Parameters
    ----------
    extras : tuple of callables
        Each is given the unfinished folder and writes more into it, a figure for example.
    overlay : OverlayWanted or None
        What the overlay video among them shows; None where there is none.

    Raises
    ------
    CannotWrite
        If the disk is full or may not be written; then an earlier result is untouched.
    """
    with _replacing(folder) as unfinished:
        write_reps(trial, unfinished / REPS)
        write_frames(trial, unfinished / FRAMES)
        write_landmarks(trial, unfinished / LANDMARKS)
        (unfinished / ANALYSIS).write_text(_as_json(trial, overlay), encoding="utf-8")
        for write in extras:
            write(unfinished)


def load(folder: Path, /) -> Trial:
    """Return the trial that was saved in a folder.

    Raises
    ------
    NotAnAnalysis
        If the folder is not a complete analysis of this version.
    """
    record = _read_record(folder)
    try:
        track = _read_track(folder / LANDMARKS, record)
        signals = _read_signals(folder / FRAMES)
    except OSError as wrong:
        table = Path(str(wrong.filename)).name
        raise NotAnAnalysis(f"{folder.name}: {table} cannot be read.", "Analyse the clip again.") from wrong
    except (ValueError, KeyError) as wrong:
        raise NotAnAnalysis(f"{folder.name}: {wrong}", "Analyse the clip again.") from wrong
    return Trial(track=track, signals=signals, **_shared(record))


def load_analysis(folder: Path, /) -> Analysis:
    """Return what was saved in a folder without the tables per frame: quick, for many folders.

    Raises
    ------
    NotAnAnalysis
        If its record is missing, damaged or of another version.
    """
    return analysis_from(record_text(folder), folder.name)


def load_header(folder: Path, /) -> Header:
    """Return whose analysis a folder holds; many times quicker than `load_analysis`.

    Raises
    ------
    NotAnAnalysis
        If its record is missing, damaged or of another version.
    """
    try:
        header = _HEADERS.validate_json(record_text(folder))
    except ValidationError as wrong:
        raise NotAnAnalysis(f"{folder.name}: {ANALYSIS} is damaged.", "Analyse the clip again.") from wrong
    if header.schema_version != SCHEMA_VERSION:
        raise NotAnAnalysis(
            f"{folder.name}: {ANALYSIS} has version {header.schema_version}.", "Analyse the clip again."
        )
    return header


def record_text(folder: Path, /) -> str:
    """Return the text of a folder's record; `analysis_from` understands it.

    Raises
    ------
    NotAnAnalysis
        If it cannot be read.
    """
    try:
        return bounded.text_of(folder / ANALYSIS, most_mb=MOST_MB)
    except (OSError, UnicodeDecodeError) as wrong:
        problem = f"{folder.name}: no {ANALYSIS} that can be read."
        raise NotAnAnalysis(problem, "Analyse the clip.") from wrong


def analysis_from(text: str, name: str, /) -> Analysis:
    """Return the analysis of a record's text; ``name`` is what complaints call the folder.

    Raises
    ------
    NotAnAnalysis
        If it is damaged or of another version.
    """
    return Analysis(**_shared(_record_from(text, name)))


def _shared(record: _Record) -> dict[str, Any]:
    """Return the fields that an analysis and a trial have in common."""
    measures = pd.DataFrame(list(record.measures), columns=list(record.measure_columns), dtype=np.float64)
    same = {name: getattr(record, name) for name in _SAME}
    return {**same, "measures": measures}


# --- analysis.json ---------------------------------------------------------------------------------------


def _as_json(trial: Trial, overlay: OverlayWanted | None) -> str:
    record = _Record(
        schema_version=SCHEMA_VERSION,
        **{name: getattr(trial, name) for name in _SAME},
        measures=tuple(_blanks_as_none(row) for row in trial.measures.to_dict("records")),
        landmark_names=trial.track.names,
        track_steps=trial.track.steps,
        track_has_world=trial.track.world_m is not None,
        measure_columns=tuple(trial.measures.columns),
        overlay=overlay,
    )
    return json.dumps(
        _RECORDS.dump_python(record, mode="json"), indent=1, ensure_ascii=False, allow_nan=False
    )


def _blanks_as_none(row: dict[Any, Any]) -> dict[str, float | None]:
    return {name: None if pd.isna(value) else float(value) for name, value in row.items()}


def _read_record(folder: Path) -> _Record:
    return _record_from(record_text(folder), folder.name)


def _record_from(text: str, name: str) -> _Record:
    try:
        document = bounded.json_of(text)
    except ValueError as wrong:
        raise NotAnAnalysis(f"{name}: {ANALYSIS} is damaged.", "Analyse the clip again.") from wrong
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        raise NotAnAnalysis(
            f"{name}: {ANALYSIS} has version {version}, this program reads {SCHEMA_VERSION}.",
            "Analyse the clip again.",
        )
    try:
        return _RECORDS.validate_python(document)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NotAnAnalysis(
            f"{name}: {ANALYSIS} is damaged at {where}: {first['msg']}.", "Analyse the clip again."
        ) from wrong


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``analysis.json``."""
    schema: dict[str, Any] = _RECORDS.json_schema(mode="serialization")
    schema["properties"]["schema_version"]["const"] = SCHEMA_VERSION
    return schema


@dataclass(frozen=True)
class RecordProblem:
    """A place of ``analysis.json`` that is not as it has to be: where, what stands there, what is wrong."""

    where: str
    value: str
    says: str


def record_problems(record: str, /) -> tuple[RecordProblem, ...]:
    """Return everything that is wrong with the text of a record, nothing for one that can be read."""
    try:
        document = bounded.json_of(record, constant=_no_number)
    except ValueError as wrong:
        return (RecordProblem("", "", f"JSON: {wrong}"),)
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        return (RecordProblem("schema_version", str(version), f"version {SCHEMA_VERSION}"),)
    try:
        _RECORDS.validate_json(record, strict=True)
    except ValidationError as wrong:
        return tuple(
            RecordProblem(".".join(map(str, one["loc"])), str(one["input"]), one["msg"])
            for one in wrong.errors()
        )
    return ()


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON; what is not known is null")


def _read_signals(path: Path) -> pd.DataFrame:
    columns = pd.read_csv(path, nrows=0).columns
    # Said for every column, because a column that is blank throughout tells nothing of its type.
    return pd.read_csv(path, dtype={name: str if name == "side" else np.float64 for name in columns})


def _read_track(path: Path, record: _Record) -> PoseTrack:
    table = pd.read_csv(path, dtype=np.float64)
    shape = (len(table), len(record.landmark_names), len(LANDMARK_PARTS))
    values: FloatArray = np.asarray(table.drop(columns="time_s"), dtype=np.float64).reshape(shape)
    return PoseTrack(
        time_s=np.asarray(table["time_s"], dtype=np.float64),
        xy_px=values[..., :2],
        confidence=values[..., 2],
        names=record.landmark_names,
        world_m=values[..., 3:] if record.track_has_world else None,
        steps=record.track_steps,
    )


# --- whole or not at all ---------------------------------------------------------------------------------


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to write into and put it in the place of ``folder`` when all went well."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as wrong:
        raise cannot_write(folder.name, wrong, UNTOUCHED) from wrong
    try:
        unfinished.chmod(0o755)  # mkdtemp makes it private, but results are to be as readable as the clip
        yield unfinished
        _swap(unfinished, folder)
    except OSError as wrong:
        raise cannot_write(folder.name, wrong, UNTOUCHED) from wrong
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _swap(unfinished: Path, folder: Path) -> None:
    """Put a finished folder in place; an earlier one is in the other place afterwards, or gone."""
    if not folder.exists():
        unfinished.rename(folder)
        return
    if exchange(unfinished, folder):
        return
    # Killed between the next two steps, an earlier result is hidden until `clear_unfinished` puts it back.
    aside = folder.with_name(f".{folder.name}.old.{uuid.uuid4().hex[:8]}")
    folder.rename(aside)
    try:
        unfinished.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def clear_unfinished(folder: Path, /) -> None:
    """Remove what a killed process left beside the place of an analysis, and put back what it moved aside.

    Only for when nobody else can be writing there.
    """
    left = sorted(path for path in _beside(folder) if place_of_unfinished(path) == folder)
    aside = [path for path in left if path.name.startswith(f".{folder.name}.old.")]
    if aside and not folder.exists():
        aside[-1].rename(folder)
        left.remove(aside[-1])
    for path in left:
        shutil.rmtree(path, ignore_errors=True)


def _beside(folder: Path) -> list[Path]:
    try:
        return list(folder.parent.iterdir())
    except OSError:
        return []


def place_of_unfinished(path: Path, /) -> Path | None:
    """Return the place of the analysis that a hidden folder was left over from, None if it is none."""
    named = re.fullmatch(r"\.(.+\.valgus)\.(old\.[0-9a-f]{8}|[a-z0-9_]{8})", path.name, flags=re.DOTALL)
    return path.with_name(named[1]) if named else None
