"""Every figure alone, as PNG and SVG: true to the numbers, legible in print and grey, always the same."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from tests.exports.sessions import BOTH_LEGS, DEEP, HOLD, NOBODY, ONE_REP, SQUAT, STEP_DOWN, TURNED
from tests.exports.test_figures import (
    PAGES,
    bars,
    overlapping,
    panel,
    stills_of,
    texts,
    whiskers,
    words,
)
from valgus.exports.figures import figures_of, write_figures
from valgus.exports.figures.page import COLUMN_IN
from valgus.exports.figures.style import LEVEL_COLOURS, LEVEL_MARKERS, SIDE_COLOURS, png_of
from valgus.model.rep import Grade
from valgus.model.rule import Level
from valgus.model.trial import Trial


@cache
def drawn(name: str) -> dict[str, Figure]:
    """All figures of a kind of clip, drawn once for all tests that only look at them."""
    return dict(figures_of(PAGES[name], stills_of(PAGES[name])))


def figure_of(trial: Trial, name: str) -> Figure:
    return dict(figures_of(trial))[name]


@pytest.mark.slow
def test_a_clip_has_the_figures_that_apply_to_it() -> None:
    pictures = ["film_strip"]
    assert list(drawn("a few reps")) == ["time_series", "reps", "knee_path", *pictures]
    assert list(drawn("both legs at once")) == ["time_series", "reps", "left_right", "knee_path", *pictures]
    assert list(drawn("hold")) == ["time_series", "reps", *pictures]
    assert list(drawn("no rep")) == ["time_series"]
    assert drawn("nobody") == {}
    assert [name for name, _ in figures_of(STEP_DOWN)] == ["time_series", "reps", "knee_path"]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_text_is_legible_in_a_column_of_a4_and_on_nothing_else(page: str) -> None:
    for figure in drawn(page).values():
        figure.draw_without_rendering()
        shown = texts(figure)
        boxes = [text.get_window_extent() for text in shown]
        assert figure.get_size_inches()[0] == COLUMN_IN
        assert min(text.get_fontsize() for text in shown) >= 8
        for text, box in zip(shown, boxes, strict=True):
            assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, text.get_text()
            assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, text.get_text()
        assert overlapping(shown, boxes) == []


@pytest.mark.parametrize("name", ["time_series", "reps", "left_right", "knee_path"])
def test_every_axis_says_its_unit(name: str) -> None:
    labels = [axes.get_ylabel() for axes in drawn("both legs at once")[name].axes]
    labels = labels[:1] if name == "knee_path" else labels  # both legs share it
    assert all(re.search(r"deg$|% (of )?leg length$", label) for label in labels), labels


# --- both legs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trial", [BOTH_LEGS, SQUAT], ids=["one after the other", "at once"])
def test_both_legs_have_their_reps_means_and_difference(trial: Trial) -> None:
    figure = figure_of(trial, "left_right")
    ends = whiskers(panel(figure, "legs"))
    for rep, (_, row) in zip(trial.reps, trial.measures.iterrows(), strict=True):
        low, high = row["fppa_deg"] - row["fppa_ci95_deg"], row["fppa_deg"] + row["fppa_ci95_deg"]
        assert ends[f"{rep.side.value} leg {rep.number}"] == pytest.approx((low, high))
    for mean in (mean for mean in trial.means if mean.measure == "fppa_deg"):
        assert ends[f"{mean.side} leg mean"] == pytest.approx((mean.mean - mean.ci95, mean.mean + mean.ci95))
    (found,) = (d for d in trial.differences if d.measure == "fppa_deg")
    assert found.ci95 is not None
    between = whiskers(panel(figure, "difference"))["difference"]
    assert between == pytest.approx((found.value - found.ci95, found.value + found.ci95))
    assert "not told apart from measurement error" in words(figure)


def test_a_difference_that_counts_is_outside_of_the_grey() -> None:
    (found,) = (d for d in SQUAT.differences if d.measure == "fppa_deg")
    large = replace(found, value=12.0, ci95=5.0)
    figure = figure_of(replace(SQUAT, differences=(large,)), "left_right")
    axes = panel(figure, "difference")
    grey = axes.patches[0]
    assert grey.get_y() + grey.get_height() == pytest.approx(found.mdc)
    assert "a real difference (it counts beyond 8.9 deg)" in words(figure)


def test_without_a_mean_on_one_leg_there_is_no_difference_and_the_figure_says_why() -> None:
    means = tuple(mean for mean in SQUAT.means if mean.side == "left")
    figure = figure_of(replace(SQUAT, means=means, differences=()), "left_right")
    assert [axes.get_label() for axes in figure.axes] == ["legs"]
    assert "no valid rep of the right leg" in words(figure)


# --- the knee's path ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_each_rep_has_a_path_with_its_lowest_point_marked_where_the_table_has_it() -> None:
    axes = panel(figure_of(STEP_DOWN, "knee_path"), "knee path left")
    for k, rep in enumerate(STEP_DOWN.reps):
        (mark,) = (line for line in axes.lines if line.get_label() == f"lowest {rep.number}")
        across, depth = float(mark.get_xdata()[0]), float(mark.get_ydata()[0])
        assert across == pytest.approx(STEP_DOWN.measures["knee_over_foot_pct"].iloc[k], abs=0.2)
        assert depth == pytest.approx(STEP_DOWN.measures["depth_pct"].iloc[k], abs=0.2)
    low, high = axes.get_ylim()
    assert low > high, "down is down"
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3"]


def path_looks(axes: Axes) -> set[tuple[str, str, bool]]:
    """Line style, marker and whether it is filled, of every rep."""
    paths = [line for line in axes.lines if line.get_zorder() == 2]
    marks = [line for line in axes.lines if line.get_label().startswith("lowest")]
    styles = {str(line.get_linestyle()) for line in paths}
    filled = {to_hex(mark.get_markerfacecolor()) != "#ffffff" for mark in marks}
    return {(style, str(mark.get_marker()), fill) for style in styles for mark in marks for fill in filled}


def test_reps_that_are_trusted_less_look_different_without_colour() -> None:
    ok, low, invalid = (
        path_looks(panel(figure_of(trial, "knee_path"), "knee path left"))
        for trial in (STEP_DOWN, DEEP, TURNED)
    )
    assert DEEP.reps[0].grade is Grade.LOW and TURNED.reps[0].grade is Grade.INVALID
    assert ok == {("-", "o", True)}
    assert low == {("--", "o", False)}
    assert {look[1:] for look in invalid} == {("X", False)}
    assert "grade low" in words(figure_of(DEEP, "knee_path"))
    assert "invalid" in words(figure_of(TURNED, "knee_path"))


def test_both_legs_share_a_scale_and_inside_is_on_the_same_side() -> None:
    figure = figure_of(BOTH_LEGS, "knee_path")
    left, right = (panel(figure, f"knee path {side}") for side in ("left", "right"))
    assert left.get_xlim() == right.get_xlim() and left.get_ylim() == right.get_ylim()


# --- in grey ------------------------------------------------------------------------------------------------


def grey_of(colour: str) -> float:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_bars_of_different_bands_differ_in_a_grey_print() -> None:
    figure = figure_of(STEP_DOWN, "reps")
    page = np.asarray(Image.open(io.BytesIO(png_of(figure))).convert("L"), dtype=float)
    axes = panel(figure, "reps")
    textures = []
    for bar in bars(axes):
        # Left of the middle, where the whisker is, and below what it reaches down to.
        x0, x1 = bar.get_x() + 0.08 * bar.get_width(), bar.get_x() + 0.42 * bar.get_width()
        corners = axes.transData.transform([(x0, 0.4), (x1, bar.get_height() - 0.4)])
        (left, low), (right, high) = np.round(corners).astype(int)
        part = page[page.shape[0] - high : page.shape[0] - low, left:right]
        textures.append((part.mean(), part.std()))
    assert len(textures) == 3
    for (mean, spread), (other_mean, other_spread) in combinations(textures, 2):
        assert abs(mean - other_mean) > 20 or abs(spread - other_spread) > 20, textures


def test_what_shares_a_grey_has_another_mark() -> None:
    for one, other in combinations(Level, 2):
        differs = abs(grey_of(LEVEL_COLOURS[one]) - grey_of(LEVEL_COLOURS[other])) > 30
        assert differs or LEVEL_MARKERS[one] != LEVEL_MARKERS[other]
    assert len(set(LEVEL_MARKERS.values())) == 3
    assert abs(grey_of(SIDE_COLOURS["left"]) - grey_of(SIDE_COLOURS["right"])) > 30


def test_paths_get_lighter_from_the_first_to_the_last_rep_also_in_grey() -> None:
    axes = panel(drawn("twenty reps")["knee_path"], "knee path left")
    marks = [line for line in axes.lines if line.get_label().startswith("lowest")]
    greys = [grey_of(to_hex(mark.get_color())) for mark in marks]
    assert (np.diff(greys) > 0).all()
    assert greys[0] < 60 and 140 < greys[-1] < 190, "from nearly black to what is still seen on white"


# --- files --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("trial", [STEP_DOWN, SQUAT])
def test_same_trial_same_bytes_and_no_trace_in_matplotlib(trial: Trial, tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        names = write_figures(trial, stills_of(trial), tmp_path / name)
    written = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert written == sorted(f"{name}.{kind}" for name in names for kind in ("png", "svg"))
    for file in written:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert dict(mpl.rcParams) == before


def test_text_in_an_svg_is_text_and_the_day_is_not_in_it(tmp_path: Path) -> None:
    hostile = replace(ONE_REP, clip=replace(ONE_REP.clip, name='<script>&"Übung"</script>_$x^2$.mp4'))
    write_figures(hostile, (), tmp_path)
    for path in tmp_path.glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        said = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
        assert any(
            line.startswith('<script>&"Übung"</script>_$x^2$.mp4: lateral step-down.') for line in said
        )
        assert "<script" not in text
        assert "dc:date" not in text
        assert "'DejaVu Sans', Verdana" in text


def test_nobody_seen_writes_nothing(tmp_path: Path) -> None:
    assert write_figures(NOBODY, (), tmp_path) == ()
    assert list(tmp_path.iterdir()) == []
    assert HOLD.reps and "knee_path" not in dict(figures_of(HOLD))
