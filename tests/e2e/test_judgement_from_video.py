"""From rendered people on video to the decision: green, borderline, red, tiring, better or not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.command import valgus
from tests.e2e.clips import LONG, SAMPLES
from valgus import rules
from valgus.history import read_person
from valgus.model.arrays import RgbImage
from valgus.model.frontal import Side
from valgus.model.history import Series
from valgus.model.judgement import Outcome
from valgus.video import ClipReader, H264Writer

pytestmark = pytest.mark.slow

#: A rendered person whose five squats have true angles of 9, 22, 0, 15 and -5 deg.
SAMPLE = SAMPLES / "single_leg_squat.mp4"
#: Which of those squats each set is put together from.
SETS = {"green": (5, 5, 5, 5), "borderline": (1, 1, 1), "red": (2, 2, 2), "tiring": (5, 5, 3, 1, 1)}
NO_PAIN = "sex = 'f'\npain_during = 0\npain_next_morning = 0\n"
#: The sample is of the right leg; its mirror image is one of the left.
SIDES = [Side.LEFT, Side.RIGHT] if LONG else [Side.RIGHT]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one analysed clip for each set and side."""
    folder = tmp_path_factory.mktemp("analysed")
    clips = []
    for side in SIDES:
        for name, squats in SETS.items():
            clips.append(folder / f"{name} {side.value}.mp4")
            with H264Writer(clips[-1], width_px=540, height_px=960, fps=30, crf=18) as writer:
                for rgb in put_together(squats):
                    writer.write(rgb if side is Side.RIGHT else np.ascontiguousarray(rgb[:, ::-1]))
    ran = valgus("analyze", "--no-overlay", *clips)
    assert ran.returncode == 0, ran.stderr
    return folder


def put_together(squats: tuple[int, ...]) -> Iterator[RgbImage]:
    """Yield the quiet standing at the beginning, and the named squats with half of the rest around each."""
    truth = json.loads(SAMPLE.with_suffix(".truth.json").read_text(encoding="utf-8"))["reps"]
    with ClipReader(SAMPLE, short_side_px=None) as reader:
        frames = [(frame.time_s, frame.rgb) for frame in reader.frames()]
    rests_s = [(one["end_s"] + other["start_s"]) / 2 for one, other in pairwise(truth)]
    ends_s = [truth[0]["start_s"] - 0.2, *rests_s, frames[-1][0]]
    for from_s, to_s in [(0.0, ends_s[0]), *[(ends_s[squat - 1], ends_s[squat]) for squat in squats]]:
        yield from (rgb for time_s, rgb in frames if from_s <= time_s < to_s)


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
