"""Saved analyses in other formats: read back by readers of other making, and by the product itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.trials import trial_of
from valgus.errors import WrongUsage
from valgus.exports.formats import FORMATS, FppaSign, Names, Shape, Unit, Wanted
from valgus.from_landmarks import Filmed, measure_imported
from valgus.metrics import MEASURE_COLUMNS
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.simulate import View, film, repetitions

ANGLES = (-5.0, 8.0, 20.0)
TRIAL = trial_of(
    film(repetitions(peak_fppa_deg=ANGLES), View(noise_px=0.5, stickers=True)), Settings(task="step-down")
)
TWO_LEGS = trial_of(film(repetitions(task="squat", peak_fppa_deg=ANGLES)), Settings(task="squat"))
AS_IS = Wanted()
NEGATIVE = Wanted(sign=FppaSign.NEGATIVE)


def written(place: Path, name: str, wanted: Wanted = AS_IS, trial: Trial = TRIAL) -> list[Path]:
    chosen = next(one for one in FORMATS if one.name == name)
    return [place / file for file in chosen.write(trial, place, "clip.mp4", wanted)]


def trc(path: Path) -> tuple[dict[str, str], list[str], pd.DataFrame]:
    """Read a TRC file as its description says, with nothing of the product: header, labels, numbers."""
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[0].split("\t")[:3] == ["PathFileType", "4", "(X/Y/Z)"]
    header = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    labels = [cell for cell in lines[3].split("\t")[2:] if cell]
    assert lines[4].split("\t")[2:5] == ["X1", "Y1", "Z1"]
    assert lines[5] == ""
    names = ["frame", "time", *(f"{label}.{axis}" for label in labels for axis in "xyz")]
    table = pd.read_csv(path, sep="\t", skiprows=6, header=None, names=names)
    return header, labels, table


def mot(path: Path) -> tuple[dict[str, str], list[str], pd.DataFrame]:
    """Read an OpenSim motion file: what its header says, the lines on signs, numbers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    end = lines.index("endheader")
    said = dict(line.split("=") for line in lines[1:end] if "=" in line)
    signs = [line for line in lines[1:end] if "=" not in line]
    return said, signs, pd.read_csv(path, sep="\t", skiprows=end + 1)


def test_a_trc_in_pixels_has_every_landmark_where_it_was(tmp_path: Path) -> None:
    header, labels, table = trc(written(tmp_path, "trc")[0])
    assert (header["Units"], header["NumFrames"]) == ("px", str(len(TRIAL.track.time_s)))
    assert (header["NumMarkers"], header["DataRate"]) == (str(len(labels)), "30")
    assert labels == list(TRIAL.track.names)
    np.testing.assert_allclose(table["time"], TRIAL.track.time_s, atol=1e-6)
    np.testing.assert_array_equal(table[["left_knee.x", "left_knee.y"]], TRIAL.track.point("left_knee"))


def test_a_trc_in_metres_has_y_up_and_halpes_names(tmp_path: Path) -> None:
    wanted = Wanted(unit=Unit.METRES, names=Names.HALPE)
    header, labels, table = trc(written(tmp_path, "trc", wanted)[0])
    assert header["Units"] == "m"
    assert {"LHip", "RKnee", "LBigToe", "Nose"} <= set(labels)
    assert not any("_" in label for label in labels)
    assert (table["LAnkle.y"] < table["LHip.y"]).all(), "y is up"
    leg_m = np.hypot(table["LHip.x"] - table["LAnkle.x"], table["LHip.y"] - table["LAnkle.y"])
    assert leg_m.max() == pytest.approx(0.84, abs=0.01)


def test_metres_need_depth(tmp_path: Path) -> None:
    flat = replace(TRIAL, track=replace(TRIAL.track, world_m=None))
    with pytest.raises(WrongUsage, match="no depth, so no metres"):
        written(tmp_path, "trc", Wanted(unit=Unit.METRES), flat)


@pytest.mark.parametrize("names", list(Names))
def test_what_is_exported_as_trc_and_read_again_gives_the_same_metrics(names: Names, tmp_path: Path) -> None:
    (path,) = written(tmp_path, "trc", Wanted(names=names))
    again = measure_imported(path, Settings(task="step-down"), filmed=Filmed(size_px=(720, 1280))).trial
    # The error of another tool's landmarks is not known, nor is their depth, which yaw comes from.
    unknown = {c.name for c in MEASURE_COLUMNS if c.name.endswith("ci95_deg") or c.name.startswith("yaw")}
    measured = [c.name for c in MEASURE_COLUMNS if c.name not in unknown]
    pd.testing.assert_frame_equal(again.measures[measured], TRIAL.measures[measured], atol=0.01, rtol=0)


