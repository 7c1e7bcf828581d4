"""Whatever is called a clip: a sentence each, the right status, in bounded time, and nothing half-written."""

from __future__ import annotations

import re
import resource
import time
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from tests.command import valgus, valgus_process
from tests.e2e.clips import LONG
from tests.hostile.corpus import NO_FILES, write_corpus
from valgus.errors import WrongUsage
from valgus.results import ENDING

pytestmark = pytest.mark.slow
#: How many bit flips, and which part of the truncations; a hundred times as many by VALGUS_LONG.
SIZE = {"flips": 600, "every": 1} if LONG else {"flips": 16, "every": 4}
QUICK = ("--no-mirror-average", "--no-overlay")
LONGEST_S = 60.0
#: Nothing else is an answer to a clip that was made up.
ANSWERS = {"not_readable_as_video": 3, "no_person": 4}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_corpus(tmp_path_factory.mktemp("corpus"), **SIZE)


def test_a_batch_answers_for_each_and_no_worker_is_lost(corpus: list[Path], tmp_path: Path) -> None:
    ran = valgus_process("batch", *QUICK, "--time-limit", LONGEST_S, "--out", tmp_path, corpus[0].parent)
    assert (ran.returncode, ran.stderr) == (5, "")
    assert "Traceback" not in ran.stdout
    failures = pd.read_csv(tmp_path / "failures.csv")
    assert set(failures["reason"]) == set(ANSWERS)
    assert all(ANSWERS[row.reason] == row.exit_status for row in failures.itertuples())
    assert failures["message"].notna().all() and failures["what_to_do"].notna().all()
    clips = {path.name for path in corpus if path.suffix == ".mp4"}
    assert set(failures["clip"]) == clips
    assert not [path for path in tmp_path.rglob(".*") if path.name.endswith((".part", ENDING))]


def test_analyze_says_one_line_for_each_that_it_cannot_read(corpus: list[Path], tmp_path: Path) -> None:
    started_s = time.monotonic()
    ran = valgus_process("analyze", *QUICK, "--out", tmp_path, *corpus)
    assert time.monotonic() - started_s < LONGEST_S * len(corpus) / 10
    assert ran.returncode == 4
    assert "Traceback" not in ran.stderr
    lines = ran.stderr.splitlines()
    saved = {path.name.removesuffix(ENDING) for path in tmp_path.iterdir()}
    told = Counter(line.partition(": ")[0] for line in lines)
    assert set(told.values()) <= {1}, "nothing is said twice"
    assert set(told) | saved == {path.name for path in corpus}
    assert not set(told) & saved
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert peak_mb < 2500


@pytest.mark.parametrize("command", ["analyze", "check"])
@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_file_is_refused_at_once(command: str, name: str, tmp_path: Path) -> None:
    NO_FILES[name](tmp_path / name)
    ran = valgus(command, tmp_path / name)
    assert ran.returncode in (WrongUsage.exit_status, 3)
    assert re.fullmatch(rf"{name}: .*\.\n", ran.stderr)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "kind", ["cut at", "flipped 000", "65535 by 65535", "three hours", "encrypted", "noise"]
)
def test_check_answers_too(kind: str, corpus: list[Path]) -> None:
    path = next(path for path in corpus if path.name.startswith(kind))
    ran = valgus("check", path)
    assert ran.returncode in (3, 4)
    assert "Traceback" not in ran.stderr
    assert (ran.stdout + ran.stderr).strip().endswith(".")
