"""What is wrong with a file is named by file, row, column, value and what was expected."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.exports import sessions
from valgus import results
from valgus.contract.files import problems_in
from valgus.contract.tables import REPS, TABLES
from valgus.errors import WrongUsage

Rows = list[list[str]]
Said = tuple[int | None, str, str]


def rewritten(path: Path, change: Callable[[Rows], object]) -> Path:
    """Change the rows of a CSV file; the header is the first."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def putting(value: str, column: str, row: int) -> Callable[[Rows], object]:
    """Return what puts a value into a cell; rows are counted from 1."""

    def change(rows: Rows) -> None:
        rows[row - 1][rows[0].index(column)] = value

    return change


def said(problems: Sequence[object]) -> list[Said]:
    return [(p.row, p.column, p.value) for p in problems]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("fppa_deg", "high", "a number with a point as decimal mark from -180 to 180, or blank"),
        ("fppa_deg", "4,5", "a number with a point as decimal mark from -180 to 180, or blank"),
        ("fppa_deg", "nan", "a number with a point as decimal mark from -180 to 180, or blank"),
        ("fppa_deg", "181", "a number with a point as decimal mark from -180 to 180, or blank"),
        ("fppa_ci95_deg", "-0.1", "a number with a point as decimal mark at least 0, or blank"),
        ("grade", "fine", "one of ok, low, invalid"),
        ("side", "Left", "one of left, right"),
        ("flag", "yellow", "one of green, amber, red, or blank"),
        ("view", "side", "one of front, back, or blank"),
        (
            "task",
            "jump",
            "one of step-down, single-leg-squat, landing, stance, squat, drop-jump, forward-step-down",
        ),
        ("rep", "1.0", "a whole number at least 1"),
        ("rep", "0", "a whole number at least 1"),
        ("date", "21.11.2026", "a date like 2026-11-21, or blank"),
        ("clip_sha256", "abc", "text that matches [0-9a-f]{64}"),
    ],
)
def test_a_wrong_value_is_named(reps: Path, column: str, value: str, expected: str) -> None:
    (problem,) = problems_in(rewritten(reps, putting(value, column, 3)))
    assert (problem.row, problem.column, problem.value, problem.expected) == (3, column, value, expected)
    assert problem.says == f"{reps}: row 3, column {column}: expected {expected}, found {value}"


def test_a_blank_that_may_not_be_is_named(reps: Path) -> None:
    problems = list(problems_in(rewritten(reps, putting("", "grade", 2))))
    assert said(problems) == [(2, "grade", "nothing")]


def test_blank_is_how_a_missing_value_is_written(reps: Path) -> None:
    assert list(problems_in(rewritten(reps, putting("", "fppa_deg", 2)))) == []


def test_an_unknown_column_is_named(reps: Path) -> None:
    problems = list(problems_in(rewritten(reps, lambda rows: [row.append("1") for row in rows])))
    assert said(problems) == [(1, "1", "1")]


def test_a_missing_column_is_named(reps: Path) -> None:
    def without_the_last(rows: Rows) -> None:
        for row in rows:
            row.pop()

    (problem,) = problems_in(rewritten(reps, without_the_last))
    assert (problem.row, problem.column) == (1, "clip_sha256")
    partial = [table.with_any_columns() for table in TABLES]
    assert list(problems_in(reps, partial)) == []


def test_a_column_that_is_there_twice_is_named(reps: Path) -> None:
    (problem,) = problems_in(rewritten(reps, lambda rows: [row.append(row[-1]) for row in rows]))
    assert (problem.row, problem.column) == (1, "clip_sha256")


def test_an_end_before_the_start_is_named(reps: Path) -> None:
    (problem,) = problems_in(rewritten(reps, putting("-5.0", "end_s", 2)))
    assert (problem.row, problem.column, problem.value) == (2, "end_s", "-5.0")
    assert problem.expected.startswith("not before bottom_s, which is ")


def test_a_row_that_was_cut_off_is_named_with_the_first_column_that_is_missing(reps: Path) -> None:
    whole = reps.read_text(encoding="utf-8").splitlines()
    reps.write_text("\n".join([*whole[:4], ",".join(whole[4].split(",")[:9])]), encoding="utf-8")
    cut, at_the_end = problems_in(reps)
    assert (cut.row, cut.column) == (5, "bottom_s")
    assert at_the_end.expected == "a line end at the end: something may be cut off"


def test_too_many_values_in_a_row_are_said_to_be_decimal_commas(reps: Path) -> None:
    (problem,) = problems_in(rewritten(reps, lambda rows: rows[2].insert(8, "5")))
    assert problem.row == 3 and problem.column in REPS.needed
    assert problem.value.endswith("is there a comma as decimal mark?")


def test_a_byte_order_mark_is_named(reps: Path) -> None:
    reps.write_bytes(b"\xef\xbb\xbf" + reps.read_bytes())
    assert said(list(problems_in(reps))) == [(1, "clip", "a byte order mark")]


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_other_separators_are_named(reps: Path, separator: str, name: str) -> None:
    reps.write_text(reps.read_text(encoding="utf-8").replace(",", separator), encoding="utf-8")
    (problem,) = problems_in(reps)
    assert (problem.row, problem.column, problem.value) == (1, "clip", name)
    assert problem.expected == "commas between the columns"


