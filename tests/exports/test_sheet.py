"""The sheet to print: discs of the right size and colour on one page."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest

from tests.command import valgus
from valgus.exports.sheet import DISC_MM, RULER_MM, Paper, write_sticker_sheet

PX_PER_MM = 8.0
MAGENTA, LIME, DARK = (214, 32, 132), (150, 214, 40), (57, 66, 78)


@pytest.fixture(params=list(Paper), ids=lambda paper: paper.name.lower())
def printed(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Paper, np.ndarray]:
    """The sheet as a printer would see it, (h, w, 3)."""
    write_sticker_sheet(tmp_path / "sheet.pdf", request.param)
    document = pypdfium2.PdfDocument(tmp_path / "sheet.pdf")
    assert len(document) == 1
    page = document[0].render(scale=PX_PER_MM * 25.4 / 72).to_pil().convert("RGB")
    return request.param, np.asarray(page)


def patches_mm(page: np.ndarray, colour: tuple[int, int, int]) -> list[tuple[float, float]]:
    """Width and height of each filled patch of a colour; lines and letters are none."""
    near = (np.abs(page.astype(int) - colour).max(axis=2) < 12).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(near)
    return [
        (wide / PX_PER_MM, high / PX_PER_MM)
        for _, _, wide, high, area in stats[1:]
        if area > 0.7 * wide * high
    ]


def test_the_page_has_the_size_of_the_paper(printed: tuple[Paper, np.ndarray]) -> None:
    paper, page = printed
    assert page.shape[1] / PX_PER_MM == pytest.approx(paper.width_mm, abs=0.5)
    assert page.shape[0] / PX_PER_MM == pytest.approx(paper.height_mm, abs=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("colour", [MAGENTA, LIME], ids=["magenta", "lime"])
def test_three_discs_of_each_colour_measure_28_mm(
    printed: tuple[Paper, np.ndarray], colour: tuple[int, int, int]
) -> None:
    discs = [patch for patch in patches_mm(printed[1], colour) if patch[0] > 20]
    assert len(discs) == 3
    np.testing.assert_allclose(discs, DISC_MM, atol=0.3)


def test_the_bar_measures_50_mm(printed: tuple[Paper, np.ndarray]) -> None:
    bars = [wide for wide, high in patches_mm(printed[1], DARK) if 1.5 < high < 2.5 and wide > 20]
    assert [pytest.approx(RULER_MM, abs=0.3)] == bars


def test_nothing_is_nearer_than_a_centimetre_to_the_edge(printed: tuple[Paper, np.ndarray]) -> None:
    ink = (printed[1].min(axis=2) < 245).nonzero()
    for at, size in zip(ink, printed[1].shape, strict=False):
        assert at.min() > 10 * PX_PER_MM
        assert at.max() < size - 10 * PX_PER_MM


def test_the_command_writes_it_and_says_how_to_print(tmp_path: Path) -> None:
    shown = valgus("stickers", "für mich.pdf", cwd=tmp_path)
    assert shown.returncode == 0
    assert "100 %" in shown.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["für mich.pdf"]


def test_another_kind_of_file_is_refused_with_a_name_that_works(tmp_path: Path) -> None:
    shown = valgus("stickers", "sheet.docx", cwd=tmp_path)
    assert shown.returncode == 2
    assert "sheet.pdf" in shown.stderr


def test_a_place_that_does_not_exist_is_said(tmp_path: Path) -> None:
    shown = valgus("stickers", "nowhere/sheet.pdf", cwd=tmp_path)
    assert shown.returncode == 1
    assert "could not be written" in shown.stderr
