"""The rating page in a real browser: a rater who points at the true joints finds the true angle."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.command import valgus
from tests.e2e.clips import SAMPLES, STICKER_NAMES, sample
from tests.e2e.test_report_in_browser import BROWSER, WINDOWS, opened_in
from valgus import results
from valgus.agreement import Source, read_measurement
from valgus.model.arrays import FloatArray
from valgus.model.clicks import CLICK_COLUMNS, JOINTS, LANDMARKS
from valgus.phantom.clip import clip_truth
from valgus.phantom.samples import SAMPLE_RECIPES
from valgus.phantom.truth import FrameTruth

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine"),
]
NAME = STICKER_NAMES[0]
AXES = (("x", "width"), ("y", "height"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample clip with its saved analysis, and its pages: in order of time, and shuffled."""
    place = tmp_path_factory.mktemp("Änna")
    clip = place / f"{NAME}.mp4"
    shutil.copy(SAMPLES / clip.name, clip)
    results.save(sample(NAME)[0], results.folder_for(clip))
    for options in ((), ("--shuffle", "7", "--rater", "Müller, Jörg", "--out", place / "again.html")):
        ran = valgus("rate", clip, *options)
        assert (ran.returncode, ran.stderr) == (0, "")
    return place


@pytest.fixture(params=WINDOWS)
def page(request: pytest.FixtureRequest, folder: Path) -> Iterator[Any]:
    with opened_in(request.param, folder / f"{NAME}.mp4.rate.html") as opened:
        yield opened
        assert opened.said == []


@pytest.fixture
def wide(folder: Path) -> Iterator[Any]:
    with opened_in("wide", folder / f"{NAME}.mp4.rate.html") as opened:
        yield opened
        assert opened.said == []


@cache
def frames() -> FrameTruth:
    return clip_truth(SAMPLE_RECIPES[NAME]).frames


def true_place(joint: str, rep: int) -> FloatArray:
    """Where a joint of the rendered athlete's left leg is in the picture of a rep, px."""
    bottom_s = sample(NAME)[0].reps[rep].bottom_s
    side = "right" if joint.startswith("other") else "left"
    places = frames().px(f"{joint.removeprefix('other_')}_{side}")
    return places[int(np.argmin(np.abs(frames().time_s - bottom_s)))]


def click(page: Any, at: FloatArray) -> None:
    """Click at a place in the clip's picture as a hand does: on whole pixels, trembling while it presses."""
    page.evaluate("scrollTo(0, 0)")
    x, y = (round(part) for part in on_screen(page, at))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 1, y)
    page.mouse.move(x, y)
    page.mouse.up()


def on_screen(page: Any, at: FloatArray) -> tuple[float, float]:
    box, shown = page.locator("#overlay").bounding_box(), page.evaluate("picture()")
    inside = (at - shown["origin_px"]) / shown["size_px"]
    x, y = (box[start] + inside[n] * box[size] for n, (start, size) in enumerate(AXES))
    return x, y


def hip(page: Any) -> list[float]:
    """Where the hip was clicked, in the clip's picture."""
    return page.evaluate("answer().points.hip.at.map((part, axis) => part + picture().origin_px[axis])")


def rate_all(page: Any, *, landmarks: tuple[str, ...], order: tuple[int, ...] = (0, 1, 2, 3, 4)) -> None:
    for rep in order:
        for landmark in landmarks:
            click(page, true_place(landmark, rep))
        page.keyboard.press("Enter")


def saved_table(page: Any, folder: Path) -> Path:
    with page.expect_download() as coming:
        page.locator("#download").click()
    path = folder / str(coming.value.suggested_filename)
    coming.value.save_as(path)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def angles(path: Path, measure: str) -> list[float | None]:
    measured = read_measurement(Source(path), measure)
    return [row.value for row in measured.rows]


JOINT_NAMES = tuple(joint.name for joint in JOINTS)


