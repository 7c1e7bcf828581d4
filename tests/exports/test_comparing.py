"""What a comparison looks like and says: the sentence, the figure, and the video."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from tests.comparisons import changed, leg
from tests.exports.test_figures import check_every_text, panel, whiskers
from tests.exports.test_overlay import filmed, frames_of
from tests.trials import trial_of
from valgus import rules
from valgus.comparison import compare, moments_of
from valgus.exports import comparing
from valgus.exports.figures.comparison import comparison_figure
from valgus.exports.figures.style import png_of, svg_of
from valgus.exports.side_by_side import LABEL_PX, Source, write_side_by_side
from valgus.model.comparison import Comparison
from valgus.model.frontal import Side
from valgus.model.settings import Settings
from valgus.pipeline import smooth_track_of
from valgus.simulate import film, repetitions

BOOK = rules.published()
BEFORE = leg(name="before.mp4", day=1)
AFTER = leg((2.0, 3.0, 4.0, 3.0, 2.0), name="after.mp4", day=20, rep_s=1.5)
RIGHT = leg((13.0, 15.0, 14.0), side=Side.RIGHT, name="right_$x$.mp4")
CASES = {
    "before and after": compare(BEFORE, AFTER, BOOK),
    "left and right": compare(BEFORE, RIGHT, BOOK),
    "set-ups that differ": compare(
        changed(BEFORE, person="Änna Groß", step_height_cm=10.0, load_kg=4.0),
        changed(leg((2.0, 9.0), name="x" * 90 + ".mp4", day=20, peak_flexion_deg=70.0), person="Ben"),
        BOOK,
    ),
    "one rep": compare(BEFORE, AFTER, BOOK, reps=(3,)),
}


# --- words --------------------------------------------------------------------------------------------------


def test_the_difference_is_a_sentence_with_error_and_source() -> None:
    assert comparing.difference_sentence(CASES["before and after"]) == (
        "B minus A FPPA: -13.0 ± 9.1 deg, better, beyond measurement error (it counts beyond 8.9 deg)."
    )
    assert comparing.difference_sentence(CASES["left and right"]).startswith("Left minus right FPPA: +1.8 ± ")
    assert "not told apart from measurement error" in comparing.difference_sentence(CASES["left and right"])
    found = CASES["left and right"].difference
    assert comparing.source_sentence(found).startswith(
        "Measurement error of FPPA between sessions: 8.9 deg, borrowed: Munro 2012"
    )


def test_a_difference_whose_error_is_not_known_never_counts() -> None:
    unknown = replace(BEFORE.means[0], ci95=None)
    comparison = compare(replace(BEFORE, means=(unknown, *BEFORE.means[1:])), RIGHT, BOOK)
    assert "(its own error is not known)" in comparing.difference_sentence(comparison)
    assert not comparison.difference.counts
    comparison_figure(comparison)


def test_what_is_not_the_same_is_said() -> None:
    assert comparing.differing_sentence(CASES["before and after"]) == ""
    said = comparing.differing_sentence(CASES["set-ups that differ"])
    assert "person: Änna Groß in A, Ben in B; step height: 10 cm in A, not entered in B" in said


# --- the figure ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_every_text_of_the_figure_is_legible_and_on_nothing_else(case: str) -> None:
    check_every_text(comparison_figure(CASES[case]))


def said_on(figure: Figure) -> str:
    return " ".join(" ".join(text.get_text().split()) for text in figure.findobj(Text))


def test_the_figure_shows_both_legs_with_intervals_and_says_the_difference() -> None:
    comparison = CASES["before and after"]
    figure = comparison_figure(comparison)
    ends = whiskers(panel(figure, "legs"))
    for one in comparison.legs:
        assert one.mean.ci95 is not None
        middle, half = one.mean.mean, one.mean.ci95
        assert ends[f"{comparing.name_of(one)} mean"] == pytest.approx((middle - half, middle + half))
    assert comparing.difference_sentence(comparison) in said_on(figure)
    over_time = panel(figure, "over time")
    means = [line for line in over_time.lines if str(line.get_label()).startswith("mean")]
    assert len({str(line.get_linestyle()) for line in means}) == 2, "told apart without colour"


@pytest.mark.slow
@pytest.mark.parametrize("make", [png_of, svg_of])
def test_same_comparison_same_bytes(make) -> None:  # type: ignore[no-untyped-def]
    comparison = CASES["left and right"]
    assert make(comparison_figure(comparison)) == make(comparison_figure(comparison))


# --- the video ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, tuple[Source, Source]]:
    """Two filmed walls with tracks, of two reps each that differ in speed."""
    folder = tmp_path_factory.mktemp("compare")
    trials = []
    for name, side, rep_s in (("a.mp4", Side.LEFT, 1.2), ("b.mp4", Side.RIGHT, 0.9)):
        motion = repetitions(side=side, peak_fppa_deg=(16.0, 4.0), rep_s=rep_s, rest_s=0.6)
        trials.append(filmed(film(motion), folder / name))
    a, b = (Source(folder / trial.clip.name, smooth_track_of(trial)) for trial in trials)
    return compare(trials[0], trials[1], BOOK), (a, b)


@pytest.mark.slow
def test_the_video_has_every_moment_at_its_time_and_both_clips(
    clips: tuple[Comparison, tuple[Source, Source]], tmp_path: Path
) -> None:
    comparison, sources = clips
    moments = moments_of(comparison)
    write_side_by_side(comparison, moments, sources, tmp_path / "compare.mp4")
    frames = frames_of(tmp_path / "compare.mp4")
    np.testing.assert_allclose(
        [time_s for time_s, _ in frames], [moment.time_s for moment in moments], atol=1e-4
    )
    picture = frames[0][1].astype(int)
    assert picture.shape[1] == 2 * 360 + 8
    label = picture[: LABEL_PX - 8]
    for half in (label[:, :364], label[:, 364:]):
        assert (half.max(axis=2) < 90).sum() > 100, "a name above each"
    with av.open(str(tmp_path / "compare.mp4")) as container:
        (stream,) = container.streams
        assert stream.codec_context.name == "h264"  # type: ignore[union-attr]


def test_stopped_drawing_leaves_nothing(
    clips: tuple[Comparison, tuple[Source, Source]], tmp_path: Path
) -> None:
    comparison, sources = clips

    def stop(done: int, _: int | None) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_side_by_side(
            comparison, moments_of(comparison), sources, tmp_path / "compare.mp4", progress=stop
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_clip_of_which_every_other_frame_was_looked_at_is_shown_at_the_right_times(tmp_path: Path) -> None:
    track = film(repetitions(peak_fppa_deg=(16.0,), rep_s=1.2, rest_s=0.6, fps=60.0))
    fast = filmed(track, tmp_path / "fast.mp4")
    whole = fast.track
    every_other = slice(None, None, 2)
    assert whole.world_m is not None
    thinned = replace(
        whole,
        time_s=whole.time_s[every_other],
        xy_px=whole.xy_px[every_other],
        confidence=whole.confidence[every_other],
        world_m=whole.world_m[every_other],
    )
    trial = replace(trial_of(thinned, Settings(task="step-down", side=Side.LEFT)), clip=fast.clip)
    comparison = compare(trial, trial, BOOK)
    source = Source(tmp_path / "fast.mp4", smooth_track_of(trial))
    moments = moments_of(comparison)
    write_side_by_side(comparison, moments, (source, source), tmp_path / "compare.mp4")
    frames = frames_of(tmp_path / "compare.mp4")
    assert len(frames) == len(moments)
    strips = [frame[1][-40:-12, 34:352].astype(int).max(axis=2) for frame in frames[:: len(frames) // 6]]
    marks = [float(np.flatnonzero((strip < 90).mean(axis=0) > 0.6).mean()) for strip in strips]
    wanted = [moment.clip_s[0] for moment in moments[:: len(frames) // 6]]
    assert np.corrcoef(marks, wanted)[0, 1] > 0.999, "the mark in the strip is where the picture is from"
