"""What is filled, what is left open, and that the track says what was done to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from valgus.cleaning import FillGaps, LowPass, MaskLowConfidence, RejectOutliers, clean
from valgus.model.frontal import Side
from valgus.model.track import MEASURED_LANDMARKS, PoseTrack
from valgus.simulate import View, film, repetitions

FPS = 60.0


def track(task: str = "step-down") -> PoseTrack:
    return film(repetitions(task=task, side=Side.LEFT, fps=FPS))


def hidden(of: PoseTrack, from_s: float, to_s: float, name: str = "left_knee") -> PoseTrack:
    xy = np.array(of.xy_px)
    xy[(of.time_s >= from_s) & (of.time_s < to_s), of.index(name)] = np.nan
    return replace(of, xy_px=xy)


def missing(of: PoseTrack, name: str = "left_knee") -> int:
    return int(np.isnan(of.point(name)[:, 0]).sum())


def test_a_short_gap_on_the_way_down_is_filled_close_to_the_truth() -> None:
    whole = track()
    filled = FillGaps()(hidden(whole, 1.55, 1.70))
    np.testing.assert_allclose(filled.point("left_knee"), whole.point("left_knee"), atol=1.0)


def test_a_long_gap_stays_open() -> None:
    assert missing(FillGaps()(hidden(track(), 1.3, 1.6))) == 18


def test_a_gap_across_the_lowest_point_stays_open_however_short() -> None:
    assert missing(FillGaps()(hidden(track(), 1.95, 2.05))) == 6


def test_a_gap_across_initial_contact_stays_open_however_short() -> None:
    assert missing(FillGaps()(hidden(track("landing"), 3.95, 4.05, "left_ankle")), "left_ankle") == 6


def test_a_single_missing_frame_is_filled_even_at_the_lowest_point() -> None:
    assert missing(FillGaps()(hidden(track(), 2.0, 2.001))) == 0


def test_the_ends_of_a_clip_are_not_made_up() -> None:
    assert missing(FillGaps()(hidden(track(), 0.0, 0.1))) == 6


def test_unsure_landmarks_are_taken_as_not_seen() -> None:
    unsure = track()
    confidence = np.array(unsure.confidence)
    confidence[10:20, unsure.index("left_knee")] = 0.49
    masked = MaskLowConfidence()(replace(unsure, confidence=confidence))
    assert missing(masked) == 10


def test_a_landmark_that_jumps_for_one_frame_is_not_seen_there() -> None:
    jumpy = film(repetitions(fps=FPS), View(noise_px=0.3))
    xy = np.array(jumpy.xy_px)
    xy[100, jumpy.index("left_knee"), 0] += 30
    cleaned = RejectOutliers()(replace(jumpy, xy_px=xy))
    assert np.isnan(cleaned.point("left_knee")[100]).all()


def test_the_cut_off_of_a_landing_needs_its_frame_rate() -> None:
    step = LowPass(10.0, from_fps=60.0, slow_cutoff_hz=6.0)
    fast, slow = film(repetitions(fps=59.94)), film(repetitions(fps=30.0))
    assert "10 Hz" in step(fast).steps[-1]
    assert "6 Hz" in step(slow).steps[-1]


def test_the_history_tells_every_step_in_order() -> None:
    done = clean(track(), (MaskLowConfidence(), RejectOutliers(), FillGaps(), LowPass(6.0))).steps
    assert [sentence.split()[0] for sentence in done] == ["landmarks", "outliers", "gaps", "zero-lag"]


@pytest.mark.parametrize("step", [MaskLowConfidence(), RejectOutliers(), FillGaps(), LowPass(6.0)])
def test_no_step_changes_the_track_it_was_given(step: object) -> None:
    before = hidden(track(), 1.55, 1.7)
    copy = np.array(before.xy_px)
    step(before)  # type: ignore[operator]
    np.testing.assert_array_equal(before.xy_px, copy)


def test_other_landmarks_change_nothing_about_those_that_are_measured() -> None:
    seen = hidden(film(repetitions(peak_fppa_deg=(8.0,)), View(noise_px=0.7)), 1.55, 1.7)
    steps = (MaskLowConfidence(), RejectOutliers(), FillGaps(), LowPass(6.0))
    alone = clean(seen.only(MEASURED_LANDMARKS), steps)
    assert set(alone.names) < set(seen.names)
    for name in alone.names:
        np.testing.assert_array_equal(alone.point(name), clean(seen, steps).point(name))


def test_how_a_track_lies_in_memory_changes_nothing() -> None:
    seen = film(repetitions(peak_fppa_deg=(8.0,)), View(noise_px=0.7))
    turned = replace(seen, xy_px=np.asfortranarray(seen.xy_px))
    steps = (RejectOutliers(), FillGaps(), LowPass(6.0))
    np.testing.assert_array_equal(clean(turned, steps).xy_px, clean(seen, steps).xy_px)
