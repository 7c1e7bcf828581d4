"""Hostile and damaged files, made from one short sound clip: the same bytes in every run."""

from __future__ import annotations

import io
import os
import random
import struct
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from tests.e2e.folders import short_clip
from tests.hostile.boxes import box, boxes, first, inserted, patched, replaced

#: Exit statuses: measured, no video, read but nothing to measure.
MEASURED, NO_VIDEO, NOTHING = 0, 3, 4
READ = (MEASURED, NOTHING)
ANY = (MEASURED, NO_VIDEO, NOTHING)
#: As many frames as it takes to see that somebody is there.
SAMPLE_S = (1.0, 1.4)
HOURS_3_S = 3 * 3600
#: Refused files cost next to nothing, so a quick look takes all of them. Of those that are decoded and looked
#: through, which takes seconds each, it leaves out what others stand for.
STOOD_FOR = """
absurd 65535 px in track.mp4, absurd 65535 px in entry.mp4
absurd zero duration.mp4, absurd endless duration.mp4
absurd 1e9 fps.mp4, absurd 4e9 ticks apart.mp4, absurd repeated times.mp4, absurd some repeated times.mp4
absurd turned by nothing.mp4, absurd turned by nonsense.mp4, absurd 4e9 pictures in a piece.mp4
absurd box of its own size 0.mp4, absurd pixels 1 to 4e9.mp4
part 0.9 of.mkv, damaged 0.mkv, damaged 1.mkv, part 0.3 of.ts, part 0.9 of.ts, damaged 0.ts, damaged 1.ts
part 0.9 of.flv, damaged 1.flv, part 0.9 of.avi, damaged 0.avi, damaged 1.avi
small 2 px.mkv, animated.gif, times below zero.mkv, flipped pictures 0.mp4, long 3 hours.mp4
"""


@dataclass(frozen=True)
class Hostile:
    """One file.

    Attributes
    ----------
    name : str
        Of the file; every name is there once.
    statuses : tuple of int
        What the program may leave with.
    make : callable
        Puts the file, or whatever it is, at a path.
    """

    name: str
    statuses: tuple[int, ...]
    make: Callable[[Path], object]


def corpus(*, flips: int = 8) -> Iterator[Hostile]:
    """Yield every hostile file; ``flips`` is how many have bits flipped at random, in either half."""
    yield from _truncated("cut", sample())
    yield from _truncated("cut fast start", remuxed("mp4", movflags="+faststart"))
    yield from _truncated("cut fragments", remuxed("mp4", movflags="+frag_keyframe+empty_moov"))
    yield from _flipped(flips)
    yield from _absurd()
    yield from _other_containers()
    yield from _not_video()
    yield from _not_regular()
    yield from _long()


def representative() -> Iterator[Hostile]:
    """Yield what a quick look takes: every twelfth of the cut files, and of the others the most telling."""
    left_out = {name.strip() for line in STOOD_FOR.splitlines() for name in line.split(",")}
    cut = 0
    for hostile in corpus(flips=1):
        if hostile.name.startswith("cut "):
            cut += 1
            if cut % 12 == 1:
                yield hostile
        elif hostile.name not in left_out:
            yield hostile


# --- the sound clip ----------------------------------------------------------------------------------------


@cache
def sample() -> bytes:
    """Return a short clip of a person, its index behind its pictures."""
    return remuxed("mp4")


@cache
def remuxed(container: str, **options: str) -> bytes:
    """Return the same clip in another container, or another layout of it."""
    source = short_clip(from_s=SAMPLE_S[0], to_s=SAMPLE_S[1])
    with tempfile.TemporaryDirectory() as folder, av.open(io.BytesIO(source)) as read:
        path = Path(folder) / f"clip.{container}"
        with av.open(str(path), "w", options=options) as written:
            stream = written.add_stream_from_template(read.streams.video[0])
            for packet in read.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    written.mux(packet)
        return path.read_bytes()


