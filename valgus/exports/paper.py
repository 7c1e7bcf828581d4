"""A page on paper: printed to PDF by a browser or by WeasyPrint, whichever is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from valgus.errors import CannotWrite, WrongUsage
from valgus.whole import whole_file

#: Names under which Chromium and its relatives are installed.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
#: A page takes a second or two; a browser that hangs is not waited for longer, s.
PATIENCE_S = 90
#: What keeps the browser from doing anything but printing: no network, no profile, no first-run talk.
ONLY_PRINT = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-pdf-header-footer",
    "--proxy-server=127.0.0.1:9",
)


def write_pdf(page: Path, path: Path, /) -> None:
    """Print an HTML file to an A4 PDF, whole or not at all.

    Raises
    ------
    WrongUsage
        If neither a browser nor WeasyPrint is on this machine.
    CannotWrite
        If the browser fails, or the PDF cannot be written.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None and find_spec("weasyprint") is None:
        raise WrongUsage(
            "A PDF needs a browser (Chromium, Chrome or Edge) or WeasyPrint, and neither was found.",
            "Install one of them, or open report.html and print it.",
        )
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "page.pdf"
        if browser is not None:
            _by_browser(browser, page, printed, profile=Path(folder) / "profile")
        else:
            _by_weasyprint(page, printed)
        with whole_file(path, advice="Choose another place with --out FILE.") as unfinished:
            shutil.copyfile(printed, unfinished)


def _by_browser(browser: str, page: Path, printed: Path, *, profile: Path) -> None:
    command = [browser, *ONLY_PRINT, f"--user-data-dir={profile}", f"--print-to-pdf={printed}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # as root a browser refuses its own; the page that it prints is ours
    command.append(page.resolve().as_uri())
    try:
        subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as wrong:
        raise CannotWrite(f"{Path(browser).name}: could not print the page ({wrong}).") from wrong
    if not printed.is_file():
        raise CannotWrite(
            f"{Path(browser).name}: printed no PDF.", "Open report.html and print it from there."
        )


def _by_weasyprint(page: Path, printed: Path) -> None:
    from weasyprint import HTML

    HTML(filename=str(page)).write_pdf(str(printed))
