"""What a person at a terminal sees while a batch runs: the whole, and what each worker does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from valgus.batch.crew import Ended, Progressed, Started
from valgus.batch.running import Busy, Finished, Looked, Planned
from valgus.batch.standing import ClipHere, Standing
from valgus.exports.wording import one_line

if TYPE_CHECKING:
    from valgus.batch.running import News

#: Seconds that stand for a clip whose header does not say its length.
USUAL_LENGTH_S = 10.0
LONGEST_NAME = 30
#: Share of the work of one clip after its stages: measuring takes most of it.
MEASURED_SHARE = 0.65


class Watcher:
    """Counts what happens; shows nothing, as in a pipe."""

    def __init__(self) -> None:
        self.to_do = self.finished = 0

    def __call__(self, news: News, /) -> None:
        """Take a piece of news."""
        if isinstance(news, Planned):
            self.to_do = len(news.survey.clips) - news.survey.count(Standing.DONE)
        elif isinstance(news, Finished):
            self.finished += news.failure is None

    def stop(self) -> None:
        """Show nothing more."""


class Bars(Watcher):
    """Shows a bar for the whole with the time left, and a line for each worker."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._whole: TaskID | None = None
        self._of_workers: dict[int, TaskID] = {}
        self._of_clips: dict[str, TaskID] = {}
        self._done_s = 0.0
        self._in_work_s: dict[str, float] = {}

    def __call__(self, news: News, /) -> None:
        """Take a piece of news and show it."""
        super().__call__(news)
        if isinstance(news, Looked):
            self._show_whole("finding out what is there", news.done, news.total)
        elif isinstance(news, Planned):
            self._plan(news)
        elif isinstance(news, Busy):
            self._show_worker(news)
        else:
            self._count(news)

    def stop(self) -> None:
        """Show nothing more."""
        self._progress.stop()

    def _plan(self, news: Planned) -> None:
        clips, verdicts = news.survey.clips, news.survey.verdicts
        total_s = sum(_length_s(c) for c in clips if verdicts[c.name].standing is not Standing.DONE)
        if self._whole is not None:
            self._progress.remove_task(self._whole)
            self._whole = None
        self._show_whole(f"0 of {self.to_do} clips", 0, total_s)

    def _show_whole(self, says: str, done: float, total: float) -> None:
        if self._whole is None:
            self._whole = self._progress.add_task(says, total=total)
        self._progress.update(self._whole, description=says, completed=done, total=total)

    def _show_worker(self, news: Busy) -> None:
        event, clip = news.event, news.clip
        if isinstance(event, Ended):
            return
        name = one_line(clip.name, longest=LONGEST_NAME)
        if event.worker not in self._of_workers:
            self._of_workers[event.worker] = self._progress.add_task(name, total=None)
        row = self._of_clips[clip.name] = self._of_workers[event.worker]
        if isinstance(event, Started):
            self._progress.reset(row, description=f"  {name}", total=None, visible=True)
            return
        self._progress.update(
            row, description=f"  {name}: {event.stage}", completed=event.done, total=event.total
        )
        self._in_work_s[clip.name] = _share_done(event) * _length_s(clip)
        self._advance()

    def _count(self, news: Finished) -> None:
        self._in_work_s.pop(news.clip.name, None)
        if (row := self._of_clips.pop(news.clip.name, None)) is not None:
            self._progress.update(row, visible=False)
        self._done_s += _length_s(news.clip)
        self._advance()

    def _advance(self) -> None:
        if self._whole is not None:
            says = f"{self.finished} of {self.to_do} clips"
            done_s = self._done_s + sum(self._in_work_s.values())
            self._progress.update(self._whole, description=says, completed=done_s)


def _length_s(clip: ClipHere) -> float:
    return clip.length_s or USUAL_LENGTH_S


def _share_done(event: Progressed) -> float:
    """Return how much of a clip's work is done."""
    from valgus.batch.work import MEASURING

    share = min(event.done / event.total, 1.0) if event.total else 0.0
    if event.stage == MEASURING:
        return MEASURED_SHARE * share
    return MEASURED_SHARE + (1 - MEASURED_SHARE) * share


@contextmanager
def watching() -> Iterator[Watcher]:
    """Give what watches a batch: with bars on a terminal, always on stderr, and silent in a pipe."""
    if not sys.stderr.isatty():
        yield Watcher()
        return
    columns = (
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        BarColumn(bar_width=20),
        TimeRemainingColumn(),
    )
    # Where the result goes into a file, its lines must not be drawn between the bars.
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
        speed_estimate_period=600,
    ) as progress:
        yield Bars(progress)
