"""Other people's validators understand the contract and come to the same answer."""

from __future__ import annotations

import json
from pathlib import Path

import frictionless
import jsonschema
import pytest

from tests.contract.test_validating import putting, rewritten
from tests.exports import sessions
from valgus import results
from valgus.batch.collect import collect_saved
from valgus.contract.package import analysis_schema, package_of, whole_package, write_package
from valgus.contract.tables import TABLES
from valgus.errors import WrongUsage


@pytest.mark.slow
def test_frictionless_finds_results_valid(folder: Path) -> None:
    assert frictionless.validate(str(write_package(folder))).valid


def test_frictionless_finds_the_tables_of_a_folder_valid(folder: Path) -> None:
    results.save(sessions.NOBODY, folder.parent / "nobody.mp4.valgus")
    collect_saved(folder.parent)
    assert frictionless.validate(str(write_package(folder.parent))).valid


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value"),
    [("grade", "fine"), ("side", "both"), ("fppa_deg", "high"), ("fppa_ci95_deg", "-1"), ("rep", "0")],
)
def test_frictionless_finds_the_same_value_wrong(folder: Path, reps: Path, column: str, value: str) -> None:
    package = write_package(folder)
    rewritten(reps, putting(value, column, 3))
    errors = frictionless.validate(str(package)).flatten(["rowNumber", "fieldName"])
    assert errors == [[3, column]]


def test_the_package_has_the_columns_that_a_file_has_in_their_order(folder: Path, reps: Path) -> None:
    rewritten(reps, lambda rows: [row.reverse() for row in rows])
    (table,) = [one for one in package_of(folder)["resources"] if one["name"] == "reps"]
    assert table["schema"]["fields"][0]["name"] == "clip_sha256"


def test_a_folder_without_tables_is_not_described(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no tables"):
        write_package(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_whole_package_has_every_table_and_the_record() -> None:
    names = [one["name"] for one in whole_package()["resources"]]
    assert names == [*(table.name for table in TABLES), "analysis"]


def test_the_schema_of_the_record_is_one_and_holds(folder: Path) -> None:
    schema = analysis_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads((folder / results.ANALYSIS).read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    document["measures"][0]["fppa_deg"] = "high"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)
