"""The report in other languages: finished English sentences, said again from a catalogue of patterns.

Sentences are saved in English, and a report can be made from what was saved. So nothing is translated where
it is made: a catalogue in ``languages/`` knows the finished sentences, with placeholders where they differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from valgus.errors import WrongUsage
from valgus.rules.toml import Document

#: What a catalogue holds: its name, how it writes numbers and days, what joins parts, words that change with
#: their neighbours, and the sentences, in tables that only keep order.
KEYS = ("name", "decimal", "date", "joins", "forms", "say")
#: A number with its error, a range, or a day.
NUMBER = r"[-+]?\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)*(?: ± \d+(?:\.\d+)?)?"

_PLACE = re.compile(r"\{([a-z_]+)(#?)\}")
_GAP = re.compile(r"\{([a-z_]+)(?::([^{}^]+))?(\^?)\}")
_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
# Versions have more than one point, and are no numbers.
_DECIMAL = re.compile(r"(?<![\d.])(\d+)\.(\d+)(?![\d.])")
_NEXT_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z])")


class Language:
    """English, in which everything is said as it is.

    Parameters
    ----------
    code : str
        As on the command line and in ``<html lang>``.
    """

    def __init__(self, code: str = "en") -> None:
        self.code = code

    def say(self, text: str, /) -> str:
        """Return a text in this language."""
        return text


class Translation(Language):
    """Another language, by a catalogue.

    Notes
    -----
    Where several patterns fit, the one that leaves the least text in English wins, and of equal ones the one
    with the most letters of its own. What no entry knows stays English.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue.code)
        self.catalogue = catalogue
        self._known: dict[str, _Said] = {}
        self._asked: dict[str, _Said] = {}

    def say(self, text: str, /) -> str:
        """Return a finished English text in this language, what is not known of it in English."""
        said = self._asked[text] = self._said(text)
        return said.text

    @property
    def unsaid(self) -> tuple[str, ...]:
        """What was asked for and could not be said: whole texts or parts of them, in English."""
        return tuple(dict.fromkeys(left for said in self._asked.values() for left in said.left))

    @property
    def idle(self) -> tuple[str, ...]:
        """The entries that nothing asked for so far has needed."""
        used = {key for said in self._asked.values() for key in said.by}
        return tuple(key for key in self.catalogue.entries if key not in used)

    def _said(self, text: str) -> _Said:
        if text not in self._known:
            # Found while a longer text is looked at; a text is never part of itself, so this ends.
            self._known[text] = self._best(text)
        return self._known[text]

    def _best(self, text: str) -> _Said:
        if text in self.catalogue.exact:
            return _Said(self.catalogue.exact[text], by=(text,))
        if not any(letter.isalpha() for letter in text):
            return _Said(self.catalogue.number(text))
        best = _Said(text, left=(text,))
        for said in self._ways(text):
            if not said.left:
                return said
            best = min(best, said, key=lambda one: one.missing)
        return best

    def _ways(self, text: str) -> Iterator[_Said]:
        """Yield what a text may be: a pattern, the same at the start of a sentence, or several in a row."""
        for phrase in self.catalogue.phrases:
            if found := phrase.pattern.fullmatch(text):
                yield self._filled(phrase, found.groupdict())
        if text[:1].isupper():
            # A clause that was made a sentence.
            yield self._said(text[:1].lower() + text[1:]).then(_capital)
        if len(sentences := _NEXT_SENTENCE.split(text)) > 1:
            yield _joined(" ", map(self._said, sentences))
        if text.endswith(".") and not text.endswith(".."):
            yield self._said(text[:-1]).then(_ended)
        for join, says in self.catalogue.joins.items():
            if len(parts := _split(text, join)) > 1:
                yield _joined(says, map(self._said, parts))

    def _filled(self, phrase: Phrase, found: Mapping[str, str]) -> _Said:
        left: list[str] = []
        by = [phrase.english]

        def fill(gap: re.Match[str]) -> str:
            said = self._in_form(found[gap[1]], gap[2])
            left.extend(said.left)
            by.extend(said.by)
            return _capital(said.text) if gap[3] else said.text

        return _Said(_GAP.sub(fill, phrase.says), tuple(left), tuple(by))

    def _in_form(self, given: str, form: str | None) -> _Said:
        if form is None:
            return self._said(given)
        changed = self.catalogue.forms[form].get(given)
        return _Said(given, left=(given,)) if changed is None else _Said(changed)


@dataclass(frozen=True)
class _Said:
    """A text in the other language, what of it was ``left`` in English, and ``by`` which entries."""

    text: str
    left: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """Letters left in English."""
        return sum(map(len, self.left))

    def then(self, change: Callable[[str], str]) -> _Said:
        """Return the same with another text."""
        return _Said(change(self.text), self.left, self.by)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(text: str) -> str:
    return text if text.endswith("?") else f"{text}."


def _joined(by: str, parts: Iterable[_Said]) -> _Said:
    said = list(parts)
    return _Said(
        by.join(one.text for one in said),
        tuple(left for one in said for left in one.left),
        tuple(key for one in said for key in one.by),
    )


def _split(text: str, by: str) -> list[str]:
    """Return the parts of a list; what stands in brackets is not taken apart."""
    parts = [""]
    for piece in text.split(by):
        whole = parts[-1].count("(") == parts[-1].count(")")
        parts = [*parts, piece] if whole else [*parts[:-1], f"{parts[-1]}{by}{piece}"]
    return parts[1:]


