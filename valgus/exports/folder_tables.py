"""Tables about a folder of clips: one row per clip and side, and what there are no numbers of.

UTF-8, point as decimal mark, blank for what is not known.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from valgus.exports.progress import MEASURES
from valgus.exports.tables import (
    DATE,
    DECISION,
    GRADE_REPS,
    LEVEL_REPS,
    LOAD,
    MEAN_PARTS,
    PERSON,
    PROVENANCE_COLUMNS,
    REASONS,
    STEP_HEIGHT,
    TASK,
    VALID_REPS,
    VIEW,
)
from valgus.model.batch import FailedClip, LegLine
from valgus.model.column import CODES, Column, as_cell, count, text, values_of
from valgus.model.frontal import Side
from valgus.model.judgement import Decision
from valgus.model.rep import Grade
from valgus.model.rule import Level
from valgus.model.trial import Analysis
from valgus.numerals import with_error
from valgus.whole import whole_file

SUMMARY_MEASURES = (*MEASURES, "fppa_excursion_deg", "hip_line_tilt_deg", "hold_s", "sway_pct")
#: What is told of each of these measures over the valid reps of a leg; names are appended to the measure's.
SUMMARY_PARTS = (
    *MEAN_PARTS,
    Column("sd", "", "more spread", "standard deviation between the valid reps", "", least=0.0),
)
#: Which clip and leg a row is about, and what came out.
SUMMARY_IDENTITY = (
    text("clip", "The clip as seen from the folder of the table", required=True),
    PERSON,
    DATE,
    TASK,
    text("side", "The leg, by the person's own left and right; blank without a rep", one_of=values_of(Side)),
    VIEW,
    STEP_HEIGHT,
    LOAD,
    count("set", "Which set of the session, as given", least=1, required=False),
    DECISION,
    REASONS,
    count("reps", "Reps found"),
    VALID_REPS,
    *GRADE_REPS,
    *LEVEL_REPS,
)
#: What was noticed, and where the rest is.
SUMMARY_PROVENANCE = (
    text("findings", "Codes of all findings about the clip, ; between them", pattern=CODES),
    text("results", "The folder of results as seen from the folder of the table", required=True),
    *PROVENANCE_COLUMNS,
)
SUMMARY_COLUMNS = (
    *(column.name for column in SUMMARY_IDENTITY),
    *(f"{measure}_{part.name}" for measure in SUMMARY_MEASURES for part in SUMMARY_PARTS),
    *(column.name for column in SUMMARY_PROVENANCE),
)
FAILURE_TABLE = (
    text("clip", "The clip as seen from the folder of the table", required=True),
    text("reason", "Stable code of what happened", pattern="[a-z0-9_]+", required=True),
    text("message", "What happened, in words", required=True),
    count("exit_status", "What valgus analyze leaves with for such a clip"),
    text("what_to_do", "What can be done about it"),
)
FAILURE_COLUMNS = tuple(column.name for column in FAILURE_TABLE)
#: What to do when one of the tables cannot be written.
ADVICE = "Close it in other programs or choose --out DIR; no analysis is lost."
Row = dict[str, object]


@contextmanager
def rows_to(path: Path, columns: tuple[str, ...], /) -> Iterator[Callable[[Iterable[Row]], None]]:
    """Give what writes rows to a CSV file, which appears whole at the end of the block, or not at all.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    with whole_text(path) as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        yield lambda rows: writer.writerows(
            {name: as_cell(value) for name, value in row.items()} for row in rows
        )


@contextmanager
def whole_text(path: Path, /) -> Iterator[IO[str]]:
    r"""Give a text file that takes its place under its name only when all of it is there.

    Letters of file names that are no text are written as they would be in Python, ``\udcff`` for example.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    with (
        whole_file(path, advice=ADVICE) as partial,
        partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        yield file


def summary_rows(clip: str, analysis: Analysis, /) -> list[Row]:
    """Return a row for each side of a clip, or one without a side where it has no rep.

    ``clip`` is its name as seen from the folder.
    """
    return [_summary_row(clip, analysis, side) for side in analysis.sides or ("",)]


def failure_row(failed: FailedClip, /) -> Row:
    """Return the row of a clip without numbers."""
    failure = failed.failure
    return {
        "clip": failed.clip,
        "reason": failure.code,
        "message": failure.says,
        "exit_status": failure.exit_status,
        "what_to_do": failure.advice,
    }


def leg_lines(analysis: Analysis, /) -> tuple[LegLine, ...]:
    """Return what came out for each leg in a line."""
    return tuple(_leg_line(analysis, side) for side in analysis.sides)


def why_unfit(analysis: Analysis, /) -> str:
    """Return what makes a whole clip unfit, empty where some rep is valid."""
    worst = analysis.worst_finding
    return "" if worst is None or analysis.means else worst.says


def _summary_row(clip: str, analysis: Analysis, side: str) -> Row:
    session, made, decision = analysis.session, analysis.provenance, _decision(analysis, side)
    return {
        "clip": clip,
        "person": session.person,
        "date": session.date and session.date.isoformat(),
        "task": analysis.task.name,
        "side": side or None,
        "view": analysis.setup.facing.value if analysis.setup else None,
        "step_height_cm": session.step_height_cm,
        "load_kg": session.load_kg,
        "set": session.set,
        "decision": decision and decision.outcome.value,
        "reasons": decision and (";".join(reason.code for reason in decision.reasons) or None),
        **_counts(analysis, side),
        **dict(_means(analysis, side)),
        "findings": ";".join(finding.code for finding in analysis.findings) or None,
        "results": f"{clip}.valgus",
        "definitions_version": made.definitions_version,
        "valgus_version": made.valgus_version,
        "model": made.model,
        "model_sha256": made.model_sha256,
        "clip_sha256": analysis.clip.sha256,
    }


def _decision(analysis: Analysis, side: str) -> Decision | None:
    return next((decision for decision in analysis.verdicts if decision.side == side), None)


def _counts(analysis: Analysis, side: str) -> Row:
    reps = [rep for rep in analysis.reps if rep.side.value == side]
    levels = [analysis.level_of(rep) for rep in reps]
    return {
        "reps": len(reps),
        "valid_reps": len(analysis.valid_reps(side)),
        **{f"{grade.value}_reps": sum(rep.grade is grade for rep in reps) for grade in Grade},
        **{f"{level.value}_reps": levels.count(level) for level in Level},
    }


def _means(analysis: Analysis, side: str) -> Iterator[tuple[str, float | None]]:
    for measure in SUMMARY_MEASURES:
        mean = analysis.mean_of(measure, side)
        yield f"{measure}_mean", mean.mean if mean else None
        yield f"{measure}_mean_ci95", mean.ci95 if mean else None
        yield f"{measure}_sd", mean.sd if mean else None


def _leg_line(analysis: Analysis, side: str) -> LegLine:
    decision, mean = _decision(analysis, side), analysis.mean_of("fppa_deg", side)
    outcome = decision.outcome.value if decision else ""
    if mean is None:
        return LegLine(f"{side}: no valid rep", outcome)
    advice = f", {outcome}" if outcome else ""
    reps = f"{mean.n} rep{'' if mean.n == 1 else 's'}"
    return LegLine(f"{side}: FPPA {with_error(mean.mean, mean.ci95)} deg, {reps}{advice}", outcome)
