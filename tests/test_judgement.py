"""Gates, grades, bands, colours, intervals and means: what a number is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.trials import trial_of
from valgus import rules
from valgus.exports import wording
from valgus.flags import flags_of, level_of
from valgus.model.evidence import ClipEvidence
from valgus.model.frontal import Estimate, Origin, Side
from valgus.model.rep import Grade, Rep
from valgus.model.rule import Level, Severity
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.model.trial import SetMean, Trial
from valgus.simulate import View, film, one_after_the_other, repetitions
from valgus.summary import set_means, side_differences
from valgus.uncertainty import (
    MIRROR_AVERAGED,
    SINGLE_PICTURE,
    PoseError,
    false_valgus_deg,
    fppa_ci95_deg,
    segment_inclination_deg,
)

STEP_DOWN = Settings(task="step-down", side=Side.LEFT)


def grades(trial: Trial) -> set[str]:
    return {rep.grade.value for rep in trial.reps}


def codes(trial: Trial) -> list[str]:
    return [finding.code for finding in trial.findings]


def unsure(track: PoseTrack, visibility: float, joint: str = "left_knee") -> PoseTrack:
    confidence = np.array(track.confidence)
    confidence[:, track.index(joint)] = visibility
    return replace(track, confidence=confidence)


# --- gates -----------------------------------------------------------------------------------------------


def test_a_clip_filmed_well_has_no_finding_and_every_rep_is_ok() -> None:
    trial = trial_of(film(repetitions(), View(noise_px=0.5)))
    assert trial.findings == ()
    assert grades(trial) == {"ok"}


@pytest.mark.parametrize(
    ("yaw_deg", "grade"),
    [(0.0, "ok"), (6.9, "ok"), (7.1, "low"), (-11.9, "low"), (12.1, "invalid"), (50.0, "invalid")],
)
def test_yaw_counts_from_where_its_whole_interval_lies_beyond_the_limit(yaw_deg: float, grade: str) -> None:
    """Given by hand it is known to 2 deg: low from 5 + 2, invalid from 10 + 2."""
    trial = trial_of(film(repetitions()), replace(STEP_DOWN, yaw_deg=yaw_deg))
    assert grades(trial) == {grade}


def test_from_the_side_there_are_no_reps_and_the_advice_is_to_film_from_the_front() -> None:
    trial = trial_of(film(repetitions(), View(yaw_deg=80.0)), STEP_DOWN)
    assert trial.reps == ()
    assert trial.worst_finding is not None
    assert (trial.worst_finding.code, trial.worst_finding.severity) == ("not_frontal", Severity.STOP)
    assert "front" in trial.worst_finding.advice
    assert codes(trial) == ["not_frontal"], "the missing reps are not a second finding"


@pytest.mark.parametrize(
    ("view", "settings", "code", "grade"),
    [
        (View(roll_deg=18.0), STEP_DOWN, "camera_rolled", "low"),
        (View(px_per_m=160.0), STEP_DOWN, "too_small", "low"),
        (View(px_per_m=80.0), STEP_DOWN, "too_small", "invalid"),
    ],
)
def test_each_gate_of_the_view_is_raised(view: View, settings: Settings, code: str, grade: str) -> None:
    trial = trial_of(film(repetitions(), view), settings)
    assert code in codes(trial)
    assert grades(trial) == {grade}


@pytest.mark.parametrize(
    ("task", "fps", "grade"),
    [
        ("step-down", 15.0, "low"),
        ("step-down", 7.0, "invalid"),
        ("step-down", 24.0, "ok"),
        ("landing", 30.0, "low"),
        ("landing", 60.0, "ok"),
    ],
)
def test_a_landing_needs_more_frames_per_second_than_a_step_down(task: str, fps: float, grade: str) -> None:
    trial = trial_of(film(repetitions(task=task, fps=fps)), Settings(task=task, side=Side.LEFT))
    assert grades(trial) == {grade}
    assert ("low_frame_rate" in codes(trial)) == (grade != "ok")


@pytest.mark.parametrize(("visibility", "grade"), [(0.71, "ok"), (0.69, "low")])
def test_reps_of_which_the_pose_model_was_unsure_are_graded_low(visibility: float, grade: str) -> None:
    assert grades(trial_of(unsure(film(repetitions()), visibility), STEP_DOWN)) == {grade}


@pytest.mark.parametrize(("share", "grade"), [(0.01, "ok"), (0.05, "low"), (0.3, "invalid")])
def test_a_track_that_was_on_somebody_else_is_trusted_less(share: float, grade: str) -> None:
    trial = trial_of(film(repetitions()), STEP_DOWN, evidence=ClipEvidence(identity_jump_share=share))
    assert grades(trial) == {grade}


def test_several_people_are_told_but_lower_no_grade() -> None:
    trial = trial_of(film(repetitions()), STEP_DOWN, evidence=ClipEvidence(people_in_view=3))
    assert codes(trial) == ["several_people"]
    assert grades(trial) == {"ok"}


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (ClipEvidence(brightness=73.0), {}),
        (ClipEvidence(brightness=71.0), {"too_dark": "low"}),
        (ClipEvidence(blur_pct=0.4), {}),
        (ClipEvidence(blur_pct=0.6), {"blurred": "low"}),
        (ClipEvidence(camera_motion_pct_s=0.4), {}),
        (ClipEvidence(camera_motion_pct_s=0.6), {"camera_moving": "note"}),
        (ClipEvidence(camera_motion_pct_s=2.1), {"camera_moving": "low"}),
        (ClipEvidence(cuts=1), {"clip_cut": "low"}),
        (ClipEvidence(repeated_share=0.2), {}),
        (ClipEvidence(repeated_share=0.5), {"repeated_frames": "note"}),
    ],
)
def test_each_gate_of_the_pictures_is_raised(evidence: ClipEvidence, expected: dict[str, str]) -> None:
    trial = trial_of(film(repetitions()), STEP_DOWN, evidence=evidence)
    assert {finding.code: finding.severity.value for finding in trial.findings} == expected
    assert grades(trial) == ({"low"} if "low" in expected.values() else {"ok"})


def moved(track: PoseTrack, *, across_px: float = 0.0, down_px: float = 0.0) -> PoseTrack:
    """Return the track as the pose model gives it after a step aside: blank where it leaves the picture."""
    xy = np.add(track.xy_px, [across_px, down_px])
    outside = ((xy < 0) | (xy > (720, 1280))).any(axis=2)
    xy[outside] = np.nan
    return replace(track, xy_px=xy, confidence=np.where(outside, 0.0, track.confidence))


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(
    ("aside_legs", "severity"), [(0.0, None), (0.2, None), (0.3, "note"), (-0.3, "note"), (-0.45, "low")]
)
def test_who_stands_aside_of_the_middle_is_told_by_the_ankle(
    aside_legs: float, severity: str | None, side: Side
) -> None:
    """A leg of the simulated person is 336 px long."""
    track = moved(film(repetitions(side=side), View(px_per_m=400.0)), across_px=336 * aside_legs)
    found = {finding.code: finding.severity.value for finding in trial_of(track).findings}
    assert found == ({} if severity is None else {"off_centre": severity})


def test_two_legs_in_the_middle_are_not_aside_of_it() -> None:
    track = film(repetitions(task="squat"))
    middle_px = np.mean([np.median(track.point(f"{side.value}_ankle")[:, 0]) for side in Side])
    centred = moved(track, across_px=360 - float(middle_px))
    assert "off_centre" not in codes(trial_of(centred, Settings(task="squat")))
    assert "off_centre" in codes(trial_of(moved(centred, across_px=120), Settings(task="squat")))


@pytest.mark.parametrize(("down_px", "cut"), [(0.0, False), (80.0, False), (100.0, True), (115.0, True)])
def test_a_foot_beyond_the_edge_of_the_picture_is_told(down_px: float, cut: bool) -> None:
    """The toes of the simulated person are 108 px above the lower edge; 13 px from it they count as cut."""
    squat = film(repetitions(task="single-leg-squat"))
    trial = trial_of(moved(squat, down_px=down_px), Settings(task="single-leg-squat"))
    assert ("head_or_feet_cut" in codes(trial)) == cut
    assert grades(trial) == ({"low"} if cut else {"ok"})


def test_a_head_beyond_the_edge_of_the_picture_is_told() -> None:
    assert codes(trial_of(moved(film(repetitions()), down_px=-700.0), STEP_DOWN)) == ["head_or_feet_cut"]


def slower(track: PoseTrack, factor: float) -> PoseTrack:
    return replace(track, time_s=track.time_s * factor)


@pytest.mark.parametrize(("factor", "slow"), [(1.0, False), (2.0, False), (4.0, True)])
def test_squats_in_slow_motion_are_told_by_how_long_a_rep_takes(factor: float, slow: bool) -> None:
    trial = trial_of(slower(film(repetitions(rep_s=2.6, fps=120.0)), factor), STEP_DOWN)
    assert codes(trial) == (["slow_motion"] if slow else [])
    assert grades(trial) == {"ok"}, "angles are the same"


@pytest.mark.parametrize(("factor", "slow"), [(1.0, False), (2.0, True)])
def test_landings_in_slow_motion_are_told_by_gravity(factor: float, slow: bool) -> None:
    filmed = film(repetitions(task="landing", fps=240.0))
    trial = trial_of(slower(filmed, factor), Settings(task="landing", side=Side.LEFT))
    assert trial.measured
    assert ("slow_fall" in codes(trial)) == slow


def test_reps_of_different_depth_are_pointed_out() -> None:
    shallow, deep = (film(repetitions(peak_fppa_deg=(5.0,) * 2, peak_flexion_deg=d)) for d in (50.0, 68.0))
    assert "inconsistent_depth" in codes(trial_of(one_after_the_other(shallow, deep), STEP_DOWN))
    assert "inconsistent_depth" not in codes(trial_of(one_after_the_other(deep, deep), STEP_DOWN))


def test_a_clip_said_to_be_mirrored_says_so() -> None:
    trial = trial_of(film(repetitions(), View(mirrored=True)), replace(STEP_DOWN, mirrored=True))
    assert codes(trial) == ["mirrored"]
    assert grades(trial) == {"ok"}


def test_darkness_is_told_also_where_nobody_is_found() -> None:
    trial = trial_of(film(repetitions()), seen=False, evidence=ClipEvidence(brightness=5.0))
    assert codes(trial) == ["no_person", "too_dark"]


def test_a_rep_too_deep_to_judge_is_low_and_a_ten_centimetre_step_is_judged() -> None:
    deep = trial_of(film(repetitions(peak_flexion_deg=85.0)), STEP_DOWN)
    shallow = trial_of(film(repetitions(peak_flexion_deg=52.0)), STEP_DOWN)
    assert {rep.grade_reasons for rep in deep.reps} == {("too_deep",)}
    assert grades(deep) == {"low"}
    assert grades(shallow) == {"ok"}
    assert shallow.measures["depth_pct"].max() < 12


def test_a_clip_that_lies_on_its_side_is_told_so_and_not_that_the_person_is_turned() -> None:
    trial = trial_of(film(repetitions(), View(roll_deg=90.0, yaw_deg=80.0)), STEP_DOWN)
    assert codes(trial)[0] == "camera_rolled"
    assert trial.reps == ()
    assert "upright" in trial.findings[0].advice


def test_legs_seen_in_a_tenth_of_the_frames_give_no_reps() -> None:
    track = film(repetitions())
    hidden = np.arange(len(track.time_s)) % 10 != 0
    xy, confidence = np.array(track.xy_px), np.array(track.confidence)
    xy[hidden], confidence[hidden] = np.nan, 0.0
    trial = trial_of(replace(track, xy_px=xy, confidence=confidence), STEP_DOWN)
    assert codes(trial) == ["rarely_seen"]
    assert trial.reps == ()


def test_a_leg_named_by_mistake_is_told_and_nothing_earns_a_colour() -> None:
    squat = film(repetitions(task="single-leg-squat", side=Side.RIGHT))
    wrong = trial_of(squat, Settings(task="single-leg-squat", side=Side.LEFT))
    assert "other_leg_carries" in codes(wrong)
    assert "ok" not in grades(wrong)
    right = trial_of(squat, Settings(task="single-leg-squat", side=Side.RIGHT))
    assert "other_leg_carries" not in codes(right)


def test_without_reps_of_the_named_leg_the_other_one_is_offered_and_not_a_deeper_bend() -> None:
    down = film(repetitions(side=Side.RIGHT))
    trial = trial_of(down, Settings(task="step-down", side=Side.LEFT))
    stopped = next(found for found in trial.findings if found.code == "no_rep")
    assert "name the other leg" in stopped.advice


@pytest.mark.parametrize(
    ("task", "says"),
    [("step-down", "Bend the knee"), ("landing", "Leave the ground"), ("stance", "Lift the other")],
)
def test_a_clip_without_reps_says_how_they_would_be_found_in_this_task(task: str, says: str) -> None:
    standing = film(repetitions(task="squat", peak_fppa_deg=(), rest_s=6.0, fps=60.0))
    trial = trial_of(standing, Settings(task=task, side=Side.LEFT))
    assert codes(trial) == ["no_rep"]
    assert trial.findings[0].advice.startswith(says)


def test_a_clip_of_half_a_second_is_too_short_rather_than_without_reps() -> None:
    trial = trial_of(film(repetitions(peak_fppa_deg=(), rest_s=0.5)), STEP_DOWN)
    assert codes(trial) == ["too_short"]
    assert "only 0.5 s long" in trial.findings[0].says


def test_ten_frames_per_second_lower_the_grade_but_do_not_thin_the_reps_out() -> None:
    trial = trial_of(film(repetitions(fps=10.0)), STEP_DOWN)
    assert {rep.grade_reasons for rep in trial.reps} == {("low_frame_rate",)}
    assert trial.measures["fppa_deg"].notna().all()


def test_fewer_than_three_valid_reps_are_pointed_out() -> None:
    assert "few_reps" in codes(trial_of(film(repetitions(peak_fppa_deg=(5.0, 6.0)))))
    assert "few_reps" not in codes(trial_of(film(repetitions(peak_fppa_deg=(5.0, 6.0, 7.0)))))


def test_nobody_and_legs_out_of_the_picture_are_told_apart() -> None:
    track = film(repetitions())
    nobody = trial_of(track, seen=False)
    legless_xy, confidence = np.array(track.xy_px), np.array(track.confidence)
    for joint in ("left_ankle", "right_ankle"):
        legless_xy[:, track.index(joint)], confidence[:, track.index(joint)] = np.nan, 0.0
    legless = trial_of(replace(track, xy_px=legless_xy, confidence=confidence))
    assert codes(nobody) == ["no_person"]
    assert codes(legless) == ["legs_not_seen"]
    assert f"{len(track.time_s)} of {len(track.time_s)} frames" in nobody.findings[0].says


# --- bands and colours -----------------------------------------------------------------------------------


def test_every_threshold_names_its_source_population_and_basis() -> None:
    for band in rules.published().bands:
        assert band.source and band.population and band.basis and band.unit
        assert band.amber is not None
    for gate in rules.published().gates:
        assert gate.source and gate.says and gate.in_short and gate.advice
        assert (gate.note, gate.low, gate.invalid, gate.stop) != (None,) * 4


def test_where_sex_is_not_known_the_stricter_band_is_in_force() -> None:
    def edge(sex: str | None) -> float | None:
        return next(
            band.amber for band in rules.published().bands_for("landing", sex) if band.code == "fppa_asis"
        )

    assert (edge("f"), edge("m"), edge(None)) == (12.0, 9.0, 9.0)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (-20.0, Level.GREEN),
        (11.3, Level.GREEN),
        (11.31, Level.AMBER),
        (16.0, Level.AMBER),
        (16.01, Level.RED),
    ],
)
def test_the_edges_of_the_fppa_band(value: float, level: Level) -> None:
    band = next(band for band in rules.published().bands_for("step-down", None) if band.measure == "fppa_deg")
    assert level_of(value, band) is level


def _flagged(value: float, ci95: float, grade: Grade) -> list[tuple[str, bool]]:
    band = [b for b in rules.published().bands_for("step-down", None) if b.measure == "fppa_deg"]
    measures = pd.DataFrame({"fppa_deg": [value], "fppa_ci95_deg": [ci95]})
    flags = flags_of([Rep(1, Side.LEFT, 0, 1, 2, grade=grade)], measures, band)
    return [(flag.level.value, flag.edge_inside_interval) for flag in flags]


def test_the_colour_is_that_of_the_value_and_an_edge_inside_its_interval_is_marked() -> None:
    assert _flagged(5.0, 6.0, Grade.OK) == [("green", False)]
    assert _flagged(5.0, 6.4, Grade.OK) == [("green", True)]
    assert _flagged(17.0, 5.0, Grade.OK) == [("red", True)]


@pytest.mark.parametrize("grade", [Grade.LOW, Grade.INVALID])
def test_only_reps_graded_ok_earn_a_colour(grade: Grade) -> None:
    assert _flagged(25.0, 1.0, grade) == []


def test_what_cannot_be_measured_has_no_colour() -> None:
    assert _flagged(float("nan"), float("nan"), Grade.OK) == []


def test_a_landing_without_stickers_has_no_colour_because_its_norms_are_from_asis_markers() -> None:
    trial = trial_of(film(repetitions(task="landing", fps=60.0)))
    assert grades(trial) == {"ok"}
    assert trial.flags == ()


def test_the_hip_line_is_shown_with_its_wide_interval_and_never_judged() -> None:
    trial = trial_of(film(repetitions(peak_drop_deg=14.0)))
    assert (trial.measures["hip_line_tilt_deg"] > 10).all()
    assert (trial.measures["hip_line_tilt_ci95_deg"] > 10).all()
    assert trial.measures["pelvic_drop_deg"].isna().all()
    assert {flag.measure for flag in trial.flags} <= {"fppa_deg", "knee_plus_trunk_deg"}


# --- intervals and means ---------------------------------------------------------------------------------


def _yaw(value: float, ci95: float) -> Estimate:
    return Estimate(value, ci95, Origin.DETECTED, "")


@pytest.mark.parametrize("pose", [MIRROR_AVERAGED, SINGLE_PICTURE])
def test_without_yaw_the_interval_is_that_of_the_pose_model(pose: PoseError) -> None:
    half_width = fppa_ci95_deg(13.4, _yaw(0.0, 0.0), pose=pose)
    assert half_width == pytest.approx(1.96 * pose.fppa_rmse_deg, rel=1e-3)


@pytest.mark.parametrize(("yaw_deg", "ci95"), [(0.0, 3.0), (3.0, 3.0), (-8.0, 5.0), (14.0, 5.0)])
def test_the_interval_holds_the_angle_seen_square_on_in_95_of_100_cases(yaw_deg: float, ci95: float) -> None:
    """Drawn at random: the true yaw around the estimate, and the pose model's error."""
    rng = np.random.default_rng(0)
    true_yaw = rng.normal(yaw_deg, ci95 / 1.96, 20_000)
    false_deg = np.array([false_valgus_deg(float(yaw), 13.4) for yaw in true_yaw])
    off = false_deg + rng.normal(0.0, MIRROR_AVERAGED.fppa_rmse_deg, len(false_deg))
    half_width = fppa_ci95_deg(13.4, _yaw(yaw_deg, ci95), pose=MIRROR_AVERAGED)
    assert (np.abs(off) <= half_width).mean() == pytest.approx(0.95, abs=0.012)


