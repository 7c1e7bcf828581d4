"""A real browser for the pages that the product writes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine")
#: Sizes of the window, wide and as on a phone: a picture is shown smaller than it is.
WINDOWS = {"wide": (1280, 800), "phone": (390, 844)}


@contextmanager
def opened(path: Path, window: tuple[int, int]) -> Iterator[Any]:
    """Open a page; it must raise no error, and ask nobody for anything."""
    driver_of = pytest.importorskip("playwright.sync_api")
    with driver_of.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": window[0], "height": window[1]})
        errors: list[str] = []
        asked: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url.partition(":")[0]))
        page.goto(path.as_uri())
        yield page
        browser.close()
    assert errors == []
    assert set(asked) <= {"file", "data", "blob"}
