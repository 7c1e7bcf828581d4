"""What a task is: everything that differs between a step-down and a landing, in one frozen object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from valgus.cleaning import FillGaps, MaskLowConfidence, RejectOutliers, Step
from valgus.metrics import Measure, depth, displacement, knee, pelvis, trunk
from valgus.model.rep import Rep
from valgus.segmentation import Segmenter

CutLegs = Callable[[pd.DataFrame, Segmenter], tuple[Rep, ...]]

#: What every chain begins with; a task adds its own low-pass.
BEFORE_SMOOTHING: tuple[Step, ...] = (MaskLowConfidence(), RejectOutliers(), FillGaps())

#: What is measured at the lowest point of any bend.
BEND_MEASURES: tuple[Measure, ...] = (
    depth.DESCENT,
    depth.ASCENT,
    knee.FPPA_AT_LOWEST,
    knee.FPPA_MATCHED,
    knee.FPPA_EXCURSION,
    knee.FPPA_ASIS_AT_LOWEST,
    trunk.TRUNK_LEAN_AT_LOWEST,
    trunk.KNEE_PLUS_TRUNK_AT_LOWEST,
    knee.KNEE_OVER_FOOT_AT_LOWEST,
    displacement.KNEE_DISPLACEMENT,
    depth.DEPTH_AT_LOWEST,
    knee.WOBBLE,
)

#: The pelvis over one leg; two-leg tasks have no drop.
PELVIS_MEASURES: tuple[Measure, ...] = (
    pelvis.PELVIC_DROP,
    pelvis.PELVIC_DROP_ABSOLUTE,
    pelvis.HIP_ADDUCTION_AT_LOWEST,
    pelvis.HIP_LINE_CHANGE,
)


@dataclass(frozen=True)
class Task:
    """A movement that can be measured.

    Attributes
    ----------
    name, title : str
        Name on the command line and name for people.
    legs : int
        Legs that carry the person at once.
    cleaning : tuple of Step
        From the raw track to the one that is measured.
    segmenter : Segmenter
        How reps are cut.
    cut_legs : callable
        Whether each leg is cut on its own or both at once.
    measures : tuple of Measure
        What is measured on each rep.
    enough_fps : float
        Pictures a second in which the body is looked for; more would cost time and tell nothing.
    gates_of : str
        Task whose gates hold for this one too; its own by default. Bands are never borrowed in silence.
    """

    name: str
    title: str
    legs: int
    cleaning: tuple[Step, ...]
    segmenter: Segmenter
    cut_legs: CutLegs
    measures: tuple[Measure, ...]
    enough_fps: float = 60.0
    gates_of: str = ""

    @property
    def gated_as(self) -> str:
        """Name under which gates are looked for."""
        return self.gates_of or self.name

    def reps(self, signals: pd.DataFrame, /) -> tuple[Rep, ...]:
        """Return the reps of all legs, numbered in order of time and not graded yet."""
        return self.cut_legs(signals, self.segmenter)
