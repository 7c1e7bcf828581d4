"""Worker processes on this machine: each does one task at a time, and none can take another down.

Neither `concurrent.futures` nor loky fits: when one worker of theirs dies, the whole pool is broken and every
task in it lost, a task that hangs cannot be ended, and nobody knows which task a dead worker had. Here each
worker is a process of its own with a pipe of its own. The parent hears the end of the pipe when it dies, ends
it when it is over its time, and starts another in its place. The processes are started with `subprocess`
rather than `multiprocessing`, because workers of a cluster may not have children of the latter's kind, a
caller's script would be run again in every child, and numerical libraries read their number of threads from
an environment that must be set before Python starts.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias

import valgus
from valgus.batch.work import Answer, Task, clear_up_after, out_of_memory
from valgus.batch.worker import OUT_OF_MEMORY_STATUS, Answered, Began, Told
from valgus.model.batch import Failure, Reason

#: Time for a process to start, s, on top of a task's own.
TO_START_S = 60.0
#: From the end of a worker's pipe to the end of its process, s; then its status is its own.
TO_DIE_S = 5.0
#: How long to sleep at most before looking at the clock and for Ctrl-C, s.
LOOK_UP_EVERY_S = 0.5
#: One clip is done by one core, so that as many workers as cores do not stand in each other's way.
ONE_THREAD = {
    "VALGUS_DECODER_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Job:
    """A task with its number, by which it is known in events, and the time it may take, s."""

    number: int
    task: Task
    time_limit_s: float


@dataclass(frozen=True)
class Started:
    """A worker has begun."""

    job: Job
    worker: int


@dataclass(frozen=True)
class Progressed:
    """A worker tells how far it is."""

    job: Job
    worker: int
    stage: str
    done: int
    total: int | None


@dataclass(frozen=True)
class Ended:
    """A job is over, in whatever way."""

    job: Job
    answer: Answer


Event: TypeAlias = "Started | Progressed | Ended"


class Crew(Protocol):
    """Somebody who does jobs, here or elsewhere."""

    def submit(self, job: Job, /) -> None:
        """Take a job; also while events are being read."""
        ...

    def events(self) -> Iterator[Event]:
        """Yield what happens until every job taken so far has ended."""
        ...

    def close(self) -> None:
        """End everything at once, finished or not."""
        ...


class LocalCrew:
    """Worker processes on this machine.

    Parameters
    ----------
    workers : int
        How many processes at most; they start when there is something to do.
    memory_limit_mb : int or None
        A worker that uses more is ended and its clip counts as failed.
    """

    def __init__(self, workers: int, *, memory_limit_mb: int | None = None) -> None:
        if workers < 1:
            raise ValueError(f"workers must be at least 1, got {workers}")
        self.memory_limit_mb = memory_limit_mb
        self._waiting: deque[Job] = deque()
        self._inbox: queue.Queue[tuple[_Worker, object]] = queue.Queue()
        self._places: dict[int, _Worker | None] = dict.fromkeys(range(workers))

    def submit(self, job: Job, /) -> None:
        """Take a job."""
        self._waiting.append(job)

    def events(self) -> Iterator[Event]:
        """Yield what happens until every job taken so far has ended."""
        while self._waiting or self._busy():
            self._hand_out()
            with suppress(queue.Empty):
                worker, message = self._inbox.get(timeout=LOOK_UP_EVERY_S)
                yield from self._heard(worker, message)
            yield from self._overdue()

    def close(self) -> None:
        """End all workers; of a clip in work nothing is left."""
        for place, worker in self._places.items():
            if worker is not None:
                self._dismiss(place, worker)

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._places.values() if worker and worker.job]

    def _hand_out(self) -> None:
        for place, worker in self._places.items():
            if not self._waiting:
                return
            if worker is None:
                worker = self._places[place] = _Worker(place, self._inbox, self.memory_limit_mb)
            if worker.job is None:
                worker.give(self._waiting.popleft())

    def _heard(self, worker: _Worker, message: object) -> Iterator[Event]:
        job = worker.job
        if self._places[worker.place] is not worker or isinstance(message, _Gone):
            yield from self._gone(worker)
        elif job is not None and isinstance(message, Began):
            worker.begins()
            yield Started(job, worker.place)
        elif job is not None and isinstance(message, Told):
            yield Progressed(job, worker.place, message.stage, message.done, message.total)
        elif job is not None and isinstance(message, Answered):
            worker.rests()
            yield Ended(job, message.answer)

    def _gone(self, worker: _Worker) -> Iterator[Event]:
        """Clear up after a worker that has died, unless it was dismissed and replaced before."""
        if self._places[worker.place] is not worker:
            return
        status, job = self._dismiss(worker.place, worker), worker.job
        if job is None:
            return
        if worker.experienced and not worker.has_begun:  # it died before, of an earlier task or of nothing
            self._waiting.appendleft(job)
        else:
            yield Ended(job, _why_gone(status))

    def _overdue(self) -> Iterator[Event]:
        for worker in self._busy():
            if worker.job is not None and time.monotonic() > worker.deadline_s:
                self._dismiss(worker.place, worker)
                yield Ended(worker.job, _over_time(worker.job.time_limit_s))

    def _dismiss(self, place: int, worker: _Worker) -> int:
        """End a worker and remove what it leaves of its task. Returns how its process ended."""
        self._places[place] = None
        status = worker.end()
        if worker.job is not None:
            clear_up_after(worker.job.task)
        return status


@dataclass(frozen=True)
class _Gone:
    """The pipe of a worker has ended."""


class _Worker:
    """One process, and the job it has."""

    def __init__(
        self, place: int, inbox: queue.Queue[tuple[_Worker, object]], memory_limit_mb: int | None
    ) -> None:
        self.place = place
        self.job: Job | None = None
        self.deadline_s = 0.0
        self.has_begun = self.experienced = False
        self._heard_last = False
        self._process = _started()
        self._send(memory_limit_mb)
        threading.Thread(target=self._listen, args=(inbox,), daemon=True).start()

    def give(self, job: Job) -> None:
        self.job, self.has_begun = job, False
        self.deadline_s = time.monotonic() + TO_START_S + job.time_limit_s
        self._send(job.task)

    def begins(self) -> None:
        assert self.job is not None
        self.has_begun = True
        self.deadline_s = time.monotonic() + self.job.time_limit_s

    def rests(self) -> None:
        self.job, self.experienced = None, True

    def end(self) -> int:
        """End the process unless it has ended by itself, and return its status."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(TO_DIE_S if self._heard_last else 0)
        self._process.kill()
        status = self._process.wait()
        with suppress(OSError):  # what was not sent yet cannot be any more
            _pipe(self._process.stdin).close()
        return status

    def _send(self, message: object) -> None:
        with suppress(OSError):  # it is gone; that is heard at its other pipe
            pickle.dump(message, _pipe(self._process.stdin))
            _pipe(self._process.stdin).flush()

    def _listen(self, inbox: queue.Queue[tuple[_Worker, object]]) -> None:
        with _pipe(self._process.stdout) as replies, suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                inbox.put((self, pickle.load(replies)))
        self._heard_last = True
        inbox.put((self, _Gone()))


