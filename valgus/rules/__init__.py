"""Thresholds as data: bands that colour values and gates that grade clips and reps."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import TypeAdapter, ValidationError

from valgus.errors import WrongUsage
from valgus.model.rule import Band, DetectableChange, Gate

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@lru_cache(maxsize=1)
def all_bands() -> tuple[Band, ...]:
    """Return every band of the product, one for each task it is meant for."""
    rows = _table("bands.toml", "band")
    return tuple(
        _checked(Band, {"sex": None, "amber": None, "red": None, **row, "task": task}, "bands.toml")
        for row in rows
        for task in row.pop("tasks")
    )


@lru_cache(maxsize=1)
def all_gates() -> tuple[Gate, ...]:
    """Return every gate of the product."""
    defaults: dict[str, Any] = {"note": None, "low": None, "invalid": None, "stop": None, "tasks": ()}
    return tuple(_checked(Gate, {**defaults, **row}, "gates.toml") for row in _table("gates.toml", "gate"))


@lru_cache(maxsize=1)
def detectable_changes() -> tuple[DetectableChange, ...]:
    """Return the smallest detectable change of every measure that has one."""
    return tuple(_checked(DetectableChange, row, "mdc.toml") for row in _table("mdc.toml", "mdc"))


def bands_for(task: str, sex: str | None) -> tuple[Band, ...]:
    """Return the bands of a task; where sex is not known, the stricter of the two."""
    bands = [band for band in all_bands() if band.task == task and (sex is None or band.sex in (None, sex))]
    strictest: dict[str, Band] = {}
    for band in sorted(bands, key=lambda band: band.amber if band.amber is not None else float("inf")):
        strictest.setdefault(band.code, band)
    return tuple(strictest.values())


def gates_for(task: str, *, on: str) -> tuple[Gate, ...]:
    """Return the gates ``on`` a clip, a rep or the set; one made for the task replaces the general one."""
    gates: dict[str, Gate] = {}
    for gate in sorted(all_gates(), key=lambda gate: bool(gate.tasks)):
        if gate.on == on and (not gate.tasks or task in gate.tasks):
            gates[gate.code] = gate
    return tuple(gates.values())


def _table(file: str, key: str) -> list[dict[str, Any]]:
    text = resources.files(__name__).joinpath(file).read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)[key]
    return rows


def _checked(kind: type[Any], row: dict[str, Any], file: str) -> Any:
    try:
        return TypeAdapter(kind).validate_python(row)
    except ValidationError as wrong:
        raise WrongUsage(f"{file}: entry {row.get('code', '?')}: {wrong}") from wrong
