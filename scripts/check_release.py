"""Build what is released, install it where nothing else is, and run the fast tests from there.

    python scripts/check_release.py
    python scripts/check_release.py --python python3.13 --newest

The wheel is installed in a fresh environment, with the pinned versions or the newest that it allows; the
tests are those of the unpacked sdist, whose own copy of the package is taken away, so that nothing but the
wheel can be what is tested.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
MB = 1e6


@click.command()
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), help="Put the wheel and the sdist here."
)
@click.option("--python", "interpreter", default=sys.executable, help="Another Python to test with.")
@click.option("--newest", is_flag=True, help="Take the newest versions allowed instead of the pinned ones.")
def main(keep: Path | None, interpreter: str, newest: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="valgus release ü ") as holder:
        place = Path(holder)
        wheel, sdist = built(place)
        python = fresh_environment(place / "environment", interpreter)
        pins = () if newest else ("-c", ROOT / "requirements.lock")
        run(python, "-m", "pip", "install", "-q", *pins, f"{wheel}[test]")
        tests = unpacked_without_package(sdist, place / "unpacked")
        say_sizes(python, wheel, sdist)
        started_s = time.monotonic()
        run(python, "-m", "pytest", "-n", "auto", "-m", "not slow", "-p", "no:cacheprovider", cwd=tests)
        click.echo(f"fast tests with the installed wheel: {time.monotonic() - started_s:.0f} s")
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            for file in (wheel, sdist):
                shutil.copy(file, keep)


def built(place: Path) -> tuple[Path, Path]:
    """Return the wheel and the sdist; the wheel is built from the sdist, as an index would have it."""
    python = fresh_environment(place / "builder", sys.executable)
    run(python, "-m", "pip", "install", "-q", "build")
    run(python, "-m", "build", "--outdir", place / "dist", ROOT, stdout=subprocess.DEVNULL)
    (wheel,), (sdist,) = (place / "dist").glob("*.whl"), (place / "dist").glob("*.tar.gz")
    return wheel, sdist


def fresh_environment(folder: Path, interpreter: str) -> Path:
    run(Path(interpreter), "-m", "venv", folder)
    return folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def unpacked_without_package(sdist: Path, folder: Path) -> Path:
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    shutil.rmtree(root / "valgus")
    return root


def say_sizes(python: Path, wheel: Path, sdist: Path) -> None:
    installed = Path(printed(python, "import valgus; print(valgus.__file__)")).parent
    everything = installed.parent
    click.echo(f"wheel {wheel.stat().st_size / MB:.2f} MB, sdist {sdist.stat().st_size / MB:.2f} MB")
    click.echo(
        f"installed {size(installed) / MB:.2f} MB; with all that it and its tests need "
        f"{size(everything) / MB:.0f} MB"
    )
    click.echo(f"import valgus: {import_ms(python):.0f} ms beyond an empty interpreter")


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def import_ms(python: Path, times: int = 5) -> float:
    def best_s(code: str) -> float:
        taken_s = []
        for _ in range(times):
            started_s = time.perf_counter()
            printed(python, code)
            taken_s.append(time.perf_counter() - started_s)
        return min(taken_s)

    return 1000 * (best_s("import valgus") - best_s("pass"))


def printed(python: Path, code: str) -> str:
    ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, cwd=python.parent)
    return ran.stdout.strip()


def run(python: Path, *arguments: object, **options: object) -> None:
    command: Sequence[str] = [str(python), *map(str, arguments)]
    if subprocess.run(command, **options).returncode:  # type: ignore[call-overload]
        raise click.ClickException(f"failed: {' '.join(command)}")


if __name__ == "__main__":
    main()
