"""Clips that are damaged, absurd or no clips at all, made from one small good clip: the same every time."""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from valgus.video import H264Writer

#: Boxes that hold other boxes.
CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}
FRAMES, WIDTH, HEIGHT = 12, 180, 320
HUGE = 0xFFFFFFFF


@dataclass(frozen=True)
class Box:
    """One box of an MP4 file: its kind, where it begins and ends."""

    kind: bytes
    start: int
    end: int

    @property
    def content(self) -> int:
        """Where what it holds begins."""
        return self.start + 8


def good_clip(folder: Path) -> bytes:
    """Return a clip of a moving square: a second that can be decoded, with nobody in it."""
    path = folder / "good.mp4"
    with H264Writer(path, width_px=WIDTH, height_px=HEIGHT, fps=FRAMES) as writer:
        for k in range(FRAMES):
            picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
            picture[20 * k : 20 * k + 60, 40:120] = (200, 120, 60)
            writer.write(picture)
    content = path.read_bytes()
    path.unlink()
    return content


def boxes(clip: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield every box, those inside others too."""
    end = len(clip) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", clip, start)
        box = Box(kind, start, min(start + max(size, 8), end))
        yield box
        if kind in CONTAINERS:
            yield from boxes(clip, box.content, box.end)
        start = box.end


def first(clip: bytes, kind: bytes) -> Box:
    return next(box for box in boxes(clip) if box.kind == kind)


def patched(clip: bytes, kind: bytes, offset: int, value: bytes) -> bytes:
    """Return the clip with some bytes of a box's content changed."""
    at = first(clip, kind).content + offset
    return clip[:at] + value + clip[at + len(value) :]


# --- what is done to it -----------------------------------------------------------------------------------


def truncated(clip: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the clip cut off where each box begins, and after its header."""
    for place in sorted({place for box in boxes(clip) for place in (box.start, box.content)}):
        yield f"cut at {place:06d}.mp4", clip[:place]


def flipped(clip: bytes, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield the clip with bits flipped, half of them in its tables and half anywhere."""
    dice = random.Random(7)
    moov = first(clip, b"moov")
    for k in range(count):
        damaged = bytearray(clip)
        low, high = (moov.start, moov.end) if k % 2 else (0, len(clip))
        for _ in range(dice.choice([1, 4, 16])):
            damaged[dice.randrange(low, high)] ^= 1 << dice.randrange(8)
        yield f"flipped {k:03d}.mp4", bytes(damaged)


def absurd(clip: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the clip with headers that cannot be true."""
    side = struct.pack(">HH", 65535, 65535)
    entry = clip.index(b"avc1", first(clip, b"stsd").content)
    yield "65535 by 65535.mp4", clip[: entry + 28] + side + clip[entry + 32 :]
    yield "shown 65535 by 65535.mp4", patched(clip, b"tkhd", 76, struct.pack(">II", HUGE, HUGE))
    yield "shown 0 by 0.mp4", patched(clip, b"tkhd", 76, bytes(8))
    turned = struct.pack(">iii", 46341, 46341, 0) + struct.pack(">iii", -46341, 46341, 0)
    yield "turned by 45.mp4", patched(clip, b"tkhd", 40, turned)
    yield "matrix of zeros.mp4", patched(clip, b"tkhd", 40, bytes(36))
    yield "no duration.mp4", patched(patched(clip, b"mvhd", 16, bytes(4)), b"mdhd", 16, bytes(4))
    yield "endless duration.mp4", patched(clip, b"mdhd", 16, struct.pack(">I", HUGE))
    for name, scale in (("0", 0), ("1e9", 1_000_000_000), ("one", 1)):
        yield f"time scale {name}.mp4", patched(clip, b"mdhd", 12, struct.pack(">I", scale))
    for name, delta in (("repeated times", 0), ("times that jump", 0x7FFFFFFF), ("times back", HUGE)):
        yield f"{name}.mp4", patched(clip, b"stts", 12, struct.pack(">I", delta))
    hours = struct.unpack_from(">I", clip, first(clip, b"mdhd").content + 12)[0] * 900
    yield "three hours.mp4", patched(clip, b"stts", 12, struct.pack(">I", hours))
    yield "more samples than there are.mp4", patched(clip, b"stsz", 8, struct.pack(">I", 0x00FFFFFF))
    yield "chunks elsewhere.mp4", patched(clip, b"stco", 8, struct.pack(">I", HUGE))
    yield "encrypted.mp4", clip[:entry] + b"encv" + clip[entry + 4 :]
    yield "unknown codec.mp4", clip[:entry] + b"zzzz" + clip[entry + 4 :]
    yield "two thousand tracks.mp4", _many_tracks(clip, 2000)


def _many_tracks(clip: bytes, count: int) -> bytes:
    moov, trak = first(clip, b"moov"), first(clip, b"trak")
    more = clip[trak.start : trak.end] * count
    moved = clip[: moov.start] + struct.pack(">I", moov.end - moov.start + len(more))
    return moved + clip[moov.start + 4 : trak.start] + more + clip[trak.start :]


def no_clips(clip: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield files that are something else."""
    yield "empty.mp4", b""
    yield "noise.mp4", random.Random(1).randbytes(50_000)
    yield "page.mp4", b"<!DOCTYPE html><script>alert(1)</script>" * 50
    yield "playlist.m3u8", b"#EXTM3U\n#EXTINF:10,\nhttp://192.0.2.1/x.ts\n#EXT-X-ENDLIST\n"
    yield "list of others.mp4", b"ffconcat version 1.0\nfile /etc/passwd\nfile http://192.0.2.1/x.mp4\n"
    yield "session description.sdp", b"v=0\no=- 0 0 IN IP4 192.0.2.1\nm=video 5004 RTP/AVP 96\n"
    picture = np.full((64, 64, 3), 90, np.uint8)
    for ending, image in ((".png", picture), (".jpg", picture), (".png", picture[:1, :1])):
        yield f"still {image.shape[0]}{ending}", cv2.imencode(ending, image)[1].tobytes()
    yield "good.mp4", clip


def write_corpus(folder: Path, /, *, flips: int, every: int) -> list[Path]:
    """Write the corpus; of the truncations only every so many."""
    clip = good_clip(folder)
    cut = list(truncated(clip))[::every]
    paths = []
    for name, content in (*cut, *flipped(clip, flips), *absurd(clip), *no_clips(clip)):
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return paths


#: Things that are no files: name to what makes them.
NO_FILES: dict[str, Callable[[Path], None]] = {
    "loop.mp4": lambda path: path.symlink_to(path.name),
    "pipe.mp4": lambda path: os.mkfifo(path),
    "zero.mp4": lambda path: path.symlink_to("/dev/zero"),
    "nowhere.mp4": lambda path: path.symlink_to("nothing here"),
}
