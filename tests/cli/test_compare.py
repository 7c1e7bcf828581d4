"""valgus compare as a person runs it, from saved analyses whose clips are gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import left_behind, valgus
from tests.comparisons import leg
from valgus import results
from valgus.cli import main
from valgus.model.frontal import Side


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A left and a right leg, the left one again three weeks later, another task, and some other video."""
    place = tmp_path_factory.mktemp("Änna Groß")
    (place / "new.mp4").write_bytes(b"another video")
    for trial in (
        leg(name="left.mp4", day=1),
        leg((3.0, 4.0, 5.0, 4.0, 3.0), name="right.mp4", side=Side.RIGHT, day=1),
        leg((2.0, 3.0, 4.0, 3.0, 2.0), name="later.mp4", day=22),
        leg(name="squat.mp4", task="single-leg-squat"),
    ):
        results.save(trial, results.folder_for(place / trial.clip.name))
    return place


@pytest.mark.slow
def test_the_difference_is_printed_and_the_figure_written_without_the_clips(
    folder: Path, tmp_path: Path
) -> None:
    saved = (folder / f"{name}.mp4.valgus" for name in ("left", "right"))
    shown = valgus("compare", *saved, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    text = " ".join(shown.stdout.split())
    assert "A: left leg of 2026-05-01, left.mp4, mean FPPA 15.8 ± " in text
    assert "Left minus right FPPA: +12.0 ± 9.1 deg, a real difference (it counts beyond 9.1 deg)." in text
    assert "borrowed: Munro 2012" in text
    assert max(map(len, shown.stdout.splitlines()[:-1])) <= 80
    assert "No video: left.mp4 is not beside its results any more" in shown.stderr
    assert "--clip-a FILE" in shown.stderr and "--clip-b FILE" in shown.stderr
    assert left_behind(tmp_path / "compare-left-right") == ["compare.png", "compare.svg"]


@pytest.mark.slow
def test_before_and_after_go_where_they_are_wanted_the_same_every_time(folder: Path, tmp_path: Path) -> None:
    before, after = folder / "left.mp4.valgus", folder / "later.mp4.valgus"
    for out in ("one", "two"):
        shown = valgus("compare", "--no-video", "--reps", "1,3", before, after, "--out", tmp_path / out)
        assert shown.returncode == 0
        assert shown.stderr == ""
        assert "B minus A FPPA: -13.0" in shown.stdout and "better" in shown.stdout
    for name in ("compare.png", "compare.svg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("left.mp4.valgus", "squat.mp4.valgus"), 2, "angles of different tasks are never compared"),
        (("left.mp4.valgus", "left.mp4.valgus"), 2, "is given as A and as B"),
        (("--reps", "7", "left.mp4.valgus", "right.mp4.valgus"), 2, "Valid in both: 1, 2, 3, 4, 5."),
        (("--reps", "1;2", "left.mp4.valgus", "right.mp4.valgus"), 2, "give numbers like 1,2,3"),
        (("--reps", "0", "left.mp4.valgus", "right.mp4.valgus"), 2, "counted from 1"),
        (("--side", "right", "left.mp4.valgus", "later.mp4.valgus"), 2, "no rep of the right leg"),
        (("left.mp4.valgus", "nothing.mp4.valgus"), 3, "nothing.mp4.valgus"),
        (("left.mp4.valgus", "new.mp4"), 3, "new.mp4: no analysis lies beside it. Run valgus analyze"),
        (("--clip-b", "new.mp4", "left.mp4.valgus", "right.mp4.valgus"), 2, "is not the video"),
        (("--clip-b", "gone.mp4", "left.mp4.valgus", "right.mp4.valgus"), 2, "gone.mp4"),
        (("left.mp4.valgus",), 2, "Missing argument"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_nothing_is_written(
    arguments: tuple[str, ...],
    status: int,
    says: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    before = left_behind(folder)
    with pytest.raises(SystemExit) as left:
        main(["compare", *arguments])
    assert left.value.code == status
    assert says in " ".join(capsys.readouterr().err.split())
    assert left_behind(folder) == before


@pytest.mark.slow
def test_clips_of_the_same_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for day in (1, 22):
        trial = leg(name="left.mp4", day=day)
        results.save(trial, tmp_path / f"2026-05-{day:02}" / "left.mp4.valgus")
    days = ("2026-05-01/left.mp4.valgus", "2026-05-22/left.mp4.valgus")
    shown = valgus("compare", "--no-video", *days, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert (tmp_path / "compare-2026-05-01_left-2026-05-22_left" / "compare.png").is_file()
