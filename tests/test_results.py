"""Results are saved whole or not at all, and read back as they were."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from tests.trials import trial_of
from valgus import results
from valgus.errors import CannotWrite, NotAnAnalysis
from valgus.model.frontal import Side
from valgus.model.trial import Trial
from valgus.simulate import View, film, holding, repetitions

FILES = {"analysis.json", "reps.csv", "frames.csv", "landmarks.csv"}


@pytest.fixture(scope="module")
def step_down() -> Trial:
    return trial_of(film(repetitions(side=Side.RIGHT), View(noise_px=1.0)))


@pytest.mark.parametrize(
    "track",
    [
        film(repetitions(task="landing", fps=60), View(noise_px=0.5)),
        film(repetitions(task="squat")),
        film(holding()),
        film(repetitions(peak_fppa_deg=())),
    ],
    ids=["landing", "two-leg squat", "stance", "no rep"],
)
def test_a_saved_trial_reads_back_as_the_same_trial(track: object, tmp_path: Path) -> None:
    trial = trial_of(track)
    results.save(trial, tmp_path / "clip.mp4.valgus")
    assert results.load(tmp_path / "clip.mp4.valgus") == trial


def test_a_clip_without_a_person_is_saved_too(tmp_path: Path) -> None:
    trial = trial_of(film(repetitions()), seen=False)
    results.save(trial, tmp_path / "clip.mp4.valgus")
    assert results.load(tmp_path / "clip.mp4.valgus") == trial
    assert [finding.code for finding in trial.findings] == ["no_person"]


def test_the_folder_is_named_after_the_whole_file_name(tmp_path: Path) -> None:
    names = [results.folder_for(tmp_path / name).name for name in ("IMG_1.MOV", "IMG_1.mp4")]
    assert names == ["IMG_1.MOV.valgus", "IMG_1.mp4.valgus"]
    assert results.folder_for(Path("a/b.mp4"), Path("out")) == Path("out/b.mp4.valgus")


def test_the_folder_holds_these_files_and_nothing_hidden_is_left(step_down: Trial, tmp_path: Path) -> None:
    results.save(step_down, tmp_path / "ü ä.mp4.valgus")
    assert {path.name for path in (tmp_path / "ü ä.mp4.valgus").iterdir()} == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["ü ä.mp4.valgus"]


def test_an_earlier_result_stays_when_a_new_one_fails(step_down: Trial, tmp_path: Path) -> None:
    folder = tmp_path / "clip.mp4.valgus"
    results.save(step_down, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def disk_full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotWrite, match="the disk is full"):
        results.save(step_down, folder, extras=(disk_full,))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_an_earlier_result_is_replaced_by_a_finished_one(step_down: Trial, tmp_path: Path) -> None:
    folder = tmp_path / "clip.mp4.valgus"
    results.save(trial_of(film(repetitions(peak_fppa_deg=(3.0, 4.0)))), folder)
    results.save(step_down, folder)
    assert results.load(folder) == step_down
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named_with_what_to_do(step_down: Trial, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CannotWrite, match=r"no permission.*--out"):
        results.save(step_down, tmp_path / "clip.mp4.valgus")


def test_a_file_in_the_place_of_the_folder_is_an_error_not_a_loss(step_down: Trial, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(CannotWrite):
        results.save(step_down, tmp_path / "taken" / "clip.mp4.valgus")
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: (folder / "analysis.json").unlink(), "no analysis.json"),
        (lambda folder: (folder / "analysis.json").write_text("{"), "is damaged"),
        (lambda folder: (folder / "analysis.json").write_text('{"schema_version": 99}'), "has version 99"),
        (lambda folder: (folder / "landmarks.csv").write_text("time_s\n0\n"), "Analyse the clip again"),
        (lambda folder: (folder / "frames.csv").unlink(), r"frames\.csv cannot be read\. Analyse"),
    ],
    ids=["missing", "not JSON", "other version", "other landmarks", "no frames"],
)
def test_a_damaged_folder_is_refused_with_what_to_do(
    damage: object, says: str, step_down: Trial, tmp_path: Path
) -> None:
    folder = tmp_path / "clip.mp4.valgus"
    results.save(step_down, folder)
    damage(folder)  # type: ignore[operator]
    with pytest.raises(NotAnAnalysis, match=says):
        results.load(folder)


def test_a_wrong_type_in_the_record_is_named_by_its_place(step_down: Trial, tmp_path: Path) -> None:
    results.save(step_down, tmp_path / "c.valgus")
    path = tmp_path / "c.valgus" / "analysis.json"
    document = json.loads(path.read_text())
    document["clip"]["fps"] = "fast"
    path.write_text(json.dumps(document))
    with pytest.raises(NotAnAnalysis, match=r"clip\.fps"):
        results.load(tmp_path / "c.valgus")


def test_no_path_of_this_machine_is_saved(step_down: Trial, tmp_path: Path) -> None:
    results.save(step_down, tmp_path / "clip.mp4.valgus")
    for path in (tmp_path / "clip.mp4.valgus").iterdir():
        assert str(tmp_path) not in path.read_text(encoding="utf-8")
        assert str(Path.home()) not in path.read_text(encoding="utf-8")


def test_the_per_rep_file_has_one_row_per_rep_and_blanks_for_the_unmeasurable(
    step_down: Trial, tmp_path: Path
) -> None:
    results.save(step_down, tmp_path / "c.valgus")
    table = pd.read_csv(tmp_path / "c.valgus" / "reps.csv")
    assert list(table["rep"]) == [1, 2, 3, 4, 5]
    assert set(table["side"]) == {"right"}
    assert table["pelvic_drop_deg"].isna().all()
    assert set(table["pelvis_source"]) == {"landmarks"}
    assert table["fppa_ci95_deg"].notna().all()
    text = (tmp_path / "c.valgus" / "reps.csv").read_text(encoding="utf-8")
    assert "nan" not in text.lower()
