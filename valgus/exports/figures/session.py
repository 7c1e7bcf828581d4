"""The figure of one clip, one printed page: angle and depth over time, the reps, and what they look like."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from valgus.exports import wording
from valgus.exports.figures.bands import BAND_NAMES_IN
from valgus.exports.figures.film_strip import strip_of
from valgus.exports.figures.page import (
    A4_IN,
    REASONS_BELOW_IN,
    TICKS_BELOW_IN,
    TITLE_IN,
    Sheet,
)
from valgus.exports.figures.reps import draw_reps
from valgus.exports.figures.style import (
    GREY,
    LARGE,
    LEVEL_COLOURS,
    blank,
    in_known_letters,
    make_safe,
    was_seen,
)
from valgus.exports.figures.time_series import draw_over_time
from valgus.exports.stills import Still
from valgus.model.rule import Level
from valgus.model.trial import Trial

#: The panels alone.
PANELS_IN = (7.4, 6.4)
MOST_PANELS_IN = 5.5
#: The pictures take at most this share of the page between header and footer.
MOST_STRIP = 0.38


def session_figure(trial: Trial, stills: Sequence[Still] = (), /) -> Figure:
    """Return the page of one clip.

    It always says in words what was found; panels appear as far as there is something to show.
    """
    figure = blank(A4_IN)
    sheet = Sheet(figure)
    _write_header(sheet, trial)
    _write_footer(sheet, trial)
    _draw_panels(sheet, trial, stills)
    make_safe(figure)
    return figure


def panels_figure(trial: Trial, /) -> Figure | None:
    """Return the panels alone, without words around them; None where the angle was never seen."""
    if not was_seen(trial, "fppa_deg"):
        return None
    figure = blank(PANELS_IN)
    _draw_panels(Sheet(figure, margin_in=0.1), trial, ())
    make_safe(figure)
    return figure


def _write_header(sheet: Sheet, trial: Trial) -> None:
    sheet.write(in_known_letters(wording.one_line(trial.clip.name, longest=60)), size=LARGE, weight="bold")
    for name, says in (
        ("Task", wording.task_line(trial)),
        ("Side", wording.side_line(trial)),
        ("View", wording.view_line(trial)),
        *((("Pelvis", wording.pelvis_line(trial)),) if trial.evidence.stickers is not None else ()),
    ):
        sheet.write(f"{name}: {says}", color="#333333")
    sheet.gap(0.08)
    if wording.headline(trial):
        sheet.write(wording.headline(trial), size=11, weight="bold", color=LEVEL_COLOURS[Level.RED])
    for sentence in wording.in_plain_words(trial):
        sheet.write(sentence, size=10)
    if wording.what_to_do(trial):
        sheet.write(f"What to do: {wording.what_to_do(trial)}", size=10)


def _write_footer(sheet: Sheet, trial: Trial) -> None:
    """Write, from the last line upwards, what the numbers are and what made them."""
    made = trial.provenance
    sheet.write_at_bottom(
        f"valgus {made.valgus_version}, definitions {made.definitions_version}, pose model "
        f"{in_known_letters(wording.one_line(made.model, longest=40))}. {wording.INTENDED_USE}",
        color=GREY,
    )
    bands = [wording.band_line(band) for band in wording.bands_in_use(trial)]
    for says in reversed([f"{wording.FPPA_IS} {wording.FPPA_IS_NOT}", *bands]):
        sheet.write_at_bottom(says)
    for says in reversed(wording.other_findings(trial)):
        sheet.write_at_bottom(f"• {says}")


def _draw_panels(sheet: Sheet, trial: Trial, stills: Sequence[Still]) -> None:
    if not was_seen(trial, "fppa_deg"):
        return
    strip = strip_of(trial, stills, sheet.width_in, MOST_STRIP * sheet.free_in)
    around_in = 3 * TITLE_IN + TICKS_BELOW_IN + REASONS_BELOW_IN + 0.1
    panels_in = min(sheet.free_in - strip.height_in - around_in, MOST_PANELS_IN)

    sheet.gap(TITLE_IN)
    fppa = sheet.axes(0.40 * panels_in, "fppa over time")
    sheet.gap(TITLE_IN)
    depth = sheet.axes(0.24 * panels_in, "depth over time")
    draw_over_time(fppa, depth, trial)
    if trial.reps:
        sheet.gap(TICKS_BELOW_IN + TITLE_IN)
        draw_reps(sheet.axes(0.36 * panels_in, "reps", right_in=BAND_NAMES_IN), trial)
        sheet.gap(REASONS_BELOW_IN)
    strip.draw(sheet, trial)
