"""Video in and out: upright, true times, whatever the phone wrote, and errors that say what to do."""

from __future__ import annotations

import gc
import hashlib
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from valgus.errors import CannotWrite, NotReadableAsVideo, ValgusError, WrongUsage
from valgus.model.arrays import RgbImage
from valgus.video import ClipReader, Frame, H264Writer, Keeper, decode_ahead, sha256_of, stills

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 220), "white": (235, 235, 235)}
STORED = ("red", "green", "white", "blue")  # top left, then clockwise
AGAIN = "Check that the clip plays, then copy it from the phone again."


# --- clips made here ----------------------------------------------------------------------------------------


def picture(number: int, width: int = 96, height: int = 64) -> RgbImage:
    """Four coloured corners around a grey middle whose brightness tells the frame's number (0 to 19)."""
    image = np.full((height, width, 3), 40 + 10 * number, np.uint8)
    rows, columns = height // 4, width // 4
    image[:rows, :columns] = COLOURS["red"]
    image[:rows, -columns:] = COLOURS["green"]
    image[-rows:, -columns:] = COLOURS["white"]
    image[-rows:, :columns] = COLOURS["blue"]
    return image


def number_of(image: RgbImage) -> int:
    """Read the number back from the brightness of the middle."""
    height, width, _ = image.shape
    middle = image[2 * height // 5 : 3 * height // 5, 2 * width // 5 : 3 * width // 5]
    return round((float(middle.mean()) - 40) / 10)


def corners(image: RgbImage) -> tuple[str, ...]:
    """Name the colours of the corners, top left first and clockwise."""
    height, width, _ = image.shape
    rows, columns = height // 6, width // 6
    top, bottom, left, right = slice(rows), slice(-rows, None), slice(columns), slice(-columns, None)
    clockwise = ((top, left), (top, right), (bottom, right), (bottom, left))
    return tuple(nearest_colour(image[place].mean(axis=(0, 1))) for place in clockwise)


def nearest_colour(pixel: np.ndarray) -> str:
    distance = {name: np.abs(pixel.astype(int) - colour).max() for name, colour in COLOURS.items()}
    name = min(distance, key=lambda key: distance[key])
    return name if distance[name] < 60 else f"none of them {pixel}"


def make(
    path: Path,
    images: Sequence[RgbImage],
    *,
    encoder: str = "libx264",
    pix_fmt: str = "yuv420p",
    fps: int = 20,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    aspect: Fraction | None = None,
) -> Path:
    """Write pictures with PyAV; skip the test where this build of PyAV has no such encoder."""
    try:
        av.Codec(encoder, "w")
    except ValueError:  # UnknownCodecError
        pytest.skip(f"this PyAV has no {encoder}")
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(encoder, rate=fps, options=options or {})
        stream.height, stream.width, _ = images[0].shape
        stream.pix_fmt = pix_fmt
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for number, image in enumerate(images):
            frame = VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def turned(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """Write a display matrix into an mp4 file: a stored point (x, y) is shown at (a x + c y, b x + d y)."""
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40
    one = 1 << 16
    struct.pack_into(">9i", data, matrix, a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def read(path: Path, **options: int | None) -> tuple[ClipReader, list[Frame]]:
    with ClipReader(path, **options) as reader:  # type: ignore[arg-type]
        return reader, list(reader.frames())


def times_of(path: Path) -> list[float]:
    return [frame.time_s for frame in read(path)[1]]


def numbers_in(path: Path) -> list[int]:
    return [number_of(frame.rgb) for frame in read(path)[1]]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Twenty numbered frames at 20 fps with one key frame every five, and B frames between them."""
    return make(tmp_path / "clip.mp4", [picture(i) for i in range(20)], options={"g": "5", "crf": "10"})


@pytest.fixture(scope="module")
def textured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty frames that do not compress to nothing, index first, so that there is something to damage."""
    noise = np.random.default_rng(7).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    images = [np.kron(np.roll(noise, i, axis=1), np.ones((10, 10, 1), np.uint8)) for i in range(60)]
    path = tmp_path_factory.mktemp("textured") / "textured.mp4"
    return make(path, images, options={"g": "20"}, container_options={"movflags": "+faststart"})


# --- upright ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("matrix", "expected", "rotation_deg", "mirrored"),
    [
        pytest.param((1, 0, 0, 1), ("red", "green", "white", "blue"), 0, False, id="as stored"),
        pytest.param((0, 1, -1, 0), ("blue", "red", "green", "white"), 90, False, id="quarter clockwise"),
        pytest.param((-1, 0, 0, -1), ("white", "blue", "red", "green"), 180, False, id="half"),
        pytest.param(
            (0, -1, 1, 0), ("green", "white", "blue", "red"), 270, False, id="quarter anticlockwise"
        ),
        pytest.param((-1, 0, 0, 1), ("green", "red", "blue", "white"), 0, True, id="left to right"),
        pytest.param((1, 0, 0, -1), ("blue", "white", "green", "red"), 180, True, id="upside down"),
        pytest.param((0, 1, 1, 0), ("red", "blue", "white", "green"), 270, True, id="about the diagonal"),
        pytest.param(
            (0, -1, -1, 0), ("white", "green", "red", "blue"), 90, True, id="about the other diagonal"
        ),
        pytest.param((0, 0, 0, 0), ("red", "green", "white", "blue"), 0, False, id="nonsense is left alone"),
    ],
)
def test_pictures_are_turned_as_the_file_asks(
    tmp_path: Path, matrix: tuple[int, ...], expected: tuple[str, ...], rotation_deg: int, mirrored: bool
) -> None:
    path = turned(make(tmp_path / "clip.mp4", [picture(i) for i in range(2)]), *matrix)
    reader, frames = read(path)
    size = (64, 96) if matrix[0] == 0 and any(matrix) else (96, 64)
    assert [corners(frame.rgb) for frame in frames] == [expected] * 2
    assert (reader.rotation_deg, reader.mirrored) == (rotation_deg, mirrored)
    assert (reader.width_px, reader.height_px) == size
    assert all(frame.rgb.shape == (size[1], size[0], 3) for frame in frames)
    assert all(frame.rgb.flags.c_contiguous for frame in frames)


@pytest.mark.parametrize("short_side_px", [None, 540, 333])
def test_rows_are_contiguous_where_the_decoder_pads_them(tmp_path: Path, short_side_px: int | None) -> None:
    path = make(tmp_path / "phone.mp4", [picture(3, 1080, 1920)], options={"preset": "ultrafast"})
    _, (frame,) = read(path, short_side_px=short_side_px)
    assert frame.rgb.flags.c_contiguous
    assert frame.rgb.dtype == np.uint8
    assert frame.rgb.shape[1] == (short_side_px or 1080)
    assert corners(frame.rgb) == STORED


@pytest.mark.parametrize(("width", "height"), [(97, 65), (131, 75), (75, 131)])
def test_odd_sizes_are_read_to_the_last_row_and_column(tmp_path: Path, width: int, height: int) -> None:
    path = make(tmp_path / "odd.mkv", [picture(2, width, height)], pix_fmt="yuv444p")
    reader, (frame,) = read(path)
    assert (reader.width_px, reader.height_px) == (width, height)
    assert frame.rgb.shape == (height, width, 3)
    assert nearest_colour(frame.rgb[-1, -1]) == "white"
    assert nearest_colour(frame.rgb[0, -1]) == "green"
    assert nearest_colour(frame.rgb[-1, 0]) == "blue"


@pytest.mark.parametrize(
    ("size", "short_side_px", "expected"),
    [
        ((96, 64), 540, (96, 64)),
        ((96, 64), 64, (96, 64)),
        ((96, 64), 32, (48, 32)),
        ((64, 96), 32, (32, 48)),
        ((100, 64), 30, (47, 30)),
        ((96, 64), None, (96, 64)),
    ],
)
def test_the_short_side_is_brought_down_and_never_up(
    tmp_path: Path, size: tuple[int, int], short_side_px: int | None, expected: tuple[int, int]
) -> None:
    reader, (frame,) = read(make(tmp_path / "clip.mp4", [picture(0, *size)]), short_side_px=short_side_px)
    assert (reader.frame_width_px, reader.frame_height_px) == expected
    assert frame.rgb.shape == (expected[1], expected[0], 3)
    assert reader.scale == (size[0] / expected[0], size[1] / expected[1])


@pytest.mark.parametrize("quarter", [False, True], ids=["as stored", "quarter clockwise"])
def test_points_map_back_to_the_full_size_upright_picture(tmp_path: Path, quarter: bool) -> None:
    image = np.zeros((700, 1000, 3), np.uint8)
    image[400:460, 710:770] = 255  # corners convention: centre at x 740, y 430
    path = make(tmp_path / "dot.mp4", [image])
    expected = (740.0, 430.0)
    if quarter:
        turned(path, 0, 1, -1, 0)
        expected = (700.0 - 430.0, 740.0)
    reader, (frame,) = read(path, short_side_px=303)
    weight = frame.rgb[..., 1].astype(float)
    rows, columns = np.indices(weight.shape) + 0.5
    centre = np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()
    assert centre * reader.scale == pytest.approx(expected, abs=0.6)


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    path = make(tmp_path / "wide.mp4", [picture(1)], aspect=Fraction(4, 3))
    reader, (frame,) = read(path)
    assert (reader.width_px, reader.height_px) == (128, 64)
    assert frame.rgb.shape == (64, 128, 3)
    assert corners(frame.rgb) == STORED


def test_a_nonsense_pixel_shape_is_ignored(tmp_path: Path) -> None:
    path = make(tmp_path / "wide.mp4", [picture(1)], aspect=Fraction(900, 1))
    assert read(path)[0].width_px == 96


# --- times --------------------------------------------------------------------------------------------------


def test_times_are_those_of_the_file_when_the_rate_varies(tmp_path: Path) -> None:
    times_s = [0.0, 0.04, 0.055, 0.2, 0.21, 0.5, 0.9]
    with H264Writer(tmp_path / "vfr.mp4", width_px=96, height_px=64, fps=25) as writer:
        for number, time_s in enumerate(times_s):
            writer.write(picture(number), time_s)
    with ClipReader(tmp_path / "vfr.mp4") as reader:
        frames = list(reader.frames())
        facts = reader.clip()
    assert [frame.time_s for frame in frames] == pytest.approx(times_s, abs=1e-5)
    assert [number_of(frame.rgb) for frame in frames] == list(range(7))
    assert facts.variable_frame_rate
    assert facts.duration_s == pytest.approx(0.9, abs=1e-5)


def test_what_an_edit_list_cuts_away_is_not_shown(clip: Path) -> None:
    data = bytearray(clip.read_bytes())
    entry = data.index(b"elst") + 4 + 8
    duration, start = struct.unpack_from(">2I", data, entry)
    timescale = struct.unpack_from(">I", data, data.index(b"mdhd") + 4 + 12)[0]
    seven = 7 * timescale // 20  # in the middle of a group of pictures
    struct.pack_into(">2I", data, entry, duration * 13 // 20, start + seven)
    clip.write_bytes(data)
    assert numbers_in(clip) == list(range(7, 20))
    assert times_of(clip) == pytest.approx(np.arange(13) / 20)
    assert number_of(stills(clip, [0.3])[0]) == 13


def test_frames_whose_time_does_not_rise_are_dropped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "clock.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuvj420p"
        for number, shown_ms in enumerate([0, 40, 40, 20, 80]):
            frame = VideoFrame.from_ndarray(picture(number), format="rgb24").reformat(format="yuvj420p")
            for packet in stream.encode(frame):
                packet.time_base, packet.dts, packet.pts = Fraction(1, 1000), 0, shown_ms
                container.mux(packet)
    reader, frames = read(path)
    assert [number_of(frame.rgb) for frame in frames] == [0, 1, 4]
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.04, 0.08])
    assert reader.dropped_frames == 2


def kept_times_s(path: Path, enough_fps: float) -> list[float]:
    with ClipReader(path) as reader:
        times_s = [frame.time_s for frame in reader.frames(enough_fps=enough_fps)]
        assert reader.frames_read == reader.clip().frame_count == 40
    return times_s


@pytest.mark.parametrize(
    ("fps", "enough_fps", "every"), [(240, 120, 2), (240, 60, 4), (120, 60, 2), (70, 60, 1), (30, 60, 1)]
)
def test_frames_are_left_out_where_their_neighbours_are_near_enough(
    tmp_path: Path, fps: int, enough_fps: float, every: int
) -> None:
    path = make(tmp_path / "fast.mp4", [picture(i % 20) for i in range(40)], fps=fps)
    last = 39 % every  # the last frame always stays
    assert kept_times_s(path, enough_fps) == pytest.approx(
        [i / fps for i in range(0, 40, every)] + ([39 / fps] if last else [])
    )


def test_leaving_out_goes_by_the_times_of_the_frames_and_not_by_the_header(tmp_path: Path) -> None:
    """Half of the clip at 200 frames per second, half at 20: no gap widens."""
    path, times_s = (
        tmp_path / "variable.mp4",
        [i / 200 for i in range(20)] + [0.1 + i / 20 for i in range(20)],
    )
    with H264Writer(path, width_px=96, height_px=64, fps=200) as writer:
        for i, time_s in enumerate(times_s):
            writer.write(picture(i % 20), time_s)
    kept = kept_times_s(path, 50)
    assert kept == pytest.approx([0, 0.02, 0.04, 0.06, 0.08, *times_s[20:]], abs=1e-4)


def test_a_coarse_clock_neither_bends_the_rate_nor_makes_it_variable(tmp_path: Path) -> None:
    path = make(tmp_path / "clip.webm", [picture(i % 20) for i in range(61)], encoder="libvpx-vp9", fps=60,
                options={"cpu-used": "8", "deadline": "realtime"})  # fmt: skip
    with ClipReader(path) as reader:
        spacings_ms = {round(1000 * (b.time_s - a.time_s)) for a, b in pairwise(reader.frames())}
        facts = reader.clip()
    assert spacings_ms == {16, 17}
    assert facts.fps == pytest.approx(60, abs=0.1)
    assert not facts.variable_frame_rate


# --- what phones and tools write ----------------------------------------------------------------------------

QUIET_X265 = {"x265-params": "log-level=none", "preset": "ultrafast"}
KINDS = [
    pytest.param("h264", "libx264", "clip.mp4", "yuv420p", {}, id="h264 mp4"),
    pytest.param("h264", "libx264", "clip.MOV", "yuv420p", {}, id="h264 mov, capitals"),
    pytest.param("h264", "libx264", "clip.mkv", "yuv420p10le", {}, id="h264 10 bit mkv"),
    pytest.param("hevc", "libx265", "clip.mov", "yuv420p", QUIET_X265, id="hevc mov"),
    pytest.param("hevc", "libx265", "clip.mp4", "yuv420p10le", QUIET_X265, id="hevc 10 bit mp4"),
    pytest.param("vp9", "libvpx-vp9", "clip.webm", "yuv420p", {"cpu-used": "8", "crf": "20"}, id="vp9 webm"),
    pytest.param("av1", "libsvtav1", "clip.mp4", "yuv420p", {"preset": "12", "crf": "20"}, id="av1 mp4"),
    pytest.param("mpeg4", "mpeg4", "clip.mp4", "yuv420p", {"b": "4M"}, id="mpeg4 mp4"),
    pytest.param("mpeg4", "mpeg4", "clip.avi", "yuv420p", {"b": "4M"}, id="mpeg4 avi"),
    pytest.param("gif", "gif", "clip.gif", "rgb8", {}, id="gif"),
]


@pytest.mark.parametrize(("codec", "encoder", "name", "pix_fmt", "options"), KINDS)
def test_kinds_of_video(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    codec: str,
    encoder: str,
    name: str,
    pix_fmt: str,
    options: dict[str, str],
) -> None:
    monkeypatch.setenv("SVT_LOG", "1")
    images = [picture(3 * i) for i in range(5)]  # far enough apart for the 8 greys of a GIF
    path = make(tmp_path / name, images, encoder=encoder, pix_fmt=pix_fmt, options=options)
    with ClipReader(path) as reader:
        frames = list(reader.frames())
        facts = reader.clip()
    brightness = [int(frame.rgb[24:40, 36:60].mean()) for frame in frames]  # a GIF mixes greys from dots
    assert brightness == pytest.approx([40, 70, 100, 130, 160], abs=18)
    assert all(corners(frame.rgb) == STORED for frame in frames)
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.05, 0.1, 0.15, 0.2], abs=0.001)
    assert (facts.codec.removeprefix("lib").removeprefix("dav1d") or "av1", facts.frame_count) == (codec, 5)
    assert not reader.ended_early
    assert reader.skipped_packets == reader.dropped_frames == reader.damaged_frames == 0


