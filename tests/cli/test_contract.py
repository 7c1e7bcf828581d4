"""``valgus contract`` and ``valgus validate`` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.contract.test_validating import putting, rewritten
from tests.exports import sessions
from valgus import results
from valgus.cli import cli


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "clip.mp4.valgus"
    results.save(sessions.STEP_DOWN, place)
    return place


@pytest.mark.parametrize("command", ["contract", "validate"])
def test_help_has_an_example(command: str) -> None:
    assert f"Example: valgus {command} " in run(command, "--help").output


@pytest.mark.parametrize(
    ("part", "key"), [("reps", "fields"), ("landmarks", "fields"), ("analysis", "properties")]
)
def test_one_part_of_the_contract_is_printed(part: str, key: str) -> None:
    assert key in json.loads(run("contract", part).stdout)


def test_all_of_the_contract_is_printed_and_nothing_is_written(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert json.loads(run("contract").stdout)["name"] == "valgus-results"
    assert sorted(folder.rglob("*")) == before


def test_the_package_is_written_beside_the_tables(folder: Path) -> None:
    assert run("contract", "--out", folder).exit_code == 0
    assert json.loads((folder / "datapackage.json").read_text())["version"]


def test_valid_results_leave_with_0(folder: Path) -> None:
    shown = run("validate", folder)
    assert (shown.exit_code, shown.stdout) == (0, f"{folder}: valid\n")


def test_results_that_are_not_valid_leave_with_3_and_a_line_each(folder: Path) -> None:
    reps = rewritten(folder / results.REPS, putting("fine", "grade", 2))
    shown = run("validate", reps)
    wanted = f"{reps}: row 2, column grade: expected one of ok, low, invalid, found fine\n"
    assert (shown.exit_code, shown.stdout) == (3, wanted)


def test_more_problems_than_the_limit_are_counted(folder: Path) -> None:
    for row in (2, 3, 4):
        rewritten(folder / results.REPS, putting("fine", "grade", row))
    shown = run("validate", "--limit", 1, folder / results.REPS).stdout.splitlines()
    assert len(shown) == 2
    assert shown[1].endswith("reps.csv: and 2 more (--limit)")


def test_problems_for_programs(folder: Path) -> None:
    rewritten(folder / results.REPS, putting("fine", "grade", 2))
    shown = run("validate", "--json", folder)
    document = json.loads(shown.stdout)
    assert (shown.exit_code, document["valid"]) == (3, False)
    (problem,) = document["checked"][0]["problems"]
    assert (problem["row"], problem["column"], problem["value"]) == (2, "grade", "fine")


def test_a_table_of_some_columns_is_valid_where_it_was_said(folder: Path) -> None:
    some = folder / "mine.csv"
    some.write_text("clip,rep,fppa_deg\nclip.mp4,1,\n", encoding="utf-8")
    assert run("validate", "--partial", "--table", "reps", some).exit_code == 0
    assert run("validate", "--table", "reps", some).exit_code == 3


@pytest.mark.parametrize("arguments", [(), ("missing.csv",), ("--limit", "0", ".")])
def test_wrong_usage_leaves_with_2(arguments: tuple[str, ...]) -> None:
    assert run("validate", *arguments).exit_code == 2
