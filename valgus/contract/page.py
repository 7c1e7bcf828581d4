"""The contract for people: the data dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from valgus import results
from valgus.contract.package import Json, analysis_schema
from valgus.contract.tables import LANDMARK_TABLE, TABLES, Table
from valgus.contract.values import bounds
from valgus.contract.version import CHANGE_RULE, CONTRACT_VERSION
from valgus.exports.tables import LANDMARK_COLUMNS, LANDMARK_TIME
from valgus.model.column import Column
from valgus.model.definitions import DEFINITIONS_VERSION
from valgus.model.track import LANDMARKS, STICKER_LANDMARKS

TYPES = {"string": "text", "integer": "whole number", "number": "number", "date": "date"}
INTRODUCTION = f"""\
# Data dictionary

Contract {CONTRACT_VERSION}, definitions of the measures {DEFINITIONS_VERSION}. This page is made by
`python scripts/make_data_dictionary.py` from the descriptions that stand where each column is made.
`valgus contract` prints the same for programs, `valgus contract --out DIR` writes it beside tables as a
Frictionless data package, and `valgus validate PATH` holds files against it.

All tables are CSV in UTF-8 without byte order mark: commas between columns, a point as decimal mark,
one header, LF at the end of each line. **Blank is 'not known' or 'not measurable'**, and nothing else is (no
`NaN`, no `-999`). Words that a spreadsheet would take for a formula (`=`, `+`, `-` or `@` at their beginning)
have an apostrophe before them. Signs are the same for left and right, from the front and the back, mirrored
or not.

## When the contract changes

{CHANGE_RULE}
"""


def dictionary() -> str:
    """Return the page, in Markdown."""
    return "\n".join([INTRODUCTION, *(line for table in TABLES for line in _table(table)), *_analysis()])


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.file}\n\n{table.meaning}\n"
    yield from _landmarks() if table is LANDMARK_TABLE else _columns(table.columns)
    yield ""


def _landmarks() -> Iterator[str]:
    yield f"`{LANDMARK_TIME.name}` (s), then for each landmark those below: `left_knee_x_px`, ...\n"
    yield from _columns(LANDMARK_COLUMNS)
    yield f"\nLandmarks: {_names(LANDMARKS)}; with stickers also {_names(STICKER_LANDMARKS)}."


def _columns(columns: Iterable[Column]) -> Iterator[str]:
    yield "| column | type | unit | positive is | values | what it is | definition |"
    yield "|---|---|---|---|---|---|---|"
    for column in columns:
        kind = TYPES[column.kind.value]
        cells = (f"`{column.name}`", kind, column.unit, column.positive, _values(column))
        yield _row(*cells, column.meaning, column.source)


def _values(column: Column) -> str:
    allowed = _names(column.one_of) or bounds(column) or (f"`{column.pattern}`" if column.pattern else "")
    return ", ".join(filter(None, (allowed, "never blank" if column.required else "")))


def _analysis() -> Iterator[str]:
    schema = analysis_schema()
    yield f"## {results.ANALYSIS}\n"
    yield "Everything else about a clip. `valgus contract analysis` prints its JSON Schema.\n"
    yield "| part | type | what it is |"
    yield "|---|---|---|"
    for name, part in schema["properties"].items():
        yield _row(f"`{name}`", *_part(part, schema["$defs"]))
    yield ""


def _part(part: Json, definitions: Json) -> tuple[str, str]:
    """Return type and description of a part of a JSON Schema."""
    if "anyOf" in part:
        return _part(part["anyOf"][0], definitions)
    if part.get("type") == "array" and "items" in part:
        kind, says = _part(part["items"], definitions)
        return f"list of {kind}", says
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[-1]
        return name, definitions[name].get("description", "").split("\n")[0]
    return str(part.get("type", "any")), part.get("description", "")


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
