"""The notebooks run from the top to the bottom, and what they keep shows nothing of where they ran."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.documents.blocks import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    pytest.importorskip("nbclient", reason="needs valgus[notebooks]")
    found = importlib.util.spec_from_file_location("run_notebooks", ROOT / "scripts" / "run_notebooks.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_there_are_four() -> None:
    assert [path.name[0] for path in NOTEBOOKS] == ["1", "2", "3", "4"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_and_shows_a_picture(path: Path, runner: ModuleType) -> None:
    cells = [cell for cell in runner.executed(path).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    assert any("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_what_a_notebook_keeps_names_no_folder_of_a_machine(path: Path) -> None:
    assert re.findall(r"(?:/tmp|/home|/root|/work|/Users|[A-Z]:\\\\)/\w+", path.read_text("utf-8")) == []
    assert '"execution_count": null' not in path.read_text("utf-8"), "run scripts/run_notebooks.py"
