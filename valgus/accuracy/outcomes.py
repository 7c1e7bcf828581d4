"""What the rules decide at known angles: whether each outcome occurs where a person would expect it.

Drawn at random from the stated errors, not from pixels: a set of steady reps about a true mean, the pose
model's error that all reps of a clip share, and a yaw that is estimated or given by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from valgus import rules, uncertainty, verdict
from valgus.decision import decide
from valgus.flags import flags_of
from valgus.metrics import MEASURE_COLUMNS
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.frontal import Estimate, Origin, Side
from valgus.model.judgement import Outcome
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Severity
from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.trial import Analysis
from valgus.model.trial_parts import Provenance, TaskAsRun
from valgus.orientation import GUESSED_DEPTH, YAW_GIVEN_CI95_DEG
from valgus.quality import crossed
from valgus.summary import set_means

#: True mean angles of the sets, deg.
TRUE_MEANS_DEG = (-3.0, 0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0)
#: Spread between the reps of a set, deg: that of steady adults, about the least standard error of measurement
#: between sessions (Munro 2012: 2.7-3.0) less what the camera's place adds.
REP_SD_DEG = 2.0
REPS = 5
DEPTH_PCT, TRUNK_LEAN_DEG = 13.0, 4.0
#: A person is never square on to the degree.
TRUE_YAW_SD_DEG = 2.0
DRAWS = 100


@dataclass(frozen=True)
class Condition:
    """How the clips are filmed, and at which true means sets are drawn.

    ``true_yaw_deg`` is what the yaw scatters about; ``yaw_given`` whether it is given by hand.
    """

    name: str
    true_yaw_deg: float
    yaw_given: bool
    true_means_deg: tuple[float, ...] = TRUE_MEANS_DEG


CONDITIONS = (
    Condition("square on, yaw estimated", 0.0, yaw_given=False),
    Condition("square on, yaw given by hand", 0.0, yaw_given=True),
    Condition("turned by 20 deg", 20.0, yaw_given=False, true_means_deg=(0.0,)),
)


@cache
def shares_of_outcomes(
    condition: Condition, true_mean_deg: float, *, draws: int = DRAWS
) -> dict[Outcome, float]:
    """Return how often each outcome comes out, in a second session without pain.

    Parameters
    ----------
    condition : Condition
        How the clips are filmed.
    true_mean_deg : float
        Mean projection angle of the set as a camera square on would see it.
    draws : int
        Sets drawn.
    """
    book = rules.published()
    rng = np.random.default_rng((round(10 * (true_mean_deg + 100)), CONDITIONS.index(condition)))
    counts = Counter(_outcome(condition, true_mean_deg, book, rng) for _ in range(draws))
    return {outcome: counts[outcome] / draws for outcome in Outcome}


def _outcome(condition: Condition, true_mean_deg: float, book: RuleBook, rng: np.random.Generator) -> Outcome:
    true_yaw = rng.normal(condition.true_yaw_deg, TRUE_YAW_SD_DEG)
    yaw = _seen_yaw(true_yaw, condition, rng)
    shared = rng.normal(0.0, uncertainty.MIRROR_AVERAGED.fppa_rmse_deg)
    shared += uncertainty.false_valgus_deg(true_yaw, DEPTH_PCT)
    angles = true_mean_deg + shared + rng.normal(0.0, REP_SD_DEG, REPS)
    analysis = _analysed(angles.tolist(), yaw, book)
    session = Session(pain_during=0.0, pain_next_morning=0.0)
    facts = verdict.facts_of([analysis], "left", book, session=session, met_before=1)
    return decide(facts, book).outcome


def _seen_yaw(true_yaw: float, condition: Condition, rng: np.random.Generator) -> Estimate:
    if condition.yaw_given:
        given = rng.normal(true_yaw, YAW_GIVEN_CI95_DEG / 1.96)
        return Estimate(given, YAW_GIVEN_CI95_DEG, Origin.GIVEN, "")
    seen = rng.normal(true_yaw, GUESSED_DEPTH.ci95_deg / 1.96)
    ci95 = GUESSED_DEPTH.ci95_deg + GUESSED_DEPTH.ci95_share * abs(seen)
    return Estimate(seen, ci95, Origin.DETECTED, "")


def _analysed(angles_deg: Sequence[float], yaw: Estimate, book: RuleBook) -> Analysis:
    """Return what an analysis of such a set would hold."""
    bands = book.bands_for("single-leg-squat", "f")
    gates = [gate for gate in book.gates_for("single-leg-squat", on="clip") if gate.code == "not_frontal"]
    findings = crossed(gates, {"not_frontal": yaw})
    severity = findings[0].severity if findings else Severity.NOTE
    grade = (Grade.OK, Grade.LOW, Grade.INVALID, Grade.INVALID)[severity.rank]
    reps = tuple(Rep(k, Side.LEFT, k, k + 0.5, k + 0.9, grade=grade) for k in range(1, len(angles_deg) + 1))
    angles = np.asarray(angles_deg)
    blank = pd.DataFrame(index=range(len(reps)), columns=[c.name for c in MEASURE_COLUMNS], dtype=np.float64)
    measures = blank.assign(
        fppa_deg=angles,
        fppa_ci95_deg=uncertainty.fppa_ci95_deg(DEPTH_PCT, yaw, pose=uncertainty.MIRROR_AVERAGED),
        trunk_lean_deg=TRUNK_LEAN_DEG,
        knee_plus_trunk_deg=angles + TRUNK_LEAN_DEG,
        depth_pct=DEPTH_PCT,
    )
    return replace(
        _EMPTY,
        task=replace(_EMPTY.task, bands=bands),
        reps=reps,
        measures=measures,
        means=set_means(reps, measures),
        flags=flags_of(reps, measures, bands),
        findings=findings,
    )


_EMPTY = Analysis(
    clip=Clip("drawn", "", 720, 1280, 0, 0.0, 30.0, False, 0, "none"),
    task=TaskAsRun("single-leg-squat", "single-leg squat", Origin.GIVEN, 1.0, "given", 1, (), ()),
    evidence=ClipEvidence(),
    setup=None,
    reps=(),
    measures=pd.DataFrame(),
    means=(),
    differences=(),
    flags=(),
    findings=(),
    provenance=Provenance("", "", "", "", Settings(), ()),
)
