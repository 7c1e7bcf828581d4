"""The boxes of an mp4 file: where they begin, and how to change what they say."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

#: Boxes that hold boxes, and how many bytes of their own come first.
PARENTS = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"edts": 0, b"dinf": 0, b"udta": 0}
PARENTS |= {b"stsd": 8, b"avc1": 78, b"moof": 0, b"traf": 0, b"mvex": 0}


@dataclass(frozen=True)
class Box:
    """One box: its name, and where it begins and ends in the file."""

    name: bytes
    start: int
    end: int

    @property
    def content(self) -> int:
        """Where its content begins."""
        return self.start + 8


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield all boxes, each before those inside it."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, start)
        if size < 8:
            return
        box = Box(name, start, min(start + size, end))
        yield box
        if name in PARENTS:
            yield from boxes(data, box.content + PARENTS[name], box.end)
        start = box.end


def first(data: bytes, name: bytes) -> Box:
    """Return the first box of a name."""
    return next(box for box in boxes(data) if box.name == name)


def patched(data: bytes, name: bytes, at: int, layout: str, *values: int) -> bytes:
    """Return a file with other numbers in a box, ``at`` bytes after its name."""
    changed = bytearray(data)
    struct.pack_into(f">{layout}", changed, first(data, name).content + at, *values)
    return bytes(changed)


def replaced(data: bytes, name: bytes, content: bytes) -> bytes:
    """Return a file in which a box has other content; the sizes of the boxes around it are corrected.

    The file's index has to be behind its pictures, so that these stay where it says.
    """
    old = first(data, name)
    return _spliced(data, old.content, old.end, content, inside=old.start)


def inserted(data: bytes, before: bytes, new: bytes) -> bytes:
    """Return a file with more bytes in front of a box, beside it in the same boxes."""
    place = first(data, before).start
    return _spliced(data, place, place, new, inside=place)


def _spliced(data: bytes, start: int, end: int, new: bytes, *, inside: int) -> bytes:
    changed = bytearray(data)
    more = len(new) - (end - start)
    for box in boxes(data):
        around = box.start < inside < box.end or (box.start == inside and start > inside)
        if around and box.end >= end:
            struct.pack_into(">I", changed, box.start, box.end - box.start + more)
    changed[start:end] = new
    return bytes(changed)


def box(name: bytes, content: bytes) -> bytes:
    """Return a box."""
    return struct.pack(">I4s", 8 + len(content), name) + content
