"""Tables and the page of a folder, made from saved results."""

from __future__ import annotations

import csv
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.batch.saved import ORDER, clip_at, save, trial_for
from valgus import results
from valgus.batch.collect import clear_unfinished_tables, collect, collect_reps, collect_saved, write_parquet
from valgus.batch.standing import ClipHere
from valgus.exports.folder_page import folder_page
from valgus.exports.folder_tables import FAILURE_COLUMNS, SUMMARY_COLUMNS
from valgus.model.batch import FailedClip, Failure, LegLine, PageEntry
from valgus.model.session import Session

BAD = Failure("not_readable_as_video", "bad.mp4: is not a video.", "Copy it again.", 3)
HOSTILE = '<img src=x onerror="alert(1)">\n=cmd.mp4'


def clips(root: Path, *names: str) -> list[ClipHere]:
    made = [replace(clip_at(root / name), name=name) for name in names]
    for clip in made:
        save(clip)
    return made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_a_batch_could_not_analyse_stays_in_the_tables(tmp_path: Path) -> None:
    done = clips(tmp_path, "anna/2026-11-20/left.mp4")
    for name in ("anna/bad.mp4", "anna/mended.mp4", "anna/gone.mp4"):
        (tmp_path / name).touch()
    collect(tmp_path, "study", done, dict.fromkeys(("anna/bad.mp4", "anna/mended.mp4", "anna/gone.mp4"), BAD))
    clips(tmp_path, "anna/mended.mp4")
    (tmp_path / "anna/gone.mp4").unlink()
    collected = collect_saved(tmp_path)
    assert (collected.measured, collected.failed) == (2, 1)
    (row,) = rows(tmp_path / "failures.csv")
    assert (row["clip"], row["message"], row["exit_status"]) == ("anna/bad.mp4", BAD.says, "3")
    assert "anna/bad.mp4" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_every_clip_has_a_row_for_each_side_and_every_failure_a_reason(tmp_path: Path) -> None:
    done = clips(tmp_path, "anna/2026-11-20/left.mp4", "berta/2026-11-21/links.mp4")
    collected = collect(tmp_path, "study", done, {"anna/bad.mp4": BAD})
    assert (collected.measured, collected.refused) == (2, 0)
    summary = rows(tmp_path / "summary.csv")
    assert tuple(summary[0]) == SUMMARY_COLUMNS
    assert [(row["clip"], row["person"], row["date"], row["side"]) for row in summary] == [
        ("anna/2026-11-20/left.mp4", "anna", "2026-11-20", "left"),
        ("berta/2026-11-21/links.mp4", "berta", "2026-11-21", "left"),
    ]
    trial = trial_for(done[0])
    mean = trial.mean_of("fppa_deg", "left")
    assert mean is not None and mean.ci95 is not None
    assert float(summary[0]["fppa_deg_mean"]) == mean.mean
    assert float(summary[0]["fppa_deg_mean_ci95"]) == mean.ci95
    assert summary[0]["decision"] == trial.verdicts[0].outcome.value
    assert int(summary[0]["reps"]) == len(trial.reps)
    failures = rows(tmp_path / "failures.csv")
    assert tuple(failures[0]) == FAILURE_COLUMNS
    assert [(row["clip"], row["reason"], row["exit_status"]) for row in failures] == [
        ("anna/bad.mp4", "not_readable_as_video", "3")
    ]


def test_a_clip_in_which_nothing_could_be_measured_has_a_row_in_both_tables(tmp_path: Path) -> None:
    from tests.trials import trial_of
    from valgus.simulate import film, repetitions

    clip = clip_at(tmp_path / "nobody.mp4")
    results.save(trial_of(film(repetitions()), seen=False), clip.folder)
    collected = collect(tmp_path, "study", [clip], {})
    assert (collected.measured, collected.refused) == (0, 1)
    (row,) = rows(tmp_path / "summary.csv")
    assert (row["clip"], row["side"], row["reps"], row["fppa_deg_mean"]) == ("nobody.mp4", "", "0", "")
    (failure,) = rows(tmp_path / "failures.csv")
    assert (failure["reason"], failure["exit_status"]) == ("no_person", "4")
    assert failure["what_to_do"].startswith("Film the whole body")


def test_reps_of_all_clips_are_those_of_each_clip_one_after_the_other(tmp_path: Path) -> None:
    done = clips(tmp_path, "b.mp4", "a\nb.mp4", "=1+1.mp4")
    collect_reps([clip.folder for clip in done], tmp_path / "reps.csv")
    single = [pd.read_csv(clip.folder / "reps.csv") for clip in done]
    together = pd.read_csv(tmp_path / "reps.csv")
    pd.testing.assert_frame_equal(together, pd.concat(single, ignore_index=True))
    assert list(dict.fromkeys(together["clip"])) == ["b.mp4", "a\nb.mp4", "'=1+1.mp4"]


def test_a_column_that_only_some_have_is_blank_for_the_others(tmp_path: Path) -> None:
    done = clips(tmp_path, "a.mp4", "b.mp4", "c.mp4")
    path = done[1].folder / "reps.csv"
    table = pd.read_csv(path)
    table.insert(table.columns.get_loc("fppa_deg") + 1, "extra_deg", 1.5)
    table.to_csv(path, index=False, lineterminator="\n")
    collect_reps([clip.folder for clip in done], tmp_path / "reps.csv")
    together = pd.read_csv(tmp_path / "reps.csv")
    names = list(together.columns)
    assert names[names.index("fppa_deg") + 1] == "extra_deg"
    assert list(together.groupby("clip")["extra_deg"].count()) == [0, 5, 0]
    assert together["fppa_deg"].notna().all()