def test_a_name_is_only_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clip: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("concat:%03d ä.mp4").write_bytes(clip.read_bytes())
    assert numbers_in(Path("concat:%03d ä.mp4")) == list(range(20))


def test_text_in_a_header_need_not_be_unicode(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "XXXX"
        stream = container.add_stream("libx264", rate=20)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        frame = VideoFrame.from_ndarray(picture(0), format="rgb24").reformat(format="yuv420p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    path.write_bytes(path.read_bytes().replace(b"XXXX", b"\xff\xfe\xfd\xfc"))
    assert numbers_in(path) == [0]


# --- the clip as facts --------------------------------------------------------------------------------------


def test_facts_about_the_clip(clip: Path) -> None:
    turned(clip, 0, 1, -1, 0)
    with ClipReader(clip) as reader:
        assert reader.expected_frames == 20
        assert len(list(reader.frames())) == 20
        facts = reader.clip()
    assert facts.name == "clip.mp4"
    assert facts.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest() == sha256_of(clip)
    assert (facts.width_px, facts.height_px, facts.rotation_deg) == (64, 96, 90)
    assert (facts.frame_count, facts.codec, facts.ended_early) == (20, "h264", False)
    assert facts.fps == pytest.approx(20)
    assert facts.duration_s == pytest.approx(0.95)
    assert not facts.variable_frame_rate


def test_one_frame_has_no_rate(tmp_path: Path) -> None:
    with ClipReader(make(tmp_path / "one.mp4", [picture(0)])) as reader:
        assert [frame.time_s for frame in reader.frames()] == [0.0]
        facts = reader.clip()
    assert facts.fps is None
    assert facts.duration_s == 0


def test_facts_wait_for_the_last_frame_and_frames_come_once(clip: Path) -> None:
    with ClipReader(clip) as reader:
        frames = reader.frames()
        next(frames)
        with pytest.raises(RuntimeError, match="read to its end"):
            reader.clip()
        with pytest.raises(RuntimeError, match="open the clip again"):
            reader.frames()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("resident memory is read from /proc")
    images = [picture(i % 20, 320, 240) for i in range(20)] * 40
    path = make(tmp_path / "long.mp4", images, options={"preset": "ultrafast"})
    resident: list[int] = []
    with ClipReader(path) as reader:
        for number, _ in enumerate(reader.frames()):
            if number in (100, 799):
                resident.append(
                    int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                )
    assert resident[1] - resident[0] < 10_000_000  # the 700 frames between are 161 MB


# --- damage -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_file_that_stops_in_the_middle_is_read_so_far(tmp_path: Path, textured: Path, kind: str) -> None:
    path = tmp_path / f"cut.{kind}"
    if kind == "webm":
        with ClipReader(textured) as reader:
            images = [frame.rgb for frame in reader.frames()]
        make(path, images, encoder="libvpx-vp9", options={"cpu-used": "8", "deadline": "realtime"})
    else:
        path.write_bytes(textured.read_bytes())
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with ClipReader(path) as reader:
        frames = list(reader.frames())
        facts = reader.clip()
    assert 10 < len(frames) < 50
    assert facts.frame_count == len(frames)
    assert facts.ended_early


def test_one_bad_packet_is_stepped_over(tmp_path: Path) -> None:
    path = make(tmp_path / "clip.avi", [picture(i) for i in range(20)], encoder="mpeg4", options={"g": "1"})
    with av.open(str(path)) as container:
        packet = next(islice(container.demux(), 7, None))
    data = path.read_bytes().replace(bytes(packet), bytes(packet.size))
    path.write_bytes(data)
    reader, frames = read(path)
    numbers = [number_of(frame.rgb) for frame in frames]
    assert [number for number in numbers if number != 7] == [*range(7), *range(8, 20)]
    assert reader.skipped_packets + reader.damaged_frames >= 1
    assert not reader.ended_early


def flipped(source: Path, target: Path, seed: int = 3, flips: int = 60) -> Path:
    """Flip single bits anywhere in the coded pictures, not in the index."""
    data = bytearray(source.read_bytes())
    rng = np.random.default_rng(seed)
    for place in rng.integers(data.index(b"mdat") + 200, len(data), flips):
        data[place] ^= 1 << int(rng.integers(8))
    target.write_bytes(data)
    return target


def test_flipped_bits_cost_few_frames_and_are_counted(tmp_path: Path, textured: Path) -> None:
    reader, frames = read(flipped(textured, tmp_path / "flipped.mp4"))
    assert len(frames) >= 40
    assert reader.skipped_packets + reader.damaged_frames > 0
    assert not reader.ended_early


def test_one_thread_patches_damage_the_same_way_every_time(tmp_path: Path, textured: Path) -> None:
    path = flipped(textured, tmp_path / "flipped.mp4")
    runs = [
        hashlib.sha256(b"".join(frame.rgb.tobytes() for frame in read(path, threads=1)[1])) for _ in range(2)
    ]
    assert runs[0].digest() == runs[1].digest()


def test_threads_do_not_change_an_undamaged_clip(textured: Path) -> None:
    one, four = (read(textured, threads=threads)[1] for threads in (1, 4))
    assert len(one) == len(four) == 60
    assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(one, four, strict=True))


@pytest.mark.slow
def test_ffmpeg_writes_nothing_to_the_terminal(tmp_path: Path, textured: Path) -> None:
    path = flipped(textured, tmp_path / "flipped.mp4")
    program = (
        "import sys; from valgus.video import ClipReader; print(len(list(ClipReader(sys.argv[1]).frames())))"
    )
    run = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert int(run.stdout) > 0
    assert run.stderr == ""


class Unreadable:
    """A container whose file cannot be read any further after some packets, however often one tries."""

    def __init__(self, container: object, good: int) -> None:
        self._container = container
        self._good = good
        self.tries = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._container, name)

    def demux(self) -> Iterator[object]:
        if self.tries == 0:
            yield from islice(self._container.demux(), self._good)  # type: ignore[attr-defined]
        self.tries += 1
        raise av.error.InvalidDataError(1, "bad sector")


