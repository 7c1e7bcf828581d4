"""An error that nobody made a sentence for is told in a line all the same."""

from __future__ import annotations

import click
import pytest

from tests.command import valgus
from valgus import cli


@click.command()
@click.argument("kind")
def failing(kind: str) -> None:
    raise {
        "value": ValueError("first\nsecond"),
        "memory": MemoryError(),
        "library": ImportError("libx.so: failed to map segment from shared object"),
        "thread": RuntimeError("can't start new thread"),
        "permission": PermissionError(13, "Permission denied", "/private/somebody"),
    }[kind]


@pytest.fixture(autouse=True)
def command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "fail", f"{__name__}:failing")


def test_it_says_what_it_was_and_where_and_asks_for_a_report() -> None:
    shown = valgus("fail", "value")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr.startswith("unexpected error in test_unforeseen.py, line ")
    assert shown.stderr.endswith(
        ": ValueError: first second. This is a fault of the program: please report it with this line.\n"
    )


@pytest.mark.parametrize("kind", ["memory", "library", "thread"])
def test_lack_of_memory_is_told_as_such_whatever_kind_of_error_it_comes_as(kind: str) -> None:
    shown = valgus("fail", kind)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr == (
        "There was not enough memory. Close other programs, or export the clip at a smaller size.\n"
    )


def test_a_place_that_may_not_be_looked_into_is_named_without_its_folder() -> None:
    shown = valgus("fail", "permission")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr == "somebody: this user may not look there. Allow it, or choose another place.\n"


def test_developers_see_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALGUS_TRACEBACK", "1")
    with pytest.raises(ValueError, match="first"):
        valgus("fail", "value")
