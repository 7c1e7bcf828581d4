"""The pose models: fetched once, verified, stripped of what is not needed, cached.

``full`` is built from a wheel of the package index, so it comes wherever packages come and is the same
bytes everywhere; ``lite`` and ``heavy`` are the maker's own bundles. The branch that draws the person's
outline is cut out, which leaves the landmarks as they are and saves nearly half of the time.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from valgus import bounded
from valgus.backends.package_index import MOST_MB, NotFetched, Progress, download, fetch_members
from valgus.backends.tflite import NotEditable, with_image_metadata, without_mask
from valgus.errors import CannotWrite, ModelDamaged, ModelUnavailable, WrongUsage

DETECTOR, LANDMARKER = "pose_detector.tflite", "pose_landmarks_detector.tflite"

WHEEL_VERSION = "0.10.21"
WHEEL = f"mediapipe-{WHEEL_VERSION}-cp311-cp311-manylinux_2_28_x86_64.whl"
#: Members of the wheel, where they go in the bundle, their hash, and how their pixels are scaled (mean, std).
WHEEL_MEMBERS: tuple[tuple[str, str, str, tuple[float, float]], ...] = (
    (
        "mediapipe/modules/pose_detection/pose_detection.tflite",
        DETECTOR,
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        (127.5, 127.5),
    ),
    (
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        LANDMARKER,
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        (0.0, 255.0),
    ),
)
#: The bundle built from them, before it is stripped.
FULL_SHA256 = "93f2e1234201909a34d437e962dd3ffd4698834d146ffb39f8950ef219277490"

OFFICIAL = "https://storage.googleapis.com/mediapipe-models/pose_landmarker"
OFFICIAL_SHA256 = {
    "lite": "59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a",
    "full": "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1",
    "heavy": "64437af838a65d18e5ba7a0d39b465540069bc8aae8308de3e318aad31fcbc7b",
}
NAMES = ("full", "lite", "heavy")


@dataclass(frozen=True)
class ModelFile:
    """A verified pose model on this machine.

    Attributes
    ----------
    path : Path
        The bundle to load.
    name : str
        ``full``, ``lite``, ``heavy``, or a file's own name.
    sha256 : str
        Of the file at ``path``.
    stripped : bool
        Whether the outline branch was cut out.
    origin : str
        ``package index``, ``official bundle`` or ``file``.
    """

    path: Path
    name: str
    sha256: str
    stripped: bool
    origin: str


@dataclass(frozen=True)
class _Record:
    """What is known of a cached model, kept beside it."""

    whole_sha256: str
    sha256: str
    stripped: bool
    origin: str


def resolve(name_or_path: str, /, *, offline: bool, progress: Progress | None = None) -> ModelFile:
    """Return a model ready to load, fetching it when it is not cached and that is allowed.

    Parameters
    ----------
    name_or_path : str
        ``full``, ``lite``, ``heavy``, or the path of a ``.task`` bundle.
    offline : bool
        Never touch the network.
    progress : callable, optional
        Told how much is fetched.

    Raises
    ------
    WrongUsage
        If it is neither a known name nor a file.
    ModelUnavailable
        If it is not cached and cannot be fetched.
    ModelDamaged
        If bytes are not those expected.
    CannotWrite
        If the cache cannot be written.
    """
    if name_or_path not in NAMES:
        return _own_file(Path(name_or_path))
    cached = _cached(name_or_path)
    if cached is not None:
        return cached
    if offline:
        raise _offline(name_or_path)
    whole, origin = _fetched(name_or_path, progress)
    return _stored(name_or_path, whole, origin)


def whole_model(name: str, /) -> ModelFile:
    """Return a cached model as it was before stripping, for comparison; ModelUnavailable when not cached."""
    path, record = _whole_path(name), _record(name)
    if record is None or not path.is_file() or _sha256(path.read_bytes()) != record.whole_sha256:
        raise ModelUnavailable(f"The pose model '{name}' is not cached.", f"Run: valgus models fetch {name}")
    return ModelFile(path, name, record.whole_sha256, stripped=False, origin=record.origin)


def cached_models() -> dict[str, ModelFile | None]:
    """Return every named model as it stands in the cache; None where it is missing or damaged."""
    return {name: _cached(name) for name in NAMES}


def cache_folder() -> Path:
    """Return where models are kept: ``VALGUS_CACHE``, or the user's cache folder of this system."""
    own = os.environ.get("VALGUS_CACHE")
    return Path(own) if own else user_cache_path("valgus", appauthor=False)