def test_reading_errors_end_the_clip_after_a_few_tries(clip: Path) -> None:
    with ClipReader(clip, threads=1) as reader:
        broken = Unreadable(reader._decoder._container, 9)
        reader._decoder._container = broken  # type: ignore[assignment]
        # Opening has read the first packets already; a new decoding starts behind them.
        reader._pictures = reader._decoder.pictures()
        frames = list(reader.frames())
    assert 8 <= len(frames) <= 12
    assert broken.tries == 21
    assert reader.ended_early


# --- what cannot be read ------------------------------------------------------------------------------------


def refusal(path: Path) -> ValgusError:
    with pytest.raises(ValgusError) as caught:
        ClipReader(path)
    return caught.value


def test_a_missing_file(tmp_path: Path) -> None:
    error = refusal(tmp_path / "gone.mp4")
    assert isinstance(error, WrongUsage)
    assert str(error) == "gone.mp4: there is no such file. Check its name and folder."


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "clips.mp4").mkdir()
    error = refusal(tmp_path / "clips.mp4")
    assert isinstance(error, WrongUsage)
    assert (
        str(error) == "clips.mp4: is a folder, not a clip. Name one clip, or use `valgus batch` for a folder."
    )


def test_a_name_that_no_file_can_have() -> None:
    assert isinstance(refusal(Path("a\0b.mp4")), WrongUsage)


