"""The pictures show the right person and leg, and nobody's face."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.exports.sessions import TWENTY
from tests.trials import trial_of
from valgus.exports import stills as exported
from valgus.exports.stills import Still, full_size_pictures, lowest_point_stills
from valgus.model.arrays import FloatArray, RgbImage
from valgus.model.evidence import ClipEvidence
from valgus.model.frontal import Side
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.simulate import View, film, repetitions
from valgus.video import H264Writer

HEIGHT, WIDTH = 1280, 720
QUICK: dict[str, Any] = {"rep_s": 1.2, "rest_s": 0.6}
ONE_REP = film(repetitions(peak_fppa_deg=(12.0,), **QUICK))
TRIAL = trial_of(ONE_REP)
CLIP = Path("clip.mp4")


def detailed(height: int = HEIGHT, width: int = WIDTH) -> RgbImage:
    """A picture that differs from pixel to pixel: wherever it does not, it was blurred."""
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture
def picture(monkeypatch: pytest.MonkeyPatch) -> RgbImage:
    shown = detailed()
    monkeypatch.setattr(exported, "stills", lambda path, times_s, short_side_px: [shown for _ in times_s])
    return shown


def detail(image: RgbImage) -> float:
    """Usual step from pixel to pixel, 0 for a flat picture; about 85 for `detailed`."""
    return float(np.abs(np.diff(image.astype(float), axis=1)).mean())


def around(still: Still, point: FloatArray, radius_px: int = 25) -> RgbImage:
    x, y = np.rint(point).astype(int)
    return still.image[y - radius_px : y + radius_px, x - radius_px : x + radius_px]


def offset(still: Still, trial: Trial) -> FloatArray:
    """Where the still begins in the whole picture, from a joint that is known in both."""
    frame = int(np.argmin(np.abs(trial.track.time_s - still.time_s)))
    leg = still.legs[0]
    return trial.track.point(f"{leg.side.value}_knee")[frame] - leg.hip_knee_ankle_px[1]


def in_still(still: Still, trial: Trial, name: str) -> FloatArray:
    frame = int(np.argmin(np.abs(trial.track.time_s - still.time_s)))
    return trial.track.point(name)[frame] - offset(still, trial)


def without(trial: Trial, *names: str) -> Trial:
    """The trial with landmarks that the pose source did not deliver."""
    xy_px = trial.track.xy_px.copy()
    xy_px[:, [trial.track.index(name) for name in names]] = np.nan
    return replace(trial, track=replace(trial.track, xy_px=xy_px))


def test_face_keeps_no_detail_and_the_leg_keeps_all(picture: RgbImage) -> None:
    trial = TRIAL
    (still,) = lowest_point_stills(trial, CLIP)
    nose = in_still(still, trial, "nose")
    head_px = 0.14 * trial.track.leg_scale_px  # half the height of a head
    assert detail(around(still, nose, round(head_px / 2))) < 3
    for up_px in (-head_px, head_px):
        assert detail(around(still, nose + np.array([0.0, up_px]), 12)) < 6
    knee = still.legs[0].hip_knee_ankle_px[1]
    x, y = np.rint(knee + offset(still, trial)).astype(int)
    np.testing.assert_array_equal(around(still, knee), picture[y - 25 : y + 25, x - 25 : x + 25])


def test_unsure_face_hides_all_above_the_shoulders(picture: RgbImage) -> None:
    trial = TRIAL
    confidence = trial.track.confidence.copy()
    confidence[:, trial.track.index("nose")] = 0.1
    unsure = replace(trial, track=replace(trial.track, confidence=confidence))
    (still,) = lowest_point_stills(unsure, CLIP)
    assert detail(still.image[: round(in_still(still, trial, "left_shoulder")[1]) - 5]) < 6
    assert detail(around(still, still.legs[0].hip_knee_ankle_px[1])) > 80


def test_unknown_head_hides_all_above_the_shoulders(picture: RgbImage) -> None:
    trial = without(TRIAL, "nose")
    (still,) = lowest_point_stills(trial, CLIP)
    assert detail(still.image[: round(in_still(still, trial, "left_shoulder")[1]) - 5]) < 6
    assert detail(around(still, still.legs[0].hip_knee_ankle_px[1])) > 80


def test_unknown_shoulders_hide_all_above_the_hips(picture: RgbImage) -> None:
    trial = without(TRIAL, "nose", "left_shoulder", "right_shoulder")
    (still,) = lowest_point_stills(trial, CLIP)
    assert detail(still.image[: round(in_still(still, trial, "left_hip")[1]) - 20]) < 6


def test_nobody_found_at_that_time_hides_everything(picture: RgbImage) -> None:
    trial = TRIAL
    nobody = np.full_like(trial.track.xy_px, np.nan)
    (still,) = lowest_point_stills(replace(trial, track=replace(trial.track, xy_px=nobody)), CLIP)
    assert detail(still.image) < 6
    assert np.isnan(still.legs[0].hip_knee_ankle_px).all()


def test_person_lying_in_a_sideways_picture_has_no_face_either(picture: RgbImage) -> None:
    trial = TRIAL
    sideways = replace(trial, track=replace(trial.track, xy_px=trial.track.xy_px[..., ::-1]))
    (still,) = lowest_point_stills(without(sideways, "nose"), CLIP)
    shoulder = in_still(still, sideways, "left_shoulder")
    assert detail(still.image[:, : round(shoulder[0]) - 20]) < 6


@pytest.mark.parametrize(("people", "blurred"), [(1, False), (2, True)])
def test_what_is_around_the_person_is_hidden_where_others_are_in_view(
    picture: RgbImage, people: int, blurred: bool
) -> None:
    trial = replace(TRIAL, evidence=ClipEvidence(people_in_view=people))
    (still,) = lowest_point_stills(trial, CLIP)
    corner = still.image[-60:, -20:]
    assert (detail(corner) < 6) is blurred
    assert detail(around(still, still.legs[0].hip_knee_ankle_px[1])) > 80


def test_crop_holds_head_and_feet_but_not_the_rest_of_the_room(picture: RgbImage) -> None:
    trial = TRIAL
    (still,) = lowest_point_stills(trial, CLIP)
    height, width = still.image.shape[:2]
    assert width < 0.85 * WIDTH
    for name in ("nose", "left_foot_index", "right_foot_index", "left_shoulder", "right_shoulder"):
        x, y = in_still(still, trial, name)
        assert 0 < x < width and 0 < y < height


def test_of_many_reps_some_are_shown_the_first_and_the_last_included(
    picture: RgbImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(lowest_point_stills(TWENTY, CLIP)) == 12
    monkeypatch.setattr(exported, "MOST_STILLS", 6)
    shown = [still.number for still in lowest_point_stills(TWENTY, CLIP)]
    assert shown == [1, 5, 9, 12, 16, 20]


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_leg_drawn_is_the_leg_measured(picture: RgbImage, mirrored: bool) -> None:
    track = film(repetitions(side=Side.LEFT, peak_fppa_deg=(12.0,)), View(mirrored=mirrored))
    trial = trial_of(track, Settings(mirrored=mirrored))
    (still,) = lowest_point_stills(trial, CLIP)
    (leg,) = still.legs
    assert leg.side is Side.LEFT
    hip, knee, ankle = leg.hip_knee_ankle_px
    inside_px = abs(knee[0] - (hip[0] + ankle[0]) / 2)
    # The measured leg bends by 12 deg at the knee, with equal segments; the other is nearly straight.
    assert inside_px == pytest.approx(np.tan(np.radians(6.0)) * abs(ankle[1] - hip[1]) / 2, rel=0.05)


def test_both_legs_of_a_rep_share_a_picture_and_all_are_of_one_size(picture: RgbImage) -> None:
    shown = lowest_point_stills(
        trial_of(film(repetitions(task="squat", peak_fppa_deg=(5.0, 5.0, 5.0), **QUICK))), CLIP
    )
    assert [still.number for still in shown] == [1, 2, 3]
    assert all([leg.side for leg in still.legs] == [Side.LEFT, Side.RIGHT] for still in shown)
    assert len({still.image.shape for still in shown}) == 1


def test_no_reps_no_stills(tmp_path: Path) -> None:
    trial = trial_of(ONE_REP, seen=False)
    assert lowest_point_stills(trial, tmp_path / "moved.mp4") == ()


def test_stills_come_from_the_clip_at_the_lowest_point_in_any_size(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    trial = _filmed_with_a_flash_at_the_lowest_point(clip)
    (still,) = lowest_point_stills(trial, clip, short_side_px=90)
    assert still.image.shape[0] <= 160
    assert np.median(still.image) > 150
    knee = still.legs[0].hip_knee_ankle_px[1]
    assert 0 < knee[0] < still.image.shape[1] and 0 < knee[1] < still.image.shape[0]


def _filmed_with_a_flash_at_the_lowest_point(clip: Path) -> Trial:
    trial = TRIAL
    with H264Writer(clip, width_px=180, height_px=320, fps=30.0) as writer:
        for time_s in trial.track.time_s:
            bright = 220 if abs(time_s - trial.reps[0].bottom_s) < 0.1 else 40
            writer.write(np.full((320, 180, 3), bright, dtype=np.uint8), time_s)
    return trial


@pytest.mark.slow
def test_full_size_pictures_are_of_every_rep_with_faces_only_where_asked_for(tmp_path: Path) -> None:
    clip, whole = tmp_path / "clip.mp4", detailed()
    with H264Writer(clip, width_px=WIDTH, height_px=HEIGHT, fps=30.0) as writer:
        writer.write(whole)
    shown, unblurred = ([*full_size_pictures(TWENTY, clip, blur_faces=blur)] for blur in (True, False))
    assert [one.number for one in shown] == [one.number for one in unblurred] == [*range(1, 21)]
    assert len({one.image.shape for one in shown}) == 1
    for rep, one, other in zip(TWENTY.reps, shown, unblurred, strict=True):
        frame = int(np.argmin(np.abs(TWENTY.track.time_s - rep.bottom_s)))
        x, y = np.rint(TWENTY.track.point("nose")[frame]).astype(int) - one.origin_px
        head = np.s_[y - 20 : y + 20, x - 20 : x + 20]
        assert detail(one.image[head]) < 3 < 20 < detail(other.image[head])


def test_a_full_size_picture_is_the_part_of_the_clip_that_its_origin_says(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    ramp = np.mgrid[:HEIGHT, :WIDTH][::-1].transpose(1, 2, 0) * [250 / WIDTH, 250 / HEIGHT]
    with H264Writer(clip, width_px=WIDTH, height_px=HEIGHT, fps=30.0) as writer:
        writer.write(np.dstack([ramp, np.full((HEIGHT, WIDTH), 128)]).astype(np.uint8))
    (one,) = full_size_pictures(TRIAL, clip, blur_faces=False)
    assert one.origin_px[0] > 50
    x, y = one.image[100, 60, :2] * [WIDTH / 250, HEIGHT / 250]
    assert (x - 60, y - 100) == pytest.approx(one.origin_px, abs=25)
