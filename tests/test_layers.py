"""Who may import whom: this table is the architecture."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import valgus

PACKAGE = Path(valgus.__file__).parent

#: Part of the package: the parts it may import. A part may always import itself.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "whole": {"errors"},
    "bounded": set(),
    "numerals": set(),
    "memory": {"errors"},
    "model": {"errors"},
    "geometry": {"model"},
    "filters": {"model"},
    "simulate": {"model", "geometry", "filters"},
    "phantom": {"model", "errors", "geometry", "video"},
    "video": {"model", "errors"},
    "backends": {"model", "errors", "bounded"},
    "importers": {"model", "errors", "filters", "bounded"},
    "camera": {"model", "filters"},
    "rules": {"model", "errors", "bounded"},
    "sessions": {"model", "errors", "rules", "bounded", "tasks"},
    "summary": {"model"},
    "flags": {"model"},
    "decision": {"model", "numerals"},
    "verdict": {"model", "flags", "summary", "decision"},
    "items": {"model"},
    "plan": {"model", "errors", "decision", "verdict"},
    "cleaning": {"model", "geometry", "filters"},
    "orientation": {"model", "geometry", "filters"},
    "metrics": {"model", "geometry", "filters"},
    "segmentation": {"model", "geometry", "filters"},
    "quality": {"model", "geometry", "filters"},
    "uncertainty": {"model", "geometry", "filters"},
    "pose": {"model", "backends"},
    "evidence": {"model"},
    "stickers": {"model", "geometry"},
    "tasks": {"model", "errors", "filters", "cleaning", "metrics", "segmentation"},
    # Of the rules only how files that people write are read and complained of; of the metrics the columns.
    "exports": {"model", "video", "errors", "rules", "whole", "metrics", "numerals"},
    "results": {"model", "errors", "exports", "whole", "bounded"},
    "watching": {
        *(
            "model",
            "errors",
            "video",
            "backends",
            "pose",
            "cleaning",
            "tasks",
            "evidence",
            "stickers",
            "memory",
        ),
    },
    "pipeline": {
        *("model", "video", "backends", "watching", "cleaning", "orientation", "metrics", "tasks", "quality"),
        *("uncertainty", "rules", "summary", "flags", "sessions", "verdict", "items", "memory"),
    },
    "from_landmarks": {
        *("model", "errors", "video", "evidence", "sessions", "pipeline", "importers", "camera"),
    },
    "history": {"model", "errors", "rules", "results", "sessions", "flags", "summary", "decision", "verdict"},
    "comparison": {"model", "errors", "summary", "history", "metrics"},
    # Formulas alone, for whoever compares: two raters, sessions of a person, measured and true values.
    "statistics": {"model"},
    "repeatability": {"model", "errors", "statistics"},
    # It reads files and computes angles from points; of the product's own results it knows names alone.
    "agreement": {"model", "errors", "geometry", "metrics", "statistics", "results", "bounded"},
    "oneclip": {
        *("model", "watching", "pipeline", "results", "exports", "sessions", "plan", "memory"),
        *("from_landmarks", "video"),
    },
    "batch": {"model", "errors", "results", "exports", "sessions", "video", "pipeline", "oneclip", "whole"},
    "contract": {"model", "errors", "results", "exports", "metrics", "tasks", "batch", "whole", "bounded"},
    "accuracy": {"model", "errors", "backends", "phantom", "watching", "pipeline", "results", "uncertainty"}
    | {"rules", "decision", "verdict", "flags", "summary", "quality", "orientation", "metrics", "statistics"},
    "cli": {
        "model",
        "errors",
        "whole",
        "pipeline",
        "results",
        "exports",
        "backends",
        "tasks",
        "rules",
        "accuracy",
        "agreement",
    }
    | {"sessions", "history", "plan", "repeatability", "comparison", "oneclip", "batch", "contract"}
    | {"from_landmarks", "camera", "memory", "video", "numerals"},
    "api": {
        "model",
        "results",
        "oneclip",
        "exports",
        "contract",
        "camera",
        "from_landmarks",
        "rules",
        "pipeline",
        "watching",
    },
    "__main__": {"cli"},
    "__init__": {"api", "errors", "model", "pipeline", "camera"},
}

#: Packages that only these modules may import.
CONFINED: dict[str, tuple[str, ...]] = {
    "mediapipe": ("backends/mediapipe.py",),
    "click": ("cli/",),
    "rich": ("cli/",),
    "matplotlib": ("exports/figures/", "exports/sheet.py", "accuracy/figure.py"),
    "cv2": (
        *("exports/faces.py", "exports/overlay.py", "exports/side_by_side.py"),
        "exports/jpeg.py",
        *("phantom/", "evidence.py", "stickers/"),
    ),
    "av": ("video/",),
    "numba": ("phantom/",),
    "jinja2": ("exports/pages.py",),
    "distributed": ("batch/cluster.py",),
    "pyarrow": ("batch/collect.py",),
    "c3d": ("importers/c3d.py", "exports/formats/c3d.py"),
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            own = node.module == "valgus"
            yield from (f"valgus.{alias.name}" for alias in node.names) if own else [node.module]


def test_every_part_stands_in_the_table() -> None:
    assert {part_of(path) for path in MODULES} == set(MAY_IMPORT)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_part_may(path: Path) -> None:
    own = part_of(path)
    used = {name.split(".")[1] for name in imports_of(path) if name.startswith("valgus.")}
    assert used - {own, "__version__"} <= MAY_IMPORT[own]


@pytest.mark.slow
@pytest.mark.parametrize("package", CONFINED)
def test_a_package_is_imported_only_where_it_belongs(package: str) -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if any(name.split(".")[0] == package for name in imports_of(path))
    }
    assert users, "nobody uses it any more"
    assert {user for user in users if not user.startswith(CONFINED[package])} == set()


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("mediapipe", "numpy", "pandas", "matplotlib", "cv2", "av", "click", "socket")
    code = f"""
import sys
before = set(sys.modules)
import valgus
print([name for name in {heavy!r} if name in set(sys.modules) - before])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_every_public_name_is_where_the_package_says() -> None:
    assert sorted(valgus._HOMES) == sorted(valgus.__all__)
    for name in valgus.__all__:
        assert getattr(valgus, name) is not None
        assert name in dir(valgus)
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = valgus.analyse  # type: ignore[attr-defined]


def test_only_orientation_asks_which_side_it_is() -> None:
    asking = [
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if "Side.LEFT" in path.read_text(encoding="utf-8")
        and part_of(path) not in ("phantom", "simulate", "model", "accuracy")
    ]
    assert asking == ["orientation.py", "segmentation.py"], (
        "segmentation needs a name for 'both legs at once'"
    )