def test_no_bytes(tmp_path: Path) -> None:
    (tmp_path / "zero.mp4").touch()
    error = refusal(tmp_path / "zero.mp4")
    assert isinstance(error, NotReadableAsVideo)
    assert str(error) == f"zero.mp4: is empty (0 bytes). {AGAIN}"


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
NOT_VIDEO = {
    "text.mp4": b"These are my notes.\n" * 30,
    "notes.txt": b"These are my notes.\n" * 30,
    "playlist.mp4": PLAYLIST.encode(),
    "playlist.m3u8": PLAYLIST.encode(),
    "list.ffconcat": b"ffconcat version 1.0\nfile clip.mp4\n",
    "random.mp4": np.random.default_rng(1).integers(0, 255, 5000, dtype=np.uint8).tobytes(),
    "one.mp4": b"x",
}


@pytest.mark.parametrize("name", NOT_VIDEO)
def test_other_content(tmp_path: Path, clip: Path, name: str) -> None:
    (tmp_path / name).write_bytes(NOT_VIDEO[name])
    error = refusal(tmp_path / name)
    assert isinstance(error, NotReadableAsVideo)
    assert str(error) == f"{name}: is not a video, or its header is missing or damaged. {AGAIN}"


def test_a_file_without_its_index(tmp_path: Path, clip: Path) -> None:
    data = clip.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: data.index(b"moov") - 4])
    error = refusal(tmp_path / "cut.mp4")
    assert isinstance(error, NotReadableAsVideo)
    assert error.problem == "cut.mp4: is not a video, or its header is missing or damaged."


