"""A researcher's study: raw clips, a trial of the laboratory, a mixed model, a methods paragraph."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import statsmodels.formula.api as smf

from tests.command import Ran, valgus
from tests.e2e.folders import QUICK, short_clip
from tests.history.people import clip_of, save_session
from tests.importers.writing import laboratory_trc, sports2d_trc
from valgus.model.session import Session
from valgus.results import folder_for
from valgus.simulate import View, film, repetitions

pytestmark = pytest.mark.slow

BEFORE, AFTER = date(2026, 3, 2), date(2026, 4, 27)
#: Mean angles of the people measured earlier, before and after training that takes 4 degrees off.
MEANS_DEG = {
    "p03": (14.0, 9.5),
    "p04": (6.0, 2.5),
    "p05": (10.5, 6.0),
    "p06": (18.0, 14.5),
    "p07": (3.0, -1.0),
}
FILMED = ("p01", "p02")
LAB_MOTION = film(repetitions(peak_fppa_deg=(4.0, 8.0, 12.0, 6.0)), View(stickers=True))


def test_the_study_of_a_researcher(tmp_path: Path) -> None:
    study = tmp_path / "Studie Süd 1"
    _measured_earlier(study)
    _raw_clips(study)

    _one_command_for_all_clips(study)
    _one_table_for_the_study(study)
    _tables_are_as_the_contract_says(study)
    _a_mixed_model(study)
    _other_programs(study, tmp_path / "for R")
    _the_laboratory_beside_it(tmp_path / "laboratory")
    _the_same_numbers_again(study)
    _a_methods_paragraph(study)


def _measured_earlier(study: Path) -> None:
    for person, means in MEANS_DEG.items():
        for day, mean in zip((BEFORE, AFTER), means, strict=True):
            save_session(study / person, day, clip_of(mean), session=Session(person=person, date=day))


def _raw_clips(study: Path) -> None:
    for k, person in enumerate(FILMED):
        folder = study / person / str(BEFORE)
        folder.mkdir(parents=True)
        (folder / "left.mp4").write_bytes(short_clip("step_down_left", from_s=1.0 + 0.1 * k))


def _one_command_for_all_clips(study: Path) -> None:
    ran = _done(valgus("batch", study, "--workers", 1, "--task", "step-down", "--parquet", *QUICK))
    assert "2 clips: 2 measured, 0 not measured, 0 failed." in ran.stdout
    table, parquet = pd.read_csv(study / "reps.csv"), pd.read_parquet(study / "reps.parquet")
    assert set(table["person"]) == set(FILMED)
    pd.testing.assert_series_equal(table["fppa_deg"], parquet["fppa_deg"])


def _one_table_for_the_study(study: Path) -> None:
    """What was measured earlier and what was measured now, whoever measured it."""
    _done(valgus("collect", study))
    table = pd.read_csv(study / "reps.csv")
    assert set(table["person"]) == {*FILMED, *MEANS_DEG}
    assert set(table["date"]) == {str(BEFORE), str(AFTER)}
    assert table["clip_sha256"].notna().all() and table["valgus_version"].notna().all()


def _tables_are_as_the_contract_says(study: Path) -> None:
    _done(valgus("validate", study, *study.rglob("*.valgus")))
    table = study / "reps.csv"
    spoilt = study / "spoilt.csv"
    spoilt.write_text(table.read_text(encoding="utf-8").replace("step-down", "stepdown", 1), encoding="utf-8")
    ran = valgus("validate", spoilt, "--table", "reps")
    assert ran.returncode == 3
    assert "row 2" in ran.stdout and "task" in ran.stdout
    spoilt.unlink()


def _a_mixed_model(study: Path) -> None:
    reps = pd.read_csv(study / "reps.csv")
    valid = reps[(reps["grade"] != "invalid") & reps["person"].isin(MEANS_DEG)]
    valid = valid.assign(after=(valid["date"] == str(AFTER)).astype(int))
    model = smf.mixedlm("fppa_deg ~ after", valid, groups="person").fit()
    low, high = model.conf_int().loc["after"]
    assert low < -4.0 < high < 0.0


def _other_programs(study: Path, out: Path) -> None:
    folder = folder_for(study / "p01" / str(BEFORE) / "left.mp4")
    _done(valgus("export", "--format", "tidy", folder, "--out", out))
    tidy = pd.read_csv(next(out.glob("*tidy*.csv")))
    angle = tidy[tidy["measure"] == "fppa_deg"]
    assert list(angle["value"]) == list(pd.read_csv(folder / "reps.csv")["fppa_deg"])
    assert angle["ci95"].notna().all() and set(angle["unit"]) == {"deg"}
    _done(valgus("export", "--format", "trc", folder, "--out", out))
    size = _picture_size(folder)
    again = _done(valgus("analyze", "--landmarks", next(out.glob("*.trc")), "--picture-size", size))
    assert "their error is not known" in _flat(again)


def _picture_size(folder: Path) -> str:
    clip = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))["clip"]
    return f"{clip['width_px']}x{clip['height_px']}"


def _the_laboratory_beside_it(place: Path) -> None:
    """Markers and the landmarks of another tool, of the same reps, agree."""
    place.mkdir()
    markers, pixels = place / "trial.trc", place / "trial_px.trc"
    markers.write_text(laboratory_trc(LAB_MOTION))
    pixels.write_text(sports2d_trc(LAB_MOTION))
    task = ("--task", "step-down")
    _done(valgus("analyze", "--landmarks", markers, *task))
    _done(valgus("analyze", "--landmarks", pixels, "--picture-size", "720x1280", *task))
    ran = _done(
        valgus("agree", folder_for(markers), folder_for(pixels), "--same-clip", "--out", place / "agreement")
    )
    assert "4 reps, 1 clip" in ran.stdout
    pairs = pd.read_csv(place / "agreement" / "agreement.csv")
    assert pairs["a"].corr(pairs["b"]) > 0.99
    assert list((place / "agreement").glob("*.svg"))
    _done(valgus("validate", folder_for(markers)))


def _the_same_numbers_again(study: Path) -> None:
    clip = study / "p01" / str(BEFORE) / "left.mp4"
    _done(valgus("rerun", folder_for(clip)))
    _done(valgus("rerun", folder_for(clip), "--clip", clip))


def _a_methods_paragraph(study: Path) -> None:
    text = _done(valgus("methods", folder_for(study / "p02" / str(BEFORE) / "left.mp4"))).stdout
    flowing = " ".join(text.split())
    for says in (
        "The lateral step-down was filmed at 30 frames per second",
        "180 degrees minus the angle hip-knee-ankle",
        "95 % interval",
        "Park 2024",
        "doi:10.1123/jsr.2024-0182",
        "Pelvic drop was not measured.",
        "SHA-256",
    ):
        assert says in flowing


def _done(ran: Ran) -> Ran:
    assert ran.returncode == 0, f"{ran.args}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
    return ran


def _flat(ran: Ran) -> str:
    return " ".join(ran.stdout.split())
