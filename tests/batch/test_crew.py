"""Worker processes: none takes another down. Real processes, real signals; no pose model is needed.

A clip with a true header and gigabytes of nothing behind it keeps a worker busy with its hash.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from valgus.batch.crew import Ended, Job, LocalCrew, Progressed, Started
from valgus.batch.work import Answer, Look, Seen
from valgus.model.batch import Failure

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_videos" / "single_leg_squat.mp4"
PLENTY_S = 120.0
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals are of another kind there"),
]


@pytest.fixture()
def endless(tmp_path: Path) -> Path:
    """A clip that nobody can finish hashing, and that takes no room on the disk."""
    path = tmp_path / "endless.mp4"
    shutil.copy(SAMPLE, path)
    os.truncate(path, 1 << 40)
    return path


@pytest.fixture()
def crew() -> Iterator[LocalCrew]:
    made = LocalCrew(2)
    yield made
    made.close()


def look(number: int, path: Path, *, limit_s: float = PLENTY_S) -> Job:
    return Job(number, Look(path, meant_as_clip=True), limit_s)


def answers(crew: LocalCrew, *, on_start: dict[int, signal.Signals] | None = None) -> dict[int, Answer]:
    """Return the answers by job; a signal is sent to the worker that starts on a job."""
    ended: dict[int, Answer] = {}
    for event in crew.events():
        if isinstance(event, Started) and on_start and event.job.number in on_start:
            os.kill(process_of(crew, event.worker), on_start[event.job.number])
        if isinstance(event, Ended):
            ended[event.job.number] = event.answer
    return ended


def process_of(crew: LocalCrew, place: int) -> int:
    worker = crew._places[place]
    assert worker is not None
    return worker._process.pid


def code(answer: Answer) -> str:
    assert isinstance(answer, Failure)
    return answer.code


def test_every_job_is_answered(crew: LocalCrew, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    for number, path in enumerate([SAMPLE, tmp_path / "text.mp4", SAMPLE, tmp_path / "missing.mp4"]):
        crew.submit(look(number, path))
    found = answers(crew)
    assert isinstance(found[0], Seen) and found[0] == found[2]
    assert (code(found[1]), code(found[3])) == ("not_readable_as_video", "wrong_usage")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (signal.SIGKILL, "process_killed"),
        (signal.SIGSEGV, "process_crashed"),
        (signal.SIGABRT, "process_crashed"),
    ],
)
def test_a_worker_that_dies_costs_its_own_job_only(
    how: signal.Signals, reason: str, crew: LocalCrew, endless: Path
) -> None:
    crew.submit(look(0, endless))
    for number in (1, 2, 3):
        crew.submit(look(number, SAMPLE))
    found = answers(crew, on_start={0: how})
    assert code(found[0]) == reason
    assert all(isinstance(found[number], Seen) for number in (1, 2, 3))


def test_the_name_of_the_signal_is_said(crew: LocalCrew, endless: Path) -> None:
    crew.submit(look(0, endless))
    failure = answers(crew, on_start={0: signal.SIGSEGV})[0]
    assert isinstance(failure, Failure)
    assert "SIGSEGV" in failure.says


def test_a_job_that_does_not_end_is_ended_at_its_time(crew: LocalCrew, endless: Path) -> None:
    crew.submit(look(0, endless, limit_s=1.0))
    crew.submit(look(1, SAMPLE))
    crew.submit(look(2, SAMPLE))
    started_s = time.monotonic()
    found = answers(crew)
    assert code(found[0]) == "time_limit"
    assert isinstance(found[1], Seen) and isinstance(found[2], Seen)
    assert time.monotonic() - started_s < 30


def test_a_worker_that_stands_still_is_ended_at_its_time(crew: LocalCrew, endless: Path) -> None:
    crew.submit(look(0, endless, limit_s=1.0))
    assert code(answers(crew, on_start={0: signal.SIGSTOP})[0]) == "time_limit"


def test_a_worker_that_died_while_idle_costs_nothing(crew: LocalCrew) -> None:
    crew.submit(look(0, SAMPLE))
    answers(crew)
    for place in (0, 1):
        if crew._places[place] is not None:
            os.kill(process_of(crew, place), signal.SIGKILL)
    for number in (1, 2, 3):
        crew.submit(look(number, SAMPLE))
    assert all(isinstance(answer, Seen) for answer in answers(crew).values())


def test_a_worker_that_needs_too_much_memory_is_ended_and_the_reason_is_said(endless: Path) -> None:
    crew = LocalCrew(1, memory_limit_mb=15)
    crew.submit(look(0, endless))
    assert code(answers(crew)[0]) == "out_of_memory"
    crew.close()


def test_jobs_may_be_added_while_others_end(crew: LocalCrew) -> None:
    crew.submit(look(0, SAMPLE))
    seen = []
    for event in crew.events():
        if isinstance(event, Ended):
            seen.append(event.job.number)
            if event.job.number < 3:
                crew.submit(look(event.job.number + 1, SAMPLE))
        assert not isinstance(event, Progressed)
    assert seen == [0, 1, 2, 3]


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def ends_soon(pid: int) -> bool:
    deadline_s = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    return not alive(pid)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_workers_end_when_the_crew_is_closed(crew: LocalCrew, endless: Path) -> None:
    crew.submit(look(0, endless))
    events = crew.events()
    assert isinstance(next(events), Started)
    pid = process_of(crew, 0)
    crew.close()
    assert ends_soon(pid)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_workers_end_when_their_parent_is_killed(endless: Path) -> None:
    script = f"""
from pathlib import Path
from valgus.batch.crew import Job, LocalCrew, Started
from valgus.batch.work import Look
crew = LocalCrew(1)
crew.submit(Job(0, Look(Path({str(endless)!r}), True), 600.0))
for event in crew.events():
    print(crew._places[0]._process.pid, flush=True)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert ends_soon(pid)


def test_a_module_in_the_current_folder_is_not_taken_for_the_real_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('wrong module')")
    monkeypatch.chdir(tmp_path)
    crew = LocalCrew(1)
    crew.submit(look(0, SAMPLE))
    assert isinstance(answers(crew)[0], Seen)
    crew.close()
