"""The same batch on a cluster: a real scheduler and two workers, one of which is lost in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pandas as pd
import pytest

from tests.e2e.folders import at_work_on, batch, contents, folder_of, started, waited_for

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see who is at work"),
]
DASK = str(Path(sys.executable).with_name("dask"))
CLIPS = tuple(f"anna/2026-11-2{day}/{name}.mp4" for day in (0, 1) for name in ("a", "b", "c"))


@contextmanager
def running(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen([DASK, *arguments], stdout=file, stderr=file, cwd=log.parent)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def scheduling(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(place))
    with running("scheduler", *options, log=place.with_suffix(".log")) as process:
        waited_for(lambda: 1 if place.is_file() and place.read_text().endswith("}") else None)
        yield process


def address_in(place: Path) -> str:
    return str(json.loads(place.read_text())["address"])


@pytest.fixture()
def scheduler(tmp_path: Path) -> Iterator[str]:
    with scheduling(tmp_path / "scheduler.json"):
        yield address_in(tmp_path / "scheduler.json")


def worker(scheduler: str, place: Path, name: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", name)
    local = ("--local-directory", str(place / f"local-{name}"))
    return running("worker", scheduler, *options, *local, log=place / f"{name}.log")


def test_a_machine_that_is_lost_loses_nothing_and_nothing_is_there_twice(
    scheduler: str, tmp_path: Path
) -> None:
    root, alone = folder_of(tmp_path / "study", *CLIPS), folder_of(tmp_path / "alone" / "study", *CLIPS)
    with worker(scheduler, tmp_path, "one") as one, worker(scheduler, tmp_path, "two") as two:
        process = started(root, "--scheduler", scheduler)
        lost = _parent_of(at_work_on(root))
        assert lost in (one.pid, two.pid)
        os.kill(lost, signal.SIGKILL)
        stdout, stderr = process.communicate(timeout=300)
    assert (process.returncode, stderr) == (0, "")
    assert stdout.count("FPPA") == len(CLIPS)
    assert list(pd.read_csv(root / "summary.csv")["clip"]) == sorted(CLIPS)
    assert batch(alone, "--workers", 2).returncode == 0
    assert contents(root) == contents(alone)


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_a_scheduler_that_is_lost_ends_the_batch_in_words_and_the_next_run_goes_on(tmp_path: Path) -> None:
    root, place = folder_of(tmp_path / "study", "a.mp4", "b.mp4"), tmp_path / "scheduler.json"
    with scheduling(place) as scheduler, worker(address_in(place), tmp_path, "one"):
        process = started(root, "--scheduler", address_in(place))
        at_work_on(root)
        scheduler.kill()
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stderr.startswith("The connection to the scheduler was lost. Start it again")
    assert stderr.count("\n") == 1
    assert batch(root).returncode == 0


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path) -> None:
    ran = batch(folder_of(tmp_path, "a.mp4"), "--scheduler", "tcp://127.0.0.1:9")
    assert ran.returncode == 1
    assert "No scheduler answers at tcp://127.0.0.1:9." in ran.stderr
    assert "Traceback" not in ran.stderr
