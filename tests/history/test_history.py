"""One person over time: series, changes, decisions, and folders with mistakes in them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.command import valgus
from tests.history.people import FORTNIGHT, START, clip_of, save_session, season
from tests.trials import trial_of
from valgus import rules
from valgus.errors import NotAnAnalysis, WrongUsage
from valgus.history import read_people, read_person
from valgus.history.index import INDEX
from valgus.model.frontal import Side
from valgus.model.history import History, Series
from valgus.model.judgement import Outcome
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.simulate import film, repetitions

TODAY = date(2026, 11, 21)
BOOK = rules.published()
NO_PAIN = "pain_during = 0\npain_next_morning = 0\n"


def read(folder: Path, **more: object) -> History:
    return read_person(folder, BOOK, today=TODAY, **more)  # type: ignore[arg-type]


def only_series(person: Path) -> Series:
    (series,) = read(person).series
    return series


def outcomes(series: Series) -> list[Outcome]:
    return [visit.decision.outcome for visit in series.visits]


# --- what changed -------------------------------------------------------------------------------------------


def test_better_and_worse_count_only_beyond_measurement_error(tmp_path: Path) -> None:
    series = only_series(season(tmp_path, [14.0, 8.0, 3.0, 24.0]))
    assert series.baseline == series.visits[0]
    marks = [(c.better, c.worse) if (c := visit.change("fppa_deg")) else None for visit in series.visits]
    assert marks == [None, (False, False), (True, False), (False, True)]
    assert series.visits[2].change("fppa_deg").value == pytest.approx(-11.0, abs=0.3)  # type: ignore[union-attr]
    assert series.best == series.visits[2]
    assert series.last.decision.outcome is Outcome.REGRESS


def test_two_good_sessions_in_a_row_with_pain_entered_make_a_progress_candidate(tmp_path: Path) -> None:
    series = only_series(season(tmp_path, [0.0, 0.2, 6.0, 0.1, 0.0], said=NO_PAIN))
    hold, go = Outcome.HOLD, Outcome.PROGRESS
    assert outcomes(series) == [hold, go, hold, hold, go]


def test_pain_entered_the_next_day_changes_the_decision_without_a_new_analysis(tmp_path: Path) -> None:
    season(tmp_path, [0.0, 0.2], said="pain_during = 0\n")
    assert outcomes(only_series(tmp_path)) == [Outcome.HOLD, Outcome.HOLD]
    for folder in tmp_path.glob("2026*"):
        (folder / "session.toml").write_text(NO_PAIN)
    assert outcomes(only_series(tmp_path)) == [Outcome.HOLD, Outcome.PROGRESS]
    (tmp_path / str(START + FORTNIGHT) / "session.toml").write_text(
        "pain_during = 0\npain_next_morning = 6\n"
    )
    assert only_series(tmp_path).last.decision.outcome is Outcome.REGRESS


def test_pain_given_by_option_outlasts_the_file(tmp_path: Path) -> None:
    given = Session(pain_during=7.0, from_options=("pain_during",))
    save_session(tmp_path, START, clip_of(0.0), said=NO_PAIN, session=given)
    assert only_series(tmp_path).last.session.pain_during == 7.0


def test_a_renamed_person_is_called_by_the_new_name_with_and_without_a_session_file(tmp_path: Path) -> None:
    by_folder = Session(person="anna", person_from="folder name", date=START, date_from="folder name")
    renamed = tmp_path / "Anna Huber"
    save_session(renamed, START, clip_of(4.0), said=NO_PAIN, session=by_folder)
    save_session(renamed, START + FORTNIGHT, clip_of(4.0), session=by_folder)
    history = read(renamed)
    assert history.person == "Anna Huber"
    assert [visit.date for visit in history.series[0].visits] == [START, START + FORTNIGHT]


def test_a_name_from_a_session_file_outlasts_a_copy_without_the_file(tmp_path: Path) -> None:
    said = Session(person="Anna", person_from="session.toml", date=START, date_from="folder name")
    save_session(tmp_path / "results", START, clip_of(4.0), session=said)
    assert read(tmp_path / "results").person == "Anna"


def test_what_folders_once_said_is_kept_where_none_says_anything_now(tmp_path: Path) -> None:
    by_folder = Session(person="anna", person_from="folder name", date=START, date_from="folder name")
    save_session(tmp_path, "desk", clip_of(4.0), said="pain_during = 1\n", session=by_folder)
    history = read(tmp_path)
    assert (history.person, history.series[0].last.date) == ("anna", START)


def test_another_depth_is_compared_at_the_deepest_that_both_reach(tmp_path: Path) -> None:
    save_session(tmp_path, START, clip_of(16.0, flexion_deg=70.0))
    save_session(tmp_path, START + FORTNIGHT, clip_of(10.0, flexion_deg=52.0))
    change = only_series(tmp_path).last.change("fppa_deg")
    assert change is not None
    assert change.at_depth_pct is not None
    assert 8 <= change.at_depth_pct <= 11
    assert change.baseline < 13, "the deep set is read where the shallow one ends"
    lowest_only = clip_of(16.0, flexion_deg=70.0).mean_of("fppa_deg", "left")
    assert lowest_only is not None and lowest_only.mean > 15


def test_several_clips_of_a_day_are_one_session_with_the_worst_pain(tmp_path: Path) -> None:
    for k, pain in enumerate((1.0, 4.0)):
        trial = clip_of(2.0 * k)
        named = replace(trial, clip=replace(trial.clip, name=f"set {k}.mp4"))
        given = Session(pain_during=pain, set=k, from_options=("pain_during",))
        save_session(tmp_path, START, named, session=given)
    (visit,) = only_series(tmp_path).visits
    assert len(visit.clips) == 2
    assert visit.facts.valid == 10
    assert visit.session.pain_during == 4.0
    assert visit.mean("fppa_deg").mean == pytest.approx(1.0, abs=0.2)  # type: ignore[union-attr]


def test_tasks_sides_and_set_ups_are_never_mixed(tmp_path: Path) -> None:
    save_session(tmp_path, START, clip_of(5.0), said="step_height_cm = 10\n")
    save_session(tmp_path, START, clip_of(5.0, side=Side.RIGHT), said="step_height_cm = 10\n")
    save_session(tmp_path, START + FORTNIGHT, clip_of(5.0), said="step_height_cm = 15\n")
    save_session(tmp_path, START + FORTNIGHT, clip_of(6.0, side=Side.RIGHT, task="single-leg-squat"))
    history = read(tmp_path)
    assert {(s.setup.task, s.setup.side, s.setup.step_height_cm) for s in history.series} == {
        ("step-down", "left", 10.0),
        ("step-down", "right", 10.0),
        ("step-down", "left", 15.0),
        ("single-leg-squat", "right", 15.0),
    }
    assert all(len(series.visits) == 1 for series in history.series)


def test_legs_of_the_same_day_are_compared(tmp_path: Path) -> None:
    for side, mean in ((Side.LEFT, 20.0), (Side.RIGHT, 2.0)):
        save_session(tmp_path, START, clip_of(mean, side=side))
    found = [one for one in read(tmp_path).between_legs if one.difference.measure == "fppa_deg"]
    assert [(one.date, one.difference.real) for one in found] == [(START, True)]


def test_another_day_can_be_the_baseline(tmp_path: Path) -> None:
    season(tmp_path, [20.0, 10.0, 0.0])
    second = START + FORTNIGHT
    (series,) = read(tmp_path, baseline=second).series
    assert series.baseline is not None and series.baseline.date == second
    assert series.visits[0].changes == ()
    assert series.last.change("fppa_deg").value == pytest.approx(-10.0, abs=0.3)  # type: ignore[union-attr]
    with pytest.raises(WrongUsage, match="no session on 2020-01-01"):
        read(tmp_path, baseline=date(2020, 1, 1))


def test_own_rules_judge_all_sessions_anew(tmp_path: Path) -> None:
    season(tmp_path / "p", [9.0])
    own = tmp_path / "own.toml"
    own.write_text('[[band]]\ncode = "fppa"\ntask = "step-down"\namber = 5.0\nred = 8.0\nsource = "here"\n')
    strict = read_person(tmp_path / "p", rules.with_own(own), today=TODAY)
    assert read(tmp_path / "p").series[0].last.facts.green == 5
    assert strict.series[0].last.facts.red == 5
    assert strict.series[0].last.decision.outcome is Outcome.REGRESS


# --- folders as they are ------------------------------------------------------------------------------------


def test_where_the_days_are_from_is_said(tmp_path: Path) -> None:
    save_session(tmp_path, "2026-02-02 morning", clip_of(0.0))
    save_session(tmp_path, "some folder", clip_of(1.0), said="date = 2026-03-03\n")
    trial = clip_of(2.0)
    filmed = Session(date=date(2026, 4, 4), date_from="recording time")
    save_session(tmp_path, "another", trial, session=filmed)
    history = read(tmp_path)
    assert history.dates_from == ("folder name", "recording time", "session.toml")
    days = [visit.date for visit in history.series[0].visits]
    assert days == [date(2026, 2, 2), date(2026, 3, 3), date(2026, 4, 4)]


def test_sessions_without_a_day_or_from_the_future_are_named_and_left_out(tmp_path: Path) -> None:
    season(tmp_path, [0.0])
    save_session(tmp_path, "no day", clip_of(1.0))
    save_session(tmp_path, "2031-01-01", clip_of(1.0))
    history = read(tmp_path)
    assert len(history.series[0].visits) == 1
    said = {problem.where: problem.says for problem in history.problems}
    assert "has no date" in said["no day/left.mp4.valgus"]
    assert "2031-01-01, in the future (folder name)" in said["2031-01-01/left.mp4.valgus"]


def test_damaged_and_foreign_results_are_named_and_the_rest_is_shown(tmp_path: Path) -> None:
    season(tmp_path, [0.0, 0.1, 0.2, 0.3, 0.4])
    day = [tmp_path / str(START + k * FORTNIGHT) / "left.mp4.valgus" / "analysis.json" for k in range(5)]
    day[0].write_text("{half of")
    day[1].write_text(json.dumps(json.loads(day[1].read_text()) | {"schema_version": 99}))
    day[2].unlink()
    day[3].write_text(json.dumps({**json.loads(day[3].read_text()), "reps": 3}))
    history = read(tmp_path)
    assert [visit.date for visit in history.series[0].visits] == [START + 4 * FORTNIGHT]
    said = " ".join(problem.says for problem in history.problems)
    for words in (
        "is damaged.",
        "has version 99, this program reads 1",
        "no analysis.json",
        "damaged at reps",
    ):
        assert words in said


def test_results_of_the_first_release_are_read(tmp_path: Path) -> None:
    target = save_session(tmp_path, START, clip_of(3.0)) / "analysis.json"
    document = json.loads(target.read_text())
    for newer in ("session", "profiles", "verdicts", "items", "differences"):
        del document[newer]
    del document["clip"]["recorded_at"], document["provenance"]["rules"]
    target.write_text(json.dumps(document))
    assert only_series(tmp_path).last.facts.valid == 5


def test_a_mistake_in_a_session_file_is_named_with_its_line_and_the_rest_is_shown(tmp_path: Path) -> None:
    season(tmp_path, [0.0, 0.1])
    (tmp_path / str(START) / "session.toml").write_text("pain_durring = 1\n")
    history = read(tmp_path)
    assert [visit.date for visit in history.series[0].visits] == [START + FORTNIGHT]
    (problem,) = history.problems
    assert "line 1: unknown key 'pain_durring'" in problem.says


def test_two_peoples_sessions_in_one_folder_are_refused_until_one_is_chosen(tmp_path: Path) -> None:
    season(tmp_path / "Anna", [0.0, 0.1])
    season(tmp_path / "Björn", [9.0])
    with pytest.raises(WrongUsage) as wrong:
        read(tmp_path)
    assert "several people: Anna (2), Björn (1)" in str(wrong.value)
    assert len(read(tmp_path, person="Anna").series[0].visits) == 2
    with pytest.raises(WrongUsage, match="nobody is called 'Zoe'"):
        read(tmp_path, person="Zoe")
    assert [one.person for one in read_people(tmp_path, BOOK, today=TODAY)] == ["Anna", "Björn"]


def test_an_empty_or_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotAnAnalysis, match=r"no saved analysis in this folder\. Analyse the clips first"):
        read(tmp_path)
    with pytest.raises(NotAnAnalysis, match="no such folder"):
        read(tmp_path / "nowhere")


def test_a_clip_that_cannot_be_judged_is_shown_and_is_no_baseline(tmp_path: Path) -> None:
    two = trial_of(
        film(repetitions(peak_fppa_deg=(5.0, 5.0))),
        Settings(task="step-down", side=Side.LEFT),
        name="left.mp4",
    )
    save_session(tmp_path, START, two)
    save_session(tmp_path, START + FORTNIGHT, clip_of(5.0))
    series = only_series(tmp_path)
    assert series.visits[0].decision.outcome is Outcome.CANNOT_JUDGE
    assert series.baseline == series.visits[1]


# --- the index ----------------------------------------------------------------------------------------------


def test_the_index_may_be_deleted_damaged_or_forbidden(tmp_path: Path) -> None:
    season(tmp_path, [5.0, 6.0])
    first = read(tmp_path)
    index = tmp_path / INDEX
    with closing(sqlite3.connect(index)) as database:
        assert database.execute("SELECT count(*) FROM analysis").fetchone() == (2,)
    index.unlink()
    assert read(tmp_path) == first
    index.write_bytes(b"no database at all" * 100)
    assert read(tmp_path) == first
    index.unlink(missing_ok=True)
    index.mkdir()
    assert read(tmp_path) == first


def test_what_has_changed_or_gone_since_is_noticed(tmp_path: Path) -> None:
    season(tmp_path, [5.0, 6.0])
    read(tmp_path)
    save_session(tmp_path, START, clip_of(15.0))
    assert only_series(tmp_path).visits[0].mean("fppa_deg").mean == pytest.approx(15.0, abs=0.2)  # type: ignore[union-attr]
    shutil.rmtree(tmp_path / str(START))
    assert len(only_series(tmp_path).visits) == 1
    with closing(sqlite3.connect(tmp_path / INDEX)) as database:
        rows = database.execute("SELECT folder FROM analysis").fetchall()
    assert rows == [(f"{START + FORTNIGHT}/left.mp4.valgus",)]


READING_AGAIN_AND_AGAIN = """
import datetime, pathlib, sys
from valgus.history import read_person
from valgus.rules import published

