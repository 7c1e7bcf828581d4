"""What is remembered between runs, and that only one batch is at work in a folder."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from valgus.batch.ledger import LEDGER, Ledger
from valgus.batch.work import NotAClip, Seen
from valgus.errors import CannotWrite, EnvironmentFailed
from valgus.model.batch import Failure

SEEN = Seen("a" * 64, 8.5)


@pytest.mark.parametrize("answer", [SEEN, Seen("b" * 64, None), NotAClip()])
def test_an_answer_is_known_in_the_next_run(answer: Seen | NotAClip, tmp_path: Path) -> None:
    clip = tmp_path / "ü '\n.mp4"
    clip.write_bytes(b"1")
    with closing(Ledger(tmp_path)) as ledger:
        ledger.note(clip.name, clip, answer)
    with closing(Ledger(tmp_path)) as ledger:
        assert ledger.recall(clip.name, clip) == answer
    with closing(Ledger.remembered(tmp_path)) as ledger:
        assert ledger.recall(clip.name, clip) == answer


def test_a_file_that_has_changed_is_unknown(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"1")
    with closing(Ledger(tmp_path)) as ledger:
        ledger.note("a.mp4", clip, SEEN)
        os.utime(clip, ns=(1, 1))
        assert ledger.recall("a.mp4", clip) is None


def test_failures_are_not_remembered(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"1")
    with closing(Ledger(tmp_path)) as ledger:
        ledger.note("a.mp4", clip, Failure("time_limit", "", "", 1))
        assert ledger.recall("a.mp4", clip) is None


def test_a_second_batch_in_the_same_folder_is_told_to_wait(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path)), pytest.raises(EnvironmentFailed, match="another valgus batch"):
        Ledger(tmp_path)
    Ledger(tmp_path).close()


def test_a_damaged_file_is_only_a_lost_memory(tmp_path: Path) -> None:
    (tmp_path / LEDGER).write_bytes(b"no database" * 100)
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"1")
    with closing(Ledger.remembered(tmp_path)) as ledger:
        assert ledger.recall("a.mp4", clip) is None
    with closing(Ledger(tmp_path)) as ledger:
        assert ledger.recall("a.mp4", clip) is None


def test_a_place_that_cannot_be_written_is_said_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(CannotWrite, match="--out"):
        Ledger(tmp_path / "taken" / "out")
