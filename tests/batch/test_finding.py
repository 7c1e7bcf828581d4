"""Which files are taken for clips; none is opened to find out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from valgus.batch.finding import ALL, Globs, find


def files(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


def names(root: Path, globs: Globs = ALL) -> list[str]:
    return [candidate.name for candidate in find(root, globs).candidates]


def test_everything_that_may_be_a_clip_is_found_in_the_order_of_names(tmp_path: Path) -> None:
    files(tmp_path, "b/2026-11-20/1.mp4", "a/2.MOV", "a.b/3", "a/notes.txt", "zu Hause/ü.webm")
    assert names(tmp_path) == ["a/2.MOV", "a/notes.txt", "a.b/3", "b/2026-11-20/1.mp4", "zu Hause/ü.webm"]


def test_only_an_ending_says_that_a_file_is_meant_as_a_clip(tmp_path: Path) -> None:
    files(tmp_path, "a.MP4", "b.txt", "c")
    meant = {candidate.name: candidate.meant_as_clip for candidate in find(tmp_path).candidates}
    assert meant == {"a.MP4": True, "b.txt": False, "c": False}


def test_own_results_hidden_files_and_pictures_are_left_out(tmp_path: Path) -> None:
    files(
        tmp_path,
        "clip.mp4",
        "clip.mp4.valgus/overlay.mp4",
        "overlay.mp4",
        "compare.mp4",
        ".hidden.mp4",
        "._clip.mp4",
        ".cache/clip.mp4",
        "photo.HEIC",
        "photo.jpg",
    )
    assert names(tmp_path) == ["clip.mp4"]


@pytest.mark.parametrize(
    ("globs", "wanted"),
    [
        (Globs(include=("anna",)), ["anna/1/x.mp4", "anna/2/y.MOV"]),
        (Globs(include=("*.MOV",)), ["anna/2/y.MOV"]),
        (Globs(include=("anna/1", "berta")), ["anna/1/x.mp4", "berta/1/x.mp4"]),
        (Globs(exclude=("1",)), ["anna/2/y.MOV"]),
        (Globs(include=("anna",), exclude=("*.MOV",)), ["anna/1/x.mp4"]),
        (Globs(exclude=("*/1",)), ["anna/2/y.MOV"]),
    ],
)
def test_patterns_choose_clips_and_whole_folders(globs: Globs, wanted: list[str], tmp_path: Path) -> None:
    files(tmp_path, "anna/1/x.mp4", "anna/2/y.MOV", "berta/1/x.mp4")
    assert names(tmp_path, globs) == wanted


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are of another kind there")
def test_links_that_go_round_in_circles_end_and_nothing_is_found_twice(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    files(root, "a/1.mp4")
    files(outside, "2.mp4")
    (root / "a" / "up").symlink_to(root)
    (root / "here").symlink_to(root / "a")
    (root / "above").symlink_to(tmp_path)
    (root / "round.mp4").symlink_to(root / "round.mp4")
    (root / "out").symlink_to(outside)
    (root / "out again").symlink_to(outside)
    (outside / "round").symlink_to(outside)
    found = names(root)
    assert [name for name in found if name.endswith("1.mp4")] == ["a/1.mp4"]
    assert len([name for name in found if name.endswith("2.mp4")]) == 1
    assert "round.mp4" in found, "it says that it is a clip, so somebody wants to know that it is none"


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are of another kind there")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.mp4")
    assert names(tmp_path) == ["pipe.mp4"]


def test_very_deep_folders_are_searched(tmp_path: Path) -> None:
    files(tmp_path, "/".join(["d"] * 900) + "/1.mp4")
    assert len(names(tmp_path)) == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    files(tmp_path, "closed/1.mp4")
    (tmp_path / "closed").chmod(0)
    assert find(tmp_path).unreadable == ("closed",)
    (tmp_path / "closed").chmod(0o700)
