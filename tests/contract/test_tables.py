"""The contract lists what is written, and nothing else; the committed page is made from it."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scripts import make_data_dictionary
from tests.exports import sessions
from tests.history.people import season
from tests.test_pelvis import worn
from valgus import results
from valgus.batch.collect import collect_saved
from valgus.contract.files import problems_in
from valgus.contract.tables import LANDMARK_TABLE, PROGRESS, TABLES, Table
from valgus.exports.progress import PROGRESS_CSV, write_progress_csv
from valgus.history import read_person
from valgus.model.column import Kind
from valgus.model.frontal import Side
from valgus.model.session import Session
from valgus.model.settings import Settings, StickerPoints
from valgus.model.trial import Trial
from valgus.rules import published
from valgus.simulate import View, film, repetitions

UNITLESS = ("visibility", "pain_during", "pain_next_morning")
TRIALS = {name: trial for name, trial in vars(sessions).items() if isinstance(trial, Trial)}


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_the_committed_dictionary_is_what_the_script_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed = make_data_dictionary.PAGE.read_text(encoding="utf-8")
    monkeypatch.setattr(make_data_dictionary, "PAGE", tmp_path / "page.md")
    make_data_dictionary.main()
    made = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert committed == made, "run: python scripts/make_data_dictionary.py"


@pytest.mark.parametrize(
    "table", [table for table in TABLES if table is not PROGRESS], ids=lambda table: table.name
)
def test_every_written_column_is_in_the_contract_and_the_other_way_round(table: Table, folder: Path) -> None:
    collect_saved(folder.parent)
    place = folder if (folder / table.file).exists() else folder.parent
    needed = list(table.needed)
    if table is LANDMARK_TABLE:  # the pose model has every landmark but the stickers
        needed = [column.name for column in table.columns if "_asis_" not in column.name]
    assert header(place / table.file) == needed


def test_columns_of_stickers_are_in_the_contract_and_may_be_missing(tmp_path: Path) -> None:
    place = tmp_path / "clip.mp4.valgus"
    results.save(worn(film(repetitions(peak_drop_deg=7.0), View(stickers=True))), place)
    columns = [column.name for column in LANDMARK_TABLE.columns]
    assert header(place / LANDMARK_TABLE.file) == columns
    assert {name.split("_asis")[0] for name in columns[-12:]} == {"left", "right"}
    assert set(columns[-12:]) <= LANDMARK_TABLE.optional
    assert list(problems_in(place)) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_described(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    for column in table.columns:
        assert column.meaning, column.name
        if column.kind is Kind.NUMBER and not column.name.endswith(UNITLESS):
            assert column.unit and column.positive, column.name


@pytest.mark.parametrize("name", TRIALS)
def test_every_simulated_trial_is_valid(name: str, tmp_path: Path) -> None:
    place = tmp_path / "clip.mp4.valgus"
    results.save(TRIALS[name], place)
    assert list(problems_in(place)) == []


def test_the_table_of_a_person_has_the_columns_of_the_contract_and_is_valid(tmp_path: Path) -> None:
    person = season(tmp_path, [14.0, 8.0, 3.0, 24.0])
    write_progress_csv(read_person(person, published(), today=date(2026, 11, 21)), person / PROGRESS_CSV)
    assert header(person / PROGRESS_CSV) == list(PROGRESS.needed)
    assert len((person / PROGRESS_CSV).read_text(encoding="utf-8").splitlines()) == 5
    assert list(problems_in(person)) == []


def test_everything_that_a_person_may_have_said_is_valid(tmp_path: Path) -> None:
    place = tmp_path / "clip.mp4.valgus"
    said = Session(person='Ä,\n"x"', date=date(2026, 11, 21), step_height_cm=15, set=2, pain_during=1)
    chosen = Settings(stickers=StickerPoints(((1.0, 2.0), (3.0, 4.5)), 1), side=Side.LEFT, yaw_deg=0)
    trial = sessions.STEP_DOWN
    made = replace(trial.provenance, settings=chosen)
    results.save(replace(trial, session=said, provenance=made), place)
    assert list(problems_in(place)) == []


def test_the_tables_of_a_folder_of_clips_are_valid(folder: Path) -> None:
    results.save(sessions.NOBODY, folder.parent / "nobody.mp4.valgus")
    collect_saved(folder.parent)
    assert list(problems_in(folder.parent)) == []
