"""Thresholds, rules and exercises as data; a person's own file replaces single entries."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from valgus import bounded
from valgus.model.ladder import Exercise, Ladder, Pattern, Rung
from valgus.model.rule import Band, DetectableChange, Gate, Item, Limit, Reference
from valgus.model.rulebook import RuleBook
from valgus.rules.toml import Document, Entry

Kind = TypeVar("Kind")

#: The files, and what one entry of each is called and made into.
BANDS, GATES, CHANGES = "bands.toml", "gates.toml", "mdc.toml"
DECISION, ITEMS, LADDER = "decision.toml", "items.toml", "ladder.toml"
REFERENCES = "references.toml"
#: What may be replaced by a person's own file, by the name of its table: the object and what identifies an
#: entry. An entry of the own file replaces all entries that agree with it in these.
REPLACEABLE: dict[str, tuple[type, tuple[str, ...]]] = {
    "band": (Band, ("code", "task", "sex")),
    "gate": (Gate, ("code", "on", "tasks")),
    "mdc": (DetectableChange, ("measure", "task")),
    "limit": (Limit, ("code",)),
    "item": (Item, ("scale", "number")),
}
_BLANK: dict[str, dict[str, Any]] = {
    "band": {"sex": None, "amber": None, "red": None},
    "gate": {"note": None, "low": None, "invalid": None, "stop": None, "tasks": []},
    "mdc": {"task": None},
    "limit": {},
    "item": {"measure": None, "above": None, "unit": "", "proxy": "", "why_not": ""},
    "reference": {},
}


@lru_cache(maxsize=1)
def published() -> RuleBook:
    """Return the product's own rules."""
    return _book(_shipped(), versions=_versions())


def with_own(path: Path, /) -> RuleBook:
    """Return the product's rules with the entries of a person's own file in place of its own.

    An entry names what it replaces (``code`` of a band, gate or limit, ``measure`` of an mdc, ``scale`` and
    ``number`` of an item; ``task`` and ``sex`` narrow it), gives the fields that differ, and its ``source``.
    An ``mdc`` with a ``task`` that has none yet is added.

    Raises
    ------
    WrongUsage
        If the file cannot be read, or holds a key, a value or an entry that is not known: with file, line and
        key.
    """
    document = Document.read(path)
    document.allow({*REPLACEABLE, "version"})
    entries = _shipped()
    for table in REPLACEABLE:
        for own in document.entries(table):
            entries[table] = _replaced(entries[table], own, table)
    return _book(entries, versions=(*_versions(), f"own rules {path.name} {document.sha256[:12]}"))


def references_of(sources: Iterable[str], /) -> tuple[Reference, ...]:
    """Return where the studies are found that any of these sources names, in alphabetical order."""
    named = "\n".join(sources)
    known = _made(Reference, _entries(REFERENCES, "reference"), "reference")
    return tuple(reference for reference in known if reference.cited in named)


def _shipped() -> dict[str, list[Entry]]:
    """Return every replaceable entry of the product, those made for several tasks once for each."""
    bands = [entry.with_task(task) for entry in _entries(BANDS, "band") for task in entry.values["tasks"]]
    return {
        "band": bands,
        "gate": _entries(GATES, "gate"),
        "mdc": _entries(CHANGES, "mdc"),
        "limit": _entries(DECISION, "limit"),
        "item": _entries(ITEMS, "item"),
    }


def _replaced(entries: list[Entry], own: Entry, table: str) -> list[Entry]:
    kind, identity = REPLACEABLE[table]
    own.check_keys(kind)
    own.require("source", "say where the figure is from")
    named = {key: own.values[key] for key in identity if key in own.values}
    own.require(identity[0], f"say which {table} it replaces")

    def is_meant(entry: Entry) -> bool:
        values = {**_BLANK[table], **entry.values}
        return all(values.get(key) == value for key, value in named.items())

    if any(map(is_meant, entries)):
        return [entry.updated(own) if is_meant(entry) else entry for entry in entries]
    if table == "mdc" and any(entry.values["measure"] == named["measure"] for entry in entries):
        general = next(entry for entry in entries if entry.values["measure"] == named["measure"])
        return [*entries, general.updated(own)]
    raise own.wrong(
        f"no {table} is called {', '.join(f'{key} = {_shown(value)}' for key, value in named.items())}",
        key=identity[0],
        given=str(named[identity[0]]),
        choices=[str(entry.values[identity[0]]) for entry in entries],
    )


def _shown(value: object) -> str:
    return repr(bounded.quoted(value) if isinstance(value, str) else value)


def _book(entries: dict[str, list[Entry]], *, versions: tuple[str, ...]) -> RuleBook:
    return RuleBook(
        bands=_made(Band, entries["band"], "band"),
        gates=_made(Gate, entries["gate"], "gate"),
        changes=_made(DetectableChange, entries["mdc"], "mdc"),
        limits=_made(Limit, entries["limit"], "limit"),
        items=_made(Item, entries["item"], "item"),
        ladder=_ladder(),
        versions=versions,
    )


def _made(kind: type[Kind], entries: list[Entry], table: str) -> tuple[Kind, ...]:
    return tuple(_checked(kind, entry, _BLANK[table]) for entry in entries)


def _checked(kind: type[Kind], entry: Entry, blank: dict[str, Any]) -> Kind:
    entry.check_keys(kind)
    entry.check_finite()
    try:
        return TypeAdapter(kind).validate_python({**blank, **entry.values})
    except ValidationError as wrong:
        first = wrong.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        raise entry.wrong(f"{key}: {first['msg']}", key=key) from wrong


@lru_cache(maxsize=1)
def _ladder() -> Ladder:
    document = _document(LADDER)

    def made(kind: type[Kind], table: str, blank: dict[str, Any]) -> tuple[Kind, ...]:
        return tuple(_checked(kind, entry, blank) for entry in document.entries(table))

    return Ladder(
        rungs=made(Rung, "rung", {"tasks": [], "loaded": False}),
        exercises=made(Exercise, "exercise", {}),
        patterns=made(Pattern, "pattern", {}),
        step_heights_cm=tuple(map(float, document.values["step_heights_cm"])),
        step_tasks=tuple(map(str, document.values["step_tasks"])),
        source=document.values["source"],
    )


def _entries(file: str, table: str) -> list[Entry]:
    return _document(file).entries(table)


def _versions() -> tuple[str, ...]:
    files = (BANDS, GATES, CHANGES, DECISION, ITEMS, LADDER)
    return tuple(f"{file.removesuffix('.toml')} {_document(file).values['version']}" for file in files)


@lru_cache(maxsize=8)
def _document(file: str) -> Document:
    return Document.parse(resources.files(__name__).joinpath(file).read_text(encoding="utf-8"), file)


__all__ = ["published", "references_of", "with_own"]
