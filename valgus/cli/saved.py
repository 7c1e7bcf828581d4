"""Whether the clip of a saved analysis is at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from valgus.model.trial import Trial


def why_not_at_hand(trial: Trial, clip: Path, /, *, option: str) -> str:
    """Return why a file cannot be shown as the clip of an analysis, empty where it can.

    ``option`` is what says where the clip is instead.
    """
    from valgus.exports.stills import is_clip_of

    if not clip.is_file():
        return f"is not beside its results any more; say where it is with {option}"
    if not is_clip_of(trial, clip):
        return f"is another video by now; say where the one analysed is with {option}"
    return ""