def test_an_index_without_pictures(tmp_path: Path, textured: Path) -> None:
    data = textured.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: data.index(b"mdat") + 4])
    error = refusal(tmp_path / "cut.mp4")
    assert isinstance(error, NotReadableAsVideo)
    assert error.problem == "cut.mp4: no frame could be decoded from its h264 video."


def test_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "voice.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 16000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    error = refusal(path)
    assert isinstance(error, NotReadableAsVideo)
    assert str(error) == "voice.mp4: holds sound but no video. Choose the clip that shows the exercise."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    error = refusal(tmp_path / "pipe.mp4")
    assert isinstance(error, NotReadableAsVideo)
    assert error.problem == "pipe.mp4: is a pipe or a device, not a file."


def test_no_permission(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: Path, *_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(
        Path, "open", forbidden
    )  # an administrator may read everything, whatever the file's mode
    error = refusal(clip)
    assert isinstance(error, NotReadableAsVideo)
    assert error.problem == "clip.mp4: may not be read by this user."


@pytest.mark.parametrize("side", [65535, 16000])
def test_an_absurd_size_is_refused_before_memory_is_taken(tmp_path: Path, side: int) -> None:
    resource = pytest.importorskip("resource", reason="peak memory is not known on this system")
    path = make(tmp_path / "huge.gif", [picture(0)], encoder="gif", pix_fmt="rgb8")
    data = bytearray(path.read_bytes())
    struct.pack_into("<2H", data, 6, side, side)
    path.write_bytes(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = refusal(path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert isinstance(error, NotReadableAsVideo)
    assert error.problem == "huge.gif: no picture size up to 8K could be read from its gif video."
    assert grown * (1 if sys.platform == "darwin" else 1024) < 100_000_000


def test_a_short_side_below_one_is_a_mistake(clip: Path) -> None:
    with pytest.raises(ValueError, match="short_side_px must be at least 1, got 0"):
        ClipReader(clip, short_side_px=0)


# --- stills -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("codec", "encoder", "name", "pix_fmt", "options"), KINDS)
def test_stills_are_the_very_frames_that_are_nearest(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    codec: str,
    encoder: str,
    name: str,
    pix_fmt: str,
    options: dict[str, str],
) -> None:
    monkeypatch.setenv("SVT_LOG", "1")
    images = [picture(i % 20) for i in range(40)]
    path = make(tmp_path / name, images, encoder=encoder, pix_fmt=pix_fmt, options={"g": "8", **options})
    _, frames = read(path, short_side_px=40)
    times_s = np.array([frame.time_s for frame in frames])
    wanted = [1.512, 0.0, 0.31, 1.488, -3.0, 99.0, 0.83, 0.31]
    expected = [frames[int(np.abs(times_s - time_s).argmin())].rgb for time_s in wanted]
    got = stills(path, wanted, short_side_px=40)
    assert len(got) == len(wanted)
    assert all(np.array_equal(a, b) for a, b in zip(got, expected, strict=True))


def test_pictures_kept_while_passing_are_the_same_as_stills(clip: Path) -> None:
    wanted = [-3.0, 0.0, 0.31, 0.83, 99.0]
    with ClipReader(clip) as reader:
        keeper = Keeper(wanted)
        passed = list(keeper.looking_at(reader.frames()))
        assert len(passed) == reader.frames_read
    kept = list(keeper.pictures())
    assert len(kept) == len(wanted)
    assert all(np.array_equal(a, b) for a, b in zip(kept, stills(clip, wanted), strict=True))


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
@pytest.mark.parametrize("encoder", ["libx264", "libx265"])
def test_stills_shown_just_before_a_key_frame_that_they_build_on(
    tmp_path: Path, encoder: str, kind: str
) -> None:
    gop = "open-gop=1:keyint=8:min-keyint=8:bframes=3:scenecut=0:b-adapt=0"
    noise = np.random.default_rng(5).integers(0, 255, (8, 96, 3), dtype=np.uint8)
    images = [np.kron(np.roll(noise, i, axis=1), np.ones((8, 1, 1), np.uint8)) for i in range(40)]
    options = {"x264-params": gop} if encoder == "libx264" else {"x265-params": f"{gop}:log-level=none"}
    path = make(tmp_path / f"open.{kind}", images, encoder=encoder, options=options)
    frames = read(path)[1]
    for number in range(40):  # one by one, so that each is sought for
        (image,) = stills(path, [frames[number].time_s])
        assert np.array_equal(image, frames[number].rgb), number


def test_stills_far_apart_and_turned(tmp_path: Path) -> None:
    path = make(tmp_path / "slow.mp4", [picture(i) for i in range(20)], fps=1, options={"g": "4"})
    turned(path, 0, 1, -1, 0)
    images = stills(path, [18.6, 2.2, 9.9, 9.5])
    assert [number_of(image) for image in images] == [19, 2, 10, 9]  # half way between two is the earlier
    assert all(corners(image) == ("blue", "red", "green", "white") for image in images)


def test_stills_are_found_without_an_index_too(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(self: ClipReader, time_s: float) -> Iterator[object]:
        return iter([(9.0, None)])  # as from an index that leads to a key frame after the wanted time

    monkeypatch.setattr(ClipReader, "pictures_from", lost)
    assert [number_of(image) for image in stills(clip, [0.75, 0.1])] == [15, 2]


def test_stills_of_nothing_and_of_no_time(clip: Path) -> None:
    assert stills(clip, []) == ()
    with pytest.raises(ValueError, match="times must be finite"):
        stills(clip, [float("nan")])


# --- decoding ahead -----------------------------------------------------------------------------------------


def threads_running() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "decode-ahead"}


class Counting:
    """An endless source that says how far it was run and whether it was closed."""

    def __init__(self) -> None:
        self.made = 0
        self.closed = False

    def items(self) -> Iterator[int]:
        try:
            while True:
                self.made += 1
                yield self.made
        finally:
            self.closed = True


def test_ahead_yields_the_same_in_the_same_order(clip: Path) -> None:
    with ClipReader(clip) as reader:
        assert [number_of(frame.rgb) for frame in decode_ahead(reader.frames())] == list(range(20))
        assert reader.clip().frame_count == 20
    assert threads_running() == set()


def test_ahead_raises_what_the_source_raises_after_what_came_before() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise NotReadableAsVideo("clip.mp4: broke.")

    got: list[int] = []
    with pytest.raises(NotReadableAsVideo, match="broke"):
        got.extend(decode_ahead(source(), depth=1))
    assert threads_running() == set()


def test_ahead_gives_the_items_before_an_error() -> None:
    def source() -> Iterator[int]:
        yield from (1, 2)
        raise OSError("gone")

    ahead = decode_ahead(source())
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(OSError, match="gone"):
        next(ahead)


def close(ahead: Iterator[int]) -> None:
    ahead.close()  # type: ignore[attr-defined]


def throw_interrupt(ahead: Iterator[int]) -> None:
    with pytest.raises(KeyboardInterrupt):
        ahead.throw(KeyboardInterrupt())  # type: ignore[attr-defined]


@pytest.mark.parametrize("leave", [close, throw_interrupt])
def test_leaving_ends_the_thread_and_closes_the_source(leave: Callable[[Iterator[int]], None]) -> None:
    source = Counting()
    items = source.items()  # held here, so that only closing can close it
    ahead = decode_ahead(items, depth=2)
    assert next(ahead) == 1
    began = time.perf_counter()
    leave(ahead)
    assert time.perf_counter() - began < 1
    assert threads_running() == set()
    assert source.closed


def test_forgetting_the_iterator_ends_the_thread() -> None:
    source = Counting()
    for item in decode_ahead(source.items()):
        if item == 3:
            break
    gc.collect()
    assert threads_running() == set()
    assert source.closed


def test_ahead_runs_no_further_than_its_depth() -> None:
    source = Counting()
    ahead = decode_ahead(source.items(), depth=3)
    assert source.made == 0
    next(ahead)
    time.sleep(0.1)
    assert source.made <= 1 + 3 + 1  # taken, waiting, in the thread's hand
    close(ahead)


def test_a_depth_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="depth must be at least 1, got 0"):
        decode_ahead([1], depth=0)


# --- writing ------------------------------------------------------------------------------------------------


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    with H264Writer(tmp_path / "out.mp4", width_px=96, height_px=64, fps=29.97) as writer:
        for number in range(20):
            writer.write(picture(number))
    with ClipReader(tmp_path / "out.mp4") as reader:
        frames = list(reader.frames())
        facts = reader.clip()
    assert [number_of(frame.rgb) for frame in frames] == list(range(20))
    assert all(corners(frame.rgb) == STORED for frame in frames)
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(20) / 29.97, abs=1e-5)
    assert facts.fps == pytest.approx(29.97, abs=0.01)
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_times_start_at_the_first_picture(tmp_path: Path) -> None:
    with H264Writer(tmp_path / "out.mp4", width_px=96, height_px=64, fps=25) as writer:
        for number, time_s in enumerate((4.2, 4.25, 4.4)):
            writer.write(picture(number), time_s)
    assert times_of(tmp_path / "out.mp4") == pytest.approx([0, 0.05, 0.2], abs=1e-5)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.start_time == 0
        assert container.duration == pytest.approx(240_000, abs=1000)  # the last is shown for 1/25 s


def test_browsers_and_phones_get_what_they_need(tmp_path: Path) -> None:
    with H264Writer(tmp_path / "out.mp4", width_px=96, height_px=64, fps=25) as writer:
        for number in range(5):
            writer.write(picture(number))
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(tmp_path / "out.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (
            1,
            1,
            1,
            1,
        )


def test_colours_survive_writing_and_reading(tmp_path: Path) -> None:
    image = np.zeros((96, 128, 3), np.uint8)
    image[:, :64], image[:, 64:] = (200, 40, 60), (30, 160, 90)
    with H264Writer(tmp_path / "out.mp4", width_px=128, height_px=96, fps=25, crf=5) as writer:
        writer.write(image)
    _, (frame,) = read(tmp_path / "out.mp4")
    assert frame.rgb[48, 20] == pytest.approx((200, 40, 60), abs=5)
    assert frame.rgb[48, 100] == pytest.approx((30, 160, 90), abs=5)


@pytest.mark.parametrize(("width", "height"), [(97, 64), (96, 65), (97, 65), (1, 1)])
def test_odd_sizes_gain_a_row_or_column(tmp_path: Path, width: int, height: int) -> None:
    image = picture(5, width, height)
    with H264Writer(tmp_path / "out.mp4", width_px=width, height_px=height, fps=25, crf=5) as writer:
        writer.write(image)
    _, (frame,) = read(tmp_path / "out.mp4")
    assert frame.rgb.shape == (height + height % 2, width + width % 2, 3)
    assert np.abs(frame.rgb[-1, -1].astype(int) - image[-1, -1]).max() < 25


def test_an_exception_leaves_the_earlier_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_bytes(b"earlier")
    with (
        pytest.raises(ZeroDivisionError),
        H264Writer(tmp_path / "out.mp4", width_px=96, height_px=64, fps=25) as writer,
    ):
        writer.write(picture(0))
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    assert (tmp_path / "out.mp4").read_bytes() == b"earlier"


def test_nothing_is_under_the_name_before_the_end(tmp_path: Path) -> None:
    with H264Writer(tmp_path / "out.mp4", width_px=96, height_px=64, fps=25) as writer:
        writer.write(picture(0))
        assert not (tmp_path / "out.mp4").exists()
    assert (tmp_path / "out.mp4").exists()


def test_a_video_without_pictures_is_a_mistake(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match=r"out\.mp4: no picture was written"),
        H264Writer(tmp_path / "out.mp4", width_px=96, height_px=64, fps=25),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite) as caught:
        H264Writer(tmp_path / "gone" / "out.mp4", width_px=96, height_px=64, fps=25)
    assert str(caught.value) == (
        "out.mp4: the video could not be written (No such file or directory). "
        "Check that the folder exists, may be written to, and that the disk is not full."
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk(tmp_path: Path) -> None:
    writer = H264Writer(tmp_path / "out.mp4", width_px=96, height_px=64, fps=25)
    writer._container.close()
    writer._partial.unlink(missing_ok=True)
    writer._partial.symlink_to("/dev/full")
    writer._container = av.open(f"file:{writer._partial}", "w", format="mp4")
    writer._stream = writer._add_stream(20, "veryfast", 1)
    with pytest.raises(CannotWrite), writer:
        for number in range(20):
            writer.write(picture(number))
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_another_size_or_type_and_times_that_fall_are_mistakes(tmp_path: Path) -> None:
    with H264Writer(tmp_path / "out.mp4", width_px=96, height_px=64, fps=25) as writer:
        writer.write(picture(0), 1.0)
        with pytest.raises(ValueError, match="expected a picture"):
            writer.write(picture(0, 64, 96), 2.0)
        with pytest.raises(ValueError, match="of float64"):
            writer.write(picture(0).astype(float), 2.0)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="times must rise"):
            writer.write(picture(0), 1.0)
        writer.write(picture(1), 1.5)
    assert numbers_in(tmp_path / "out.mp4") == [0, 1]


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none(tmp_path: Path, fps: float) -> None:
    with pytest.raises(ValueError, match="expected a positive size and rate"):
        H264Writer(tmp_path / "out.mp4", width_px=96, height_px=64, fps=fps)


