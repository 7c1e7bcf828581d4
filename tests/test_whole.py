"""Files appear whole under their name, or not at all."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trials import trial_of
from valgus import results
from valgus.errors import CannotWrite
from valgus.simulate import film, repetitions
from valgus.whole import all_or_none, exchange, folder_to_write_in, whole_file


def test_a_finished_file_takes_the_name_and_nothing_else_is_left(tmp_path: Path) -> None:
    page = tmp_path / "Bericht für Änna.html"
    page.write_text("old")
    with whole_file(page) as unfinished:
        unfinished.write_text("new")
        assert page.read_text() == "old"
    assert page.read_text() == "new"
    assert list(tmp_path.iterdir()) == [page]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError])
def test_whatever_happens_the_earlier_file_stays(tmp_path: Path, error: type[BaseException]) -> None:
    page = tmp_path / "page.html"
    page.write_text("old")
    with pytest.raises(CannotWrite if error is OSError else error), whole_file(page) as unfinished:
        unfinished.write_text("half of i")
        raise error
    assert page.read_text() == "old"
    assert list(tmp_path.iterdir()) == [page]


def test_no_folder_and_a_file_in_its_place_are_named(tmp_path: Path) -> None:
    nowhere = whole_file(tmp_path / "nowhere" / "page.html")
    with pytest.raises(CannotWrite, match=r"page\.html.*no such folder.*--out"), nowhere as unfinished:
        unfinished.write_text("")
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(CannotWrite, match="a file is where"):
        folder_to_write_in(tmp_path / "taken")
    with pytest.raises(CannotWrite, match="a file is where"):
        folder_to_write_in(tmp_path / "taken" / "out")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on file sizes here")
def test_a_report_that_does_not_fit_on_the_disk_leaves_the_earlier_one(tmp_path: Path) -> None:
    """The kernel refuses the write, as it does on a full disk."""
    folder = tmp_path / "clip.mp4.valgus"
    results.save(trial_of(film(repetitions(peak_fppa_deg=(3.0, 4.0, 5.0)))), folder)
    page = folder / "report.html"
    page.write_text("the earlier page")
    before = sorted(path.name for path in folder.iterdir())
    ran = subprocess.run(
        [sys.executable, "-c", "from valgus.cli import main; main()", "report", str(folder)],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert ran.returncode == 1
    assert "report.html: could not be written" in ran.stderr
    assert "--out" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert page.read_text() == "the earlier page"
    assert sorted(path.name for path in folder.iterdir()) == before


def test_files_appear_when_all_are_complete_and_what_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "a.png").write_text("old")
    with all_or_none(tmp_path) as unfinished:
        (unfinished / "a.png").write_text("new")
        assert (tmp_path / "a.png").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "mine.txt"]
    assert (tmp_path / "a.png").read_text() == "new"


@pytest.mark.parametrize("how", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_of_what_was_stopped(how: type[BaseException], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("old")
    for folder in (tmp_path, tmp_path / "new"):
        with pytest.raises(how), all_or_none(folder) as unfinished:
            (unfinished / "a.png").write_text("new")
            raise how
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_text() == "old"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux does it in one step")
def test_two_folders_change_places_in_one_step_or_stay(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "what").write_text(name)
    assert exchange(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old" / "what").read_text() == "new"
    assert (tmp_path / "new" / "what").read_text() == "old"
    assert not exchange(tmp_path / "new", tmp_path / "nowhere")
    assert (tmp_path / "new" / "what").read_text() == "old"
