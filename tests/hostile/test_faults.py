"""What goes wrong around an analysis, done for real: a sentence, and results old or new, but whole.

Each fault, and where it is tried:

- disk full: ``tests/cli/test_disk.py`` (a disk of 6 MB: report, figures, analyze, the model's cache) and
  ``tests/test_whole.py`` (the kernel refuses to write)
- no permission to read a clip, landmarks, ``session.toml``, saved results or a model, or to write: here;
  a disk that is only to be read: ``tests/cli/test_disk.py``
- a clip that is changed, cut, replaced or removed while it is read: here
- SIGINT, SIGTERM and SIGKILL while a clip is read and while results are saved: here; at any moment of the
  start: ``tests/e2e/test_command_line.py``; a batch and its workers: ``tests/e2e/test_batch.py``,
  ``tests/batch/test_crew.py``; on many machines: ``tests/e2e/test_batch_cluster.py``
- too little memory: here; a clip that needs more than its worker may have: ``tests/e2e/test_batch.py``
- a pose model that fails in the middle of a clip: here
- a clock that runs backwards, and files from the future and from before 1970: here
- one bit of the cached model flipped: here and ``tests/backends/test_weights.py``
- two processes that fetch the model at once: ``tests/backends/test_weights.py``
- no network, an index that never answers, one that talks nonsense: here; a wheel of other bytes, one that
  unpacks to gigabytes, a server that sends without end: ``tests/backends/test_weights.py``

``VALGUS_LONG=1`` tries more variants and more moments of each.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.command import VALGUS
from tests.e2e.clips import LONG
from tests.e2e.folders import QUICK, at_work_on, contents, heed_interrupts, short_clip, waited_for
from tests.hostile.running import FAULT
from tests.trials import trial_of
from valgus import pipeline, results, watching
from valgus.backends.base import Detection
from valgus.backends.mediapipe import MediaPipeEstimator
from valgus.backends.weights import cache_folder
from valgus.model.arrays import RgbImage
from valgus.model.settings import Settings
from valgus.results import folder_for, load
from valgus.simulate import film, repetitions

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/fd").exists(), reason="needs /proc, and signals as Linux has them"
    ),
]
OLD = trial_of(film(repetitions(peak_fppa_deg=(3.0, 4.0))))
NEW = trial_of(film(repetitions(peak_fppa_deg=(5.0, 6.0, 7.0))))
INTERRUPTED = "Interrupted; nothing half-finished was left."
Ran = subprocess.CompletedProcess[str]


def ran(*command: object, env: dict[str, str] | None = None, **options: Any) -> Ran:
    return subprocess.run(
        [str(word) for word in command],
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        **options,
    )


def started(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [VALGUS, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )


def ended(process: subprocess.Popen[str]) -> Ran:
    stdout, stderr = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def check_one_message(shown: Ran, status: int, *says: str) -> None:
    assert (shown.returncode, shown.stdout) == (status, ""), shown.stderr
    assert not FAULT.search(shown.stderr), shown.stderr
    assert shown.stderr.count("\n") == 1, shown.stderr
    for words in says:
        assert words in shown.stderr


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(short_clip(from_s=1.0, to_s=2.0))
    return path


@pytest.fixture
def earlier(clip: Path) -> dict[str, bytes]:
    """An earlier result beside the clip; what is in it."""
    results.save(OLD, folder_for(clip))
    return contents(folder_for(clip))


def nothing_else_beside(clip: Path) -> bool:
    return {path.name for path in clip.parent.iterdir()} <= {clip.name, folder_for(clip).name}


# --- no permission -----------------------------------------------------------------------------------------


def unprivileged(*command: object, **options: Any) -> Ran:
    """Run a command for which permissions count, also where the tests are run by root.

    A root without these two capabilities is refused by the kernel as anybody is; another user could not even
    reach the folders of these tests.
    """
    if os.geteuid() != 0:
        return ran(*command, **options)
    if shutil.which("setpriv") is None:
        pytest.skip("root may read and write anything, and there is no setpriv")
    dropped = "-dac_override,-dac_read_search"
    return ran("setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}", *command, **options)


def test_a_clip_that_may_not_be_read_is_named_and_the_next_one_measured(clip: Path) -> None:
    closed = Path(shutil.copy(clip, clip.with_name("closed.mp4")))
    closed.chmod(0)
    shown = unprivileged(VALGUS, "analyze", *QUICK, closed, clip)
    assert shown.returncode == 4, "the worst of both: in a second of a clip there is no rep"
    assert shown.stderr.startswith("closed.mp4: may not be read by this user. Allow reading it")
    assert shown.stderr.count("\n") == 1
    assert load(folder_for(clip)).clip.name == "clip.mp4"
    assert not folder_for(closed).exists()


def test_a_folder_that_may_not_be_written_is_noticed_before_the_work(clip: Path) -> None:
    clip.parent.chmod(0o500)
    shown = unprivileged(VALGUS, "analyze", clip)
    clip.parent.chmod(0o700)
    check_one_message(
        shown, 1, "clip.mp4.valgus: could not be written: no permission to write there.", "--out"
    )


@pytest.fixture
def closed(clip: Path) -> Iterator[Path]:
    """A folder below one that nobody may look into."""
    place = clip.parent / "closed" / "study"
    place.mkdir(parents=True)
    clip.rename(place / "clip.mp4")
    place.parent.chmod(0)
    yield place
    place.parent.chmod(0o700)


@pytest.mark.parametrize(
    ("command", "status", "says"),
    [
        (
            ("check", "clip.mp4"),
            2,
            "clip.mp4: cannot be looked up (Permission denied). Check its name and folder.",
        ),
        (("analyze", "clip.mp4"), 1, "clip.mp4.valgus: could not be written: no permission to write there."),
        (("batch", "."), 1, "study: this user may not look there. Allow it, or choose another place."),
        (("progress", "."), 1, "study: this user may not look there."),
    ][: None if LONG else 3],
    ids=lambda part: part[0] if isinstance(part, tuple) else "",
)
def test_a_folder_that_may_not_be_looked_into_is_named(
    command: tuple[str, str], status: int, says: str, closed: Path
) -> None:
    check_one_message(unprivileged(VALGUS, command[0], closed / command[1]), status, says)


def test_a_session_file_that_may_not_be_read_is_named(clip: Path) -> None:
    (clip.parent / "session.toml").write_text('task = "squat"\n')
    (clip.parent / "session.toml").chmod(0)
    shown = unprivileged(VALGUS, "check", clip)
    check_one_message(shown, 2, "session.toml: cannot be read: Permission denied.")


@pytest.mark.parametrize("name", ["a.trc", "a.csv", "a.c3d", "a.h5", "a.json"] if LONG else ["a.trc"])
def test_landmarks_that_may_not_be_read_are_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("PathFileType")
    (tmp_path / name).chmod(0)
    shown = unprivileged(VALGUS, "analyze", "--landmarks", tmp_path / name)
    check_one_message(shown, 3, f"{name}: cannot be read: Permission denied.")


def test_saved_results_that_may_not_be_read_are_named(clip: Path, earlier: dict[str, bytes]) -> None:
    (folder_for(clip) / "analysis.json").chmod(0)
    shown = unprivileged(VALGUS, "report", folder_for(clip))
    check_one_message(shown, 3, "clip.mp4.valgus: no analysis.json that can be read.")


def test_tables_that_may_not_be_read_are_named(clip: Path, earlier: dict[str, bytes]) -> None:
    table = folder_for(clip) / "reps.csv"
    table.chmod(0)
    for command in ("validate", "agree"):
        words = (table,) if command == "validate" else (folder_for(clip), folder_for(clip))
        shown = unprivileged(VALGUS, command, *words)
        assert shown.returncode == 2
        assert "reps.csv" in shown.stderr
        assert not FAULT.search(shown.stderr), shown.stderr


def test_a_model_that_may_not_be_read_counts_as_damaged(clip: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(cache_folder(), tmp_path / "cache"))
    (own / "pose_landmarker_full.task").chmod(0)
    shown = unprivileged(VALGUS, "check", "--offline", clip, env={"VALGUS_CACHE": str(own)})
    check_one_message(shown, 1, "The cached pose model 'full' is damaged", "valgus models fetch full")


# --- the clip changes while it is read ---------------------------------------------------------------------


def replaced(clip: Path) -> None:
    other = clip.with_suffix(".other")
    other.write_bytes(clip.read_bytes() + bytes(8))
    other.replace(clip)


def cut_off(clip: Path) -> None:
    os.truncate(clip, clip.stat().st_size // 2)


def written_over(clip: Path) -> None:
    with clip.open("r+b") as file:
        file.seek(clip.stat().st_size // 3)
        file.write(bytes(50_000))


CHANGES = (Path.unlink, cut_off, replaced, written_over) if LONG else (Path.unlink, replaced)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_clip_that_changes_while_it_is_read_gives_no_numbers(
    change: Callable[[Path], None], clip: Path, earlier: dict[str, bytes]
) -> None:
    process = started("analyze", *QUICK, clip)
    while_it_is_read(process, clip)
    change(clip)
    check_one_message(
        ended(process),
        3,
        "clip.mp4: was changed or removed while it was read. Let the copying finish, then run it again.",
    )
    assert contents(folder_for(clip)) == earlier
    assert nothing_else_beside(clip)


# --- ended in the middle -----------------------------------------------------------------------------------


def while_it_is_read(process: subprocess.Popen[str], clip: Path) -> None:
    at_work_on(clip, for_s=0.2, among=lambda: [process.pid])


def while_results_are_saved(process: subprocess.Popen[str], clip: Path) -> None:
    waited_for(lambda: 1 if list(clip.parent.glob(".clip.mp4.valgus.*/reps.csv")) else None)


@pytest.mark.parametrize(
    "moment", [while_it_is_read, while_results_are_saved], ids=lambda when: when.__name__
)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_ended_in_the_middle_the_earlier_result_is_as_it_was(
    how: signal.Signals,
    moment: Callable[[subprocess.Popen[str], Path], None],
    clip: Path,
    earlier: dict[str, bytes],
) -> None:
    process = started("analyze", *QUICK, clip)
    moment(process, clip)
    process.send_signal(how)
    shown = ended(process)
    expected = (-how, "", "") if how is signal.SIGKILL else (130, "", INTERRUPTED)
    assert (shown.returncode, shown.stdout, shown.stderr.strip()) == expected
    assert contents(folder_for(clip)) == earlier
    if how is signal.SIGKILL:
        results.clear_unfinished(folder_for(clip))
    assert nothing_else_beside(clip)


SAVE = """
import sys
from pathlib import Path
from tests.hostile.test_faults import NEW
from valgus import results
print("ready", flush=True)
while True:
    results.save(NEW, Path(sys.argv[1]))
