"""``valgus stickers``: the sheet to print."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(epilog="Example: valgus stickers sheet.pdf")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.pdf")
@click.option(
    "--paper",
    type=click.Choice(["a4", "letter"]),
    default="a4",
    show_default=True,
    help="Size of the sheet.",
)
def stickers(file: Path, paper: str) -> None:
    """Write a page to print: where the two hip stickers go, how to film, and discs to cut out."""
    from valgus.errors import WrongUsage
    from valgus.exports.sheet import Paper, write_sticker_sheet

    if file.suffix.lower() != ".pdf":
        raise WrongUsage(f"{file}: the sheet is a PDF.", f"Give a name such as {file.stem or 'sheet'}.pdf.")
    write_sticker_sheet(file, Paper[paper.upper()])
    click.echo(f"Written: {file}. Print it at 100 % (actual size) and check the 50 mm bar with a ruler.")
