"""A clip in a person's folder with a session.toml beside it, from the video to the plan."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.command import valgus
from tests.e2e.clips import SAMPLES
from tests.e2e.folders import QUICK

pytestmark = pytest.mark.slow


def test_what_stands_beside_a_clip_is_in_its_results_and_pain_may_come_later(tmp_path: Path) -> None:
    day = tmp_path / "Änna Groß" / "2026-11-20"
    day.mkdir(parents=True)
    shutil.copy(SAMPLES / "single_leg_squat.mp4", day / "rechts.mp4")
    said = 'task = "single-leg-squat"\nsex = "f"\npain_during = 1\nload_kg = 5\n'
    (day / "session.toml").write_text(said)
    ran = valgus("analyze", *QUICK, "rechts.mp4", "--notes", "neue Schuhe", cwd=day)
    assert ran.returncode == 0, ran.stderr
    reps = pd.read_csv(day / "rechts.mp4.valgus" / "reps.csv")
    assert set(reps["person"]) == {"Änna Groß"}
    assert set(reps["date"]) == {"2026-11-20"}
    saved = json.loads((day / "rechts.mp4.valgus" / "analysis.json").read_text(encoding="utf-8"))
    assert saved["session"]["notes"] == "neue Schuhe"
    assert saved["session"]["date_from"] == "folder name"
    assert saved["provenance"]["settings"]["sex"] == "f"
    assert saved["task"]["origin"] == "given"
    assert saved["verdicts"] and saved["items"]
    before = valgus("progress", "--json", tmp_path / "Änna Groß")
    (day / "session.toml").write_text(said + "pain_next_morning = 8\n")
    after = valgus("progress", "--json", tmp_path / "Änna Groß")
    first, second = (json.loads(shown.stdout)["series"][0]["visits"][0] for shown in (before, after))
    assert "pain_not_settled" not in first["reasons"]
    assert second["decision"] == "regress candidate"
    assert "No plan" in valgus("plan", tmp_path / "Änna Groß").stdout


def test_a_mistake_in_the_session_file_stops_before_the_video_is_opened(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "single_leg_squat.mp4", tmp_path / "clip.mp4")
    (tmp_path / "session.toml").write_text("pain = 3\n")
    ran = valgus("analyze", *QUICK, tmp_path / "clip.mp4")
    assert ran.returncode == 2
    assert "session.toml, line 1: unknown key 'pain'." in ran.stderr
    assert not (tmp_path / "clip.mp4.valgus").exists()
