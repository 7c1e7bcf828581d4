"""The other end of `valgus.batch.crew`: a process that does one task after the other."""

from __future__ import annotations

import os
import pickle
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

#: Exit status by which the crew knows that the process ended itself because of its memory.
OUT_OF_MEMORY_STATUS = 77
MEMORY_LOOKED_AT_EVERY_S = 0.1
#: Progress is told this often at most, so that telling costs nothing.
TOLD_EVERY_S = 0.2
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Began:
    """The worker has started on its task; waiting for the process itself is over."""


@dataclass(frozen=True)
class Told:
    """How far the task is: stage, frames done, frames in all where known."""

    stage: str
    done: int
    total: int | None


@dataclass(frozen=True)
class Answered:
    """The task is over."""

    answer: Any


def main() -> None:
    """Do tasks that come on stdin and answer on stdout, pickled; end when stdin ends.

    The end of stdin is also how the process learns that its parent was killed: it then ends at once.
    """
    tasks, replies = _own_streams()
    memory_limit_mb = pickle.load(tasks)
    if memory_limit_mb is not None:
        threading.Thread(target=_watch_memory, args=(memory_limit_mb,), daemon=True).start()
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(tasks, inbox), daemon=True).start()
    fit = True
    while fit:
        fit = _do(inbox.get(), _sender(replies)) and _is_lean(memory_limit_mb)


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Return the two pipes, out of reach of anything that reads or prints: libraries print what they like."""
    tasks, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return tasks, replies


def _receive(tasks: IO[bytes], inbox: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            inbox.put(pickle.load(tasks))
    except (EOFError, OSError):
        os._exit(0)
    finally:  # a task that cannot be understood
        os._exit(1)


def _sender(replies: IO[bytes]) -> Callable[[object], None]:
    def send(message: object) -> None:
        try:
            pickle.dump(message, replies)
            replies.flush()
        except OSError:  # nobody is there any more
            os._exit(0)

    return send


def _do(task: Any, send: Callable[[object], None]) -> bool:
    """Do one task; return whether this process is fit for another."""
    from valgus.batch.work import out_of_memory, perform

    send(Began())
    answer = perform(task, _seldom(send))
    send(Answered(answer))
    return bool(answer != out_of_memory())


def _seldom(send: Callable[[object], None]) -> Callable[[str, int, int | None], None]:
    last_s = 0.0

    def tell(stage: str, done: int, total: int | None) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= TOLD_EVERY_S:
            last_s = time.monotonic()
            send(Told(stage, done, total))

    return tell


def _is_lean(limit_mb: int | None) -> bool:
    """Return whether what earlier clips have left in memory leaves the next one room enough."""
    return limit_mb is None or used_mb() < limit_mb / 2


def _watch_memory(limit_mb: int) -> None:
    """End the process when it uses more than it may.

    A limit by the operating system would make single allocations fail instead, and a decoder that is refused
    memory leaves out pictures without a word: the clip would be measured wrongly. (It would also count
    reserved addresses, of which the pose model has gigabytes.)
    """
    while used_mb() <= limit_mb:
        time.sleep(MEMORY_LOOKED_AT_EVERY_S)
    os._exit(OUT_OF_MEMORY_STATUS)


def used_mb() -> float:
    """Return how much memory this process has in use, MB; 0 where the system does not tell."""
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE
    with suppress(ImportError):
        import resource

        # The most it ever used; a worker that was within its limit has never used more. macOS counts bytes.
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / _MEGABYTE if sys.platform == "darwin" else most * 1024 / _MEGABYTE
    return 0.0
