"""``valgus methods``: what was done, for a paper."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(epilog="Example: valgus methods clip.mp4.valgus")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
def methods(folder: Path) -> None:
    """Print what was done to a saved analysis (CLIP.valgus), as a paragraph for a paper.

    With every threshold in force and its source, and the versions and hashes that the numbers depend on. How
    to cite the program is in CITATION.cff.
    """
    from valgus.exports.methods import methods_text
    from valgus.results import load

    click.echo(methods_text(load(folder)), nl=False)
