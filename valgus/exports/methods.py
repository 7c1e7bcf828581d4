"""What was done to one clip, as a paragraph for a paper, with the sources of every threshold."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from valgus import rules
from valgus.exports import wording
from valgus.model.rep import Grade
from valgus.model.trial import Trial
from valgus.model.trial_parts import LandmarkSource

WIDTH = 100


def methods_text(trial: Trial, /) -> str:
    """Return the paragraph, the thresholds in force with their sources, and what made the numbers."""
    paragraph = textwrap.fill(" ".join(_sentences(trial)), WIDTH)
    thresholds = [f"- {wording.band_line(band)}" for band in trial.task.bands]
    references = rules.references_of(band.source for band in trial.task.bands)
    made = trial.provenance
    made_by = [f"- valgus {made.valgus_version}, definitions version {made.definitions_version}"]
    made_by += [
        f"- {made.model}, SHA-256 {made.model_sha256}",
        f"- {', '.join((*made.packages, *made.rules))}",
    ]
    parts = [paragraph]
    parts += ["Thresholds:\n" + "\n".join(thresholds)] if thresholds else []
    parts += ["References:\n" + "\n".join(f"- {one.says}" for one in references)] if references else []
    parts += ["Made by:\n" + "\n".join(made_by)]
    return "\n\n".join(parts) + "\n"


def _sentences(trial: Trial) -> Iterator[str]:
    clip, made = trial.clip, trial.provenance
    rate = "" if clip.fps is None else f" at {clip.fps:g} frames per second"
    yield f"The {trial.task.title} was filmed{rate} ({clip.width_px} by {clip.height_px} pixels)."
    if made.source is LandmarkSource.POSE_MODEL:
        yield f"Landmarks were found by the MediaPipe pose model '{made.model}'."
    else:
        yield f"Landmarks were taken from {made.model}."
    yield f"Steps: {'; '.join(trial.task.methods)}."
    yield (
        "The frontal plane projection angle (FPPA) is 180 degrees minus the angle hip-knee-ankle in the "
        "picture, positive for valgus, as the median within 50 ms of the lowest point of the hip."
    )
    if made.source is LandmarkSource.POSE_MODEL:
        yield (
            "Its 95 % interval has the pose model's error against rendered people with known joints, the "
            "tremble of this clip's landmarks, and what the turn of the body adds."
        )
    else:
        yield "The error of these landmarks is not known, so it has no interval."
    valid = sum(rep.grade is not Grade.INVALID for rep in trial.reps)
    yield f"{valid} of {len(trial.reps)} repetitions were valid and count in means."
    if trial.measures["pelvic_drop_deg"].notna().any():
        yield f"Pelvic drop was measured from {trial.pelvis_source} on the anterior superior iliac spines."
    else:
        yield "Pelvic drop was not measured."
