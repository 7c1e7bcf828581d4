"""The overlay video: what is drawn lies where it was measured, at its time, and shows no face."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from tests.trials import trial_of
from valgus.exports.overlay import PALE, SIDE_RGB, write_overlay
from valgus.model.arrays import FloatArray, RgbImage
from valgus.model.frontal import Side
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.model.trial import Trial
from valgus.pipeline import smooth_track_of
from valgus.simulate import film, repetitions
from valgus.video import ClipReader, H264Writer

WIDTH, HEIGHT = 720, 1280
PICTURE_HEIGHT = 640
PEAKS = {"peak_fppa_deg": (16.0, 4.0), "rep_s": 1.2, "rest_s": 0.6}


def uneven(times_s: FloatArray) -> FloatArray:
    """Frame times as a phone makes them: not quite even."""
    return times_s + 0.004 * np.sin(np.arange(len(times_s)) * 1.7)


def filmed(track: PoseTrack, path: Path) -> Trial:
    """A striped wall in place of a person, and the trial of the track that belongs to it."""
    stripes = (
        np.repeat(np.where(np.arange(WIDTH // 2) % 8 < 4, 90, 150), 3).reshape(1, -1, 3).astype(np.uint8)
    )
    picture = np.ascontiguousarray(np.broadcast_to(stripes, (HEIGHT // 2, WIDTH // 2, 3)))
    with H264Writer(path, width_px=WIDTH // 2, height_px=HEIGHT // 2, fps=30, crf=12) as writer:
        for time_s in track.time_s:
            writer.write(picture, float(time_s))
    small = replace(track, xy_px=track.xy_px / 2)
    trial = trial_of(small, Settings(task="step-down"), name=path.name)
    clip = replace(trial.clip, width_px=WIDTH // 2, height_px=HEIGHT // 2, frame_count=len(track.time_s))
    return replace(trial, clip=clip)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trial, Path]:
    """A trial and its overlay; in the second rep the knee is a guess."""
    folder = tmp_path_factory.mktemp("overlay")
    track = film(repetitions(side=Side.LEFT, **PEAKS))  # type: ignore[arg-type]
    confidence = np.array(track.confidence)
    confidence[track.time_s > 2.2, track.index("left_knee")] = 0.3
    track = replace(track, time_s=uneven(np.array(track.time_s)), confidence=confidence)
    trial = filmed(track, folder / "clip.mp4")
    write_overlay(trial, smooth_track_of(trial), folder / "clip.mp4", folder / "overlay.mp4")
    return trial, folder / "overlay.mp4"


def frames_of(path: Path) -> list[tuple[float, RgbImage]]:
    with ClipReader(path, short_side_px=None) as reader:
        return [(frame.time_s, frame.rgb) for frame in reader.frames()]


def at(made: tuple[Trial, Path], time_s: float) -> RgbImage:
    return min(frames_of(made[1]), key=lambda frame: abs(frame[0] - time_s))[1]


def near(image: RgbImage, point: FloatArray, colour: tuple[int, int, int], reach: int = 4) -> bool:
    x, y = np.round(point).astype(int)
    part = image[y - reach : y + reach + 1, x - reach : x + reach + 1].reshape(-1, 3).astype(int)
    return bool((np.abs(part - colour).max(axis=1) < 60).any())


@pytest.mark.slow
def test_every_frame_keeps_its_own_time(made: tuple[Trial, Path]) -> None:
    trial, overlay = made
    times = [time_s for time_s, _ in frames_of(overlay)]
    np.testing.assert_allclose(times, trial.track.time_s - trial.track.time_s[0], atol=1e-4)


def test_the_leg_is_drawn_where_it_was_measured(made: tuple[Trial, Path]) -> None:
    trial, _ = made
    image = at(made, 1.2)
    frame = int(np.argmin(np.abs(trial.track.time_s - 1.2)))
    hip, knee, ankle = (trial.track.point(f"left_{joint}")[frame] for joint in ("hip", "knee", "ankle"))
    for point in (hip, knee, ankle, (hip + knee) / 2, (knee + ankle) / 2):
        assert near(image, point, SIDE_RGB["left"])
    other = trial.track.point("right_knee")[frame]
    assert not near(image, other, SIDE_RGB["left"]), "the free leg is not drawn as the measured one"


def test_a_guess_looks_different(made: tuple[Trial, Path]) -> None:
    trial, _ = made
    frame = int(np.argmin(np.abs(trial.track.time_s - 3.0)))
    hip, knee = (trial.track.point(f"left_{joint}")[frame] for joint in ("hip", "knee"))
    image = at(made, 3.0)
    thigh = [hip + (knee - hip) * share for share in np.linspace(0.15, 0.85, 60)]
    assert not any(near(image, point, SIDE_RGB["left"], reach=2) for point in thigh)
    pale = [near(image, point, PALE, reach=1) for point in thigh]
    assert 0.2 < np.mean(pale) < 0.9, "dashes, with the picture in between"


def test_the_head_is_blurred_and_only_the_head(made: tuple[Trial, Path]) -> None:
    trial, _ = made
    image = at(made, 0.3)[:PICTURE_HEIGHT].astype(float)
    nose = np.round(trial.track.point("nose")[9]).astype(int)
    knee = np.round(trial.track.point("right_knee")[9]).astype(int)
    head = image[nose[1] - 8 : nose[1] + 9, nose[0] - 8 : nose[0] + 9, 0]
    elsewhere = image[knee[1] - 8 : knee[1] + 9, 20:60, 0]
    assert head.std() < 8 < 20 < elsewhere.std()


@pytest.mark.slow
def test_faces_stay_only_when_asked_for(made: tuple[Trial, Path], tmp_path: Path) -> None:
    trial, overlay = made
    plain = tmp_path / "plain.mp4"
    write_overlay(trial, smooth_track_of(trial), overlay.with_name("clip.mp4"), plain, blur_faces=False)
    nose = np.round(trial.track.point("nose")[9]).astype(int)
    image = frames_of(plain)[9][1].astype(float)
    assert image[nose[1] - 8 : nose[1] + 9, nose[0] - 8 : nose[0] + 9, 0].std() > 15


def test_the_strip_below_marks_the_time(made: tuple[Trial, Path]) -> None:
    _, overlay = made
    dark = []
    for _, image in frames_of(overlay)[::10]:
        strip = image[PICTURE_HEIGHT + 20 : -10].astype(int).max(axis=2)
        columns = np.flatnonzero((strip < 90).mean(axis=0) > 0.6)
        dark.append(float(columns.mean()))
    assert (np.diff(dark) > 0).all()
    assert dark[0] < 60 and dark[-1] > 300


def test_it_plays_everywhere_and_carries_nothing_else(made: tuple[Trial, Path]) -> None:
    _, overlay = made
    with av.open(str(overlay)) as container:
        (stream,) = container.streams
        assert stream.codec_context.name == "h264"  # type: ignore[union-attr]
        assert stream.codec_context.pix_fmt == "yuv420p"  # type: ignore[union-attr]
        assert not {"location", "com.apple.quicktime.location.ISO6709", "creation_time"} & set(
            container.metadata
        )
    head = overlay.read_bytes()[:4096]
    assert head.index(b"moov") < 100, "the index is in front, so that it plays while it loads"


def test_an_interrupted_or_failed_drawing_leaves_nothing(made: tuple[Trial, Path], tmp_path: Path) -> None:
    trial, overlay = made

    def stop(done: int, _: int | None) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as held:
        write_overlay(
            trial, smooth_track_of(trial), overlay.with_name("clip.mp4"), tmp_path / "o.mp4", progress=stop
        )
    assert held.tb, "the error is still there, with all that it holds on to"
    assert "decode-ahead" not in {thread.name for thread in threading.enumerate()}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_clip_of_both_legs_and_one_without_reps_are_drawn_too(tmp_path: Path) -> None:
    for task, peaks in (("squat", (5.0,)), ("step-down", ())):
        track = film(repetitions(task=task, **PEAKS | {"peak_fppa_deg": peaks, "rest_s": 1.0}))  # type: ignore[arg-type]
        path = tmp_path / f"{task}.mp4"
        trial = filmed(track, path)
        write_overlay(trial, smooth_track_of(trial), path, tmp_path / f"{task} overlay.mp4")
        assert len(frames_of(tmp_path / f"{task} overlay.mp4")) == len(track.time_s)
