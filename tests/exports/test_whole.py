"""Files that appear all together, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from valgus.exports.whole import all_or_none


def test_files_appear_when_all_are_complete_and_what_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "a.png").write_text("old")
    with all_or_none(tmp_path) as unfinished:
        (unfinished / "a.png").write_text("new")
        assert (tmp_path / "a.png").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "mine.txt"]
    assert (tmp_path / "a.png").read_text() == "new"


@pytest.mark.parametrize("how", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_of_what_was_stopped(how: type[BaseException], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("old")
    for folder in (tmp_path, tmp_path / "new"):
        with pytest.raises(how), all_or_none(folder) as unfinished:
            (unfinished / "a.png").write_text("new")
            raise how
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_text() == "old"
