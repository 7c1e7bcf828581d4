"""The picture of one person over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import matplotlib.dates as mdates
import pytest

from tests.history.people import season
from valgus import rules
from valgus.exports.figures.trend import MARKERS, trend_figure
from valgus.history import read_person
from valgus.model.frontal import Side
from valgus.model.history import History
from valgus.model.judgement import Outcome


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    person = tmp_path_factory.mktemp("people") / "Änna $x^2$ <b>"
    season(person, [17.0, 13.0, 0.0])
    season(person, [2.0, 1.0, 0.0], side=Side.RIGHT)
    return read_person(person, rules.published(), today=date(2026, 11, 21))


@pytest.mark.slow
def test_each_measure_has_a_row_and_each_leg_a_column(history: History) -> None:
    figure = trend_figure(history)
    labels = [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
    assert [label.split()[0] for label in labels] == ["projection", "trunk"]
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:2] == ["left leg, lateral step-down", "right leg, lateral step-down"]


def test_every_session_is_a_point_with_its_interval(history: History) -> None:
    left = trend_figure(history).axes[0]
    points = [line for line in left.lines if line.get_linestyle() == "None" and line.get_marker() in "^ovx"]
    assert sum(len(line.get_xdata()) for line in points) == 3  # type: ignore[arg-type]
    (bars,) = left.containers
    assert len(bars.lines[2][0].get_segments()) == 3  # type: ignore[attr-defined]


def test_what_measurement_error_can_do_is_shaded_about_the_baseline(history: History) -> None:
    left = trend_figure(history).axes[0]
    (band,) = left.patches
    low, high = band.get_y(), band.get_y() + band.get_height()  # type: ignore[attr-defined]
    assert (low + high) / 2 == pytest.approx(17.0, abs=0.3)
    assert high - low == pytest.approx(2 * 8.9, abs=0.01)


def test_outcomes_are_told_apart_without_colour() -> None:
    assert len({look["marker"] for look in MARKERS.values()}) == len(Outcome)


def test_a_name_is_written_as_it_is(history: History) -> None:
    figure = trend_figure(history)
    assert figure.get_suptitle() == r"Änna \$x^2\$ <b>: sessions over time"
    figure.canvas.draw()


def test_one_leg_alone_has_the_whole_width(history: History) -> None:
    left_only = replace(history, series=tuple(s for s in history.series if s.setup.side == "left"))
    figure = trend_figure(left_only)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["left leg, lateral step-down", ""]
    figure.canvas.draw()


def test_every_session_is_inside_every_panel_also_those_of_another_set_up(history: History) -> None:
    later = date(2027, 1, 5)
    visits = tuple(replace(visit, date=later) for visit in history.series[0].visits[:1])
    setup = replace(history.series[0].setup, step_height_cm=15.0)
    other = replace(history.series[0], setup=setup, visits=visits, baseline=None)
    figure = trend_figure(replace(history, series=(other, *history.series)))
    days = [mdates.date2num(visit.date) for one in (other, *history.series) for visit in one.visits]
    for axes in figure.axes:
        low, high = axes.get_xlim()
        assert low < min(days) and max(days) < high


def test_the_legend_names_only_what_is_drawn(history: History) -> None:
    (legend,) = trend_figure(history).legends
    assert "end of the green band" in [text.get_text() for text in legend.get_texts()]
    bare = [replace(s, task=replace(s.task, bands=()), baseline=None) for s in history.series]
    (legend,) = trend_figure(replace(history, series=tuple(bare))).legends
    assert [text.get_text() for text in legend.get_texts()] == [outcome.value for outcome in MARKERS]


def test_nothing_measured_still_makes_a_picture(history: History) -> None:
    empty = [replace(v, means=(), changes=()) for v in history.series[0].visits]
    series = replace(history.series[0], visits=tuple(empty), baseline=None)
    trend_figure(replace(history, series=(series,))).canvas.draw()


def test_the_picture_may_be_looked_at(history: History, tmp_path: Path) -> None:
    from valgus.exports.figures.trend import write_trend

    write_trend(history, tmp_path / "trend.png")
    assert (tmp_path / "trend.png").read_bytes().startswith(b"\x89PNG")
