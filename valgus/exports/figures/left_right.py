"""Both legs of one clip: every rep with its interval, the means, and whether their difference counts."""

from __future__ import annotations

from matplotlib.figure import Figure

from valgus.exports import wording
from valgus.exports.figures.bands import fppa_bands
from valgus.exports.figures.page import column_sheet
from valgus.exports.figures.style import SIDE_COLOURS, make_safe
from valgus.exports.figures.values import Gap, draw_beside, group_of
from valgus.model.trial import Trial
from valgus.model.trial_parts import SideDifference

HEIGHT_IN = 3.9


def left_right_figure(trial: Trial, /) -> Figure | None:
    """Return both legs beside each other; None where only one was measured."""
    if len(trial.sides) < 2 or not trial.measures["fppa_deg"].notna().any():
        return None
    sheet = column_sheet(HEIGHT_IN, trial)
    sheet.write_at_bottom(wording.difference_line(trial) or _no_difference(trial))
    groups = [group_of(trial, side, name=f"{side} leg", colour=SIDE_COLOURS[side]) for side in trial.sides]
    found = next((d for d in trial.differences if d.measure == "fppa_deg"), None)
    where = "over the hold" if wording.judged_holds(trial) else "at the lowest point"
    draw_beside(
        sheet,
        groups,
        fppa_bands(trial),
        None if found is None else _gap(found),
        title=f"FPPA {where} with 95 % interval",
    )
    make_safe(sheet.figure)
    return sheet.figure


def _no_difference(trial: Trial) -> str:
    without = [side for side in trial.sides if wording.mean_of(trial, "fppa_deg", side) is None]
    return f"No difference is given: no valid rep of the {' and the '.join(without)} leg."


def _gap(found: SideDifference) -> Gap:
    return Gap(found.value, found.ci95, max(found.mdc, found.ci95 or 0.0), "Left minus right")
