"""Run the whole accuracy suite and publish its tables and figure in `docs/`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from valgus.cli import cli

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cli(["verify", "--out", folder], standalone_mode=False)
        for name in ("accuracy.md", "bland-altman.png"):
            shutil.copyfile(Path(folder) / name, DOCS / name)


if __name__ == "__main__":
    main()
