"""What is asked for, the same for every clip of one call."""

from __future__ import annotations

from dataclasses import dataclass

from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.model.settings import Settings


@dataclass(frozen=True)
class OverlayWanted:
    """An overlay video, and whether faces are hidden in it."""

    blur_faces: bool = True


@dataclass(frozen=True)
class Order:
    """One way to analyse clips, as data: it may be sent to another process or machine.

    Attributes
    ----------
    settings : Settings
        What was chosen about the analysis; a ``session.toml`` beside a clip fills in what was not.
    given : Session
        What was said about the session on the command line.
    book : RuleBook
        Thresholds and rules.
    overlay : OverlayWanted or None
        Whether an overlay video is drawn.
    language : str
        Code of the language of the report.
    """

    settings: Settings
    given: Session
    book: RuleBook
    overlay: OverlayWanted | None
    language: str = "en"