def test_another_encoding_is_named(reps: Path) -> None:
    reps.write_bytes(reps.read_bytes().replace(b"clip.mp4", "Übung.mp4".encode("latin-1"), 1))
    assert [problem.expected for problem in problems_in(reps)] == ["text in UTF-8"]


def test_an_empty_file_lacks_every_column(reps: Path) -> None:
    reps.write_text("")
    assert [problem.column for problem in problems_in(reps)] == list(REPS.needed)


def test_time_that_stands_still_is_named_within_each_leg(folder: Path) -> None:
    frames = folder / results.FRAMES
    (problem,) = problems_in(rewritten(frames, putting("0.0", "time_s", 4)))
    assert (problem.row, problem.column, problem.value) == (4, "time_s", "0.0")


def test_a_confidence_above_one_is_named(folder: Path) -> None:
    landmarks = folder / results.LANDMARKS
    (problem,) = problems_in(rewritten(landmarks, putting("1.5", "left_knee_visibility", 2)))
    assert (problem.row, problem.column) == (2, "left_knee_visibility")


# --- analysis.json ------------------------------------------------------------------------------------------


def test_wrong_places_of_the_record_are_named(folder: Path) -> None:
    record = folder / results.ANALYSIS
    document = json.loads(record.read_text(encoding="utf-8"))
    document["reps"][1]["grade"] = "fine"
    del document["clip"]["sha256"]
    record.write_text(json.dumps(document), encoding="utf-8")
    assert [problem.column for problem in problems_in(record)] == ["clip.sha256", "reps.1.grade"]


@pytest.mark.parametrize(
    ("record", "expected"),
    [("{", "JSON: "), ("[]", "version 1"), ('{"schema_version": NaN}', "JSON: NaN is no number")],
)
def test_a_record_that_is_none_is_said(folder: Path, record: str, expected: str) -> None:
    (folder / results.ANALYSIS).write_text(record, encoding="utf-8")
    (problem,) = problems_in(folder / results.ANALYSIS)
    assert problem.expected.startswith(expected)


# --- files against each other -------------------------------------------------------------------------------


def test_a_rep_that_differs_from_the_record_is_named(folder: Path, reps: Path) -> None:
    rewritten(reps, putting("3.25", "fppa_deg", 4))
    (problem,) = problems_in(folder)
    assert (problem.row, problem.column, problem.value) == (4, "fppa_deg", "3.25")
    assert problem.expected.endswith("as in analysis.json")


def test_reps_that_are_missing_are_counted(folder: Path, reps: Path) -> None:
    rewritten(reps, lambda rows: rows.pop())
    (problem,) = problems_in(folder)
    assert (problem.value, problem.expected) == ("5 reps", "6 as in analysis.json")


@pytest.mark.parametrize("name", [results.LANDMARKS, results.FRAMES])
def test_frames_that_are_missing_are_counted(folder: Path, name: str) -> None:
    rewritten(folder / name, lambda rows: rows.pop())
    other = results.FRAMES if name == results.LANDMARKS else results.LANDMARKS
    for problem in problems_in(folder):
        assert (Path(problem.file).name, problem.column) == (name, "time_s")
        assert problem.expected.endswith(f"as in {other}")
    assert list(problems_in(folder))


def test_frames_that_were_not_looked_at_in_a_fast_clip_are_not_missing(tmp_path: Path) -> None:
    fast = sessions.BOTH_LEGS.clip
    trial = replace(sessions.BOTH_LEGS, clip=replace(fast, frame_count=2 * fast.frame_count))
    results.save(trial, tmp_path / "fast.mp4.valgus")
    assert list(problems_in(tmp_path / "fast.mp4.valgus")) == []


def test_more_frames_than_the_clip_has_are_named(tmp_path: Path) -> None:
    short = replace(sessions.BOTH_LEGS.clip, frame_count=10)
    results.save(replace(sessions.BOTH_LEGS, clip=short), tmp_path / "short.mp4.valgus")
    (problem,) = problems_in(tmp_path / "short.mp4.valgus")
    assert problem.expected == "no more than 10 as in analysis.json"


def test_a_table_called_after_its_clip_is_known(reps: Path) -> None:
    exported = reps.rename(reps.with_name("clip.mp4.reps.csv"))
    rewritten(exported, putting("fine", "grade", 3))
    (problem,) = problems_in(exported)
    assert (problem.row, problem.column) == (3, "grade")


def test_a_file_that_is_missing_is_named(folder: Path) -> None:
    (folder / results.FRAMES).unlink()
    (problem,) = problems_in(folder)
    assert (problem.file, problem.row) == (str(folder / results.FRAMES), None)


def test_what_is_not_in_the_contract_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="nothing there is in the contract"):
        problems_in(tmp_path)
    (tmp_path / "mine.csv").touch()
    with pytest.raises(WrongUsage, match="--table"):
        problems_in(tmp_path / "mine.csv")