"""


@pytest.mark.skipif(not LONG, reason="takes minutes: VALGUS_LONG=1; the moment that counts is tried below")
def test_killed_at_any_moment_of_saving_there_is_the_old_or_the_new_result(tmp_path: Path) -> None:
    folder = tmp_path / "clip.mp4.valgus"
    moments = random.Random(20261121)
    for _ in range(50):
        results.save(OLD, folder)
        process = subprocess.Popen([sys.executable, "-c", SAVE, str(folder)], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.0, 0.1))
        process.kill()
        process.communicate()
        assert load(folder) in (OLD, NEW)
    results.clear_unfinished(folder)
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


#: What is done to the system calls of the swap: in one step; in two, killed at the first and at the second.
SWAPS = {
    "one step": ("renameat2:signal=SIGKILL",),
    "first of two": ("renameat2:error=EINVAL", "rename:signal=SIGKILL:when=1"),
    "second of two": ("renameat2:error=EINVAL", "rename:signal=SIGKILL:when=2"),
}


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace to kill at a system call")
@pytest.mark.parametrize("step", SWAPS if LONG else ("one step", "second of two"))
def test_killed_at_the_very_swap_there_is_a_whole_result(step: str, tmp_path: Path) -> None:
    """Also on a disk where two folders cannot change places: what was moved aside is put back."""
    faults = SWAPS[step]
    folder = tmp_path / "clip.mp4.valgus"
    results.save(OLD, folder)
    injected = (word for fault in faults for word in ("-e", f"inject={fault}"))
    once = SAVE.replace("while True:\n    ", "")
    watched = ("-f", "-qq", "-o", os.devnull, "-e", "trace=rename,renameat2", *injected)
    shown = ran("strace", *watched, sys.executable, "-B", "-c", once, folder)
    assert shown.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), shown.stderr
    if len(faults) == 2:
        results.clear_unfinished(folder)
    assert load(folder) in (OLD, NEW)


# --- memory ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit_mb", [200, 450, 900, 1200, 1600, 2400] if LONG else [450, 1200])
def test_too_little_memory_is_said_in_a_sentence_and_leaves_the_earlier_result(
    limit_mb: int, clip: Path, earlier: dict[str, bytes]
) -> None:
    def cramped() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit_mb * 1_000_000, limit_mb * 1_000_000))

    shown = ran(VALGUS, "analyze", *QUICK, clip, preexec_fn=cramped)
    check_one_message(
        shown, 1, f"There is not enough memory: a limit leaves {limit_mb} MB", "ulimit -v unlimited"
    )
    assert contents(folder_for(clip)) == earlier
    assert nothing_else_beside(clip)


def test_memory_that_runs_out_in_the_middle_leaves_the_earlier_result(
    clip: Path, earlier: dict[str, bytes]
) -> None:
    """Native code may end the process without a word (SIGABRT), which nothing inside it can prevent."""
    process = started("analyze", *QUICK, clip)
    while_it_is_read(process, clip)
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    used = next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmSize"))
    resource.prlimit(process.pid, resource.RLIMIT_AS, (used, used))
    shown = ended(process)
    if shown.returncode != -signal.SIGABRT:
        check_one_message(shown, 1)
    assert contents(folder_for(clip)) == earlier
    assert nothing_else_beside(clip)


# --- a clock that is wrong ---------------------------------------------------------------------------------

BACKWARDS = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    long failed = syscall(SYS_clock_gettime, is_wall ? CLOCK_MONOTONIC : clock, now);
    if (is_wall) *now = (struct timespec){1000000000 - now->tv_sec, 999999999 - now->tv_nsec};
    return (int)failed;
}
time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    *now = (struct timeval){exact.tv_sec, exact.tv_nsec / 1000};
    return 0;
}
"""


