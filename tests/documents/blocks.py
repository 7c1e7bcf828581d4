"""The examples in the documents: fenced blocks, by language, with where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = tuple(sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]))
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block; ``line`` is that of its first line of content, counted from 1."""

    document: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks_in(document: Path, /) -> Iterator[Block]:
    """Yield the blocks of a document in order."""
    text = document.read_text(encoding="utf-8")
    for found in _FENCED.finditer(text):
        yield Block(document, text[: found.start(2)].count("\n") + 1, found[1], found[2])


def blocks(*languages: str) -> list[Block]:
    """Return the blocks of all documents in some languages."""
    return [block for path in DOCUMENTS for block in blocks_in(path) if block.language in languages]
