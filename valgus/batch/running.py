"""The whole batch: find clips, see what is done, do the rest, write the tables. Start reading here."""

from __future__ import annotations

import shutil
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from valgus import results
from valgus.batch.collect import Collected, clear_unfinished_tables, collect
from valgus.batch.crew import Crew, Ended, Event, Job
from valgus.batch.finding import ALL, Candidate, Globs, find
from valgus.batch.ledger import Ledger
from valgus.batch.standing import ClipHere, Shelf, Standing, Verdict, clear_leftovers, judge
from valgus.batch.work import Analyse, Answer, Look, Renew, Seen, Task
from valgus.errors import (
    CannotWrite,
    EnvironmentFailed,
    ModelDamaged,
    ModelUnavailable,
    NotAnAnalysis,
    ValgusError,
    WrongUsage,
)
from valgus.model.batch import Failure
from valgus.model.order import Order
from valgus.model.trial import Analysis

#: What a clip may take unless somebody says otherwise: a floor, s, and a multiple of its length.
LEAST_LIMIT_S, LIMIT_IN_LENGTHS = 120.0, 60.0
#: Length of a clip whose header does not say it, s.
LONG_CLIP_S = 60.0
#: What finding out whether a file is a clip may take, s, and bytes per second at least.
LOOK_LIMIT_S, SLOWEST_DISK = 60.0, 2_000_000
#: How long a shared disk may take to show what another machine wrote, and how often to look, s.
SHARED_DISK_S, LOOK_AGAIN_S = 60.0, 1.0
#: When this many clips in a row fail because of the machine, all others would too.
ENOUGH_IN_A_ROW = 3
_OF_THE_MACHINE = frozenset(
    Failure.of(kind("")).code for kind in (EnvironmentFailed, CannotWrite, ModelUnavailable, ModelDamaged)
)


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    root : Path
        The folder with clips.
    order : Order
        How they are analysed.
    model_sha256 : str or None
        Hash of the pose model; None where it is not here yet, and then nothing counts as done.
    globs : Globs
        Which clips are wanted.
    out : Path or None
        Where results go in the same tree; beside the clips by default.
    time_limit_s : float or None
        What one clip may take; by default its length counts.
    reuse : bool
        Whether saved results of an earlier run count.
    """

    root: Path
    order: Order
    model_sha256: str | None
    globs: Globs = ALL
    out: Path | None = None
    time_limit_s: float | None = None
    reuse: bool = True

    @property
    def results(self) -> Path:
        """Where results and tables go."""
        return self.out or self.root


# --- what is told meanwhile ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looked:
    """So many files of so many have been looked at."""

    done: int
    total: int


@dataclass(frozen=True)
class Planned:
    """What there is to do."""

    survey: Survey


@dataclass(frozen=True)
class Busy:
    """What a worker does: the clip, and the crew's own words about it."""

    clip: ClipHere
    event: Event


@dataclass(frozen=True)
class Finished:
    """A clip is done, or has failed: exactly one of the two is there."""

    clip: ClipHere
    analysis: Analysis | None
    failure: Failure | None


News: TypeAlias = "Looked | Planned | Busy | Finished"
Tell: TypeAlias = Callable[[News], None]


@dataclass(frozen=True)
class Survey:
    """Every clip below a folder, and what is to be done about it.

    Attributes
    ----------
    clips : tuple of ClipHere
        Those that can be worked on, in the order of their names.
    verdicts : dict of str to Verdict
        What is to be done, by name.
    failures : dict of str to Failure
        Files meant as clips that are none, and clips with a mistake in their ``session.toml``.
    unreadable : tuple of str
        Folders that may not be looked into.
    """

    clips: tuple[ClipHere, ...]
    verdicts: dict[str, Verdict]
    failures: dict[str, Failure]
    unreadable: tuple[str, ...]

    def count(self, standing: Standing, /) -> int:
        """Return of how many clips this is to be done."""
        return sum(verdict.standing is standing for verdict in self.verdicts.values())


@dataclass(frozen=True)
class Result:
    """What came of a batch."""

    survey: Survey
    collected: Collected


