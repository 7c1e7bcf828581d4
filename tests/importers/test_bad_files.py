"""Files that are wrong: each is named with its line and what to do, and nothing is silently dropped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.importers.writing import (
    HALPE,
    deeplabcut_rows,
    laboratory_trc,
    mmpose_json,
    openpose_folder,
    sports2d_trc,
    trc_text,
    write_csv,
)
from valgus.errors import NotReadableAsLandmarks
from valgus.importers import About, read_landmarks
from valgus.importers.mmpose import HALPE_26
from valgus.simulate import View, film, repetitions

TRACK = film(repetitions(peak_fppa_deg=(5.0,)), View(stickers=True))
ABOUT = About(fps=30.0, size_px=(720, 1280))
GOOD = sports2d_trc(TRACK)


def with_line(number: int, change: object) -> str:
    """The good file with one line changed by a function, left out (None) or replaced."""
    lines = GOOD.splitlines()
    lines[number - 1 : number] = [] if change is None else [change(lines[number - 1])]  # type: ignore[operator]
    return "\n".join(lines)


def cell(row: str, column: int, text: str) -> str:
    cells = row.split("\t")
    cells[column] = text
    return "\t".join(cells)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            with_line(3, lambda row: cell(row, 2, "500")),
            r"line 3 says that there are 500 frames, the file has 121\. If frames are missing",
        ),
        (with_line(50, None), r"line 3 says that there are 121 frames, the file has 120"),
        (
            with_line(3, lambda row: cell(row, 3, "9")),
            r"line 3 says that there are 9 markers, line 4 names 13\. Correct NumMarkers",
        ),
        (with_line(3, lambda row: cell(row, 2, "many")), r"line 3 gives NumFrames as 'many'"),
        (with_line(3, lambda row: cell(row, 4, "")), r"lines 2 and 3 do not give Units"),
        (
            with_line(20, lambda row: cell(row, 1, "0.500000")),
            r"line 21 has the same time as the line before \(0\.5 s",
        ),
        (with_line(20, lambda row: cell(row, 1, "0.1")), r"line 20 has an earlier time than the line before"),
        (with_line(20, lambda row: cell(row, 1, "")), r"line 20 has no time"),
        (
            with_line(20, lambda row: cell(row, 7, "12,5")),
            r"line 20 has '12,5' where a number is expected.*comma",
        ),
        (with_line(20, lambda row: row + "\t1.0\t2.0"), r"line 20 has 43 cells, 41 are expected"),
        (with_line(4, lambda row: row.replace("LKnee", "Foo")), r"has no left knee\. It has: RHip, RKnee"),
        ("PathFileType\t4\n", r"is no TRC file: five lines of header"),
        (GOOD.replace("PathFileType", "Something"), r"is no TRC file"),
    ],
)
def test_a_wrong_trc_is_named_with_its_line(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "bad.trc").write_text(text)
    with pytest.raises(NotReadableAsLandmarks, match=r"^bad\.trc: " + says):
        read_landmarks(tmp_path / "bad.trc", ABOUT)


@pytest.mark.parametrize(("written_in", "said"), [("mm", "m"), ("m", "mm"), ("mm", "furlong")])
def test_markers_in_a_unit_that_is_not_the_headers_are_refused(
    written_in: str, said: str, tmp_path: Path
) -> None:
    text = laboratory_trc(TRACK, units=written_in).replace(f"\t{written_in}\t", f"\t{said}\t", 1)
    (tmp_path / "lab.trc").write_text(text)
    with pytest.raises(NotReadableAsLandmarks, match=rf"line 3 gives the unit '{said}'.*(Correct|correct)"):
        read_landmarks(tmp_path / "lab.trc")


def test_a_marker_at_zero_or_blank_was_not_seen_and_a_half_is_no_place(tmp_path: Path) -> None:
    xyz = np.full((3, len(HALPE), 3), 500.0)
    xyz[..., 2] = 0.0
    xyz[0, 0], xyz[1, 0], xyz[2, 0] = 0.0, np.nan, [np.nan, 3.0, 0.0]
    (tmp_path / "a.trc").write_text(trc_text(list(HALPE), np.arange(3.0), xyz, units="px"))
    track = read_landmarks(tmp_path / "a.trc").track  # type: ignore[union-attr]
    assert np.isnan(track.point("right_hip")).all()
    assert (track.confidence_of("right_hip") == 0).all()
    assert np.isfinite(track.point("left_hip")).all()


def test_a_frame_of_openpose_that_is_damaged_is_named(tmp_path: Path) -> None:
    folder = openpose_folder(TRACK, tmp_path / "json")
    bad = folder / "clip_000000000007_keypoints.json"
    for text in ("{", '{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}', '{"no": 1}', "[]"):
        bad.write_text(text)
        with pytest.raises(
            NotReadableAsLandmarks, match=r"clip_000000000007_keypoints\.json: is not as Open"
        ):
            read_landmarks(folder, ABOUT)


def test_nobody_in_any_frame_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "json"
    folder.mkdir()
    (folder / "clip_000000000000_keypoints.json").write_text('{"people": []}')
    with pytest.raises(NotReadableAsLandmarks, match="nobody was found in any frame"):
        read_landmarks(folder, ABOUT)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda frames: frames[3].update(frame_id=9), "frame_id does not count every frame in order"),
        (lambda frames: frames[2]["instances"][0]["keypoints"].pop(), "keypoint_scores as keypoints"),
        (lambda frames: frames[2].pop("instances"), "instances"),
    ],
)
def test_predictions_of_mmpose_that_are_not_whole_are_refused(
    change: object, says: str, tmp_path: Path
) -> None:
    frames = json.loads(mmpose_json(TRACK, HALPE_26))
    change(frames)  # type: ignore[operator]
    (tmp_path / "p.json").write_text(json.dumps(frames))
    with pytest.raises(NotReadableAsLandmarks, match=rf"p\.json: is not as MMPose writes it .*{says}"):
        read_landmarks(tmp_path / "p.json", ABOUT)


def test_a_layout_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(mmpose_json(TRACK, HALPE_26[:21]))
    with pytest.raises(
        NotReadableAsLandmarks, match=r"\[21\] key points a person; known are \[17, 26, 133\]"
    ):
        read_landmarks(tmp_path / "p.json", ABOUT)


@pytest.mark.parametrize(
    ("row", "column", "text", "says"),
    [
        (10, 4, "abc", r"line 11, RKnee x: a number is expected"),
        (10, 0, "3", r"line 11: frame 3 follows frame 6"),
    ],
)
def test_a_wrong_deeplabcut_file_is_named_with_its_line(
    row: int, column: int, text: str, says: str, tmp_path: Path
) -> None:
    rows = deeplabcut_rows(TRACK, HALPE)
    rows[row][column] = text
    with pytest.raises(NotReadableAsLandmarks, match=says):
        read_landmarks(write_csv(tmp_path / "dlc.csv", rows), ABOUT)


def test_several_individuals_of_deeplabcut_are_not_mixed(tmp_path: Path) -> None:
    rows = deeplabcut_rows(TRACK, HALPE)
    rows.insert(1, ["individuals", *["one"] * (len(rows[0]) - 1)])
    with pytest.raises(NotReadableAsLandmarks, match=r"several individuals|a number is expected"):
        read_landmarks(write_csv(tmp_path / "dlc.csv", rows), ABOUT)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time_s,left_hip_x,left_hip_y\n0,1,2\n0,1,2\n", r"has no right hip"),
        (None, r"line 4 has the same time as the line before"),
        ("abc", r"line 3, column left_hip_x_px: 'abc' is no number"),
    ],
)
def test_a_wrong_csv_is_named_with_its_line(text: str | None, says: str, tmp_path: Path) -> None:
    names = list(HALPE.values())
    head = ["time_s", *[f"{name}_{part}_px" for name in names for part in "xy"]]
    rows = [head, *[[str(k / 30), *["100"] * (2 * len(names))] for k in range(5)]]
    if text is None:
        rows[3][0] = rows[2][0]
    elif text == "abc":
        rows[2][1 + 2 * names.index("left_hip")] = "abc"
    path = write_csv(tmp_path / "a.csv", rows)
    if text is not None and "\n" in text:
        path.write_text(text)
    with pytest.raises(NotReadableAsLandmarks, match=says):
        read_landmarks(path, ABOUT)
