"""``valgus bands``: every threshold with its source."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valgus.cli.options import book_from, rules_option

if TYPE_CHECKING:
    from valgus.model.rule import Band, DetectableChange, Gate
    from valgus.model.rulebook import RuleBook

WIDTH = 80


@click.command(epilog="Example: valgus bands --task step-down")
@click.option("--task", metavar="NAME", help="Only what is in force for one task.")
@rules_option
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON, for programs.")
def bands(task: str | None, rules: Path | None, as_json: bool) -> None:
    r"""Print every threshold, rule and detectable change with its population and source.

    A file of your own replaces single entries (--rules FILE, with analyze, progress, plan and here). It is
    TOML, each entry names what it replaces, the fields that differ, and its source:

    \b
      [[band]]                        [[mdc]]
      code = "fppa"                   measure = "fppa_deg"
      task = "step-down"              task = "step-down"
      amber = 10.0                    value = 6.1
      source = "our clinic, 2026"     origin = "own"
                                      source = "our repeatability, 2026"

    Tables: band, mdc, limit, gate, item.
    """
    book = book_from(rules)
    if task is not None:
        from valgus.tasks import task_named

        task_named(task)
    if as_json:
        click.echo(_as_json(book))
        return
    for line in _lines(book, task):
        click.echo(line)


def _as_json(book: RuleBook) -> str:
    import json

    from pydantic import TypeAdapter

    from valgus.model.rulebook import RuleBook as Kind

    return json.dumps(TypeAdapter(Kind).dump_python(book, mode="json"), indent=1, ensure_ascii=False)


def _lines(book: RuleBook, task: str | None) -> Iterator[str]:
    yield f"Versions: {', '.join(book.versions)}"
    yield from _head("Bands: the colour of a rep and of a mean")
    for band in book.bands:
        if task in (None, band.task):
            yield from _entry(_band(band), f"{band.population}; {band.basis}", band.source)
    yield from _head("Smallest detectable changes between sessions")
    for change in book.changes if task is None else book.changes_for(task):
        yield from _entry(_change(change), f"{change.population}; {change.basis}", change.source)
    yield from _head("Figures of the rules for decisions, plans and items")
    for limit in book.limits:
        yield from _entry(
            f"{limit.code} = {limit.value:g} {limit.unit}: {limit.says}", limit.population, limit.source
        )
    yield from _head("Gates: when a clip or a rep is trusted less")
    for gate in book.gates:
        if task is None or not gate.tasks or task in gate.tasks:
            yield from _entry(_gate(gate), "", gate.source)
    yield from _head("Items of movement-quality scales")
    for item in book.items if task is None else book.items_for(task):
        how = item.why_not if item.measure is None else f"{item.measure} above {item.above:g}; {item.proxy}"
        yield from _entry(f"{item.scale} {item.number}: {item.name}", how, item.source)

    yield from _ladder(book)
    yield from _references(book)


def _ladder(book: RuleBook) -> Iterator[str]:
    yield from _head("Exercises, by rung of the ladder")
    yield textwrap.fill(f"source: {book.ladder.source}", WIDTH, initial_indent="  ", subsequent_indent="  ")
    for rung in book.ladder.rungs:
        yield f"  {rung.number} {rung.name}: {rung.purpose}"
        for one in book.ladder.exercises:
            if one.rung == rung.number:
                says = f"{one.name}: {one.sets} x {one.hold_or_reps}; {one.tempo}"
                yield textwrap.fill(says, WIDTH, initial_indent="      ", subsequent_indent="        ")


def _references(book: RuleBook) -> Iterator[str]:
    from valgus.rules import references_of

    yield from _head("References")
    for reference in references_of(_sources(book)):
        yield textwrap.fill(
            f"{reference.cited}: {reference.says}", WIDTH, initial_indent="  ", subsequent_indent="      "
        )


def _sources(book: RuleBook) -> Iterator[str]:
    yield from (band.source for band in book.bands)
    yield from (change.source for change in book.changes)
    yield from (limit.source for limit in book.limits)
    yield from (gate.source for gate in book.gates)
    yield from (item.source for item in book.items)


def _head(title: str) -> Iterator[str]:
    yield ""
    yield click.style(title, bold=True)


def _entry(says: str, about: str, source: str) -> Iterator[str]:
    yield textwrap.fill(says, WIDTH, initial_indent="  ", subsequent_indent="    ")
    for line in filter(None, (about.replace("nobody", "nobody was measured"), f"source: {source}")):
        yield textwrap.fill(line, WIDTH, initial_indent="      ", subsequent_indent="      ")


def _band(band: Band) -> str:
    who = {None: "", "f": ", women", "m": ", men"}[band.sex]
    red = "" if band.red is None else f", red above {band.red:g}"
    amber = "" if band.amber is None else f"amber above {band.amber:g}"
    return f"{band.code}, {band.task}{who}: {band.measure} {amber}{red} {band.unit}"


def _change(change: DetectableChange) -> str:
    task = "every task" if change.task is None else change.task
    return f"{change.measure}, {task}: {change.value:g} {change.unit} ({change.origin})"


def _gate(gate: Gate) -> str:
    levels = (("note", gate.note), ("low", gate.low), ("invalid", gate.invalid), ("stop", gate.stop))
    said = ", ".join(f"{name} {gate.worse} {value:g}" for name, value in levels if value is not None)
    tasks = f" ({', '.join(gate.tasks)})" if gate.tasks else ""
    return f"{gate.code}{tasks}: {said} {gate.unit}"
