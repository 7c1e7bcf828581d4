"""The same batch on a cluster: a real scheduler and two workers, one of which is lost in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
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


@pytest.fixture()
def scheduler(tmp_path: Path) -> Iterator[str]:
    place = tmp_path / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(place))
    with running("scheduler", *options, log=tmp_path / "scheduler.log"):
        waited_for(lambda: 1 if place.is_file() and place.stat().st_size else None)
        time.sleep(0.5)
        yield str(pd.read_json(place, typ="series")["address"])


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


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path) -> None:
    ran = batch(folder_of(tmp_path, "a.mp4"), "--scheduler", "tcp://127.0.0.1:9")
    assert ran.returncode == 1
    assert "No scheduler answers at tcp://127.0.0.1:9." in ran.stderr
    assert "Traceback" not in ran.stderr
