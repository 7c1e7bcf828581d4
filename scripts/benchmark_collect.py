"""How long 10,000 saved analyses take to become one table, as CSV and as Parquet.

    python scripts/benchmark_collect.py CLIP.valgus [--count 10000]

The analyses are copies of one that was saved before, in a temporary folder.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valgus import results
from valgus.batch.collect import PARQUET, REPS, collect, collect_reps, write_parquet
from valgus.batch.standing import ClipHere, Shelf

CLIPS_A_DAY = 10


@contextmanager
def timed(what: str) -> Iterator[None]:
    started_s, cpu_s = time.perf_counter(), time.process_time()
    yield
    print(f"{what}: {time.perf_counter() - started_s:.1f} s ({time.process_time() - cpu_s:.1f} s CPU)")


def copies(source: Path, root: Path, count: int) -> list[ClipHere]:
    """Lay out copies like a study: person, day, clip."""
    header = results.load_header(source)
    clips = []
    for number in range(count):
        name = f"person {number // 100:03}/2026-11-{number // CLIPS_A_DAY % 10 + 1:02}/{number}.mp4"
        folder = root / f"{name}{results.ENDING}"
        folder.mkdir(parents=True)
        for file in (results.REPS, results.ANALYSIS):
            shutil.copyfile(source / file, folder / file)
        clips.append(ClipHere(root / name, folder, name, header.clip.sha256, header.clip.duration_s))
    return clips


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        clips = copies(chosen.folder, root, chosen.count)
        folders = [clip.folder for clip in clips]
        with timed(f"{chosen.count} reps.csv to one"):
            collect_reps(folders, root / REPS)
        with timed("and to Parquet"):
            write_parquet(root / REPS, root / PARQUET)
        with timed("summary.csv, reps.csv, failures.csv and index.html"):
            collect(root, "study", clips, {})
        with timed("finding out whose analyses they are"):
            Shelf(root)
        csv_mb, parquet_mb = ((root / name).stat().st_size / 1e6 for name in (REPS, PARQUET))
        print(f"{csv_mb:.0f} MB, as Parquet {parquet_mb:.1f} MB")


if __name__ == "__main__":
    main()
