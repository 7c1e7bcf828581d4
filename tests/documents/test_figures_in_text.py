"""Figures that the documents quote are those in force."""

from __future__ import annotations

import re

import pytest

from tests.documents.blocks import ROOT
from valgus import memory, rules
from valgus.camera import VirtualCamera
from valgus.orientation import GUESSED_DEPTH, YAW_GIVEN_CI95_DEG
from valgus.tasks import enough_fps
from valgus.uncertainty import STICKER_ALLOWANCE_DEG

BOOK = rules.published()
FPPA_CHANGE_DEG = next(change.value for change in BOOK.changes if change.measure == "fppa_deg")
CAMERA = VirtualCamera()


def limit(code: str) -> str:
    return f"{BOOK.limit(code):g}"


#: A document, and what it has to say.
SAID = [
    ("docs/decision.md", f"fewer than {limit('least_valid_reps')} valid reps"),
    ("docs/decision.md", f"{limit('red_reps_to_regress')} red reps"),
    ("docs/decision.md", f"pain above {limit('pain_acceptable')} or not settled"),
    ("docs/decision.md", f"pain above {limit('pain_safe')} or not entered"),
    ("docs/decision.md", f"fewer than {BOOK.limit('least_green_share'):.0%} green reps".replace("%", " %")),
    ("docs/over-time.md", f"({FPPA_CHANGE_DEG:g} degrees, borrowed"),
    ("docs/filming.md", f"known to {YAW_GIVEN_CI95_DEG:g} degrees instead of {GUESSED_DEPTH.ci95_deg:.0f}"),
    (
        "docs/filming.md",
        f"{enough_fps('step-down'):g} frames per second, {enough_fps('landing'):g} for landings",
    ),
    ("docs/numbers.md", f"Its ± has {STICKER_ALLOWANCE_DEG:g} degrees for skin and cloth"),
    ("docs/import.md", f"straight in front at {CAMERA.distance_m:g} m and {CAMERA.height_m:g} m high"),
    ("docs/cluster.md", f"has to leave {memory.TO_FOLLOW_MB} MB"),
]


@pytest.mark.parametrize(("document", "says"), SAID, ids=[says for _, says in SAID])
def test_a_figure_in_a_document_is_the_one_in_force(document: str, says: str) -> None:
    text = re.sub(r"\s+", " ", (ROOT / document).read_text(encoding="utf-8"))
    assert says in text
