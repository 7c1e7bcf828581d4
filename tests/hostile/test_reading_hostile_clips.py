"""Hostile files that once were not refused in words, or not at once, at the reader alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.hostile.corpus import Hostile, corpus
from valgus.errors import NotReadableAsVideo, WrongUsage
from valgus.video import ClipReader

pytestmark = pytest.mark.slow  # making the clips takes seconds


@pytest.fixture(scope="module")
def files() -> dict[str, Hostile]:
    return {hostile.name: hostile for hostile in corpus(flips=0)}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "absurd edit list of 1e6 entries.mp4",
            "its edit list has 1000000 entries, and no phone writes more",
        ),
        ("small 1 px.mkv", "its pictures have 1 x 1 px, too few to show a person"),
        ("absurd 65535 px in pictures.mp4", "no frame could be decoded from its h264 video"),
        ("no video list of files.mp4", "is not a video, or its header is missing or damaged"),
        ("link to zeros.mp4", "is a pipe or a device, not a file"),
        ("pipe.mp4", "is a pipe or a device, not a file"),
    ],
)
def test_it_is_refused_in_words_and_at_once(
    name: str, says: str, files: dict[str, Hostile], tmp_path: Path
) -> None:
    files[name].make(tmp_path / name)
    began_s = time.monotonic()
    with pytest.raises(NotReadableAsVideo) as refused:
        ClipReader(tmp_path / name)
    assert str(refused.value).startswith(f"{name}: {says}")
    assert time.monotonic() - began_s < 5


def test_a_link_to_itself_is_named_without_its_folder(files: dict[str, Hostile], tmp_path: Path) -> None:
    files["link to itself.mp4"].make(tmp_path / "loop.mp4")
    with pytest.raises(
        WrongUsage, match=r"^loop\.mp4: cannot be looked up \(Too many .*\)\. Check"
    ) as refused:
        ClipReader(tmp_path / "loop.mp4")
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["absurd turned by 45 deg.mp4", "absurd repeated times.mp4", "times below zero.mkv"]
)
def test_nonsense_in_a_header_costs_no_order_of_times(
    name: str, files: dict[str, Hostile], tmp_path: Path
) -> None:
    files[name].make(tmp_path / name)
    with ClipReader(tmp_path / name) as reader:
        times_s = [frame.time_s for frame in reader.frames()]
    assert times_s[0] == 0.0
    assert times_s == sorted(set(times_s))
