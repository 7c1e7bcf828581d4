"""The page on which a person points at the stickers: one file that asks nobody for anything."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pytest

from valgus.exports.pick import write_pick_page

STILL = np.full((1280, 720, 3), 128, dtype=np.uint8)


def page_of(name: str, folder: Path) -> str:
    write_pick_page(folder / "page.html", clip_name=name, still=STILL, time_s=1.25)
    return (folder / "page.html").read_text(encoding="utf-8")


def test_it_may_load_nothing_and_send_nothing(tmp_path: Path) -> None:
    page = page_of("clip.mp4", tmp_path)
    assert "default-src 'none'" in page
    assert "connect-src" not in page
    assert re.findall(r'(?:src|href|action)="(?!data:)', page) == []
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    "name", ["my clip.mp4", "Übung $1 `x`.mp4", "it's.mp4", '"><script>alert(1)</script>.mp4']
)
def test_any_file_name_is_shown_and_quoted_and_never_run(name: str, tmp_path: Path) -> None:
    page = page_of(name, tmp_path)
    assert "<script>alert" not in page
    assert name in html.unescape(page)
    assert page.count("<script>") == 1


def test_nothing_half_finished_is_left(tmp_path: Path) -> None:
    page_of("clip.mp4", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
