"""``valgus progress``: one person over time, from saved analyses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valgus import numerals
from valgus.cli.options import book_from, rules_option

if TYPE_CHECKING:
    import datetime as dt

    from rich.console import RenderableType

    from valgus.model.history import History, Series, Visit

#: Clips without results that are named; of more only the number.
MOST_NAMED = 5


@click.command(epilog="Example: valgus progress clients/anna")
@click.argument("folder", type=click.Path(path_type=Path), metavar="PERSON_FOLDER")
@click.option("--name", metavar="NAME", help="Whose sessions, where the folder holds several people's.")
@click.option(
    "--baseline",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day that others are compared with; the first with enough valid reps by default.",
)
@rules_option
@click.option("--svg", is_flag=True, help="Write the picture as progress.svg as well, for a text.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, and write no files.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where progress.png, .csv and .json go; into PERSON_FOLDER by default.",
)
def progress(
    folder: Path,
    name: str | None,
    baseline: dt.datetime | None,
    rules: Path | None,
    svg: bool,
    as_json: bool,
    out: Path | None,
) -> None:
    """Show every session of one person: the trend, what is beyond measurement error, and the decision.

    Reads the results that valgus analyze saved anywhere below PERSON_FOLDER, and no video. Tasks, sides and
    set-ups (step height, load, view) are kept apart. Dates come from session.toml, from folder names like
    2026-11-21, or from the recording. Pain that is written into session.toml the next day counts at once.
    """
    from valgus.history import read_person

    history = read_person(
        folder,
        book_from(rules),
        today=_today(),
        person=name,
        baseline=None if baseline is None else baseline.date(),
    )
    if as_json:
        from valgus.exports.progress import progress_json

        click.echo(progress_json(history), nl=False)
        return
    _print(history, tuple(_not_analysed(history, folder)))
    _write(history, out or folder, svg=svg)


def _today() -> dt.date:
    import datetime as dt

    return dt.date.today()


def _write(history: History, folder: Path, *, svg: bool) -> None:
    from valgus.exports.figures.trend import write_trend, write_trend_svg
    from valgus.exports.progress import PROGRESS_CSV, write_progress_csv, write_progress_json
    from valgus.whole import all_or_none

    with all_or_none(folder) as unfinished:
        write_trend(history, unfinished / "progress.png")
        if svg:
            write_trend_svg(history, unfinished / "progress.svg")
        write_progress_csv(history, unfinished / PROGRESS_CSV)
        write_progress_json(history, unfinished / "progress.json")
    click.echo(f"Written: progress.png, {'.svg, ' if svg else ''}.csv and .json in {folder}")


# --- on the terminal ----------------------------------------------------------------------------------------


def _not_analysed(history: History, folder: Path) -> Iterator[str]:
    """Yield in a line which clips have no results, neither beside them nor elsewhere below the folder."""
    from valgus.batch.finding import find
    from valgus.exports.wording import one_line
    from valgus.results import folder_for

    saved = [folder / name for series in history.series for visit in series.visits for name in visit.clips]
    elsewhere = {place.name for place in saved if not place.with_suffix("").is_file()}
    clips = [clip for clip in find(folder).candidates if clip.meant_as_clip]
    places = {clip.name: folder_for(clip.path) for clip in clips}
    missing = [name for name, place in places.items() if not place.is_dir() and place.name not in elsewhere]
    if missing:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        listed = ", ".join(map(one_line, missing[:MOST_NAMED]))
        yield f"Without results: {listed}{more}. valgus batch measures them, or says why not."


def _print(history: History, not_analysed: Sequence[str]) -> None:
    from rich.console import Console

    from valgus.cli.terminal import WIDTH

    console = Console(highlight=False)
    width = min(WIDTH, console.width)
    for part in _parts(history, not_analysed):
        console.print(part, width=width, soft_wrap=False)


def _parts(history: History, not_analysed: Sequence[str]) -> Iterator[RenderableType]:
    from rich.text import Text

    from valgus.exports import advice, sessions_in_words, wording

    dates = f" Dates from: {', '.join(history.dates_from)}." if history.dates_from else ""
    yield Text(f"{wording.one_line(history.person)}: {_counted(history)}.{dates}", style="bold")
    for series in history.series:
        yield Text()
        yield from _series(series)
    yield Text()
    for line in _between_legs(history):
        yield Text(line)
    for line in sessions_in_words.kept_apart_lines(history):
        yield Text(line, style="yellow")
    for line in not_analysed:
        yield Text(line, style="yellow")
    for problem in history.problems:
        yield Text(f"Left out: {wording.one_line(problem.where)}: {problem.says}", style="yellow")
    yield Text(
        "FPPA: mean of the set with its 95 % interval, + inside. change: since the baseline (base); ~ is "
        "within measurement error and says nothing. reps: graded ok / valid. pain: during, next morning."
    )
    for line in dict.fromkeys(_errors_in_use(history)):
        yield Text(line)
    yield Text(f"{advice.ADVICE_ONLY} {advice.RULES_ARE}")
    yield Text(wording.INTENDED_USE, style="dim")


def _counted(history: History) -> str:
    days = {visit.date for series in history.series for visit in series.visits}
    return f"{len(days)} day{'' if len(days) == 1 else 's'} with sessions"


def _series(series: Series) -> Iterator[RenderableType]:
    from rich.text import Text

    from valgus.exports import advice
    from valgus.exports.sessions_in_words import setup_name

    yield Text(setup_name(series), style="bold")
    yield _table(series)
    yield Text(_summary(series))
    yield Text(advice.decision_line(series.last.decision), style="bold")
    for line in advice.reason_lines(series.last.decision):
        yield Text(f"- {line}")


def _table(series: Series) -> RenderableType:
    from rich import box
    from rich.table import Table

    # Where the limits need stickers and none were worn, the angle from the hip landmark is still shown.
    angle = series.angle if any(visit.mean(series.angle) for visit in series.visits) else "fppa_deg"
    dropped = any(visit.mean("pelvic_drop_deg") for visit in series.visits)
    headings = (
        "date",
        "reps",
        "FPPA deg",
        "change",
        "lean",
        *(["drop"] if dropped else []),
        "pain",
        "decision",
    )
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(
            heading, no_wrap=True, justify="left" if heading in ("date", "decision") else "right"
        )
    for visit in series.visits:
        drop = [_mean(visit, "pelvic_drop_deg")] if dropped else []
        table.add_row(
            visit.date.isoformat(),
            f"{visit.facts.ok}/{visit.facts.valid}",
            _with_error(visit, angle),
            _change(visit, series),
            _mean(visit, "trunk_lean_deg"),
            *drop,
            _pain(visit),
            visit.decision.outcome.value.removesuffix(" candidate"),
        )
    return table


def _with_error(visit: Visit, measure: str) -> str:
    mean = visit.mean(measure)
    return "" if mean is None else numerals.with_error(mean.mean, mean.ci95)


def _mean(visit: Visit, measure: str) -> str:
    mean = visit.mean(measure)
    return "" if mean is None else numerals.plain(mean.mean)


def _change(visit: Visit, series: Series) -> str:
    change = visit.change(series.angle)
    if visit == series.baseline:
        return "base"
    if change is None:
        return ""
    meaning = "worse" if change.worse else "better" if change.better else "~"
    return f"{numerals.signed(change.value)} {meaning}"


def _errors_in_use(history: History) -> Iterator[str]:
    from valgus.exports.sessions_in_words import error_line

    for series in history.series:
        changes = [change for visit in series.visits if (change := visit.change(series.angle)) is not None]
        yield from map(error_line, changes[-1:])


def _pain(visit: Visit) -> str:
    during, morning = visit.session.pain_during, visit.session.pain_next_morning
    return f"{'?' if during is None else f'{during:g}'}, {'?' if morning is None else f'{morning:g}'}"


def _summary(series: Series) -> str:
    from valgus.exports.sessions_in_words import change_line

    return change_line(series)


def _between_legs(history: History) -> Iterator[str]:
    from valgus.exports.sessions_in_words import between_legs_line

    titles = {series.setup.task: series.task.title for series in history.series}
    latest = {found.setup: found for found in history.between_legs if found.difference.measure == "fppa_deg"}
    yield from (between_legs_line(found, titles[found.setup.task]) for found in latest.values())
