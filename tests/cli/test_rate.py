"""``valgus rate`` as a person uses it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.command import left_behind, valgus
from tests.trials import trial_of
from valgus import results
from valgus.cli import main
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.simulate import film, repetitions
from valgus.video import H264Writer, sha256_of


def simulated(clip: Path, *, seen: bool = True) -> Trial:
    """A trial of two reps that belongs to a file."""
    track = film(repetitions(peak_fppa_deg=(4.0, 12.0)))
    trial = trial_of(track, Settings(task="step-down"), name=clip.name, seen=seen)
    return replace(trial, clip=replace(trial.clip, sha256=sha256_of(clip)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip with its analysis; one that was not analysed, one without a rep, one that is another by now."""
    place = tmp_path_factory.mktemp("Jörg 1")
    for name in ("clip.mp4", "fresh.mp4", "nobody.mp4", "changed.mp4", "gone.mp4"):
        with H264Writer(place / name, width_px=720, height_px=1280, fps=30) as writer:
            for _ in range(3):
                writer.write(np.full((1280, 720, 3), 90, np.uint8))
        if name != "fresh.mp4":
            trial = simulated(place / name, seen=name != "nobody.mp4")
            results.save(trial, results.folder_for(place / name))
    (place / "changed.mp4").write_bytes(b"another video")
    (place / "gone.mp4").unlink()
    return place


def test_the_page_lies_beside_the_clip_and_the_next_command_is_named(folder: Path) -> None:
    ran = valgus("rate", "clip.mp4", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == (
        "Written: clip.mp4.rate.html. Open it in a browser; then: valgus agree clip.mp4.valgus TABLE.csv\n"
    )
    (folder / "clip.mp4.rate.html").unlink()


def test_results_may_be_given_and_the_page_goes_where_it_is_wanted(folder: Path, tmp_path: Path) -> None:
    before = left_behind(folder)
    moved = tmp_path / "moved.mp4"
    moved.write_bytes((folder / "clip.mp4").read_bytes())
    for more in ((), ("--clip", moved), ("--no-face-blur", "--shuffle", "3", "--rater", "anna")):
        ran = valgus("rate", folder / "clip.mp4.valgus", *more, "--out", tmp_path / "page.html")
        assert (ran.returncode, ran.stderr) == (0, "")
    assert left_behind(tmp_path) == ["moved.mp4", "page.html"]
    assert left_behind(folder) == before


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("fresh.mp4",), 3, "fresh.mp4: no analysis lies beside it. Run valgus analyze fresh.mp4."),
        (("nothing.mp4.valgus",), 3, "nothing.mp4.valgus"),
        (("nobody.mp4",), 2, "nobody.mp4: no rep was found in it, so there is nothing to rate."),
        (
            ("changed.mp4",),
            2,
            "changed.mp4 is another video by now; say where the one analysed is with --clip",
        ),
        (("gone.mp4.valgus",), 2, "gone.mp4 is not beside its results any more; say where it is with --clip"),
        (("clip.mp4", "--clip", "fresh2.mp4"), 2, "is not beside its results"),
        (("clip.mp4", "--shuffle", "-1"), 2, "-1"),
        (("clip.mp4", "--out", "nowhere/page.html"), 1, "page.html: could not be written: there is no such"),
        ((), 2, "Missing argument"),
    ],
)
def test_what_cannot_be_rated_is_told_in_a_sentence_and_nothing_is_written(
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
        main(["rate", *arguments])
    assert left.value.code == status
    assert says in " ".join(capsys.readouterr().err.split())
    assert left_behind(folder) == before
