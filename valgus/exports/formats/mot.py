"""MOT, OpenSim's motion file: angles over time, each with its side in its name and its sign in the header."""

from __future__ import annotations

from pathlib import Path

from valgus.exports.formats.base import NEGATIVE_ENDING, Format, FppaSign, Wanted, wide, with_sign
from valgus.metrics import SIGNALS
from valgus.model.trial import Trial

ANGLES = tuple(signal.column for signal in SIGNALS if signal.column.unit == "deg")


def _write(trial: Trial, folder: Path, stem: str, wanted: Wanted) -> tuple[str, ...]:
    names = [column.name for column in ANGLES]
    table = wide(with_sign(trial.signals[["time_s", "side", *names]], wanted.sign))
    table = table.dropna(axis="columns", how="all").rename(columns={"time_s": "time"})
    lines = [
        stem,
        "version=1",
        f"nRows={len(table)}",
        f"nColumns={len(table.columns)}",
        "inDegrees=yes",
        *(_sign_of(name, positive, wanted) for name, positive in ((c.name, c.positive) for c in ANGLES)),
        "endheader",
    ]
    file_name = f"{stem}.mot"
    with (folder / file_name).open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")
        table.to_csv(file, sep="\t", index=False, na_rep="nan", lineterminator="\n")
    return (file_name,)


def _sign_of(name: str, positive: str, wanted: Wanted) -> str:
    if wanted.sign is FppaSign.NEGATIVE and name.startswith("fppa_"):
        return f"{name}{NEGATIVE_ENDING}: - {positive}"
    return f"{name}: + {positive}"


MOT = Format("mot", "angles over time for OpenSim", _write)