def test_true_joints_give_the_true_angle_and_agree_takes_the_table(
    page: Any, folder: Path, tmp_path: Path
) -> None:
    page.locator("#rater").fill("anna")
    rate_all(page, landmarks=JOINT_NAMES)
    assert page.locator("#progress").inner_text() == "5 of 5 reps done"
    table = saved_table(page, tmp_path)
    assert table.name == f"{NAME}.mp4.anna.clicks.csv"
    rows = rows_of(table)
    assert list(rows[0]) == [column.name for column in CLICK_COLUMNS]
    truth = [rep["fppa_deg"] for rep in sample(NAME)[1]["reps"]]
    assert angles(table, "fppa_deg") == pytest.approx(truth, abs=1.0)
    ran = valgus("agree", folder / f"{NAME}.mp4.valgus", table)
    assert ran.returncode == 0, ran.stderr
    assert "5 reps, 1 clip" in ran.stdout and "No row was left out" in ran.stdout


def test_both_hip_bones_give_the_tilt_of_the_pelvis(wide: Any, tmp_path: Path) -> None:
    wide.locator("#rater").fill("anna")
    wide.locator("#pelvis").check()
    rate_all(wide, landmarks=tuple(landmark.name for landmark in LANDMARKS))
    table = saved_table(wide, tmp_path)
    truth = [rep["fppa_asis_deg"] for rep in sample(NAME)[1]["reps"]]
    assert angles(table, "fppa_asis_deg") == pytest.approx(truth, abs=1.0)
    tilts = frames().pelvic_tilt_px_deg(SAMPLE_RECIPES[NAME].side)
    at = [int(np.argmin(np.abs(frames().time_s - rep.bottom_s))) for rep in sample(NAME)[0].reps]
    assert angles(table, "pelvic_drop_absolute_deg") == pytest.approx(tilts[at].tolist(), abs=1.0)


def test_a_rater_who_rates_twice_in_another_order_agrees_with_herself(folder: Path, tmp_path: Path) -> None:
    tables = []
    for name in (f"{NAME}.mp4.rate.html", "again.html"):
        with opened_in("wide", folder / name) as page:
            legs = page.evaluate("DATA.legs")
            page.locator("#rater").fill("Müller, Jörg")
            rate_all(page, landmarks=JOINT_NAMES, order=tuple(leg["rep"] - 1 for leg in legs))
            tables.append(saved_table(page, tmp_path))
            assert page.said == []
    assert [leg["rep"] for leg in legs] != [1, 2, 3, 4, 5]
    assert [row["rep"] for row in rows_of(tables[1])] == ["1", "2", "3", "4", "5"]
    assert {row["rater"] for table in tables for row in rows_of(table)} == {"Müller, Jörg"}
    assert tables[1].name == f"{NAME}.mp4.Müller_Jörg.shuffle7.clicks.csv"
    ran = valgus("agree", *tables)
    assert ran.returncode == 0, ran.stderr
    assert "5 reps, 1 clip" in ran.stdout


def test_what_cannot_be_judged_is_blank_and_named_and_what_is_not_done_is_left_out(
    wide: Any, folder: Path, tmp_path: Path
) -> None:
    wide.locator("#rater").fill("anna")
    rate_all(wide, landmarks=JOINT_NAMES, order=(0, 1, 2))
    wide.locator("#unjudged").check()
    assert wide.locator("#progress").inner_text() == "4 of 5 reps done"
    assert "leaves out the one that is not done" in wide.locator("#told").inner_text()
    rows = rows_of(saved_table(wide, tmp_path))
    assert [row["rep"] for row in rows] == ["1", "2", "3", "4"]
    assert {rows[3][column] for column in rows[3] if column.endswith("_px")} == {""}
    ran = valgus("agree", folder / f"{NAME}.mp4.valgus", tmp_path / f"{NAME}.mp4.anna.clicks.csv")
    assert "3 reps, 1 clip" in ran.stdout
    assert "row 5" in ran.stdout