# --- real clips, where they are at hand ---------------------------------------------------------------------

_REAL = (
    Path(os.environ.get("VALGUS_REAL_CLIPS", Path(__file__).parents[1].parent / "shared" / "data")) / "hard"
)
_REAL_REFUSED = {
    "audio_only.mp4": "holds sound but no video.",
    "text_named.mp4": "is not a video, or its header is missing or damaged.",
    "truncated_no_moov.mp4": "is not a video, or its header is missing or damaged.",
    "zero_byte.mp4": "is empty (0 bytes).",
}  # fmt: skip
# name: (frames, fps, width, height, rotation); others are 432 x 768, 60 fps, 809 frames, not turned
_REAL_READ: dict[str, tuple[int, float | None, int, int, int]] = {
    "bitflips.mp4": (805, 60, 432, 768, 0),
    "black.mp4": (90, 30, 432, 768, 0),
    "cut_editlist.mp4": (606, 60, 432, 768, 0),
    "eight_frames.mp4": (8, 60, 432, 768, 0),
    "feet_out_of_frame.mp4": (809, 60, 432, 560, 0),
    "fps10.mp4": (135, 10, 432, 768, 0),
    "fps240_tagged.mp4": (812, 240, 432, 768, 0),
    "half_body_out.mp4": (809, 60, 200, 768, 0),
    "hevc_10bit_hlg.mov": (360, 60, 432, 768, 0),
    "no_person_part1.mp4": (15, 25, 1920, 1080, 0),
    "one_frame.mp4": (1, None, 432, 768, 0),
    "rot_meta_180.mp4": (809, 60, 432, 768, 180),
    "rot_meta_a.mp4": (809, 60, 432, 768, 270),
    "rot_meta_b.mov": (809, 60, 432, 768, 90),
    "sideways_no_meta.mp4": (809, 60, 768, 432, 0),
    "slowmo_x4_15fps.mp4": (809, 15, 432, 768, 0),
    "small.gif": (36, 12, 216, 384, 0),
    "tiny_108x192.mp4": (809, 60, 108, 192, 0),
    "truncated_after_moov_40pct.mp4": (277, 60, 432, 768, 0),
    "two_people_side_by_side.mp4": (780, 60, 864, 768, 0),
    "vfr.mp4": (497, 60, 432, 768, 0),
    "vp9.webm": (240, 60, 432, 768, 0),
}
_SKIPPED = f"no real clips: set VALGUS_REAL_CLIPS to the folder that holds {_REAL.name}/"
_NAMES = sorted(path.name for path in _REAL.iterdir()) if _REAL.is_dir() else []


