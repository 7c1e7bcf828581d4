"""Pelvic drop from stickers: one sign everywhere, the right baseline, withheld where they are not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.test_signs import VIEWS
from tests.trials import trial_of
from valgus.exports import wording
from valgus.model.evidence import ClipEvidence, StickersSeen
from valgus.model.frontal import Facing, Origin, Side
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.model.trial import Trial
from valgus.simulate import View, film, one_after_the_other, repetitions
from valgus.uncertainty import pelvic_drop_ci95_deg

SEEN = ClipEvidence(
    stickers=StickersSeen(
        Origin.DETECTED, 0.5, ((300.0, 500.0), (400.0, 500.0)), "magenta", (200, 30, 130), 12.0, 1.0
    )
)


def worn(track: PoseTrack, evidence: ClipEvidence = SEEN, settings: Settings = Settings()) -> Trial:
    return trial_of(track, settings, evidence=evidence)


def hidden(track: PoseTrack, from_s: float, to_s: float) -> PoseTrack:
    """The track with the left sticker not seen for a while."""
    xy, confidence = np.array(track.xy_px), np.array(track.confidence)
    during = (track.time_s >= from_s) & (track.time_s <= to_s)
    xy[during, track.index("left_asis")] = np.nan
    confidence[during, track.index("left_asis")] = 0.0
    return replace(track, xy_px=xy, confidence=confidence)


def on_both_legs(view: View, side: Side, *, level_deg: float = 0.0) -> PoseTrack:
    """Two seconds of standing on both feet with the pelvis at a tilt."""
    motion = repetitions(task="squat", side=side, peak_fppa_deg=(), rest_s=2.0)
    return film(replace(motion, pelvic_drop_deg=np.full_like(motion.time_s, level_deg)), view)


@pytest.mark.parametrize(("side", "facing", "mirrored"), VIEWS)
def test_the_swing_side_lower_is_positive_in_every_view(side: Side, facing: Facing, mirrored: bool) -> None:
    view = View(facing=facing, mirrored=mirrored, stickers=True)
    motion = repetitions(side=side, peak_drop_deg=7.0)
    trial = worn(film(motion, view), settings=Settings(mirrored=mirrored))
    assert {rep.side for rep in trial.reps} == {side}
    np.testing.assert_allclose(trial.measures["pelvic_drop_deg"], 7.0, atol=0.15)
    np.testing.assert_allclose(trial.measures["pelvic_drop_absolute_deg"], 7.0, atol=0.15)
    assert (trial.measures["hip_adduction_deg"] > 3.0).all()


@pytest.mark.parametrize("roll_deg", [-4.0, 3.0])
def test_a_phone_that_is_rolled_changes_the_absolute_tilt_and_not_the_drop(roll_deg: float) -> None:
    trial = worn(film(repetitions(peak_drop_deg=5.0), View(roll_deg=roll_deg, stickers=True)))
    np.testing.assert_allclose(trial.measures["pelvic_drop_deg"], 5.0, atol=0.2)
    off = np.abs(trial.measures["pelvic_drop_absolute_deg"] - 5.0)
    np.testing.assert_allclose(off, abs(roll_deg), atol=0.2)


def test_without_stickers_the_drop_is_blank_and_the_hip_line_is_not_called_pelvis() -> None:
    trial = trial_of(film(repetitions()))
    assert trial.measures["pelvic_drop_deg"].isna().all()
    assert trial.measures["fppa_asis_deg"].isna().all()
    assert trial.pelvis_source == "landmarks"
    assert trial.measures["hip_line_tilt_deg"].notna().all()


@pytest.mark.parametrize("side", list(Side))
def test_a_drop_that_is_there_already_on_one_leg_shows_from_standing_on_both(side: Side) -> None:
    """A steady Trendelenburg drop is no change from single-leg standing."""
    view = View(stickers=True)
    motion = repetitions(task="single-leg-squat", side=side, peak_drop_deg=3.0)
    dropped = film(replace(motion, pelvic_drop_deg=motion.pelvic_drop_deg + 6.0), view)
    alone = worn(dropped)
    assert alone.pelvis_baseline == "single_leg"
    np.testing.assert_allclose(alone.measures["pelvic_drop_deg"], 3.0, atol=0.3)
    both = worn(
        one_after_the_other(on_both_legs(view, side), dropped, pause_s=1 / 30),
        settings=Settings(task="single-leg-squat", side=side),
    )
    assert both.pelvis_baseline == "two_leg"
    np.testing.assert_allclose(both.measures["pelvic_drop_deg"], 9.0, atol=0.3)


def test_a_rep_whose_lowest_point_hides_a_sticker_is_not_measured_and_says_so() -> None:
    motion = repetitions(peak_drop_deg=6.0)
    track = film(motion, View(stickers=True))
    whole = worn(track)
    lowest = whole.reps[1].bottom_s
    trial = worn(hidden(track, lowest - 0.06, lowest + 0.06))
    drops = trial.measures["pelvic_drop_deg"]
    assert list(drops.isna()) == [False, True, False, False, False]
    assert trial.measures["fppa_deg"].notna().all()
    (finding,) = (f for f in trial.findings if f.code == "stickers_lost")
    assert finding.says.startswith("rep 2: pelvic drop is not measured")


def test_a_sticker_that_falls_off_leaves_the_reps_before_measured() -> None:
    track = film(repetitions(peak_drop_deg=6.0), View(stickers=True))
    half_way = float(track.time_s[-1]) / 2
    drops = worn(hidden(track, half_way, 99.0)).measures["pelvic_drop_deg"]
    assert drops[:2].notna().all()
    assert drops[3:].isna().all()


def test_standing_that_hides_a_sticker_gives_no_drop_without_two_legs() -> None:
    track = film(
        repetitions(task="single-leg-squat", peak_drop_deg=6.0, peak_fppa_deg=(5.0,)), View(stickers=True)
    )
    assert worn(hidden(track, 0.0, 1.1)).measures["pelvic_drop_deg"].isna().all()


def test_the_interval_has_the_allowance_for_skin_and_cloth() -> None:
    trial = worn(film(repetitions(), View(stickers=True)))
    assert (trial.measures["pelvic_drop_ci95_deg"] >= 3.0).all()
    assert (trial.measures["pelvic_drop_ci95_deg"] < 4.0).all()


def test_a_doubt_is_a_finding_with_the_way_out() -> None:
    trial = worn(film(repetitions()), ClipEvidence(stickers_doubt="one coloured spot is at a hip bone"))
    (finding,) = (f for f in trial.findings if f.code == "stickers_unsure")
    assert "one coloured spot" in finding.says
    assert "--pick" in finding.advice


def test_no_stickers_and_no_doubt_is_no_finding() -> None:
    codes = {finding.code for finding in trial_of(film(repetitions())).findings}
    assert not codes & {"stickers_unsure", "stickers_lost"}


def test_what_the_pelvis_is_measured_from_is_said_in_a_line() -> None:
    says = wording.pelvis_line(worn(film(repetitions(task="single-leg-squat"), View(stickers=True))))
    assert says.startswith("two magenta stickers (found: nothing else has their colour)")
    assert "standing on one leg" in says
    assert "not measured" in wording.pelvis_line(trial_of(film(repetitions())))


def test_two_leg_tasks_have_no_drop() -> None:
    track = film(repetitions(task="squat", peak_drop_deg=0.0), View(stickers=True))
    two_legs = worn(track, settings=Settings(task="squat"))
    assert two_legs.measures["pelvic_drop_deg"].isna().all()
    assert two_legs.pelvis_baseline == "none"


def test_a_pelvis_far_above_or_below_the_lens_is_less_sure() -> None:
    """Seen from above, a pelvis that turns looks as if it tilted."""
    level, aside = (pelvic_drop_ci95_deg(above, allowance_deg=0.0) for above in (0.0, -0.2))
    assert level < 0.8
    assert aside == pytest.approx(np.hypot(level, 2.0))
    assert pelvic_drop_ci95_deg(0.2) == pelvic_drop_ci95_deg(-0.2)
