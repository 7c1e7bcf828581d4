"""The command line as a person runs it, without a new interpreter each time: that alone takes seconds."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from valgus.cli import main

#: The installed program, for tests of what only a process of its own can show.
VALGUS = str(Path(sys.executable).with_name("valgus"))
Ran = subprocess.CompletedProcess[str]


def valgus(*arguments: object, cwd: Path | None = None) -> Ran:
    """Run the program in this process: with its exit status, and all that it or a library writes."""
    words = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory() as folder:
        stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
        with _written(stdout, stderr), _place(cwd or Path.cwd()), _own_signals():
            status = _status_of(words)
        said = [path.read_text(encoding="utf-8") for path in (stdout, stderr)]
    return subprocess.CompletedProcess([VALGUS, *words], status, *said)


def _status_of(words: list[str]) -> int:
    try:
        main(words)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    return 0


def valgus_process(*arguments: object, cwd: Path | None = None) -> Ran:
    """Run the installed program in a process of its own."""
    command = [VALGUS, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=600)


def left_behind(folder: Path, *given: Path) -> list[str]:
    """Return the names of what is in a folder besides what was given."""
    return sorted(path.name for path in folder.iterdir() if path not in given)


@contextlib.contextmanager
def _written(*paths: Path) -> Iterator[None]:
    """Send both outputs to files; native libraries write to descriptors, not to ``sys.stdout``."""
    with contextlib.ExitStack() as stack:
        for name, number, path in zip(("stdout", "stderr"), (1, 2), paths, strict=True):
            file = stack.enter_context(path.open("w", encoding="utf-8"))
            stack.callback(_restore, number, os.dup(number))
            os.dup2(file.fileno(), number)
            stack.callback(setattr, sys, name, getattr(sys, name))
            setattr(sys, name, file)
        yield


def _restore(number: int, saved: int) -> None:
    os.dup2(saved, number)
    os.close(saved)


@contextlib.contextmanager
def _place(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Undo what the program sets for its process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
