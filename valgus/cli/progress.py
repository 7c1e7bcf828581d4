"""Bars on a terminal, nothing in a pipe; always on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def fetching() -> Iterator[Callable[[int, int | None, str], None] | None]:
    """Give what shows the bytes of a download."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        # Shown with the first bytes: where the model is here already, nothing is fetched.
        row = bar.add_task("fetching the pose model, once", total=None, visible=False)
        yield lambda done, total, what: bar.update(row, completed=done, total=total, visible=True)


@contextmanager
def frames_of(name: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """Give what shows the frames of one clip."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task(name, total=None)
        yield lambda done, expected: bar.update(row, completed=done, total=expected)


@contextmanager
def cases_of(count: int) -> Iterator[Callable[[int, int, str], None] | None]:
    """Give what shows the clips of the accuracy suite."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task("rendering and measuring", total=count)
        yield lambda done, total, what: bar.update(row, completed=done, total=total, description=what)
