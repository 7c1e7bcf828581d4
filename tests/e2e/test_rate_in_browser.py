"""A rater in a real browser: clicks at joints whose place is known give angles that are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.command import valgus
from tests.e2e.browser import WINDOWS, needs_browser, opened
from tests.e2e.clips import SAMPLES, sample
from valgus import results
from valgus.agreement import Source, read_measurement
from valgus.model.clicks import CLICK_COLUMNS
from valgus.phantom import clip_truth
from valgus.phantom.samples import SAMPLE_RECIPES

pytestmark = [pytest.mark.slow, needs_browser]
NAME = "step_down_left"
JOINTS = ("hip", "knee", "ankle")


@pytest.fixture(scope="module")
def truth() -> Any:
    return clip_truth(SAMPLE_RECIPES[NAME])


@pytest.fixture()
def place(tmp_path: Path) -> Path:
    """A folder with the clip and its saved analysis."""
    (tmp_path / f"{NAME}.mp4").write_bytes((SAMPLES / f"{NAME}.mp4").read_bytes())
    results.save(sample(NAME)[0], results.folder_for(tmp_path / f"{NAME}.mp4"))
    return tmp_path


def page_for(place: Path, *options: object) -> Path:
    ran = valgus("rate", place / f"{NAME}.mp4", *options)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    assert "5 pictures" in ran.stdout
    return place / f"{NAME}.mp4.rating.html"


def click(page: Any, x: float, y: float) -> None:
    page.evaluate("scrollTo(0, 0)")
    box = page.locator("#overlay").bounding_box()
    page.mouse.click(box["x"] + x / 540 * box["width"], box["y"] + y / 960 * box["height"])


def task(page: Any) -> str:
    return str(page.locator("#task").inner_text())


def saved_table(page: Any, to: Path) -> pd.DataFrame:
    with page.expect_download() as waiting:
        page.locator("#save").click()
    assert waiting.value.suggested_filename == f"{NAME}.mp4.rating.csv"
    waiting.value.save_as(to)
    return pd.read_csv(to)


@pytest.mark.parametrize("window", WINDOWS)
def test_clicks_at_the_true_joints_give_the_true_angles(window: str, place: Path, truth: Any) -> None:
    with opened(page_for(place, "--rater", "Änne"), WINDOWS[window]) as page:
        for rep in truth.reps:
            assert "The left leg, on the right of the picture" in task(page)
            frame = int(np.argmin(np.abs(truth.frames.time_s - rep.bottom_s)))
            for joint in JOINTS:
                assert joint in task(page)
                click(page, *truth.frames.xy_px[frame, truth.frames.names.index(f"{joint}_left")])
            assert "all points are there" in task(page)
            if rep is not truth.reps[-1]:
                page.locator("#next").click()
        table = saved_table(page, place / "rating.csv")
    assert list(table.columns) == [column.name for column in CLICK_COLUMNS]
    assert set(table["rater"]) == {"Änne"}
    rated = read_measurement(Source(place / "rating.csv"), "fppa_deg")
    off_deg = np.array([row.value for row in rated.rows]) - [rep.fppa_deg for rep in truth.reps]
    # A click is as fine as a pixel of the screen, which on a phone is one and a half of the picture.
    assert np.abs(off_deg).max() < 1.5
    ran = valgus("agree", place / f"{NAME}.mp4.valgus", place / "rating.csv")
    assert ran.returncode == 0, ran.stderr
    assert "5 reps, 1 clip" in ran.stdout and "No row was left out" in ran.stdout


def test_a_picture_that_cannot_be_judged_is_left_out_and_named(place: Path) -> None:
    with opened(page_for(place), WINDOWS["wide"]) as page:
        for _ in range(3):
            for y in (480, 600, 700):
                click(page, 270, y)
            page.locator("#next").click()
        page.locator("#unjudged").click()
        page.locator("#unjudged").click()
        assert page.locator("#save").is_disabled(), "nobody said who is rating"
        page.locator("#rater").fill("=HYPERLINK(1)")
        table = saved_table(page, place / "rating.csv")
    assert table["hip_x_px"].notna().tolist() == [True, True, True, False, False]
    assert set(table["rater"]) == {"'=HYPERLINK(1)"}
    ran = valgus("agree", place / f"{NAME}.mp4.valgus", place / "rating.csv")
    assert "3 reps" in ran.stdout
    assert "B: rating.csv row 5: no value in B" in ran.stdout


def test_points_stay_with_their_picture_and_can_be_done_over(place: Path) -> None:
    with opened(page_for(place, "--asis", "--shuffle", 3), WINDOWS["wide"]) as page:
        click(page, 270, 480)
        click(page, 270, 600)
        page.locator("#next").click()
        assert "click the middle of the hip joint" in task(page)
        page.locator("#back").click()
        assert "click the middle of the ankle" in task(page)
        page.keyboard.press("Backspace")
        click(page, 200, 600)
        click(page, 270, 700)
        assert "front hip bone" in task(page) and "if it can be seen" in task(page)
        page.locator("#again").click()
        assert "click the middle of the hip joint" in task(page)
        assert "5 of 5 pictures are still to be answered" in page.locator("#state").inner_text()


def test_the_page_shows_no_angle_and_no_grade(place: Path) -> None:
    written = page_for(place)
    with opened(written, WINDOWS["wide"]) as page:
        shown = page.locator("body").inner_text().lower()
    for told in ("fppa", "valgus", "green", "amber", "red", "grade"):
        assert told not in shown.split()
    told, _, _ = written.read_text(encoding="utf-8").partition('"jpeg"')
    assert "fppa" not in told


def test_another_seed_is_another_order_and_the_same_seed_the_same(place: Path) -> None:
    pages = [page_for(place, "--shuffle", seed).read_text("utf-8") for seed in (1, 1, 2)]
    assert pages[0] == pages[1] != pages[2]


def test_what_cannot_be_rated_is_said(place: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes((SAMPLES / "step_down_right.mp4").read_bytes())
    assert "no analysis lies beside it" in valgus("rate", other).stderr
    folder = place / f"{NAME}.mp4.valgus"
    assert "is not the video that was analysed" in valgus("rate", folder, "--clip", other).stderr
    (place / f"{NAME}.mp4").unlink()
    assert "Say where it is with --clip" in valgus("rate", folder).stderr
