"""Tables of two measurements, as files."""

from __future__ import annotations

from pathlib import Path

from valgus.agreement import Matched, Source, compare, match, read_measurement
from valgus.model.agreement import Compared

FPPA = "fppa_deg"
REPS_HEADER = "clip,person,rep,side,bottom_s,fppa_deg,grade,grade_reasons,clip_sha256"
ONE, OTHER = "1" * 64, "2" * 64


def write(path: Path, header: str, *rows: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def reps(
    folder: Path,
    values: list[float],
    *,
    clip: str = "clip.mp4",
    person: str = "",
    side: str = "left",
    sha256: str = ONE,
    invalid: tuple[int, ...] = (),
) -> Path:
    """Save an analysis folder with a rep every 2 s from 1 s on; return it."""
    rows = [
        f"{clip},{person},{k + 1},{side},{1 + 2 * k},{value},{'invalid' if k + 1 in invalid else 'ok'},"
        f"{'turned' if k + 1 in invalid else ''},{sha256}"
        for k, value in enumerate(values)
    ]
    write(folder / f"{clip}.valgus" / "reps.csv", REPS_HEADER, *rows)
    return folder / f"{clip}.valgus"


def matched(a: Path | Source, b: Path | Source, measure: str = FPPA, **options: object) -> Matched:
    sources = [one if isinstance(one, Source) else Source(one) for one in (a, b)]
    return match(*(read_measurement(source, measure) for source in sources), **options)  # type: ignore[arg-type]


def compared(a: Path | Source, b: Path | Source, measure: str = FPPA, **options: str) -> Compared:
    return compare(matched(a, b, measure), measure=measure, names=("a", "b"), **options)  # type: ignore[arg-type]


def values_of(found: Matched) -> list[tuple[float, float]]:
    return [(pair.a, pair.b) for pair in found.pairs]


def reasons_of(found: Matched) -> list[str]:
    return [f"{one.of} {one.row}: {one.why}" for one in found.left_out]
