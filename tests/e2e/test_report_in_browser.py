"""The report in a real browser, on a phone and on a desk: it loads, plays, seeks, and asks for nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.command import valgus
from tests.e2e.clips import SAMPLES

playwright = pytest.importorskip("playwright.sync_api")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine"),
]
WINDOWS = {"wide": (1280, 800), "phone": (390, 844)}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample clip under a hostile name, analysed from the command line."""
    folder = tmp_path_factory.mktemp("Änna")
    clip = folder / "<img src=x onerror=alert(1)>.mp4"
    shutil.copy(SAMPLES / "step_down_left.mp4", clip)
    (folder / "session.toml").write_text('notes = "<script>alert(2)</script>"\n')
    ran = valgus("analyze", clip)
    assert ran.returncode == 0, ran.stderr
    return folder / f"{clip.name}.valgus"


@contextmanager
def opened_in(window: str, page: Path) -> Iterator[Any]:
    """A page in a browser of one size, with what it said and what it asked for."""
    width, height = WINDOWS[window]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": width, "height": height})
        opened.said, opened.asked = [], []
        opened.on("console", lambda message: opened.said.append(message.text))
        opened.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.on("dialog", lambda dialog: (opened.said.append(dialog.message), dialog.dismiss()))
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.goto(page.as_uri())
        opened.wait_for_load_state("load")
        yield opened
        browser.close()


@pytest.fixture(params=WINDOWS)
def page(request: pytest.FixtureRequest, results: Path) -> Iterator[object]:
    with opened_in(request.param, results / "report.html") as opened:
        yield opened


def until(page, expression: str) -> None:  # type: ignore[no-untyped-def]
    """Wait until an expression holds; playwright's own way evaluates text, which the page forbids."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {expression}")


def test_it_loads_without_a_word_and_asks_for_nothing_outside(page, results: Path) -> None:  # type: ignore[no-untyped-def]
    assert page.said == []
    outside = [url for url in page.asked if not url.startswith("data:")]
    assert outside == [(results / "report.html").as_uri()]
    assert "<img src=x onerror=alert(1)>.mp4" in page.locator("h1").inner_text()
    assert "<script>alert(2)</script>" in page.locator(".about").inner_text()


def test_nothing_is_wider_than_the_window(page) -> None:  # type: ignore[no-untyped-def]
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_the_video_plays_and_a_click_on_a_rep_goes_there(page) -> None:  # type: ignore[no-untyped-def]
    until(page, "document.getElementById('overlay').readyState >= 2")
    page.evaluate("document.getElementById('overlay').muted = true")
    page.evaluate("document.getElementById('overlay').play()")
    until(page, "document.getElementById('overlay').currentTime > 0.2")
    page.evaluate("document.getElementById('overlay').pause()")
    row = page.locator("tbody tr").nth(2)
    lowest = float(row.locator("td").nth(2).inner_text())
    row.get_by_role("button", name="Show rep 3 in the video").click()
    until(page, "!document.getElementById('overlay').seeking")
    at = page.evaluate("document.getElementById('overlay').currentTime")
    assert lowest - 2.5 < at < lowest


def test_the_decision_is_read_out_and_stands_on_the_first_screen(page) -> None:  # type: ignore[no-untyped-def]
    decision = page.get_by_role("article").first
    assert "left leg: " in decision.get_attribute("aria-label")
    box = decision.bounding_box()
    assert box["y"] + box["height"] <= page.viewport_size["height"] * 1.2


def test_words_stand_out_from_their_ground(page) -> None:  # type: ignore[no-untyped-def]
    """Contrast of at least 4.5 to 1 (WCAG AA) for every text."""
    low = page.evaluate(
        """() => {
          const light = (c) => {
            const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(Number).map((v) => {
              v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const ground = (e) => { for (; e; e = e.parentElement) {
            const c = getComputedStyle(e).backgroundColor;
            if (!/, 0\\)$/.test(c) && c !== 'transparent') return c; } return 'rgb(255, 255, 255)'; };
          const bad = [];
          for (const e of document.querySelectorAll('body *')) {
            const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
            if (!own || ['SCRIPT', 'STYLE'].includes(e.tagName)) continue;
            const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
            if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(e.tagName + ' ' + e.className);
          }
          return bad; }"""
    )
    assert low == []


@pytest.mark.parametrize("window", WINDOWS)
def test_the_german_page_fits_and_loads_like_the_english_one(window: str, results: Path) -> None:
    german = results / "Bericht.html"
    ran = valgus("report", "--language", "de", "--out", german, results)
    assert ran.returncode == 0, ran.stderr
    with opened_in(window, german) as page:
        assert page.said == []
        assert page.evaluate("document.documentElement.lang") == "de"
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        card = page.get_by_role("article").first
        assert "linkes Bein: " in card.get_attribute("aria-label")
        until(page, "document.getElementById('overlay').readyState >= 1")
        assert page.get_by_role("button", name="Wiederholung 3 im Video zeigen").is_enabled()


def test_the_page_is_made_again_without_the_video(results: Path, tmp_path: Path) -> None:
    copied = tmp_path / results.name
    shutil.copytree(results, copied)
    ran = valgus("report", copied)
    assert ran.returncode == 0, ran.stderr
    html = (copied / "report.html").read_text(encoding="utf-8")
    assert "the video is not beside its results any more" in html
    assert "data:video/mp4" in html, "the overlay is still there"
    again = tmp_path / "again.html"
    assert valgus("report", results, "--out", again).returncode == 0
    assert again.read_text(encoding="utf-8").count("data:image/jpeg") == 5


def test_on_paper_it_is_a_pdf_of_a_few_a4_pages_with_the_decision_on_the_first(
    results: Path, tmp_path: Path
) -> None:
    import pypdfium2

    ran = valgus("report", results, "--pdf", "--out", tmp_path / "Bericht.html")
    assert ran.returncode == 0, ran.stderr
    pages = pypdfium2.PdfDocument(tmp_path / "Bericht.pdf")
    width_pt, height_pt = pages[0].get_size()
    assert (round(width_pt), round(height_pt)) in {(595, 842), (596, 842), (595, 841)}
    assert 2 <= len(pages) <= 5
    first = " ".join(pages[0].get_textpage().get_text_bounded().split())
    assert "Left leg: " in first and "What to do until the next test" in first
    assert not list(tmp_path.glob(".*"))
