"""The page on which a rater points at the joints: one file that asks nobody for anything."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trials import trial_of
from valgus import geometry
from valgus.exports.faces import nearest_frame
from valgus.exports.rate import LegToRate, write_rate_page
from valgus.exports.stills import FullSizePicture
from valgus.model.clip import Clip
from valgus.model.frontal import Facing, Side
from valgus.model.settings import Settings
from valgus.pipeline import medial_signs_of, smooth_track_of
from valgus.simulate import View, film, repetitions

LEGS = tuple(LegToRate(k + 1, Side.LEFT, 1.5 * k, medial_sign=-1.0) for k in range(6))


def clip(name: str = "clip.mp4") -> Clip:
    return Clip(name, "a" * 64, 2160, 3840, 300, 10.0, 30.0, False, 0, "h264")


def page_of(folder: Path, name: str = "clip.mp4", **more: Any) -> str:
    image = np.full((1200, 540, 3), 128, dtype=np.uint8)
    pictures = [FullSizePicture(leg.rep, image, (300 + leg.rep, 40)) for leg in LEGS]
    write_rate_page(folder / "page.html", clip=clip(name), legs=LEGS, pictures=pictures, **more)
    return (folder / "page.html").read_text(encoding="utf-8")


def data_in(page: str) -> dict[str, Any]:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return dict(json.loads(data))


def test_it_may_load_nothing_and_send_nothing(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    assert "default-src 'none'" in page
    assert "unsafe" not in page and "connect-src" not in page
    assert re.findall(r'(?:src|href|action)="(?!data:)', page) == []
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    "name", ["my clip.mp4", "it's, Übung.mp4", '"></script><script>alert(1)</script>.mp4']
)
def test_any_name_of_clip_and_rater_is_shown_and_never_run(name: str, tmp_path: Path) -> None:
    page = page_of(tmp_path, name, rater=name)
    assert "<script>alert" not in page
    assert name in html.unescape(page)
    assert data_in(page)["clip"]["clip"] == data_in(page)["rater"] == name


def test_a_seed_always_gives_the_same_other_order(tmp_path: Path) -> None:
    orders = [
        [leg["rep"] for leg in data_in(page_of(tmp_path, seed=seed))["legs"]] for seed in (None, 1, 1, 2)
    ]
    assert orders[0] == [1, 2, 3, 4, 5, 6]
    assert orders[1] == orders[2]
    assert len({tuple(order) for order in orders}) == 3
    assert all(sorted(order) == orders[0] for order in orders)


def test_every_picture_knows_where_it_is_in_the_clip(tmp_path: Path) -> None:
    pictures = data_in(page_of(tmp_path))["pictures"]
    assert [pictures[str(rep)]["origin_px"] for rep in (1, 6)] == [[301, 40], [306, 40]]
    assert pictures["1"]["size_px"] == [540, 1200]


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("facing", list(Facing))
@pytest.mark.parametrize("mirrored", [False, True], ids=["as it is", "mirrored"])
def test_the_inside_of_the_leg_gives_points_the_sign_that_the_measures_have(
    side: Side, facing: Facing, mirrored: bool
) -> None:
    view = View(facing=facing, mirrored=mirrored)
    track = film(repetitions(side=side, peak_fppa_deg=(14.0,)), view)
    trial = trial_of(track, Settings(task="step-down", mirrored=mirrored))
    (rep,) = trial.reps
    assert rep.side is side
    shown_as = side.other if mirrored else side
    frame = nearest_frame(track, rep.bottom_s)
    (sign,) = medial_signs_of(trial)
    points = [
        smooth_track_of(trial).point(f"{shown_as.value}_{joint}")[frame] * [sign, -1]
        for joint in ("hip", "knee", "ankle")
    ]
    assert float(geometry.signed_bend_deg(*points)) == pytest.approx(trial.measures["fppa_deg"][0], abs=0.2)