def run(request: Request, crew: Crew, tell: Tell, /) -> Result:
    """Do everything.

    Raises
    ------
    WrongUsage
        If there is no such folder.
    EnvironmentFailed
        If another batch is at work there, nothing can be written, or clip after clip fails for such reasons.
    """
    check_folder(request.root)
    with closing(Ledger(request.results)) as ledger:
        clear_leftovers(request.results)
        clear_unfinished_tables(request.results)
        survey, shelf = _survey(request, crew, ledger, tell)
        tell(Planned(survey))
        failures = {**survey.failures, **_Work(request, survey, shelf, crew, tell).done()}
        done = [clip for clip in survey.clips if clip.name not in failures]
        _put_away(request, done, shelf)
        collected = collect(request.results, request.root.resolve().name, done, failures)
    return Result(survey, collected)


def plan(request: Request, crew: Crew, tell: Tell, /) -> Survey:
    """Find out what would be done; nothing is written.

    Raises
    ------
    WrongUsage
        If there is no such folder.
    """
    check_folder(request.root)
    with closing(Ledger.remembered(request.results)) as ledger:
        survey, _ = _survey(request, crew, ledger, tell)
    return survey


def check_folder(root: Path, /) -> None:
    """Say what is wrong with a folder of clips, if anything."""
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "there is no such folder"
        raise WrongUsage(f"{root}: {what}.", "Name the folder that holds the clips.")


# --- what is there ------------------------------------------------------------------------------------------


def _survey(request: Request, crew: Crew, ledger: Ledger, tell: Tell) -> tuple[Survey, Shelf]:
    found = find(request.root, request.globs)
    clips, failures = _looked_at(found.candidates, request, crew, ledger, tell)
    shelf = Shelf(request.results) if request.reuse else Shelf()
    verdicts = {}
    for clip in clips:
        try:
            verdicts[clip.name] = judge(clip, shelf, request.order, request.model_sha256)
        except ValgusError as wrong:
            failures[clip.name] = Failure.of(wrong)
    sound = tuple(clip for clip in clips if clip.name in verdicts)
    return Survey(sound, verdicts, failures, found.unreadable), shelf


def _looked_at(
    candidates: Sequence[Candidate], request: Request, crew: Crew, ledger: Ledger, tell: Tell
) -> tuple[list[ClipHere], dict[str, Failure]]:
    """Return what is a clip and what only pretends to be, both in the order of their names."""
    answers: dict[str, Answer | None] = {c.name: ledger.recall(c.name, c.path) for c in candidates}
    unknown = [c for c in candidates if answers[c.name] is None]
    for number, candidate in enumerate(unknown):
        crew.submit(Job(number, Look(candidate.path, candidate.meant_as_clip), _look_limit_s(candidate.path)))
    ended = (event for event in crew.events() if isinstance(event, Ended))
    for done, event in enumerate(ended, start=1):
        candidate = unknown[event.job.number]
        answers[candidate.name] = event.answer
        ledger.note(candidate.name, candidate.path, event.answer)
        tell(Looked(done, len(unknown)))
    clips = [_clip(c, answer, request) for c in candidates if isinstance(answer := answers[c.name], Seen)]
    failures = {name: told for name, told in answers.items() if isinstance(told, Failure)}
    return clips, failures


def _clip(candidate: Candidate, seen: Seen, request: Request) -> ClipHere:
    place = (request.results / candidate.name).parent
    folder = results.folder_for(candidate.path, place)
    return ClipHere(candidate.path, folder, candidate.name, seen.sha256, seen.length_s)


def _look_limit_s(path: Path) -> float:
    try:
        return LOOK_LIMIT_S + path.stat().st_size / SLOWEST_DISK
    except OSError:
        return LOOK_LIMIT_S


# --- the work -----------------------------------------------------------------------------------------------


