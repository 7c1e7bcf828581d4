"""From a clip to a trial, with what a person at a terminal sees meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from valgus.model.rulebook import RuleBook
    from valgus.model.session import Session
    from valgus.model.settings import Settings
    from valgus.model.trial import Trial

#: Exit status when the clip was read but nothing could be measured in it.
NOTHING_MEASURED = 4


def measured(
    clip: Path, settings: Settings, *, given: Session | None = None, book: RuleBook | None = None
) -> Trial:
    """Analyse a clip, fetching the pose model first where it is missing.

    What ``session.toml`` beside the clip says is taken where options say nothing.
    """
    from valgus.backends.mediapipe import second_opencv
    from valgus.backends.weights import resolve
    from valgus.cli.progress import fetching, frames_of
    from valgus.model.session import Session
    from valgus.oneclip import measured as measured_clip
    from valgus.video import expected_length_s

    expected_length_s(clip)  # what is no video is told before a model is fetched for it
    if warning := second_opencv():
        click.echo(warning, err=True)
    with fetching() as progress:
        resolve(settings.model, offline=settings.offline, progress=progress)
    with frames_of(clip.name) as frames:
        return measured_clip(clip, settings, given=given or Session(), book=book, progress=frames)


def status_of(trial: Trial) -> int:
    """Return the exit status: whether anything was measured, however it is graded."""
    return 0 if trial.measured else NOTHING_MEASURED
