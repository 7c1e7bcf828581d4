"""What real phone clips give, whatever the container; they are not part of the project."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.e2e.clips import CHEAP, LONG, REAL, correlation, needs_real_clips, real
from valgus.geometry import signed_bend_deg
from valgus.model.rep import Grade
from valgus.model.settings import Settings
from valgus.model.trial import Trial

pytestmark = [pytest.mark.slow, needs_real_clips]

BASE = "hard/base_squat5_60fps.mp4"
#: Lowest points of the five squats, s, read off the clip by eye.
DIPS_S = (1.4, 4.0, 6.8, 9.4, 12.4)
#: Clips of the same motion and how much of its beginning each has cut away, s.
SAME_MOTION = {
    "hard/rot_meta_a.mp4": 0.0,
    "hard/rot_meta_b.mov": 0.0,
    "hard/rot_meta_180.mp4": 0.0,
    "hard/vfr.mp4": 0.0,
    "hard/hevc_hvc1.mov": 0.0,
    "hard/hevc_10bit_hlg.mov": 0.0,
    "hard/vp9.webm": 0.0,
    "hard/cut_editlist.mp4": 3.37,
}
#: All of them as anybody measures, or those furthest from the first in a cheaper way.
COMPARED = (
    list(SAME_MOTION)
    if LONG
    else ["hard/rot_meta_180.mp4", "hard/vfr.mp4", "hard/hevc_10bit_hlg.mov", "hard/cut_editlist.mp4"]
)
HOW = Settings() if LONG else replace(CHEAP, pose_fps=30)


def _by_side(trial: Trial, side: str) -> pd.DataFrame:
    rows = [k for k, rep in enumerate(trial.reps) if rep.side.value == side]
    table = trial.measures.iloc[rows].reset_index(drop=True)
    return table.assign(bottom_s=[trial.reps[k].bottom_s for k in rows])


def test_five_squats_filmed_at_an_angle_are_found_measured_and_graded_invalid() -> None:
    trial = real(BASE)
    left = _by_side(trial, "left")
    assert trial.task.name == "squat"
    np.testing.assert_allclose(left["bottom_s"], DIPS_S, atol=0.15)
    assert trial.measures["fppa_deg"].notna().all()
    assert {rep.grade for rep in trial.reps} == {Grade.INVALID}
    assert trial.worst_finding is not None
    assert trial.worst_finding.code == "not_frontal"


@pytest.mark.parametrize("name", COMPARED)
def test_the_container_does_not_change_the_numbers(name: str) -> None:
    """Filmed at 38 deg and 36 % deep, a pixel at the knee is 1.6 deg: single reps scatter more than sets."""
    base, other = real(BASE, HOW), real(name, HOW)
    assert other.measured
    for side in ("left", "right"):
        off_deg = _difference_deg(base, other, side, SAME_MOTION[name])
        # Seen at most 1.53 and 3.9, and 1.60 on a processor whose network kernels round otherwise.
        assert abs(off_deg.mean()) <= 2.0
        assert off_deg.abs().max() <= 4.5


def _difference_deg(base: Trial, other: Trial, side: str, cut_s: float) -> pd.Series:
    """Return the FPPA of each rep less that of the same rep in the base clip."""
    got = _by_side(other, side)
    got["bottom_s"] += cut_s
    pairs = pd.merge_asof(
        got, _by_side(base, side), on="bottom_s", tolerance=0.15, direction="nearest", suffixes=("", "_base")
    )
    assert pairs["fppa_deg_base"].notna().all(), "a rep that the base clip does not have"
    return pairs["fppa_deg"] - pairs["fppa_deg_base"]


@pytest.mark.parametrize("name", [name for name in COMPARED if "hlg" not in name and "vp9" not in name])
def test_the_container_does_not_change_the_number_of_reps(name: str) -> None:
    # A rep counts when the clip holds its descent: the cut falls into the second one's, half-way down.
    visible = [dip_s for dip_s in DIPS_S if dip_s > SAME_MOTION[name] + 0.3]
    assert len(_by_side(real(name, HOW), "left")) == len(visible)


@pytest.mark.skipif(not LONG, reason="tests/e2e/test_same_motion.py mirrors a sample clip; VALGUS_LONG=1")
def test_a_mirrored_clip_gives_the_other_sides_values_with_the_same_sign() -> None:
    base, mirrored = real(BASE), real("hard/mirrored.mp4")
    for side, other in (("left", "right"), ("right", "left")):
        as_filmed, in_mirror = _by_side(base, side)["fppa_deg"], _by_side(mirrored, other)["fppa_deg"]
        np.testing.assert_allclose(in_mirror, as_filmed, atol=4.0)
        assert abs(in_mirror.mean() - as_filmed.mean()) <= 1.5


@pytest.mark.skipif(not LONG, reason="what declaring does is tried on a sample clip too; VALGUS_LONG=1")
def test_a_mirrored_clip_that_is_declared_gives_the_right_sides_values() -> None:
    base, declared = real(BASE), real("hard/mirrored.mp4", Settings(mirrored=True))
    for side in ("left", "right"):
        np.testing.assert_allclose(
            _by_side(declared, side)["fppa_deg"], _by_side(base, side)["fppa_deg"], atol=4.0
        )


@pytest.mark.parametrize(("side", "medial_in_picture"), [("left", -1), ("right", 1)])
def test_the_projected_angle_follows_motion_capture(side: str, medial_in_picture: int) -> None:
    trial = real("reference/squat_video.mp4", Settings() if LONG else CHEAP)
    truth = pd.read_csv(REAL / "reference" / "squat_reference.csv")
    hip, knee, ankle = (
        truth[[f"{bone}_{side[0]}_u_px", f"{bone}_{side[0]}_v_px"]].to_numpy() * [medial_in_picture, -1]
        for bone in ("femur", "tibia", "talus")
    )
    measured = trial.signals[trial.signals["side"] == side]
    at_truth_deg = np.interp(truth["t_video_s"], measured["time_s"], measured["fppa_deg"])
    assert correlation(signed_bend_deg(hip, knee, ankle), at_truth_deg) >= 0.97


def test_a_side_view_is_refused_with_what_to_do() -> None:
    trial = real("squat_sideview.mp4", CHEAP)
    assert not trial.measured
    assert trial.worst_finding is not None
    assert trial.worst_finding.code == "not_frontal"
    assert "front" in trial.worst_finding.advice


def test_standing_and_moving_the_arms_is_no_rep() -> None:
    trial = real("standing_noreps_rendered.mp4", CHEAP)
    assert not trial.measured
    assert [finding.code for finding in trial.findings][-1] == "no_rep"


def test_two_people_are_noticed_and_one_is_followed() -> None:
    trial = real("hard/two_people_side_by_side.mp4", CHEAP)
    assert trial.evidence.people_in_view == 2
    assert "several_people" in [finding.code for finding in trial.findings]
    hips_px = trial.track.point("left_hip")[:, 0]
    assert np.nanmax(np.abs(np.diff(hips_px))) < 0.5 * trial.track.leg_scale_px


def test_either_of_two_people_can_be_chosen() -> None:
    hips_px = [
        np.nanmedian(
            real("hard/two_people_side_by_side.mp4", replace(CHEAP, person=k)).track.point("left_hip")[:, 0]
        )
        for k in (1, 2)
    ]
    assert hips_px[0] < hips_px[1]


def test_a_clip_of_240_frames_per_second_is_looked_at_60_or_120_times_a_second() -> None:
    fast = "hard/fps240_tagged.mp4"
    for settings, pictures in ((Settings(), 407), (Settings(task="squat"), 204)):
        trial = real(fast, settings)
        assert trial.clip.frame_count == 812
        assert len(trial.track.time_s) == pictures
        assert trial.task.methods[0] == f"body looked for in {pictures} of 812 pictures"
        assert len(trial.signals) == 2 * pictures or len(trial.sides) < 2
