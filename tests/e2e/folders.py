"""Folders of short clips for batches, the command on them, and the processes that are at work."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.e2e.clips import SAMPLES
from valgus.batch.ledger import LEDGER
from valgus.video import ClipReader, H264Writer

VALGUS = str(Path(sys.executable).with_name("valgus"))
#: As quick as it gets: what is tested is not how well it measures.
QUICK = ("--no-mirror-average", "--no-overlay")
PATIENCE_S = 1200


@cache
def short_clip(name: str = "step_down_left", *, from_s: float = 1.0, to_s: float = 3.4) -> bytes:
    """Return a piece of a sample clip that holds about one rep."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, ClipReader(SAMPLES / f"{name}.mp4") as reader:
        path = Path(folder) / "short.mp4"
        size = {"width_px": reader.frame_width_px, "height_px": reader.frame_height_px}
        with H264Writer(path, **size, fps=30) as writer:
            for frame in reader.frames():
                if from_s <= frame.time_s < to_s:
                    writer.write(frame.rgb, frame.time_s)
        return path.read_bytes()


def folder_of(root: Path, *names: str) -> Path:
    """Make a folder of short clips, no two with the same content."""
    for number, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sample = ("step_down_left", "step_down_right", "single_leg_squat")[number % 3]
        path.write_bytes(short_clip(sample, from_s=1.0 + 0.1 * (number // 3)))
    return root


def batch(folder: Path, *options: object) -> subprocess.CompletedProcess[str]:
    command = [VALGUS, "batch", str(folder), *QUICK, *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)


def started(folder: Path, *options: object) -> subprocess.Popen[str]:
    command = [VALGUS, "batch", str(folder), *QUICK, *map(str, options)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
    )


def heed_interrupts() -> None:
    """A shell that runs the tests in the background has them ignore Ctrl-C, and so would their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder but the memory of the batch, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LEDGER
    }


# --- who is at work -----------------------------------------------------------------------------------------


def workers() -> Iterator[int]:
    """Yield the process numbers of all workers on this machine."""
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and b"valgus.batch.worker" in (process / "cmdline").read_bytes():
                yield int(process.name)
        except OSError:
            continue


def has_open(pid: int, place: Path) -> bool:
    """Return whether a process has a file open, or any file below a folder."""
    try:
        links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return False
    return any(link == str(place) or link.startswith(f"{place}/") for link in links)


def at_work_on(place: Path, *, for_s: float = 0.3, among: Callable[[], Iterable[int]] = workers) -> int:
    """Wait until a process has had a clip open for longer than hashing it or a look at its header takes."""
    since: dict[int, float] = {}

    def settled() -> int | None:
        pid = next((pid for pid in among() if has_open(pid, place)), None)
        if pid is None:
            since.clear()
            return None
        since.setdefault(pid, time.monotonic())
        return pid if time.monotonic() - since[pid] >= for_s else None

    return waited_for(settled)


def waited_for(look: Callable[[], int | None]) -> int:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        found = look()
        if found is not None:
            return found
        time.sleep(0.02)
    raise AssertionError("it never happened")
