"""``valgus plan``: what to do until the next test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from valgus.cli.options import book_from, rules_option

if TYPE_CHECKING:
    from valgus.model.ladder import Plan
    from valgus.model.rulebook import RuleBook


@click.command(epilog="Example: valgus plan clients/anna")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--name", metavar="NAME", help="Whose plan, where the folder holds several people's sessions.")
@click.option("--task", metavar="NAME", help="From which task; by default the one filmed last.")
@rules_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where plan.md goes; into FOLDER by default.",
)
def plan(folder: Path, name: str | None, task: str | None, rules: Path | None, out: Path | None) -> None:
    """Print what to do until the next test, and write it as plan.md.

    FOLDER is one person's folder, or the results of one clip (CLIP.valgus, or the clip beside it). The plan
    names exercises with sets, reps, tempo and cue, days per week, and the dates of the next test. There is
    none where pain was too high, where nothing could be judged, and after surgery without a clinician's
    agreement.
    """
    from valgus.exports.advice import plan_text
    from valgus.results import folder_of

    folder = folder_of(folder)
    made = _plan(folder, name, task, book_from(rules))
    text = plan_text(made)
    click.echo(text)
    _write(text, out or folder)


def _plan(folder: Path, name: str | None, task: str | None, book: RuleBook) -> Plan:
    import datetime as dt

    from valgus.history import read_person
    from valgus.plan import plan_from_analysis, plan_from_history
    from valgus.results import ANALYSIS, load_analysis
    from valgus.sessions import as_said_now

    if (folder / ANALYSIS).is_file():
        return plan_from_analysis(as_said_now(load_analysis(folder), folder), book)
    history = read_person(folder, book, today=dt.date.today(), person=name)
    for problem in history.problems:
        click.echo(f"Left out: {problem.where}: {problem.says}", err=True)
    return plan_from_history(history, book, task=task)


def _write(text: str, folder: Path) -> None:
    from valgus.whole import folder_to_write_in, whole_file

    with whole_file(folder_to_write_in(folder) / "plan.md", advice="Choose another --out DIR.") as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    click.echo(f"Written: plan.md in {folder}")
