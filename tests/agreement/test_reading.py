"""Tables that other people wrote: what is wrong is named with file, row and column, and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agreement.tables import FPPA, reps, write
from valgus.agreement import Frames, Reps, Source, read_measurement
from valgus.errors import WrongUsage
from valgus.model.clicks import CLICK_COLUMNS

RATED = "clip,side,rep,value"
CLICKED = ",".join(column.name for column in CLICK_COLUMNS)


def read(path: Path, measure: str = FPPA, column: str | None = None) -> Reps:
    found = read_measurement(Source(path, column), measure)
    assert isinstance(found, Reps)
    return found


def clicked(path: Path, points: str, inside: str = "left") -> Path:
    return write(path, CLICKED, f"clip.mp4,{'1' * 64},Eva,1,left,1.0,{inside},{points}")


@pytest.mark.parametrize(
    ("header", "rows", "says"),
    [
        (
            RATED,
            ["a.mp4,left,1,5", 'a.mp4,left,2,"5,5"'],
            "column value: 5,5 is not a number. Write it with a decimal",
        ),
        (RATED, ["a.mp4,left,1,5,5"], "row 2: has 5 cells, the header has 4. Look for a decimal comma"),
        (RATED, ["a.mp4,left,1,inf"], "row 2, column value: inf is not a number"),
        (RATED, ["a.mp4,centre,1,5"], "row 2, column side: centre is no side. Write left or right"),
        (RATED, ["a.mp4,left,1.5,5"], "row 2, column rep: 1.5 is not a whole number. Count reps from 1."),
        (RATED, ["a.mp4,left,,5"], "row 2: has neither rep nor time. Fill in one of them."),
        ("clip,side,value", ["a.mp4,left,5"], "has neither rep nor time_s. Add one"),
        ("clip,rep,angle", ["a.mp4,1,5"], "has no column fppa_deg or value; it has clip, rep, angle. Name"),
        ("clip,clip,rep", ["a,a,1"], "row 1: there are two columns clip. Rename one of them."),
        ("clip,rep,rater,value", ["a,1,Eva,1", "a,1,Tom,2"], "is by several raters (Eva, Tom). Give"),
        (RATED, [], "has no row below its header"),
        ("", [], "has no header"),
    ],
)  # fmt: skip
def test_a_bad_table_is_refused_with_row_and_remedy(
    header: str, rows: list[str], says: str, tmp_path: Path
) -> None:
    with pytest.raises(WrongUsage) as wrong:
        read(write(tmp_path / "rater.csv", header, *rows))
    assert str(wrong.value).startswith("rater.csv")
    assert says in str(wrong.value)


@pytest.mark.parametrize(
    ("third", "says"), [("0.04", "is not after"), ("0.01", "is not after"), ("", "has no time")]
)
def test_frames_out_of_order_are_refused_with_the_row(third: str, says: str, tmp_path: Path) -> None:
    rows = [f"{k / 50:.2f},1" for k in range(40)]
    rows[3] = f"{third},1"
    with pytest.raises(WrongUsage, match=rf"mocap\.csv row 5: .*{says}"):
        read_measurement(Source(write(tmp_path / "mocap.csv", "time_s,value", *rows)), FPPA)


def test_frames_are_told_from_reps_by_their_spacing(tmp_path: Path) -> None:
    fast = write(tmp_path / "fast.csv", "time_s,value", *(f"{k / 50:.2f},{k}" for k in range(40)))
    slow = write(tmp_path / "slow.csv", "time_s,value", *(f"{2 * k},{k}" for k in range(40)))
    assert isinstance(read_measurement(Source(fast), FPPA), Frames)
    assert isinstance(read_measurement(Source(slow), FPPA), Reps)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes(b"clip,rep\xff\xfe")
    with pytest.raises(WrongUsage, match=r"r\.csv: is not UTF-8 text"):
        read(tmp_path / "r.csv")


def test_semicolons_a_byte_order_mark_and_blank_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("\ufeffclip; rep; value\nC:\\clips\\a.mp4;1;5.5\n;;\n", encoding="utf-8")
    (row,) = read(tmp_path / "r.csv").rows
    assert (row.clip, row.rep, row.value, row.where) == ("a.mp4", 1, 5.5, "r.csv row 2")


def test_a_measure_that_an_analysis_does_not_have_is_refused_with_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="it has clip, person, rep, side"):
        read(reps(tmp_path, [1, 2]), "trunk_lean_deg")


# --- clicked points -----------------------------------------------------------------------------------------

#: A left leg from in front, its inside to the left: the knee stands 10 px to the inside, 100 below the hip.
KNEE_IN = "200,100,190,200,200,300,,,,"


def test_clicked_points_become_angles_by_the_same_geometry(tmp_path: Path) -> None:
    """Two segments, each 10 in 100 from the vertical: 2 * atan(0.1) = 11.42 deg, towards the inside."""
    (row,) = read(clicked(tmp_path / "r.csv", KNEE_IN)).rows
    assert row.value == pytest.approx(11.42, abs=0.005)
    assert (row.rep, row.time_s, row.side) == (1, 1.0, "left")
    (turned,) = read(clicked(tmp_path / "r.csv", KNEE_IN, inside="right")).rows
    assert turned.value == pytest.approx(-11.42, abs=0.005)


def test_clicked_hip_bones_give_the_tilt_with_the_other_side_lower_positive(tmp_path: Path) -> None:
    points = "200,100,190,200,200,300,210,90,110,100"
    (row,) = read(clicked(tmp_path / "r.csv", points), "pelvic_drop_absolute_deg").rows
    assert row.value == pytest.approx(5.71, abs=0.005)
    (own,) = read(clicked(tmp_path / "r.csv", points), "fppa_asis_deg").rows
    assert own.value is not None and own.value > 11.42


def test_a_joint_that_was_not_seen_gives_no_value(tmp_path: Path) -> None:
    (row,) = read(clicked(tmp_path / "r.csv", "200,100,,,200,300,,,,")).rows
    assert row.value is None


def test_what_clicked_points_do_not_give_is_refused_with_what_they_give(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="They give fppa_deg, fppa_asis_deg, pelvic_drop_absolute_deg"):
        read(clicked(tmp_path / "r.csv", KNEE_IN), "trunk_lean_deg")
    with pytest.raises(WrongUsage, match=r"r\.csv row 2, column inside: up is no direction"):
        read(clicked(tmp_path / "r.csv", KNEE_IN, inside="up"))
