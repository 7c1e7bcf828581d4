"""valgus compare on two sample clips: the video shows both as they were filmed, aligned by the truth."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from tests.command import VALGUS, left_behind, valgus
from tests.e2e.clips import SAMPLES, analysed
from tests.e2e.folders import heed_interrupts
from valgus import results, rules
from valgus.comparison import compare, moments_of
from valgus.exports.overlay import STRIP
from valgus.exports.side_by_side import GAP_PX, LABEL_PX, PICTURE_HEIGHT_PX
from valgus.model.arrays import RgbImage
from valgus.model.comparison import Comparison, Moment
from valgus.video import ClipReader, sha256_of

pytestmark = pytest.mark.slow
NAMES = ("step_down_left", "step_down_right")
FRAME_S = 1 / 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both clips with their saved analyses, compared once with faces blurred."""
    place = tmp_path_factory.mktemp("Änna Groß")
    for name in NAMES:
        clip = place / f"{name}.mp4"
        shutil.copy(SAMPLES / clip.name, clip)
        results.save(analysed(SAMPLES / clip.name), results.folder_for(clip))
    ran = valgus("compare", *(f"{name}.mp4" for name in NAMES), "--out", "out", cwd=place)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert "Left minus right FPPA: " in ran.stdout and "Munro 2012" in ran.stdout
    return place


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(*(analysed(SAMPLES / f"{name}.mp4") for name in NAMES), rules.published())


@pytest.fixture(scope="module")
def shown(folder: Path) -> list[tuple[float, RgbImage]]:
    return frames_of(folder / "out" / "compare.mp4")


def frames_of(path: Path, short_side_px: int | None = None) -> list[tuple[float, RgbImage]]:
    with ClipReader(path, short_side_px=short_side_px) as reader:
        return [(frame.time_s, frame.rgb) for frame in reader.frames()]


def truth(name: str) -> list[dict[str, Any]]:
    document = json.loads((SAMPLES / f"{name}.truth.json").read_text(encoding="utf-8"))
    return list(document["reps"])


def pane(picture: RgbImage, which: int) -> RgbImage:
    """The picture of one clip, without the names above and the strip below."""
    width = (picture.shape[1] - GAP_PX) // 2
    left = which * (width + GAP_PX)
    return picture[LABEL_PX : LABEL_PX + PICTURE_HEIGHT_PX, left : left + width]


def test_three_files_and_nothing_half_finished(folder: Path) -> None:
    assert left_behind(folder / "out") == ["compare.mp4", "compare.png", "compare.svg"]


def test_it_decodes_with_a_picture_for_every_frame_of_the_longer_rep(
    shown: list[tuple[float, RgbImage]], comparison: Comparison
) -> None:
    expected = 0
    for one, other in comparison.pairs:
        before_s = max(extract.rep.bottom_s - extract.from_s for extract in (one, other))
        after_s = max(extract.to_s - extract.rep.bottom_s for extract in (one, other))
        expected += int(before_s * 30 + 0.01) + int(after_s * 30 + 0.01) + 1
    assert len(shown) == expected == len(moments_of(comparison))
    np.testing.assert_allclose(np.diff([time_s for time_s, _ in shown]), FRAME_S, atol=1e-4)
    width = 2 * 450 + GAP_PX
    height = LABEL_PX + PICTURE_HEIGHT_PX + 2 * round(STRIP * 450 / 2)
    assert shown[0][1].shape == (height, width, 3)


@pytest.mark.parametrize("which", [0, 1], ids=NAMES)
def test_at_every_time_it_shows_what_the_truth_says_at_its_own_speed(
    which: int, shown: list[tuple[float, RgbImage]], comparison: Comparison
) -> None:
    clip = [(time_s, small(rgb)) for time_s, rgb in frames_of(SAMPLES / f"{NAMES[which]}.mp4", 450)]
    moments = moments_of(comparison)
    for pair, rep in enumerate(truth(NAMES[which])):
        for after_s in (-0.4, -0.2, 0.2, 0.4):  # while it moves: at the lowest point all frames look alike
            moment = nearest(moments, pair, after_s)
            picture = small(pane(shown[moments.index(moment)][1], which))
            seen_s = min(clip, key=lambda frame: float(np.abs(frame[1] - picture).mean()))[0]
            # The lowest point itself may be two frames off its true place.
            assert abs(seen_s - (rep["bottom_s"] + moment.from_lowest_s)) <= 2 * FRAME_S + 0.002


