"""From rendered people on video to the decision: green, borderline, red, tiring, better or not."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.command import valgus
from tests.e2e.clips import LONG
from valgus import rules
from valgus.history import read_person
from valgus.model.history import Series
from valgus.model.judgement import Outcome
from valgus.phantom import Body, Look, Recipe, RepTarget, Side, Task, render_cached

pytestmark = pytest.mark.slow

#: True projection angles of each rep.
SETS = {
    "green": (-4.0, -3.5, -4.0, -3.5),
    "borderline": (9.0, 9.5, 9.0),
    "red": (18.0, 18.5, 18.0),
    "tiring": (-12.0, -10.0, -7.0, -4.0, -1.0),
}
NO_PAIN = "sex = 'f'\npain_during = 0\npain_next_morning = 0\n"
SIDES = [Side.LEFT, Side.RIGHT] if LONG else [Side.LEFT]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one analysed clip for each set and side."""
    folder = tmp_path_factory.mktemp("analysed")
    clips = []
    for side in SIDES:
        for name, peaks in SETS.items():
            recipe = Recipe(
                task=Task.SINGLE_LEG_SQUAT,
                side=side,
                reps=tuple(RepTarget(peak) for peak in peaks),
                body=Body.from_seed(5),
                look=Look.from_seed(5),
                quiet_s=0.8,
                rest_s=0.3,
                tail_s=0.3,
                descent_s=0.6,
                ascent_s=0.6,
            )
            rendered, _ = render_cached(recipe, folder, threads=2)
            clips.append(rendered.rename(folder / f"{name} {side.value}.mp4"))
    ran = valgus("analyze", "--no-overlay", *clips)
    assert ran.returncode == 0, ran.stderr
    return folder


def season(person: Path, results: Path, side: Side, *sets: str) -> Series:
    """Put analysed sets into the folders of a person, a fortnight apart, and read them."""
    for k, name in enumerate(sets):
        day = person / date(2026, 3 + k, 1).isoformat()
        shutil.copytree(results / f"{name} {side.value}.mp4.valgus", day / "clip.mp4.valgus")
        (day / "session.toml").write_text(NO_PAIN)
    (series,) = read_person(person, rules.published(), today=date(2026, 11, 21)).series
    return series


def codes(series: Series) -> list[str]:
    return [reason.code for reason in series.last.decision.reasons]


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.value)
def test_a_green_knee_is_a_progress_candidate_the_second_time(
    side: Side, results: Path, tmp_path: Path
) -> None:
    series = season(tmp_path, results, side, "green", "green")
    assert [visit.decision.outcome for visit in series.visits] == [Outcome.HOLD, Outcome.PROGRESS]
    assert codes(series) == []


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.value)
def test_a_borderline_knee_is_a_hold_for_its_mean(side: Side, results: Path, tmp_path: Path) -> None:
    series = season(tmp_path, results, side, "borderline", "borderline")
    assert series.last.decision.outcome is Outcome.HOLD
    assert {"mean_beyond_green", "edge_inside_interval"} & set(codes(series))


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.value)
def test_a_red_knee_is_a_regress_candidate_for_its_red_reps(
    side: Side, results: Path, tmp_path: Path
) -> None:
    series = season(tmp_path, results, side, "red")
    assert series.last.decision.outcome is Outcome.REGRESS
    assert codes(series)[0] == "red_reps"


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.value)
def test_a_tiring_set_is_a_regress_candidate_for_drift(side: Side, results: Path, tmp_path: Path) -> None:
    series = season(tmp_path, results, side, "tiring")
    assert series.last.decision.outcome is Outcome.REGRESS
    assert codes(series)[0] == "drift"


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.value)
def test_better_beyond_error_is_told_from_better_within_error(
    side: Side, results: Path, tmp_path: Path
) -> None:
    beyond = season(tmp_path / "beyond", results, side, "red", "green", "green").last
    within = season(tmp_path / "within", results, side, "borderline", "red", "borderline").last
    little = season(tmp_path / "little", results, side, "tiring", "green").last
    assert beyond.change("fppa_deg").better  # type: ignore[union-attr]
    assert beyond.decision.outcome is Outcome.PROGRESS
    assert not within.change("fppa_deg").better and not within.change("fppa_deg").worse  # type: ignore[union-attr]
    assert not little.change("fppa_deg").better and not little.change("fppa_deg").worse  # type: ignore[union-attr]
    said = valgus("progress", tmp_path / "little", "--out", tmp_path).stdout
    assert "within measurement error, so no change can be told" in " ".join(said.split())


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.value)
def test_worse_beyond_error_is_a_regress_candidate_against_the_baseline(
    side: Side, results: Path, tmp_path: Path
) -> None:
    series = season(tmp_path, results, side, "green", "borderline")
    assert series.last.decision.outcome is Outcome.REGRESS
    assert codes(series)[0] == "worse_than_baseline"