def test_a_c3d_read_again_gives_the_same_motion(tmp_path: Path) -> None:
    pytest.importorskip("c3d")
    (path,) = written(tmp_path, "c3d")
    from valgus.importers import read_landmarks
    from valgus.model.imported import MarkerTrajectories

    read = read_landmarks(path)
    assert isinstance(read, MarkerTrajectories)
    own = TRIAL.track.world("left_knee") - TRIAL.track.world("left_hip")
    again = (read.place("left_knee") - read.place("left_hip")) * [1, -1, -1]
    np.testing.assert_allclose(again, own, atol=1e-5)
    varying = replace(TRIAL, clip=replace(TRIAL.clip, variable_frame_rate=True))
    with pytest.raises(WrongUsage, match=r"varying frame rate.*TRC"):
        written(tmp_path, "c3d", trial=varying)


def test_a_mot_has_each_angle_by_side_with_its_sign(tmp_path: Path) -> None:
    said, signs, table = mot(written(tmp_path, "mot", trial=TWO_LEGS)[0])
    assert (said["inDegrees"], said["version"]) == ("yes", "1")
    assert (int(said["nRows"]), int(said["nColumns"])) == table.shape
    assert table.columns[0] == "time"
    assert "fppa_deg: + valgus: knee medial to the hip-ankle line" in signs
    for side in ("left", "right"):
        own = TWO_LEGS.signals[TWO_LEGS.signals["side"] == side]["fppa_deg"]
        np.testing.assert_allclose(table[f"fppa_deg_{side}"], own)


def test_turned_signs_are_in_the_names_and_nothing_else_changes(tmp_path: Path) -> None:
    as_is, turned = (pd.read_csv(written(tmp_path, "csv", w)[0]) for w in (Wanted(), NEGATIVE))
    assert "fppa_deg" not in turned
    for name in ("fppa_deg", "fppa_asis_deg", "fppa_excursion_deg"):
        np.testing.assert_allclose(turned[f"{name}_valgus_negative"], -as_is[name])
    for name in ("fppa_ci95_deg", "knee_plus_trunk_deg", "trunk_lean_deg", "pelvic_drop_deg", "grade"):
        pd.testing.assert_series_equal(turned[name], as_is[name])
    _, signs, table = mot(written(tmp_path, "mot", NEGATIVE)[0])
    assert "fppa_deg_valgus_negative: - valgus: knee medial to the hip-ankle line" in signs
    assert table["fppa_deg_valgus_negative_left"].min() < -15


def test_a_wide_table_has_a_row_a_frame_and_a_column_a_leg(tmp_path: Path) -> None:
    long, wide = (pd.read_csv(written(tmp_path, "csv", Wanted(shape=shape), TWO_LEGS)[1]) for shape in Shape)
    assert len(long) == 2 * len(wide) == 2 * len(TWO_LEGS.track.time_s)
    right = long[long["side"] == "right"].reset_index(drop=True)
    pd.testing.assert_series_equal(wide["fppa_deg_right"], right["fppa_deg"], check_names=False)
    nobody = replace(TRIAL, signals=TRIAL.signals.iloc[:0])
    assert len(pd.read_csv(written(tmp_path, "csv", Wanted(shape=Shape.WIDE), nobody)[1])) == 0


def test_parquet_holds_what_csv_holds(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    for one, other in zip(written(tmp_path, "parquet"), written(tmp_path, "csv"), strict=True):
        read = pd.read_parquet(one)
        assert list(read.columns) == list(pd.read_csv(other).columns)
        assert len(read) == len(pd.read_csv(other))


def test_one_document_says_what_its_columns_mean(tmp_path: Path) -> None:
    document = json.loads(written(tmp_path, "json", NEGATIVE)[0].read_text(encoding="utf-8"))
    fppa = next(one for one in document["columns"] if one["name"] == "fppa_deg_valgus_negative")
    assert (fppa["unit"], fppa["negative"]) == ("deg", "valgus: knee medial to the hip-ankle line")
    assert [rep["fppa_deg_valgus_negative"] for rep in document["reps"]] == pytest.approx(
        (-TRIAL.measures["fppa_deg"]).tolist()
    )
    assert len(document["frames"]["time_s"]) == len(TRIAL.signals)


@pytest.mark.parametrize("wanted", [AS_IS, NEGATIVE], ids=["as it is", "valgus negative"])
def test_tidy_rows_widened_again_are_the_table_of_reps(wanted: Wanted, tmp_path: Path) -> None:
    (path,) = written(tmp_path, "tidy", wanted)
    rows = pd.read_csv(path)
    reps, *_ = written(tmp_path, "csv", wanted)
    table = pd.read_csv(reps).set_index("rep")
    for column, part in (("value", ""), ("ci95", "_ci95")):
        for measure, values in rows.dropna(subset=column).set_index("rep").groupby("measure")[column]:
            stem, _, unit = measure.removesuffix("_valgus_negative").rpartition("_")
            name = measure if part == "" else f"{stem}{part}_{unit}"
            np.testing.assert_array_equal(values, table[name].dropna(), err_msg=measure)
    fppa = rows[rows["measure"].isin(["fppa_deg", "fppa_deg_valgus_negative"])]
    assert set(fppa["unit"]) == {"deg"} and fppa["ci95"].notna().all()
    assert fppa["positive"].iloc[0].startswith("varus" if wanted is NEGATIVE else "valgus")
