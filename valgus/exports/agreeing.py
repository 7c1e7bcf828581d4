"""One comparison of two measurements as files: figures, pairs, picture."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from valgus.exports.figures.bland_altman import bland_altman_figure
from valgus.exports.figures.style import png_of, svg_of
from valgus.exports.tables import PERSON, SIDE, write_csv
from valgus.model.agreement import Compared, Pair
from valgus.model.column import Column, count, text
from valgus.whole import all_or_none

AGREEMENT_JSON, AGREEMENT_CSV = "agreement.json", "agreement.csv"
PICTURES = {"bland_altman.png": png_of, "bland_altman.svg": svg_of}
DECIMALS = 4

#: The table of pairs; values have the unit of the measure that was compared.
PAIR_COLUMNS = (
    text("clip", "Name of the clip's file; blank where neither table says it"),
    PERSON,
    text("side", "The leg measured; blank where neither table says it", one_of=SIDE.one_of),
    count("rep", "Number of the rep in its clip; blank for the mean of a set", least=1, required=False),
    Column("a_time_s", "s", "later", "Lowest point by A; blank where A has no times, and for a set", ""),
    Column("b_time_s", "s", "later", "Lowest point by B; blank where B has no times, and for a set", ""),
    Column("a", "", "", "What A measured", "", required=True),
    Column("b", "", "", "What B measured", "", required=True),
    Column("mean", "", "", "Mean of both", "", required=True),
    Column("a_minus_b", "", "", "A minus B", "", required=True),
    count("reps", "Reps in it: 1, or those of the set", least=1),
)


def write_agreement(compared: Compared, folder: Path, /) -> tuple[str, ...]:
    """Write figures, pairs and picture into a folder, all or none; return the names of the files.

    Raises
    ------
    CannotWrite
        If the disk is full or may not be written; earlier files are untouched.
    """
    drawn = bland_altman_figure(compared)
    with all_or_none(folder) as unfinished:
        document = json.dumps(as_document(compared), indent=1, ensure_ascii=False, allow_nan=False)
        (unfinished / AGREEMENT_JSON).write_text(document + "\n", encoding="utf-8")
        write_csv(pairs_table(compared.pairs), unfinished / AGREEMENT_CSV)
        for name, as_bytes in PICTURES.items():
            (unfinished / name).write_bytes(as_bytes(drawn))
    return (AGREEMENT_JSON, AGREEMENT_CSV, *PICTURES)


def as_document(compared: Compared, /) -> dict[str, Any]:
    """Return figures and rows left out as plain values, for JSON."""
    document: dict[str, Any] = _rounded(asdict(compared.agreement))
    document["left_out"] = [asdict(one) for one in compared.left_out]
    return document


def pairs_table(pairs: tuple[Pair, ...], /) -> pd.DataFrame:
    """Return the pairs as a table."""
    rows = [
        (
            *(pair.clip or None, pair.person or None, pair.side or None, pair.rep),
            *(pair.a_time_s, pair.b_time_s, pair.a, pair.b, (pair.a + pair.b) / 2, pair.a - pair.b, pair.n),
        )
        for pair in pairs
    ]
    table = pd.DataFrame(rows, columns=[column.name for column in PAIR_COLUMNS])
    return table.astype({"rep": "Int64"}).round(DECIMALS)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, float):  # JSON knows no NaN: what two equal measurements have no figure for is null
        return round(value, DECIMALS) if math.isfinite(value) else None
    return value
