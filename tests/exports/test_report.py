"""The page of one clip: everything in one file, everything escaped, complete also without pictures."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.exports.sessions import BOTH_LEGS, HOLD, LANDING, NO_REP, NOBODY, SQUAT, STEP_DOWN, TURNED
from valgus import rules
from valgus.exports.report import LARGEST_VIDEO_INSIDE, report_page, write_report
from valgus.model.session import Session
from valgus.model.trial import Trial
from valgus.plan import plan_from_analysis

HOSTILE = "<img src=x onerror=alert(1)>.mp4"


def page(trial: Trial, **more: str) -> str:
    plan = plan_from_analysis(trial, rules.published()) if trial.verdicts else None
    return report_page(trial, (), None, plan, **more)


def text_of(html: str) -> str:
    body = re.sub(r"<(script|style)>.*?</\1>", "", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.mark.parametrize("trial", [STEP_DOWN, TURNED, BOTH_LEGS, SQUAT, HOLD, LANDING, NO_REP, NOBODY])
def test_every_kind_of_clip_has_a_page_that_says_what_it_is_not(trial: Trial) -> None:
    said = text_of(page(trial))
    assert "not a medical device, not a diagnosis" in said
    assert "nan" not in said.split()
    assert "undefined" not in said


def test_the_decision_comes_before_everything_else() -> None:
    said = text_of(page(STEP_DOWN))
    order = ["What it means for training", "Left leg: stay (hold)", "What to do until", "The repetitions"]
    assert sorted(order, key=said.index) == order
    assert "To change it: No red rep." in said


def test_names_and_notes_do_nothing() -> None:
    hostile = replace(
        STEP_DOWN,
        clip=replace(STEP_DOWN.clip, name=HOSTILE),
        session=Session(notes='"><script>alert(2)</script>', person="<b>bold</b>"),
    )
    html = page(hostile)
    assert "<img src=x" not in html
    assert "<script>alert" not in html
    assert "<b>bold" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;.mp4" in html


def test_the_video_is_inside_the_page_byte_by_byte(tmp_path: Path) -> None:
    video, written = tmp_path / "overlay.mp4", tmp_path / "report.html"
    video.write_bytes(np.random.default_rng(1).bytes(2_000_003))
    named = replace(STEP_DOWN, clip=replace(STEP_DOWN.clip, name="<the video>.mp4"))
    write_report(named, written, stills=(), overlay=video, plan=None)
    (inside,) = re.findall(r'src="data:video/mp4;base64,([^"]*)"', written.read_text("utf-8"))
    assert base64.b64decode(inside, validate=True) == video.read_bytes()
    assert "&lt;the video&gt;.mp4" in written.read_text("utf-8")


def test_a_very_large_video_lies_beside_the_page(tmp_path: Path) -> None:
    video, written = tmp_path / "overlay.mp4", tmp_path / "report.html"
    with video.open("wb") as file:
        file.truncate(LARGEST_VIDEO_INSIDE + 1)
    write_report(STEP_DOWN, written, stills=(), overlay=video, plan=None)
    assert 'src="overlay.mp4"' in written.read_text("utf-8")
    assert written.stat().st_size < 1_000_000


def test_the_head_says_what_was_entered_about_the_session() -> None:
    session = Session(person="Eva", step_height_cm=15.0, load_kg=2.5, notes="knee sleeve")
    head = page(replace(STEP_DOWN, session=session)).split("<main>")[0]
    for says in ("<dd>Eva</dd>", "<dd>15 cm</dd>", "<dd>2.5 kg</dd>", "<dd>knee sleeve</dd>"):
        assert says in head


def test_the_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    html = page(STEP_DOWN)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    assert "unsafe" not in policy[1] and "http" not in policy[1]
    for tag in ("style", "script"):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", html, flags=re.S)
        assert inside is not None
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert not re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', html)


def test_without_the_video_the_page_says_so() -> None:
    said = text_of(page(STEP_DOWN, missing="No pictures of the lowest points: the video is gone."))
    assert "the video is gone" in said


def test_a_withheld_plan_is_said_in_place_of_exercises() -> None:
    hurts = replace(STEP_DOWN, session=Session(pain_during=8.0))
    said = text_of(page(hurts))
    assert "No plan. Pain was too high" in said
    assert "sets of" not in said


def test_a_rep_has_its_interval_grade_and_colour() -> None:
    said = text_of(page(STEP_DOWN))
    assert "1 left 1.20 4.0 ± 7.6 green * ok 5.0 13.2" in said
    assert "invalid (not frontal)" in text_of(page(TURNED))
