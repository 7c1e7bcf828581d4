"""The documentation as a site: built without a warning, loading nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents.blocks import ROOT
from valgus.cli import COMMANDS


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="needs valgus[docs]")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    # The variable silences what the theme's makers say about the future of their own program.
    told = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    built = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr, built.stderr
    return folder


@pytest.mark.slow
def test_every_page_is_there_and_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = {path.name for path in site.glob("*.html")}
    assert pages >= {path.with_suffix(".html").name for path in (ROOT / "docs").glob("*.md")}
    for page in site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="(https?:[^"]+)"', text)
        assert loaded == [], page.name


@pytest.mark.slow
def test_the_reference_has_every_command_and_every_public_name(site: Path) -> None:
    import valgus

    commands = (site / "commands.html").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"valgus {command}" in commands
    names = (site / "api.html").read_text(encoding="utf-8")
    for name in valgus.__all__:
        assert re.search(rf'id="valgus\.(\w+\.)*{name}"', names), name
