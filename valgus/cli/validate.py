"""``valgus validate``: are files as the contract says, and where not."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from valgus.contract.checking import Problem
    from valgus.contract.tables import Table

NOT_VALID = 3


@dataclass(frozen=True)
class Checked:
    """What was found in a path: the first problems, and how many there are."""

    path: Path
    first: tuple[Problem, ...]
    count: int


@click.command(epilog="Example: valgus validate clip.mp4.valgus study/reps.csv")
@click.argument(
    "paths", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True, metavar="PATH..."
)
@click.option("--table", "name", metavar="NAME", help="What the files are, where their name does not say it.")
@click.option("--partial", is_flag=True, help="Columns may be missing, of a table that was cut to some.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Lines for each PATH at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
def validate(paths: tuple[Path, ...], name: str | None, partial: bool, limit: int, as_json: bool) -> None:
    """Hold files against the data contract, and name every value that is not as it has to be.

    PATH is reps.csv, frames.csv, landmarks.csv, summary.csv, failures.csv, progress.csv or analysis.json, a
    folder of results (then its files are held against each other too), or a folder with tables of many clips
    or of a person. Rows are counted as a spreadsheet counts them: the header is row 1. Leaves with 0 if all
    are valid, 3 if not, 2 for wrong usage.
    """
    from valgus.contract.files import problems_in

    tables = _tables(name, partial)
    # Usage is looked at before anything is printed.
    found = [(path, problems_in(path, tables)) for path in paths]
    checked = (_first(path, problems, limit) for path, problems in found)
    print_it = _print_json if as_json else _print_lines
    raise SystemExit(NOT_VALID if print_it(checked) else 0)


def _tables(name: str | None, partial: bool) -> tuple[Table, ...]:
    from valgus.contract.tables import TABLES, table_named

    tables = TABLES if name is None else (table_named(name),)
    return tuple(table.with_any_columns() for table in tables) if partial else tables


def _first(path: Path, problems: Iterator[Problem], limit: int) -> Checked:
    first = tuple(itertools.islice(problems, limit))
    return Checked(path, first, len(first) + sum(1 for _ in problems))


def _print_lines(checked: Iterator[Checked]) -> int:
    """Print a line for each problem, and return how many there are."""
    count = 0
    for one in checked:
        count += one.count
        for problem in one.first:
            click.echo(problem.says)
        if one.count > len(one.first):
            click.echo(f"{one.path}: and {one.count - len(one.first)} more (--limit)")
        if not one.count:
            click.echo(f"{one.path}: valid")
    return count


def _print_json(checked: Iterator[Checked]) -> int:
    from valgus.contract import CONTRACT_VERSION

    every = list(checked)
    count = sum(one.count for one in every)
    document = {
        "contract_version": CONTRACT_VERSION,
        "valid": count == 0,
        "checked": [
            {"path": str(one.path), "count": one.count, "problems": [asdict(p) for p in one.first]}
            for one in every
        ],
    }
    click.echo(json.dumps(document, indent=1, ensure_ascii=False))
    return count
