"""Look for bytes that a reader neither understands nor refuses in words, guided by the code they reach.

    pip install atheris
    python scripts/fuzz.py                        each reader for two minutes
    python scripts/fuzz.py --seconds 20 trc rules

What is found is left in a folder (--found), ready to become a test in ``tests/hostile/crashes``.
Exit status 1 where anything was found. The readers are those of ``tests/hostile/targets.py``.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
#: Largest input, bytes; a fault that needs more is a matter of size and has tests of its own.
LONGEST = 60_000
#: A reader that takes longer for so little hangs.
MOST_S, MOST_MB = 20, 3000


def main() -> int:
    asked = _arguments()
    if asked.child:
        _fuzz(asked.child, Path(asked.found), asked.seconds)
        return 0
    from tests.hostile.targets import TARGETS

    names = asked.targets or [target.name for target in TARGETS]
    found = sum(_reported(name, asked) for name in names)
    print(f"{found} kinds of fault found" + (f", in {asked.found}" if found else ""))
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("targets", nargs="*", help="readers; all by default")
    parser.add_argument("--seconds", type=int, default=120, help="for each reader (default: %(default)s)")
    parser.add_argument(
        "--found", default="fuzz-found", help="folder for what is found (default: %(default)s)"
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def _reported(name: str, asked: argparse.Namespace) -> int:
    """Fuzz one reader in a process of its own, print what came of it, return how many kinds of fault."""
    found = Path(asked.found) / name
    found.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        __file__,
        "--child",
        name,
        "--found",
        str(found),
        "--seconds",
        str(asked.seconds),
    ]
    before_s = _cpu_of_children_s()
    ran = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    took_s = _cpu_of_children_s() - before_s
    runs = re.findall(r"^(?:#|Done )(\d+)", ran.stderr, flags=re.MULTILINE)
    kinds = sorted(found.iterdir())
    print(
        f"{name}: {runs[-1] if runs else 0} executions in {took_s:.0f} s of a processor, "
        f"{len(kinds)} kinds of fault",
        flush=True,
    )
    if ran.returncode != 0:
        print(ran.stderr[-1500:])
    return len(kinds) + (ran.returncode != 0)


def _cpu_of_children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _fuzz(name: str, found: Path, seconds: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["valgus", "tomllib", "json", "c3d"]):
        from tests.hostile.targets import target_named
    target = target_named(name)
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    corpus = Path(tempfile.mkdtemp())
    good = target.good(folder)
    (corpus / "good").write_bytes(good)
    for crash in (ROOT / "tests" / "hostile" / "crashes").glob(f"{name}-*"):  # their like is near
        (corpus / crash.name).write_bytes(crash.read_bytes())
    words = corpus.with_suffix(".words")
    words.write_text("".join(sorted(_words(good))), encoding="ascii")
    seen: set[str] = set()

    def one(content: bytes) -> None:
        try:
            target.reads(content, folder)
        except Exception as fault:  # every other kind of exception is what is looked for
            _keep(fault, content, found, seen)

    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={MOST_S}", f"-dict={words}"]
    options += [f"-rss_limit_mb={MOST_MB}", f"-artifact_prefix={found}/"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


def _keep(fault: Exception, content: bytes, found: Path, seen: set[str]) -> None:
    """Keep the smallest content for each kind of fault: its type and the line that it came from."""
    place = _innermost(fault)
    kind = f"{type(fault).__name__}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
    file = found / kind
    if kind not in seen:
        seen.add(kind)
        print(f"FAULT {kind} at {place}: {str(fault)[:200]}", file=sys.stderr)
    if not file.exists() or len(content) < file.stat().st_size:
        file.write_bytes(content)


def _innermost(fault: Exception) -> str:
    """Return the last line of this package that an exception went through."""
    import traceback

    frames = [f for f in traceback.extract_tb(fault.__traceback__) if "/valgus/" in f.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "elsewhere"


def _words(good: bytes) -> Iterator[str]:
    """Yield the words of a good file, and what tends to be hard, as a dictionary of libFuzzer has them."""
    hard = {
        b"nan",
        b"inf",
        b"-1",
        b"1e999",
        b"1e308",
        b"99999999999999999999",
        b"null",
        b"true",
        b"[",
        b"{",
        b'""',
    }
    for word in {*re.findall(rb"[A-Za-z_]{3,30}", good)[:300], *hard}:
        yield '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n'


if __name__ == "__main__":
    sys.exit(main())
