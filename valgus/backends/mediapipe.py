"""MediaPipe's pose model: the only module that imports mediapipe.

Three things about the library are dealt with here so that nothing else has to know them: versions outside
:data:`SUPPORTED` are refused because later ones contact a vendor's logging host whenever they are used; its
native log lines are kept off the terminal; its coordinates, fractions of width and height, become pixels.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
import threading
import weakref
from enum import Enum
from importlib import metadata
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import numpy as np

from valgus import bounded
from valgus.backends.base import Detection
from valgus.errors import EnvironmentFailed, ModelDamaged
from valgus.model.arrays import RgbImage
from valgus.model.track import LANDMARKS

#: First version that works, and first version that is refused.
SUPPORTED: tuple[str, str] = ("0.10.30", "0.10.32")

#: Pretended time between frames, ms; see :class:`_FarApart`.
FAR_APART_MS = 1_000_000

_OPENCV_WHEELS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


class Mode(Enum):
    """How pictures given to one estimator belong together."""

    #: Frames of one clip in order: people are followed from frame to frame.
    VIDEO = "video"
    #: Independent pictures: every picture is searched anew and nothing is smoothed.
    PICTURES = "pictures"


class MediaPipeEstimator:
    """Follow people through one clip with a MediaPipe pose landmarker.

    One estimator is for one clip and one thread at a time; several estimators may run in several threads.

    Parameters
    ----------
    model : Path
        A ``.task`` bundle, from :func:`valgus.backends.weights.resolve`.
    people : int
        How many people to look for at most. More than one costs 1.5 to 1.8 times the time.
    mode : Mode
        Frames of one clip, or independent pictures.

    Raises
    ------
    EnvironmentFailed
        If the installed mediapipe is missing, broken or not a supported version.
    ModelDamaged
        If MediaPipe cannot load the bundle.

    Examples
    --------
    >>> with MediaPipeEstimator(model_file.path) as estimator:  # doctest: +SKIP
    ...     found = estimator.people(rgb, time_s=0.0)
    """

    names = LANDMARKS

    def __init__(self, model: Path, *, people: int = 1, mode: Mode = Mode.VIDEO) -> None:
        if people < 1:
            raise ValueError(f"people must be at least 1, got {people}")
        self._mode = mode
        self._clock = _FarApart()
        self._mediapipe = _import_mediapipe()
        _QUIET.begin()
        try:
            landmarker = _create(self._mediapipe, model, people, mode)
        except BaseException:
            _QUIET.end()
            raise
        self._landmarker = landmarker
        self._finish = weakref.finalize(self, _close, landmarker)

    def people(self, rgb: RgbImage, time_s: float) -> tuple[Detection, ...]:
        """Return everybody found in an upright (h, w, 3) picture, the most prominent first; nobody is ``()``.

        ``time_s`` is not read: in ``Mode.VIDEO`` pictures count as consecutive frames, unsmoothed.
        """
        if not self._finish.alive:
            raise ValueError("this estimator is closed")
        # mediapipe ignores row strides: a padded or sliced array would be read askew without an error
        picture = np.ascontiguousarray(rgb, dtype=np.uint8)
        image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=picture)
        if self._mode is Mode.VIDEO:
            result = self._landmarker.detect_for_video(image, self._clock.tick())
        else:
            result = self._landmarker.detect(image)
        height, width = picture.shape[:2]
        return tuple(
            _detection(landmarks, world, width, height)
            for landmarks, world in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
        )

    def close(self) -> None:
        """Free the model; closing twice does nothing."""
        self._finish()

    def __enter__(self) -> MediaPipeEstimator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def check_mediapipe() -> str:
    """Return the installed mediapipe's version, without importing it.

    Raises
    ------
    EnvironmentFailed
        If mediapipe is not installed, or its version is not one that is known to stay off the network.
    """
    try:
        version = metadata.version("mediapipe")
    except metadata.PackageNotFoundError:
        raise EnvironmentFailed("mediapipe is not installed.", _install_advice()) from None
    _refuse_unsupported(version)
    return version


def second_opencv() -> str:
    """Return a warning that names OpenCV wheels overwriting each other here; empty if there is only one."""
    found = sorted(name for name in _OPENCV_WHEELS if _is_installed(name))
    if len(found) < 2:
        return ""
    return (
        f"{len(found)} OpenCV packages are installed ({', '.join(found)}) and write into the same folder, so "
        "either may be broken. Keep one: uninstall them all, then install opencv-python-headless."
    )


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


# The library


def _import_mediapipe() -> ModuleType:
    check_mediapipe()
    try:
        with _QUIET:
            import mediapipe
            import mediapipe.tasks.python.vision
    except (ImportError, OSError) as error:
        raise EnvironmentFailed(f"mediapipe cannot be imported: {error}.", _install_advice()) from error
    # what is imported may not be what the package database names, so the module itself has to agree
    _refuse_unsupported(str(getattr(mediapipe, "__version__", "unknown")))
    module: ModuleType = mediapipe
    return module


def _refuse_unsupported(version: str) -> None:
    lowest, beyond = (_numbers(bound) for bound in SUPPORTED)
    if not lowest <= _numbers(version) < beyond:
        raise EnvironmentFailed(
            f"mediapipe {version} is installed, but only {SUPPORTED[0]} to before {SUPPORTED[1]} are used: "
            "later ones contact a logging host whenever a model runs.",
            _install_advice(),
        )


def _numbers(version: str) -> tuple[int, ...]:
    parts = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in parts[0].split(".")) if parts else ()


def _install_advice() -> str:
    return f'Install it with: pip install "mediapipe>={SUPPORTED[0]},<{SUPPORTED[1]}"'


def _create(mediapipe: ModuleType, model: Path, people: int, mode: Mode) -> Any:
    vision = mediapipe.tasks.vision
    running = vision.RunningMode.VIDEO if mode is Mode.VIDEO else vision.RunningMode.IMAGE
    try:
        # as bytes, because a path with letters outside ASCII does not reach the native code on every system
        base = mediapipe.tasks.BaseOptions(model_asset_buffer=model.read_bytes())
    except OSError as error:
        raise ModelDamaged(f"{model}: cannot be read: {error.strerror}.") from error
    options = vision.PoseLandmarkerOptions(base_options=base, running_mode=running, num_poses=people)
    try:
        return vision.PoseLandmarker.create_from_options(options)
    except (ValueError, RuntimeError) as error:
        raise ModelDamaged(
            f"{model}: MediaPipe cannot load it as a pose model: {bounded.quoted(error)}.",
            "Run `valgus models verify`, or give another file with --model.",
        ) from error


def _close(landmarker: Any) -> None:
    try:
        landmarker.close()
    except RuntimeError:
        # at interpreter exit its thread is gone; without its handle its own __del__ stays silent too
        landmarker._handle = None
    finally:
        _QUIET.end()


def _detection(landmarks: list[Any], world: list[Any], width: int, height: int) -> Detection:
    return Detection(
        xy_px=np.array([(point.x * width, point.y * height) for point in landmarks]),
        confidence=np.array([point.visibility for point in landmarks], dtype=np.float64),
        world_m=np.array([(point.x, point.y, point.z) for point in world]),
    )


class _FarApart:
    """Times for the library that make it follow a person without smoothing over time.

    Its own filter lags by about 30 ms, in which a landing moves on by degrees. Told that frames lie far apart
    it passes every frame through; where to look next comes from the frame before all the same. Smoothing is
    done later, without lag. Whole, strictly rising milliseconds, whatever the frame rate.
    """

    def __init__(self) -> None:
        self._last_ms = 0

    def tick(self) -> int:
        self._last_ms += FAR_APART_MS
        return self._last_ms


# Native log lines


class _QuietNativeLog:
    """Point C's own ``stderr`` stream at the null device while an estimator is alive, in any thread.

    MediaPipe and TensorFlow Lite print through that stream at unforeseeable moments (when loading, when the
    first person appears) and offer no switch. Python writes to file descriptor 2 itself, which stays as it
    is: messages and progress bars of every thread still reach the terminal, and so do crash reports.
    Where the stream is not a variable of the C library (Windows) the lines are left alone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._usual: int | None = None

    def begin(self) -> None:
        with self._lock:
            self._users += 1
            stream, null = _c_stderr(), _null_stream()
            if self._users == 1 and stream is not None and null is not None:
                self._usual, stream.value = stream.value, null

    def end(self) -> None:
        with self._lock:
            self._users -= 1
            stream = _c_stderr()
            if self._users == 0 and stream is not None and self._usual is not None:
                stream.value, self._usual = self._usual, None

    def __enter__(self) -> None:
        self.begin()

    def __exit__(self, *_: object) -> None:
        self.end()


_QUIET = _QuietNativeLog()
_null: int | None = None


def _c_stderr() -> ctypes.c_void_p | None:
    """Return the C library's variable that holds the stream, None where there is no such variable."""
    if os.name != "posix":
        return None
    name = "__stderrp" if sys.platform == "darwin" else "stderr"
    with contextlib.suppress(ValueError, OSError):
        return ctypes.c_void_p.in_dll(ctypes.CDLL(None), name)
    return None


def _null_stream() -> int | None:
    """Return one stream on the null device, opened once and never closed: a native thread may be writing."""
    global _null
    if _null is None and os.name == "posix":
        fopen = ctypes.CDLL(None).fopen
        fopen.restype = ctypes.c_void_p
        _null = fopen(os.devnull.encode(), b"w")
    return _null
