"""Every threshold, rule figure and exercise in force, in one object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from valgus.model.ladder import Ladder
from valgus.model.rule import Band, DetectableChange, Gate, Item, Limit


@dataclass(frozen=True)
class RuleBook:
    """What numbers are held against.

    Attributes
    ----------
    bands, gates, changes, limits, items
        As in the files of ``valgus/rules``, with single entries replaced by those of a person's own file.
    ladder : Ladder
        Rungs, exercises and what points to which.
    versions : tuple of str
        Name and version of every file, the person's own with its hash.
    """

    bands: tuple[Band, ...]
    gates: tuple[Gate, ...]
    changes: tuple[DetectableChange, ...]
    limits: tuple[Limit, ...]
    items: tuple[Item, ...]
    ladder: Ladder
    versions: tuple[str, ...]

    def bands_for(self, task: str, sex: str | None, /) -> tuple[Band, ...]:
        """Return the bands of a task; where sex is not known, the stricter of the two."""
        bands = [
            band for band in self.bands if band.task == task and (sex is None or band.sex in (None, sex))
        ]
        strictest: dict[str, Band] = {}
        for band in sorted(bands, key=lambda band: band.amber if band.amber is not None else float("inf")):
            strictest.setdefault(band.code, band)
        return tuple(strictest.values())

    def gates_for(self, task: str, /, *, on: Literal["clip", "rep", "set"]) -> tuple[Gate, ...]:
        """Return the gates ``on`` a clip, a rep or the set; one for the task replaces the general one."""
        gates: dict[str, Gate] = {}
        for gate in sorted(self.gates, key=lambda gate: bool(gate.tasks)):
            if gate.on == on and (not gate.tasks or task in gate.tasks):
                gates[gate.code] = gate
        return tuple(gates.values())

    def changes_for(self, task: str, /) -> tuple[DetectableChange, ...]:
        """Return the smallest detectable change of each measure; one made for the task replaces the other."""
        changes: dict[str, DetectableChange] = {}
        for change in sorted(self.changes, key=lambda change: change.task is not None):
            if change.task in (None, task):
                changes[change.measure] = change
        return tuple(changes.values())

    def limit(self, code: str, /) -> float:
        """Return the value of one figure of the rules."""
        return next(limit.value for limit in self.limits if limit.code == code)

    def items_for(self, task: str, /) -> tuple[Item, ...]:
        """Return the items of the scales made for a task."""
        return tuple(item for item in self.items if task in item.tasks)
