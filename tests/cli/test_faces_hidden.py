"""Nobody's face is shown unless somebody asks for it, whatever writes a picture."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.command import valgus
from valgus import exports
from valgus.cli import COMMANDS
from valgus.cli.options import landmarks_given, order_from
from valgus.model.order import OverlayWanted

#: The commands whose pictures may show faces on demand; all others have no way to.
MAY_SHOW_FACES = ("analyze", "batch", "compare", "rate")
#: The modules that take pictures out of a clip to show them.
SHOWING = ("overlay", "side_by_side", "stills")


def command(name: str) -> click.Command:
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(importlib.import_module(module), attribute)
    assert isinstance(found, click.Command)
    return found


def about_faces(name: str) -> list[click.Option]:
    options = [option for option in command(name).params if isinstance(option, click.Option)]
    return [option for option in options if "face" in " ".join(option.opts)]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_hides_faces_unless_told_otherwise(name: str) -> None:
    options = about_faces(name)
    assert [option.opts for option in options] == [["--no-face-blur"]] * (name in MAY_SHOW_FACES)
    assert not any(option.is_flag and option.default is True for option in options)


def test_an_order_without_options_hides_faces() -> None:
    given = command("analyze").make_context("analyze", ["clip.mp4"]).params
    landmarks_given(given)
    given = {name: value for name, value in given.items() if name not in ("clips", "out", "anonymous")}
    order = order_from({**given})
    assert order.overlay == OverlayWanted(blur_faces=True) == OverlayWanted()


def test_anonymous_results_show_no_face(tmp_path: Path) -> None:
    ran = valgus("analyze", "--anonymous", "--no-face-blur", tmp_path / "clip.mp4")
    assert ran.returncode == 2
    assert "--anonymous hides faces" in ran.stderr


def functions_of_exports() -> Iterator[tuple[str, inspect.Signature]]:
    for module in pkgutil.walk_packages(exports.__path__, "valgus.exports."):
        found = importlib.import_module(module.name)
        for name, function in inspect.getmembers(found, inspect.isfunction):
            if function.__module__ == module.name:
                yield f"{module.name}.{name}", inspect.signature(function)


def test_every_function_that_can_show_faces_hides_them_by_default() -> None:
    blurring = {
        name: signature.parameters["blur_faces"].default
        for name, signature in functions_of_exports()
        if "blur_faces" in signature.parameters and not name.rpartition(".")[2].startswith("_")
    }
    assert blurring == {
        "valgus.exports.overlay.write_overlay": True,
        "valgus.exports.side_by_side.write_side_by_side": True,
        "valgus.exports.stills.full_size_pictures": True,
    }


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_pictures_of_a_clip_come_only_through_modules_that_hide_heads() -> None:
    modules = {path.stem: names_in(path) for path in Path(exports.__path__[0]).rglob("*.py")}
    taking = {name for name, names in modules.items() if names & {"ClipReader", "H264Writer"}}
    assert taking | {"stills"} == set(SHOWING)
    for name in SHOWING:  # side by side draws on the overlay's canvas
        assert modules[name] & {"without_the_head", "Canvas"}
