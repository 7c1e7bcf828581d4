"""Both legs of one clip: every rep with its interval, the means, and whether their difference counts."""

from __future__ import annotations

from matplotlib.figure import Figure

from valgus.exports import wording
from valgus.exports.figures.bands import BAND_NAMES_IN, draw_bands, fppa_bands
from valgus.exports.figures.page import TITLE_IN, Sheet, column_sheet
from valgus.exports.figures.style import SIDE_COLOURS, SMALL, make_safe, write_title
from valgus.exports.figures.values import Group, draw_difference, draw_groups, group_of, levels_legend
from valgus.model.trial import Trial
from valgus.model.trial_parts import SideDifference

HEIGHT_IN = 3.9
#: Room below the axes for ticks, the axis label and the legend.
BELOW_IN = 0.75
#: The chart of the difference, and the room left of it for its ticks.
DIFFERENCE_IN, BETWEEN_IN = 1.1, 0.7


def left_right_figure(trial: Trial, /) -> Figure | None:
    """Return both legs beside each other; None where only one was measured."""
    if len(trial.sides) < 2 or not trial.measures["fppa_deg"].notna().any():
        return None
    sheet = column_sheet(HEIGHT_IN, trial)
    sheet.write_at_bottom(wording.difference_line(trial) or _no_difference(trial))
    groups = [group_of(trial, side, name=f"{side} leg", colour=SIDE_COLOURS[side]) for side in trial.sides]
    _draw(sheet, trial, groups)
    make_safe(sheet.figure)
    return sheet.figure


def _no_difference(trial: Trial) -> str:
    without = [side for side in trial.sides if wording.mean_of(trial, "fppa_deg", side) is None]
    return f"No difference is given: no valid rep of the {' and the '.join(without)} leg."


def _draw(sheet: Sheet, trial: Trial, groups: list[Group]) -> None:
    found = next((d for d in trial.differences if d.measure == "fppa_deg"), None)
    sheet.gap(TITLE_IN)
    height_in = sheet.free_in - BELOW_IN
    right_in = BAND_NAMES_IN + (DIFFERENCE_IN + BETWEEN_IN if found else 0.0)
    axes = sheet.axes(height_in, "legs", right_in=right_in)
    draw_groups(axes, groups)
    draw_bands(axes, fppa_bands(trial))
    where = "over the hold" if wording.judged_holds(trial) else "at the lowest point"
    write_title(axes, f"FPPA {where} with 95 % interval")
    axes.legend(
        handles=levels_legend(groups), loc="upper left", bbox_to_anchor=(0.0, -0.2), ncols=5, fontsize=SMALL,
        frameon=False, handletextpad=0.1, columnspacing=1.0, borderaxespad=0.0,
    )  # fmt: skip
    if found is not None:
        _draw_difference(sheet, found, height_in)


def _draw_difference(sheet: Sheet, found: SideDifference, height_in: float) -> None:
    left_in = sheet.left_in + sheet.width_in - DIFFERENCE_IN
    axes = sheet.axes_at(left_in, sheet.top_in, DIFFERENCE_IN, height_in, "difference")
    needed = max(found.mdc, found.ci95 or 0.0)
    draw_difference(axes, value=found.value, ci95=found.ci95, needed=needed, between="Left minus right")
    axes.set_xlabel("grey: does not count", fontsize=SMALL)
