"""The report in German: nothing stays English, no number changes, nothing a person wrote is touched."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decisions import banded, facts
from tests.exports import everything
from tests.exports.sessions import STEP_DOWN
from valgus import rules
from valgus.decision import decide
from valgus.errors import WrongUsage
from valgus.exports import report
from valgus.exports.language import Catalogue, Language, Translation, language_codes, language_named
from valgus.exports.report import report_page
from valgus.model.judgement import Change, Drift, Facts
from valgus.model.session import Session
from valgus.model.trial import Trial
from valgus.plan import plan_from_analysis
from valgus.rules.toml import Document

#: Words that no German sentence of the report has.
ENGLISH = re.compile(
    r"\b(the|of|and|are|is|reps?|left|right|deg|to|with|not|at|side|leg|knee|from|for|it|by|no|one|than)\b",
    re.IGNORECASE,
)
#: What is the same in both languages: names, abbreviations, units, versions.
SAME = re.compile(
    r"valgus|clip\.mp4.*|FPPA|Person|Drop Jump|\(?Anna\)?|the left knee|15 cm|5 kg"
    r"|(bands|gates|mdc|decision|items|ladder) \d.*"
)


class Visible(HTMLParser):
    """Collects what a person reads or is read to: texts, labels and descriptions of pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.texts += [value or "" for name, value in attrs if name in ("aria-label", "alt", "title")]

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script") and data.strip():
            self.texts.append(" ".join(data.split()))


def visible(html: str) -> list[str]:
    reader = Visible()
    reader.feed(html)
    return reader.texts


def written(page: everything.Page, language: Language) -> str:
    return report_page(
        page.trial,
        page.stills,
        page.overlay,
        page.plan,
        missing=page.missing,
        history=page.history,
        language=language,
    )


@cache
def everything_said() -> tuple[Translation, tuple[tuple[list[str], list[str]], ...]]:
    """Every page in both languages; the picture of the angle over time is left out, which takes time."""
    german = language_named("de")
    assert isinstance(german, Translation)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report, "panels_png", lambda trial: b"no picture")
        for figure in ("trend_png", "left_right_png", "knee_path_png"):
            patched.setattr(report, figure, lambda trial: b"no picture")
        both = [
            (visible(written(page, Language())), visible(written(page, german)))
            for page in everything.pages()
        ]
    return german, tuple(both)


def numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d+(?:\.\d+)?", text.replace(",", ".")))


# --- complete ---------------------------------------------------------------------------------------------


def test_whatever_a_report_says_is_said_in_german_and_every_entry_is_needed() -> None:
    german, _ = everything_said()
    assert german.unsaid == ()
    assert german.idle == ()


def test_no_visible_text_stays_english() -> None:
    _, pages = everything_said()
    for english, german in pages:
        assert len(english) == len(german)
        for before, after in zip(english, german, strict=True):
            if SAME.fullmatch(before):
                continue
            assert before != after or not re.search("[A-Za-z]{2}", before), before
            assert not ENGLISH.search(after), after


def test_the_pages_of_these_tests_have_every_finding_of_the_filming_check() -> None:
    shown = {one.code for page in everything.pages() for one in page.trial.findings}
    codes = set(everything.constants("valgus.quality", "Finding"))
    assert codes <= shown
    assert len(codes) > 8


# --- numbers ----------------------------------------------------------------------------------------------


def test_no_entry_changes_a_number_of_its_own() -> None:
    german, _ = everything_said()
    for english, said in german.catalogue.entries.items():
        own = re.sub(r"\{[^}]+\}|s2", "", english)
        assert numbers(own) == numbers(re.sub(r"\{[^}]+\}", "", said)), english


degrees = st.floats(-60, 60).map(lambda value: round(value, 3))
some_facts = st.builds(
    facts,
    valid=st.integers(3, 40),
    ok=st.integers(0, 40),
    green=st.integers(0, 20),
    red=st.integers(0, 20),
    pain_during=st.none() | st.floats(0, 10).map(lambda value: round(value, 1)),
    drift=st.builds(Drift, st.just("fppa_deg"), degrees, degrees, st.floats(3, 9)),
    changes=st.tuples(
        st.builds(
            Change, st.just("fppa_deg"), degrees, degrees, st.floats(0, 9), st.just(8.9), st.just("test"),
            st.none() | st.integers(5, 30),
        )
    ),
    means=st.tuples(st.builds(banded, st.just("fppa_deg"), degrees, st.none() | st.floats(0, 30))),
    fppa_mean=degrees,
)  # fmt: skip


@given(some_facts)
def test_numbers_survive(of: Facts) -> None:
    german = language_named("de")
    decided = decide(of, rules.published())
    for english in (*(reason.says for reason in decided.reasons), *decided.notes):
        said = german.say(english)
        assert said != english
        assert numbers(said) == numbers(english)
        assert "." not in said.rstrip(".")


@given(st.floats(-999, 999), st.floats(0, 99), st.integers(0, 3))
def test_cells_have_a_decimal_comma_and_nothing_else_changed(value: float, error: float, digits: int) -> None:
    english = f"{value:+.{digits}f} ± {error:.1f}"
    assert language_named("de").say(english) == english.replace(".", ",")


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("", ""),
        ("4.2", "4,2"),
        ("0.10.31", "0.10.31"),
        ("2026-11-21", "21.11.2026"),
        ("1, 3, 4", "1, 3, 4"),
        ("2 of 5 valid reps are red.", "2 von 5 gültigen Wiederholungen sind rot."),
        ("1.5 s up, 2 s down", "1,5 s auf, 2 s ab"),
        ("between 2026-12-19 and 2027-01-02", "zwischen dem 19.12.2026 und dem 02.01.2027"),
        ("Left leg: stay (hold)", "Linkes Bein: auf diesem Niveau bleiben (halten)"),
        ("right leg: stay (hold)", "rechtes Bein: auf diesem Niveau bleiben (halten)"),
        ("Rep 3: right -4 deg", "Wiederholung 3: rechts -4°"),
        ("an end without an end...", "an end without an end..."),
        ("an own sentence of 4.2 deg", "an own sentence of 4.2 deg"),
        ("healthy women, own study of 4.2", "gesunde Frauen, own study of 4.2"),
    ],
)
def test_what_is_said(english: str, german: str) -> None:
    assert language_named("de").say(english) == german