def test_depth_and_tremble_widen_the_interval() -> None:
    shallow = fppa_ci95_deg(13.4, _yaw(2.0, 3.0), pose=MIRROR_AVERAGED)
    assert fppa_ci95_deg(20.0, _yaw(2.0, 3.0), pose=MIRROR_AVERAGED) > shallow
    assert fppa_ci95_deg(13.4, _yaw(2.0, 3.0), pose=MIRROR_AVERAGED, tremble_deg=2.0) > shallow


def test_a_trembling_track_has_wider_intervals_than_a_steady_one() -> None:
    steady, trembling = (trial_of(film(repetitions(), View(noise_px=px))) for px in (0.0, 6.0))
    assert (trembling.measures["fppa_ci95_deg"] > steady.measures["fppa_ci95_deg"] + 0.05).all()


def test_yaw_is_taken_off_on_request_only() -> None:
    track = film(repetitions(peak_fppa_deg=(0.0,) * 4), View(yaw_deg=8.0))
    assert trial_of(track).measures["fppa_yaw_corrected_deg"].isna().all()
    corrected = trial_of(track, Settings(correct_yaw=True)).measures
    assert (corrected["fppa_deg"] > 7.0).all()
    np.testing.assert_allclose(corrected["fppa_yaw_corrected_deg"], 0.0, atol=0.6)


