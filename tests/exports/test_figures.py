"""The page of a clip shows what was measured, says what was not, and can be printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from tests.exports.sessions import (
    BOTH_LEGS,
    DEEP,
    HOLD,
    LANDING,
    NO_REP,
    NOBODY,
    ONE_REP,
    SIDEWAYS,
    SQUAT,
    STEP_DOWN,
    TURNED,
    TWENTY,
)
from valgus.exports.figures import session_figure, write_figure
from valgus.exports.stills import Still, StillLeg
from valgus.model.rep import Grade
from valgus.model.trial import Trial

PAGES = {
    "a few reps": STEP_DOWN,
    "turned away": TURNED,
    "from the side": SIDEWAYS,
    "landing": LANDING,
    "both legs at once": SQUAT,
    "twenty reps": TWENTY,
    "one leg after the other": BOTH_LEGS,
    "hold": HOLD,
    "no rep": NO_REP,
    "nobody": NOBODY,
    "one rep": ONE_REP,
    "all of low grade": DEEP,
}


def stills_of(trial: Trial) -> list[Still]:
    numbered = {rep.number: rep for rep in trial.reps}
    grey = np.full((400, 180, 3), 128, dtype=np.uint8)
    points = np.array([[90.0, 180.0], [80.0, 270.0], [90.0, 360.0]])
    return [
        Still(n, rep.bottom_s, grey, tuple(StillLeg(r.side, points) for r in trial.reps if r.number == n))
        for n, rep in numbered.items()
    ]


@cache
def page(name: str) -> Figure:
    """The page with pictures, drawn once for all tests that only look at it."""
    return session_figure(PAGES[name], stills_of(PAGES[name]))


def panel(figure: Figure, label: str) -> Axes:
    (axes,) = (axes for axes in figure.axes if axes.get_label() == label)
    return axes


def texts(figure: Figure) -> list[Text]:
    """Every text that a printed page shows."""
    axes_off = {id(text) for axes in figure.axes if not axes.axison for text in axis_texts(axes)}
    beyond = {id(label) for axes in figure.axes for label in tick_labels_beyond(axes)}
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in shown if id(text) not in axes_off | beyond]


def axis_texts(axes: Axes) -> list[Text]:
    return [text for axis in (axes.xaxis, axes.yaxis) for text in axis.findobj(Text)]


def tick_labels_beyond(axes: Axes) -> list[Text]:
    """Labels of ticks outside of the axes, which matplotlib makes and does not draw."""
    labels = []
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        labels += [tick.label1 for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]
    return labels


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in texts(figure)).replace("\n", " ")


def whiskers(axes: Axes) -> dict[str, tuple[float, float]]:
    ends = {}
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer):
            (bars,) = container.lines[2]
            assert isinstance(bars, LineCollection)
            (segment,) = bars.get_segments()
            ends[str(container.get_label())] = (float(segment[0][1]), float(segment[1][1]))
    return ends


@pytest.mark.parametrize("trial", [STEP_DOWN, TURNED, SQUAT, HOLD, TWENTY])
def test_whiskers_end_where_the_intervals_end(trial: Trial) -> None:
    ends = whiskers(panel(session_figure(trial), "reps"))
    for rep, (_, row) in zip(trial.reps, trial.measures.iterrows(), strict=True):
        low, high = row["fppa_deg"] - row["fppa_ci95_deg"], row["fppa_deg"] + row["fppa_ci95_deg"]
        assert ends[f"rep {rep.number} {rep.side.value}"] == pytest.approx((low, high))


def test_set_mean_stands_beside_the_reps_with_its_interval() -> None:
    (mean,) = (mean for mean in STEP_DOWN.means if mean.measure == "fppa_deg")
    assert mean.ci95 is not None
    ends = whiskers(panel(session_figure(STEP_DOWN), "reps"))
    assert ends["mean left"] == pytest.approx((mean.mean - mean.ci95, mean.mean + mean.ci95))


def test_one_rep_has_no_mean() -> None:
    assert list(whiskers(panel(session_figure(ONE_REP), "reps"))) == ["rep 1 left"]


def bars(axes: Axes) -> list[Rectangle]:
    patches = [patch for container in axes.containers for patch in container if isinstance(patch, Rectangle)]
    return sorted(patches, key=lambda patch: patch.get_x())


def test_colours_of_reps_can_be_told_apart_without_colour() -> None:
    axes = panel(session_figure(STEP_DOWN), "reps")
    levels = [flag.level.value for flag in STEP_DOWN.flags if flag.code == "fppa"]
    assert set(levels) == {"green", "amber", "red"}
    looks = [(to_hex(bar.get_facecolor()), bar.get_hatch() or "") for bar in bars(axes)]
    by_level = dict(zip(levels, looks, strict=True))
    assert len({colour for colour, _ in by_level.values()}) == 3
    assert len({hatch for _, hatch in by_level.values()}) == 3
    names = [tick.get_text() for tick in axes.get_xticklabels()]
    assert names == [*(f"{n}\n{level}" for n, level in enumerate(levels, start=1)), "mean\nleft"]


def test_invalid_reps_are_hatched_and_say_why() -> None:
    figure = session_figure(TURNED)
    axes = panel(figure, "reps")
    assert all(bar.get_hatch() and to_hex(bar.get_facecolor()) == "#ffffff" for bar in bars(axes))
    assert {tick.get_text().partition("\n")[2] for tick in axes.get_xticklabels()} == {
        "invalid:\nnot frontal"
    }
    assert "Cannot judge: the person is turned about 25 deg from the camera." in words(figure)


def test_each_rep_is_shaded_and_marked_at_its_lowest_point_and_contact() -> None:
    axes = panel(session_figure(LANDING), "fppa over time")
    spans = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    contacts = [float(np.ravel(line.get_xdata())[0]) for line in axes.lines if line.get_linestyle() == ":"]
    for k, rep in enumerate(LANDING.reps):
        assert spans[k].get_x() == pytest.approx(rep.start_s)
        assert spans[k].get_x() + spans[k].get_width() == pytest.approx(rep.end_s)
        assert marks[k].get_xdata()[0] == rep.bottom_s
        assert marks[k].get_ydata()[0] == LANDING.measures["fppa_deg"].iloc[k]
        assert contacts[k] == rep.initial_contact_s


def test_a_hold_has_a_span_and_no_lowest_point() -> None:
    figure = session_figure(HOLD)
    axes = panel(figure, "fppa over time")
    assert len(axes.patches) == 1
    assert not [line for line in axes.lines if line.get_marker() == "o"]
    assert "lowest point" not in words(figure)


@pytest.mark.slow
def test_bands_are_drawn_only_where_they_coloured_something() -> None:
    def edges(trial: Trial) -> list[float]:
        lines = panel(session_figure(trial), "reps").lines
        return [float(np.ravel(line.get_ydata())[0]) for line in lines if line.get_linestyle() == "--"]

    assert edges(STEP_DOWN) == [11.3, 16.0]
    assert edges(SQUAT) == edges(TURNED) == edges(DEEP) == []


def test_without_reps_the_page_says_what_to_do_and_that_its_lines_are_no_measurement() -> None:
    figure = session_figure(SIDEWAYS)
    assert "Nothing could be measured: the person is turned about 80 deg from the camera." in words(figure)
    assert "What to do: Film from straight in front: the foot points at the lens." in words(figure)
    assert "not a measurement" in words(figure)
    assert [axes.get_label() for axes in figure.axes] == ["fppa over time", "depth over time"]


def test_without_a_person_the_page_is_words() -> None:
    figure = session_figure(NOBODY)
    assert figure.axes == []
    assert "no person found" in words(figure)


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_what_the_number_is_and_is_not(name: str) -> None:
    said = words(page(name))
    assert "with the hip as the pose model sees it" in said
    assert "not a knee abduction angle" in said
    assert "not a medical device, not a diagnosis" in said
    assert "Task: " in said and "Side: " in said


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_every_text_is_on_the_page_legible_and_on_nothing_else(name: str) -> None:
    check_every_text(page(name))


def check_every_text(figure: Figure) -> None:
    """Every text is on the page, at least 8 points high, and on no other."""
    figure.draw_without_rendering()
    shown = texts(figure)
    boxes = [text.get_window_extent() for text in shown]
    assert min(text.get_fontsize() for text in shown) >= 8
    for text, box in zip(shown, boxes, strict=True):
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, text.get_text()
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, text.get_text()
    assert overlapping(shown, boxes) == []


def overlapping(shown: Sequence[Text], boxes: Sequence[Bbox]) -> list[tuple[str, str]]:
    pairs = combinations(zip(shown, boxes, strict=True), 2)
    return [
        (one.get_text(), other.get_text())
        for (one, box), (other, its_box) in pairs
        if (both := Bbox.intersection(box, its_box)) is not None and min(both.width, both.height) > 2.0
    ]


@pytest.mark.parametrize("name", ["a few reps", "both legs at once", "twenty reps", "hold"])
def test_panels_and_pictures_do_not_cover_each_other(name: str) -> None:
    figure = page(name)
    places = [axes.get_position() for axes in figure.axes]
    assert all(place.height > 0.03 for place in places)
    for one, other in combinations(places, 2):
        both = Bbox.intersection(one, other)
        assert both is None or min(both.width, both.height) < 1e-6


def test_pictures_carry_number_angle_and_leg() -> None:
    figure = session_figure(SQUAT, stills_of(SQUAT))
    axes = panel(figure, "still 3")
    left, right = SQUAT.measures["fppa_deg"].iloc[4:6]
    assert axes.get_title() == f"rep 3\nleft {left:.1f}\nright {right:.1f}"
    drawn = [np.asarray(line.get_xydata()) for line in axes.lines if line.get_marker() == "o"]
    for line in drawn:
        np.testing.assert_array_equal(line, [[90.0, 180.0], [80.0, 270.0], [90.0, 360.0]])
    assert len(drawn) == 2


def test_a_leg_that_was_not_seen_is_not_drawn_and_has_no_angle() -> None:
    measures = ONE_REP.measures.assign(fppa_deg=np.nan, fppa_ci95_deg=np.nan)
    unseen = replace(ONE_REP, measures=measures, means=(), flags=())
    (still,) = stills_of(ONE_REP)
    blank = replace(still, legs=(StillLeg(still.legs[0].side, np.full((3, 2), np.nan)),))
    figure = session_figure(unseen, [blank])
    figure.draw_without_rendering()
    assert panel(figure, "still 1").get_title() == "rep 1\nnot seen"
    assert "cannot be judged" in words(figure)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Übung_$x^2$_100%.mp4", "Übung_$x^2$_100%.mp4"),
        ("$\\frac{1}{$.mp4", "$\\frac{1}{$.mp4"),
        ("two\nlines\x1b[31m.mp4", "two lines?[31m.mp4"),
        ("膝.mp4", "□.mp4"),
        ("x" * 300 + ".mp4", "x" * 29 + "…" + "x" * 26 + ".mp4"),
    ],
)
def test_names_are_shown_literally_on_one_line(name: str, shown: str) -> None:
    figure = session_figure(replace(ONE_REP, clip=replace(ONE_REP.clip, name=name)))
    figure.draw_without_rendering()
    assert figure.texts[0].get_text() == shown


def test_one_invalid_rep_among_valid_ones_is_set_apart() -> None:
    reps = (
        replace(STEP_DOWN.reps[0], grade=Grade.INVALID, grade_reasons=("lowest_not_seen",)),
        *STEP_DOWN.reps[1:],
    )
    flags = tuple(flag for flag in STEP_DOWN.flags if flag.rep != 1)
    figure = session_figure(replace(STEP_DOWN, reps=reps, flags=flags))
    assert panel(figure, "reps").get_xticklabels()[0].get_text() == "1\ninvalid:\nlowest not seen"
    first, *others = panel(figure, "fppa over time").patches
    assert first.get_hatch() and not any(span.get_hatch() for span in others)


@pytest.mark.slow
def test_same_trial_same_bytes_and_no_trace_in_matplotlib(tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    for name in ("one.png", "two.png"):
        write_figure(STEP_DOWN, stills_of(STEP_DOWN), tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert dict(mpl.rcParams) == before