# --- what people wrote ------------------------------------------------------------------------------------


def test_what_a_person_wrote_stays_as_it_is_and_does_nothing() -> None:
    hostile = replace(
        STEP_DOWN,
        clip=replace(STEP_DOWN.clip, name="left <img src=x onerror=alert(1)>.mp4"),
        session=Session(notes="</script><script>alert(2)</script>", person="left"),
    )
    html = written(everything.Page(hostile), language_named("de"))
    assert "left &lt;img src=x onerror=alert(1)&gt;.mp4" in html
    assert "&lt;/script&gt;&lt;script&gt;alert(2)" in html
    assert "<dt>Person</dt><dd>left</dd>" in html
    assert "<img src=x" not in html and "<script>alert" not in html


def test_a_source_of_own_rules_stays_in_its_words_inside_a_german_sentence() -> None:
    german = language_named("de")
    assert isinstance(german, Translation)
    said = german.say("Bands of FPPA: green up to 9.5 deg, amber above (our own runners; <b>us</b> 2026)")
    assert said == "Bereiche für FPPA: grün bis 9,5°, gelb darüber (our own runners; <b>us</b> 2026)"
    assert german.unsaid == ("our own runners", "<b>us</b> 2026")


def test_english_is_the_default_and_says_everything_as_it_is() -> None:
    plan = plan_from_analysis(STEP_DOWN, rules.published())
    page = everything.Page(STEP_DOWN, plan)
    assert written(page, language_named("en")) == report_page(STEP_DOWN, (), None, plan)
    assert '<html lang="en">' in report_page(STEP_DOWN, (), None, plan)
    assert '<html lang="de">' in written(page, language_named("de"))


def test_a_trial_is_not_changed_by_being_told_in_german() -> None:
    before: Trial = replace(STEP_DOWN)
    written(everything.Page(STEP_DOWN), language_named("de"))
    assert before == STEP_DOWN


# --- language files ---------------------------------------------------------------------------------------

SMALL = """\
decimal = ","
[forms.den]
left = "linken"
[say.words]
left = "links"
"{a} and {b}" = "{a} und {b}"
"{a} and then {b}" = "{a}, dann {b}"
"{n#} and then left" = "{n}, dann links"
"left and left" = "beides"
"to the {side}" = "zum {side:den}"
"it is: {side}" = "so: {side^}"
"""


def small(text: str = SMALL) -> Translation:
    return Translation(Catalogue.read(Document.parse(text, "xx.toml")))


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("left and left", "beides"),
        ("left and then left", "links, dann links"),
        ("2.5 and then left", "2,5, dann links"),
        ("Left and then left", "Links, dann links"),
        ("to the left", "zum linken"),
        ("it is: left", "so: Links"),
    ],
)
def test_the_most_specific_entry_wins(english: str, said: str) -> None:
    language = small()
    assert language.say(english) == said
    assert language.unsaid == ()


def test_what_no_entry_knows_stays_english_and_is_remembered() -> None:
    language = small()
    assert language.say("to the right") == "zum right"
    assert language.say("left and up") == "links und up"
    assert language.say("up") == "up"
    assert language.unsaid == ("right", "up")
    assert "left" not in language.idle


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"{a} und {b}"', '"{a} und"', "xx.toml, line 6: '{a} and {b}': {b} is lost"),
        ('"{a} und {b}"', '"{a} und {b} {c}"', "xx.toml, line 6: '{a} and {b}': {c} is not in the English"),
        ('"{a} und {b}"', '"{a} und {b"', "xx.toml, line 6: '{a} and {b}': {b} is lost"),
        ('"{a} und {b}"', '"{a} und {b} }"', "xx.toml, line 6: '{a} and {b}': a brace opens or closes"),
        ('"{a} und {b}"', '" "', "xx.toml, line 6: '{a} and {b}': says nothing"),
        ("{side:den}", "{side:dem}", "xx.toml, line 10: 'to the {side}': no form is called 'dem'"),
        ("[say.words]", '[say.more]\nleft = "linke"\n[say.words]', "stands there twice"),
        ('decimal = ","', 'decimals = ","', "line 1: unknown key 'decimals'. Did you mean decimal?"),
        ('"beides"', '"beides', "is not valid TOML"),
        ('"{a} and {b}"', '"{a}"', "xx.toml, line 6: '{a}': has nothing of its own"),
        ('"{a} and {b}"', '"{a} and {a}"', "xx.toml, line 6: '{a} and {a}': {a} stands there twice"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_language_file_is_named_with_its_line(old: str, new: str, complaint: str) -> None:
    assert SMALL.count(old) == 1
    with pytest.raises(WrongUsage) as wrong:
        small(SMALL.replace(old, new))
    assert complaint in str(wrong.value)


def test_every_language_there_is_can_be_read() -> None:
    assert language_codes() == ("en", "de")
    for code in language_codes():
        assert language_named(code).code == code
    with pytest.raises(WrongUsage, match=r"no language 'fr'. Choose one of en, de."):
        language_named("fr")
