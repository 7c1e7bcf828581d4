"""Make the documentation's pictures of the report: on a phone, on a desk, and printed.

Needs Chromium or Chrome, and the extra ``test`` (playwright, pypdfium2).

    python scripts/make_report_pictures.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
CLIP = ROOT / "sample_videos" / "step_down_stickers_left.mp4"
#: What the person of the picture says about the day.
SESSION = 'person = "Example"\npain_during = 1\npain_next_morning = 0\nstep_height_cm = 20\n'
#: Width and height of the window, and whether the whole page is pictured.
WINDOWS = {"phone": (390, 844, False), "desk": (1100, 900, False)}
PRINTED_DPI = 80
PROGRAM = "from valgus.cli import main; main()"


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=ROOT / "docs")
def main(out: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copy(CLIP, folder)
        (folder / "session.toml").write_text(SESSION, encoding="utf-8")
        run("analyze", folder / CLIP.name)
        results = folder / f"{CLIP.name}.valgus"
        run("report", "--pdf", results)
        for name, (width, height, whole) in WINDOWS.items():
            picture(results / "report.html", out / f"report-{name}.png", width, height, whole)
        printed(results / "report.pdf", out / "report-printed.png")


def run(*words: object) -> None:
    subprocess.run([sys.executable, "-c", PROGRAM, *map(str, words)], check=True)


def picture(page: Path, target: Path, width: int, height: int, whole: bool) -> None:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        window = browser.new_page(viewport={"width": width, "height": height})
        window.goto(page.as_uri())
        window.wait_for_load_state("load")
        window.screenshot(path=target, full_page=whole)
        browser.close()


def printed(pdf: Path, target: Path) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    document[0].render(scale=PRINTED_DPI / 72).to_pil().save(target)
    document.close()


if __name__ == "__main__":
    main()
