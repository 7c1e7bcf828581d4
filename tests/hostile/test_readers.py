"""Whatever stands in a file, a reader understands it or says in words what is wrong; nothing else happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.targets import RULES, TARGETS, Target, target_named
from valgus import bounded, results, rules
from valgus.errors import NotAnAnalysis, WrongUsage
from valgus.sessions import SessionFile

CRASHES = Path(__file__).parent / "crashes"
#: Replacements that are hard on whoever expects a number, a name or a list.
HARD = (b"nan", b"inf", b"-1", b"1e999", b"1e308", b"9" * 5000, b"null", b"true", b"[", b"{}", b'""', b"\x00")


@pytest.fixture(params=TARGETS, ids=lambda target: target.name, scope="module")
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Target, Path, bytes]:
    folder = tmp_path_factory.mktemp(request.param.name)
    return request.param, folder, request.param.good(folder)


def test_a_good_file_is_understood(place: tuple[Target, Path, bytes]) -> None:
    target, folder, good = place
    assert target.reads(good, folder)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoiled_file_is_understood_or_refused_in_words(
    place: tuple[Target, Path, bytes], data: st.DataObject
) -> None:
    target, folder, good = place
    target.reads(data.draw(spoiled(good)), folder)


@st.composite
def spoiled(draw: st.DrawFn, good: bytes) -> bytes:
    """A good file, cut, doubled or overwritten in a few places."""
    content = good
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.sampled_from((0, 1, 4, 40, 10**6))))
        new = draw(
            st.one_of(st.sampled_from((b"", *HARD)), st.binary(max_size=8), st.just(content[start:end] * 2))
        )
        content = content[:start] + new + content[end:]
    return content


def kept() -> Iterator[object]:
    for path in sorted(CRASHES.iterdir()):
        yield pytest.param(target_named(path.name.split("-")[0]), path.read_bytes(), id=path.name)


@pytest.mark.parametrize(("target", "content"), list(kept()))
def test_what_once_was_a_crash_is_none_any_more(target: Target, content: bytes, tmp_path: Path) -> None:
    target.good(tmp_path)
    target.reads(content, tmp_path)


# --- too much ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["record", "mmpose", "openpose"])
@pytest.mark.parametrize("opening", [b"[", b'{"people": [', b'{"schema_version": 1, "clip": ['])
def test_json_nested_without_end_is_refused(name: str, opening: bytes, tmp_path: Path) -> None:
    target = target_named(name)
    target.good(tmp_path)
    assert not target.reads(opening + b'[{"keypoints": 1, "instances": ' * 50_000, tmp_path)
    assert not target.reads(opening + b"[" * 100_000, tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = " + "[" * 100_000, "is nested too deeply"),
        ("a = " + "{a=" * 100_000, "is nested too deeply"),
        ("a." * 100_000 + "b = 1", "line 1: has too many dots"),
        ("[" + "a." * 50_000 + "b]", "line 1: has too many dots"),
        ("set = " + "9" * 10_000, "is not valid TOML: Exceeds the limit"),
        ("notes = '" + "x" * 2_000_000 + "'", "cannot be read: is larger than 1 MB"),
        ('"' + "k" * 100_000 + '" = 1', "line 1: unknown key 'kkkk"),
    ],
    ids=["lists", "tables", "dotted key", "dotted head", "digits", "size", "long key"],
)
@pytest.mark.parametrize("name", ["session", "rules"])
def test_toml_without_end_is_refused_at_once(name: str, text: str, says: str, tmp_path: Path) -> None:
    target = target_named(name)
    (tmp_path / target.file).write_text(text)
    with pytest.raises(WrongUsage) as wrong:
        target.read(tmp_path / target.file)
    assert says in str(wrong.value)
    assert len(str(wrong.value)) < 1000


def test_a_long_note_may_have_as_many_dots_as_it_likes(tmp_path: Path) -> None:
    (tmp_path / "session.toml").write_text(f'notes = "{"Well. " * 500}"')
    assert SessionFile.beside(tmp_path).session("a.mp4").notes.count(".") == 500


@pytest.mark.parametrize("value", ["inf", "nan", "1e999", "-inf"])
@pytest.mark.parametrize("key", ["weeks_since_surgery", "pain_during", "load_kg", "step_height_cm"])
def test_what_is_no_quantity_is_no_answer_in_a_session(key: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "session.toml").write_text(f"{key} = {value}\n")
    with pytest.raises(WrongUsage, match=f"line 1: {key}: "):
        SessionFile.beside(tmp_path)


def test_a_threshold_that_is_no_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(RULES.replace("amber = 10", "amber = nan"))
    with pytest.raises(WrongUsage, match="line 5: amber: nan is no number to compare with"):
        rules.with_own(tmp_path / "own.toml")


@pytest.mark.parametrize("clip", ["../../etc/passwd", "/etc/passwd", "..", "a/../../b.mp4"])
def test_names_in_a_session_file_are_names_and_never_places(clip: str, tmp_path: Path) -> None:
    (tmp_path / "session.toml").write_text(f'[clip."{clip}"]\nperson = "x"\n')
    file = SessionFile.beside(tmp_path)
    assert file.session("a.mp4").person is None
    assert file.session(clip).person == "x"


# --- no file at all ----------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="pipes are of another kind there")
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    for name in (results.ANALYSIS, "own.toml", "session.toml"):
        os.mkfifo(tmp_path / name)
    with pytest.raises(NotAnAnalysis, match=r"no analysis\.json that can be read"):
        results.load(tmp_path)
    with pytest.raises(WrongUsage, match="is a pipe or a device, not a file"):
        rules.with_own(tmp_path / "own.toml")
    assert SessionFile.beside(tmp_path) == SessionFile(), "what is no file says nothing"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device that never ends")
def test_a_device_that_never_ends_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "own.toml").symlink_to("/dev/zero")
    with pytest.raises(WrongUsage, match="is a pipe or a device"):
        rules.with_own(tmp_path / "own.toml")


def test_only_so_much_of_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x" * 1001)
    with pytest.raises(OSError, match=r"is larger than 0\.001 MB"):
        bounded.text_of(tmp_path / "a", most_mb=0.001)
    assert len(bounded.text_of(tmp_path / "a", most_mb=0.0011)) == 1001
