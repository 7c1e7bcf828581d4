"""Render a case, analyse it as any clip is analysed, and put every measure beside its truth.

Clips are kept under the hash of their recipe and raw tracks under the hash of what made them, so that an
interrupted run goes on where it stopped, and a change of anything after the track costs no pixel.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import valgus
from valgus import pipeline, results, uncertainty, watching
from valgus.accuracy.suite import Case
from valgus.backends.weights import ModelFile
from valgus.errors import NotAnAnalysis
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.rep import Rep
from valgus.model.settings import Settings, StickerPoints
from valgus.model.track import LANDMARKS, PoseTrack
from valgus.model.trial import Trial
from valgus.phantom.clip import clip_truth, render_cached, solve_clip, sticker_centres_px, truth_path
from valgus.phantom.truth import FrameTruth

#: A rep found within this time of a true lowest point is that rep, s.
SAME_REP_S = 0.5
#: Standard deviation of the noise that is added to exact joints, as a share of the leg: 2 px of 360.
JOINT_NOISE_LEGS = 0.0055
#: Measures compared, and where their truth is.
TRUTH_OF = {
    "fppa_deg": "fppa_deg",
    "fppa_asis_deg": "fppa_asis_deg",
    "trunk_lean_deg": "trunk_lean_deg",
}
#: Parts of the program on which a raw track depends.
TRACK_MAKERS = ("pose.py", "evidence.py", "stickers", "backends", "video", "cleaning.py", "filters.py")

COLUMNS = [
    "case", "group", "half", "task", "side", "fps", "true_yaw_deg", "rep", "start", "measure", "measured",
    "truth", "ci95", "grade",
]  # fmt: skip

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Workplace:
    """Where clips and tracks are kept, with which model, and how many frames are drawn at once."""

    folder: Path
    model: ModelFile
    threads: int = 2


def compare(cases: Sequence[Case], place: Workplace, /, *, progress: Progress | None = None) -> pd.DataFrame:
    """Return every measure of every rep of every case beside its truth.

    Returns
    -------
    DataFrame
        Long: one row per case, rep and measure, with `COLUMNS`. ``measured`` is NaN for what was not
        measured, also where a rep was not found. ``rep`` is 0 for what is true of a whole clip. ``start`` is
        'pixels', 'pixels, not averaged', 'exact joints' or 'noisy joints'.
    """
    rows: list[dict[str, Any]] = []
    for done, case in enumerate(cases):
        if progress is not None:
            progress(done, len(cases), case.name)
        rows += _rows_of(case, place)
    if progress is not None:
        progress(len(cases), len(cases), "")
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows_of(case: Case, place: Workplace) -> Iterator[dict[str, Any]]:
    clip, _ = render_cached(case.recipe, place.folder / "clips", threads=place.threads)
    truth: dict[str, Any] = json.loads(truth_path(clip).read_text(encoding="utf-8"))
    averaged = Settings(task=truth["task"], stickers=_pointed_at(case) if case.pointed_at else "auto")
    averaged = replace(averaged, correct_yaw=True)
    yield from _compared(case, _analysed(clip, place, averaged), truth, "pixels")
    single = replace(averaged, mirror_average=False, stickers="none")
    yield from _compared(case, _analysed(clip, place, single), truth, "pixels, not averaged")
    if case.recipe.stickers is None:
        for start, trial in _without_pixels(case, truth):
            yield from _compared(case, trial, truth, start)


def _pointed_at(case: Case) -> StickerPoints:
    """Return where a person would click on the stickers in the first picture: on whole pixels."""
    _, skeletons = solve_clip(case.recipe)
    centres = sticker_centres_px(case.recipe, skeletons[:1])
    (one, other) = ((float(round(x)), float(round(y))) for ((x, y),) in centres.values())
    return StickerPoints((one, other), 0.0)


# --- from pixels -----------------------------------------------------------------------------------------


def _analysed(clip: Path, place: Workplace, settings: Settings) -> Trial:
    """Return the trial of a clip, its raw track from an earlier run if that is still good."""
    model = place.model
    provenance = pipeline.provenance_of(model, settings)
    folder = place.folder / "tracks" / f"{clip.stem}-{_key(model, settings)}"
    try:
        earlier = results.load(folder)
        seen: tuple[Clip, PoseTrack, ClipEvidence] = (earlier.clip, earlier.track, earlier.evidence)
    except NotAnAnalysis:
        seen = watching.watch(clip, model, settings)
        results.save(pipeline.measure(*seen, settings, provenance=provenance), folder)
    return pipeline.measure(*seen, settings, provenance=provenance)


def _key(model: ModelFile, settings: Settings) -> str:
    text = f"{model.sha256} {settings.mirror_average} {settings.stickers} {_makers_hash()}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def _makers_hash() -> str:
    home = Path(valgus.__file__).parent
    digest = hashlib.sha256()
    for part in TRACK_MAKERS:
        files = sorted((home / part).rglob("*.py")) if (home / part).is_dir() else [home / part]
        for file in files:
            digest.update(file.read_bytes())
    return digest.hexdigest()


# --- from joints -----------------------------------------------------------------------------------------


def _without_pixels(case: Case, truth: dict[str, Any]) -> Iterator[tuple[str, Trial]]:
    """Yield the trials of exact joints and of noisy ones: what the pipeline itself adds to the error."""
    frames = clip_truth(case.recipe).frames
    exact = _as_track(frames)
    rng = np.random.default_rng((case.recipe.seed, 10))
    noise = rng.normal(0.0, JOINT_NOISE_LEGS * exact.leg_scale_px, exact.xy_px.shape)
    for start, track in (
        ("exact joints", exact),
        ("noisy joints", replace(exact, xy_px=exact.xy_px + noise)),
    ):
        yield start, _measured_from(track, case, truth)


def _measured_from(track: PoseTrack, case: Case, truth: dict[str, Any]) -> Trial:
    camera = case.recipe.camera
    clip = Clip(
        name=case.name,
        sha256="",
        width_px=camera.width_px,
        height_px=camera.height_px,
        frame_count=len(track.time_s),
        duration_s=float(track.time_s[-1]),
        fps=float(case.recipe.fps),
        variable_frame_rate=False,
        rotation_deg=0,
        codec="none",
        ended_early=False,
    )
    settings = Settings(task=truth["task"], yaw_deg=truth["yaw_deg"])
    provenance = pipeline.provenance_of(
        ModelFile(Path(), "exact joints", "", stripped=False, origin="file"), settings
    )
    return pipeline.measure(clip, track, ClipEvidence(), settings, provenance=provenance)


def _as_track(frames: FrameTruth) -> PoseTrack:
    """Return the joints under the names of the pose model; what the athlete has not is put at the nose."""
    return PoseTrack(
        time_s=frames.time_s,
        xy_px=np.stack([frames.px(_joint_of(name, frames.names)) for name in LANDMARKS], axis=1),
        confidence=np.ones((len(frames.time_s), len(LANDMARKS))),
    )


def _joint_of(landmark: str, joints: tuple[str, ...]) -> str:
    side, _, part = landmark.partition("_")
    joint = f"{ {'foot_index': 'toe'}.get(part, part) }_{side}"
    return joint if joint in joints else "nose"


# --- beside the truth ------------------------------------------------------------------------------------


def _compared(case: Case, trial: Trial, truth: dict[str, Any], start: str) -> Iterator[dict[str, Any]]:
    about = {
        "case": case.name,
        "group": case.group,
        "half": "held out" if case.held_out else "settled",
        "task": truth["task"],
        "side": truth["side"],
        "fps": truth["fps"],
        "true_yaw_deg": truth["yaw_deg"],
        "start": start,
    }
    # A camera turned aside sees false valgus; what a person wants to know is the angle seen square on.
    square_on = [rep.fppa_deg for rep in case.recipe.reps]
    pairs = [
        (true | {"fppa_square_on_deg": angle}, _found(true, trial))
        for true, angle in zip(truth["reps"], square_on, strict=True)
    ]
    for true, at in pairs:
        grade = None if at is None else trial.reps[at].grade.value
        for compared in _rep_rows(trial, at, true, truth):
            yield about | {"rep": true["rep"], "grade": grade} | compared
    yield from (about | {"rep": 0, "grade": None} | row for row in _clip_rows(trial, square_on))


def _found(true: dict[str, Any], trial: Trial) -> int | None:
    """Return which rep of the trial a true one is."""

    def away_s(rep: Rep) -> float:
        return abs(rep.bottom_s - float(true["bottom_s"]))

    near = [
        at
        for at, rep in enumerate(trial.reps)
        if rep.side.value == true["side"] and away_s(rep) <= SAME_REP_S
    ]
    return min(near, key=lambda at: away_s(trial.reps[at]), default=None)


def _rep_rows(
    trial: Trial, at: int | None, true: dict[str, Any], truth: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    def value(column: str) -> float:
        return float("nan") if at is None else float(trial.measures[column].iloc[at])

    for measure, key in TRUTH_OF.items():
        yield _row(measure, value(measure), true[key])
    fppa_ci95, square_on = value("fppa_ci95_deg"), true["fppa_square_on_deg"]
    yield _row("fppa_deg, square on", value("fppa_deg"), square_on, fppa_ci95)
    yield _row("fppa_yaw_corrected_deg", value("fppa_yaw_corrected_deg"), square_on, fppa_ci95)
    drop_ci95 = value("hip_line_tilt_ci95_deg")
    yield _row("hip_line_tilt_deg", value("hip_line_tilt_deg"), true["pelvic_drop_deg"], drop_ci95)
    yield _row("yaw_deg", value("yaw_deg"), truth["yaw_deg"], value("yaw_ci95_deg"))
    yield _row("lowest point, s", float("nan") if at is None else trial.reps[at].bottom_s, true["bottom_s"])
    if truth["stickers"]:
        from_two_legs = (
            true.get("pelvic_drop_from_two_legs_deg") if trial.pelvis_baseline == "two_leg" else None
        )
        in_picture = true["pelvic_drop_deg"] if from_two_legs is None else from_two_legs
        in_space = true["pelvic_drop_3d_deg"] if from_two_legs is None else from_two_legs
        # Skin and cloth do not move on this athlete: their allowance would hide what is tested here.
        whole = value("pelvic_drop_ci95_deg")
        interval = float(np.sqrt(whole**2 - uncertainty.STICKER_ALLOWANCE_DEG**2))
        yield _row("pelvic_drop_deg", value("pelvic_drop_deg"), in_picture, interval)
        yield _row("pelvic_drop_deg, in space", value("pelvic_drop_deg"), in_space, interval)
        yield _row("pelvic_drop_deg, whole interval", value("pelvic_drop_deg"), in_space, whole)


def _clip_rows(trial: Trial, square_on_deg: Sequence[float]) -> Iterator[dict[str, Any]]:
    """Yield what is true of the whole clip: set mean, and reps that are not there."""
    mean = next((m for m in trial.means if m.measure == "fppa_deg"), None)
    yield _row("reps found", len(trial.reps), len(square_on_deg))
    if mean is not None and mean.n == len(square_on_deg):
        yield _row("fppa_deg, set mean", mean.mean, float(np.mean(square_on_deg)), mean.ci95)


def _row(measure: str, measured: float, truth: float, ci95: float | None = None) -> dict[str, Any]:
    return {"measure": measure, "measured": measured, "truth": truth, "ci95": ci95}
