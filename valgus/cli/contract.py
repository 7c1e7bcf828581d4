"""``valgus contract``: what every column means, for programs."""

from __future__ import annotations

from pathlib import Path

import click

ANALYSIS = "analysis"


@click.command(epilog="Example: valgus contract --out clip.mp4.valgus")
@click.argument("part", required=False)
@click.option(
    "--out",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write datapackage.json into DIR, for the tables that are there.",
)
def contract(part: str | None, out: Path | None) -> None:
    """Print the data contract: each column with type, unit, sign, bounds and meaning.

    All of it as a Frictionless data package, or one PART: the table schema of reps, frames, landmarks,
    summary, failures or progress, or the JSON Schema of analysis. docs/data-dictionary.md is the same for
    people.
    """
    from valgus.contract.package import as_text, write_package
    from valgus.errors import WrongUsage

    if out is None:
        click.echo(as_text(_document(part)))
        return
    if part is not None:
        raise WrongUsage("--out describes all tables of a folder.", f"Leave out '{part}'.")
    click.echo(f"Written: {write_package(out)}")


def _document(part: str | None) -> dict[str, object]:
    from valgus.contract.package import analysis_schema, table_schema, whole_package
    from valgus.contract.tables import table_named

    if part is None:
        return whole_package()
    if part == ANALYSIS:
        return analysis_schema()
    table = table_named(part)
    return table_schema(table, table.columns)
