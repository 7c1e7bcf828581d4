"""valgus report --figures as a person runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import valgus
from tests.exports.sessions import BOTH_LEGS, NOBODY
from valgus import results


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "clip.mp4.valgus"
    results.save(BOTH_LEGS, folder)
    return folder


@pytest.mark.slow
def test_every_figure_is_written_as_png_and_svg_beside_what_is_there(saved: Path, tmp_path: Path) -> None:
    figures = tmp_path / "Abbildungen für Änna"
    figures.mkdir()
    (figures / "notes.txt").write_text("mine")
    shown = valgus("report", "--figures", figures, saved)
    assert shown.returncode == 0, shown.stderr
    assert "Written: time_series, reps, left_right, knee_path (.png and .svg)" in shown.stdout
    names = ("time_series", "reps", "left_right", "knee_path")
    expected = {f"{name}.{kind}" for name in names for kind in ("png", "svg")}
    assert {path.name for path in figures.iterdir()} == expected | {"notes.txt"}


def test_where_nobody_was_seen_it_says_so_and_leaves_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "clip.mp4.valgus"
    results.save(NOBODY, folder)
    shown = valgus("report", "--figures", tmp_path / "figures", folder)
    assert shown.returncode == 0, shown.stderr
    assert "no figure, because no knee was seen" in shown.stdout
    assert not (tmp_path / "figures").exists()


def test_a_folder_that_cannot_be_is_named_without_a_traceback(saved: Path) -> None:
    shown = valgus("report", "--figures", saved / "reps.csv" / "figures", saved)
    assert shown.returncode == 1
    assert "could not be written" in shown.stderr
    assert "Traceback" not in shown.stderr
