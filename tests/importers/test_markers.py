"""Markers of a laboratory seen by a virtual camera: the phone that might have stood beside it."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.e2e.clips import CHEAP, LONG, REAL, correlation, needs_real_clips, real
from tests.importers.writing import laboratory_trc
from valgus import geometry
from valgus.camera import BodyAxes, VirtualCamera, film_markers
from valgus.errors import EnvironmentFailed, NotReadableAsLandmarks
from valgus.from_landmarks import Filmed, measure_imported
from valgus.importers import read_landmarks
from valgus.model.arrays import FloatArray
from valgus.model.frontal import Facing, Origin, Side
from valgus.model.imported import MarkerTrajectories
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.simulate import View, film, repetitions

#: So far away that perspective plays no part, with a picture large enough for it.
FAR = VirtualCamera(distance_m=300.0, width_px=100_000, height_px=200_000)
YAWS_DEG = (0.0, 5.0, 10.0, 15.0)


def laboratory(place: Path, *, units: str = "mm", **motion: Any) -> Path:
    (place / "trial.trc").write_text(
        laboratory_trc(film(repetitions(**motion), View(stickers=True)), units=units)
    )
    return place / "trial.trc"


def trial_of_markers(path: Path, camera: VirtualCamera = FAR, settings: Settings = Settings()) -> Trial:
    return measure_imported(path, settings, filmed=Filmed(camera=camera)).trial


def markers_in(path: Path) -> MarkerTrajectories:
    read = read_landmarks(path)
    assert isinstance(read, MarkerTrajectories)
    return read


@pytest.mark.parametrize("units", ["m", "cm", "mm"])
def test_a_trial_of_the_laboratory_gives_the_metrics_of_the_motion(units: str, tmp_path: Path) -> None:
    path = laboratory(tmp_path, units=units, peak_fppa_deg=(-6.0, 8.0, 20.0), peak_drop_deg=7.0)
    trial = trial_of_markers(path)
    assert (trial.task.name, trial.sides) == ("step-down", ("left",))
    np.testing.assert_allclose(trial.measures["fppa_deg"], [-6.0, 8.0, 20.0], atol=0.15)
    np.testing.assert_allclose(trial.measures["pelvic_drop_deg"], 7.0, atol=0.15)
    np.testing.assert_allclose(trial.measures["trunk_lean_deg"], 5.0, atol=0.15)
    assert trial.pelvis_source == "markers"


def test_the_virtual_cameras_yaw_is_known_and_has_the_sign_of_each_leg(tmp_path: Path) -> None:
    path = laboratory(tmp_path, task="squat", peak_fppa_deg=(0.0, 0.0), peak_drop_deg=0.0)
    setup = trial_of_markers(path, replace(FAR, yaw_deg=12.0)).setup
    assert setup is not None
    found = {stretch.side: stretch.yaw_deg for stretch in setup.stance}
    assert found[Side.LEFT].value == pytest.approx(12.0, abs=0.1)
    assert found[Side.RIGHT].value == pytest.approx(-12.0, abs=0.1)
    assert {(yaw.origin, yaw.ci95) for yaw in found.values()} == {(Origin.GIVEN, 1.0)}


@pytest.mark.parametrize(("yaw_deg", "facing"), [(20.0, Facing.FRONT), (180.0, Facing.BACK)])
def test_the_camera_may_stand_anywhere_around(yaw_deg: float, facing: Facing, tmp_path: Path) -> None:
    path = laboratory(tmp_path, peak_fppa_deg=(8.0, 8.0))
    setup = trial_of_markers(path, replace(FAR, yaw_deg=yaw_deg)).setup
    assert setup is not None and setup.facing is facing


def test_a_camera_looks_where_it_is_pointed(tmp_path: Path) -> None:
    """At 3.5 m, what is 1 m below the lens is f / 3.5 below the middle of the picture."""
    markers = markers_in(laboratory(tmp_path, task="single-leg-squat", peak_fppa_deg=(8.0,)))
    level, down = (film_markers(markers, VirtualCamera(pitch_deg=pitch)).track for pitch in (0.0, 10.0))
    ankle_px = level.point("left_ankle")[0]
    assert ankle_px[1] == pytest.approx(960 + 0.73 * 1920 * (0.9 - 0.05) / 3.5, abs=1.0)
    assert down.point("left_ankle")[0, 1] < ankle_px[1] - 150, "looking down lifts the feet in the picture"
    assert 440 < level.point("left_hip")[0, 0] < 640


def test_z_up_is_understood_as_well(tmp_path: Path) -> None:
    markers = markers_in(laboratory(tmp_path, peak_fppa_deg=(8.0,)))
    turned = replace(markers, xyz_m=np.stack([markers.xyz_m[..., k] for k in (2, 0, 1)], axis=2))
    as_is, z_up = (film_markers(one, VirtualCamera()).track for one in (markers, turned))
    np.testing.assert_allclose(z_up.xy_px, as_is.xy_px, atol=1e-6)


def test_what_the_camera_cannot_see_is_not_seen(tmp_path: Path) -> None:
    markers = markers_in(laboratory(tmp_path, peak_fppa_deg=(8.0,)))
    behind = film_markers(markers, VirtualCamera(distance_m=0.01)).track
    assert np.isnan(behind.point("left_foot_index")).all()


# --- the laboratory's trial and the film of it --------------------------------------------------------------


def seen(markers: MarkerTrajectories, side: str, yaw_deg: float, camera: VirtualCamera = FAR) -> FloatArray:
    track = film_markers(markers, replace(camera, yaw_deg=yaw_deg)).track
    medial = -1 if side == "left" else 1
    chain = (track.point(f"{side}_{joint}") * [medial, -1] for joint in ("hip", "knee", "ankle"))
    return geometry.signed_bend_deg(*chain)


def inclinations_deg(markers: MarkerTrajectories, side: str) -> dict[str, FloatArray]:
    """Inclination of shank and thigh, forward and medial, as seen from in front and at 90 deg."""
    found = {}
    for name, yaw_deg in (("medial", 0.0), ("forward", 90.0 if side == "left" else -90.0)):
        track = film_markers(markers, replace(FAR, yaw_deg=yaw_deg)).track
        medial = -1 if side == "left" else 1
        hip, knee, ankle = (
            track.point(f"{side}_{joint}") * [medial, -1] for joint in ("hip", "knee", "ankle")
        )
        found[f"shank {name}"] = geometry.lean_deg(ankle, knee)
        found[f"thigh {name}"] = -geometry.lean_deg(knee, hip)
    return found


@needs_real_clips
@pytest.mark.parametrize("side", ["left", "right"])
def test_yaw_adds_what_theory_says_to_a_real_trial(side: str) -> None:
    """A segment is seen at atan(tan forward * sin yaw + tan medial * cos yaw)."""
    markers = markers_in(REAL / "mocap" / "squats1.trc")
    lean = {name: np.tan(np.radians(deg)) for name, deg in inclinations_deg(markers, side).items()}
    for yaw_deg in YAWS_DEG:
        own_deg = yaw_deg if side == "left" else -yaw_deg
        turn = np.radians(own_deg)
        theory = sum(
            np.degrees(
                np.arctan(lean[f"{part} forward"] * np.sin(turn) + lean[f"{part} medial"] * np.cos(turn))
            )
            for part in ("shank", "thigh")
        )
        np.testing.assert_allclose(seen(markers, side, yaw_deg), theory, atol=0.5)


def straightened(markers: MarkerTrajectories, side: str) -> MarkerTrajectories:
    """The same trial with one leg in the plane that the person looks along: sagittal motion alone."""
    across = BodyAxes.of(markers).left
    xyz, ankle = np.array(markers.xyz_m), markers.place(f"{side}_ankle")
    for joint in ("hip", "knee"):
        k = markers.names.index(f"{side}_{joint}")
        xyz[:, k] -= ((xyz[:, k] - ankle) @ across)[:, None] * across
    return replace(markers, xyz_m=xyz)


@needs_real_clips
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_table_of_false_valgus_holds_for_the_real_trials_own_inclinations(side: str) -> None:
    markers = straightened(markers_in(REAL / "mocap" / "squats1.trc"), side)
    lean = inclinations_deg(markers, side)
    assert np.nanmax(lean["shank forward"]) > 20 and np.nanmax(lean["thigh forward"]) > 70
    for yaw_deg in YAWS_DEG:
        own_deg = yaw_deg if side == "left" else -yaw_deg
        table = geometry.yaw_false_valgus_deg(own_deg, lean["shank forward"], lean["thigh forward"])
        np.testing.assert_allclose(seen(markers, side, yaw_deg), table, atol=0.5)


@pytest.mark.slow
@needs_real_clips
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_trial_through_the_phones_place_agrees_with_the_phones_film(side: str) -> None:
    """The phone stood about 38 deg to the person's left."""
    camera = VirtualCamera(yaw_deg=38.0)
    lab = trial_of_markers(REAL / "mocap" / "squats1.trc", camera, Settings(task="squat"))
    phone = real("reference/squat_video.mp4", Settings() if LONG else CHEAP)
    one, other = (trial.signals[trial.signals["side"] == side] for trial in (lab, phone))
    at_s = np.arange(0.3, 13.0, 0.02)
    both = [np.interp(at_s, table["time_s"], table["fppa_deg"]) for table in (one, other)]
    assert correlation(*both) >= 0.97
    assert {rep.grade.value for rep in lab.reps} == {"invalid"}, "filmed from there, nothing counts"


