"""The pose model is what it should be, wherever it comes from and whoever else fetches it."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import os
import random
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.clips import REAL
from valgus.backends import package_index, weights
from valgus.errors import ModelDamaged, ModelUnavailable, WrongUsage

LITE = REAL / "pose_landmarker_lite.task"
needs_lite = pytest.mark.skipif(not LITE.is_file(), reason="the maker's lite bundle is not here")


@pytest.fixture()
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VALGUS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the full model, really fetched through the package index."""
    folder = tmp_path_factory.mktemp("fetched")
    before = os.environ.get("VALGUS_CACHE")
    os.environ["VALGUS_CACHE"] = str(folder)
    try:
        weights.resolve("full", offline=False)
    finally:
        os.environ.pop("VALGUS_CACHE")
        if before is not None:
            os.environ["VALGUS_CACHE"] = before
    return folder


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *args: Quiet(*args, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


# --- without a network -----------------------------------------------------------------------------------


def test_offline_a_missing_model_says_how_to_get_it(cache: Path) -> None:
    with pytest.raises(ModelUnavailable, match="valgus models fetch full") as refused:
        weights.resolve("full", offline=True)
    assert refused.value.exit_status == 1


def test_a_name_that_is_neither_model_nor_file_is_wrong_usage(cache: Path) -> None:
    with pytest.raises(WrongUsage, match="full, lite, heavy"):
        weights.resolve("huge", offline=True)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_bundle_is_refused(content: bytes, tmp_path: Path, cache: Path) -> None:
    (tmp_path / "my.task").write_bytes(content)
    with pytest.raises(ModelDamaged, match=r"my\.task is not a pose landmarker bundle"):
        weights.resolve(str(tmp_path / "my.task"), offline=True)


def test_the_bundle_depends_on_its_members_alone() -> None:
    members = {weights.DETECTOR: b"one", weights.LANDMARKER: b"two"}
    first, second = (weights._bundle(members) for _ in range(2))
    assert first == second
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


# --- through a server on this machine --------------------------------------------------------------------


@needs_lite
def test_an_official_bundle_is_fetched_verified_and_stripped(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "www" / "pose_landmarker_lite" / "float16" / "1"
    place.mkdir(parents=True)
    shutil.copy(LITE, place / LITE.name)
    told: list[int] = []
    with serving(tmp_path / "www") as address:
        monkeypatch.setenv("VALGUS_MODEL_URL", address)
        model = weights.resolve("lite", offline=False, progress=lambda done, total, what: told.append(done))
    assert model.stripped
    assert model.origin == "official bundle"
    assert model.sha256 == hashlib.sha256(model.path.read_bytes()).hexdigest()
    assert told[-1] == LITE.stat().st_size
    assert weights.resolve("lite", offline=True) == model


def test_other_bytes_under_the_right_name_are_refused(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "www" / "pose_landmarker_lite" / "float16" / "1"
    place.mkdir(parents=True)
    (place / "pose_landmarker_lite.task").write_bytes(b"something else")
    with serving(tmp_path / "www") as address:
        monkeypatch.setenv("VALGUS_MODEL_URL", address)
        with pytest.raises(ModelDamaged, match="expected sha256 59929e1d"):
            weights.resolve("lite", offline=False)
    assert not cache.exists() or list(cache.iterdir()) == []


def test_a_server_that_cannot_be_reached_is_named_with_what_to_do(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VALGUS_MODEL_URL", "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailable, match=r"127\.0\.0\.1 could not be reached.*--model FILE"):
        weights.resolve("lite", offline=False)


def test_without_pip_the_users_own_index_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = "thing-1.0-py3-none-any.whl"
    page = tmp_path / "simple" / "thing"
    page.mkdir(parents=True)
    (page / "index.html").write_text(f'<a href="../../files/{wheel}#sha256=0">{wheel}</a>')
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / wheel).write_bytes(b"wheel")
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    with serving(tmp_path) as address:
        (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {address}/simple/\n")
        fetched = package_index._from_indexes("thing", wheel, tmp_path / "simple", None)
        assert fetched.read_bytes() == b"wheel"
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"mine={address}/nowhere/")
        with pytest.raises(package_index.NotFetched, match=r"does not have thing-1.0"):
            package_index._from_indexes("thing", wheel, tmp_path / "simple", None)


# --- what comes from elsewhere is held against its hash, and bounded ------------------------------------


def fake_wheel(folder: Path, members: dict[str, bytes]) -> Path:
    """Put a wheel under the name of the real one on a page of a package index."""
    page = folder / "mediapipe"
    page.mkdir(parents=True)
    info = f"mediapipe-{weights.WHEEL_VERSION}.dist-info"
    told = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: mediapipe\nVersion: {weights.WHEEL_VERSION}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_28_x86_64\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(page / weights.WHEEL, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in {**told, **members}.items():
            wheel.writestr(name, content)
    (page / "index.html").write_text(f'<a href="{weights.WHEEL}">{weights.WHEEL}</a>')
    return page / weights.WHEEL


@pytest.fixture()
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package index of this machine that pip, uv and the product itself all use, and no other."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with serving(folder) as address:
        for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
            monkeypatch.setenv(name, address)
        monkeypatch.setenv("VALGUS_MODEL_URL", f"{address}/nowhere")
        yield folder


MEMBERS = [member for member, *_ in weights.WHEEL_MEMBERS]


def test_a_wheel_with_other_bytes_is_refused_and_nothing_is_kept(index: Path, cache: Path) -> None:
    fake_wheel(index, dict.fromkeys(MEMBERS, b"not the network"))
    with pytest.raises(
        ModelDamaged, match=r"pose_detection\.tflite is not what it should be: expected sha256 9b"
    ):
        weights.resolve("full", offline=False)
    assert not cache.exists() or list(cache.iterdir()) == []


def test_members_of_a_wheel_are_written_nowhere_whatever_they_are_called(
    index: Path, cache: Path, tmp_path: Path
) -> None:
    wheel = fake_wheel(index, {"../../../escaped.txt": b"x", str(tmp_path / "absolute.txt"): b"x"})
    with pytest.raises(package_index.NotFetched, match="pose_detection"):
        package_index.fetch_members("mediapipe", weights.WHEEL_VERSION, wheel.name, MEMBERS, tmp_path, None)
    assert list(tmp_path.rglob("escaped.txt")) == list(tmp_path.rglob("absolute.txt")) == []


def test_what_would_unpack_to_more_than_any_model_is_not_unpacked(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "MOST_MB", 1.0)
    with zipfile.ZipFile(tmp_path / "bomb.task", "w", zipfile.ZIP_DEFLATED) as bomb:
        for member in (weights.DETECTOR, weights.LANDMARKER):
            bomb.writestr(member, bytes(2 << 20))
    assert (tmp_path / "bomb.task").stat().st_size < 10_000
    with pytest.raises(ModelDamaged, match=r"bomb\.task is not a pose landmarker bundle"):
        weights.resolve(str(tmp_path / "bomb.task"), offline=True)


def test_a_server_that_sends_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_index, "MOST_MB", 1.0)
    (tmp_path / "large").write_bytes(bytes(3 << 20))
    with serving(tmp_path) as address, pytest.raises(package_index.NotFetched, match="more than 1 MB"):
        package_index.download(f"{address}/large", tmp_path / "fetched", None)


@pytest.mark.parametrize(("flags", "method"), [(1, 0), (0, 99)], ids=["locked", "packed in an unknown way"])
def test_a_zip_that_cannot_be_unpacked_is_no_model(
    flags: int, method: int, tmp_path: Path, cache: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "own.task", "w") as bundle:
        for member in (weights.DETECTOR, weights.LANDMARKER):
            bundle.writestr(member, b"model")
    content = (tmp_path / "own.task").read_bytes()
    head, *entries = content.split(b"PK\x01\x02")  # what the zip's own list says of each member
    spoiled = (entry[:4] + bytes([flags, 0, method]) + entry[7:] for entry in entries)
    (tmp_path / "own.task").write_bytes(b"PK\x01\x02".join((head, *spoiled)))
    with pytest.raises(ModelDamaged, match=r"own\.task is not a pose landmarker bundle"):
        weights.resolve(str(tmp_path / "own.task"), offline=True)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there are no such devices here")
def test_a_device_is_no_model(cache: Path) -> None:
    with pytest.raises(WrongUsage, match="/dev/zero': is a pipe or a device, not a file"):
        weights.resolve("/dev/zero", offline=True)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_where_there_is_uv_and_no_pip_the_same_bytes_come_through_uv(tmp_path: Path) -> None:
    unpacked = package_index._by_uv(
        str(shutil.which("uv")), "mediapipe", weights.WHEEL_VERSION, weights.WHEEL, tmp_path
    )
    for member, _, sha256, _ in weights.WHEEL_MEMBERS:
        assert hashlib.sha256((unpacked / member).read_bytes()).hexdigest() == sha256


@pytest.mark.slow
def test_a_version_that_the_index_does_not_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(package_index.NotFetched, match=r"pip could not fetch mediapipe==0\.0\.0"):
        package_index._by_pip("mediapipe", "0.0.0", weights.WHEEL, tmp_path)


# --- the real thing --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_default_model_comes_from_the_package_index_as_the_very_bytes_expected(full: Path) -> None:
    whole = full / "pose_landmarker_full.whole.task"
    assert hashlib.sha256(whole.read_bytes()).hexdigest() == weights.FULL_SHA256
    with zipfile.ZipFile(whole) as archive:
        assert archive.namelist() == [weights.DETECTOR, weights.LANDMARKER]


@pytest.mark.slow
def test_stripping_leaves_the_landmarks_identical_to_the_bit(full: Path) -> None:
    whole, stripped = (full / f"pose_landmarker_full{part}.task" for part in (".whole", ""))
    assert whole.read_bytes() != stripped.read_bytes()
    assert weights.same_landmarks(whole.read_bytes(), stripped.read_bytes())


@pytest.mark.slow
def test_a_model_that_gives_other_landmarks_is_noticed(full: Path) -> None:
    if not LITE.is_file():
        pytest.skip("needs a second model")
    assert not weights.same_landmarks((full / "pose_landmarker_full.task").read_bytes(), LITE.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_an_own_model_of_damaged_bytes_is_refused_under_its_own_name(
    seed: int, full: Path, cache: Path, tmp_path: Path
) -> None:
    chosen = random.Random(seed)
    with zipfile.ZipFile(full / "pose_landmarker_full.whole.task") as whole:
        parts = {name: bytearray(whole.read(name)) for name in whole.namelist()}
    with zipfile.ZipFile(tmp_path / "own.task", "w") as damaged:
        for name, content in parts.items():
            for _ in range(20):
                content[chosen.randrange(8, 3000)] ^= 1 << chosen.randrange(8)
            damaged.writestr(name, bytes(content))
    with pytest.raises(ModelDamaged, match=r"^own\.task: MediaPipe cannot load it as a pose model\."):
        weights.resolve(str(tmp_path / "own.task"), offline=True)


@pytest.mark.slow
def test_one_flipped_bit_in_the_cache_is_noticed(full: Path, cache: Path) -> None:
    shutil.copytree(full, cache)
    path = cache / "pose_landmarker_full.task"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelDamaged, match="damaged"):
        weights.resolve("full", offline=True)
    assert weights.resolve("full", offline=False).path.read_bytes() != bytes(content)


@pytest.mark.slow
def test_two_processes_that_fetch_at_once_both_end_with_a_whole_model(cache: Path) -> None:
    code = "from valgus.backends.weights import resolve; print(resolve('full', offline=False).sha256)"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert said[0][0] == said[1][0] == weights.resolve("full", offline=True).sha256 + "\n"
    assert not [path for path in cache.iterdir() if path.name.startswith(".")]
