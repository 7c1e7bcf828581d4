"""``valgus agree``: how well two measurements of the same reps agree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from valgus.model.agreement import Agreement, Compared, WithInterval

#: Rows left out that are printed; agreement.json has all.
MOST_LEFT_OUT = 20


@click.command(epilog="Example: valgus agree clip.mp4.valgus rater.csv --out agreement")
@click.argument("a", type=click.Path(exists=True, path_type=Path), metavar="A")
@click.argument("b", type=click.Path(exists=True, path_type=Path), metavar="B")
@click.option("--measure", default="fppa_deg", show_default=True, metavar="NAME", help="What is compared.")
@click.option("--a-column", metavar="NAME", help="Column of A that holds it, where it is called otherwise.")
@click.option("--b-column", metavar="NAME", help="Column of B that holds it, where it is called otherwise.")
@click.option(
    "--by",
    type=click.Choice(["rep", "set"]),
    default="rep",
    show_default=True,
    help="Compare reps, or the mean of each clip and side.",
)
@click.option(
    "--tolerance",
    "tolerance_s",
    type=click.FloatRange(min=0),
    default=0.3,
    show_default=True,
    metavar="SECONDS",
    help="How far apart two lowest points of one rep may be.",
)
@click.option(
    "--b-offset",
    "b_offset_s",
    type=float,
    default=0.0,
    metavar="SECONDS",
    help="Added to the times of B, where its clock started at another moment.",
)
@click.option(
    "--negate",
    type=click.Choice(["a", "b"]),
    multiple=True,
    help="Turn the sign of A or B, where it counts valgus as negative.",
)
@click.option(
    "--same-clip",
    is_flag=True,
    help="A and B are of one motion under two names, a video and a laboratory's trial beside it.",
)
@click.option("--include-invalid", is_flag=True, help="Count reps that are graded invalid.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write agreement.json, agreement.csv and the Bland-Altman picture there.",
)
def agree(
    a: Path,
    b: Path,
    measure: str,
    a_column: str | None,
    b_column: str | None,
    by: Literal["rep", "set"],
    tolerance_s: float,
    b_offset_s: float,
    negate: tuple[str, ...],
    same_clip: bool,
    include_invalid: bool,
    out: Path | None,
) -> None:
    """Compare two measurements of the same reps: bias, limits of agreement, ICC, SEM, MDC95.

    A and B are each a saved analysis (CLIP.valgus), a folder of them, or a CSV: reps.csv, points that a
    rater clicked, any table with clip, side, rep or time_s and a value, or an angle over time
    (time_s and a value, as of motion capture), which is read at the lowest points of the other. Rows are put
    together by clip, side and nearest lowest point; every row without a partner is named. Differences are A
    minus B.
    """
    from valgus.agreement import Source, as_one_clip, compare, match, read_measurement

    sources = (
        Source(a, a_column, sign=-1.0 if "a" in negate else 1.0),
        Source(b, b_column, b_offset_s, sign=-1.0 if "b" in negate else 1.0),
    )
    read = [read_measurement(source, measure) for source in sources]
    if same_clip:
        read[1] = as_one_clip(*read)
    matched = match(*read, tolerance_s=tolerance_s, with_invalid=include_invalid)
    compared = compare(matched, measure=measure, names=_names(a, b), by=by)
    for line in (*_lines(compared.agreement), *_left_out(compared)):
        click.echo(line)
    if out is not None:
        from valgus.exports.agreeing import write_agreement

        click.echo(f"Written: {', '.join(write_agreement(compared, out))} in {out}")


def _names(a: Path, b: Path) -> tuple[str, str]:
    """Return what both are called: without folders, where that tells them apart."""
    if a.name != b.name:
        return a.name, b.name
    return f"{a.resolve().parent.name}/{a.name}", f"{b.resolve().parent.name}/{b.name}"


def _lines(of: Agreement) -> Iterator[str]:
    unit = f" {of.unit}" if of.unit else ""
    people = "people not known" if of.people is None else _count(of.people, "person", "people")
    yield f"{of.measure}: A {of.a}, B {of.b}"
    yield f"   {_count(of.n, of.by)}, {_count(of.clips, 'clip')}, {people}"
    yield f"   bias (A - B)         {_figure(of.limits.bias, '+.2f')}{unit}"
    yield f"   lower limit          {_figure(of.limits.low, '+.2f')}{unit}"
    yield f"   upper limit          {_figure(of.limits.high, '+.2f')}{unit} (limits of agreement)"
    yield f"   ICC(2,1)             {_icc(of.icc2)}"
    yield f"   ICC(3,1)             {_icc(of.icc3)}"
    yield f"   SEM                  {of.sem:.2f}{unit}, MDC95 {of.mdc95:.2f}{unit}"
    r = "not defined" if of.r is None else f"{of.r:.3f}"
    yield f"   r                    {r}, RMSE {of.rmse:.2f}{unit}"
    if of.slope is not None:
        yield f"   slope on the mean    {_figure(of.slope, '+.3f')} (proportional bias)"
    yield "   in brackets: 95 % intervals"
    for note in of.notes:
        yield f"- {note}"


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or f'{one}s'}"


def _figure(figure: WithInterval, form: str) -> str:
    return f"{figure.value:{form}} ({figure.low:{form}} to {figure.high:{form}})"


def _icc(figure: WithInterval | None) -> str:
    return "not defined" if figure is None else _figure(figure, ".3f")


def _left_out(compared: Compared) -> Iterator[str]:
    if not compared.left_out:
        yield "- No row was left out."
        return
    yield f"- {_count(len(compared.left_out), 'row was', 'rows were')} left out:"
    for one in compared.left_out[:MOST_LEFT_OUT]:
        yield f"    {one.of}: {one.row}: {one.why}"
    if len(compared.left_out) > MOST_LEFT_OUT:
        yield f"    and {len(compared.left_out) - MOST_LEFT_OUT} more (agreement.json has all of them)"
