"""From pairs to figures: over reps and over sets, with what has to be known to read them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.agreement.tables import compared, reps, write
from tests.test_statistics import MINI_WRIGHT, WRIGHT
from valgus.errors import WrongUsage
from valgus.exports.agreeing import PAIR_COLUMNS, write_agreement
from valgus.exports.figures.bland_altman import bland_altman_figure
from valgus.model.agreement import Compared


def people(tmp_path: Path, *, number: int = 6, off: float = 1.0, seed: int = 0) -> tuple[Path, Path]:
    """Some people, five reps each, by two tools: B measures ``off`` more, each rep with its own error."""
    rng = np.random.default_rng(seed)
    for k in range(number):
        true = rng.normal(8, 5) + rng.normal(0, 2, 5)
        for tool, add in (("a", 0.0), ("b", off)):
            values = [round(float(v), 3) for v in true + add + rng.normal(0, 1, 5)]
            reps(tmp_path / tool / f"p{k}", values, person=f"p{k}", sha256=f"{k:064d}")
    return tmp_path / "a", tmp_path / "b"


def peak_flow(tmp_path: Path) -> Compared:
    """Bland and Altman's 17 people, one blow each."""
    rows = ([f"{k}.mp4,1,left,{v}" for k, v in enumerate(values)] for values in (WRIGHT, MINI_WRIGHT))
    return compared(*(write(tmp_path / f"{k}.csv", "clip,rep,side,value", *r) for k, r in enumerate(rows)))


def test_a_published_study_from_two_files(tmp_path: Path) -> None:
    of = peak_flow(tmp_path).agreement
    assert of.limits.bias.value == pytest.approx(-2.1, abs=0.05)
    assert of.limits.sd == pytest.approx(38.8, abs=0.05)
    assert (of.n, of.clips, of.people, of.groups) == (17, 17, None, 17)
    assert of.r == pytest.approx(0.943, abs=0.001)
    assert of.sem == pytest.approx(38.8 / np.sqrt(2), abs=0.05)
    assert of.mdc95 == pytest.approx(1.96 * 38.8, abs=0.1)


def test_reps_of_one_person_do_not_count_as_independent(tmp_path: Path) -> None:
    by_rep = compared(*people(tmp_path)).agreement
    by_set = compared(*people(tmp_path), by="set").agreement
    assert (by_rep.n, by_rep.clips, by_rep.people) == (30, 6, 6)
    assert (by_rep.groups, by_rep.grouped_by) == (6, "person")
    assert by_set.n == 6
    assert by_set.limits.bias.value == pytest.approx(by_rep.limits.bias.value)
    assert by_set.limits.bias.low == pytest.approx(by_rep.limits.bias.low), (
        "the same people, the same interval"
    )
    assert by_set.limits.sd < by_rep.limits.sd, "means of five differ by less than single reps"
    assert any("those of one person are alike" in note for note in by_rep.notes)
    assert any("--by set" in note for note in by_rep.notes)
    assert not any("are alike" in note for note in by_set.notes)


def test_one_clip_says_that_it_speaks_of_itself_alone(tmp_path: Path) -> None:
    of = compared(reps(tmp_path / "a", [1, 5, 9]), reps(tmp_path / "b", [2, 7, 9])).agreement
    assert of.notes[0].startswith("All 3 reps are from one clip")
    assert of.limits.bias.value == pytest.approx(-1.0)


def test_error_that_grows_with_the_value_is_said(tmp_path: Path) -> None:
    a = reps(tmp_path / "a", [1.5 * v + e for v, e in zip(range(10), [0.1, -0.1] * 5, strict=True)])
    of = compared(a, reps(tmp_path / "b", list(range(10)))).agreement
    assert of.slope is not None and of.slope.low > 0
    assert any("grows as the value grows" in note for note in of.notes)


@pytest.mark.parametrize("values", [[1, 5, 9], [19.3, -5.9, 20.6, -5.0, 16.6]], ids=["whole", "rounded"])
def test_the_same_file_twice_has_no_error_and_no_icc(tmp_path: Path, values: list[float]) -> None:
    a = reps(tmp_path, values)
    of = compared(a, a).agreement
    assert (of.limits.bias.value, of.limits.sd, of.rmse, of.r) == (0.0, 0.0, 0.0, pytest.approx(1.0))
    assert of.icc2 is None
    assert "There is no ICC" in of.notes[-1]


def test_values_that_do_not_vary_have_no_correlation(tmp_path: Path) -> None:
    of = compared(reps(tmp_path / "a", [3, 3, 3]), reps(tmp_path / "b", [1, 2, 3])).agreement
    assert of.r is None


def test_too_few_pairs_are_refused_with_what_was_left_out(tmp_path: Path) -> None:
    a, b = reps(tmp_path / "a", [1, 5, 9], invalid=(1,)), reps(tmp_path / "b", [1, 5, 9])
    with pytest.raises(
        WrongUsage, match=r"Only 2 reps were measured by both; 3 are needed\. Left out: .*invalid"
    ):
        compared(a, b)


def test_what_is_written_holds_the_figures_the_pairs_and_every_row_left_out(tmp_path: Path) -> None:
    a, b = reps(tmp_path / "a", [1, 5, 9, 13], invalid=(4,)), reps(tmp_path / "b", [2, 7, 9, 12])
    files = write_agreement(compared(a, b), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(files)
    document = json.loads((tmp_path / "out" / "agreement.json").read_text(encoding="utf-8"))
    assert document["limits"]["bias"]["value"] == -1.0
    assert [one["why"] for one in document["left_out"]] == ["graded invalid in A (turned)"] * 2
    table = pd.read_csv(tmp_path / "out" / "agreement.csv")
    assert list(table.columns) == [column.name for column in PAIR_COLUMNS]
    assert list(table["a_minus_b"]) == [-1.0, -2.0, 0.0]
    assert list(table["rep"]) == [1, 2, 3]


def test_the_picture_shows_each_pair_and_says_each_line(tmp_path: Path) -> None:
    study = peak_flow(tmp_path)
    figure = bland_altman_figure(study)
    (axes,) = figure.axes
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in points] == [17]
    texts = " ".join(text.get_text() for text in axes.texts)
    assert "bias\n-2.1 (-22.0 to +17.8)" in texts
    assert "bias + 1.96 SD\n+73.9" in texts


def test_the_picture_is_the_same_every_time(tmp_path: Path) -> None:
    study = peak_flow(tmp_path)
    for name in ("one", "two"):
        write_agreement(study, tmp_path / name)
    for file in ("bland_altman.png", "bland_altman.svg", "agreement.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