def test_a_point_is_nudged_dragged_set_again_and_undone(wide: Any) -> None:
    click(wide, np.array([300.0, 500.0]))
    first = hip(wide)
    assert first == pytest.approx([300, 500], abs=1.0)
    wide.keyboard.press("ArrowRight")
    wide.keyboard.press("Shift+ArrowUp")
    assert hip(wide) == pytest.approx([first[0] + 1, first[1] - 0.2])
    wide.keyboard.press("Backspace")
    assert hip(wide) == pytest.approx([first[0] + 1, first[1]])
    wide.locator("#landmarks button", has_text="hip").click()
    click(wide, np.array([400.0, 700.0]))
    assert hip(wide) == pytest.approx([400, 700], abs=1.0)
    wide.locator("#undo").click()
    assert hip(wide) == pytest.approx([first[0] + 1, first[1]])
    wide.mouse.move(*on_screen(wide, np.array(hip(wide))))
    wide.mouse.down()
    wide.mouse.move(*on_screen(wide, np.array([350.0, 600.0])), steps=4)
    wide.mouse.up()
    assert hip(wide) == pytest.approx([350, 600], abs=1.0)
    wide.locator("#again").click()
    assert wide.evaluate("Object.keys(answer().points)") == []


def test_closer_is_more_precise_and_the_place_under_the_pointer_stays(wide: Any) -> None:
    at = on_screen(wide, np.array([340.0, 700.0]))
    wide.mouse.move(*at)
    wide.mouse.wheel(0, -600)
    wide.wait_for_timeout(200)
    assert wide.evaluate("board.onScreen(1)") < 0.5  # half a pixel of the clip for one of the screen
    wide.mouse.click(*at)
    assert hip(wide) == pytest.approx([340, 700], abs=1.0)
    wide.locator("#whole").click()
    assert wide.evaluate("board.box") == [0, 0, *wide.evaluate("picture().size_px")]


def test_two_fingers_come_closer_and_set_no_point(wide: Any) -> None:
    box = wide.locator("#overlay").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = wide.context.new_cdp_session(wide)
    for kind, apart in (("touchStart", 20), ("touchMove", 40), ("touchMove", 80), ("touchEnd", None)):
        fingers = (
            [] if apart is None else [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}]
        )
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    assert wide.evaluate("board.box[2]") == pytest.approx(wide.evaluate("board.width") / 4, rel=0.1)
    assert wide.evaluate("Object.keys(answer().points)") == []


def test_points_are_there_again_when_the_page_is_loaded_again(wide: Any) -> None:
    click(wide, np.array([300.0, 500.0]))
    before = hip(wide)
    wide.reload()
    assert hip(wide) == pytest.approx(before)
    assert "stay in this browser" in wide.locator("#told").inner_text()


def test_without_storage_it_works_and_says_that_nothing_is_kept(folder: Path) -> None:
    with opened_in("wide", folder / "again.html") as page:
        page.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw Error('no'); } })"
        )
        page.reload()
        click(page, np.array([300.0, 500.0]))
        assert hip(page) == pytest.approx([300, 500], abs=1.0)
        assert "keeps nothing" in page.locator("#told").inner_text()
        assert page.said == []


def test_it_asks_for_nothing_and_fits_the_window(page: Any, folder: Path) -> None:
    outside = [url for url in page.asked if not url.startswith("data:")]
    assert outside == [(folder / f"{NAME}.mp4.rate.html").as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_rater_learns_nothing_that_was_computed(folder: Path) -> None:
    text = (folder / f"{NAME}.mp4.rate.html").read_text(encoding="utf-8")
    text = re.sub(r"[A-Za-z0-9+/=]{500,}", "", text).lower()  # without the pictures
    for word in ("grade", "invalid", "amber", "fppa", "deg"):
        assert word not in text
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert {key for leg in json.loads(data)["legs"] for key in leg} == {"inside", "rep", "side", "time_s"}
