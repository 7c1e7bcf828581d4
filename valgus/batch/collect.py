"""From many saved analyses to the files of a folder; one analysis is held at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from valgus import results
from valgus.batch.standing import result_folders
from valgus.errors import NotAnAnalysis, WrongUsage
from valgus.exports.folder_page import folder_page
from valgus.exports.folder_tables import (
    ADVICE,
    FAILURE_COLUMNS,
    SUMMARY_COLUMNS,
    failure_row,
    leg_lines,
    rows_to,
    summary_rows,
    whole_text,
    why_unfit,
)
from valgus.exports.tables import IDENTITY_COLUMNS, JUDGEMENT_COLUMNS, PROVENANCE_COLUMNS
from valgus.model.batch import REFUSED_STATUS, FailedClip, Failure, PageEntry
from valgus.model.column import Kind
from valgus.model.trial import Analysis
from valgus.whole import whole_file

SUMMARY, REPS, FAILURES, PAGE = "summary.csv", "reps.csv", "failures.csv", "index.html"
PARQUET = "reps.parquet"
#: Columns of the per-rep contract that are no real numbers.
_TEXT = frozenset(
    column.name
    for column in (*IDENTITY_COLUMNS, *JUDGEMENT_COLUMNS, *PROVENANCE_COLUMNS)
    if column.kind in (Kind.TEXT, Kind.DATE)
)


@dataclass(frozen=True)
class Collected:
    """What was written, and how many clips have numbers, were refused, or failed."""

    files: tuple[str, ...]
    measured: int
    refused: int
    failed: int


def collect_saved(root: Path, /) -> Collected:
    """Write the tables and the page from every saved analysis below a folder; no clip is opened.

    Where a batch has written that clips failed, and they are there and without results as before, the tables
    go on saying so.

    Raises
    ------
    CannotWrite
        If one cannot be written; it is then as it was before.
    """
    saved = sorted(result_folders(root), key=lambda folder: folder.relative_to(root).parts)
    clips = []
    for folder in saved:
        name = folder.relative_to(root).as_posix().removesuffix(results.ENDING)
        clips.append(SavedClip(name, folder))
    known = {clip.name for clip in clips}
    return collect(root, root.resolve().name, clips, _still_failed(root, known))


def _still_failed(root: Path, known: Set[str]) -> dict[str, Failure]:
    """Return why clips that are still here have no results, as the table of an earlier batch says."""
    try:
        with (root / FAILURES).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
    failures = {}
    for row in rows:
        name, status = row.get("clip") or "", row.get("exit_status") or ""
        if not name or name in known or not status.isdecimal() or not (root / name).is_file():
            continue
        failures[name] = Failure(
            row.get("reason") or "", row.get("message") or "", row.get("what_to_do") or "", int(status)
        )
    return failures


class HasResults(Protocol):
    """A clip with a saved analysis."""

    @property
    def name(self) -> str:
        """As seen from the folder of the tables."""
        ...

    @property
    def folder(self) -> Path:
        """Where its results are."""
        ...


@dataclass(frozen=True)
class SavedClip:
    """A clip of which only the results are known."""

    name: str
    folder: Path


def collect(
    root: Path, title: str, done: Sequence[HasResults], failures: Mapping[str, Failure], /
) -> Collected:
    """Write ``summary.csv``, ``reps.csv``, ``failures.csv`` and ``index.html`` for a folder.

    Parameters
    ----------
    root : Path
        Where they go.
    title : str
        Name of the folder, for the page.
    done : sequence of HasResults
        Every clip with a saved analysis, in the order of the rows; a damaged one counts as failed.
    failures : mapping of str to Failure
        Why there is no analysis, by the clip's name.

    Raises
    ------
    CannotWrite
        If one cannot be written; it is then as it was before.
    """
    failed = [FailedClip(name, failure) for name, failure in failures.items()]
    refused: list[FailedClip] = []
    entries: list[PageEntry] = []
    folders: list[Path] = []
    with rows_to(root / SUMMARY, SUMMARY_COLUMNS) as write:
        for clip in done:
            try:
                analysis = _whole_analysis(clip.folder)
            except NotAnAnalysis as wrong:
                failed.append(FailedClip(clip.name, Failure.of(wrong)))
                continue
            write(summary_rows(clip.name, analysis))
            entries.append(_entry(clip.name, analysis))
            folders.append(clip.folder)
            if not analysis.measured:
                refused.append(FailedClip(clip.name, refusal_of(analysis)))
    without_numbers = sorted([*failed, *refused], key=lambda one: one.clip.split("/"))
    collect_reps(folders, root / REPS)
    with rows_to(root / FAILURES, FAILURE_COLUMNS) as write:
        write(map(failure_row, without_numbers))
    with whole_text(root / PAGE) as page:
        page.write(folder_page(title, entries, without_numbers))
    files = (SUMMARY, REPS, FAILURES, PAGE)
    return Collected(files, len(entries) - len(refused), len(refused), len(failed))


def _whole_analysis(folder: Path) -> Analysis:
    """Return the analysis in a folder whose table of reps is there too."""
    if not (folder / results.REPS).is_file():
        raise NotAnAnalysis(f"{folder.name}: there is no {results.REPS}.", "Analyse the clip again.")
    return results.load_analysis(folder)


def clear_unfinished_tables(root: Path, /) -> None:
    """Remove what a process that was killed while it wrote tables has left."""
    for name in (SUMMARY, REPS, FAILURES, PAGE, PARQUET):
        for left in root.glob(f".{name}.*.part"):
            left.unlink(missing_ok=True)


def refusal_of(analysis: Analysis, /) -> Failure:
    """Return why nothing could be measured in a clip that was analysed."""
    worst = analysis.worst_finding or next(iter(analysis.findings), None)
    if worst is None:
        return Failure("no_rep", "no repetition was found.", "", REFUSED_STATUS)
    return Failure(worst.code, f"{worst.says}.", worst.advice, REFUSED_STATUS)


def _entry(clip: str, analysis: Analysis) -> PageEntry:
    session = analysis.session
    return PageEntry(
        clip=clip,
        results=f"{clip}{results.ENDING}",
        person=session.person or "",
        date=session.date.isoformat() if session.date else "",
        legs=leg_lines(analysis),
        unfit=why_unfit(analysis),
    )


# --- reps ---------------------------------------------------------------------------------------------------


def collect_reps(folders: Sequence[Path], path: Path, /) -> None:
    """Write the reps of many analyses to one table with the columns of the per-rep contract.

    Rows are copied as they stand in each ``reps.csv``, in the order of ``folders``. A column that only some
    have stays blank for the others.
    """
    columns = _all_columns(folders)
    with whole_text(path) as file:
        csv.writer(file, lineterminator="\n").writerow(columns)
        for folder in folders:
            with (folder / results.REPS).open(encoding="utf-8", newline="") as reps:
                _copy_rows(reps, file, columns)


def _all_columns(folders: Iterable[Path]) -> tuple[str, ...]:
    """Return every column that occurs, each after its left neighbour in the table that has it first."""
    columns: list[str] = []
    known: set[str] = set()
    for folder in folders:
        with (folder / results.REPS).open(encoding="utf-8", newline="") as reps:
            header = reps.readline()
        if header in known:
            continue
        known.add(header)
        for column, before in _with_left_neighbour(next(csv.reader([header]), [])):
            if column not in columns:
                columns.insert(columns.index(before) + 1 if before else 0, column)
    return tuple(columns)


def _with_left_neighbour(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip(names, ("", *names), strict=False)


def _copy_rows(reps: IO[str], file: IO[str], columns: tuple[str, ...]) -> None:
    header = reps.readline()
    if header == ",".join(columns) + "\n":  # nearly always: then nothing needs to be understood
        file.writelines(reps)
        return
    names = next(csv.reader([header]), [])
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writerows(csv.DictReader(reps, names))


def write_parquet(reps: Path, path: Path, /) -> None:
    """Write a table of reps as Parquet: text stays text, everything else is a number, blank is null.

    Raises
    ------
    WrongUsage
        If the extra 'parquet' is not installed.
    CannotWrite
        If it cannot be written.
    """
    check_parquet()
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    with reps.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    with (
        whole_file(path, advice=ADVICE) as partial,
        arrow_csv.open_csv(
            reps,
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=_types(names), strings_can_be_null=True, quoted_strings_can_be_null=True
            ),
        ) as rows,
        parquet.ParquetWriter(partial, rows.schema) as writer,
    ):
        for block in rows:
            writer.write_batch(block)


def check_parquet() -> None:
    """Say what to install where pyarrow is missing, before any work is done."""
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        raise WrongUsage(
            "--parquet needs pyarrow, which is not installed.",
            "Install it with: pip install 'valgus[parquet]'",
        )


def _types(names: Sequence[str]) -> dict[str, object]:
    import pyarrow

    kinds = {"rep": pyarrow.int32(), **dict.fromkeys(_TEXT, pyarrow.string())}
    return {name: kinds.get(name, pyarrow.float64()) for name in names}
