"""The page in a real browser: clicks give pixels of the clip."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import valgus
from tests.e2e.clips import SAMPLES, STICKER_NAMES, sample
from valgus.exports.pick import write_pick_page
from valgus.exports.stills import standing_still

playwright = pytest.importorskip("playwright.sync_api")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine"),
]
CLIP = SAMPLES / f"{STICKER_NAMES[0]}.mp4"
#: Sizes of the window, wide and as on a phone: the picture is shown smaller than it is.
WINDOWS = {"wide": (1280, 800), "phone": (390, 844)}


@pytest.fixture(params=WINDOWS)
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[object]:
    trial, _ = sample(STICKER_NAMES[0])
    time_s, still = standing_still(trial, CLIP)
    write_pick_page(tmp_path / "page.html", clip_name="mein Clip.mp4", still=still, time_s=time_s)
    width, height = WINDOWS[request.param]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": width, "height": height})
        opened.errors = []
        opened.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.goto((tmp_path / "page.html").as_uri())
        yield opened
        assert opened.errors == []
        browser.close()


def on_screen(page, x: float, y: float) -> tuple[float, float]:
    box = page.locator("#overlay").bounding_box()
    return box["x"] + x / 720 * box["width"], box["y"] + y / 1280 * box["height"]


def shown_points(page) -> list[float]:
    option = page.locator("#option").inner_text()
    return [float(value) for value in option.removeprefix("--stickers ").partition("@")[0].split(",")]


def click(page, x: float, y: float) -> None:
    at = on_screen(page, x, y)
    page.evaluate("y => scrollTo(0, y)", 0)
    page.mouse.click(*at)


def test_two_clicks_give_the_pixels_of_the_clip(page) -> None:
    seen = sample(STICKER_NAMES[0])[0].evidence.stickers
    for x, y in seen.points_px:
        click(page, x, y)
    pixel = 720 / page.locator("#overlay").bounding_box()["width"]
    expected = [value for point in seen.points_px for value in point]
    assert shown_points(page) == pytest.approx(expected, abs=0.6 * max(pixel, 1.0))
    command = shlex.split(page.locator("#command").inner_text())
    assert command[:4] == ["valgus", "analyze", "mein Clip.mp4", "--stickers"]
    assert command[4].endswith(f"@{seen.time_s:g}")
    assert page.locator("#copy").is_enabled()


def test_points_are_nudged_dragged_taken_back_and_started_over(page) -> None:
    click(page, 300, 500)
    before = [300.0, 500.0]
    click(page, 420, 500)
    last = shown_points(page)[2:]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert shown_points(page)[2:] == pytest.approx([last[0] + 1, last[1] + 0.2], abs=0.051)
    start, end = on_screen(page, *before), on_screen(page, 310, 540)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    assert shown_points(page)[:2] == pytest.approx([310, 540], abs=2.5)
    page.keyboard.press("Backspace")
    assert page.locator("#option").inner_text() == ""
    page.locator("#again").click()
    assert "No sticker yet" in page.locator("#state").inner_text()


def test_the_command_writes_the_page_and_what_the_page_says_measures(tmp_path: Path) -> None:
    clip = tmp_path / "mein Clip.mp4"
    shutil.copy(CLIP, clip)
    shown = valgus("check", clip, "--pick")
    assert shown.returncode == 0
    assert "mein Clip.mp4.stickers.html" in shown.stderr
    assert (tmp_path / "mein Clip.mp4.stickers.html").stat().st_size > 50_000