class _Work:
    """Clips in work, and those that wait for another file with the same content.

    Of several files with the same content one is analysed; the others get its results under their own names.
    """

    def __init__(self, request: Request, survey: Survey, shelf: Shelf, crew: Crew, tell: Tell) -> None:
        self._request, self._shelf, self._crew, self._tell = request, shelf, crew, tell
        self._to_do = [c for c in survey.clips if survey.verdicts[c.name].standing is not Standing.DONE]
        self._open = {clip.name: clip for clip in self._to_do}
        self._jobs: dict[int, ClipHere] = {}
        self._waiting: defaultdict[str, list[ClipHere]] = defaultdict(list)
        self._in_analysis: set[str] = set()
        self._failures: dict[str, Failure] = {}
        self._of_the_machine_in_a_row = 0

    def done(self) -> dict[str, Failure]:
        """Do everything; return why clips failed, by name."""
        for clip in self._to_do:
            self._begin(clip)
        for event in self._crew.events():
            clip = self._jobs[event.job.number]
            if isinstance(event, Ended):
                self._end(clip, event)
            else:
                self._tell(Busy(clip, event))
        return self._failures

    def _begin(self, clip: ClipHere) -> None:
        verdict = judge(
            clip,
            self._shelf,
            self._request.order,
            self._request.model_sha256,
            changing={other.folder for other in self._open.values()} - {clip.folder},
        )
        if verdict.standing is Standing.TO_DO and clip.sha256 in self._in_analysis:
            self._waiting[clip.sha256].append(clip)
            return
        if verdict.standing is Standing.TO_DO:
            self._in_analysis.add(clip.sha256)
        number = len(self._jobs)
        self._jobs[number] = clip
        self._crew.submit(Job(number, self._task(clip, verdict), self._limit_s(clip)))

    def _task(self, clip: ClipHere, verdict: Verdict) -> Task:
        if verdict.source is None or verdict.session is None:
            return Analyse(clip.path, clip.folder, self._request.order)
        return Renew(clip.path, clip.folder, self._request.order, verdict.source, verdict.session)

    def _limit_s(self, clip: ClipHere) -> float:
        length_s = LONG_CLIP_S if clip.length_s is None else clip.length_s
        return self._request.time_limit_s or LEAST_LIMIT_S + LIMIT_IN_LENGTHS * length_s

    def _end(self, clip: ClipHere, event: Ended) -> None:
        del self._open[clip.name]
        found = event.answer if isinstance(event.answer, Failure) else _result_of(clip)
        if isinstance(found, Failure):
            self._failed(clip, found)
        else:
            self._of_the_machine_in_a_row = 0
            self._shelf.put(clip.folder)
            self._tell(Finished(clip, found, None))
        if isinstance(event.job.task, Analyse):
            self._in_analysis.discard(clip.sha256)
            for follower in self._waiting.pop(clip.sha256, []):
                self._begin(follower)

    def _failed(self, clip: ClipHere, failure: Failure) -> None:
        self._failures[clip.name] = failure
        self._tell(Finished(clip, None, failure))
        of_the_machine = failure.code in _OF_THE_MACHINE
        self._of_the_machine_in_a_row = self._of_the_machine_in_a_row + 1 if of_the_machine else 0
        if self._of_the_machine_in_a_row >= ENOUGH_IN_A_ROW:
            raise EnvironmentFailed(
                f"{ENOUGH_IN_A_ROW} clips in a row failed for the same reason, so the rest was not tried: "
                f"{failure.says}",
                "The same command goes on where it stopped.",
            )


def _result_of(clip: ClipHere) -> Analysis | Failure:
    """Return what was saved; a shared disk may show what another machine wrote only after a while."""
    deadline_s = time.monotonic() + SHARED_DISK_S
    while True:
        try:
            return results.load_analysis(clip.folder)
        except NotAnAnalysis as wrong:
            if time.monotonic() > deadline_s:
                return Failure.of(wrong)
        time.sleep(LOOK_AGAIN_S)


# --- results that have moved --------------------------------------------------------------------------------


def _put_away(request: Request, done: Sequence[ClipHere], shelf: Shelf) -> None:
    """Remove the results of clips that are gone and whose video has results under another name now.

    Left where they are, a person's history would count the same clip twice.
    """
    now_in = {clip.sha256: clip.folder for clip in done}
    for sha256, here in now_in.items():
        for folder in shelf.of(sha256):
            if not _clip_of(folder, request).exists() and _only_own_files(folder):
                _carry_over(folder, here)
                aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
                folder.rename(aside)  # in one step, so that nothing half-removed has its name
                shutil.rmtree(aside, ignore_errors=True)


def _clip_of(folder: Path, request: Request) -> Path:
    place = request.root / folder.parent.relative_to(request.results)
    return place / folder.name.removesuffix(results.ENDING)


def _only_own_files(folder: Path) -> bool:
    return {path.name for path in folder.iterdir()} <= {*results.ALL_FILES, *results.ASKED_FOR}


def _carry_over(folder: Path, here: Path) -> None:
    """Move what a person had written beside the results to where the results are now; nothing is replaced."""
    for name in results.ASKED_FOR:
        if (folder / name).is_file() and not (here / name).exists():
            (folder / name).rename(here / name)
