"""Everything that can stop an analysis, as one tree.

An exception here means that no trial can exist. A clip that was read but could not be measured is not an
exception: it is a trial with findings.

::

    ValgusError                  1  something outside the clip failed
    ├── EnvironmentFailed        1  this machine cannot do it now
    │   ├── ModelUnavailable     1  the pose model is not here and could not be fetched
    │   ├── ModelDamaged         1  the bytes are not the bytes expected
    │   └── CannotWrite          1  results could not be saved; an earlier result is untouched
    ├── WrongUsage               2  what was asked for makes no sense
    ├── NotReadableAsVideo       3  the file is not a video, or is damaged from the start
    │   └── ChangedWhileRead     3  the file became another one, or was removed, before all was done
    ├── NotReadableAsLandmarks   3  a file of landmarks is in no known format, or is damaged
    └── NotAnAnalysis            3  a saved analysis is missing, damaged or from another version
"""

from __future__ import annotations

import traceback
from pathlib import Path


class ValgusError(Exception):
    """Say what is wrong and what to do about it.

    Parameters
    ----------
    problem : str
        What was expected and what came, beginning with the file's name where there is one.
    advice : str
        What the person can do next, one sentence.
    """

    exit_status = 1

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(problem, advice)
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.problem} {self.advice}".strip()


def unexpected(wrong: Exception, /) -> ValgusError:
    """Return what a person is told about an error that nobody foresaw: in one line, with its place."""
    place = traceback.extract_tb(wrong.__traceback__)[-1]
    says = " ".join(f"{type(wrong).__name__}: {wrong}".split())
    return ValgusError(
        f"unexpected error in {Path(place.filename).name}, line {place.lineno}: {says[:300]}.",
        "This is a fault of the program: please report it with this line.",
    )


class EnvironmentFailed(ValgusError):
    """Something on this machine, not the clip, is in the way."""


class ModelUnavailable(EnvironmentFailed):
    """The pose model is not cached and could not be fetched."""


class ModelDamaged(EnvironmentFailed):
    """A model file does not have the expected content."""


class CannotWrite(EnvironmentFailed):
    """Results could not be saved."""


class WrongUsage(ValgusError):
    """The request contradicts itself or names something that does not exist."""

    exit_status = 2


class NotReadableAsVideo(ValgusError):
    """The file cannot be decoded as video."""

    exit_status = 3


class ChangedWhileRead(NotReadableAsVideo):
    """The file is not what it was when it was opened: numbers and hash would not belong together."""


class NotReadableAsLandmarks(ValgusError):
    """A file from another tool does not hold landmarks that can be used."""

    exit_status = 3


class NotAnAnalysis(ValgusError):
    """A folder does not hold a complete saved analysis."""

    exit_status = 3