person = pathlib.Path(sys.argv[1])
for k in range(8):
    if k % 3 == 2:
        (person / ".valgus-index.sqlite3").unlink(missing_ok=True)
    history = read_person(person, published(), today=datetime.date(2026, 11, 21))
    assert len(history.series[0].visits) == 12, len(history.series[0].visits)
"""


@pytest.mark.slow
def test_two_processes_may_write_the_index_at_once(tmp_path: Path) -> None:
    season(tmp_path, [float(k) for k in range(12)])
    both = [
        subprocess.Popen(
            [sys.executable, "-c", READING_AGAIN_AND_AGAIN, str(tmp_path)], stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said


def test_links_in_circles_are_not_followed(tmp_path: Path) -> None:
    season(tmp_path, [5.0])
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert len(only_series(tmp_path).visits) == 1


def _cpu_s(
    run: Callable[[], subprocess.CompletedProcess[str]],
) -> tuple[float, subprocess.CompletedProcess[str]]:
    """Return CPU seconds of one process alone, and what it was: what else runs here is not to decide."""
    before = os.times()
    ran = run()
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system, ran


@pytest.mark.slow
def test_two_hundred_sessions_cost_no_more_than_loading_the_program_three_times(tmp_path: Path) -> None:
    """A second or so on a usual machine; held against a yardstick, because machines differ."""

    source = save_session(tmp_path / "source", START, clip_of(4.0))
    person = tmp_path / "person"
    for k in range(200):
        day = date(2020, 1, 1) + k * FORTNIGHT / 2
        shutil.copytree(source, person / str(day) / source.name)
    loads = "import pandas, matplotlib.pyplot, scipy.special, pydantic, rich.console"
    yardstick, shown = [], []
    for _ in range(3):
        yardstick.append(
            _cpu_s(lambda: subprocess.run([sys.executable, "-c", loads], check=True, text=True))[0]
        )
        seconds, ran = _cpu_s(lambda: valgus("progress", person))
        shown.append(seconds)
    assert "200 days with sessions" in ran.stdout
    assert min(shown) < 3 * min(yardstick)


# --- the page of one session ------------------------------------------------------------------------------


def page_of(folder: Path, *options: object) -> str:
    ran = valgus("report", folder, *options)
    assert ran.returncode == 0, ran.stderr
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_page_of_the_latest_session_says_what_all_sessions_lead_to(tmp_path: Path) -> None:
    person = season(tmp_path / "anna", [0.0, 0.2], said=NO_PAIN)
    earlier, latest = sorted(person.glob("*/*.valgus"))
    assert "Over time" in (page := page_of(latest))
    assert "Left leg: ready for more (progress candidate)" in page
    assert "within measurement error" in page
    assert "Left leg: stay (hold)" in (page := page_of(earlier))
    assert "Over time" in page


@pytest.mark.slow
def test_the_first_session_and_one_outside_a_persons_folder_have_no_trend(tmp_path: Path) -> None:
    (only,) = season(tmp_path / "anna", [0.0]).glob("*/*.valgus")
    assert "Over time" not in page_of(only)
    loose = only.rename(tmp_path / "left.mp4.valgus")
    assert "Over time" not in page_of(loose)


@pytest.mark.slow
def test_the_persons_folder_may_be_given_and_has_to_be_one(tmp_path: Path) -> None:
    person = season(tmp_path / "anna", [14.0, 3.0], said='person = "Anna"\n')
    loose = min(person.glob("*/*.valgus")).rename(tmp_path / "left.mp4.valgus")
    season(tmp_path / "anna", [14.0, 3.0], said='person = "Anna"\n')
    assert "better, beyond measurement error" in page_of(loose, "--history", person, "--language", "en")
    assert "besser, über den Messfehler hinaus" in page_of(loose, "--history", person, "--language", "de")
    ran = valgus("report", loose, "--history", tmp_path / "nobody")
    assert ran.returncode == 3
    assert "there is no such folder" in ran.stderr
