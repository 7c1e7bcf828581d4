"""One repetition: when it was, and how far its numbers can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from valgus.model.frontal import Side


class Grade(str, Enum):
    """How far a rep's numbers can be trusted.

    ``ok`` earns a colour; ``low`` counts in means only; ``invalid`` is kept in the table and nowhere else.
    """

    OK = "ok"
    LOW = "low"
    INVALID = "invalid"

    @property
    def rank(self) -> int:
        """0 for ok, 1 for low, 2 for invalid: the worst of several is the largest."""
        return tuple(Grade).index(self)


@dataclass(frozen=True)
class Rep:
    """One repetition on one leg.

    Attributes
    ----------
    number : int
        Counted from 1 in order of time within the clip; both legs of a two-leg rep share it.
    side : Side
        The leg measured.
    start_s, bottom_s, end_s : float
        Leaving standing, lowest hip (peak knee flexion), back to standing; all inside the rep.
    initial_contact_s : float or None
        First touch of the ground, in landings.
    grade : Grade
        Trust in the numbers of this rep.
    grade_reasons : tuple of str
        Finding codes that lowered the grade, in the order of the gates.
    """

    number: int
    side: Side
    start_s: float
    bottom_s: float
    end_s: float
    initial_contact_s: float | None = None
    grade: Grade = Grade.OK
    grade_reasons: tuple[str, ...] = ()
