"""``valgus batch`` where nothing has to be measured: words, refusals, lists; no pose model is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.command import valgus
from valgus.backends.weights import DETECTOR, LANDMARKER
from valgus.batch.ledger import Ledger


@pytest.fixture()
def model(tmp_path: Path) -> Path:
    """A file that stands for a pose model where none is loaded."""
    path = tmp_path / "any.task"
    with zipfile.ZipFile(path, "w") as bundle:
        for part in (DETECTOR, LANDMARKER):
            bundle.writestr(part, b"never loaded")
    return path


@pytest.fixture()
def study(tmp_path: Path) -> Path:
    """Return a folder in which nothing can be measured."""
    root = tmp_path / "study"
    (root / "anna").mkdir(parents=True)
    (root / "anna" / "bad.mp4").write_text("no video")
    (root / "empty.mov").touch()
    (root / "notes.txt").write_text("words")
    return root


def test_help_has_an_example_and_says_how_it_leaves() -> None:
    shown = valgus("batch", "--help").stdout
    assert "Example: valgus batch" in shown
    assert "5 some clip failed" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("missing",), 2, "missing: there is no such folder."),
        (("any.task",), 2, "any.task: is a file, not a folder."),
        (("study", "--workers", "0"), 2, "--workers"),
        (("study", "--task", "jumping"), 2, "Choose from: step-down"),
        (("study", "--workers", "2", "--scheduler", "tcp://127.0.0.1:9"), 2, "--workers is for this machine"),
    ],
)
def test_wrong_usage_is_answered_in_words(
    arguments: tuple[str, ...], status: int, says: str, tmp_path: Path, study: Path, model: Path
) -> None:
    shown = valgus("batch", "--model", model, *arguments, cwd=tmp_path)
    assert shown.returncode == status
    assert says in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_folder_of_bad_files_gives_tables_that_say_so(study: Path, model: Path) -> None:
    shown = valgus("batch", study, "--model", model, "--workers", 1)
    assert (shown.returncode, shown.stderr) == (5, "")
    bad, empty, counts, _ = shown.stdout.splitlines()
    assert bad.startswith("anna/bad.mp4: failed: is not a video")
    assert empty == "empty.mov: failed: is empty (0 bytes)."
    assert counts.startswith("2 clips: 0 measured, 0 not measured, 2 failed.")
    assert (study / "failures.csv").read_text().splitlines()[1:] == [
        'anna/bad.mp4,not_readable_as_video,"bad.mp4: is not a video, or its header is missing or damaged.",'
        '3,"Check that the clip plays, then copy it from the phone again."',
        "empty.mov,not_readable_as_video,empty.mov: is empty (0 bytes).,"
        '3,"Check that the clip plays, then copy it from the phone again."',
    ]


def test_a_folder_without_clips_is_no_failure(tmp_path: Path, model: Path) -> None:
    (tmp_path / "nothing").mkdir()
    shown = valgus("batch", tmp_path / "nothing", "--model", model)
    assert shown.returncode == 0
    assert shown.stdout.startswith("0 clips: ")


@pytest.mark.slow
def test_a_dry_run_writes_nothing(study: Path, model: Path) -> None:
    before = sorted(study.rglob("*"))
    shown = valgus("batch", study, "--model", model, "--dry-run")
    assert shown.returncode == 0
    assert "fails   anna/bad.mp4: is not a video" in shown.stdout
    assert shown.stdout.splitlines()[-1] == "2 fail. Nothing was written."
    assert sorted(study.rglob("*")) == before


def test_a_second_batch_in_the_folder_is_told_to_wait(study: Path, model: Path) -> None:
    with closing(Ledger(study)):
        shown = valgus("batch", study, "--model", model)
    assert shown.returncode == 1
    assert "another valgus batch is at work here. Wait until it has finished." in shown.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said_at_once(study: Path, model: Path) -> None:
    study.chmod(0o500)
    shown = valgus("batch", study, "--model", model)
    study.chmod(0o700)
    assert shown.returncode == 1
    assert "--out" in shown.stderr


@pytest.mark.slow
def test_the_parent_of_the_workers_loads_no_decoder_and_no_pose_model(study: Path, model: Path) -> None:
    code = f"""
import sys
from valgus.cli import cli
try:
    cli.main(["batch", {str(study)!r}, "--model", {str(model)!r}], standalone_mode=False)
except SystemExit as left:
    assert left.code == 5
print([name for name in ("mediapipe", "cv2", "av", "matplotlib") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_an_extra_that_is_missing_is_said_before_any_work(study: Path, model: Path) -> None:
    code = f"""
import sys
sys.modules["distributed"] = sys.modules["pyarrow"] = None
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "pyarrow" else found(name, *more)
from valgus.cli import main
main(["batch", {str(study)!r}, "--model", {str(model)!r}, *sys.argv[1:]])
"""
    for option, extra in ((["--parquet"], "parquet"), (["--scheduler", "tcp://127.0.0.1:9"], "cluster")):
        ran = subprocess.run(
            [sys.executable, "-c", code, *option], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 2
        assert f"pip install 'valgus[{extra}]'" in ran.stderr
    assert not (study / "failures.csv").exists()
