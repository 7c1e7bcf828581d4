"""The pose model as the rest sees it: pixels, silence, no lag, and only versions that keep to themselves."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path

import numpy as np
import pytest

from valgus.backends.mediapipe import SUPPORTED, MediaPipeEstimator, Mode, second_opencv
from valgus.backends.weights import resolve
from valgus.errors import EnvironmentFailed, ModelDamaged
from valgus.model.arrays import FloatArray, RgbImage
from valgus.model.track import LANDMARKS

pytestmark = pytest.mark.slow

HIPS_AND_KNEES = [
    LANDMARKS.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("hip", "knee")
]


@pytest.fixture(scope="module")
def model() -> Path:
    return resolve("full", offline=False).path


@pytest.fixture(scope="module")
def person() -> RgbImage:
    """A small picture of the rendered athlete, 160 x 284."""
    with resources.files("valgus.backends").joinpath("check_picture.npz").open("rb") as file:
        picture: RgbImage = np.load(file)["rgb"]
    return picture


def legs_px(model: Path, picture: RgbImage) -> FloatArray:
    with MediaPipeEstimator(model, mode=Mode.PICTURES) as estimator:
        (found,) = estimator.people(picture, 0.0)
    return found.xy_px[HIPS_AND_KNEES]


def test_places_are_in_pixels_in_portrait_and_in_landscape(model: Path, person: RgbImage) -> None:
    wide = np.pad(person, ((0, 0), (150, 150), (0, 0)), mode="edge")
    portrait, landscape = legs_px(model, person), legs_px(model, wide)
    np.testing.assert_allclose(landscape - [150, 0], portrait, atol=3.0)
    assert (portrait.min(axis=0) > 0).all()
    assert (portrait.max(axis=0) < (person.shape[1], person.shape[0])).all()


def test_a_picture_that_is_not_contiguous_is_read_as_it_looks(model: Path, person: RgbImage) -> None:
    padded = np.pad(person, ((0, 0), (0, 7), (0, 0)))[:, :-7]
    assert not padded.flags.c_contiguous
    np.testing.assert_array_equal(legs_px(model, padded), legs_px(model, person))


def test_followed_frames_do_not_lag_behind(model: Path, person: RgbImage) -> None:
    """A person who has moved on is seen where they are, not between there and where they were."""
    frames = [np.pad(person, ((0, 0), (20 + 4 * k, 60 - 4 * k), (0, 0)), mode="edge") for k in range(10)]
    with MediaPipeEstimator(model) as estimator:
        hips = [
            estimator.people(frame, k / 30)[0].xy_px[HIPS_AND_KNEES[0], 0] for k, frame in enumerate(frames)
        ]
    np.testing.assert_allclose(np.diff(hips), 4.0, atol=1.0)
    assert hips[-1] - hips[0] == pytest.approx(36.0, abs=1.0)


@pytest.mark.parametrize("fps", [30.0, 240.0, 1e6])
def test_any_frame_rate_is_taken(model: Path, person: RgbImage, fps: float) -> None:
    with MediaPipeEstimator(model) as estimator:
        assert all(len(estimator.people(person, k / fps)) == 1 for k in range(4))


def test_nobody_is_an_empty_answer(model: Path) -> None:
    with MediaPipeEstimator(model) as estimator:
        assert estimator.people(np.full((200, 120, 3), 80, np.uint8), 0.0) == ()


def test_closing_twice_is_harmless_and_a_closed_one_says_so(model: Path, person: RgbImage) -> None:
    estimator = MediaPipeEstimator(model)
    estimator.close()
    estimator.close()
    with pytest.raises(ValueError, match="closed"):
        estimator.people(person, 0.0)


def test_a_bundle_that_cannot_be_loaded_is_a_damaged_model(tmp_path: Path) -> None:
    (tmp_path / "bad.task").write_bytes(b"PK\x05\x06" + bytes(18))
    with pytest.raises(ModelDamaged, match=r"bad\.task"):
        MediaPipeEstimator(tmp_path / "bad.task")


@pytest.mark.parametrize("version", ["0.10.29", "0.10.32", "1.2.2", "unknown"])
def test_versions_that_may_contact_a_server_are_refused(
    version: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: version if name == "mediapipe" else real(name))
    with pytest.raises(EnvironmentFailed, match=SUPPORTED[0]):
        MediaPipeEstimator(model)


def test_a_second_opencv_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert second_opencv() == ""
    real = metadata.distribution

    def with_another(name: str) -> metadata.Distribution:
        return real("numpy") if name == "opencv-python" else real(name)

    monkeypatch.setattr(metadata, "distribution", with_another)
    monkeypatch.setattr(metadata, "version", lambda name: with_another(name).version)
    assert "opencv-python, opencv-python-headless" in second_opencv()


def test_nothing_is_printed_from_start_to_exit(model: Path) -> None:
    code = f"""
import numpy as np
from importlib import resources
from pathlib import Path
from valgus.backends.mediapipe import MediaPipeEstimator
picture = np.load(resources.files("valgus.backends").joinpath("check_picture.npz").open("rb"))["rgb"]
kept = MediaPipeEstimator(Path({str(model)!r}))
print(len(kept.people(picture, 0.0)))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1\n", "")
