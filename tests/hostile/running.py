"""Many runs of the command line in one process of their own: what each says, how it leaves, what it takes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

#: What is shown of an error that nobody foresaw.
FAULT = re.compile("Traceback|unexpected error")
#: No run may take longer, s, nor have more memory, MB.
MOST_S, MOST_MB = 60.0, 2000.0


@dataclass(frozen=True)
class Ran:
    """One run.

    Attributes
    ----------
    status : int
        Exit status; negative is the signal that ended it.
    stdout, stderr : str
        What it said, what libraries print past Python included.
    took_s, peak_mb : float
        Time, and most memory of the process meanwhile.
    """

    status: int
    stdout: str
    stderr: str
    took_s: float
    peak_mb: float


def run_all(commands: Sequence[Sequence[object]]) -> Iterator[Ran]:
    """Run commands one after the other; one that crashes or hangs costs a process and stops no other."""
    waiting = [[str(word) for word in command] for command in commands]
    while waiting:
        for ran in _until_trouble(waiting):
            waiting.pop(0)
            yield ran


def _until_trouble(commands: list[list[str]]) -> Iterator[Ran]:
    process = subprocess.Popen(
        [sys.executable, "-m", __spec__.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    with process, tempfile.TemporaryDirectory() as folder:
        for command in list(commands):
            began_s = time.monotonic()
            print(json.dumps([folder, *command]), file=process.stdin, flush=True)
            line = _line_within(process.stdout, MOST_S)
            if not line:
                process.kill()
                status = process.wait()
                yield Ran(status, "", _text(Path(folder) / "stderr"), time.monotonic() - began_s, 0.0)
                return
            yield Ran(**json.loads(line))


def _line_within(stream: IO[str], seconds: float) -> str:
    import select

    return stream.readline() if select.select([stream], [], [], seconds)[0] else ""


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


# --- in the other process ----------------------------------------------------------------------------------


def main() -> None:
    """Run what comes on stdin, a command a line, and answer a line for each."""
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        folder, *command = json.loads(line)
        print(json.dumps(asdict(_run(command, Path(folder)))), file=answers, flush=True)


def _run(command: list[str], folder: Path) -> Ran:
    from valgus.cli import main as valgus

    _forget_peak()
    began_s = time.monotonic()
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, descriptor)
        os.close(file)
    try:
        valgus(command)
        status = 0
    except SystemExit as left:
        status = int(left.code or 0)
    sys.stdout.flush()
    sys.stderr.flush()
    took_s = time.monotonic() - began_s
    return Ran(status, _text(folder / "stdout"), _text(folder / "stderr"), took_s, _peak_mb())


def _forget_peak() -> None:
    with suppress(
        OSError
    ):  # where it cannot be forgotten, the largest run so far is what is held to the limit
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> float:
    import resource

    with suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
