"""``valgus repeatability``: a site's own error between sessions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from valgus.cli.options import book_from, rules_option

if TYPE_CHECKING:
    from valgus.repeatability import Interval, Repeatability

RULES_FILE = "repeatability.toml"


@click.command(
    epilog="Example: valgus repeatability test-retest && valgus progress --rules "
    "test-retest/repeatability.toml clients/anna"
)
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option(
    "--within",
    type=click.IntRange(min=1),
    default=14,
    show_default=True,
    metavar="DAYS",
    help="Count sessions up to this many days after a person's first.",
)
@rules_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"Where the figures go; FOLDER/{RULES_FILE} by default.",
)
def repeatability(folder: Path, within: int, rules: Path | None, out: Path | None) -> None:
    """Measure the error between sessions from people filmed again when nothing has changed.

    FOLDER holds saved analyses as PERSON/2026-11-21/CLIP.valgus, every person at least twice in the same
    set-up, within days and without training in between. Prints the standard error of measurement (SEM), the
    smallest detectable change (MDC95 = 1.96 * sqrt(2) * SEM) and the intraclass correlation, and writes the
    MDCs as a file for --rules, where they replace the published ones.
    """
    import datetime as dt

    from valgus.history import read_people
    from valgus.repeatability import as_rules, repeatability_of

    book = book_from(rules)
    histories = read_people(folder, book, today=dt.date.today())
    found = repeatability_of(histories, book, within_days=within)
    for one in found:
        for line in _lines(one):
            click.echo(line)
    target = out or folder / RULES_FILE
    _write(as_rules(found, dt.date.today()), target)
    click.echo(f"Written: {target}. Use it with --rules {target}")


def _lines(one: Repeatability) -> list[str]:
    lines = [
        f"{one.measure}, {one.task}: SEM {one.sem:.2f} {one.unit} (95 % interval {one.sem_low:.2f} to "
        f"{one.sem_high:.2f}), MDC95 {one.mdc95:.2f} {one.unit}",
        f"   from {one.people} people, {one.legs} legs, {one.sessions} sessions",
        f"   ICC(2,1) {_icc(one.icc2)}, ICC(3,1) {_icc(one.icc3)}",
    ]
    if one.icc2 is None:
        lines.append("   the ICC needs five legs filmed twice")
    if one.uncertain:
        lines.append("   few sessions: the figure itself is uncertain, see its interval")
    return lines


def _icc(found: Interval | None) -> str:
    if found is None:
        return "not known"
    value, low, high = found
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _write(text: str, target: Path) -> None:
    from valgus.whole import folder_to_write_in, whole_file

    folder_to_write_in(target.parent)
    with whole_file(target, advice="Choose another --out FILE.") as unfinished:
        unfinished.write_text(text, encoding="utf-8")
