"""Which rows of two measurements are the same rep, by clip, side and time; nothing is dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from tests.agreement.tables import ONE, OTHER, matched, reasons_of, reps, values_of, write
from valgus.agreement import Reps, Row, Source, match, read_measurement
from valgus.errors import WrongUsage

RATED = "clip,side,time_s,value"


def test_the_nearest_lowest_point_decides_and_not_the_number_of_the_rep(tmp_path: Path) -> None:
    own = reps(tmp_path, [10, 20, 30])
    rated = write(
        tmp_path / "r.csv", "clip,rep,side,time_s,value", "clip.mp4,1,left,3.1,21", "clip.mp4,2,left,5,33"
    )
    found = matched(own, rated)
    assert values_of(found) == [(20, 21), (30, 33)]
    assert reasons_of(found) == [
        "A clip.mp4.valgus/reps.csv row 2: no lowest point within 0.3 s in B, the nearest is 2.10 s away"
    ]


def test_without_times_the_number_of_the_rep_decides(tmp_path: Path) -> None:
    rated = write(
        tmp_path / "r.csv",
        "clip,rep,side,value",
        "clip.mp4,3,left,31",
        "clip.mp4,1,left,11",
        "clip.mp4,7,L,1",
    )
    found = matched(reps(tmp_path, [10, 20, 30]), rated)
    assert values_of(found) == [(10, 11), (30, 31)]
    assert reasons_of(found) == [
        "A clip.mp4.valgus/reps.csv row 3: no rep 2 in B",
        "B r.csv row 4: no rep 7 in A",
    ]


def test_the_tolerance_is_inclusive_and_can_be_chosen(tmp_path: Path) -> None:
    own = reps(tmp_path, [10, 20, 30])
    rated = write(tmp_path / "r.csv", RATED, "clip.mp4,left,1.3,11", "clip.mp4,left,3.301,21")
    assert values_of(matched(own, rated)) == [(10, 11)]
    assert values_of(matched(own, rated, tolerance_s=0.4)) == [(10, 11), (20, 21)]


def test_each_row_is_used_once_and_the_nearest_takes_it(tmp_path: Path) -> None:
    own = reps(tmp_path, [10, 20, 30])
    rated = write(tmp_path / "r.csv", RATED, "clip.mp4,left,3.2,99", "clip.mp4,left,3.05,21")
    found = matched(own, rated)
    assert values_of(found) == [(20, 21)]
    assert "B r.csv row 2: its rep in A is taken by a nearer row" in reasons_of(found)


def test_sides_are_kept_apart_and_a_side_that_is_not_said_fits_either(tmp_path: Path) -> None:
    own = reps(tmp_path, [10, 20, 30])
    rated = write(tmp_path / "r.csv", RATED, "clip.mp4,right,1,11", "clip.mp4,,3,21")
    found = matched(own, rated)
    assert values_of(found) == [(20, 21)]
    assert "B r.csv row 2: no row of the right leg in A" in reasons_of(found)


def test_invalid_reps_and_blank_values_are_left_out_on_both_sides_with_the_reason(tmp_path: Path) -> None:
    own = reps(tmp_path, [10, 20, 30], invalid=(2,))
    rated = write(tmp_path / "r.csv", RATED, "clip.mp4,left,1,", "clip.mp4,left,3,21", "clip.mp4,left,5,31")
    found = matched(own, rated)
    assert values_of(found) == [(30, 31)]
    assert found.invalid == 1
    assert reasons_of(found) == [
        "A clip.mp4.valgus/reps.csv row 2: no value in B",
        "B r.csv row 2: no value in B",
        "A clip.mp4.valgus/reps.csv row 3: graded invalid in A (turned)",
        "B r.csv row 3: graded invalid in A (turned)",
    ]
    assert values_of(matched(own, rated, with_invalid=True)) == [(20, 21), (30, 31)]


def test_a_folder_of_analyses_is_told_apart_by_hash_where_names_are_the_same(tmp_path: Path) -> None:
    reps(tmp_path / "study" / "anna", [10, 20], sha256=ONE, person="anna")
    reps(tmp_path / "study" / "ben", [30, 40], sha256=OTHER, person="ben")
    hashed = write(
        tmp_path / "r.csv", f"{RATED},clip_sha256", f"clip.mp4,left,1,31,{OTHER}", f"clip.mp4,left,1,11,{ONE}"
    )
    found = matched(tmp_path / "study", hashed)
    assert values_of(found) == [(10, 11), (30, 31)]
    assert [pair.person for pair in found.pairs] == ["anna", "ben"]
    bare = write(tmp_path / "bare.csv", RATED, "clip.mp4,left,1,31")
    assert "B bare.csv row 2: clip.mp4 is the name of several clips: give clip_sha256" in reasons_of(
        matched(tmp_path / "study", bare)
    )


def test_another_file_of_the_same_name_is_not_the_same_clip(tmp_path: Path) -> None:
    found = matched(reps(tmp_path / "a", [10]), reps(tmp_path / "b", [10], sha256=OTHER))
    assert not found.pairs
    assert "clip.mp4 in B is another file (its hash differs" in reasons_of(found)[0]


def test_a_table_without_clips_belongs_to_the_only_clip_there_is(tmp_path: Path) -> None:
    rated = write(tmp_path / "r.csv", "side,rep,value", "left,1,11", "left,2,21")
    assert values_of(matched(reps(tmp_path / "one", [10, 20]), rated)) == [(10, 11), (20, 21)]
    reps(tmp_path / "two", [10], sha256=ONE)
    reps(tmp_path / "two", [10], clip="b.mp4", sha256=OTHER)
    assert not matched(tmp_path / "two", rated).pairs


def test_an_angle_over_time_is_read_at_the_lowest_points_of_the_other(tmp_path: Path) -> None:
    """The angle is ten times the time; its clock is half a second late."""
    frames = write(tmp_path / "mocap.csv", "time_s,angle", *(f"{k / 100:.2f},{k / 10}" for k in range(400)))
    found = matched(reps(tmp_path, [10, 20, 30]), Source(frames, "angle", offset_s=0.5))
    assert values_of(found) == [(10, pytest.approx(5.0)), (20, pytest.approx(25.0))]
    assert reasons_of(found)[0] == "A clip.mp4.valgus/reps.csv row 4: no value in B"
    assert values_of(matched(Source(frames, "angle", sign=-1.0), reps(tmp_path, [10]))) == [
        (pytest.approx(-10.0), 10)
    ]


def test_two_angles_over_time_have_no_reps(tmp_path: Path) -> None:
    frames = write(tmp_path / "mocap.csv", "time_s,value", *(f"{k / 100:.2f},1" for k in range(40)))
    with pytest.raises(WrongUsage, match="neither says where the reps are"):
        matched(frames, frames)


def test_an_angle_over_time_belongs_to_one_clip(tmp_path: Path) -> None:
    frames = write(tmp_path / "mocap.csv", "time_s,value", *(f"{k / 100:.2f},1" for k in range(40)))
    reps(tmp_path / "two", [10])
    reps(tmp_path / "two", [10], clip="b.mp4", sha256=OTHER)
    with pytest.raises(WrongUsage, match=r"mocap\.csv is an angle over time of one clip, two has 2 clips"):
        matched(tmp_path / "two", frames)


ROWS = st.lists(
    st.tuples(st.sampled_from(["x", "y"]), st.sampled_from(["left", "right"]), st.integers(0, 40)),
    max_size=9,
)


def measurement(name: str, rows: list[tuple[str, str, int]]) -> Reps:
    return Reps(
        name,
        tuple(
            Row(f"{name} {k}", clip, "", "", side, None, tenth / 10, float(k))
            for k, (clip, side, tenth) in enumerate(rows)
        ),
    )


@budget(max_examples=150, deadline=None)
@given(ROWS, ROWS)
def test_every_row_is_either_in_a_pair_or_named(a: list, b: list) -> None:
    found = match(measurement("a", a), measurement("b", b))
    for rows, of in ((a, "A"), (b, "B")):
        named = [one for one in found.left_out if one.of == of]
        assert len(found.pairs) + len(named) == len(rows)
    for pair in found.pairs:
        one, other = a[int(pair.a)], b[int(pair.b)]
        assert one[:2] == other[:2]
        assert abs(one[2] - other[2]) <= 3


def test_the_study_table_of_a_batch_is_a_measurement_too(tmp_path: Path) -> None:
    folder = reps(tmp_path, [10, 20, 30])
    copied = tmp_path / "study" / "reps.csv"
    copied.parent.mkdir()
    copied.write_text((folder / "reps.csv").read_text())
    for source in (copied, copied.parent):
        assert values_of(matched(folder, source)) == [(10, 10), (20, 20), (30, 30)]


def test_a_folder_without_results_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="valgus batch FOLDER"):
        read_measurement(Source(tmp_path), "fppa_deg")
