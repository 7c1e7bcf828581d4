"""``valgus verify``: the accuracy suite, on this machine and with this model."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

    from valgus.accuracy.report import Table
    from valgus.model.trial import Provenance


@click.command(epilog="Example: valgus verify --quick")
@click.option("--quick", is_flag=True, help="Two short clips, within two minutes, instead of some sixty.")
@click.option(
    "--model", default="full", show_default=True, metavar="NAME|FILE", help="full, lite, heavy or a file."
)
@click.option("--offline", is_flag=True, help="Never touch the network, not even for a missing model.")
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True, help="For rendering.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where rendered clips and tracks are kept; in the user's cache folder by default.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write accuracy.csv, accuracy.md and bland-altman.png there.",
)
def verify(
    quick: bool, model: str, offline: bool, threads: int, cache: Path | None, out: Path | None
) -> None:
    """Measure rendered people, whose joints are known exactly, and print how far off the measures are.

    The whole suite takes about an hour at first; an interrupted run goes on where it stopped, and one more
    run takes minutes. Needs the extra 'phantom': pip install 'valgus[phantom]'.
    """
    _check_extra()
    from valgus.accuracy import report
    from valgus.accuracy.cases import Workplace, compare
    from valgus.accuracy.suite import full_suite, quick_suite
    from valgus.backends.weights import cache_folder, resolve
    from valgus.cli.progress import cases_of, fetching
    from valgus.model.settings import Settings
    from valgus.pipeline import provenance_of

    with fetching() as progress:
        found = resolve(model, offline=offline, progress=progress)
    place = Workplace(cache or cache_folder() / "accuracy", found, threads)
    cases = quick_suite() if quick else full_suite()
    with cases_of(len(cases)) as seen:
        compared = compare(cases, place, progress=seen)
    tables = report.tables_of(compared)
    _print(tables)
    if out is not None:
        _write(compared, tables, provenance_of(found, Settings(model=model)), out)


def _check_extra() -> None:
    """Say what to install where the renderer's compiler is missing."""
    from importlib.util import find_spec

    from valgus.errors import WrongUsage

    if find_spec("numba") is None:
        raise WrongUsage(
            "valgus verify renders people, for which numba is missing.",
            "Install it with: pip install 'valgus[phantom]'",
        )


def _print(tables: tuple[Table, ...]) -> None:
    from valgus.accuracy.report import INTRODUCTION

    click.echo(_filled(INTRODUCTION))
    for table in tables:
        click.echo(f"\n{click.style(table.title, bold=True)}\n{_filled(table.about)}\n")
        numbers = [row[table.labels :] for row in (table.columns, *table.rows)]
        widths = [max(map(len, column)) for column in zip(*numbers, strict=True)]
        click.echo(_aligned(numbers[0], widths))
        for row, cells in zip(table.rows, numbers[1:], strict=True):
            # What a row is about has a line of its own: with the numbers it would not fit a terminal.
            click.echo(f"{', '.join(row[: table.labels])}\n{_aligned(cells, widths)}")


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH)


def _aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    aligned = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
    return f"   {'  '.join(aligned)}".rstrip()


#: Longer lines do not fit every terminal.
WIDTH = 80


def _write(compared: pd.DataFrame, tables: tuple[Table, ...], made: Provenance, out: Path) -> None:
    from valgus.accuracy.figure import write_bland_altman
    from valgus.accuracy.report import as_markdown
    from valgus.whole import all_or_none

    with all_or_none(out) as unfinished:
        compared.to_csv(unfinished / "accuracy.csv", index=False, lineterminator="\n")
        write_bland_altman(compared, unfinished / "bland-altman.png")
        (unfinished / "accuracy.md").write_text(as_markdown(tables, compared, made), encoding="utf-8")
    click.echo(f"Written: accuracy.csv, accuracy.md and bland-altman.png in {out}")
