"""What counts as done: decided by what the saved results say of themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.batch.saved import MODEL_SHA256, ORDER, clip_at, save
from valgus import results
from valgus.batch.standing import ClipHere, Shelf, Standing, clear_leftovers, judge
from valgus.errors import WrongUsage
from valgus.model.order import OverlayWanted
from valgus.model.session import Session

DAY = Path("anna") / "2026-11-20"


@pytest.fixture()
def clip(tmp_path: Path) -> ClipHere:
    found = clip_at(tmp_path / DAY / "left.mp4")
    save(found)
    return found


def standing(clip: ClipHere, root: Path, **differently: object) -> Standing:
    given = {"order": ORDER, "model": MODEL_SHA256} | differently
    return judge(clip, Shelf(root), given["order"], given["model"]).standing  # type: ignore[arg-type]


def test_what_was_saved_for_the_same_request_is_done(clip: ClipHere, tmp_path: Path) -> None:
    assert standing(clip, tmp_path) is Standing.DONE


def test_nothing_is_done_where_nothing_is_saved(tmp_path: Path) -> None:
    assert standing(clip_at(tmp_path / "a.mp4"), tmp_path) is Standing.TO_DO


@pytest.mark.parametrize(
    "differently",
    [
        {"order": replace(ORDER, settings=replace(ORDER.settings, task="landing"))},
        {"order": replace(ORDER, settings=replace(ORDER.settings, mirror_average=False))},
        {"order": replace(ORDER, book=replace(ORDER.book, versions=("own rules 1",)))},
        {"model": "n" * 64},
        {"model": None},
    ],
    ids=["task", "averaging", "rules", "model", "no model yet"],
)
def test_another_request_is_to_be_done(
    differently: dict[str, object], clip: ClipHere, tmp_path: Path
) -> None:
    assert standing(clip, tmp_path, **differently) is Standing.TO_DO


@pytest.mark.parametrize("key", ["valgus_version", "definitions_version"])
def test_results_of_another_version_are_to_be_done(key: str, clip: ClipHere, tmp_path: Path) -> None:
    path = clip.folder / results.ANALYSIS
    document = json.loads(path.read_text(encoding="utf-8"))
    document["provenance"][key] = "another"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert standing(clip, tmp_path) is Standing.TO_DO


def test_other_content_under_the_same_name_is_to_be_done(clip: ClipHere, tmp_path: Path) -> None:
    assert standing(replace(clip, sha256="d" * 64), tmp_path) is Standing.TO_DO


def test_whether_the_network_may_be_used_changes_nothing(clip: ClipHere, tmp_path: Path) -> None:
    offline = replace(ORDER, settings=replace(ORDER.settings, offline=True))
    assert standing(clip, tmp_path, order=offline) is Standing.DONE


def test_a_damaged_record_is_to_be_done(clip: ClipHere, tmp_path: Path) -> None:
    (clip.folder / results.ANALYSIS).write_text("{")
    assert standing(clip, tmp_path) is Standing.TO_DO


@pytest.mark.parametrize("name", results.ALWAYS[:3] + results.ALWAYS[4:])
def test_a_file_that_is_missing_is_made_again_without_measuring(
    name: str, clip: ClipHere, tmp_path: Path
) -> None:
    (clip.folder / name).unlink()
    assert standing(clip, tmp_path) is Standing.RENEW


def test_an_overlay_that_is_wanted_now_is_drawn_without_measuring(clip: ClipHere, tmp_path: Path) -> None:
    with_overlay = replace(ORDER, overlay=OverlayWanted())
    assert standing(clip, tmp_path, order=with_overlay) is Standing.RENEW
    (clip.folder / results.OVERLAY).touch()
    assert standing(clip, tmp_path) is Standing.DONE, "one that is there already does no harm"


@pytest.mark.parametrize("hidden", [True, False])
def test_faces_hidden_otherwise_are_drawn_again_without_measuring(hidden: bool, tmp_path: Path) -> None:
    as_before, otherwise = (
        replace(ORDER, overlay=OverlayWanted(blur_faces=blur)) for blur in (hidden, not hidden)
    )
    save(drawn := clip_at(tmp_path / DAY / "right.mp4"), as_before)
    assert standing(drawn, tmp_path, order=as_before) is Standing.DONE
    assert standing(drawn, tmp_path, order=otherwise) is Standing.RENEW
    assert standing(drawn, tmp_path) is Standing.DONE, "without the wish for a video any will do"


def test_a_report_in_another_language_is_written_without_measuring(clip: ClipHere, tmp_path: Path) -> None:
    assert standing(clip, tmp_path, order=replace(ORDER, language="de")) is Standing.RENEW


@pytest.mark.parametrize(
    "place", ["anna/2026-11-20/right.mp4", "anna/2026-11-21/left.mp4", "b/2026-11-20/left.mp4"]
)
def test_a_clip_that_was_renamed_or_moved_gets_the_earlier_results(
    place: str, clip: ClipHere, tmp_path: Path
) -> None:
    moved = clip_at(tmp_path / place)
    verdict = judge(moved, Shelf(tmp_path), ORDER, MODEL_SHA256)
    assert (verdict.standing, verdict.source) == (Standing.RENEW, clip.folder)
    assert verdict.session is not None
    assert verdict.session.person == place.split("/")[0]
    assert str(verdict.session.date) == place.split("/")[1]


def test_a_folder_renamed_with_its_results_has_them_written_for_its_new_name(
    clip: ClipHere, tmp_path: Path
) -> None:
    (tmp_path / "anna").rename(tmp_path / "berta")
    path = tmp_path / "berta" / "2026-11-20" / "left.mp4"
    moved = replace(clip, path=path, folder=results.folder_for(path))
    verdict = judge(moved, Shelf(tmp_path), ORDER, MODEL_SHA256)
    assert verdict.standing is Standing.RENEW
    assert verdict.session is not None and verdict.session.person == "berta"


def test_results_that_are_about_to_be_replaced_are_not_taken(clip: ClipHere, tmp_path: Path) -> None:
    moved = clip_at(tmp_path / "b.mp4")
    verdict = judge(moved, Shelf(tmp_path), ORDER, MODEL_SHA256, changing={clip.folder})
    assert verdict.standing is Standing.TO_DO


def test_a_session_file_that_says_something_new_is_heeded_without_measuring(
    clip: ClipHere, tmp_path: Path
) -> None:
    (clip.path.parent / "session.toml").write_text('person = "Anna K."\npain_during = 3\n')
    verdict = judge(clip, Shelf(tmp_path), ORDER, MODEL_SHA256)
    assert verdict.standing is Standing.RENEW
    assert verdict.session is not None
    assert (verdict.session.person, verdict.session.pain_during) == ("Anna K.", 3)


def test_what_was_once_given_by_an_option_stays(tmp_path: Path) -> None:
    given = replace(ORDER, given=Session(pain_during=2, from_options=("pain_during",)))
    clip = clip_at(tmp_path / DAY / "left.mp4")
    save(clip, given)
    assert standing(clip, tmp_path) is Standing.DONE
    assert standing(clip, tmp_path, order=given) is Standing.DONE
    other = replace(ORDER, given=Session(pain_during=5, from_options=("pain_during",)))
    assert standing(clip, tmp_path, order=other) is Standing.RENEW


def test_a_mistake_in_a_session_file_is_said(clip: ClipHere, tmp_path: Path) -> None:
    (clip.path.parent / "session.toml").write_text("pain = 3\n")
    with pytest.raises(WrongUsage, match="unknown key 'pain'"):
        standing(clip, tmp_path)


def test_what_a_killed_process_left_is_removed_and_what_it_moved_aside_is_put_back(
    clip: ClipHere, tmp_path: Path
) -> None:
    place = clip.folder.parent
    (place / ".left.mp4.valgus.abcd_123").mkdir()
    (place / ".left.mp4.valgus.abcd_123" / "reps.csv").touch()
    clip.folder.rename(place / ".left.mp4.valgus.old.0123abcd")
    (place / ".keep.valgus").mkdir()
    (place / ".left.mp4.valgus.notes.of.mine").mkdir()
    clear_leftovers(tmp_path)
    assert sorted(path.name for path in place.iterdir()) == [
        ".keep.valgus",
        ".left.mp4.valgus.notes.of.mine",
        "left.mp4",
        "left.mp4.valgus",
    ]
    assert standing(clip, tmp_path) is Standing.DONE
