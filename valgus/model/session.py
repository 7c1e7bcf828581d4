"""What a person says about a session; nothing here is read from pixels."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Session:
    """One person on one day; None where nobody said.

    Attributes
    ----------
    person : str or None
        Whose knee it is.
    person_from : str or None
        Where that is known from: ``option``, ``session.toml`` or ``folder name``.
    date : date or None
        The day of filming.
    date_from : str or None
        Where the day is known from: ``option``, ``session.toml``, ``folder name`` or ``recording time``.
    pain_during, pain_next_morning : float or None
        Worst pain 0 to 10, in the task and on the morning after it.
    step_height_cm : float or None
        Height of the step.
    load_kg : float or None
        Weight carried.
    set : int or None
        Which set of the session the clip shows.
    rung : int or None
        Rung of the exercise ladder that the person trains on.
    weeks_since_surgery : float or None
        Weeks since surgery on this leg or hip; then a plan needs ``clinician_cleared``.
    clinician_cleared : bool or None
        Whether a clinician has agreed to exercise.
    strength : tuple of (str, str)
        Strength tests as they were written down, name and number with unit.
    notes : str
        Anything else.
    from_options : tuple of str
        Names of the fields above that were given on the command line; they outlast a ``session.toml``.
    """

    person: str | None = None
    person_from: str | None = None
    date: dt.date | None = None
    date_from: str | None = None
    pain_during: float | None = None
    pain_next_morning: float | None = None
    step_height_cm: float | None = None
    load_kg: float | None = None
    set: int | None = None
    rung: int | None = None
    weeks_since_surgery: float | None = None
    clinician_cleared: bool | None = None
    strength: tuple[tuple[str, str], ...] = ()
    notes: str = ""
    from_options: tuple[str, ...] = ()
