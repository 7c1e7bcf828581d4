"""The same tasks on many machines that share the folder, through a Dask scheduler.

Dask hands out tasks and hands them out again when a machine is lost. What isolates a clip is the same as on
one machine: every thread of a Dask worker keeps one worker process of `valgus.batch.crew` and gives it one
task at a time. A task that ran twice, because its machine was thought lost, saved the same results twice.
"""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from valgus import __version__
from valgus.batch.crew import Ended, Event, Job, LocalCrew
from valgus.batch.work import Answer
from valgus.errors import EnvironmentFailed, WrongUsage
from valgus.model.batch import Failure, Reason

if TYPE_CHECKING:
    from distributed import Client, Future

#: Time to find the scheduler, s.
TO_CONNECT_S = 10
#: How long to wait at most before looking for Ctrl-C, s.
LOOK_UP_EVERY_S = 0.5
_THREAD = threading.local()


class ClusterCrew:
    """Machines that have joined a Dask scheduler, whenever they join.

    Parameters
    ----------
    scheduler : str
        Its address, for example ``tcp://10.0.0.5:8786``.
    memory_limit_mb : int or None
        As in `LocalCrew`, for every worker process.

    Raises
    ------
    WrongUsage
        If the extra 'cluster' is not installed.
    EnvironmentFailed
        If the scheduler does not answer.
    """

    def __init__(self, scheduler: str, *, memory_limit_mb: int | None = None) -> None:
        self._memory_limit_mb = memory_limit_mb
        self._client = _connected(scheduler)
        self._jobs: dict[Future, Job] = {}
        self._over: queue.Queue[Future] = queue.Queue()

    def submit(self, job: Job, /) -> None:
        """Take a job; it is done on whichever machine is free."""
        future = self._client.submit(
            do_here,
            job,
            self._memory_limit_mb,
            __version__,
            pure=False,
            key=f"valgus-{uuid.uuid4().hex}",
        )
        self._jobs[future] = job
        future.add_done_callback(self._over.put)

    def events(self) -> Iterator[Event]:
        """Yield what happens until every job taken so far has ended; only ends are heard of from afar."""
        while self._jobs:
            try:
                future = self._over.get(timeout=LOOK_UP_EVERY_S)
            except queue.Empty:
                continue
            if future.status == "cancelled":  # that is how all of them end when the scheduler is lost
                raise EnvironmentFailed(
                    "The connection to the scheduler was lost.",
                    "Start it again and run the same command: it goes on where it stopped.",
                )
            yield Ended(self._jobs.pop(future), _answer_of(future))

    def close(self) -> None:
        """Take back what nobody has begun, and leave; clips in work elsewhere are finished there."""
        with suppress(Exception):  # the scheduler may be gone already, and leaving must not fail
            self._client.cancel(list(self._jobs))
        with suppress(Exception):
            self._client.close(timeout=5)


def do_here(job: Job, memory_limit_mb: int | None, version: str, /) -> Answer:
    """Do one job on this machine, in a process of its own; this is what a Dask worker runs."""
    if version != __version__:
        return Failure(
            "version_differs",
            f"a machine of the cluster has valgus {__version__}, the batch was started with {version}.",
            "Install the same version on every machine.",
            1,
        )
    crew = _crew_of_this_thread(memory_limit_mb)
    crew.submit(job)
    return next(event.answer for event in list(crew.events()) if isinstance(event, Ended))


def _crew_of_this_thread(memory_limit_mb: int | None) -> LocalCrew:
    """Return the worker process of this thread, kept so that the pose model's library is loaded once."""
    kept: LocalCrew | None = getattr(_THREAD, "crew", None)
    if kept is None or kept.memory_limit_mb != memory_limit_mb:
        kept = _THREAD.crew = LocalCrew(1, memory_limit_mb=memory_limit_mb)
    return kept


def _connected(scheduler: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise WrongUsage(
            "--scheduler needs Dask, which is not installed.",
            "Install it with: pip install 'valgus[cluster]'",
        ) from None
    _quieten()
    try:
        return Client(scheduler, timeout=TO_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as wrong:
        raise EnvironmentFailed(
            f"No scheduler answers at {scheduler}.",
            "Start one with: dask scheduler; it prints its address. See docs/cluster.md.",
        ) from wrong


def _quieten() -> None:
    """Keep Dask's log lines off the terminal: what they are about is said in a sentence here."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "distributed":  # each has a level and a handler of its own
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _answer_of(future: Future) -> Answer:
    """Return the answer of a future that is over; Dask gives up on a task that took several machines down."""
    error = future.exception()
    if error is None:
        answer: Answer = future.result()
        return answer
    return Failure(
        Reason.KILLED.value,
        f"the machines that worked on it were lost ({type(error).__name__}).",
        "Run again: clips that are done are not done again.",
        1,
    )