def test_an_empty_folder_gives_tables_without_rows(tmp_path: Path) -> None:
    collect(tmp_path, "study", [], {})
    assert rows(tmp_path / "summary.csv") == rows(tmp_path / "failures.csv") == []
    assert (tmp_path / "index.html").is_file()


def test_parquet_holds_the_same_as_the_table_with_types(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    done = clips(tmp_path, "a\nb.mp4", "7.mp4")
    collect_reps([clip.folder for clip in done], tmp_path / "reps.csv")
    write_parquet(tmp_path / "reps.csv", tmp_path / "reps.parquet")
    table, text = pd.read_parquet(tmp_path / "reps.parquet"), pd.read_csv(tmp_path / "reps.csv")
    assert list(table.columns) == list(text.columns)
    assert list(table["clip"]) == list(text["clip"])
    np.testing.assert_array_equal(table["fppa_deg"], text["fppa_deg"])
    assert table["pelvic_drop_deg"].isna().all() and table["pelvic_drop_deg"].dtype == np.float64
    assert table["person"].isna().all() or set(table["person"]) == set(text["person"])
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_what_a_process_killed_while_writing_tables_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".summary.csv.0123abcd.part").touch()
    (tmp_path / "summary.csv").touch()
    (tmp_path / ".notes.part").touch()
    clear_unfinished_tables(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".notes.part", "summary.csv"]


def test_saved_analyses_are_collected_without_their_clips_and_damaged_ones_are_named(tmp_path: Path) -> None:
    done = clips(tmp_path, "anna/2026-11-20/a.mp4", "b.mp4", "c.mp4", "d.mp4")
    for clip in done:
        clip.path.unlink()
    (done[1].folder / "analysis.json").write_text("{")
    (done[2].folder / "reps.csv").unlink()
    collected = collect_saved(tmp_path)
    assert (collected.measured, collected.failed) == (2, 2)
    assert [row["clip"] for row in rows(tmp_path / "summary.csv")] == ["anna/2026-11-20/a.mp4", "d.mp4"]
    assert {row["clip"] for row in rows(tmp_path / "reps.csv")} == {"a.mp4", "d.mp4"}
    failed = {row["clip"]: row["reason"] for row in rows(tmp_path / "failures.csv")}
    assert failed == {"b.mp4": "not_an_analysis", "c.mp4": "not_an_analysis"}


@pytest.mark.slow
def test_collecting_is_quick_for_thousands_of_clips(tmp_path: Path) -> None:
    """A minute for 10,000 clips is 6 ms each; a tenth of that many may take a tenth of the time."""
    (first,) = clips(tmp_path, "0.mp4")
    done = [first]
    for number in range(1, 500):
        clip = replace(first, folder=tmp_path / f"{number}.mp4.valgus", name=f"{number}.mp4")
        clip.folder.mkdir()
        for name in (results.REPS, results.ANALYSIS):
            shutil.copyfile(first.folder / name, clip.folder / name)
        done.append(clip)
    started_s = time.process_time()
    collect(tmp_path, "study", done, {})
    assert time.process_time() - started_s < 500 * 0.006
    assert len(rows(tmp_path / "reps.csv")) == 500 * 5


# --- the page -----------------------------------------------------------------------------------------------


def entry(clip: str, *, legs: tuple[LegLine, ...] = (LegLine("left: 1.0 deg", "hold"),)) -> PageEntry:
    return PageEntry(clip, f"{clip}.valgus", "Anna <b>", "2026-11-20", legs)


def test_names_do_nothing_on_the_page_and_links_lead_where_they_should() -> None:
    names = [HOSTILE, "a b/ü #1?.mp4", "http:x.mp4", "100%.mp4", "odd\udcff.mp4"]
    page = folder_page(HOSTILE, [entry(name) for name in names], [FailedClip(HOSTILE, BAD)])
    assert "<img" not in page and "<b>" not in page
    assert set(re.findall(r'href="(\./[^"]*)"', page)) == {
        "./%3Cimg%20src%3Dx%20onerror%3D%22alert%281%29%22%3E%0A%3Dcmd.mp4.valgus/report.html",
        "./a%20b/%C3%BC%20%231%3F.mp4.valgus/report.html",
        "./http%3Ax.mp4.valgus/report.html",
        "./100%25.mp4.valgus/report.html",
        "./odd%FF.mp4.valgus/report.html",
    }


def test_the_page_loads_and_runs_nothing() -> None:
    page = folder_page("study", [entry("a.mp4")], [])
    assert "default-src 'none'" in page
    assert "<script" not in page and "http://" not in page and "https://" not in page


def test_a_refused_clip_is_among_those_without_numbers_with_a_way_to_its_page() -> None:
    refused = Failure("no_person", "no person found.", "Film the whole body.", 4)
    page = folder_page("s", [entry("a.mp4"), entry("b.mp4", legs=())], [FailedClip("b.mp4", refused)])
    assert "1 clip measured" in page
    assert "No person found. Film the whole body." in page
    assert page.count("b.mp4.valgus/report.html") == 1


def test_clips_stand_under_person_and_day(tmp_path: Path) -> None:
    known = replace(ORDER, given=Session(person="Änna", from_options=("person",)))
    clip = clip_at(tmp_path / "x.mp4")
    save(clip, known)
    collect(tmp_path, "study", [clip], {})
    assert "Änna, no date" in (tmp_path / "index.html").read_text(encoding="utf-8")
