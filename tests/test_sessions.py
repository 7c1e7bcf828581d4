"""What a person says about a session: session.toml, options, folder names, the recording."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.exports.sessions import STEP_DOWN
from valgus.errors import WrongUsage
from valgus.model.frontal import Side
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.sessions import SessionFile, dated, day_in, session_of

SAID = """\
person = "Änna"
date = 2026-11-21
task = "step-down"
sex = "f"
pain_during = 1
step_height_cm = 15
notes = "new shoes"

[strength]
hip_abduction_left = "23 kg"

[clip."right leg.mp4"]
side = "right"
pain_during = 3.5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "Anna" / "2026-10-01 test"
    place.mkdir(parents=True)
    return place


def said(text: str, folder: Path) -> SessionFile:
    (folder / "session.toml").write_text(text, encoding="utf-8")
    return SessionFile.beside(folder)


def test_what_stands_in_the_file_counts_for_every_clip_and_single_clips_may_differ(folder: Path) -> None:
    file = said(SAID, folder)
    left, right = file.session("left leg.mp4"), file.session("right leg.mp4")
    assert (left.person, left.date, left.date_from) == ("Änna", date(2026, 11, 21), "session.toml")
    assert (left.pain_during, right.pain_during) == (1.0, 3.5)
    assert left.strength == (("hip_abduction_left", "23 kg"),)
    assert file.settings("right leg.mp4", Settings()).side is Side.RIGHT
    assert file.settings("left leg.mp4", Settings()).task == "step-down"
    assert file.settings("left leg.mp4", Settings()).sex == "f"


def test_options_go_before_the_file(folder: Path) -> None:
    file = said(SAID, folder)
    given = Session(pain_during=0.0, date=date(2026, 1, 2), from_options=("date", "pain_during"))
    session = session_of(folder / "left leg.mp4", given)
    assert (session.pain_during, session.step_height_cm) == (0.0, 15.0)
    assert (session.date, session.date_from) == (date(2026, 1, 2), "option")
    settings = file.settings("right leg.mp4", Settings(task="single-leg-squat", side=Side.LEFT, sex="m"))
    assert (settings.task, settings.side, settings.sex) == ("single-leg-squat", Side.LEFT, "m")


def test_without_a_file_day_and_person_come_from_the_folders(folder: Path) -> None:
    session = session_of(folder / "clip.mp4", Session())
    assert (session.date, session.date_from) == (date(2026, 10, 1), "folder name")
    assert session.person == "Anna"


def test_a_clip_named_from_within_its_folder_has_the_same_day(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    session = session_of(Path("clip.mp4"), Session())
    assert (session.date, session.person) == (date(2026, 10, 1), "Anna")


def test_the_recording_is_asked_last() -> None:
    clip = replace(STEP_DOWN.clip, recorded_at="2026-09-09T10:00:00+00:00")
    assert dated(Session(), clip) == Session(date=date(2026, 9, 9), date_from="recording time")
    known = Session(date=date(2026, 1, 1), date_from="folder name")
    assert dated(known, clip) == known
    assert dated(Session(), STEP_DOWN.clip).date is None


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-21_left", date(2026, 11, 21)),
        ("21.11.2026", date(2026, 11, 21)),
        ("1.3.2026 links", date(2026, 3, 1)),
        ("21.13.2026", None),
        ("21.11.20261", None),
        ("21.11.26", None),
        ("2026-13-21", None),
        ("2026-11-211", None),
        ("x2026-11-21", None),
        ("clips", None),
    ],
)
def test_a_day_is_read_from_the_beginning_of_a_folders_name(name: str, day: date | None) -> None:
    assert day_in(name) == day


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("pain_during", "pain_durring", "line 5: unknown key 'pain_durring'. Did you mean pain_during?"),
        ("during = 1", "during = 11", "line 5: pain_during: it should be less than or equal to 10"),
        ("pain_during = 3.5", "pain_during = -1", "line 14: pain_during: it should be greater than"),
        ("date = 2026-11-21", 'date = "yesterday"', "line 2: date: write a day as 2026-11-21"),
        ("date = 2026-11-21", "date = 2026-11-", "line 2"),
        ('sex = "f"', 'sex = "x"', "line 4: sex: it should be 'f' or 'm'"),
        ('task = "step-down"', 'task = "stepdown"', "line 3: task: it should be"),
    ],
)
def test_a_mistake_is_named_with_line_and_key(old: str, new: str, says: str, folder: Path) -> None:
    with pytest.raises(WrongUsage) as wrong:
        said(SAID.replace(old, new, 1), folder)
    assert says in str(wrong.value)
    assert str(wrong.value).startswith("session.toml")


def test_a_slip_in_the_name_of_a_clip_is_noticed(folder: Path) -> None:
    (folder / "right leg.mp4").touch()
    said(SAID, folder).check_clips(folder)
    slip = said(SAID.replace("right leg.mp4", "rigth leg.mp4"), folder)
    with pytest.raises(WrongUsage, match=r"line 12: .*'rigth leg.mp4'.* Did you mean right leg.mp4\?"):
        slip.check_clips(folder)


def test_a_clip_that_is_gone_may_still_be_spoken_of(folder: Path) -> None:
    (folder / "left leg.mp4").touch()
    (folder / "front.mp4").touch()
    said(f"{SAID}\n[clip.'left leg.mp4']\nside = 'left'", folder).check_clips(folder)


def test_what_is_about_one_clip_has_to_be_a_table(folder: Path) -> None:
    with pytest.raises(WrongUsage, match=r"line 2: write what is about one clip under \[clip"):
        said('person = "A"\nclip = 3\n', folder)