# --- C3D ----------------------------------------------------------------------------------------------------


def c3d_file(path: Path, *, units: str = "mm", **motion: Any) -> Path:
    c3d = pytest.importorskip("c3d")
    track = film(repetitions(**motion), View(stickers=True))
    names = [name for name in track.names if np.isfinite(track.point(name)).all()]
    ankle = track.world("left_ankle")
    writer = c3d.Writer(point_rate=30, point_units=units)
    scale = {"mm": 1000.0, "m": 1.0}[units]
    for k in range(len(track.time_s)):
        places = np.array([(track.world(name) - ankle)[k] for name in names]) * [1, -1, -1] * scale
        points = np.zeros((len(names), 5), dtype=np.float32)
        points[:, :3] = places + np.array([400.0, 90.0, -200.0]) * scale / 1000
        if k == 40:
            points[names.index("left_knee"), 3] = -1
        writer.add_frames([(points, np.zeros((0, 0)))])
    writer.set_point_labels(names)
    with path.open("wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the writer is surprised that a file has no force plates
        writer.write(file)
    return path


def test_a_c3d_file_gives_the_metrics_of_the_motion(tmp_path: Path) -> None:
    path = c3d_file(tmp_path / "trial.c3d", peak_fppa_deg=(-6.0, 8.0, 20.0), peak_drop_deg=7.0)
    trial = trial_of_markers(path)
    np.testing.assert_allclose(trial.measures["fppa_deg"], [-6.0, 8.0, 20.0], atol=0.15)
    np.testing.assert_allclose(trial.measures["pelvic_drop_deg"], 7.0, atol=0.15)
    assert np.isnan(markers_in(path).place("left_knee")[40]).all(), "marked as not seen"


def test_a_damaged_c3d_file_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("c3d")
    for content in (b"", b"\x02\x50" + b"\x00" * 20, b"no c3d at all"):
        (tmp_path / "bad.c3d").write_bytes(content)
        with pytest.raises(NotReadableAsLandmarks, match=r"bad\.c3d"):
            read_landmarks(tmp_path / "bad.c3d")


def test_without_the_extra_a_c3d_file_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "c3d", None)
    (tmp_path / "a.c3d").write_bytes(b"\x02\x50")
    with pytest.raises(EnvironmentFailed, match=r"pip install 'valgus\[c3d\]'"):
        read_landmarks(tmp_path / "a.c3d")