@pytest.mark.parametrize(
    ("depth_pct", "knee_flexion_deg"), [(0.0, 0.0), (13.4, 60.0), (15.2, 64.0), (20.7, 75.0)]
)
def test_depth_stands_for_knee_flexion(depth_pct: float, knee_flexion_deg: float) -> None:
    assert 2 * segment_inclination_deg(depth_pct) == pytest.approx(knee_flexion_deg, abs=0.3)


def test_depth_of_sixty_degrees_is_measured_as_such() -> None:
    trial = trial_of(film(repetitions(peak_flexion_deg=60.0, peak_fppa_deg=(0.0,) * 3)))
    np.testing.assert_allclose(trial.measures["depth_pct"], 13.4, atol=0.4)


def _means(values: list[float], worst: Grade = Grade.OK) -> dict[str, float | int | None]:
    reps = [Rep(k, Side.LEFT, k, k + 0.5, k + 0.9) for k in range(len(values))]
    reps[-1] = replace(reps[-1], grade=worst)
    columns = {name: [np.nan] * len(values) for name in trial_of(film(repetitions())).measures.columns}
    measures = pd.DataFrame(columns | {"fppa_deg": values, "fppa_ci95_deg": [3.0] * len(values)})
    mean = next(mean for mean in set_means(reps, measures) if mean.measure == "fppa_deg")
    return {"n": mean.n, "mean": mean.mean, "ci95": mean.ci95}


