"""Landmarks of every tool give the numbers that went in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.importers.writing import (
    HALPE,
    deeplabcut_rows,
    mmpose_json,
    openpose_folder,
    sports2d_trc,
    write_csv,
)
from valgus.errors import NotReadableAsLandmarks, WrongUsage
from valgus.from_landmarks import Filmed, measure_imported
from valgus.importers import About, read_landmarks
from valgus.importers.mmpose import COCO_17, HALPE_26
from valgus.importers.names import landmark_named
from valgus.model.imported import ImportedTrack
from valgus.model.settings import Settings
from valgus.model.track import LANDMARKS, PoseTrack
from valgus.model.trial import Trial
from valgus.model.trial_parts import LandmarkSource
from valgus.simulate import View, film, repetitions

MOTION = repetitions(peak_fppa_deg=(-5.0, 8.0, 20.0))
TRACK = film(MOTION, View(noise_px=0.2, seed=3))
FILMED = Filmed(fps=30.0, size_px=(720, 1280))


def trial_from(path: Path, filmed: Filmed = FILMED) -> Trial:
    return measure_imported(path, Settings(task="step-down"), filmed=filmed).trial


def write_dlc_h5(path: Path) -> Path:
    rows = deeplabcut_rows(TRACK, {name: name for name in HALPE.values()})
    columns = pd.MultiIndex.from_arrays(
        [row[1:] for row in rows[:3]], names=["scorer", "bodyparts", "coords"]
    )
    table = pd.DataFrame([list(map(float, row[1:])) for row in rows[3:]], columns=columns)
    table.to_hdf(path, key="df_with_missing")
    return path


def written(kind: str, place: Path) -> Path:
    """Write the same track as a tool would."""
    if kind == "sports2d":
        (place / "clip_Sports2D_px_person00.trc").write_text(sports2d_trc(TRACK))
        return place / "clip_Sports2D_px_person00.trc"
    if kind == "openpose":
        return openpose_folder(TRACK, place / "json")
    if kind == "mmpose halpe":
        (place / "clip.json").write_text(mmpose_json(TRACK, HALPE_26))
        return place / "clip.json"
    if kind == "deeplabcut":
        names = {label.lower(): name for label, name in HALPE.items()}
        return write_csv(place / "clipDLC.csv", deeplabcut_rows(TRACK, names))
    if kind == "deeplabcut h5":
        return write_dlc_h5(place / "clipDLC.h5")
    table = {"timestamp_ms": TRACK.time_s * 1000}
    for name in HALPE.values():
        table |= {f"{name}_x": TRACK.point(name)[:, 0] / 720, f"{name}_y": TRACK.point(name)[:, 1] / 1280}
        table |= {f"{name}_visibility": np.ones(len(TRACK.time_s))}
    pd.DataFrame(table).to_csv(place / "mediapipe.csv", index=False)
    return place / "mediapipe.csv"


@pytest.mark.parametrize(
    "kind", ["sports2d", "openpose", "mmpose halpe", "deeplabcut", "deeplabcut h5", "mediapipe"]
)
def test_every_format_gives_the_angles_that_went_in(kind: str, tmp_path: Path) -> None:
    if kind == "deeplabcut h5":
        pytest.importorskip("tables")
    trial = trial_from(written(kind, tmp_path))
    np.testing.assert_allclose(trial.measures["fppa_deg"], [-5.0, 8.0, 20.0], atol=0.4)
    np.testing.assert_allclose(trial.measures["trunk_lean_deg"], 5.0, atol=0.4)
    assert (trial.measures["knee_over_foot_pct"].notna()).all()
    assert trial.provenance.source is LandmarkSource.OTHER_TOOL
    assert trial.clip.frame_count == len(TRACK.time_s)


def test_a_model_without_feet_and_heels_measures_the_knee_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "coco.json").write_text(mmpose_json(TRACK, COCO_17))
    trial = trial_from(tmp_path / "coco.json")
    np.testing.assert_allclose(trial.measures["fppa_deg"], [-5.0, 8.0, 20.0], atol=0.4)
    assert trial.measures["knee_over_foot_pct"].isna().all()
    assert "body_cut" not in {finding.code for finding in trial.findings}


def test_an_angle_of_another_tool_has_no_interval_and_no_verdict(tmp_path: Path) -> None:
    """How far off its landmarks are is not known here, and the product's own error is not theirs."""
    trial = trial_from(written("sports2d", tmp_path))
    assert trial.measures["fppa_deg"].notna().all()
    for column in ("fppa_ci95_deg", "hip_line_tilt_ci95_deg"):
        assert trial.measures[column].isna().all()
    mean = trial.mean_of("fppa_deg", "left")
    assert mean is not None and mean.ci95 is None
    (verdict,) = trial.verdicts
    assert "error_unknown" in {reason.code for reason in verdict.reasons}
    assert verdict.outcome.value == "cannot judge"


