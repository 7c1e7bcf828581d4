"""A folder of clips as a person measures it: what comes out, and what is left when things go wrong."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.command import valgus
from tests.e2e.clips import LONG, REAL, needs_real_clips
from tests.e2e.folders import QUICK, at_work_on, batch, contents, folder_of, has_open, started, workers
from valgus.video import H264Writer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see who is at work"),
]
#: How often a batch is killed; more where there is time.
KILLS = int(os.environ.get("VALGUS_KILLS", "3"))
PEOPLE = (
    "Änna Groß/2026-11-20/left 1.mp4",
    "Änna Groß/2026-11-21/left 2.mp4",
    "berta/2026-11-20/clip.MOV",
    "chris/2026-11-21/=1+1.mp4",
)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three people's clips on two days, a bad file and a text file, measured by one worker."""
    root = folder_of(tmp_path_factory.mktemp("undisturbed") / "study", *PEOPLE)
    (root / "berta" / "bad.mp4").write_text("no video")
    (root / "notes.txt").write_text("not meant as a clip")
    (root / "chris" / "2026-11-21" / "session.toml").write_text('person = "Chris"\npain_during = 2\n')
    ran = batch(root, "--workers", 1)
    assert ran.returncode == 5, ran.stderr
    assert ran.stderr == ""
    (root.parent / "stdout.txt").write_text(ran.stdout)
    return root


def again(undisturbed: Path, place: Path) -> Path:
    """Return the same folder as it was before anything was measured."""
    root = place / "study"
    ignore = shutil.ignore_patterns("*.valgus", "*.csv", "*.html", ".valgus-batch*")
    return Path(shutil.copytree(undisturbed, root, ignore=ignore))


def test_three_people_two_days_a_bad_file_and_a_text_file(undisturbed: Path) -> None:
    summary = pd.read_csv(undisturbed / "summary.csv")
    assert list(zip(summary["clip"], summary["person"], summary["date"], strict=True)) == [
        ("berta/2026-11-20/clip.MOV", "berta", "2026-11-20"),
        ("chris/2026-11-21/=1+1.mp4", "Chris", "2026-11-21"),
        ("Änna Groß/2026-11-20/left 1.mp4", "Änna Groß", "2026-11-20"),
        ("Änna Groß/2026-11-21/left 2.mp4", "Änna Groß", "2026-11-21"),
    ]
    reps = pd.read_csv(undisturbed / "reps.csv")
    assert list(reps.columns) == list(pd.read_csv(next(undisturbed.rglob("*.valgus/reps.csv"))).columns)
    assert len(reps) == summary["reps"].sum() > 0
    failures = pd.read_csv(undisturbed / "failures.csv")
    assert list(failures["clip"]) == ["berta/bad.mp4"]
    assert list(failures["exit_status"]) == [3]
    page = (undisturbed / "index.html").read_text(encoding="utf-8")
    assert "./%C3%84nna%20Gro%C3%9F/2026-11-20/left%201.mp4.valgus/report.html" in page


def test_each_clip_and_the_bad_file_have_one_line(undisturbed: Path) -> None:
    *lines, counts, written = (undisturbed.parent / "stdout.txt").read_text().splitlines()
    assert sorted(line.split(": ")[0] for line in lines) == sorted([*PEOPLE, "berta/bad.mp4"])
    assert lines[0].startswith("berta/bad.mp4: failed: ")
    assert counts.startswith("5 clips: 4 measured, 0 not measured, 1 failed.")
    assert written == f"Written: summary.csv, reps.csv, failures.csv, index.html in {undisturbed}"


def test_results_are_those_of_analyze(undisturbed: Path, tmp_path: Path) -> None:
    clip = undisturbed / PEOPLE[2]
    assert valgus("analyze", *QUICK, "--out", tmp_path, clip).returncode in (0, 4)
    assert contents(tmp_path / "clip.MOV.valgus") == contents(clip.with_name("clip.MOV.valgus"))


def test_the_number_of_workers_changes_no_byte(undisturbed: Path, tmp_path: Path) -> None:
    root = again(undisturbed, tmp_path)
    assert batch(root, "--workers", 2).returncode == 5
    assert contents(root) == contents(undisturbed)


