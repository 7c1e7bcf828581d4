"""A disk that is full or only to be read, mounted for the test: nothing is lost, and what to do is said."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import valgus
from tests.e2e.clips import SAMPLES
from tests.e2e.folders import QUICK, short_clip
from tests.trials import trial_of
from valgus import results
from valgus.backends import weights
from valgus.simulate import film, repetitions

TRIAL = trial_of(film(repetitions(peak_fppa_deg=(3.0, 4.0, 5.0), rep_s=1.2, rest_s=0.6)))


def mount(*options: str) -> bool:
    return subprocess.run(["mount", *options], capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB of its own."""
    place = tmp_path / "Platte ü"
    place.mkdir()
    if shutil.which("mount") is None or not mount("-t", "tmpfs", "-o", "size=6m", "none", str(place)):
        pytest.skip("mounting a disk needs Linux and root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def read_only(disk: Path) -> None:
    assert mount("-o", "remount,ro", str(disk))


def fill(disk: Path) -> None:
    free = os.statvfs(disk)
    with (disk / "other").open("wb") as file:
        file.write(bytes((free.f_bavail - 3) * free.f_bsize))


def names_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_clip_in_a_folder_that_may_only_be_read_is_refused_before_any_work(disk: Path) -> None:
    clip = Path(shutil.copy(SAMPLES / "step_down_left.mp4", disk))
    read_only(disk)
    ran = valgus("analyze", clip)
    assert ran.returncode == 1
    assert "the folder is read-only" in ran.stderr
    assert "--out DIR" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


@pytest.mark.slow
def test_a_page_in_a_folder_that_may_only_be_read_goes_elsewhere(disk: Path, tmp_path: Path) -> None:
    folder = disk / "clip.mp4.valgus"
    results.save(TRIAL, folder)
    read_only(disk)
    ran = valgus("report", folder)
    assert ran.returncode == 1
    assert "report.html: could not be written: the folder is read-only. Choose another place" in ran.stderr
    page = tmp_path / "page.html"
    assert valgus("report", folder, "--out", page).returncode == 0
    assert "<h1>" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [("report",), ("report", "--figures")])
def test_a_full_disk_leaves_what_was_there_and_nothing_else(disk: Path, command: tuple[str, ...]) -> None:
    folder = disk / "clip.mp4.valgus"
    results.save(TRIAL, folder)
    (folder / "report.html").write_text("the earlier page")
    fill(disk)
    before = names_below(disk)
    figures = [disk / "figures"] if "--figures" in command else []
    ran = valgus(*command, *figures, folder)
    assert ran.returncode == 1
    assert "the disk is full" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (folder / "report.html").read_text() == "the earlier page"
    assert names_below(disk) == before


@pytest.mark.slow
def test_a_disk_that_is_full_when_results_are_saved_keeps_the_earlier_ones(disk: Path) -> None:
    folder = disk / "clip.mp4.valgus"
    results.save(TRIAL, folder)
    clip = disk / "clip.mp4"
    clip.write_bytes(short_clip(from_s=1.0, to_s=2.0))
    fill(disk)
    before = names_below(disk)
    ran = valgus("analyze", *QUICK, clip)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "clip.mp4.valgus: could not be written: the disk is full. "
        "Choose another place with --out DIR; an earlier result is untouched.\n"
    )
    assert names_below(disk) == before
    assert results.load(folder) == TRIAL


@pytest.mark.slow
def test_a_disk_that_is_full_keeps_no_half_of_a_model(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    valgus("models", "fetch", "full")
    own = Path(shutil.copy(weights.whole_model("full").path, disk.parent / "own.task"))
    monkeypatch.setenv("VALGUS_CACHE", str(disk / "cache"))
    fill(disk)
    ran = valgus("check", "--model", own, SAMPLES / "step_down_left.mp4")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "The pose model could not be kept in" in ran.stderr
    assert "the disk is full. Make room there, or set VALGUS_CACHE to another folder." in ran.stderr
    assert [path for path in (disk / "cache").rglob("*") if path.is_file()] == []
