"""The parts of a trial that are worth a name of their own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from valgus.model.frontal import Origin
from valgus.model.rule import Band
from valgus.model.settings import Settings


@dataclass(frozen=True)
class TaskAsRun:
    """The task with everything that was in force.

    Attributes
    ----------
    name, title : str
        Name on the command line and name for people.
    origin : Origin
        Given, or detected.
    sure : float
        0.5 for a coin toss, 1 for certainty.
    why : str
        What told it apart, in words.
    legs : int
        Legs measured at once, 1 or 2.
    methods : tuple of str
        One sentence for each step, from pixels to reps, written by the step that ran.
    bands : tuple of Band
        Thresholds in force.
    """

    name: str
    title: str
    origin: Origin
    sure: float
    why: str
    legs: int
    methods: tuple[str, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class SetMean:
    """Mean of one measure over the valid reps of one side.

    ``sd`` is the spread between reps and ``ci95`` the half-width of the mean's interval; None where unknown.
    """

    measure: str
    side: str
    n: int
    mean: float
    sd: float | None
    ci95: float | None


@dataclass(frozen=True)
class SideDifference:
    """Left mean minus right mean of one measure.

    ``ci95`` is the half-width of its interval, None where the error is not known; ``mdc`` the smallest
    detectable change. It is ``real`` only when it is larger than both.
    """

    measure: str
    value: float
    ci95: float | None
    mdc: float

    @property
    def real(self) -> bool:
        """Whether it is larger than its own error and than what two sessions differ by anyway."""
        return self.ci95 is not None and abs(self.value) > max(self.ci95, self.mdc)


class LandmarkSource(str, Enum):
    """Where the landmarks came from, which decides what is known about their error."""

    POSE_MODEL = "pose model"
    OTHER_TOOL = "another tool"
    MARKERS = "marker trajectories"


@dataclass(frozen=True)
class Provenance:
    """What made the numbers, so that they can be made again.

    ``packages`` are names with versions; ``model_sha256`` is that of the file as used; ``rules`` are names
    and versions of the files with thresholds. For landmarks from elsewhere ``model`` says which tool and
    format, and ``model_sha256`` is that of their file.
    """

    valgus_version: str
    definitions_version: str
    model: str
    model_sha256: str
    settings: Settings
    packages: tuple[str, ...]
    rules: tuple[str, ...] = ()
    source: LandmarkSource = LandmarkSource.POSE_MODEL
