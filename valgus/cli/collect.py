"""``valgus collect``: many saved analyses in one table."""

from __future__ import annotations

from pathlib import Path

import click

from valgus.cli.batch import SOME_FAILED, counts_of


@click.command(epilog="Example: valgus collect --parquet study")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--parquet", is_flag=True, help="Write reps.parquet too (needs valgus[parquet]).")
def collect(folder: Path, parquet: bool) -> None:
    """Put every saved analysis below FOLDER into the tables that valgus batch writes; no video is needed.

    Writes summary.csv, reps.csv, failures.csv (analyses that cannot be read, clips in which nothing could be
    measured, and what a batch could not analyse) and index.html into FOLDER. Leaves with 5 if an analysis
    cannot be read, or a clip that failed in a batch is still without one.
    """
    from valgus.batch.collect import PARQUET, REPS, check_parquet, collect_saved, write_parquet
    from valgus.batch.running import check_folder

    check_folder(folder)
    if parquet:
        check_parquet()
    collected = collect_saved(folder)
    if parquet:
        write_parquet(folder / REPS, folder / PARQUET)
    click.echo(counts_of(collected))
    click.echo(f"Written: {', '.join((*collected.files, *([PARQUET] if parquet else [])))} in {folder}")
    raise SystemExit(SOME_FAILED if collected.failed else 0)
