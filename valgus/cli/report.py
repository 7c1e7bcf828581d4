"""``valgus report``: the page of a saved analysis, made again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valgus.cli.options import book_from, language_from, language_option, rules_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from valgus.exports.stills import Still
    from valgus.model.history import History
    from valgus.model.ladder import Plan
    from valgus.model.rulebook import RuleBook
    from valgus.model.trial import Trial


@click.command(epilog="Example: valgus report clip.mp4.valgus")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option(
    "--clip",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The video, where it has been moved; by default it is looked for beside FOLDER.",
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write every figure of this clip into DIR as well, each as PNG and SVG, for a text or a record.",
)
@click.option(
    "--history",
    "person_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="PERSON_FOLDER",
    help="Show the trend over this person's sessions; found by itself in a layout like anna/2026-11-21/.",
)
@click.option("--pdf", is_flag=True, help="Print the page to a PDF beside it as well (needs a browser).")
@language_option
@rules_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the page goes; FOLDER/report.html by default.",
)
def report(
    folder: Path,
    clip: Path | None,
    figures: Path | None,
    person_folder: Path | None,
    pdf: bool,
    language: str,
    rules: Path | None,
    out: Path | None,
) -> None:
    """Write the page of a saved analysis again, for example by other rules or in German.

    FOLDER is CLIP.valgus, or the clip that it lies beside.

    Nothing is measured again, and what session.toml says today counts. Without the video there are no
    pictures of the lowest points, and the page says so; an overlay.mp4 in FOLDER is put into the page. Where
    the person has several sessions, the page shows the trend, and for the latest of them the decision and the
    plan that all of them lead to.
    """
    from valgus.exports.report import write_report
    from valgus.results import folder_of

    spoken = language_from(language)
    folder = folder_of(folder)
    now = _as_of_now(folder, person_folder, rules)
    stills, missing = _stills(now.trial, clip or folder.resolve().parent / now.trial.clip.name)
    target = out or folder / "report.html"
    write_report(
        now.trial,
        target,
        stills=stills,
        overlay=folder / "overlay.mp4",
        plan=now.plan,
        missing=missing,
        history=now.history,
        language=spoken,
    )
    click.echo(f"Written: {target}")
    if figures is not None:
        click.echo(f"Written: {_write_figures(now.trial, stills, figures)} in {figures}")
    if pdf:
        from valgus.exports.paper import write_pdf

        printed = target.with_suffix(".pdf")
        write_pdf(target, printed)
        click.echo(f"Written: {printed}")


@dataclass(frozen=True, eq=False)
class _AsOfNow:
    """A saved trial as it is judged today, with what it leads to and, where there is one, its history."""

    trial: Trial
    plan: Plan | None
    history: History | None


def _as_of_now(folder: Path, person_folder: Path | None, rules: Path | None) -> _AsOfNow:
    """Judge a saved analysis by what is said about its day by now, alone or as the latest of many."""
    from valgus.history import decisions_at_last, person_folder_of
    from valgus.plan import plan_from_analysis, plan_from_history

    book = book_from(rules)
    trial = _judged_now(folder, book, by_own_rules=rules is not None)
    root = person_folder or person_folder_of(folder)
    history = _history(root, trial, book, asked_for=person_folder is not None) if root else None
    if root and history is not None and (decisions := decisions_at_last(history, folder, root)):
        plan = plan_from_history(history, book, task=trial.task.name)
        return _AsOfNow(replace(trial, verdicts=decisions), plan, history)
    return _AsOfNow(trial, plan_from_analysis(trial, book) if trial.verdicts else None, history)


def _judged_now(folder: Path, book: RuleBook, *, by_own_rules: bool) -> Trial:
    from valgus.pipeline import decided, judged
    from valgus.results import load
    from valgus.sessions import as_said_now

    saved = load(folder)
    trial = as_said_now(saved, folder)
    if by_own_rules:
        return judged(trial, book)
    return trial if trial.session == saved.session else decided(trial, book)


def _history(root: Path, trial: Trial, book: RuleBook, *, asked_for: bool) -> History | None:
    """Return the person's history in this task, None where there is but one session of it."""
    import datetime as dt

    from valgus.errors import ValgusError
    from valgus.history import in_task, read_person

    try:
        history = read_person(root, book, today=dt.date.today(), person=trial.session.person)
    except ValgusError:
        if asked_for:
            raise
        return None  # a folder that only looks like a person's
    return in_task(history, trial.task.name)


def _write_figures(trial: Trial, stills: Sequence[Still], folder: Path) -> str:
    """Write the figures and return their names, or that there is none."""
    from valgus.exports.figures import write_figures
    from valgus.whole import all_or_none

    with all_or_none(folder) as unfinished:
        names = write_figures(trial, stills, unfinished)
    return f"{', '.join(names)} (.png and .svg)" if names else "no figure, because no knee was seen,"


def _stills(trial: Trial, clip: Path) -> tuple[Sequence[Still], str]:
    """Return the pictures, or why there are none."""
    from valgus.exports.stills import is_clip_of, lowest_point_stills

    if not clip.is_file():
        return (), "No pictures of the lowest points: the video is not beside its results any more."
    if not is_clip_of(trial, clip):
        return (), "No pictures of the lowest points: the video beside the results is another one by now."
    return lowest_point_stills(trial, clip), ""
