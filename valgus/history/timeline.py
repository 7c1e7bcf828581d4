"""Visits in order: what each says, against the baseline and after the visits before it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from valgus import decision, flags, summary, verdict
from valgus.errors import NotAnAnalysis, WrongUsage
from valgus.history.changes import changes_between, setup_of
from valgus.history.index import Found, saved_analyses
from valgus.model.history import BetweenLegs, History, Problem, Series, SetUp, Visit
from valgus.model.judgement import Facts
from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.model.trial import Analysis
from valgus.model.trial_parts import SetMean
from valgus.sessions import SessionFile


def read_person(
    root: Path,
    /,
    book: RuleBook,
    *,
    today: dt.date,
    person: str | None = None,
    baseline: dt.date | None = None,
) -> History:
    """Return the history of one person from every saved analysis below a folder.

    Parameters
    ----------
    root : Path
        The person's folder.
    book : RuleBook
        Every visit is judged anew by these, whatever was in force when it was analysed.
    today : date
        Days after it are taken for a mistake.
    person : str, optional
        Whose analyses are taken where the folder holds those of several people.
    baseline : date, optional
        The day that others are compared with; by default the first with enough valid reps.

    Raises
    ------
    NotAnAnalysis
        If there is no folder, or nothing in it that can be used.
    WrongUsage
        If it holds several people's sessions and none was chosen, or the baseline has no session.
    """
    root = root.resolve()  # '..' is no name for a person
    clips, problems = _clips_below(root)
    chosen = _of_one_person(root, clips, person)
    history = _history(root, chosen, problems, book, today=today, baseline=baseline)
    if baseline is not None and not any(visit.date == baseline for s in history.series for visit in s.visits):
        problem = f"{root.name}: no session on {baseline.isoformat()}."
        raise WrongUsage(problem, "Choose a day that valgus progress lists.")
    return history


def read_people(root: Path, /, book: RuleBook, *, today: dt.date) -> tuple[History, ...]:
    """Return the history of everybody below a folder; analyses without a name belong to one person.

    Raises
    ------
    NotAnAnalysis
        If there is no folder, or nothing in it that can be used.
    """
    root = root.resolve()
    clips, problems = _clips_below(root)
    if not clips:
        raise NotAnAnalysis(_nothing_in(root, problems), "Analyse the clips first: valgus analyze CLIP.")
    by_name: dict[str | None, list[_Clip]] = defaultdict(list)
    for clip in clips:
        by_name[clip.session.person].append(clip)
    ordered = sorted(by_name.items(), key=lambda item: item[0] or "")
    return tuple(_history(root, of_them, problems, book, today=today) for _, of_them in ordered)


def _clips_below(root: Path) -> tuple[list[_Clip], list[Problem]]:
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "there is no such folder"
        raise NotAnAnalysis(f"{root}: {what}.", "Give a folder with saved analyses.")
    found, unreadable = saved_analyses(root)
    clips, problems = _with_sessions(root, found)
    return clips, [*unreadable, *problems]


def _history(
    root: Path,
    clips: list[_Clip],
    problems: Sequence[Problem],
    book: RuleBook,
    *,
    today: dt.date,
    baseline: dt.date | None = None,
) -> History:
    dated, left_out = _on_known_days(clips, today)
    if not dated:
        unusable = _nothing_in(root, [*problems, *left_out])
        raise NotAnAnalysis(unusable, "Analyse the clips first: valgus analyze CLIP.")
    by_rules = [replace(one, analysis=flags.judged_by(one.analysis, book)) for one in dated]
    series = tuple(_all_series(by_rules, book, baseline))
    names = {one.session.person for one in dated if one.session.person}
    return History(
        person=next(iter(names), root.name),
        series=series,
        between_legs=tuple(_between_legs(series, book)),
        problems=(*problems, *left_out),
        dates_from=tuple(sorted({one.session.date_from for one in dated if one.session.date_from})),
        rules=book.versions,
    )


# --- what is in the folder ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Clip:
    """A saved analysis with what is now known about its session."""

    folder: str
    analysis: Analysis
    session: Session

    @property
    def date(self) -> dt.date:
        """The day, for those of which it is known."""
        assert self.session.date is not None
        return self.session.date


def _with_sessions(root: Path, found: Sequence[Found]) -> tuple[list[_Clip], list[Problem]]:
    """Return the analyses with what ``session.toml`` says now: pain is entered a day later."""
    files: dict[Path, SessionFile | None] = {}
    clips, problems = [], []
    for one in found:
        place = (root / one.folder).parent
        if place not in files:
            try:
                files[place] = SessionFile.beside(place)
            except WrongUsage as wrong:
                files[place] = None
                where = place.relative_to(root).as_posix() if place != root.parent else place.name
                problems.append(Problem(where, f"{wrong} Its sessions are left out."))
        file = files[place]
        if file is not None:
            clips.append(
                _Clip(
                    one.folder,
                    one.analysis,
                    file.session_now(one.analysis.session, one.analysis.clip.name, place),
                )
            )
    return clips, problems


def _of_one_person(root: Path, clips: list[_Clip], person: str | None) -> list[_Clip]:
    counts: dict[str, int] = defaultdict(int)
    for clip in clips:
        if clip.session.person:
            counts[clip.session.person] += 1
    if person is not None:
        if person not in counts:
            there = ", ".join(sorted(counts)) or "nobody by name"
            raise WrongUsage(f"{root.name}: nobody is called {person!r}.", f"There is: {there}.")
        return [clip for clip in clips if clip.session.person == person]
    if len(counts) > 1:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
        raise WrongUsage(
            f"{root.name}: holds sessions of several people: {listed}.",
            "Give the folder of one person, or choose one with --name NAME.",
        )
    return clips


def _on_known_days(clips: list[_Clip], today: dt.date) -> tuple[list[_Clip], list[Problem]]:
    dated, problems = [], []
    for clip in clips:
        day = clip.session.date
        if day is None:
            problems.append(
                Problem(clip.folder, "has no date; write date = 2026-11-21 into session.toml. Left out.")
            )
        elif day > today:
            source = clip.session.date_from or "its date"
            problems.append(
                Problem(clip.folder, f"is dated {day.isoformat()}, in the future ({source}). Left out.")
            )
        else:
            dated.append(clip)
    return dated, problems


def _nothing_in(root: Path, problems: Sequence[Problem]) -> str:
    if not problems:
        return f"{root.name}: no saved analysis in this folder."
    listed = " ".join(f"{problem.where}: {problem.says}" for problem in problems[:3])
    return f"{root.name}: no saved analysis that can be used. {listed}"


# --- series -------------------------------------------------------------------------------------------------


def _all_series(clips: list[_Clip], book: RuleBook, baseline: dt.date | None) -> Iterator[Series]:
    """Yield one series for each set-up, those filmed last first."""
    by_setup: dict[SetUp, list[_Clip]] = defaultdict(list)
    for clip in clips:
        for side in verdict.sides_of(clip.analysis):
            by_setup[setup_of(clip.analysis, side, session=clip.session)].append(clip)
    series = [_series(setup, of_it, book, baseline) for setup, of_it in sorted(by_setup.items())]
    yield from sorted(series, key=lambda one: -one.last.date.toordinal())


def _series(setup: SetUp, clips: list[_Clip], book: RuleBook, chosen: dt.date | None) -> Series:
    clips = sorted(clips, key=lambda clip: (clip.date, clip.session.set or 0, clip.folder))
    days = [(day, list(of_day)) for day, of_day in groupby(clips, key=lambda clip: clip.date)]
    task = clips[0].analysis.task
    builder = _VisitBuilder(setup.side, verdict.projection_angle(task.bands), book)
    visits: list[Visit] = []
    baseline: Visit | None = None
    compared_with: list[_Clip] = []
    chosen_here = chosen if any(day == chosen for day, _ in days) else None
    for day, of_day in days:
        visit = builder.visit(day, of_day, compared_with, met_before=_met_in_a_row(visits))
        visits.append(visit)
        if baseline is None and _can_be_baseline(visit.facts, book) and chosen_here in (None, day):
            baseline, compared_with = visit, of_day
    return Series(setup, task, builder.angle, tuple(visits), baseline)


def _can_be_baseline(facts: Facts, book: RuleBook) -> bool:
    return facts.filming is None and facts.valid >= book.limit("least_valid_reps")


def _met_in_a_row(visits: Sequence[Visit]) -> int:
    count = 0
    for visit in reversed(visits):
        if not visit.decision.meets_all:
            break
        count += 1
    return count


class _VisitBuilder:
    """Makes the visits of one series."""

    def __init__(self, side: str, angle: str, book: RuleBook) -> None:
        self.side, self.angle, self._book = side, angle, book

    def visit(
        self, day: dt.date, clips: Sequence[_Clip], baseline: Sequence[_Clip], *, met_before: int
    ) -> Visit:
        """Return one day, compared with the clips of the baseline, if there is one already."""
        analyses = [clip.analysis for clip in clips]
        session = _of_the_day(clips)
        before = [clip.analysis for clip in baseline]
        changes = tuple(changes_between(before, analyses, self.side, self._book)) if before else ()
        facts = verdict.facts_of(
            analyses, self.side, self._book, session=session, changes=changes, met_before=met_before
        )
        return Visit(
            date=day,
            clips=tuple(clip.folder for clip in clips),
            session=session,
            means=verdict.session_means(analyses, self.side),
            facts=facts,
            decision=decision.decide(facts, self._book),
            changes=changes,
        )


def _of_the_day(clips: Sequence[_Clip]) -> Session:
    """Return what was said about a day, over all of its clips: the worst pain, else what was said first."""
    first = clips[0].session
    return replace(
        first,
        pain_during=_worst([clip.session.pain_during for clip in clips]),
        pain_next_morning=_worst([clip.session.pain_next_morning for clip in clips]),
        notes="; ".join(dict.fromkeys(clip.session.notes for clip in clips if clip.session.notes)),
    )


def _worst(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


# --- left against right -------------------------------------------------------------------------------------


def _between_legs(series: Sequence[Series], book: RuleBook) -> Iterator[BetweenLegs]:
    by_setup: dict[SetUp, dict[dt.date, list[SetMean]]] = defaultdict(lambda: defaultdict(list))
    for one in series:
        for visit in one.visits:
            by_setup[replace(one.setup, side="")][visit.date] += visit.means
    for setup, days in by_setup.items():
        for day, means in sorted(days.items()):
            for found in summary.side_differences(means, book.changes_for(setup.task)):
                yield BetweenLegs(day, setup, found)
