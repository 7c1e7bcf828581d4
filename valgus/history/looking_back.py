"""A person's history as seen from one saved analysis."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from valgus.model.history import History
from valgus.model.judgement import Decision
from valgus.sessions import day_in


def person_folder_of(folder: Path, /) -> Path | None:
    """Return the folder above the day in a layout like ``person/2026-11-21/clip.mp4.valgus``, else None."""
    day = folder.resolve().parent
    return next((place.parent for place in (day, day.parent) if day_in(place.name) is not None), None)


def in_task(history: History, task: str, /) -> History | None:
    """Return the part of a history that has more than one session of a task; None where there is none."""
    series = tuple(one for one in history.series if one.setup.task == task and len(one.visits) > 1)
    if not series:
        return None
    setups = {one.setup for one in series}
    between = tuple(found for found in history.between_legs if found.setup in setups)
    return replace(history, series=series, between_legs=between)


def decisions_at_last(history: History, folder: Path, root: Path, /) -> tuple[Decision, ...]:
    """Return the decisions that all sessions together lead to, where an analysis is part of the latest.

    Parameters
    ----------
    history : History
        Read from the person's folder ``root``.
    folder : Path
        The saved analysis. For one from an earlier day the result is empty: what has been learnt since is not
        said of that day.
    """
    here, above = folder.resolve(), root.resolve()
    if not here.is_relative_to(above):
        return ()
    name = here.relative_to(above).as_posix()
    return tuple(one.last.decision for one in history.series if name in one.last.clips)
