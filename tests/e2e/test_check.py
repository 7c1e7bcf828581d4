"""Is a clip filmed well enough? Good clips pass, and each bad one is told what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import left_behind, valgus
from tests.e2e.clips import CHEAP, REAL, SAMPLE_NAMES, SAMPLES, needs_real_clips, real, sample
from valgus.model.rule import Severity

#: Real clips and what is wrong with each, beside the angle from which all of them were filmed.
WRONG_WITH = {
    "lowlight_moderate.mp4": "too_dark",
    "blurred.mp4": "blurred",
    "feet_out_of_frame.mp4": "head_or_feet_cut",
    "half_body_out.mp4": "head_or_feet_cut",
    "slowmo_x4_15fps.mp4": "slow_motion",
    "fps10.mp4": "low_frame_rate",
    "tiny_108x192.mp4": "too_small",
    "two_people_side_by_side.mp4": "several_people",
}
#: What is already wrong with the clip that they were made from.
WRONG_WITH_ALL = {"not_frontal", "too_small", "too_deep"}
#: Findings that come with another: half a picture has another middle, a quarter of 60 frames per second is
#: 15, and legs out of the picture are not seen.
ALONG_WITH = {
    "feet_out_of_frame.mp4": {"rarely_seen"},
    "half_body_out.mp4": {"rarely_seen", "off_centre"},
    "slowmo_x4_15fps.mp4": {"low_frame_rate"},
    # Where so little can be seen, landmarks jump even at the lowest point.
    "blurred.mp4": {"lowest_not_seen"},
    # So few pixels that how a processor rounds decides on it.
    "tiny_108x192.mp4": {"slow_fall", "lowest_not_seen"},
    "two_people_side_by_side.mp4": {"off_centre"},
}


# --- fast ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Missing argument"),
        (("missing.mp4",), "missing.mp4: there is no such file"),
        (("--task", "jumping", "clip.mp4"), "Choose from: step-down"),
    ],
)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    shown = valgus("check", *arguments, cwd=tmp_path)
    assert shown.returncode == 2
    assert says in shown.stderr
    assert shown.stdout == ""


def test_what_is_no_video_is_status_3_and_no_json(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("this is no video\n")
    shown = valgus("check", "--json", "clip.mp4", cwd=tmp_path)
    assert shown.returncode == 3
    assert shown.stderr.startswith("clip.mp4: ")
    assert shown.stdout == ""


# --- with the pose model -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_a_sample_clip_has_no_finding_beyond_notes(name: str) -> None:
    trial, _ = sample(name)
    assert [f for f in trial.findings if f.severity is not Severity.NOTE] == []


@pytest.mark.slow
def test_a_good_clip_is_told_so_in_the_first_line_and_nothing_is_saved() -> None:
    before = left_behind(SAMPLES)
    shown = valgus("check", SAMPLES / "step_down_right.mp4")
    assert shown.returncode == 0
    assert shown.stderr == ""
    assert shown.stdout.splitlines()[0] == "Yes: this clip is filmed well enough."
    assert left_behind(SAMPLES) == before


@pytest.mark.slow
@needs_real_clips
@pytest.mark.parametrize("name", WRONG_WITH)
def test_what_is_wrong_with_a_real_clip_is_found_and_nothing_else(name: str) -> None:
    found = {finding.code for finding in real(f"hard/{name}", CHEAP).findings}
    assert WRONG_WITH[name] in found
    assert found <= {WRONG_WITH[name], *WRONG_WITH_ALL, *ALONG_WITH.get(name, ())}


@pytest.mark.slow
@needs_real_clips
@pytest.mark.parametrize("name", ["balance_front_60fps.mp4", "hard/base_squat5_60fps.mp4"])
def test_pictures_of_a_clip_filmed_well_raise_no_finding(name: str) -> None:
    about_pictures = {
        "too_dark",
        "blurred",
        "camera_moving",
        "clip_cut",
        "repeated_frames",
        "head_or_feet_cut",
    }
    assert about_pictures.isdisjoint(finding.code for finding in real(name, CHEAP).findings)


@pytest.mark.slow
@needs_real_clips
def test_a_phone_held_in_the_hand_is_told() -> None:
    assert "camera_moving" in [finding.code for finding in real("squat_sideview.mp4", CHEAP).findings]


@pytest.mark.slow
@needs_real_clips
def test_findings_are_listed_for_machines_the_worst_first_with_status_4() -> None:
    shown = valgus("check", "--json", "--offline", REAL / "hard" / "black.mp4")
    assert shown.returncode == 4
    findings = json.loads(shown.stdout)
    assert [(f["code"], f["severity"]) for f in findings] == [("no_person", "stop"), ("too_dark", "low")]
    assert set(findings[0]) == {"code", "severity", "says", "advice", "value", "limit", "unit"}
