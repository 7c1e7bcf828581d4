"""Words in tables are words: no spreadsheet takes them for a formula, and they come back as they were."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials import trial_of
from valgus.exports.tables import write_csv, write_reps
from valgus.model.column import as_cell, from_cell
from valgus.simulate import film, repetitions

WORDS = ("=1+2", "+49 170", "-x.mp4", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")')


@pytest.mark.parametrize("word", WORDS)
def test_what_begins_like_a_formula_is_marked_as_text(word: str) -> None:
    assert as_cell(word) == f"'{word}"


@pytest.mark.parametrize("value", [-3.5, "-3.5", "+2", "-1e-3", 0, None, "clip.mp4", "", "a=b"])
def test_numbers_and_plain_words_stay_as_they_are(value: object) -> None:
    assert as_cell(value) == value


@given(st.text(alphabet="'=+-@\tax1.", max_size=6).filter(lambda word: not word.startswith("'")))
def test_every_word_comes_back(word: str) -> None:
    assert from_cell(str(as_cell(word))) == word


def test_no_cell_of_a_table_begins_like_a_formula_unless_it_is_a_number(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"clip": WORDS, "fppa_deg": range(-3, -3 + len(WORDS))}), tmp_path / "a.csv")
    written = pd.read_csv(tmp_path / "a.csv", keep_default_na=False)
    assert written["clip"].str.startswith("'").all()
    assert written["fppa_deg"].tolist() == list(range(-3, -3 + len(WORDS)))


def test_a_row_cannot_be_broken_in_two(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"clip": ["a\r=1+2", "b\n=1"]}), tmp_path / "a.csv")
    written = pd.read_csv(tmp_path / "a.csv")["clip"]
    assert written.tolist() == ["a =1+2", "b\n=1"]


def test_a_clip_called_like_a_formula_is_harmless_in_the_table_of_reps(tmp_path: Path) -> None:
    write_reps(trial_of(film(repetitions()), name="=cmd|'/c calc'!A1.mp4"), tmp_path / "reps.csv")
    assert set(pd.read_csv(tmp_path / "reps.csv")["clip"]) == {"'=cmd|'/c calc'!A1.mp4"}