def _pipe(stream: IO[Any] | None) -> IO[bytes]:
    assert stream is not None, "both pipes were asked for"
    return stream


def _started() -> subprocess.Popen[bytes]:
    # Not from the current folder, which may hold a file named like a module; but this very package.
    home = str(Path(valgus.__file__).parents[1])
    code = (
        f"import sys; del sys.path[0]; sys.path.append({home!r}); import valgus.batch.worker as w; w.main()"
    )
    # In a session of its own, because Ctrl-C is for the parent, which then ends its workers.
    apart: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        apart = {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **ONE_THREAD},
        **apart,
    )


# --- why there is no answer ---------------------------------------------------------------------------------


def _over_time(limit_s: float) -> Failure:
    return Failure(
        Reason.TIME_LIMIT.value,
        f"not finished after {limit_s:.0f} s, so it was stopped.",
        "Check that the clip plays to its end; run again with a longer --time-limit if it does.",
        1,
    )


def _why_gone(status: int) -> Failure:
    if status == OUT_OF_MEMORY_STATUS:
        return out_of_memory()
    if status == -getattr(signal, "SIGKILL", 9):
        return Failure(
            Reason.KILLED.value,
            "the process was killed from outside; most often the system does that when memory runs out.",
            "Run again; use fewer --workers if it happens again.",
            1,
        )
    return Failure(
        Reason.CRASHED.value,
        f"the process crashed ({_signal_name(status)}).",
        "Export the clip as H.264 in an mp4 file, and report the clip if that crashes too.",
        1,
    )


def _signal_name(status: int) -> str:
    with suppress(ValueError):
        return signal.Signals(-status).name
    return f"status {status}"
