"""The contract for programs: a Frictionless data package, and a JSON Schema of ``analysis.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from valgus import results
from valgus.contract.checking import header_of
from valgus.contract.tables import TABLES, Table
from valgus.contract.version import CONTRACT_VERSION
from valgus.errors import WrongUsage
from valgus.metrics import MEASURE_COLUMNS
from valgus.model.column import Column, Kind
from valgus.whole import whole_file

PACKAGE = "datapackage.json"
Json = dict[str, Any]


def whole_package() -> Json:
    """Return the data package of everything that the program writes."""
    return _package([_table_resource(table, table.columns) for table in TABLES] + [_analysis_resource()])


def package_of(folder: Path, /) -> Json:
    """Return the data package of the files in a folder, with the columns that they have, in their order.

    Raises
    ------
    WrongUsage
        If there is no such file.
    """
    resources = [
        _table_resource(table, tuple(_columns_in(folder / table.file, table)))
        for table in TABLES
        if (folder / table.file).is_file()
    ]
    if (folder / results.ANALYSIS).is_file():
        resources.append(_analysis_resource())
    if not resources:
        raise WrongUsage(f"{folder}: there are no tables to describe.", "Give a folder of results.")
    return _package(resources)


def write_package(folder: Path, /) -> Path:
    """Write ``datapackage.json`` beside the tables of a folder.

    Raises
    ------
    WrongUsage
        If there are no tables.
    CannotWrite
        If it cannot be written.
    """
    package = as_text(package_of(folder))
    with whole_file(folder / PACKAGE) as partial:
        partial.write_text(f"{package}\n", encoding="utf-8")
    return folder / PACKAGE


def as_text(document: Json, /) -> str:
    """Return JSON for files and for people."""
    return json.dumps(document, indent=1, ensure_ascii=False)


def table_schema(table: Table, columns: Sequence[Column], /) -> Json:
    """Return the Frictionless table schema of some columns of a table."""
    schema: Json = {"fields": [_field(column) for column in columns], "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    return schema


def analysis_schema() -> Json:
    """Return the JSON Schema of ``analysis.json``."""
    schema = results.record_schema()
    schema["properties"]["measures"]["items"] = {
        "type": "object",
        "properties": {column.name: _measure(column) for column in MEASURE_COLUMNS},
        "additionalProperties": False,
    }
    about = {"title": results.ANALYSIS, "version": CONTRACT_VERSION}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **about}


def _package(resources: Sequence[Json]) -> Json:
    return {
        "profile": "data-package",
        "name": "valgus-results",
        "title": "Results of valgus",
        "version": CONTRACT_VERSION,
        "resources": list(resources),
    }


def _table_resource(table: Table, columns: Sequence[Column]) -> Json:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": table.file,
        "description": table.meaning,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": table_schema(table, columns),
    }


def _analysis_resource() -> Json:
    return {
        "profile": "data-resource",
        "name": "analysis",
        "path": results.ANALYSIS,
        "description": "Everything else about a clip. Its JSON Schema: valgus contract analysis",
        "format": "json",
        "mediatype": "application/json",
        "encoding": "utf-8",
    }


def _columns_in(path: Path, table: Table) -> Iterator[Column]:
    with path.open(encoding="utf-8", newline="") as file:
        names = header_of(file)
    for name in names:
        column = table.column(name)
        if column is None:
            raise WrongUsage(
                f"{path.name}: column {name} is not in the contract.", f"See: valgus validate {path}"
            )
        yield column


def _field(column: Column) -> Json:
    field: Json = {
        "name": column.name,
        "type": column.kind.value,
        "description": column.meaning,
        "unit": column.unit,
        "positive": column.positive,
        "source": column.source,
        "constraints": _constraints(column),
    }
    return {name: value for name, value in field.items() if value}


def _constraints(column: Column) -> Json:
    every: Json = {
        "required": column.required or None,
        "minimum": _bound(column, column.least),
        "maximum": _bound(column, column.most),
        "enum": list(column.one_of) or None,
        "pattern": column.pattern or None,
    }
    return {name: value for name, value in every.items() if value is not None}


def _bound(column: Column, value: float | None) -> float | None:
    return int(value) if value is not None and column.kind is Kind.INTEGER else value


def _measure(column: Column) -> Json:
    bounds: Json = {"minimum": column.least, "maximum": column.most}
    return {
        "type": ["number", "null"],
        "description": column.meaning,
        **{name: value for name, value in bounds.items() if value is not None},
    }
