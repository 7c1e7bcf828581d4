"""The accuracy suite on real pixels: renders, measures, says how far off, and goes on where it stopped."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.command import valgus


@pytest.mark.slow
def test_the_quick_suite_measures_rendered_people_and_keeps_what_it_did(tmp_path: Path) -> None:
    def run() -> tuple[float, pd.DataFrame]:
        started = time.monotonic()
        shown = valgus("verify", "--quick", "--cache", tmp_path / "cache", "--out", tmp_path / "out")
        assert shown.returncode == 0, shown.stderr
        assert "on rendered people" in " ".join((tmp_path / "out" / "accuracy.md").read_text().split())
        *tables, written = shown.stdout.splitlines()
        assert max(map(len, tables)) <= 100
        assert str(tmp_path / "out") in written
        return time.monotonic() - started, pd.read_csv(tmp_path / "out" / "accuracy.csv")

    first_s, first = run()
    print(f"the quick suite took {first_s:.0f} s")
    again_s, again = run()
    pd.testing.assert_frame_equal(first, again)
    assert again_s < first_s / 3
    seen = first[first["start"] == "pixels"].set_index("measure")
    drop = seen.loc["pelvic_drop_deg"]
    assert drop["measured"].notna().all()
    assert (np.abs(drop["measured"] - drop["truth"]) <= drop["ci95"]).all()
    assert np.abs(drop["measured"] - drop["truth"]).mean() <= 1.0
    fppa = seen.loc["fppa_deg, square on"]
    assert (np.abs(fppa["measured"] - fppa["truth"]) <= fppa["ci95"]).mean() >= 0.75
    exact = first[(first["start"] == "exact joints") & (first["measure"] == "fppa_deg")]
    assert np.abs(exact["measured"] - exact["truth"]).max() <= 0.2


def test_without_the_renderer_it_says_what_to_install(tmp_path: Path) -> None:
    blocker = (
        "import sys; sys.modules['numba'] = None; from valgus.cli import main; main(['verify', '--quick'])"
    )
    shown = subprocess.run([sys.executable, "-c", blocker], capture_output=True, text=True, cwd=tmp_path)
    assert shown.returncode == 2
    assert "valgus[phantom]" in shown.stderr
    assert "Traceback" not in shown.stderr
