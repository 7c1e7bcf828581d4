"""Every signal of a leg whose points are written out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.metrics.views import REP, TIME_S, leg, points, view
from valgus import metrics
from valgus.metrics import SIGNALS, depth, knee, measures_of, pelvis, signals_of, trunk
from valgus.metrics.base import Signal
from valgus.model.frontal import FrontalTrack, Side
from valgus.model.rep import Rep

NAN = float("nan")
LEVEL = {"asis": points((-2, 110)), "swing_asis": points((22, 110))}


@pytest.mark.parametrize(
    ("signal", "of", "value"),
    [
        (knee.FPPA, leg(), 0.0),
        (knee.FPPA, leg(knee=points((50, 50))), 90.0),
        (knee.FPPA, leg(knee=points((-50, 50))), -90.0),
        (knee.FPPA_ASIS, leg(), NAN),
        (knee.FPPA_ASIS, leg(asis=points((0, 110))), 0.0),
        (knee.FPPA_ASIS, leg(asis=points((50, 100))), -45.0),
        (knee.KNEE_OVER_FOOT, leg(knee=points((7, 50)), toe=points((3, -5))), 4.0),
        (knee.KNEE_MEDIAL, leg(knee=points((7, 50)), ankle=points((3, 0))), 4.0),
        (knee.KNEE_SEPARATION, leg(knee=points((5, 50)), swing_knee=points((15, 50))), 0.5),
        (knee.KNEE_SEPARATION, leg(swing_ankle=points((0, 20))), 1.0),
        (knee.KNEE_SEPARATION, leg(swing_ankle=points((2, 0))), NAN),
        (knee.KNEE_SEPARATION, leg(swing_ankle=points((2.5, 0))), 8.0),
        (pelvis.HIP_LINE, leg(swing_hip=points((20, 80))), 45.0),
        (pelvis.PELVIS_TILT, leg(), NAN),
        (pelvis.PELVIS_TILT, leg(asis=LEVEL["asis"]), NAN),
        (pelvis.PELVIS_TILT, leg(asis=points((0, 110)), swing_asis=points((20, 90))), 45.0),
        (pelvis.FROM_TWO_LEGS, leg(**LEVEL), NAN),
        (pelvis.FROM_TWO_LEGS, leg(**LEVEL, two_leg_tilt_deg=-3.0), 3.0),
        (pelvis.FROM_TWO_LEGS, leg(two_leg_tilt_deg=-3.0), NAN),
        (pelvis.HIP_ADDUCTION, leg(), NAN),
        (pelvis.HIP_ADDUCTION, leg(asis=LEVEL["asis"]), NAN),
        (pelvis.HIP_ADDUCTION, leg(**LEVEL), 0.0),
        (pelvis.HIP_ADDUCTION, leg(**LEVEL, knee=points((50, 50))), 45.0),
        (pelvis.HIP_ADDUCTION, leg(asis=points((-2, 122)), swing_asis=points((22, 98))), 45.0),
        (trunk.TRUNK_LEAN, leg(), 0.0),
        (trunk.TRUNK_LEAN, leg(shoulder=points((-60, 160)), swing_shoulder=points((-40, 160))), 45.0),
        (trunk.TRUNK_LEAN, leg(shoulder=points((0, 180)), swing_shoulder=points((140, 140))), -45.0),
        (
            trunk.KNEE_PLUS_TRUNK,
            leg(
                knee=points((50, 50)), shoulder=points((-60, 160)), swing_shoulder=points((-40, 160))
            ),
            135.0,
        ),
        (depth.DEPTH, leg(), 0.0),
        (depth.DEPTH, leg(hip=points((0, 85))), 15.0),
        (depth.DEPTH, leg(hip=points((0, 110)), ankle=points((0, 20))), 10.0),
        (depth.SWING_ANKLE_HEIGHT, leg(swing_ankle=points((20, 12)), ankle=points((0, 2))), 10.0),
        (depth.BODY_MEDIAL, leg(), 10.0),
        (depth.BODY_MEDIAL, leg(ankle=points((4, 0))), 6.0),
    ],
)  # fmt: skip
def test_a_signal_is_what_can_be_drawn_on_paper(signal: Signal, of: FrontalTrack, value: float) -> None:
    np.testing.assert_allclose(signal.of(of), [value], atol=1e-9)


@pytest.mark.parametrize(
    ("signal", "value"),
    [(knee.KNEE_OVER_FOOT, 2.0), (knee.KNEE_MEDIAL, 2.0), (depth.DEPTH, 50.0), (depth.BODY_MEDIAL, 5.0)],
)
def test_lengths_are_in_percent_of_the_leg(signal: Signal, value: float) -> None:
    of = leg(knee=points((4, 50)), leg_length_px=200.0)
    np.testing.assert_allclose(signal.of(of), [value])


def test_the_ankle_is_as_high_as_above_where_it_usually_rests() -> None:
    three = {name: np.repeat(getattr(leg(), name), 5, axis=0) for name in ("hip", "knee")}
    of = leg(time_s=np.arange(5.0), ankle=points((0, 3), (0, 3), (0, 3), (0, 23), (NAN, NAN)), **three)
    np.testing.assert_allclose(depth.ANKLE_HEIGHT.of(of), [0, 0, 0, 20, NAN])
    np.testing.assert_allclose(depth.ANKLE_HEIGHT.of(leg(ankle=points((NAN, NAN)))), [NAN])


def test_a_frame_in_which_the_leg_does_not_carry_has_no_signal_at_all() -> None:
    table = signals_of([leg(knee=points((NAN, NAN)))])
    names = [signal.column.name for signal in SIGNALS]
    assert list(table.columns) == ["time_s", "side", *names]
    assert table[names].isna().all(axis=None)
    assert signals_of([leg()])[["fppa_deg", "depth_pct", "hip_line_tilt_deg"]].notna().all(axis=None)


def test_signals_are_kept_to_a_thousandth_and_zero_has_no_sign() -> None:
    table = signals_of([leg(knee=points((1 / 3, 50)), hip=points((0, 100 - 1e-9)))])
    assert table["knee_medial_pct"].tolist() == [0.333]
    assert [str(value) for value in signals_of([leg()])["hip_line_tilt_deg"]] == ["0.0"]


def test_no_legs_give_an_empty_table_with_every_column() -> None:
    empty = signals_of([])
    assert len(empty) == 0
    assert list(empty.columns) == list(signals_of([leg()]).columns)
    assert empty["time_s"].dtype == np.float64
    assert empty["fppa_deg"].dtype == np.float64


def test_legs_follow_one_another_in_the_table() -> None:
    table = signals_of([leg(), leg(side=Side.RIGHT)])
    assert table["side"].tolist() == ["left", "right"]
    assert table.index.tolist() == [0, 1]


# --- measures of a rep --------------------------------------------------------------------------------------


def test_a_measure_that_was_not_chosen_is_blank_and_has_its_column() -> None:
    signals = signals_of([leg()])
    signals = signals.loc[[0] * len(TIME_S)].assign(time_s=TIME_S, fppa_deg=7.0004).reset_index(drop=True)
    (row,) = measures_of([REP], signals, chosen=[knee.FPPA_AT_LOWEST]).to_dict("records")
    assert list(row) == [column.name for column in metrics.MEASURE_COLUMNS]
    assert row["fppa_deg"] == 7.0
    assert {name for name, value in row.items() if value == value} == {"fppa_deg"}
    assert len(measures_of([], signals, chosen=[knee.FPPA_AT_LOWEST])) == 0


def test_a_rep_reads_its_own_side() -> None:
    both = signals_of([leg(), leg(side=Side.RIGHT, knee=points((50, 50)))])
    rep = Rep(1, Side.RIGHT, 0.0, 0.0, 0.0)
    assert measures_of([rep], both, chosen=[knee.FPPA_AT_LOWEST])["fppa_deg"].tolist() == [90.0]
    assert metrics.depth_profiles_of([rep], both.assign(depth_pct=6.0))[0].at(6) == 90.0


@pytest.mark.parametrize(
    ("measure", "contact_s", "value"),
    [
        (depth.DESCENT, None, 1.0),
        (depth.DESCENT, 1.4, 0.6),
        (depth.ASCENT, None, 1.0),
        (depth.HOLD, None, 2.0),
        (depth.INITIAL_CONTACT, None, NAN),
        (depth.INITIAL_CONTACT, 1.4, 1.4),
    ],
)
def test_times_of_a_rep(measure: Any, contact_s: float | None, value: float) -> None:
    rep = Rep(1, Side.LEFT, 1.0, 2.0, 3.0, initial_contact_s=contact_s)
    assert measure.of(view(rep)) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("measure", "unit", "positive", "least"),
    [
        (depth.DESCENT, "s", "longer", 0.0),
        (depth.ASCENT, "s", "longer", 0.0),
        (depth.HOLD, "s", "longer", 0.0),
        (depth.INITIAL_CONTACT, "s", "later", None),
    ],
)
def test_times_say_their_unit_and_direction(
    measure: Any, unit: str, positive: str, least: float | None
) -> None:
    column = measure.column
    assert (column.unit, column.positive, column.least, column.source) == (
        unit,
        positive,
        least,
        "convention",
    )
    assert column.name.endswith("_s")
    assert column.meaning.startswith(("Time", "How long", "Initial contact"))


def test_the_profile_of_a_rep_has_the_angle_at_each_whole_percent_it_reached() -> None:
    profile = knee.depth_profile(view(fppa_deg=TIME_S))
    assert (profile.rep, profile.side, profile.from_pct, len(profile.fppa_deg)) == (1, "left", 5, 21)
    assert (profile.at(10), profile.at(20), profile.at(21)) == (1.5, 2.0, None)
    assert knee.depth_profile(view(fppa_deg=1.23456)).at(5) == 1.23


# --- pelvic drop --------------------------------------------------------------------------------------------


def drop_of(**signals: Any) -> float:
    return pelvis.PELVIC_DROP.of(view(**signals))


def test_the_drop_is_from_two_legs_where_that_was_seen_and_else_from_standing_before() -> None:
    tilt = np.where(TIME_S < 1.0, 2.0, 5.0)
    assert drop_of(pelvic_drop_absolute_deg=tilt, pelvic_drop_from_two_legs_deg=NAN) == 3.0
    assert drop_of(pelvic_drop_absolute_deg=tilt, pelvic_drop_from_two_legs_deg=6.0) == 6.0


@pytest.mark.parametrize(("frames_seen", "known"), [(3, True), (2, False)])
def test_the_drop_needs_both_stickers_in_most_frames_of_the_lowest_point(
    frames_seen: int, known: bool
) -> None:
    # Five frames in the window of the lowest point, of which so many show both stickers.
    time_s = np.round(np.arange(1001) * 0.004, 6)
    rep = Rep(1, Side.LEFT, 1.0, 2.0, 3.0)
    window = np.flatnonzero(np.abs(time_s - 2.0) <= 0.05)
    seen = round(frames_seen / 5 * len(window))
    tilt = np.full(len(time_s), 4.0)
    tilt[window[seen:]] = NAN
    table = {
        "time_s": time_s,
        "depth_pct": np.interp(time_s, [0, 1, 2, 3, 4], [0, 0, 20, 0, 0]),
        "ankle_height_pct": 0.0,
        "pelvic_drop_absolute_deg": tilt,
        "pelvic_drop_from_two_legs_deg": NAN,
    }
    of = view(rep, **table)
    assert np.isfinite(pelvis.PELVIC_DROP.of(of)) == known
    assert np.isfinite(pelvis.PELVIC_DROP_ABSOLUTE.of(of)) == known
    two_legs = view(rep, **(table | {"pelvic_drop_from_two_legs_deg": tilt}))
    assert np.isfinite(pelvis.PELVIC_DROP.of(two_legs)) == known
