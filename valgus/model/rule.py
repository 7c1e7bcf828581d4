"""Thresholds with their sources, and what comes out when a value is held against one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Level(str, Enum):
    """Colour of a value."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"

    @property
    def rank(self) -> int:
        """0 for green, 1 for amber, 2 for red."""
        return tuple(Level).index(self)


class Severity(str, Enum):
    """What a finding does: nothing, grade low, grade invalid, or no rep at all."""

    NOTE = "note"
    LOW = "low"
    INVALID = "invalid"
    STOP = "stop"

    @property
    def rank(self) -> int:
        """0 for a note up to 3 for stop."""
        return tuple(Severity).index(self)


@dataclass(frozen=True)
class DetectableChange:
    """The smallest change of one measure that is more than measurement error between sessions.

    ``task`` is None where it stands for every task without an entry of its own. ``origin`` says what it is
    worth: ``published`` for this measure and task, ``borrowed`` from another landmark or task, a
    ``convention``, or the ``own`` figure of a site that measured its repeatability.
    """

    measure: str
    task: str | None
    value: float
    unit: str
    origin: Literal["published", "borrowed", "convention", "own"]
    population: str
    basis: str
    source: str


@dataclass(frozen=True)
class Limit:
    """One figure of the rules for decisions, plans and items.

    ``says`` is what it is, in words; ``population`` and ``source`` as in a band.
    """

    code: str
    value: float
    unit: str
    says: str
    population: str
    source: str


@dataclass(frozen=True)
class Reference:
    """A study that a source names: ``cited`` is how ('Park 2024'), ``says`` where it is found."""

    cited: str
    says: str


@dataclass(frozen=True)
class Item:
    """One item of a movement-quality scale: a fault, and how a frontal clip can show it.

    ``measure`` is met above ``above`` in ``unit``; both None where no frontal clip shows it, and then
    ``why_not`` says so. ``proxy`` says what stands for what the scale asks, empty where it is the same.
    ``tasks`` are those that the scale is made for.
    """

    scale: str
    number: int
    name: str
    points: int
    tasks: tuple[str, ...]
    measure: str | None
    above: float | None
    unit: str
    proxy: str
    why_not: str
    source: str


@dataclass(frozen=True)
class Band:
    """Edges that colour one measure in one task; a value beyond an edge has that colour.

    Attributes
    ----------
    code : str
        Short name, used in ``flag_reasons``.
    measure : str
        Column that is read; its basis is part of the rule.
    task : str
        Name of the task.
    sex : str or None
        ``f`` or ``m``; None applies to everybody.
    amber, red : float or None
        Edges in ``unit``; above is worse. None where no such level exists.
    population, basis, source : str
        Who was measured, with which landmarks, published where; ``convention`` where nothing is.
    """

    code: str
    measure: str
    task: str
    sex: str | None
    amber: float | None
    red: float | None
    unit: str
    population: str
    basis: str
    source: str


@dataclass(frozen=True)
class Gate:
    """Limits beyond which a clip or a rep is trusted less, or not at all.

    ``note`` (nothing but a word), ``low``, ``invalid`` and ``stop`` are in ``unit``; None where that
    consequence does not exist. ``worse`` says whether values ``above`` or ``below`` the limit are worse;
    ``on`` whether it is held against the clip, each rep or the set of all reps; ``tasks`` which tasks it is
    made for, none meaning all. ``says`` is the sentence with the ``{value}``, ``in_short`` the same
    without it.
    """

    code: str
    on: Literal["clip", "rep", "set"]
    tasks: tuple[str, ...]
    note: float | None
    low: float | None
    invalid: float | None
    stop: float | None
    worse: Literal["above", "below"]
    unit: str
    source: str
    says: str
    in_short: str
    advice: str


@dataclass(frozen=True)
class Flag:
    """Colour of one value of one rep by one band."""

    rep: int
    side: str
    code: str
    measure: str
    value: float
    level: Level
    edge_inside_interval: bool


@dataclass(frozen=True)
class Finding:
    """Something about the filming or the clip that a person should know.

    Attributes
    ----------
    code : str
        Stable name for machines, for example ``not_frontal``.
    severity : Severity
        What it does to the reps.
    says : str
        What was found, in words, with the figure.
    advice : str
        What to do differently; may be empty for a note.
    value, limit : float or None
        Measured figure and the limit it crossed, in ``unit``.
    """

    code: str
    severity: Severity
    says: str
    advice: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""
