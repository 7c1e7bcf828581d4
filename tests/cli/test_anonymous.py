"""What is passed on names nobody: not in the results, not in a picture's or a video's description."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from tests.command import valgus
from tests.e2e.folders import short_clip
from tests.importers.writing import laboratory_trc
from valgus.results import ALL_FILES, load
from valgus.simulate import View, film, repetitions

TELLING = ("Erika", "Mustermann", "knee-study", "private")


def telling(content: bytes) -> list[str]:
    """Return the words that tell something, in a file or in what it has packed."""
    unpacked = b"".join(_streams(content))
    return [word for word in TELLING if word.encode().lower() in (content + unpacked).lower()]


def _streams(content: bytes) -> list[bytes]:
    found = []
    for start in (k for k in range(len(content) - 2) if content[k : k + 2] in (b"\x78\x9c", b"\x78\xda")):
        try:
            found.append(zlib.decompressobj().decompress(content[start:]))
        except zlib.error:
            continue
        if len(found) > 200:
            break
    return found


@pytest.fixture()
def laboratory(tmp_path: Path) -> Path:
    place = tmp_path / "private" / "Erika Mustermann" / "2026-03-01"
    place.mkdir(parents=True)
    (place / "knee-study.trc").write_text(laboratory_trc(film(repetitions(), View(stickers=True))))
    (place / "session.toml").write_text('person = "Erika Mustermann"\nnotes = "private"\n')
    return place / "knee-study.trc"


@pytest.mark.slow
def test_results_usually_say_whose_they_are_but_never_where_they_lie(laboratory: Path) -> None:
    assert valgus("analyze", "--landmarks", laboratory).returncode == 0
    folder = laboratory.with_name("knee-study.trc.valgus")
    assert load(folder).session.person == "Erika Mustermann"
    for path in folder.iterdir():
        assert str(laboratory.parent).encode() not in path.read_bytes(), path.name
        assert str(Path.home()).encode() not in path.read_bytes() or str(Path.home()) == "/", path.name


@pytest.mark.slow
def test_anonymous_results_name_nobody(laboratory: Path) -> None:
    ran = valgus("analyze", "--landmarks", laboratory, "--anonymous", "--out", laboratory.parent / "out")
    assert ran.returncode == 0, ran.stderr
    out = laboratory.parent / "out"
    (folder,) = out.iterdir()
    trial = load(folder)
    assert folder.name == f"clip-{trial.clip.sha256[:8]}.trc.valgus"
    assert (trial.session.person, trial.session.notes) == (None, "")
    assert {path.name: telling(path.read_bytes()) for path in folder.iterdir()} == {
        path.name: [] for path in folder.iterdir()
    }
    assert valgus("validate", folder).returncode == 0
    # And so do the tables and the page of many such clips.
    assert valgus("collect", out).returncode == 0
    tables = {path.name: telling(path.read_bytes()) for path in out.iterdir() if path.is_file()}
    assert set(tables) >= {"reps.csv", "summary.csv", "index.html"}
    assert not any(tables.values())


def test_a_name_and_anonymous_do_not_go_together(laboratory: Path) -> None:
    ran = valgus("analyze", "--landmarks", laboratory, "--anonymous", "--name", "Erika")
    assert ran.returncode == 2
    assert "choose one" in ran.stderr


@pytest.mark.slow
def test_a_video_that_is_passed_on_names_nobody_either(tmp_path: Path) -> None:
    clip = tmp_path / "private" / "Erika Mustermann" / "2026-03-01" / "knee-study.mp4"
    clip.parent.mkdir(parents=True)
    clip.write_bytes(short_clip())
    ran = valgus("analyze", clip, "--anonymous", "--out", tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    (folder,) = (tmp_path / "out").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == sorted(ALL_FILES)
    for path in folder.iterdir():
        assert telling(path.read_bytes()) == [], path.name