# --- the cache -------------------------------------------------------------------------------------------


def _path(name: str) -> Path:
    return cache_folder() / f"pose_landmarker_{name}.task"


def _whole_path(name: str) -> Path:
    return cache_folder() / f"pose_landmarker_{name}.whole.task"


def _record_path(name: str) -> Path:
    return cache_folder() / f"pose_landmarker_{name}.json"


def _record(name: str) -> _Record | None:
    try:
        return _Record(**json.loads(_record_path(name).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _cached(name: str) -> ModelFile | None:
    """Return a cached model whose bytes are those that were stored; None otherwise."""
    path, record = _path(name), _record(name)
    if record is None or record.whole_sha256 not in _expected(name) or not path.is_file():
        return None
    try:
        whole = _sha256(path.read_bytes()) == record.sha256
    except OSError:  # as good as not there; fetching it again says why it cannot be kept
        return None
    return ModelFile(path, name, record.sha256, record.stripped, record.origin) if whole else None


def _expected(name: str) -> tuple[str, ...]:
    return (FULL_SHA256, OFFICIAL_SHA256[name]) if name == "full" else (OFFICIAL_SHA256[name],)


def _stored(name: str, whole: bytes, origin: str) -> ModelFile:
    """Strip a verified bundle and put it into the cache; the record last, since it makes the rest count."""
    ready, stripped = _stripped(whole)
    record = _Record(_sha256(whole), _sha256(ready), stripped, origin)
    with _cache_written():
        _write(_whole_path(name), whole)
        _write(_path(name), ready)
        _write(_record_path(name), json.dumps(asdict(record), indent=1).encode())
    return ModelFile(_path(name), name, record.sha256, stripped, origin)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


@contextmanager
def _cache_written() -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        why = "the disk is full" if wrong.errno == errno.ENOSPC else (wrong.strerror or str(wrong))
        raise CannotWrite(
            f"The pose model could not be kept in {cache_folder()}: {why}.",
            "Make room there, or set VALGUS_CACHE to another folder.",
        ) from wrong


# --- fetching --------------------------------------------------------------------------------------------


def _fetched(name: str, progress: Progress | None) -> tuple[bytes, str]:
    """Return a named model's whole bundle, verified, and where it came from."""
    reasons = []
    for fetch, origin in _sources(name):
        try:
            with tempfile.TemporaryDirectory() as folder:
                return fetch(Path(folder), progress), origin
        except NotFetched as wrong:
            reasons.append(str(wrong))
    raise ModelUnavailable(
        f"The pose model '{name}' could not be fetched: {'; '.join(reasons)}.",
        "Check the network and your package index settings, or copy the model from another machine and use "
        "--model FILE.",
    )


Fetch = Callable[[Path, "Progress | None"], bytes]


def _sources(name: str) -> list[tuple[Fetch, str]]:
    def official(folder: Path, progress: Progress | None) -> bytes:
        return _official(name, folder, progress)

    if name == "full":
        return [(_from_wheel, "package index"), (official, "official bundle")]
    return [(official, "official bundle")]


def _from_wheel(folder: Path, progress: Progress | None) -> bytes:
    names = [member for member, *_ in WHEEL_MEMBERS]
    fetched = fetch_members("mediapipe", WHEEL_VERSION, WHEEL, names, folder, progress)
    parts = {
        name: with_image_metadata(_verified(fetched[member], sha256, member), mean=mean, std=std)
        for member, name, sha256, (mean, std) in WHEEL_MEMBERS
    }
    return _verified(_bundle(parts), FULL_SHA256, "the model built from the wheel")


def _official(name: str, folder: Path, progress: Progress | None) -> bytes:
    base = os.environ.get("VALGUS_MODEL_URL", OFFICIAL)
    target = folder / f"pose_landmarker_{name}.task"
    download(f"{base}/pose_landmarker_{name}/float16/1/{target.name}", target, progress)
    return _verified(target.read_bytes(), OFFICIAL_SHA256[name], target.name)


def _verified(content: bytes, sha256: str, what: str) -> bytes:
    found = _sha256(content)
    if found != sha256:
        raise ModelDamaged(
            f"{what} is not what it should be: expected sha256 {sha256}, got {found}.",
            "It was not used. Fetch it over a network that you trust.",
        )
    return content


def _offline(name: str) -> ModelUnavailable | ModelDamaged:
    how = f"Run `valgus models fetch {name}` once with a network, or name a file with --model FILE."
    if _path(name).is_file():
        return ModelDamaged(
            f"The cached pose model '{name}' is damaged, and --offline forbids a new one.", how
        )
    return ModelUnavailable(
        f"The pose model '{name}' is not on this machine, and --offline forbids the network.", how
    )


# --- bundles ---------------------------------------------------------------------------------------------


def _own_file(path: Path) -> ModelFile:
    """Return the user's own bundle, stripped into the cache where that is possible."""
    try:
        whole = bounded.bytes_of(path, most_mb=MOST_MB)
    except OSError as wrong:
        raise WrongUsage(
            f"There is no pose model '{path}': {wrong.strerror}.",
            f"Use one of {', '.join(NAMES)}, or the path of a .task file.",
        ) from wrong
    _members(whole, path.name)
    try:
        ready, stripped = _stripped(whole)
    except ModelDamaged as wrong:  # named after a copy that nobody has ever seen
        raise ModelDamaged(
            f"{path.name}: MediaPipe cannot load it as a pose model.", "Choose a pose_landmarker_*.task file."
        ) from wrong
    if not stripped:
        return ModelFile(path, path.name, _sha256(whole), stripped=False, origin="file")
    cached = cache_folder() / f"own_{_sha256(ready)[:16]}.task"
    if not cached.is_file() or cached.read_bytes() != ready:
        with _cache_written():
            _write(cached, ready)
    return ModelFile(cached, path.name, _sha256(ready), stripped=True, origin="file")


def _members(bundle: bytes, name: str) -> dict[str, bytes]:
    try:
        return bounded.members_of(io.BytesIO(bundle), (DETECTOR, LANDMARKER), most_mb=MOST_MB)
    except ValueError as wrong:
        raise ModelDamaged(
            f"{name} is not a pose landmarker bundle (a zip with {DETECTOR} and {LANDMARKER}).",
            "Choose a pose_landmarker_*.task file.",
        ) from wrong


def _bundle(members: dict[str, bytes]) -> bytes:
    """Return a stored zip whose bytes depend on nothing but its members."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # otherwise Windows writes another byte
            archive.writestr(entry, data)
    return content.getvalue()


def _stripped(whole: bytes) -> tuple[bytes, bool]:
    """Return the bundle without its outline branch, or as it was where that cannot be done unnoticed."""
    members = _members(whole, "the model")
    try:
        members[LANDMARKER] = without_mask(members[LANDMARKER])
    except NotEditable:
        return whole, False
    ready = _bundle(members)
    return (ready, True) if same_landmarks(whole, ready) else (whole, False)


def same_landmarks(one: bytes, other: bytes) -> bool:
    """Return whether two bundles find a person in the built-in picture, at places identical to the bit."""
    expected, found = _found_in_check_picture(one), _found_in_check_picture(other)
    return len(expected) > 0 and np.array_equal(expected, found)


def _found_in_check_picture(bundle: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    from valgus.backends.mediapipe import MediaPipeEstimator

    with resources.files(__package__).joinpath("check_picture.npz").open("rb") as file:
        picture = np.load(file)["rgb"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.task"
        path.write_bytes(bundle)
        with MediaPipeEstimator(path) as estimator:
            # Twice: the second frame is found from the first one's landmarks, the usual way.
            found = [person for k in range(2) for person in estimator.people(picture, k / 30)]
    return np.array(
        [
            np.column_stack([p.xy_px, p.confidence, p.world_m if p.world_m is not None else p.xy_px])
            for p in found
        ]
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