# --- the catalogue ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Phrase:
    """An English sentence with placeholders, and what it is in the other language.

    Attributes
    ----------
    english : str
        ``{name}`` stands for text that is said itself, ``{name#}`` for a number.
    says : str
        ``{name}`` is what was found there, ``{name^}`` the same with a capital, as a sentence after a colon
        may need it, ``{name:form}`` the form of a word that fits here.
    pattern : re.Pattern
        What finished sentences are matched with.
    """

    english: str
    says: str
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, english: str, says: str) -> Phrase:
        """Return an entry ready to be matched."""
        pattern, at = "", 0
        for place in _PLACE.finditer(english):
            kind = NUMBER if place[2] else ".+?"
            pattern += f"{re.escape(english[at : place.start()])}(?P<{place[1]}>{kind})"
            at = place.end()
        return cls(english, says, re.compile(pattern + re.escape(english[at:]), re.DOTALL))

    @property
    def specific(self) -> tuple[int, int]:
        """How much of it is its own: letters, then places that only a number fits."""
        return len(_PLACE.sub("", self.english)), self.english.count("#}")


@dataclass(frozen=True)
class Catalogue:
    """A language file as read and checked; ``phrases`` has the most specific first."""

    code: str
    exact: Mapping[str, str]
    phrases: tuple[Phrase, ...]
    joins: Mapping[str, str]
    forms: Mapping[str, Mapping[str, str]]
    decimal: str
    date: str

    @property
    def entries(self) -> dict[str, str]:
        """Both sides of every entry, by the English one."""
        return {**self.exact, **{phrase.english: phrase.says for phrase in self.phrases}}

    def number(self, text: str, /) -> str:
        """Return a text without letters: days and decimals as the language writes them."""
        dated = _DAY.sub(lambda day: self.date.format(year=day[1], month=day[2], day=day[3]), text)
        # A day written with points is no decimal.
        return dated if dated != text else _DECIMAL.sub(rf"\1{self.decimal}\2", text)

    @classmethod
    def read(cls, document: Document, /) -> Catalogue:
        """Return what a language file says.

        Raises
        ------
        WrongUsage
            If a key is not known, an entry stands there twice, or the placeholders of its sides do not agree:
            with file and line.
        """
        document.allow(KEYS)
        values = document.values
        forms = values.get("forms", {})
        said = _entries(document)
        for english, says in said.items():
            _check(document, english, says, forms)
        phrases = [Phrase.of(english, says) for english, says in said.items() if "{" in english]
        return cls(
            code=document.name.removesuffix(".toml"),
            exact={english: says for english, says in said.items() if "{" not in english},
            phrases=tuple(sorted(phrases, key=lambda phrase: phrase.specific, reverse=True)),
            joins=values.get("joins", {}),
            forms=forms,
            decimal=values.get("decimal", "."),
            date=values.get("date", "{year}-{month}-{day}"),
        )


def _entries(document: Document) -> dict[str, str]:
    """Return every entry, whatever table it stands in."""
    said: dict[str, str] = {}
    for table in document.values.get("say", {}).values():
        for english, says in table.items():
            if english in said:
                raise _wrong(document, english, "stands there twice")
            said[english] = says
    return said


def _check(document: Document, english: str, says: object, forms: Mapping[str, object]) -> None:
    """Refuse an entry that would lose something, or invent something, when it is said."""
    if not isinstance(says, str) or not says.strip():
        raise _wrong(document, english, "says nothing")
    places = [place[1] for place in _PLACE.finditer(english)]
    given = set(places)
    if len(given) < len(places):
        raise _wrong(document, english, f"{{{max(places, key=places.count)}}} stands there twice")
    if not _PLACE.sub("", english).strip():
        # It would fit everything, and what stands in its place could be the text itself.
        raise _wrong(document, english, "has nothing of its own")
    used = {gap[1] for gap in _GAP.finditer(says)}
    if lost := given - used:
        raise _wrong(document, english, f"{{{min(lost)}}} is lost")
    if invented := used - given:
        raise _wrong(document, english, f"{{{min(invented)}}} is not in the English")
    if set(_PLACE.sub("", english) + _GAP.sub("", says)) & set("{}"):
        raise _wrong(document, english, "a brace opens or closes nothing")
    for gap in _GAP.finditer(says):
        if gap[2] is not None and gap[2] not in forms:
            raise _wrong(document, english, f"no form is called {gap[2]!r}")


def _wrong(document: Document, english: str, says: str) -> WrongUsage:
    return document.wrong(f"{english!r}: {says}", line=document.line_of(english))


# --- which there are ----------------------------------------------------------------------------------------


def language_codes() -> tuple[str, ...]:
    """Return the languages there are, English first."""
    files = (file.name for file in _folder().iterdir())
    return ("en", *sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def language_named(code: str, /) -> Language:
    """Return a language by its code.

    Raises
    ------
    WrongUsage
        If there is none, naming those there are.
    """
    if code not in language_codes():
        raise WrongUsage(f"There is no language {code!r}.", f"Choose one of {', '.join(language_codes())}.")
    return Language() if code == "en" else Translation(_catalogue(code))


@lru_cache(maxsize=4)
def _catalogue(code: str) -> Catalogue:
    text = _folder().joinpath(f"{code}.toml").read_text(encoding="utf-8")
    return Catalogue.read(Document.parse(text, f"{code}.toml"))


def _folder() -> resources.abc.Traversable:
    return resources.files("valgus.exports").joinpath("languages")
