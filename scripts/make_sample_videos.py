"""Render the clips of `sample_videos/`, with their truth beside them."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from valgus.phantom.clip import render_clip
from valgus.phantom.samples import SAMPLE_CRF, SAMPLE_RECIPES

SAMPLE_FOLDER = Path(__file__).resolve().parent.parent / "sample_videos"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="clips to render, all if none is given")
    parser.add_argument("--out", type=Path, default=SAMPLE_FOLDER, help="folder to write to")
    parser.add_argument("--threads", type=int, default=1, help="frames drawn at the same time")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(SAMPLE_RECIPES))
    if unknown:
        parser.error(f"no sample is called {', '.join(unknown)}; there are {', '.join(SAMPLE_RECIPES)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or SAMPLE_RECIPES:
        started = time.perf_counter()
        path = options.out / f"{name}.mp4"
        render_clip(SAMPLE_RECIPES[name], path, threads=options.threads, crf=SAMPLE_CRF)
        print(f"{name}: {path.stat().st_size / 1e6:.2f} MB in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
