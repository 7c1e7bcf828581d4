"""The command as a person runs it: what it says, how it leaves, and what is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest

from tests.command import VALGUS, left_behind, valgus, valgus_process
from tests.e2e.clips import LONG, SAMPLES, analysed
from tests.e2e.folders import heed_interrupts, short_clip
from valgus import results
from valgus.video import H264Writer

STEP_DOWN = SAMPLES / "step_down_left.mp4"


def picture(grey: int = 90) -> np.ndarray:
    return np.full((320, 180, 3), grey, np.uint8)


@pytest.fixture()
def clip_of(tmp_path: Path):  # type: ignore[no-untyped-def]
    def make(name: str, frames: int, grey: int = 90) -> Path:
        with H264Writer(tmp_path / name, width_px=180, height_px=320, fps=30) as writer:
            for _ in range(frames):
                writer.write(picture(grey))
        return tmp_path / name

    return make


# --- fast ------------------------------------------------------------------------------------------------


def test_help_is_there_at_once() -> None:
    before_s = _cpu_of_children_s()
    shown = [valgus_process("--help") for _ in range(3)]
    with_help_s = _cpu_of_children_s()
    for _ in shown:
        subprocess.run([sys.executable, "-c", "pass"], check=True)
    bare_s = _cpu_of_children_s() - with_help_s
    assert "Example: valgus analyze clip.mp4" in shown[0].stdout
    # Seconds of a processor, because the wall's depend on what else the machine does.
    assert with_help_s - before_s < max(3 * 0.15, 6 * bare_s)


def _cpu_of_children_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def test_every_command_shows_an_example() -> None:
    models = [("models", *name) for name in ((), ("fetch",), ("list",), ("path",))]
    for command in (("analyze",), ("check",), *models):
        shown = valgus(*command, "--help")
        assert shown.returncode == 0
        assert "Example:" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("analyze",), "Missing argument"),
        (("analyse", "clip.mp4"), "analyse"),
        (("analyze", "--task", "jumping", "clip.mp4"), "Choose from: step-down"),
        (("analyze", "--side", "middle", "clip.mp4"), "middle"),
        (("analyze", "missing.mp4"), "missing.mp4: there is no such file"),
        (("analyze", "."), "is a folder"),
        (
            ("analyze", "--offline", "--model", "nothing.task", str(STEP_DOWN)),
            "nothing.task",
        ),
    ],
)
def test_wrong_usage_is_answered_in_words_with_status_2(
    arguments: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    shown = valgus(*arguments, cwd=tmp_path)
    assert shown.returncode == 2
    assert says in shown.stderr
    assert shown.stdout == ""
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("command", ["analyze", "check"])
def test_no_model_is_fetched_for_what_is_no_clip(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VALGUS_CACHE", str(tmp_path / "empty"))
    shown = valgus(command, "--offline", "missing.mp4", cwd=tmp_path)
    assert "missing.mp4: there is no such file" in shown.stderr
    assert "model" not in shown.stderr


@pytest.mark.parametrize("content", [b"", b"this is no video\n" * 50], ids=["zero bytes", "text"])
def test_what_is_no_video_is_one_line_with_status_3(content: bytes, tmp_path: Path) -> None:
    clip = tmp_path / "my clip ü.mp4"
    clip.write_bytes(content)
    _one_line(valgus("analyze", clip), 3, "my clip ü.mp4: ")
    assert left_behind(tmp_path, clip) == []


def _one_line(shown: subprocess.CompletedProcess[str], status: int, begins: str) -> None:
    assert shown.returncode == status
    assert shown.stdout == ""
    assert shown.stderr.count("\n") == 1
    assert shown.stderr.startswith(begins)
    assert shown.stderr.rstrip().endswith(".")


@pytest.mark.slow
def test_a_truncated_clip_is_one_line_with_status_3(tmp_path: Path) -> None:
    clip = tmp_path / "cut.mp4"
    clip.write_bytes(STEP_DOWN.read_bytes()[:20_000])
    _one_line(valgus("analyze", clip), 3, "cut.mp4: ")


def test_sound_alone_is_one_line_with_status_3(tmp_path: Path) -> None:
    clip = tmp_path / "sound.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.time_base = 44100, Fraction(1, 44100)
        container.mux([*stream.encode(frame), *stream.encode(None)])
    _one_line(valgus("analyze", clip), 3, "sound.mp4: ")


# --- with the pose model ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("frames", [1, 8, 60])
def test_a_clip_without_a_person_says_so_saves_that_and_leaves_with_status_4(clip_of, frames: int) -> None:  # type: ignore[no-untyped-def]
    clip = clip_of("nobody.mp4", frames)
    shown = valgus("analyze", clip)
    assert shown.returncode == 4
    assert f"no person found in {frames} of {frames} frames" in shown.stdout.splitlines()[0]
    assert "Film the whole body" in shown.stdout
    assert shown.stderr == ""
    trial = results.load(results.folder_for(clip))
    assert [finding.code for finding in trial.findings] == ["no_person"]


@pytest.mark.slow
def test_legs_out_of_the_picture_are_named_and_leave_with_status_4(tmp_path: Path) -> None:
    clip = tmp_path / "no legs.mp4"
    _cropped(STEP_DOWN, clip, keep=0.62)
    shown = valgus("analyze", clip)
    assert shown.returncode == 4
    assert "both feet" in shown.stdout
    assert "Traceback" not in shown.stderr


def _cropped(source: Path, target: Path, *, keep: float) -> None:
    from valgus.video import ClipReader

    with ClipReader(source) as reader:
        height = int(keep * reader.frame_height_px) // 2 * 2
        with H264Writer(target, width_px=reader.frame_width_px, height_px=height, fps=30) as writer:
            for k, frame in enumerate(reader.frames()):
                if k < 150:
                    writer.write(frame.rgb[:height])


@pytest.mark.slow
def test_a_good_clip_gives_a_table_five_files_and_a_silent_stderr(tmp_path: Path) -> None:
    shown = valgus_process("analyze", "--out", tmp_path / "new folder", STEP_DOWN)
    assert shown.returncode == 0
    assert shown.stderr == ""
    assert shown.stdout.startswith("Left knee: on average")
    assert max(map(len, shown.stdout.splitlines())) <= 80 or "Saved in" in max(
        shown.stdout.splitlines(), key=len
    )
    assert "\x1b" not in shown.stdout
    folder = tmp_path / "new folder" / "step_down_left.mp4.valgus"
    tables = ["frames.csv", "landmarks.csv"]
    assert left_behind(folder) == [
        "analysis.json",
        "figure.png",
        *tables,
        "overlay.mp4",
        "report.html",
        "reps.csv",
    ]
    trial = results.load(folder)
    assert trial == analysed(STEP_DOWN), "a second run gives the same numbers to the last digit"
    reps = pd.read_csv(folder / "reps.csv")
    np.testing.assert_array_equal(reps["fppa_deg"], trial.measures["fppa_deg"])


@pytest.mark.slow
def test_of_several_clips_the_worst_status_counts_and_the_good_ones_are_measured(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"")
    (tmp_path / "good.mp4").write_bytes(short_clip())
    shown = valgus("analyze", tmp_path / "bad.mp4", tmp_path / "good.mp4")
    assert shown.returncode == 3
    assert shown.stderr.startswith("bad.mp4: is empty")
    assert (tmp_path / "good.mp4.valgus" / "reps.csv").is_file()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are of another kind there")
@pytest.mark.parametrize(
    ("how", "after_s"),
    [(how, after_s) for how in (signal.SIGINT, signal.SIGTERM) for after_s in (0.7, 1.2, 1.7, 2.4, 4.0)]
    if LONG
    else [(signal.SIGINT, 0.7), (signal.SIGTERM, 1.2), (signal.SIGINT, 1.7), (signal.SIGTERM, 3.0)],
)
def test_whenever_it_is_interrupted_it_says_so_and_leaves_nothing(
    how: signal.Signals, after_s: float, tmp_path: Path
) -> None:
    """While modules and the model are loaded, too: libraries turn Ctrl-C into errors of their own there."""
    command = [VALGUS, "analyze", "--out", str(tmp_path), str(STEP_DOWN)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
    )
    time.sleep(after_s)
    process.send_signal(how)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, ""), stderr
    assert stderr.strip() == "Interrupted; nothing half-finished was left."
    assert left_behind(tmp_path) == []


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    shown = valgus("analyze", "--out", tmp_path / "taken", STEP_DOWN)
    assert shown.returncode in (1, 2)
    assert "--out" in shown.stderr
    assert (tmp_path / "taken").read_text() == "a file where the folder should be"
