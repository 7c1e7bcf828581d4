"""A folder of clips: what came of each of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from valgus.errors import ValgusError

#: Exit status of a clip that was read but in which nothing could be measured; its analysis is saved.
REFUSED_STATUS = 4


class Reason(str, Enum):
    """Why a clip failed, where it is no error that the program raises by itself."""

    UNEXPECTED = "unexpected_error"
    OUT_OF_MEMORY = "out_of_memory"
    TIME_LIMIT = "time_limit"
    KILLED = "process_killed"
    CRASHED = "process_crashed"


@dataclass(frozen=True)
class Failure:
    """Why there are no numbers of a clip.

    Attributes
    ----------
    code : str
        Stable name for machines.
    says, advice : str
        What happened, and what to do.
    exit_status : int
        What ``valgus analyze`` leaves with for such a clip.
    """

    code: str
    says: str
    advice: str
    exit_status: int

    @classmethod
    def of(cls, error: ValgusError, /) -> Failure:
        """Return the failure that an error stands for, named after its class."""
        name = type(error).__name__
        code = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        return cls(code.lstrip("_"), error.problem, error.advice, error.exit_status)

    @property
    def refused(self) -> bool:
        """Whether the clip was read and analysed, and nothing could be measured in it."""
        return self.exit_status == REFUSED_STATUS


@dataclass(frozen=True)
class FailedClip:
    """A clip, as seen from the folder of the batch, without numbers."""

    clip: str
    failure: Failure

    @property
    def says(self) -> str:
        """What happened, for where the clip is named already."""
        return self.failure.says.removeprefix(f"{self.clip.rsplit('/', 1)[-1]}: ")


@dataclass(frozen=True)
class LegLine:
    """What came out for one leg, in a line, and its outcome, empty where there is none."""

    says: str
    outcome: str


@dataclass(frozen=True)
class PageEntry:
    """One clip on the page of a folder.

    ``results`` is its folder of results as seen from there; ``person`` and ``date`` are empty where nobody
    said; ``unfit`` says why no rep is valid, empty where one is.
    """

    clip: str
    results: str
    person: str
    date: str
    legs: tuple[LegLine, ...]
    unfit: str = ""