@pytest.mark.slow
@pytest.mark.parametrize("name", _NAMES or [pytest.param("none", marks=pytest.mark.skip(reason=_SKIPPED))])
def test_every_hard_clip_is_read_or_refused(name: str) -> None:
    if name in _REAL_REFUSED:
        assert refusal(_REAL / name).problem == f"{name}: {_REAL_REFUSED[name]}"
        return
    count, fps, width, height, rotation = _REAL_READ.get(name, (809, 60.0, 432, 768, 0))
    with ClipReader(_REAL / name) as reader:
        times_s = [frame.time_s for frame in reader.frames()]
        facts = reader.clip()
    damaged = name in ("bitflips.mp4", "truncated_after_moov_40pct.mp4")
    assert facts.frame_count == pytest.approx(count, abs=3 if damaged else 0)
    assert facts.fps == (fps if fps is None else pytest.approx(fps, rel=0.002))
    assert (facts.width_px, facts.height_px, facts.rotation_deg) == (width, height, rotation)
    assert facts.ended_early == name.startswith("truncated")
    assert facts.variable_frame_rate == (name == "vfr.mp4")
    assert times_s[0] == 0
    assert all(b > a for a, b in pairwise(times_s))


def test_ctrl_c_while_the_thread_starts_touches_no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt comes while `Thread.start` waits for the thread, which is running by then."""
    start, asked = threading.Thread.start, []

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        raise KeyboardInterrupt

    def source() -> Iterator[int]:
        asked.append("decoder")
        yield 1

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            next(decode_ahead(source()))
    assert asked == []
    assert not any(thread.name == "decode-ahead" for thread in threading.enumerate())
