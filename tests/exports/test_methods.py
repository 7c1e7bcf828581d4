"""What was done, for a paper."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import valgus
from tests.trials import trial_of
from valgus.exports.methods import methods_text
from valgus.model.settings import Settings
from valgus.model.trial_parts import LandmarkSource
from valgus.simulate import View, film, repetitions

TRIAL = trial_of(film(repetitions()), Settings(task="step-down", sex="f"))


def test_every_step_threshold_and_version_is_in_the_paragraph() -> None:
    text = methods_text(TRIAL)
    flowing = " ".join(text.split())
    for step in TRIAL.task.methods:
        assert step in flowing
    for band in TRIAL.task.bands:
        assert band.source in text
    assert "5 of 5 repetitions were valid" in flowing
    assert "Pelvic drop was not measured." in flowing
    assert TRIAL.provenance.model_sha256 in text
    assert all(rule in text for rule in TRIAL.provenance.rules)
    assert max(map(len, text.split("\n\n")[0].splitlines())) <= 100


def test_stickers_and_other_landmarks_are_said() -> None:
    worn = trial_of(film(repetitions(), View(stickers=True)), Settings(task="step-down"))
    assert "Pelvic drop was measured from" in methods_text(worn)
    made = replace(TRIAL.provenance, model="TRC in pixels", source=LandmarkSource.OTHER_TOOL)
    flowing = " ".join(methods_text(replace(TRIAL, provenance=made)).split())
    assert "Landmarks were taken from TRC in pixels." in flowing
    assert "it has no interval" in flowing


def test_the_citation_names_this_version() -> None:
    citation = (Path(__file__).parents[2] / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"^version: {re.escape(valgus.__version__)}$", citation, re.MULTILINE)


def test_every_study_that_a_threshold_rests_on_can_be_found() -> None:
    references = methods_text(TRIAL).split("References:\n")[1].split("\n\n")[0]
    assert "Park J" in references and "doi:10.1123/jsr.2024-0182" in references
    assert "Silbernagel" not in references, "no threshold of a projection angle rests on it"
