"""Saved results as a batch finds them, from simulated tracks: no video and no pose model is needed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import valgus
from tests.trials import trial_of
from valgus import results, rules
from valgus.batch.standing import ClipHere
from valgus.model.order import Order
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial import Trial
from valgus.sessions import dated, session_of
from valgus.simulate import View, film, repetitions

MODEL_SHA256 = "a" * 64
ORDER = Order(Settings(), Session(), rules.published(), overlay=None)


@cache
def simulated() -> Trial:
    return trial_of(film(repetitions(), View(noise_px=0.5)))


def clip_at(path: Path, *, sha256: str = "c" * 64) -> ClipHere:
    """Return a clip; its file is only a name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return ClipHere(path, results.folder_for(path), path.name, sha256, 8.0)


def trial_for(clip: ClipHere, order: Order = ORDER) -> Trial:
    """Return the trial that a batch would have saved for a clip."""
    trial = simulated()
    made = replace(
        trial.provenance,
        valgus_version=valgus.__version__,
        model_sha256=MODEL_SHA256,
        settings=order.settings,
        rules=order.book.versions,
    )
    facts = replace(trial.clip, name=clip.path.name, sha256=clip.sha256)
    session = dated(session_of(clip.path, order.given), facts)
    return replace(trial, provenance=made, clip=facts, session=session)


def save(clip: ClipHere, order: Order = ORDER) -> None:
    """Save results for a clip; its pictures are empty files."""

    def pictures(folder: Path) -> None:
        (folder / results.FIGURE).touch()
        if order.overlay is not None:
            (folder / results.OVERLAY).touch()
        (folder / results.REPORT).write_text('<!DOCTYPE html>\n<html lang="en">\n', encoding="utf-8")

    results.save(trial_for(clip, order), clip.folder, extras=(pictures,), overlay=order.overlay)
