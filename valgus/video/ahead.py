"""Decode in a thread of its own while the pictures before are being looked at."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

T = TypeVar("T")


class _End:
    """What the thread hands over last: the error that stopped it, or none."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def decode_ahead(frames: Iterable[T], *, depth: int = 4) -> Generator[T, None, None]:
    """Yield the items of another iterator, which runs ahead in its own thread.

    PyAV and MediaPipe both release the interpreter lock, so decoding and tracking then use two cores.

    Parameters
    ----------
    frames : iterable
        Usually ``reader.frames()``. It is only ever run by the one thread, and is closed there.
    depth : int, keyword-only
        Items that may wait, besides one in hand on either side; it bounds the memory.

    Yields
    ------
    object
        The items in their order. The thread starts when the first is asked for. It has ended when this
        iterator is exhausted, closed or collected. Close it before what it decodes from: an exception that is
        on its way keeps it from being collected (``with closing(decode_ahead(...)) as frames``).

    Raises
    ------
    ValueError
        If `depth` is below 1.
    BaseException
        Whatever `frames` raises, after the items that came before it.
    """
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    return _ahead(frames, depth)


def _ahead(frames: Iterable[T], depth: int) -> Generator[T, None, None]:
    handover: queue.Queue[T | _End] = queue.Queue(maxsize=depth)
    go, stop = threading.Event(), threading.Event()
    # A daemon, so that a decoder that hangs cannot keep the program from ending.
    thread = threading.Thread(
        target=_feed, args=(frames, handover, go, stop), name="decode-ahead", daemon=True
    )
    try:
        # Ctrl-C may come while the thread is being started: until it may go it touches no decoder, because
        # by then that may be closed.
        thread.start()
        go.set()
        while not isinstance(item := handover.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stop.set()
        go.set()
        _drain(handover, thread)


def _feed(
    frames: Iterable[T], handover: queue.Queue[T | _End], go: threading.Event, stop: threading.Event
) -> None:
    end = _End()
    go.wait()
    if stop.is_set():
        return
    try:
        for item in frames:
            handover.put(item)
            if stop.is_set():
                break
    except (
        BaseException
    ) as error:  # the consumer raises it; a thread must not swallow even a KeyboardInterrupt
        end = _End(error)
    finally:
        if isinstance(frames, Generator):
            frames.close()
    handover.put(end)


def _drain(handover: queue.Queue[T | _End], thread: threading.Thread) -> None:
    """Make room until the thread has noticed that nobody wants more, which takes it one item at most.

    Where the interpreter is ending its threads stand still for good, and from Python 3.13 on seem alive.
    """
    while thread.is_alive() and not sys.is_finalizing():
        try:
            handover.get(timeout=0.02)
        except queue.Empty:
            continue