@pytest.fixture
def backwards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the clock stands in 2001 and runs backwards."""
    if shutil.which("cc") is None:
        pytest.skip("needs a C compiler")
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(BACKWARDS)
    built = ran("cc", "-shared", "-fPIC", "-o", folder / "clock.so", folder / "clock.c")
    assert built.returncode == 0, built.stderr
    env = {"LD_PRELOAD": str(folder / "clock.so")}
    asked = "import time; a = time.time(); time.sleep(0.01); print(a > time.time(), time.gmtime().tm_year)"
    assert ran(sys.executable, "-c", asked, env=env).stdout == "True 2001\n"
    return env


@pytest.mark.parametrize("file_time_s", [4_102_444_800, -86_400] if LONG else [4_102_444_800])
def test_with_a_clock_that_was_set_back_a_clip_is_measured_once_and_known_again(
    file_time_s: int, clip: Path, backwards: dict[str, str]
) -> None:
    os.utime(clip, (file_time_s, file_time_s))
    first = ran(VALGUS, "analyze", *QUICK, clip, env=backwards)
    assert (first.returncode, first.stderr) == (4, "")
    before = contents(folder_for(clip))
    for path in (folder_for(clip), *folder_for(clip).iterdir()):
        os.utime(path, (file_time_s, file_time_s))
    again = ran(VALGUS, "batch", *QUICK, "--workers", 1, clip.parent, env=backwards)
    assert (again.returncode, again.stderr) == (0, "")
    assert "1 was done already." in again.stdout
    assert contents(folder_for(clip)) == before


# --- the model ---------------------------------------------------------------------------------------------


def test_one_flipped_bit_of_the_cached_model_is_noticed_before_it_is_loaded(
    clip: Path, tmp_path: Path
) -> None:
    own = Path(shutil.copytree(cache_folder(), tmp_path / "cache"))
    with (own / "pose_landmarker_full.task").open("r+b") as file:
        file.seek(3_000_000)
        (byte,) = file.read(1)
        file.seek(3_000_000)
        file.write(bytes([byte ^ 1]))
    shown = ran(VALGUS, "analyze", "--offline", clip, env={"VALGUS_CACHE": str(own)})
    check_one_message(shown, 1, "The cached pose model 'full' is damaged", "valgus models fetch full")


# --- the network -------------------------------------------------------------------------------------------


@contextmanager
def silent() -> Iterator[str]:
    """Take every connection and never answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """Say the same to everybody."""

    class Says(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def fetched(model: str, cache: Path, *, index: str, maker: str) -> tuple[Ran, float]:
    """Ask for a model where there is one index and one maker alone: what was shown, and how long it took."""
    others = {name: "" for name in os.environ if name.startswith(("PIP_", "UV_"))}
    env = others | {
        "VALGUS_CACHE": str(cache),
        "VALGUS_MODEL_URL": maker,
        "PIP_INDEX_URL": f"{index}/simple/",
        "UV_DEFAULT_INDEX": f"{index}/simple/",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_CACHE_DIR": "1",
        "NO_PROXY": "*",
    }
    began_s = time.monotonic()
    return ran(VALGUS, "models", "fetch", model, env=env), time.monotonic() - began_s


NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize("model", ["full", "lite"] if LONG else ["full"])
def test_a_network_that_never_answers_is_given_up(model: str, tmp_path: Path) -> None:
    with silent() as address:
        maker = address if model == "lite" else NOBODY
        shown, took_s = fetched(model, tmp_path, index=address, maker=maker)
    check_one_message(shown, 1, f"The pose model '{model}' could not be fetched", "--model FILE")
    assert took_s < 60
    assert not list(tmp_path.iterdir())


PAGE = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n"
NONSENSE = {
    "bytes": PAGE + b"\r\n" + bytes(range(256)) * 100,
    "no HTTP": b"\x00\x01nonsense\n" * 100,
    "another wheel": PAGE + b"\r\n<a href='mediapipe-0.10.31-cp39.whl'>mediapipe</a>\x00\xff not a page",
    "an error": b"HTTP/1.0 500 No\r\n\r\n",
    "an empty page": PAGE + b"\r\n",
    "a page that ends too soon": PAGE + b"Content-Length: 100000\r\n\r\n<a href=",
    "a link to nowhere": PAGE + b"\r\n<a href='http://[::1/x.whl'>x</a>",
    "itself elsewhere": b"HTTP/1.0 302 Go\r\nLocation: /simple/mediapipe/\r\n\r\n",
}


@pytest.mark.parametrize("kind", NONSENSE if LONG else list(NONSENSE)[:2])
def test_an_index_that_talks_nonsense_is_named(kind: str, tmp_path: Path) -> None:
    with saying(NONSENSE[kind]) as address:
        shown, took_s = fetched("full", tmp_path, index=address, maker=address)
    assert shown.returncode == 1
    assert not FAULT.search(shown.stdout + shown.stderr)
    assert shown.stderr.count("\n") == 1, shown.stderr
    assert took_s < 60
    assert not list(tmp_path.iterdir()), "nothing of it is kept"


def test_without_any_network_the_missing_model_says_what_to_do(clip: Path, tmp_path: Path) -> None:
    if shutil.which("unshare") is None or ran("unshare", "-rn", "true").returncode != 0:
        pytest.skip("this machine lets nobody cut a process off the network")
    cache = tmp_path / "cache"
    shown = ran("unshare", "-rn", VALGUS, "analyze", clip, env={"VALGUS_CACHE": str(cache)})
    check_one_message(shown, 1, "The pose model 'full' could not be fetched", "--model FILE")


class OutOfMemory(MediaPipeEstimator):
    """The pose model, which fails at the fifth picture as it would without memory."""

    seen = 0

    def people(self, rgb: RgbImage, time_s: float) -> tuple[Detection, ...]:
        self.seen += 1
        if self.seen == 5:
            raise MemoryError
        return super().people(rgb, time_s)


def test_where_the_pose_model_fails_decoding_has_ended_before_the_clip_is_closed(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "BACKEND", OutOfMemory)
    with pytest.raises(MemoryError) as held:
        pipeline.analyze(clip, Settings(mirror_average=False))
    assert held.tb, "the error is still there, and all that it holds on to"
    assert "decode-ahead" not in {thread.name for thread in threading.enumerate()}
