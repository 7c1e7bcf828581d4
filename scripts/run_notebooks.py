"""Run the notebooks and keep what they show: after a change of what they speak of.

Needs the extra ``notebooks``.

    python scripts/run_notebooks.py
"""

from __future__ import annotations

from pathlib import Path

import click
import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LONGEST_CELL_S = 300


@click.command()
@click.argument("names", nargs=-1)
def main(names: tuple[str, ...]) -> None:
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if not names or path.name in names:
            click.echo(path.name)
            nbformat.write(executed(path), path)


def executed(path: Path) -> nbformat.NotebookNode:
    """Return a notebook with its outputs, and without the times of day at which its cells ran."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=LONGEST_CELL_S, resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


if __name__ == "__main__":
    main()
