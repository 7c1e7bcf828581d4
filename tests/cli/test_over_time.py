"""progress, plan, bands and repeatability as a person runs them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.command import valgus
from tests.history.people import FORTNIGHT, START, clip_of, save_session, season
from valgus.model.frontal import Side
from valgus.oneclip import without_names

SAID = 'person = "Änna Groß"\nstep_height_cm = 15\npain_during = 1\npain_next_morning = 0\n'


@pytest.fixture
def person(tmp_path: Path) -> Path:
    """Four sessions of both legs, the left one getting better, in a folder with spaces and umlauts."""
    folder = tmp_path / "Änna Groß"
    season(folder, [17.0, 13.0, 5.0, 0.0], said=SAID)
    season(folder, [1.0, 0.0, 1.0, 0.0], said=SAID, side=Side.RIGHT)
    return folder


@pytest.mark.slow
def test_progress_prints_the_trend_and_writes_picture_and_tables(person: Path) -> None:
    shown = valgus("progress", person)
    assert shown.returncode == 0, shown.stderr
    text = " ".join(shown.stdout.split())
    assert "Änna Groß: 4 days with sessions. Dates from: folder name." in text
    for says in (
        "left leg, lateral step-down, 15 cm step",
        "base",
        "-4.0 ~",
        "better",
        "regress",
        "progress",
    ):
        assert says in text
    assert "8.9 deg, borrowed: Munro 2012" in text
    assert "Right leg, for training: ready for more (progress candidate). Every condition is met." in text
    assert max(map(len, shown.stdout.splitlines()[:-1])) <= 80
    table = pd.read_csv(person / "progress.csv")
    assert list(table["side"]) == ["left"] * 4 + ["right"] * 4
    assert table["fppa_deg_mean"].notna().all() and table["fppa_deg_mean_ci95"].notna().all()
    assert list(table["decision"])[-2:] == ["progress candidate", "progress candidate"]
    document = json.loads((person / "progress.json").read_text(encoding="utf-8"))
    assert document["person"] == "Änna Groß"
    assert [one["baseline"] for one in document["series"]] == [START.isoformat()] * 2
    with Image.open(person / "progress.png") as picture:
        assert picture.width >= 1200


def test_progress_as_json_is_one_document_and_leaves_no_files(person: Path) -> None:
    shown = valgus("progress", "--json", person)
    assert len(json.loads(shown.stdout)["series"]) == 2
    assert not list(person.glob("progress.*"))


def test_a_session_without_step_height_is_said_to_be_kept_apart(tmp_path: Path) -> None:
    for k, said in enumerate(("step_height_cm = 15\n", "")):
        save_session(tmp_path, START + k * FORTNIGHT, clip_of(3.0), said=said)
    text = " ".join(valgus("progress", tmp_path).stdout.split())
    assert "Kept apart: no step height was entered for 2026-01-19, 15 cm for other days." in text
    assert "write step_height_cm = 15 into session.toml of those days" in text


def test_sessions_measured_by_other_pose_models_are_said_to_be_kept_apart(tmp_path: Path) -> None:
    for k, model in enumerate(("full", "lite")):
        by_model = replace(clip_of(3.0), provenance=replace(clip_of(3.0).provenance, model=model))
        save_session(tmp_path, START + k * FORTNIGHT, by_model)
    text = " ".join(valgus("progress", tmp_path).stdout.split())
    assert "do not measure alike: pose model full on 2026-01-05; lite on 2026-01-19." in text


def test_clips_without_results_are_named(tmp_path: Path) -> None:
    saved = save_session(tmp_path, START, clip_of(3.0))
    saved.with_suffix("").touch()
    (saved.parent / "later.mp4").touch()
    assert "Without results: 2026-01-05/later.mp4." in valgus("progress", tmp_path).stdout


def test_a_landing_without_stickers_shows_its_angle_and_why_no_change_is_told(tmp_path: Path) -> None:
    for day in (START, START + FORTNIGHT):
        save_session(tmp_path, day, clip_of(8.0, task="landing"))
    text = " ".join(valgus("progress", tmp_path).stdout.split())
    assert "No change can be told: in this task it is told from stickers on the hip bones" in text
    assert "No baseline yet" not in text
    assert re.search(r"2026-01-05 \d/5 -?\d+\.\d ± \d+\.\d base", text)


@pytest.mark.slow
def test_progress_writes_the_same_bytes_again(person: Path) -> None:
    names = ("progress.png", "progress.svg", "progress.csv", "progress.json")
    valgus("progress", "--svg", person)
    first = [(person / name).read_bytes() for name in names]
    valgus("progress", "--svg", person)
    assert [(person / name).read_bytes() for name in names] == first


def test_mistakes_are_named_without_a_traceback(person: Path, tmp_path: Path) -> None:
    season(tmp_path / "Björn", [3.0])
    for arguments, status, says in (
        ([tmp_path], 2, "several people: Björn (1), Änna Groß (8)"),
        ([tmp_path / "nobody"], 3, "no such folder"),
        (["--baseline", "2020-01-01", person], 2, "no session on 2020-01-01"),
        (["--rules", tmp_path / "none.toml", person], 2, "cannot be read"),
    ):
        shown = valgus("progress", *arguments)
        assert shown.returncode == status
        assert says in shown.stderr
        assert "Traceback" not in shown.stderr


@pytest.mark.slow
def test_damaged_results_are_named_in_the_output(person: Path) -> None:
    (person / START.isoformat() / "left.mp4.valgus" / "analysis.json").write_text("{")
    text = " ".join(valgus("progress", person).stdout.split())
    assert (
        f"Left out: {START.isoformat()}/left.mp4.valgus: left.mp4.valgus: analysis.json is damaged." in text
    )


def test_the_plan_is_printed_and_written(person: Path) -> None:
    shown = valgus("plan", person)
    assert shown.returncode == 0, shown.stderr
    written = (person / "plan.md").read_text(encoding="utf-8")
    assert written in shown.stdout
    assert "sets of" in written
    assert "5 valid reps of the left leg and 5 valid reps of the right leg" in written


def test_the_plan_of_one_clip(person: Path, tmp_path: Path) -> None:
    shown = valgus("plan", person / START.isoformat() / "left.mp4.valgus", "--out", tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "lateral step-down in front of a mirror" in (tmp_path / "plan.md").read_text(encoding="utf-8")


def test_pain_of_the_next_morning_counts_in_plan_and_page_of_one_clip(tmp_path: Path) -> None:
    saved = save_session(tmp_path / "Eva", START, clip_of(1.0))
    assert "Stay where you are" in valgus("plan", saved).stdout
    (saved.parent / "session.toml").write_text("pain_during = 2\npain_next_morning = 8\nnotes = 'sore'\n")
    assert "**No plan.** Pain was too high" in valgus("plan", saved).stdout
    assert valgus("report", saved).returncode == 0
    page = (saved / "report.html").read_text(encoding="utf-8")
    for says in ("2 during, 8 next morning", "Pain was too high", "step back", "<dd>Eva</dd>", "sore"):
        assert says in page


def test_the_clip_may_be_named_in_place_of_its_results(tmp_path: Path) -> None:
    saved = save_session(tmp_path / "Eva", START, clip_of(1.0))
    clip = saved.with_suffix("")
    clip.touch()
    assert valgus("plan", clip).returncode == 0
    assert valgus("report", clip).returncode == 0
    assert {"plan.md", "report.html"} <= {path.name for path in saved.iterdir()}
    shown = valgus("progress", clip)
    assert (shown.returncode, "is a file, not a folder." in shown.stderr) == (3, True)


def test_the_page_of_an_anonymous_analysis_goes_on_naming_nobody(tmp_path: Path) -> None:
    saved = save_session(tmp_path / "Evangelina", START, without_names(clip_of(1.0)))
    (saved.parent / "session.toml").write_text("pain_during = 7\nnotes = 'the neighbour'\n")
    assert valgus("report", saved).returncode == 0
    page = (saved / "report.html").read_text(encoding="utf-8")
    assert "7 during" in page
    assert "Evangelina" not in page and "neighbour" not in page


def test_a_plan_from_a_task_that_was_never_filmed_says_which_there_are(person: Path) -> None:
    shown = valgus("plan", "--task", "landing", person)
    assert shown.returncode == 2
    assert "There is: step-down." in shown.stderr


def test_pain_withholds_the_plan(person: Path) -> None:
    last = person / (START + 3 * FORTNIGHT).isoformat() / "session.toml"
    last.write_text(SAID.replace("pain_during = 1", "pain_during = 7"), encoding="utf-8")
    text = valgus("plan", person).stdout
    assert "No plan" in text and "sets of" not in text


def test_bands_prints_every_threshold_with_its_source() -> None:
    text = valgus("bands").stdout
    joined = " ".join(text.split())
    sources = ("Park 2024", "Munro 2012", "Herrington & Munro 2010", "Weeks 2015", "Silbernagel 2007", "Piva")
    assert [source for source in sources if source not in joined] == []
    assert max(map(len, text.splitlines())) <= 100
    assert "hip hike on a step: 3 x 15-20 on each side" in joined
    assert "not tested in trials as a ladder" in joined
    only = valgus("bands", "--task", "landing").stdout
    assert "fppa_asis, landing, women" in only
    assert "fppa, step-down" not in only


def test_bands_shows_own_entries_and_is_there_for_programs(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[limit]]\ncode = "pain_safe"\nvalue = 1\nsource = "our clinic"\n')
    assert "pain_safe = 1 of 10" in valgus("bands", "--rules", own).stdout
    document = json.loads(valgus("bands", "--json").stdout)
    assert {limit["code"]: limit["value"] for limit in document["limits"]}["pain_safe"] == 2


@pytest.mark.slow
def test_repeatability_prints_its_figures_and_writes_rules_that_progress_takes(tmp_path: Path) -> None:
    offs = (0.5, -0.5, 1.0, -1.0, 0.0, 1.5)
    for k, off in enumerate(offs):
        name = tmp_path / "study" / f"P{k}"
        save_session(name, date(2026, 5, 1), clip_of(4.0 * (k % 3)))
        save_session(name, date(2026, 5, 8), clip_of(4.0 * (k % 3) + off))
    shown = valgus("repeatability", tmp_path / "study")
    assert shown.returncode == 0, shown.stderr
    assert "fppa_deg, step-down: SEM 0." in shown.stdout
    assert "from 6 people, 6 legs, 12 sessions" in shown.stdout
    assert "few sessions: the figure itself is uncertain" in shown.stdout
    own = tmp_path / "study" / "repeatability.toml"
    text = valgus("progress", "--rules", own, tmp_path / "study" / "P5").stdout
    assert "own: measured at this site" in " ".join(text.split())
