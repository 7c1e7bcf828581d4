"""How far the knee travels inwards."""

from __future__ import annotations

from valgus.metrics.base import Measure, change_from_standing
from valgus.model.column import Column

KNEE_DISPLACEMENT = Measure(
    Column(
        "knee_displacement_pct",
        "% of leg length",
        "knee further medial",
        "Medial knee displacement: horizontal offset of knee from ankle, lowest point minus standing",
        "convention; no threshold is known, so it earns no colour",
    ),
    change_from_standing("knee_medial_pct"),
)
