"""The language of the report as a person chooses it; what is saved besides stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import valgus
from tests.exports.sessions import STEP_DOWN
from valgus import results
from valgus.cli.options import LANGUAGES
from valgus.exports.language import language_codes


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "clip.mp4.valgus"
    results.save(STEP_DOWN, folder)
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "report.html"}


def test_a_saved_analysis_is_told_in_german_and_not_changed(saved: Path) -> None:
    before = bytes_of(saved)
    ran = valgus("report", "--language", "de", saved)
    assert ran.returncode == 0, ran.stderr
    german = (saved / "report.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in german
    assert "Was das für das Training bedeutet" in german
    assert "Das Video liegt nicht mehr neben seinen Ergebnissen." in german
    assert bytes_of(saved) == before


@pytest.mark.slow
def test_the_environment_may_choose_and_the_option_goes_before_it(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VALGUS_LANGUAGE", "de")
    assert valgus("report", saved).returncode == 0
    assert '<html lang="de">' in (saved / "report.html").read_text(encoding="utf-8")
    assert valgus("report", "--language", "en", saved).returncode == 0
    assert '<html lang="en">' in (saved / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["analyze", "report"])
def test_an_unknown_language_is_refused_before_anything_is_done(command: str, tmp_path: Path) -> None:
    ran = valgus(command, "--language", "fr", tmp_path / "nothing.mp4")
    assert ran.returncode == 2
    assert ran.stderr.strip() == "There is no language 'fr'. Choose one of en, de."


@pytest.mark.parametrize("command", ["analyze", "report"])
def test_help_names_the_languages_that_there_are(command: str) -> None:
    assert f"--language {LANGUAGES}" in valgus(command, "--help").stdout
    assert LANGUAGES.split("|") == list(language_codes())
