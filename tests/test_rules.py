"""Thresholds as data: where they come from, and a person's own in place of single entries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from valgus import rules
from valgus.errors import WrongUsage

OWN = """\
[[band]]
code = "fppa"
task = "step-down"
amber = 10
source = "our clinic, 2026"

[[mdc]]
measure = "fppa_deg"
task = "step-down"
value = 6.1
origin = "own"
source = "our repeatability, 2026"

[[limit]]
code = "least_green_share"
value = 0.9
source = "our clinic, 2026"
"""


def own(text: str, folder: Path) -> Path:
    path = folder / "eigene Regeln.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_figure_names_population_and_source() -> None:
    book = rules.published()
    for entry in (*book.bands, *book.changes, *book.limits):
        assert entry.source and entry.population and entry.unit
    for item in book.items:
        assert item.source
        assert bool(item.measure) == bool(item.proxy)
        assert item.measure or item.why_not
    assert {change.origin for change in book.changes} == {"borrowed", "convention"}


def test_every_study_that_is_named_can_be_found() -> None:
    book = rules.published()
    entries = (*book.bands, *book.changes, *book.limits, *book.gates, *book.items)
    sources = "\n".join(entry.source for entry in entries)
    named = set(re.findall(r"[A-Z][a-z]+(?: & [A-Z][a-z]+)? (?:19|20)\d\d", sources))
    references = {reference.cited: reference.says for reference in rules.references_of([sources])}
    assert named == set(references)
    assert all(re.search(r"\b(doi:10\.\d{4}/\S+|PMC\d+)$", says) for says in references.values())


def test_own_entries_take_the_place_of_single_ones_and_nothing_else(tmp_path: Path) -> None:
    published, book = rules.published(), rules.with_own(own(OWN, tmp_path))
    edges = {band.task: band.amber for band in book.bands if band.code == "fppa"}
    assert edges == {"step-down": 10.0, "single-leg-squat": 11.3}
    red = next(band.red for band in book.bands if (band.code, band.task) == ("fppa", "step-down"))
    assert red == 16.0, "a field that is not given stays"
    assert book.limit("least_green_share") == 0.9
    assert book.gates == published.gates
    assert book.items == published.items
    assert len(book.bands) == len(published.bands)


def test_an_own_detectable_change_for_one_task_leaves_the_others(tmp_path: Path) -> None:
    book = rules.with_own(own(OWN, tmp_path))

    def change(task: str) -> tuple[float, str]:
        return next((c.value, c.origin) for c in book.changes_for(task) if c.measure == "fppa_deg")

    assert change("step-down") == (6.1, "own")
    assert change("single-leg-squat") == (8.9, "borrowed")


def test_the_versions_name_the_own_file_by_its_content(tmp_path: Path) -> None:
    book = rules.with_own(own(OWN, tmp_path))
    assert book.versions[:-1] == rules.published().versions
    assert book.versions[-1].startswith("own rules eigene Regeln.toml ")
    other = rules.with_own(own(OWN.replace("0.9", "0.95"), tmp_path))
    assert other.versions[-1] != book.versions[-1]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("amber = 10", "ambre = 10", "line 4: unknown key 'ambre'. Did you mean amber?"),
        ('"fppa"', '"fpa"', "line 2: no band is called code = 'fpa', task = 'step-down'. Did you mean fppa?"),
        ("[[mdc]]", "[[mcd]]", "line 7: unknown key 'mcd'. Did you mean mdc?"),
        ("[[limit]]", "[limit]", "line 14: write each entry of 'limit' under [[limit]]"),
        ("value = 6.1", 'value = "six"', "line 10: value: Input should be a valid number"),
        ("value = 6.1", "value = ", "line 10"),
        ('origin = "own"', 'origin = "mine"', "line 11: origin: Input should be 'published', 'borrowed'"),
        ('source = "our clinic, 2026"\n\n[[mdc]]', "\n[[mdc]]", "line 1: 'source' is missing"),
        ('code = "least_green_share"\n', "", "line 14: 'code' is missing"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(old: str, new: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage) as wrong:
        rules.with_own(own(OWN.replace(old, new, 1), tmp_path))
    assert says in str(wrong.value)
    assert "eigene Regeln.toml" in str(wrong.value)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="cannot be read"):
        rules.with_own(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00x")
    with pytest.raises(WrongUsage, match="not UTF-8"):
        rules.with_own(tmp_path / "bytes.toml")