def small(picture: RgbImage) -> np.ndarray:  # type: ignore[type-arg]
    """A picture in grey and small, without its upper part, where the head is blurred."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (112, 200), interpolation=cv2.INTER_AREA)[60:].astype(float)


def nearest(moments: tuple[Moment, ...], pair: int, after_s: float) -> Moment:
    own = [moment for moment in moments if moment.pair == pair]
    return min(own, key=lambda moment: abs(moment.from_lowest_s - after_s))


def test_faces_are_blurred_unless_asked_for(
    folder: Path, shown: list[tuple[float, RgbImage]], comparison: Comparison
) -> None:
    clips = tuple(f"{name}.mp4" for name in NAMES)
    ran = valgus("compare", *clips, "--reps", "1", "--no-face-blur", "--out", "plain", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    plain = frames_of(folder / "plain" / "compare.mp4")
    for k in range(0, 60, 15):
        moment = moments_of(comparison)[k]
        for which, leg in enumerate(comparison.legs):
            frame = int(np.argmin(np.abs(leg.trial.track.time_s - moment.clip_s[which])))
            nose = leg.trial.track.point("nose")[frame] * 450 / leg.trial.clip.width_px
            blurred, open_ = (detail(pane(frames[k][1], which), nose) for frames in (shown, plain))
            assert blurred < 0.3 * open_


def detail(picture: RgbImage, at: np.ndarray) -> float:  # type: ignore[type-arg]
    """How much fine structure there is around a point."""
    x, y = np.round(at).astype(int)
    grey = cv2.cvtColor(picture[y - 16 : y + 17, x - 12 : x + 13], cv2.COLOR_RGB2GRAY)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_64F)).mean())


def test_nothing_of_the_place_or_the_day_is_in_the_file(folder: Path) -> None:
    located = folder / "located"
    located.mkdir()
    clip = located / "step_down_left.mp4"
    with (
        av.open(str(SAMPLES / clip.name)) as source,
        av.open(str(clip), "w", options={"movflags": "use_metadata_tags"}) as target,
    ):
        target.metadata.update(
            {"location": "+48.2082+016.3738/", "com.apple.quicktime.location.ISO6709": "+48.2082+016.3738/"}
        )
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert b"+48.2082" in clip.read_bytes()
    trial = analysed(SAMPLES / clip.name)
    results.save(replace(trial, clip=replace(trial.clip, sha256=sha256_of(clip))), results.folder_for(clip))
    ran = valgus("compare", clip, folder / "step_down_right.mp4", "--reps", "2", "--out", located / "out")
    assert ran.returncode == 0, ran.stderr
    video = located / "out" / "compare.mp4"
    assert b"48.2082" not in video.read_bytes()
    with av.open(str(video)) as container:
        assert not [key for key in container.metadata if "location" in key or "time" in key]


def test_a_clip_that_was_moved_is_found_where_it_is_said_to_be(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved.mp4"
    shutil.copy(SAMPLES / "step_down_left.mp4", moved)
    (tmp_path / "a").mkdir()
    shutil.copytree(folder / "step_down_left.mp4.valgus", tmp_path / "a" / "step_down_left.mp4.valgus")
    saved = (tmp_path / "a" / "step_down_left.mp4.valgus", folder / "step_down_right.mp4")
    without = valgus("compare", *saved, "--reps", "1", "--out", tmp_path / "without")
    assert without.returncode == 0
    assert "step_down_left.mp4 is not beside its results any more" in without.stderr
    assert left_behind(tmp_path / "without") == ["compare.png", "compare.svg"]
    again = valgus("compare", *saved, "--reps", "1", "--clip-a", moved, "--out", tmp_path / "with")
    assert again.returncode == 0, again.stderr
    assert left_behind(tmp_path / "with") == ["compare.mp4", "compare.png", "compare.svg"]


def test_the_same_comparison_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    clips = [folder / f"{name}.mp4" for name in NAMES]
    for out in ("one", "two"):
        assert valgus("compare", *clips, "--reps", "1", "--out", tmp_path / out).returncode == 0
    for name in ("compare.mp4", "compare.png", "compare.svg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="signals are of another kind there")
def test_an_interrupted_comparison_leaves_nothing_and_says_so(folder: Path, tmp_path: Path) -> None:
    command = [
        VALGUS,
        "compare",
        *(str(folder / f"{name}.mp4") for name in NAMES),
        "--out",
        str(tmp_path / "out"),
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
    )
    waited_s = 0.0
    while not list(tmp_path.glob("out/.unfinished.*/.compare.mp4.*")) and waited_s < 60:
        time.sleep(0.1)
        waited_s += 0.1
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stderr.strip() == "Interrupted; nothing half-finished was left."
    assert left_behind(tmp_path) == []
