"""What goes wrong around an analysis, done for real: a sentence, and results old or new, but whole."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.command import VALGUS, valgus, valgus_process
from tests.e2e.clips import SAMPLES
from tests.e2e.folders import contents, has_open, short_clip
from valgus.results import folder_for, load

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="processes are of another kind")]
LONG_ENOUGH = SAMPLES / "step_down_left.mp4"


def cut_off(clip: Path) -> None:
    os.truncate(clip, 200_000)


def replaced(clip: Path) -> None:
    other = clip.with_suffix(".other")
    shutil.copy(SAMPLES / "step_down_right.mp4", other)
    other.replace(clip)


def written_over(clip: Path) -> None:
    with clip.open("r+b") as file:
        file.seek(100_000)
        file.write(bytes(300_000))


@pytest.mark.parametrize("change", [Path.unlink, cut_off, replaced, written_over], ids=lambda f: f.__name__)
def test_a_clip_that_changes_while_it_is_read_gives_no_numbers(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    shutil.copy(LONG_ENOUGH, clip)
    earlier = folder_for(clip)
    earlier.mkdir()
    (earlier / "kept").write_text("as it was")
    command = [VALGUS, "analyze", "--no-overlay", str(clip)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not has_open(process.pid, clip) and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.3)
    change(clip)
    stdout, stderr = process.communicate(timeout=120)
    assert (process.returncode, stdout) == (3, "")
    assert stderr == (
        "clip.mp4: was changed or removed while it was read. Let the copying finish, then run it again.\n"
    )
    assert contents(earlier) == {"kept": b"as it was"}
    assert {path.name for path in tmp_path.iterdir()} <= {"clip.mp4", "clip.mp4.valgus"}


def test_too_little_memory_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    def cramped() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (900 * 2**20, 900 * 2**20))

    command = [VALGUS, "analyze", "--out", str(tmp_path), str(LONG_ENOUGH)]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, preexec_fn=cramped
    )
    assert ran.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_results_from_the_future_are_taken_as_they_are(tmp_path: Path) -> None:
    """The clock was set back since: what counts is content, not the time of a file."""
    (tmp_path / "clip.mp4").write_bytes(short_clip())
    quick = ("--no-mirror-average", "--no-overlay")
    assert valgus_process("batch", *quick, tmp_path).returncode == 0
    folder = tmp_path / "clip.mp4.valgus"
    before = contents(folder)
    future_s = time.time() + 400 * 24 * 3600
    for path in (tmp_path / "clip.mp4", folder, *folder.iterdir()):
        os.utime(path, (future_s, future_s))
    again = valgus_process("batch", *quick, tmp_path)
    assert again.returncode == 0
    assert contents(folder) == before
    assert load(folder).measured


# --- the package index ------------------------------------------------------------------------------------


class Nonsense(BaseHTTPRequestHandler):
    """Answers every question with the same page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html><a href='mediapipe-0.10.31-cp39.whl'>mediapipe</a>\x00\xff not a page")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def silent_server() -> Iterator[int]:
    """Take every connection and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.listen(16)
        yield listening.getsockname()[1]


@contextmanager
def nonsense_server() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Nonsense)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("server", [silent_server, nonsense_server], ids=["never answers", "nonsense"])
def test_an_index_that_does_not_do_its_work_is_named_in_bounded_time(
    server: Callable[[], contextmanager[int]],  # type: ignore[type-arg]
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with server() as port:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{port}/simple")
        monkeypatch.setenv("VALGUS_CACHE", str(tmp_path))
        started_s = time.monotonic()
        ran = valgus_process("models", "fetch")
        assert time.monotonic() - started_s < 60
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert ran.stderr.strip().endswith(".")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix == ".task"]


def test_without_any_network_the_missing_model_says_what_to_do(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody cut a process off the network")
    command = ["unshare", "-rn", sys.executable, "-m", "valgus", "analyze", str(LONG_ENOUGH)]
    ran = subprocess.run(
        command,
        env=os.environ | {"VALGUS_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 1
    assert "valgus models fetch" in ran.stderr or "pip" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_folder_that_nobody_may_read_is_named(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "closed").mkdir(mode=0o000)
    ran = valgus("analyze", tmp_path / "closed" / "clip.mp4")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