def test_a_second_run_does_nothing_again_and_renamed_clips_keep_their_results(
    undisturbed: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(undisturbed, tmp_path / "study"))
    stamps = {path: path.stat().st_mtime_ns for path in root.rglob("*.valgus/*")}
    ran = batch(root)
    assert "4 were done already." in ran.stdout
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*.valgus/*")} == stamps
    (root / PEOPLE[2]).rename(root / "berta" / "2026-11-20" / "moved.mp4")
    listed = batch(root, "--dry-run")
    assert "re-use  berta/2026-11-20/moved.mp4" in listed.stdout.splitlines()
    started_s = time.monotonic()
    assert batch(root).returncode == 5
    assert not (root / f"{PEOPLE[2]}.valgus").exists()
    moved = root / "berta" / "2026-11-20" / "moved.mp4"
    assert valgus("analyze", *QUICK, "--out", tmp_path, moved).returncode in (0, 4)
    assert contents(tmp_path / "moved.mp4.valgus") == contents(moved.with_name("moved.mp4.valgus"))
    assert time.monotonic() - started_s < 120


def test_results_may_go_elsewhere_in_the_same_tree(undisturbed: Path, tmp_path: Path) -> None:
    root = again(undisturbed, tmp_path)
    before = contents(root)
    ran = batch(root, "--include", "berta", "--out", tmp_path / "out")
    assert ran.returncode == 5
    assert contents(root) == before
    assert (tmp_path / "out" / "berta" / "2026-11-20" / "clip.MOV.valgus" / "report.html").is_file()
    assert len(pd.read_csv(tmp_path / "out" / "summary.csv")) == 1


def test_a_batch_killed_at_random_moments_ends_as_if_nothing_had_happened(
    undisturbed: Path, tmp_path: Path
) -> None:
    root = again(undisturbed, tmp_path)
    moments = random.Random(20261121)
    for _ in range(KILLS):
        process = started(root, "--workers", 2)
        time.sleep(moments.uniform(0.3, 7.0))
        process.kill()
        process.communicate()
    ran = batch(root, "--workers", 2)
    assert ran.returncode == 5
    assert ran.stderr == ""
    assert contents(root) == contents(undisturbed)


def test_ctrl_c_ends_everything_says_how_to_go_on_and_the_next_run_does(
    undisturbed: Path, tmp_path: Path
) -> None:
    root = again(undisturbed, tmp_path)
    process = started(root, "--workers", 1)
    assert process.stdout is not None
    # What is no clip is said before anything is measured.
    first = next(line for line in iter(process.stdout.readline, "") if ": failed: " not in line)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert first.split(": ")[0] in PEOPLE
    assert stderr.strip() == (
        "Interrupted; nothing half-finished was left. 1 of 4 clips were finished: "
        "the same command goes on with the rest."
    )
    assert [path for path in root.rglob(".*") if path.is_dir()] == []
    assert not [pid for pid in workers() if has_open(pid, root)]
    ran = batch(root, "--workers", 1)
    assert "1 was done already." in ran.stdout
    assert contents(root) == contents(undisturbed)


def test_a_killed_and_a_hanging_worker_cost_one_clip_each_and_the_next_run_makes_up_for_them(
    undisturbed: Path, tmp_path: Path
) -> None:
    root = again(undisturbed, tmp_path)
    killed, hanging = root / PEOPLE[2], root / PEOPLE[3]
    process = started(root, "--workers", 2, "--time-limit", 25)
    os.kill(at_work_on(killed), signal.SIGKILL)
    os.kill(at_work_on(hanging, for_s=0.3), signal.SIGSTOP)
    stdout, stderr = process.communicate(timeout=200)
    assert (process.returncode, stderr) == (5, "")
    failures = pd.read_csv(root / "failures.csv").set_index("clip")["reason"].to_dict()
    assert failures == {
        "berta/bad.mp4": "not_readable_as_video",
        PEOPLE[2]: "process_killed",
        PEOPLE[3]: "time_limit",
    }
    assert "5 clips: 2 measured, 0 not measured, 3 failed." in stdout
    assert [path for path in root.rglob(".*") if path.is_dir()] == []
    assert batch(root, "--workers", 2).returncode == 5
    assert contents(root) == contents(undisturbed)


def test_a_clip_that_needs_too_much_memory_is_one_row_and_the_others_are_measured(tmp_path: Path) -> None:
    root = folder_of(tmp_path / "study", "small.mp4")
    with H264Writer(root / "huge.mp4", width_px=8192, height_px=4096, fps=30, preset="fast") as writer:
        for grey in range(0, 240, 15):
            writer.write(np.full((4096, 8192, 3), grey, np.uint8))
    ran = batch(root, "--workers", 1, "--memory-limit", 620)
    assert ran.returncode == 5
    assert list(pd.read_csv(root / "failures.csv")["reason"]) == ["out_of_memory"]
    assert list(pd.read_csv(root / "summary.csv")["clip"]) == ["small.mp4"]


def test_names_of_every_kind(tmp_path: Path) -> None:
    names = ("-x.mp4", "=cmd.mp4", "a\nb.mp4", "ü ß.mp4", "100% #1?.mp4", "[red]x.mp4")
    root = folder_of(tmp_path / "-study", names[0])
    for name in names[1:]:
        shutil.copy(root / names[0], root / name)
    ran = batch(root, "--workers", 2)
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.splitlines()) == len(names) + 2
    safe = {f"'{name}" if name[0] in "-=" else name for name in names}
    assert set(pd.read_csv(root / "summary.csv")["clip"]) == safe
    assert set(pd.read_csv(root / "reps.csv")["clip"]) == safe


#: One of each kind; all of them by VALGUS_LONG.
BAD_IN_MANY_WAYS = {
    *("audio_only.mp4", "black.mp4", "eight_frames.mp4", "one_frame.mp4", "small.gif", "text_named.mp4"),
    *("truncated_after_moov_40pct.mp4", "truncated_no_moov.mp4", "zero_byte.mp4", "no_person_part1.mp4"),
    *("vp9.webm", "fps10.mp4"),
}


@needs_real_clips
def test_every_bad_clip_is_measured_refused_or_named_and_none_stops_the_batch(tmp_path: Path) -> None:
    clips = {path.name for path in (REAL / "hard").iterdir()} if LONG else BAD_IN_MANY_WAYS
    (tmp_path / "clips").mkdir()
    for name in clips:
        shutil.copy(REAL / "hard" / name, tmp_path / "clips")
    ran = batch(tmp_path / "clips", "--out", tmp_path / "out")
    assert ran.returncode == 5
    assert ran.stderr == ""
    measured = {clip for clip, reps in _reps_by_clip(tmp_path / "out").items() if reps}
    failures = pd.read_csv(tmp_path / "out" / "failures.csv")
    assert measured | set(failures["clip"]) == clips
    assert not measured & set(failures["clip"])
    assert failures["message"].notna().all() and failures["what_to_do"].notna().all()
    lines = ran.stdout.splitlines()
    assert len(lines) == len(set(lines))


def _reps_by_clip(folder: Path) -> dict[str, int]:
    counted = pd.read_csv(folder / "summary.csv").groupby("clip")["reps"].sum()
    return {str(clip): int(count) for clip, count in counted.items()}