def test_the_mean_leaves_out_invalid_reps_and_keeps_low_ones() -> None:
    assert _means([4.0, 6.0, 20.0], Grade.INVALID)["mean"] == 5.0
    assert _means([4.0, 6.0, 20.0], Grade.LOW)["mean"] == 10.0


def test_averaging_does_not_shrink_the_error_that_all_reps_share() -> None:
    assert _means([5.0] * 5)["ci95"] == pytest.approx(3.0)
    spread = _means([3.0, 5.0, 7.0])["ci95"]
    assert spread == pytest.approx(np.hypot(3.0, 4.303 * 2.0 / np.sqrt(3)), abs=0.01)
    assert _means([5.0])["ci95"] == 3.0


# --- side differences ------------------------------------------------------------------------------------


def mean_of(side: str, value: float, ci95: float | None = 3.0) -> SetMean:
    return SetMean("fppa_deg", side, 5, value, 1.0, ci95)


@pytest.mark.parametrize(
    ("left", "right", "ci95", "real"),
    [(20.0, 5.0, 3.0, True), (12.0, 5.0, 3.0, False), (20.0, 5.0, 12.0, False), (20.0, 5.0, None, False)],
    ids=["beyond both", "within the detectable change", "within its own error", "error not known"],
)
def test_a_side_difference_counts_beyond_the_larger_of_error_and_detectable_change(
    left: float, right: float, ci95: float | None, real: bool
) -> None:
    means = (mean_of("left", left, ci95), mean_of("right", right, ci95))
    (found,) = side_differences(means, rules.published().changes_for("step-down"))
    assert found.value == pytest.approx(left - right)
    assert found.real is real


def test_one_leg_alone_has_no_side_difference() -> None:
    assert side_differences((mean_of("left", 20.0),), rules.published().changes_for("step-down")) == ()
    assert trial_of(film(repetitions())).differences == ()


def test_legs_measured_in_one_clip_are_compared_in_words() -> None:
    track = one_after_the_other(
        film(repetitions(side=Side.LEFT, peak_fppa_deg=(25.0,) * 4)),
        film(repetitions(side=Side.RIGHT, peak_fppa_deg=(2.0,) * 4)),
    )
    line = wording.difference_line(trial_of(track))
    assert line.startswith("Left minus right FPPA: 2")
    assert "a real difference" in line


def test_every_detectable_change_names_its_source() -> None:
    for change in rules.published().changes_for("step-down"):
        assert change.source
        assert change.population
        assert change.value > 0
