"""What the documents show is done: every command, every line of Python, every file of settings."""

from __future__ import annotations

import doctest
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import valgus.api
from tests.command import valgus as run
from tests.documents.blocks import DOCUMENTS, ROOT, Block, blocks, blocks_in
from tests.documents.playground import furnish
from valgus.sessions import SessionFile

#: Examples that have a test of their own, because they take minutes.
ELSEWHERE = {"valgus verify --quick": "tests/e2e/test_verify.py"}
WITH_COMMANDS = [path for path in DOCUMENTS if any(block.language == "" for block in blocks_in(path))]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("as documented")
    furnish(folder)
    return folder


@pytest.fixture()
def playground(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    shutil.copytree(furnished, folder)
    monkeypatch.chdir(folder)
    return folder


def commands_in(document: Path) -> Iterator[list[str]]:
    """Yield the words of every command of the program, without the comment behind it."""
    for block in blocks_in(document):
        for line in block.text.splitlines() if block.language == "" else ():
            if line.startswith("valgus ") and line.split("#")[0].strip() not in ELSEWHERE:
                yield shlex.split(line, comments=True)[1:]


def tried_first_in(document: Path) -> Iterator[list[str]]:
    """Yield those of its commands that no document before it has: each needs to be tried but once."""
    earlier = [
        words for other in WITH_COMMANDS[: WITH_COMMANDS.index(document)] for words in commands_in(other)
    ]
    yield from (words for words in commands_in(document) if words not in earlier)


def expanded(words: list[str]) -> list[str]:
    """Do what the shell does."""
    return [str(found) for word in words for found in (sorted(Path().glob(word)) if "*" in word else [word])]


@pytest.mark.slow
@pytest.mark.parametrize("document", WITH_COMMANDS, ids=lambda path: path.name)
def test_every_command_of_a_document_does_its_work(document: Path, playground: Path) -> None:
    for words in tried_first_in(document):
        ran = run(*expanded(words), cwd=playground)
        assert ran.returncode == 0, f"{shlex.join(words)}: {ran.stdout}{ran.stderr}"
        assert ran.stdout.strip(), shlex.join(words)


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_every_piece_of_python_runs(block: Block, playground: Path) -> None:
    exec(compile(block.text, str(block), "exec"), {})


@pytest.mark.slow
def test_the_examples_of_the_public_names_give_what_they_show(playground: Path) -> None:
    failed, tried = doctest.testmod(valgus.api)
    assert (failed, tried >= 8) == (0, True)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_every_session_file_is_understood(block: Block, tmp_path: Path) -> None:
    (tmp_path / "session.toml").write_text(block.text, encoding="utf-8")
    assert SessionFile.beside(tmp_path).session("left 2.mp4").pain_during == 3


@pytest.mark.parametrize("block", blocks("bash", "sh"), ids=str)
def test_every_script_of_the_shell_can_be_parsed(block: Block) -> None:
    subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)


def test_every_block_is_of_a_kind_that_is_tried() -> None:
    tried = {"", "python", "toml", "bash", "sh"}
    assert {block.language for path in DOCUMENTS for block in blocks_in(path)} <= tried
    for command, test in ELSEWHERE.items():
        words = ", ".join(f'"{word}"' for word in command.split()[1:])
        assert words in (ROOT / test).read_text(encoding="utf-8")