def test_the_largest_person_is_followed_or_the_one_asked_for(tmp_path: Path) -> None:
    folder = openpose_folder(TRACK, tmp_path / "two", bystander_px=-300.0)
    read = [read_landmarks(folder, About(fps=30.0, person=person)) for person in (None, 1, 2)]
    knees = [one.track.point("left_knee")[:, 0].mean() for one in read if isinstance(one, ImportedTrack)]
    own = TRACK.point("left_knee")[:, 0].mean()
    np.testing.assert_allclose(knees, [own, 0.7 * own - 300, own], atol=0.01)
    with pytest.raises(WrongUsage, match="--person 3 was asked for, but 2 were found"):
        read_landmarks(folder, About(fps=30.0, person=3))


def test_frames_without_the_person_are_gaps_and_long_ones_are_named(tmp_path: Path) -> None:
    xy = np.array(TRACK.xy_px)
    xy[60:75, TRACK.index("left_knee")] = np.nan
    (tmp_path / "gap.trc").write_text(sports2d_trc(replace(TRACK, xy_px=xy)))
    read = read_landmarks(tmp_path / "gap.trc")
    assert isinstance(read, ImportedTrack)
    assert np.isnan(read.track.point("left_knee")[60:75]).all()
    assert read.notices == (
        "left knee is not known in 15 frames from 2.00 to 2.47 s: what falls into them is not measured.",
    )


def test_the_products_own_landmarks_come_back_exactly(tmp_path: Path) -> None:
    from tests.trials import trial_of
    from valgus.exports.tables import write_landmarks

    trial = trial_of(film(MOTION, View(stickers=True)), Settings(task="step-down"))
    write_landmarks(trial, tmp_path / "landmarks.csv")
    again = trial_from(tmp_path / "landmarks.csv")
    same = ["fppa_deg", "trunk_lean_deg", "depth_pct", "pelvic_drop_deg", "hip_adduction_deg", "wobble_pct"]
    pd.testing.assert_frame_equal(again.measures[same], trial.measures[same], atol=1e-9)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("RKnee", "right_knee"),
        ("R.Knee", "right_knee"),
        ("knee_l", "left_knee"),
        ("Knee (left)", "left_knee"),
        ("L_HJC", "left_hip"),
        ("r.ASIS", "right_asis"),
        ("LASI", "left_asis"),
        ("right big toe", "right_foot_index"),
        ("LEFT_FOOT_INDEX", "left_foot_index"),
        ("l_calc", "left_heel"),
        ("NOSE", "nose"),
        ("Hip", None),
        ("L_5meta", None),
        ("L_HJC_reg", None),
        ("RSmallToe", None),
        ("head", None),
    ],
)
def test_landmarks_are_known_by_the_names_that_tools_give_them(label: str, name: str | None) -> None:
    assert landmark_named(label) == name


def test_the_products_own_names_are_all_known() -> None:
    assert [landmark_named(name) for name in LANDMARKS] == list(LANDMARKS)


# --- what has to be said ------------------------------------------------------------------------------------


def test_a_file_without_times_needs_a_rate_and_thirty_is_not_taken_for_granted(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"does not say when its frames were taken.*--fps N"):
        trial_from(openpose_folder(TRACK, tmp_path / "json"), Filmed(size_px=(720, 1280)))


def test_a_file_without_a_picture_needs_its_size(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"how large the picture was.*--picture-size WIDTHxHEIGHT"):
        trial_from(written("sports2d", tmp_path), Filmed())
    with pytest.raises(WrongUsage, match="gives places as shares of the picture"):
        trial_from(written("mediapipe", tmp_path), Filmed())


def test_what_is_no_landmarks_is_refused_with_what_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(NotReadableAsLandmarks, match=r"none of the formats.*TRC.*OpenPose.*DeepLabCut"):
        read_landmarks(tmp_path / "notes.txt")
    with pytest.raises(WrongUsage, match=r"none\.trc: there is no such file"):
        read_landmarks(tmp_path / "none.trc")


def test_a_track_says_only_what_the_file_has() -> None:
    track = PoseTrack(np.arange(3.0), np.zeros((3, 1, 2)), np.ones((3, 1)), ("left_hip",))
    assert np.isnan(track.point_if_given("left_shoulder")).all()
    with pytest.raises(ValueError):
        track.point("left_shoulder")
