"""One page that says what to do: decision, pictures, reps, findings, plan and methods in a single file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from valgus import numerals
from valgus.exports import advice, sessions_in_words, wording
from valgus.exports.figures import knee_path_png, left_right_png, panels_png
from valgus.exports.figures.trend import trend_png
from valgus.exports.jpeg import as_jpeg
from valgus.exports.language import Language
from valgus.exports.pages import as_base64, base64_of, page
from valgus.exports.stills import Still
from valgus.model.history import History
from valgus.model.judgement import Decision
from valgus.model.ladder import Plan
from valgus.model.rep import Grade
from valgus.model.rule import Severity
from valgus.model.trial import Trial
from valgus.whole import whole_file

JPEG_QUALITY = 82
#: Larger videos lie beside the page instead of inside: a browser loads all of a page before it shows it, and
#: most mail takes 25 MB, of which a page needs a third more than the video has.
LARGEST_VIDEO_INSIDE = 16 * 1024 * 1024
#: Where the video goes in a page; nothing that a person writes looks like this once it is escaped.
_VIDEO_HERE = "<the video>"
CAVEATS = (
    "The projection angle is two-dimensional and a progress marker: not knee abduction, not a predictor of "
    "injury, not a clearance for sport.",
    "No published validation of this pose model's projection angle in these tasks was found; the errors "
    "given are measured on rendered people, and real ones may be larger.",
    "A large angle is no proof of a weak hip: ankle and foot raise it too.",
    "Percent symmetry of angles is not given, because it means nothing where angles pass through zero.",
)


def write_report(
    trial: Trial,
    path: Path,
    /,
    *,
    stills: Sequence[Still] = (),
    overlay: Path | None = None,
    plan: Plan | None = None,
    missing: str = "",
    history: History | None = None,
    language: Language | None = None,
) -> None:
    """Write the page: one file that loads nothing, runs no script but its own, and sends nothing.

    Parameters
    ----------
    trial : Trial
        One analysed clip.
    path : Path
        Where to, ending in ``.html``.
    stills : sequence of Still
        Pictures of the lowest points; none where the clip is not at hand.
    overlay : Path or None
        The overlay video: put inside the page, or linked beside it where it is very large.
    plan : Plan or None
        What to do until the next test.
    missing : str
        Why there are no pictures, empty where there are.
    history : History or None
        The person's sessions in this task, for the trend.
    language : Language, optional
        What the page is written in; English by default.

    Raises
    ------
    CannotWrite
        If it cannot be written; then nothing is left of it, and an earlier page is untouched.
    """
    content = report_page(trial, stills, overlay, plan, missing=missing, history=history, language=language)
    before, here, after = content.partition(_VIDEO_HERE)
    with (
        whole_file(path, advice="Choose another place with --out FILE.") as unfinished,
        unfinished.open("w", encoding="utf-8", newline="") as page_file,
    ):
        page_file.write(before)
        if here and overlay is not None:
            page_file.writelines(base64_of(overlay))
        page_file.write(after)


def report_page(
    trial: Trial,
    stills: Sequence[Still],
    overlay: Path | None,
    plan: Plan | None,
    *,
    missing: str = "",
    history: History | None = None,
    language: Language | None = None,
) -> str:
    """Return the page; every value that a person can choose is escaped, and none is translated.

    A video inside it is left out, because it may be as large as all the rest of the program: `write_report`
    puts it where `_VIDEO_HERE` stands.
    """
    language = language or Language()
    return page(
        "report.html",
        styles=("report.css",),
        scripts=("report.js",),
        filters={"say": language.say},
        language=language.code,
        title=wording.one_line(trial.clip.name),
        person=trial.session.person,
        about=list(_about(trial)),
        headline=wording.headline(trial),
        what_to_do=wording.what_to_do(trial),
        plain=wording.in_plain_words(trial),
        decisions=[_card(decision) for decision in trial.verdicts],
        video=_video(overlay),
        reps=list(_reps(trial)),
        has_drop=bool(trial.measures["pelvic_drop_deg"].notna().any()) if len(trial.measures) else False,
        stills=[_picture(still, trial) for still in stills],
        missing=missing,
        panels=as_base64(panels_png(trial)),
        left_right=as_base64(left_right_png(trial)),
        knee_path=as_base64(knee_path_png(trial)),
        over_time=[] if history is None else list(_over_time(history)),
        trend="" if history is None else as_base64(trend_png(history)),
        findings=[
            {"says": wording.in_a_sentence(finding), "heavy": finding.severity is not Severity.NOTE}
            for finding in wording.worst_first(trial)
        ],
        difference=wording.difference_line(trial),
        items=list(advice.item_lines(trial)),
        plan=plan,
        methods=trial.task.methods,
        bands=[wording.band_line(band) for band in trial.task.bands],
        made=trial.provenance,
        caveats=CAVEATS,
        fppa_is=f"{wording.FPPA_IS} {wording.FPPA_IS_NOT}",
        rules_are=advice.RULES_ARE,
        advice_only=advice.ADVICE_ONLY,
        intended_use=wording.INTENDED_USE,
        notes=trial.session.notes,
    )


def _over_time(history: History) -> Iterator[tuple[str, str]]:
    for series in history.series:
        yield sessions_in_words.setup_name(series), sessions_in_words.change_line(series)


def _about(trial: Trial) -> Iterator[tuple[str, str]]:
    session = trial.session
    if session.date:
        yield "Date", f"{session.date.isoformat()} ({session.date_from})"
    yield "Task", wording.task_line(trial)
    if session.step_height_cm is not None:
        yield "Step", f"{session.step_height_cm:g} cm"
    if session.load_kg is not None:
        yield "Load", f"{session.load_kg:g} kg"
    yield "Side", wording.side_line(trial)
    yield "View", wording.view_line(trial)
    if origin := wording.landmarks_line(trial):
        yield "Landmarks", origin
    if trial.evidence.stickers is not None:
        yield "Pelvis", wording.pelvis_line(trial)
    pain = [("during", session.pain_during), ("next morning", session.pain_next_morning)]
    if said := [f"{value:g} {when}" for when, value in pain if value is not None]:
        yield "Pain (0-10)", ", ".join(said)


@dataclass(frozen=True)
class _Card:
    """A decision as the page shows it."""

    side: str
    css: str
    outcome: str
    reasons: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def _card(decision: Decision) -> _Card:
    told = advice.told(decision)
    return _Card(
        side=decision.side,
        css=advice.OUTCOME_CLASSES[decision.outcome],
        outcome=advice.MEANING[decision.outcome],
        reasons=tuple((f"{one.says[:1].upper()}{one.says[1:]}.", one.would_change) for one in told),
        notes=decision.notes,
    )


def _video(overlay: Path | None) -> str:
    """Return where the page finds the video: inside itself, or beside it."""
    if overlay is None or not overlay.is_file():
        return ""
    if overlay.stat().st_size > LARGEST_VIDEO_INSIDE:
        return overlay.name
    return Markup(f"data:video/mp4;base64,{_VIDEO_HERE}")  # the product's own words


def _reps(trial: Trial) -> Iterator[dict[str, Any]]:
    for (_, row), rep in zip(trial.measures.iterrows(), trial.reps, strict=True):
        level = trial.level_of(rep)
        yield {
            "number": rep.number,
            "side": rep.side.value,
            "at_s": f"{rep.bottom_s:.2f}",
            "from_s": f"{max(rep.start_s - 0.3, 0.0):.2f}",
            "fppa": _with_error(row["fppa_deg"], row["fppa_ci95_deg"]),
            "drop": _with_error(row["pelvic_drop_deg"], row["pelvic_drop_ci95_deg"]),
            "lean": _number(row["trunk_lean_deg"]),
            "depth": _number(row["depth_pct"]),
            "grade": rep.grade.value,
            "why": ", ".join(code.replace("_", " ") for code in rep.grade_reasons),
            "level": level.value if level else "",
            "unsure": wording.near_an_edge(trial, rep),
            "invalid": rep.grade is Grade.INVALID,
        }


def _number(value: float) -> str:
    return "" if np.isnan(value) else numerals.plain(value)


def _with_error(value: float, half_width: float) -> str:
    return "" if np.isnan(value) else numerals.with_error(value, half_width)


def _picture(still: Still, trial: Trial) -> dict[str, Any]:
    height, width = still.image.shape[:2]
    angles = {
        rep.side: float(trial.measures["fppa_deg"].iloc[k])
        for k, rep in enumerate(trial.reps)
        if rep.number == still.number
    }
    said = [
        f"{side.value} {numerals.signed(angle, places=0)} deg"
        for side, angle in angles.items()
        if not np.isnan(angle)
    ]
    return {
        "number": still.number,
        "at_s": f"{still.time_s:.2f}",
        "jpeg": as_jpeg(still.image, quality=JPEG_QUALITY),
        "width": width,
        "height": height,
        "legs": [
            " ".join(f"{x:.1f},{y:.1f}" for x, y in leg.hip_knee_ankle_px)
            for leg in still.legs
            if np.isfinite(leg.hip_knee_ankle_px).all()
        ],
        "caption": f"Rep {still.number}: {', '.join(said) or 'not measured'}",
    }