def _of(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


# --- cut off and damaged -----------------------------------------------------------------------------------


def _truncated(name: str, data: bytes) -> Iterator[Hostile]:
    """Yield the file cut off at the beginning of every box, after its name, and in its middle."""
    places = {place for b in boxes(data) for place in (b.start, b.content, (b.start + b.end) // 2)}
    for place in sorted(places - {0}):
        yield Hostile(f"{name} at {place}.mp4", ANY, _of(data[:place]))


def _flipped(count: int) -> Iterator[Hostile]:
    data = sample()
    index = first(data, b"moov")
    for number in range(count):
        for part, start, end in (("index", index.start, index.end), ("pictures", 40, index.start)):
            content = _with_flipped(data, start, end, seed=number)
            yield Hostile(f"flipped {part} {number}.mp4", ANY, _of(content))


def _with_flipped(data: bytes, start: int, end: int, *, seed: int) -> bytes:
    chosen = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chosen.choice((1, 3, 20))):
        changed[chosen.randrange(start, end)] ^= 1 << chosen.randrange(8)
    return bytes(changed)


# --- headers that cannot be --------------------------------------------------------------------------------


def _absurd() -> Iterator[Hostile]:
    data = sample()
    most = 0xFFFFFFFF
    for name, statuses, content in (
        ("65535 px in track", READ, patched(data, b"tkhd", 76, "II", 65535 << 16, 65535 << 16)),
        ("65535 px in entry", ANY, patched(data, b"avc1", 24, "HH", 65535, 65535)),
        ("65535 px in pictures", (NO_VIDEO,), _huge_pictures(data)),
        ("zero duration", READ, _without_durations(data)),
        ("endless duration", ANY, patched(data, b"mvhd", 16, "I", most)),
        ("zero time scale", ANY, patched(data, b"mdhd", 12, "I", 0)),
        ("slowest time scale", ANY, patched(data, b"mdhd", 12, "I", 1)),
        ("1e9 fps", ANY, patched(patched(data, b"mdhd", 12, "I", 10**9), b"stts", 12, "I", 1)),
        ("4e9 ticks apart", ANY, patched(data, b"stts", 12, "I", most)),
        ("repeated times", ANY, replaced(data, b"stts", _table((1000, 0)))),
        ("some repeated times", ANY, replaced(data, b"stts", _table((3, 500), (3, 0), (1000, 500)))),
        ("falling times", ANY, replaced(data, b"stts", _table((3, 500), (3, most - 200), (1000, 500)))),
        ("no times", ANY, replaced(data, b"stts", _table())),
        ("4e9 entries of times", ANY, patched(data, b"stts", 4, "I", most)),
        ("4e9 pictures", ANY, patched(data, b"stsz", 8, "I", most)),
        ("4 GB pictures", ANY, patched(data, b"stsz", 4, "I", most)),
        ("4 GB first picture", ANY, patched(data, b"stsz", 12, "I", most)),
        ("pictures beyond the end", ANY, patched(data, b"stco", 8, "I", most)),
        ("4e9 pictures in a piece", ANY, patched(data, b"stsc", 12, "I", most)),
        ("turned by 45 deg", READ, _turned_by_45(data)),
        ("turned by nothing", READ, patched(data, b"tkhd", 40, "9I", *[0] * 9)),
        ("turned by nonsense", READ, patched(data, b"tkhd", 40, "9I", *[0x7FFFFFFF] * 9)),
        ("encrypted", ANY, _encrypted(data)),
        ("unknown codec", (NO_VIDEO,), data.replace(b"avc1", b"zzzz")),
        ("no decoder settings", ANY, data.replace(b"avcC", b"free")),
        ("2000 tracks", ANY, _many_tracks(data, 2000)),
        ("20000 boxes deep", ANY, _deep(data, 20_000)),
        ("box of its own size 0", ANY, patched(data, b"moov", -8, "I", 0)),
        ("box of 2 to the 63", ANY, patched(data, b"mdat", -8, "I4sQ", 1, b"mdat", 1 << 63)),
        ("edit list of nothing", ANY, _edited(data, media_time=most)),
        ("edit list beyond the end", ANY, _edited(data, media_time=0x7FFFFFFF)),
        ("edit list of 1e6 entries", (NO_VIDEO,), _edited(data, media_time=0, count=10**6)),
        ("pixels 1 to 4e9", ANY, inserted(data, b"avcC", box(b"pasp", struct.pack(">II", 1, most)))),
    ):
        yield Hostile(f"absurd {name}.mp4", statuses, _of(content))


def _table(*runs: tuple[int, int]) -> bytes:
    return struct.pack(">II", 0, len(runs)) + b"".join(struct.pack(">II", *run) for run in runs)


def _without_durations(data: bytes) -> bytes:
    for name, at in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        data = patched(data, name, at, "I", 0)
    return data


def _turned_by_45(data: bytes) -> bytes:
    half = round(65536 * 0.70710678)
    return patched(data, b"tkhd", 40, "9i", half, half, 0, -half, half, 0, 0, 0, 1 << 30)


def _encrypted(data: bytes) -> bytes:
    """What films from a shop look like: the entry says that its pictures are encrypted, and how."""
    scheme = box(b"schm", struct.pack(">I4sI", 0, b"cenc", 0x10000))
    key = box(b"schi", box(b"tenc", struct.pack(">IHBB16s", 0, 0, 1, 8, bytes(range(16)))))
    protection = box(b"sinf", box(b"frma", b"avc1") + scheme + key)
    return inserted(data, b"avcC", protection).replace(b"avc1", b"encv", 1)


def _many_tracks(data: bytes, count: int) -> bytes:
    track = first(data, b"trak")
    return inserted(data, b"trak", data[track.start : track.end] * count)


def _deep(data: bytes, levels: int) -> bytes:
    sizes = (struct.pack(">I4s", 8 * (levels - k), b"udta") for k in range(levels))
    return inserted(data, b"trak", b"".join(sizes))


def _edited(data: bytes, *, media_time: int, count: int = 1) -> bytes:
    entry = struct.pack(">IIHH", 1000, media_time, 1, 0)
    edits = box(b"edts", box(b"elst", struct.pack(">II", 0, count) + entry * count))
    there = any(b.name == b"elst" for b in boxes(data))
    if there:
        return replaced(data, b"elst", struct.pack(">II", 0, count) + entry * count)
    return inserted(data, b"mdia", edits)


def _huge_pictures(data: bytes) -> bytes:
    """Another sequence header: H.264, baseline, 4095 by 4095 macroblocks of 16 pixels."""
    bits = "1" + "1" + "1" + "011" + "1" + "0" + 2 * _golomb(4094) + "1" + "0" + "0" + "0"
    payload = bytes(
        int(f"{bits}1".ljust(-(-(len(bits) + 1) // 8) * 8, "0")[k : k + 8], 2)
        for k in range(0, len(bits) + 1, 8)
    )
    header = b"\x67\x42\x00\x33" + payload
    picture_header = b"\x68\xce\x38\x80"
    settings = b"\x01\x42\x00\x33\xff\xe1" + struct.pack(">H", len(header)) + header
    settings += b"\x01" + struct.pack(">H", len(picture_header)) + picture_header
    return replaced(data, b"avcC", settings)


def _golomb(value: int) -> str:
    binary = bin(value + 1)[2:]
    return "0" * (len(binary) - 1) + binary


# --- other containers, other pictures ----------------------------------------------------------------------


def _other_containers() -> Iterator[Hostile]:
    for container in ("mkv", "ts", "flv", "avi"):
        data = _as_avi() if container == "avi" else remuxed(container)
        for share in (0.02, 0.3, 0.9):
            yield Hostile(f"part {share} of.{container}", ANY, _of(data[: int(share * len(data))]))
        for seed in range(2):
            content = _with_flipped(data, 0, len(data), seed=seed)
            yield Hostile(f"damaged {seed}.{container}", ANY, _of(content))
    yield Hostile("times below zero.mkv", READ, lambda path: _pictures(path, [-9, -5, -1, 2, 5]))
    yield Hostile("one picture.mp4", READ, lambda path: _pictures(path, [0]))
    for size, statuses in ((1, (NO_VIDEO,)), (2, READ)):
        yield Hostile(f"small {size} px.mkv", statuses, lambda path, size=size: _tiny(path, size, "ffv1"))
        yield Hostile(f"small {size} px.gif", statuses, lambda path, size=size: _tiny(path, size, "gif"))
    yield Hostile("animated.gif", READ, lambda path: _tiny(path, 200, "gif"))
    yield Hostile("animated gif.mp4", READ, _under_another_name("gif", 200))


def _as_avi() -> bytes:
    """AVI takes no H.264 as mp4 holds it."""
    with tempfile.TemporaryDirectory() as folder:
        _pictures(Path(folder) / "clip.avi", list(range(12)), encoder="mpeg4")
        return (Path(folder) / "clip.avi").read_bytes()


def _pictures(path: Path, times: list[int], *, encoder: str = "libx264") -> None:
    with av.open(str(path), "w", options={"avoid_negative_ts": "disabled"}) as container:
        stream = container.add_stream(encoder, rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 128, "yuv420p"
        for number, time in enumerate(times):
            frame = VideoFrame.from_ndarray(
                np.full((128, 96, 3), 40 * number % 250, np.uint8), format="rgb24"
            )
            frame.pts, frame.time_base = time, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _tiny(path: Path, size: int, encoder: str) -> None:
    kind = {"ffv1": "bgr0", "gif": "rgb8", "png": "rgb24", "mjpeg": "yuvj420p"}[encoder]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(encoder, rate=10)
        stream.width = stream.height = size
        stream.pix_fmt = kind
        for number in range(1 if encoder in ("png", "mjpeg") else 12):
            image = np.full((size, size, 3), 20 * number % 250, np.uint8)
            container.mux(stream.encode(VideoFrame.from_ndarray(image, format="rgb24").reformat(format=kind)))
        container.mux(stream.encode(None))


def _under_another_name(ending: str, size: int) -> Callable[[Path], object]:
    encoder = {"gif": "gif", "png": "png", "jpg": "mjpeg"}[ending]

    def make(path: Path) -> None:
        true = path.with_name(f"true.{ending}")
        _tiny(true, size, encoder)
        true.rename(path)

    return make


# --- no video ----------------------------------------------------------------------------------------------


def _not_video() -> Iterator[Hostile]:
    for ending in ("png", "jpg"):
        yield Hostile(f"still {ending}.mp4", ANY, _under_another_name(ending, 300))
        yield Hostile(f"still.{ending}", ANY, _under_another_name(ending, 300))
    noise = np.random.default_rng(1).bytes(100_000)
    for name, content in (
        ("empty", b""),
        ("one byte", b"\x00"),
        ("zeros", bytes(1_000_000)),
        ("noise", noise),
        ("noise behind a beginning", sample()[:40] + noise),
        ("text", b"no video\n" * 100),
        ("page", b"<!doctype html><video src='http://127.0.0.1:9/x.mp4'></video>"),
        ("playlist", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
        ("list of files", b"ffconcat version 1.0\nfile /etc/passwd\n"),
        ("picture of text", b"<svg xmlns='http://www.w3.org/2000/svg' width='9e9' height='9e9'/>"),
        ("zip", b"PK\x05\x06" + bytes(18)),
        ("program", b"\x7fELF" + bytes(2000)),
        ("box of no name", struct.pack(">I", 8) * 1000),
        ("beginning alone", sample()[:32]),
        ("matroska of endless size", b"\x1aE\xdf\xa3\x01" + b"\xff" * 7 + bytes(100)),
        ("matroska of nothing", b"\x1aE\xdf\xa3\x84B\x82\x81w\x18S\x80g\x01" + b"\xff" * 7),
        ("avi of 4 GB", b"RIFF\xff\xff\xff\xffAVI LIST\xff\xff\xff\xffhdrlavih\xff\xff\xff\xff" + bytes(200)),
    ):
        yield Hostile(f"no video {name}.mp4", (NO_VIDEO,), _of(content))


def _not_regular() -> Iterator[Hostile]:
    yield Hostile("link to itself.mp4", (2, NO_VIDEO), lambda path: path.symlink_to(path))
    yield Hostile("link to nothing.mp4", (2, NO_VIDEO), lambda path: path.symlink_to(path.with_name("gone")))
    yield Hostile("link to zeros.mp4", (NO_VIDEO,), lambda path: path.symlink_to("/dev/zero"))
    yield Hostile("link to null.mp4", (NO_VIDEO,), lambda path: path.symlink_to("/dev/null"))
    yield Hostile("link to memory.mp4", (NO_VIDEO,), lambda path: path.symlink_to("/proc/self/mem"))
    yield Hostile("pipe.mp4", (NO_VIDEO,), os.mkfifo)


# --- long --------------------------------------------------------------------------------------------------


def _long() -> Iterator[Hostile]:
    slow = patched(sample(), b"stts", 12, "I", 1_000_000_000)
    yield Hostile("long pictures hours apart.mp4", ANY, _of(slow))
    yield Hostile("long 3 hours.mp4", READ, lambda path: _pictures(path, list(range(0, 10 * HOURS_3_S, 200))))
