"""The tables that are printed and published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valgus.accuracy.cases import COLUMNS
from valgus.accuracy.figure import write_bland_altman
from valgus.accuracy.report import INTRODUCTION, as_markdown, tables_of
from valgus.model.settings import Settings
from valgus.model.trial import Provenance

MADE = Provenance("9.9", "1", "full", "ab" * 32, Settings(), ("mediapipe 0.10.31",))


@pytest.fixture(scope="module")
def compared() -> pd.DataFrame:
    """Four plain clips, one with stickers, one with a mishap; FPPA is 2 deg too large."""
    rng = np.random.default_rng(0)
    cases = [("plain", k, None) for k in range(4)] + [("stickers", 4, None), ("mishap", 5, "mishap 01")]
    rows = []
    for group, k, name in cases:
        about = {
            "case": name or f"{group} {k}", "group": group, "half": ("settled", "held out")[k % 2],
            "task": "step-down", "side": ("left", "right")[k % 2], "fps": 30, "true_yaw_deg": 0.0,
            "start": "pixels", "grade": "ok",
        }  # fmt: skip
        for rep in (1, 2, 3):
            true = 8.0 * rep + rng.normal()
            for measure, off in (("fppa_deg", 2.0), ("fppa_deg, square on", 2.0), ("yaw_deg", 0.5)):
                rows.append(
                    about
                    | {"rep": rep, "measure": measure, "measured": true + off, "truth": true, "ci95": 3.0}
                )
            if group != "plain":
                for measure in (
                    "pelvic_drop_deg",
                    "pelvic_drop_deg, in space",
                    "pelvic_drop_deg, whole interval",
                ):
                    measured = true + 0.1 if group == "stickers" or rep > 1 else float("nan")
                    rows.append(
                        about
                        | {"rep": rep, "measure": measure, "measured": measured, "truth": true, "ci95": 3.0}
                    )
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.mark.slow
def test_the_document_says_on_whom_with_what_and_how_far_off(compared: pd.DataFrame) -> None:
    page = as_markdown(tables_of(compared), compared, MADE)
    assert INTRODUCTION in page
    assert "valgus 9.9" in page
    assert "mediapipe 0.10.31" in page
    assert "6 clips, 18 repetitions" in page
    fppa = next(line for line in page.splitlines() if line.startswith("| FPPA, as measured"))
    assert "| +2.00 |" in fppa


def test_every_row_of_a_table_has_every_column(compared: pd.DataFrame) -> None:
    tables = tables_of(compared)
    assert len(tables) >= 6
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert 0 < table.labels < len(table.columns)


def test_a_mishap_is_told_by_what_was_measured_and_what_was_withheld(compared: pd.DataFrame) -> None:
    (table,) = (table for table in tables_of(compared) if table.title == "When stickers go wrong")
    assert table.rows == (("mishap 01", "3", "2", "0.1", "0"),)


def test_mishaps_count_in_no_other_table(compared: pd.DataFrame) -> None:
    without = compared[compared["group"] != "mishap"]
    named = {
        table.title: table.rows for table in tables_of(compared) if table.title != "When stickers go wrong"
    }
    assert named == {table.title: table.rows for table in tables_of(without)}


def test_the_figure_is_a_picture(compared: pd.DataFrame, tmp_path: Path) -> None:
    write_bland_altman(compared, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
