"""Files and folders as they were given, each held against what it has to be, and against each other."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from valgus import bounded, results
from valgus.contract.checking import Problem, header_of, table_problems
from valgus.contract.tables import TABLES, Table
from valgus.errors import NotAnAnalysis, WrongUsage
from valgus.model.trial import Analysis

#: Files of a folder of results that are held against the contract.
OF_RESULTS = (results.REPS, results.FRAMES, results.LANDMARKS, results.ANALYSIS)


def problems_in(path: Path, tables: Sequence[Table] = TABLES, /) -> Iterator[Problem]:
    """Yield everything that is wrong with a file, a folder of results, or the tables of a folder of clips.

    Parameters
    ----------
    path : Path
        A file is known by its name; if there is one table only in ``tables``, it is that.

    Raises
    ------
    WrongUsage
        If nothing there belongs to the contract.
    """
    if not path.is_dir():
        return _in_file(path, tables)
    if path.name.endswith(results.ENDING) or (path / results.ANALYSIS).exists():
        return _in_results(path, tables)
    files = [path / table.file for table in tables if (path / table.file).is_file()]
    if not files:
        raise WrongUsage(f"{path}: nothing there is in the contract.", "See: valgus contract --help")
    return (problem for file in files for problem in _in_file(file, tables))


def _in_file(path: Path, tables: Sequence[Table]) -> Iterator[Problem]:
    try:
        bounded.check_readable(path)
    except OSError as wrong:
        raise _cannot_be_read(path, wrong) from wrong
    if path.name == results.ANALYSIS:
        return _in_record(path)
    named = [table for table in tables if _is_called(path, table)] or list(tables)
    if len(named) != 1:
        names = ", ".join(table.name for table in tables)
        raise WrongUsage(f"{path}: its name does not say what it is.", f"Say it with --table: {names}.")
    return table_problems(path, named[0])


def _is_called(path: Path, table: Table) -> bool:
    """Return whether a file has a table's name, or is called after a clip and it, as exports are."""
    return f".{path.name}".endswith(f".{table.file}")


def _cannot_be_read(path: Path, wrong: OSError) -> WrongUsage:
    return WrongUsage(f"{path}: cannot be read: {wrong.strerror}.", "Check the path, and who may read it.")


def _in_record(path: Path) -> Iterator[Problem]:
    try:
        record = bounded.text_of(path, most_mb=results.MOST_MB)
    except UnicodeDecodeError:
        yield Problem(str(path), None, "", "", "text in UTF-8")
        return
    except OSError as wrong:
        raise _cannot_be_read(path, wrong) from wrong
    for found in results.record_problems(record):
        yield Problem(str(path), None, found.where, found.value, found.says)


def _in_results(folder: Path, tables: Sequence[Table]) -> Iterator[Problem]:
    bad = set()
    for name in OF_RESULTS:
        for problem in _one_of_results(folder / name, tables):
            bad.add(name)
            yield problem
    if results.ANALYSIS not in bad:
        yield from _disagreements(folder, [name for name in OF_RESULTS if name not in bad])


def _one_of_results(path: Path, tables: Sequence[Table]) -> Iterator[Problem]:
    if not path.is_file():
        return iter([Problem(str(path), None, "", "", "this file in every folder of results")])
    return _in_file(path, tables)


# --- one file against the other ----------------------------------------------------------------------------


def _disagreements(folder: Path, whole: Sequence[str]) -> Iterator[Problem]:
    try:
        analysis = results.load_analysis(folder)
    except NotAnAnalysis as wrong:
        yield Problem(str(folder / results.ANALYSIS), None, "", "", wrong.problem)
        return
    if results.REPS in whole:
        yield from _reps_disagree(folder / results.REPS, analysis)
    if results.LANDMARKS in whole and results.FRAMES in whole:
        yield from _frames_disagree(folder, analysis)


def _reps_disagree(path: Path, analysis: Analysis) -> Iterator[Problem]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wanted = _reps_of(analysis)
    if len(rows) != len(wanted):
        found = f"{len(rows)} reps"
        yield Problem(str(path), len(rows) + 1, "rep", found, f"{len(wanted)} as in {results.ANALYSIS}")
    for number, (row, rep) in enumerate(zip(rows, wanted, strict=False), start=2):
        for column in rep.keys() & row.keys():
            if row[column] != rep[column] and not _same_number(row[column], rep[column]):
                told = f"{rep[column] or 'blank'} as in {results.ANALYSIS}"
                yield Problem(str(path), number, column, row[column] or "nothing", told)


def _reps_of(analysis: Analysis) -> list[dict[str, str]]:
    """Return what ``analysis.json`` says of each rep, by column, as text."""
    measures = analysis.measures.to_dict("records")
    return [
        {
            "clip": analysis.clip.name,
            "clip_sha256": analysis.clip.sha256,
            "task": analysis.task.name,
            "rep": str(rep.number),
            "side": rep.side.value,
            "start_s": str(rep.start_s),
            "bottom_s": str(rep.bottom_s),
            "end_s": str(rep.end_s),
            "grade": rep.grade.value,
            "grade_reasons": ";".join(rep.grade_reasons),
            **{str(name): "" if math.isnan(value) else str(value) for name, value in values.items()},
        }
        for rep, values in zip(analysis.reps, measures, strict=False)
    ]


def _same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _frames_disagree(folder: Path, analysis: Analysis) -> Iterator[Problem]:
    """Yield where frames are missing: of a fast clip not all were looked at, but in both files the same."""
    landmarks, frames = folder / results.LANDMARKS, folder / results.FRAMES
    looked_at = _frame_count(landmarks)
    if looked_at > analysis.clip.frame_count:
        wanted = f"no more than {analysis.clip.frame_count} as in {results.ANALYSIS}"
        yield Problem(str(landmarks), looked_at + 1, "time_s", f"{looked_at} frames", wanted)
    for side, rows in _frames_by_side(frames).items():
        if rows < looked_at:
            found = f"{rows} frames of the {side} leg"
            yield Problem(str(frames), None, "time_s", found, f"{looked_at} as in {landmarks.name}")
        elif rows > looked_at:
            yield Problem(
                str(landmarks), None, "time_s", f"{looked_at} frames", f"{rows} as in {frames.name}"
            )


def _frame_count(landmarks: Path) -> int:
    with landmarks.open(encoding="utf-8", newline="") as file:
        header_of(file)
        return sum(1 for _ in file)


def _frames_by_side(frames: Path) -> Counter[str]:
    with frames.open(encoding="utf-8", newline="") as file:
        return Counter(row["side"] for row in csv.DictReader(file))
