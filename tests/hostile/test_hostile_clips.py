"""Damaged, absurd and hostile files through the command line: a message each, nothing left half done.

All of them are tried with ``VALGUS_HOSTILE=all``, and more flipped bits with ``VALGUS_FLIPS=200``; else the
most telling ones.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from tests.e2e.folders import batch
from tests.hostile.corpus import NO_VIDEO, READ, Hostile, corpus, representative
from tests.hostile.running import FAULT, MOST_MB, MOST_S, Ran, run_all
from valgus import results
from valgus.batch.finding import PICTURE_ENDINGS, VIDEO_ENDINGS
from valgus.model.batch import Reason

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see the memory"),
]
#: As quick as it gets, and without a network.
QUICK = ("--no-mirror-average", "--offline")


def chosen() -> list[Hostile]:
    if os.environ.get("VALGUS_HOSTILE") == "all":
        return list(corpus(flips=int(os.environ.get("VALGUS_FLIPS", "8"))))
    return list(representative())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Hostile]]:
    folder = tmp_path_factory.mktemp("hostile")
    made = chosen()
    for hostile in made:
        hostile.make(folder / hostile.name)
    return folder, made


def test_analyze_refuses_or_measures_each_and_leaves_a_whole_result_or_none(
    files: tuple[Path, list[Hostile]], tmp_path: Path
) -> None:
    folder, made = files
    options = ("--no-overlay", "--out", tmp_path, *QUICK)
    _check_all(made, [("analyze", *options, folder / hostile.name) for hostile in made])
    for place in tmp_path.iterdir():
        assert results.load(place).clip.name == place.name.removesuffix(results.ENDING)
        assert {path.name for path in place.iterdir()} == set(results.ALWAYS)


def test_check_says_the_same_and_saves_nothing(files: tuple[Path, list[Hostile]]) -> None:
    folder, made = files
    before = sorted(path.name for path in folder.iterdir())
    _check_all(made, [("check", "--offline", folder / hostile.name) for hostile in made])
    assert sorted(path.name for path in folder.iterdir()) == before


def _check_all(made: Sequence[Hostile], commands: Sequence[Sequence[object]]) -> None:
    each = list(zip(made, run_all(commands), strict=True))
    statuses = Counter(ran.status for _, ran in each)
    longest = max(each, key=lambda pair: pair[1].took_s)
    print(  # shown by -s: what is written about these tests comes from here
        f"{commands[0][0]}: {len(made)} files, {sum(ran.took_s for _, ran in each):.0f} s, by exit status "
        f"{dict(sorted(statuses.items()))}, longest {longest[1].took_s:.1f} s ({longest[0].name}), "
        f"most memory {max(ran.peak_mb for _, ran in each):.0f} MB"
    )
    wrong = {hostile.name: said for hostile, ran in each if (said := list(_wrong_with(hostile, ran)))}
    assert wrong == {}


def _wrong_with(hostile: Hostile, ran: Ran):  # type: ignore[no-untyped-def]
    if FAULT.search(ran.stdout + ran.stderr):
        yield f"a fault of the program: {ran.stderr[-500:]}"
    if ran.status not in hostile.statuses:
        yield f"left with {ran.status} instead of {hostile.statuses}: {ran.stderr[-300:]}"
    if ran.took_s > MOST_S or ran.peak_mb > MOST_MB:
        yield f"took {ran.took_s:.0f} s and {ran.peak_mb:.0f} MB"
    if ran.status in READ and ran.stderr:
        yield f"noise beside the result: {ran.stderr[:300]}"
    if ran.status not in READ and not _is_one_message(ran, hostile.name):
        yield f"no clear message: {ran.stdout[:300]} {ran.stderr[:300]}"


def _is_one_message(ran: Ran, name: str) -> bool:
    one_line = ran.stdout == "" and ran.stderr.count("\n") == 1 and len(ran.stderr) < 300
    return one_line and ran.stderr.startswith(f"{name}: ") and ran.stderr.rstrip().endswith(".")


def test_batch_names_each_that_is_meant_as_a_clip_and_nothing_takes_it_down(
    files: tuple[Path, list[Hostile]], tmp_path: Path
) -> None:
    folder, made = files
    ran = batch(folder, "--offline", "--workers", 2, "--out", tmp_path)
    assert (ran.returncode, ran.stderr) == (5, "")
    assert not FAULT.search(ran.stdout)
    failures = pd.read_csv(tmp_path / "failures.csv").set_index("clip")
    measured = set(pd.read_csv(tmp_path / "summary.csv")["clip"])
    meant = {h.name for h in made if Path(h.name).suffix in VIDEO_ENDINGS}
    assert meant <= measured | set(failures.index)
    assert not {h.name for h in made if Path(h.name).suffix in PICTURE_ENDINGS} & measured
    assert not set(failures["reason"]) & {reason.value for reason in Reason}
    assert failures["message"].notna().all() and failures["what_to_do"].notna().all()
    for hostile in made:
        if hostile.statuses == (NO_VIDEO,) and hostile.name in meant:
            assert failures.loc[hostile.name, "exit_status"] == NO_VIDEO
    assert not [path for path in tmp_path.rglob(".*") if path.is_dir()]
