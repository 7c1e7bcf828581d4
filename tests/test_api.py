"""What a notebook sees: tables that say their units, from landmarks to saved results and back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import valgus
from tests.importers.writing import laboratory_trc
from valgus.contract.tables import REPS
from valgus.simulate import View, film, repetitions

MOTION = repetitions(peak_fppa_deg=(4.0, 8.0, 12.0))


@pytest.fixture()
def laboratory(tmp_path: Path) -> Path:
    place = tmp_path / "trial.trc"
    place.write_text(laboratory_trc(film(MOTION, View(stickers=True))))
    return place


def test_every_column_of_the_reps_says_what_it_is(laboratory: Path) -> None:
    reps = valgus.analyze_landmarks(laboratory).reps
    assert list(reps.columns) == [column.name for column in REPS.columns]
    for about in ("units", "positive", "meaning"):
        assert set(reps.attrs[about]) == set(reps.columns)
    assert reps.attrs["units"]["fppa_deg"] == "deg"
    assert (reps.attrs["units"]["bottom_s"], reps.attrs["units"]["depth_pct"]) == ("s", "% of leg length")
    assert reps[reps["side"] == "left"]["rep"].tolist() == [1, 2, 3]


def test_frames_and_landmarks_are_tables_as_well(laboratory: Path) -> None:
    analysis = valgus.analyze_landmarks(laboratory)
    assert analysis.frames.attrs["units"]["pelvic_drop_absolute_deg"] == "deg"
    assert set(analysis.frames["side"]) == {"left"}
    assert analysis.landmarks.attrs["units"]["left_knee_x_px"] == "px"


def test_what_is_saved_is_what_is_loaded(laboratory: Path, tmp_path: Path) -> None:
    analysis = valgus.analyze_landmarks(laboratory, session=valgus.Session(person="Änna"))
    again = valgus.load(analysis.save(tmp_path / "results"))
    pd.testing.assert_frame_equal(again.reps, analysis.reps)
    assert again.methods == analysis.methods
    assert again.decisions == analysis.decisions
    with pytest.raises(ValueError, match="Say which folder"):
        again.save()


def test_it_says_in_a_line_what_it_is(laboratory: Path) -> None:
    settings = valgus.Settings(task="step-down", side="left")  # type: ignore[arg-type]
    analysis = valgus.analyze_landmarks(laboratory, settings)
    assert repr(analysis) == "<ClipAnalysis of trial.trc: lateral step-down, reps: left 3>"


def test_the_camera_beside_the_laboratory_may_stand_anywhere(laboratory: Path) -> None:
    front, aside = (
        valgus.analyze_landmarks(laboratory, camera=valgus.VirtualCamera(yaw_deg=yaw_deg))
        for yaw_deg in (0.0, 10.0)
    )
    assert (aside.reps["fppa_deg"] - front.reps["fppa_deg"]).mean() > 2.0


def test_what_is_wrong_is_said_in_the_products_own_error(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    with pytest.raises(valgus.ValgusError, match="no analysis lies beside it"):
        valgus.load(tmp_path / "clip.mp4")
    with pytest.raises(valgus.ValgusError, match=r"clip\.mp4"):
        valgus.analyze(str(tmp_path / "clip.mp4"))
    with pytest.raises(ValueError, match="middle"):
        valgus.Settings(side="middle")  # type: ignore[arg-type]


def test_the_public_names_are_few_and_all_there() -> None:
    assert len(valgus.__all__) <= 15
    for name in valgus.__all__:
        assert (getattr(valgus, name).__doc__ or "").strip()
