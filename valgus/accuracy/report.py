"""The suite's result as tables: plain rows for a terminal, Markdown for `docs/accuracy.md`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valgus.accuracy import outcomes
from valgus.accuracy.agreement import Agreement, agreement_of, within_clip_r
from valgus.model.judgement import Outcome
from valgus.model.trial import Provenance

#: Groups filmed square on, over which the stated goals are.
SQUARE_ON = ("plain", "uneven", "narrow", "stickers", "small stickers")
#: Yaw in classes, deg, without its sign; the last one is open.
YAW_CLASSES = ((0.0, 0.5), (0.5, 4.0), (4.0, 8.0), (8.0, 16.0))
#: Clips whose single reps are worth a line of their own.
MISHAP = "mishap"

INTRODUCTION = (
    "Measured on rendered people, whose every joint is known exactly. Real people do not look like them: "
    "skin and cloth move, light and rooms are worse, and the pose model was made for photographs. Errors on "
    "real people can be larger, and nothing here says how much larger."
)


@dataclass(frozen=True)
class Table:
    """A heading, a sentence about what is shown, column names and rows of text.

    The first ``labels`` columns say what a row is about, the others are numbers.
    """

    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: int


def tables_of(compared: pd.DataFrame, /) -> tuple[Table, ...]:
    """Return every table of the suite; those about which it has nothing to say are left out."""
    makers: tuple[Callable[[pd.DataFrame], Table], ...] = (
        _overall,
        _by_side,
        _by_group,
        _by_yaw,
        _stickers,
        _mishaps,
        _coverage,
        _starts,
        _outcomes,
    )
    return tuple(table for maker in makers if (table := maker(compared)).rows)


def as_markdown(tables: Sequence[Table], compared: pd.DataFrame, made: Provenance, /) -> str:
    """Return the document that is published."""
    clips, reps = compared["case"].nunique(), _reps_in(compared)
    lines = [
        "# Accuracy, on rendered people",
        "",
        INTRODUCTION,
        "",
        "![Measured minus true: FPPA, pelvic drop from stickers, hip line](bland-altman.png)",
        "",
        f"{clips} clips, {reps} repetitions. Made by `scripts/make_accuracy.py`, which runs `valgus verify`, "
        f"with valgus {made.valgus_version}, pose model `{made.model}` (sha256 `{made.model_sha256[:16]}…`), "
        f"{', '.join(made.packages)}.",
        "",
        "Differences are measured minus true. RMSE is their root mean square, slope and r are of measured on "
        "true values, 'missing' counts values that were not measured, 'covered' is the share of 95 % "
        "intervals that contain the truth and '±' their median half-width. Angles in degrees.",
    ]
    for table in tables:
        lines += ["", f"## {table.title}", "", table.about, "", *_markdown_rows(table)]
    return "\n".join(lines) + "\n"


def _reps_in(compared: pd.DataFrame) -> int:
    return len(compared[compared["rep"] > 0].groupby(["case", "rep"]))


def _markdown_rows(table: Table) -> Iterable[str]:
    yield f"| {' | '.join(table.columns)} |"
    yield f"|{'---|' * len(table.columns)}"
    yield from (f"| {' | '.join(row)} |" for row in table.rows)


# --- rows ------------------------------------------------------------------------------------------------

_NUMBERS = ("n", "missing", "bias", "SD", "RMSE", "largest", "slope", "r", "covered", "±")


def _numbers(found: Agreement | None) -> tuple[str, ...] | None:
    if found is None:
        return None
    return (
        str(found.n),
        str(found.missing),
        f"{found.bias:+.2f}",
        f"{found.sd:.2f}",
        f"{found.rmse:.2f}",
        f"{found.largest:.2f}",
        "" if found.slope is None else f"{found.slope:.3f}",
        "" if found.r is None else f"{found.r:.3f}",
        "" if found.covered is None else f"{100 * found.covered:.0f} %",
        "" if found.half_width is None else f"{found.half_width:.2f}",
    )


def _table(
    title: str, about: str, names: tuple[str, ...], parts: Iterable[tuple[tuple[str, ...], pd.DataFrame]]
) -> Table:
    rows = ((name, _numbers(agreement_of(part))) for name, part in parts)
    return Table(
        title,
        about,
        (*names, *_NUMBERS),
        tuple((*name, *numbers) for name, numbers in rows if numbers is not None),
        labels=len(names),
    )


def _of(compared: pd.DataFrame, measure: str, start: str = "pixels") -> pd.DataFrame:
    return compared[(compared["measure"] == measure) & (compared["start"] == start)]


def _square_on(compared: pd.DataFrame) -> pd.DataFrame:
    return compared[compared["group"].isin(SQUARE_ON)]


def _overall(compared: pd.DataFrame) -> Table:
    square = _square_on(compared)
    parts = [
        (("FPPA, as measured (mean of picture and mirror image)",), _of(square, "fppa_deg")),
        (("FPPA, picture alone",), _of(square, "fppa_deg", "pixels, not averaged")),
        (("FPPA from the ASIS sticker",), _of(square, "fppa_asis_deg")),
        (("pelvic drop from stickers",), _big_stickers(_of(square, "pelvic_drop_deg"))),
        (("hip line read as pelvic drop (never do)",), _of(square, "hip_line_tilt_deg")),
        (("trunk lean",), _of(square, "trunk_lean_deg")),
    ]
    return _table(
        "Square on to the camera",
        "Every body, every set of clothes, no yaw. " + _within_clips(_of(square, "fppa_deg")),
        ("measure",),
        parts,
    )


def _within_clips(fppa: pd.DataFrame) -> str:
    r = within_clip_r(fppa)
    if len(r) == 0:
        return ""
    return f"Inside single clips, r of the FPPA is {r.min():.3f} at worst and {np.median(r):.3f} usually."


def _big_stickers(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["group"] == "stickers"]


def _by_side(compared: pd.DataFrame) -> Table:
    rows = _of(_square_on(compared), "fppa_deg")
    return _table(
        "FPPA by stance leg",
        "No yaw.",
        ("leg",),
        (((str(side),), part) for side, part in rows.groupby("side")),
    )


def _by_group(compared: pd.DataFrame) -> Table:
    rows = _of(_square_on(compared), "fppa_deg")
    return _table(
        "FPPA by kind of clip and task",
        "'Uneven' has a long dark sock, a knee sleeve and hard light on one side; all reps of a 'narrow' "
        "clip are within 3 deg. No yaw.",
        ("kind", "task"),
        (((str(group), str(task)), part) for (group, task), part in rows.groupby(["group", "task"])),
    )


def _by_yaw(compared: pd.DataFrame) -> Table:
    rows = compared[~compared["group"].isin((MISHAP,))]
    turned = rows["true_yaw_deg"].abs()
    parts = [
        ((f"{low:g} to {high:g}" if low else "none", name), _of(rows[turned.between(low, high)], measure))
        for low, high in YAW_CLASSES
        for name, measure in (
            ("FPPA, as filmed", "fppa_deg"),
            ("FPPA, as a measure of the angle square on", "fppa_deg, square on"),
            ("FPPA, corrected for yaw", "fppa_yaw_corrected_deg"),
            ("yaw itself", "yaw_deg"),
        )
    ]
    return _table(
        "By yaw of the camera",
        "Yaw without its sign, deg. A turned camera sees false valgus: the truth is the angle in the picture "
        "as filmed in the first line of each class, the angle square on in the others.",
        ("yaw", "measure"),
        parts,
    )


def _stickers(compared: pd.DataFrame) -> Table:
    rows = compared[compared["group"].isin(("stickers", "small stickers"))]
    parts = [
        ((group, name), _of(rows[rows["group"] == group], measure))
        for group in ("stickers", "small stickers")
        for name, measure in (
            ("tilt in the picture", "pelvic_drop_deg"),
            ("obliquity in space", "pelvic_drop_deg, in space"),
        )
    ]
    return _table(
        "Pelvic drop from stickers",
        "Magenta and lime, 25 and 30 mm, found by themselves ('small': 10 mm, pointed at), light and dark "
        "shorts, 720 and 1080 pixels wide, 30 and 60 frames per second. Intervals here are without the "
        "allowance for skin and cloth, which do not move on this athlete.",
        ("stickers", "truth"),
        parts,
    )


def _mishaps(compared: pd.DataFrame) -> Table:
    rows = _of(compared[compared["group"] == MISHAP], "pelvic_drop_deg, whole interval")
    lines = []
    for case, part in rows.groupby("case"):
        known = part[part["measured"].notna()]
        off = (known["measured"] - known["truth"]).abs()
        beyond = int((off > known["ci95"]).sum())
        worst = f"{off.max():.1f}" if len(known) else ""
        lines.append((str(case), str(len(part)), str(len(known)), worst, str(beyond)))
    return Table(
        "When stickers go wrong",
        "A hem or a hand over one, cloth slipping by 12 mm, one falling off or missing, both on the shirt, "
        "logos of the same colour: what must not happen is a wrong number.",
        ("clip", "reps", "measured", "largest error", "beyond the interval"),
        tuple(lines),
        labels=1,
    )


def _coverage(compared: pd.DataFrame) -> Table:
    rows = compared[(compared["start"] == "pixels") & (compared["group"] != MISHAP)]
    parts = [
        ((name, str(half)), part)
        for name, measure in (
            ("FPPA, rep", "fppa_deg, square on"),
            ("FPPA, set mean", "fppa_deg, set mean"),
            ("pelvic drop in space, rep (no allowance)", "pelvic_drop_deg, in space"),
            ("hip line as pelvic drop, rep", "hip_line_tilt_deg"),
            ("yaw", "yaw_deg"),
        )
        for half, part in rows[rows["measure"] == measure].groupby("half")
    ]
    return _table(
        "Are the intervals honest?",
        "'Settled' are the bodies and clothes from which the stated errors were taken, 'held out' those on "
        "which they are checked. All yaws.",
        ("measure", "half"),
        parts,
    )


def _starts(compared: pd.DataFrame) -> Table:
    rows = compared[compared["group"].isin(("plain", "uneven", "narrow"))]
    parts = [
        ((name, start), _of(rows, measure, start))
        for name, measure in (
            ("FPPA", "fppa_deg"),
            ("trunk lean", "trunk_lean_deg"),
            ("lowest point, s", "lowest point, s"),
        )
        for start in ("exact joints", "noisy joints", "pixels, not averaged", "pixels")
    ]
    return _table(
        "What the pose model adds, and what the rest",
        "The same motions from exact joints, from exact joints with noise of 0.55 % of the leg, and from "
        "pixels.",
        ("measure", "start"),
        parts,
    )


def _outcomes(compared: pd.DataFrame) -> Table:
    """Return what is decided at known angles; it rests on the stated errors, not on the clips compared."""
    rows = []
    for condition in outcomes.CONDITIONS:
        for true_mean in condition.true_means_deg:
            shares = outcomes.shares_of_outcomes(condition, true_mean)
            cells = (f"{100 * shares[outcome]:.0f} %" for outcome in reversed(Outcome))
            rows.append((condition.name, f"{true_mean:+.0f} deg", *cells))
    return Table(
        "What is decided at which true angle",
        "Drawn from the stated errors: sets of five single-leg squats with a spread of 2 deg between reps, "
        "in a second session without pain. The green band ends at 11.3 deg; a progress candidate needs the "
        "whole interval below it.",
        ("filmed", "true mean", *(outcome.value for outcome in reversed(Outcome))),
        tuple(rows),
        labels=2,
    )
