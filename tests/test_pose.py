"""Whose track it is, and that the mirror image makes left and right alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from valgus.backends.base import Detection
from valgus.model.arrays import FloatArray, RgbImage
from valgus.model.track import LANDMARKS
from valgus.pose import Followed, PersonInView, Strip, follow, people_in_view, strip_of

WIDTH, HEIGHT = 400, 600
FRAMES = 20


@dataclass(frozen=True)
class Picture:
    time_s: float
    rgb: RgbImage


def pictures(count: int = FRAMES) -> list[Picture]:
    """Pictures that carry the number of the frame, and in each column its place."""
    made = []
    for k in range(count):
        rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        rgb[..., 0] = k
        rgb[..., 1], rgb[..., 2] = np.divmod(np.arange(WIDTH), 256)
        made.append(Picture(k / 30, rgb))
    return made


def standing_at(x_px: float, *, leg_px: float = 200.0) -> FloatArray:
    """Landmarks of somebody who faces the camera with the hips at (x, 250)."""
    xy = np.full((len(LANDMARKS), 2), [x_px, 100.0])
    for side, across in (("left", 1), ("right", -1)):  # the person's left is on the right of the picture
        for joint, down in (("hip", 0.0), ("knee", 0.5), ("ankle", 1.0)):
            xy[LANDMARKS.index(f"{side}_{joint}")] = [x_px + across * 0.1 * leg_px, 250 + down * leg_px]
    return xy


@dataclass
class ScriptedModel:
    """A pose model of a scene: ``scene[k]`` are the people of frame k.

    What it takes for a left knee, in a picture or in its mirror image, it places ``left_knee_off_px`` too far
    to the right, as a model that treats left and right legs differently does.
    """

    scene: Sequence[Sequence[FloatArray]]
    left_knee_off_px: float = 0.0
    names: tuple[str, ...] = LANDMARKS
    open_count: list[int] = field(default_factory=lambda: [0])

    def make(self) -> ScriptedModel:
        self.open_count[0] += 1
        return self

    def people(self, rgb: RgbImage, time_s: float) -> tuple[Detection, ...]:
        first, last = (256 * int(rgb[0, end, 1]) + int(rgb[0, end, 2]) for end in (0, -1))
        here = [xy - [min(first, last), 0] for xy in self.scene[rgb[0, 0, 0]]]
        inside = [xy for xy in here if 0 <= xy[0, 0] < rgb.shape[1]]
        return tuple(self._seen(xy, rgb.shape[1], mirrored=first > last) for xy in inside)

    def _seen(self, xy: FloatArray, width_px: int, *, mirrored: bool) -> Detection:
        if mirrored:
            swap = {"left": "right", "right": "left"}
            order = ["_".join(swap.get(part, part) for part in name.split("_")) for name in LANDMARKS]
            xy = xy[[LANDMARKS.index(name) for name in order]] * [-1, 1] + [width_px, 0]
        xy = xy.copy()
        xy[LANDMARKS.index("left_knee"), 0] += self.left_knee_off_px
        return Detection(xy, np.ones(len(LANDMARKS)), None)

    def close(self) -> None:
        self.open_count[0] -= 1


def followed(model: ScriptedModel, *, mirror_average: bool = True, strip: Strip | None = None) -> Followed:
    return follow(pictures(), model.make, scale=(1.0, 1.0), strip=strip, mirror_average=mirror_average)


def hips_x(result: Followed) -> FloatArray:
    return (result.track.point("left_hip")[:, 0] + result.track.point("right_hip")[:, 0]) / 2


ALONE = [[standing_at(200.0)]] * FRAMES


@pytest.mark.parametrize("mirror_average", [True, False])
def test_one_person_is_followed_and_every_model_is_closed(mirror_average: bool) -> None:
    model = ScriptedModel(ALONE)
    result = followed(model, mirror_average=mirror_average)
    np.testing.assert_allclose(hips_x(result), 200.0)
    assert result.identity_jump_share == 0.0
    assert model.open_count == [0]


def test_models_are_closed_when_a_frame_cannot_be_decoded() -> None:
    model = ScriptedModel(ALONE)

    def breaking() -> object:
        yield from pictures(3)
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        follow(breaking(), model.make, scale=(1.0, 1.0))  # type: ignore[arg-type]
    assert model.open_count == [0]


def test_averaging_makes_both_knees_wrong_alike() -> None:
    model = ScriptedModel(ALONE, left_knee_off_px=8.0)
    alone = followed(model, mirror_average=False).track
    both = followed(model).track
    true_left, true_right = 220.0, 180.0
    assert alone.point("left_knee")[0, 0] - true_left == 8.0
    assert alone.point("right_knee")[0, 0] - true_right == 0.0
    off_left, off_right = (
        both.point("left_knee")[0, 0] - true_left,
        both.point("right_knee")[0, 0] - true_right,
    )
    assert off_left == -off_right == 4.0


def test_a_frame_that_only_one_of_the_two_pictures_shows_is_missing() -> None:
    class BlindInTheMirror(ScriptedModel):
        def people(self, rgb: RgbImage, time_s: float) -> tuple[Detection, ...]:
            in_mirror = rgb[0, 0, 1] > 0
            return () if in_mirror and rgb[0, 0, 0] == 5 else super().people(rgb, time_s)

    result = followed(BlindInTheMirror(ALONE))
    assert np.flatnonzero(np.isnan(hips_x(result))).tolist() == [5]


def test_places_are_given_in_pixels_of_the_full_size_picture() -> None:
    result = follow(pictures(), ScriptedModel(ALONE).make, scale=(2.0, 2.1))
    np.testing.assert_allclose(result.track.point("left_ankle")[0], [440.0, 945.0])


def test_what_lies_outside_the_picture_is_not_seen() -> None:
    low = standing_at(200.0)
    low[:, 1] += 200.0
    result = followed(ScriptedModel([[low]] * FRAMES))
    assert np.isnan(result.track.point("left_ankle")).all()
    assert (result.track.confidence_of("left_ankle") == 0).all()
    assert np.isfinite(result.track.point("left_knee")).all()


BYSTANDER, ATHLETE = PersonInView(60.0, 210.0), PersonInView(220.0, 200.0)


def test_the_largest_and_most_central_person_is_followed_by_default() -> None:
    assert strip_of((BYSTANDER, ATHLETE), WIDTH) == Strip(140, WIDTH)


@pytest.mark.parametrize(("person", "strip"), [(1, Strip(0, 140)), (2, Strip(140, WIDTH))])
def test_people_are_counted_from_the_left(person: int, strip: Strip) -> None:
    assert strip_of((BYSTANDER, ATHLETE), WIDTH, person=person) == strip


def test_one_person_alone_has_the_whole_picture() -> None:
    assert strip_of((ATHLETE,), WIDTH) is None
    assert strip_of((), WIDTH) is None


@pytest.mark.parametrize("mirror_average", [True, False])
def test_only_the_strip_is_looked_at_and_places_stay_those_of_the_picture(mirror_average: bool) -> None:
    model = ScriptedModel([[standing_at(60.0), standing_at(220.0)]] * FRAMES)
    result = followed(model, strip=Strip(140, 390), mirror_average=mirror_average)
    np.testing.assert_allclose(hips_x(result), 220.0)


def test_a_model_that_jumps_to_somebody_else_is_noticed_and_not_averaged_over() -> None:
    scene = [[standing_at(200.0 if k < 15 else 60.0, leg_px=100)] for k in range(FRAMES)]

    class OnePerson(ScriptedModel):
        """Follows whoever it sees, as a model for a single person does."""

    result = followed(OnePerson(scene), mirror_average=False)
    assert np.isnan(hips_x(result)[15:]).all()
    np.testing.assert_allclose(hips_x(result)[:15], 200.0)


def test_a_person_who_walks_is_no_jump() -> None:
    scene = [[standing_at(100.0 + 10 * k, leg_px=150)] for k in range(FRAMES)]
    result = followed(ScriptedModel(scene))
    assert result.identity_jump_share == 0.0
    assert np.isfinite(hips_x(result)).all()


def test_one_person_found_twice_counts_once_and_two_people_as_two() -> None:
    twice = [standing_at(200.0), standing_at(205.0)]
    two = [standing_at(300.0), standing_at(60.0)]
    shown = [picture.rgb for picture in pictures(3)]
    assert len(people_in_view(shown, ScriptedModel([twice] * 3))) == 1
    assert [p.hips_x_px for p in people_in_view(shown, ScriptedModel([two] * 3))] == [60.0, 300.0]
    assert people_in_view(shown, ScriptedModel([[]] * 3)) == ()


def test_somebody_seen_in_one_picture_alone_does_not_count() -> None:
    once = [[standing_at(60.0), standing_at(300.0)], [standing_at(60.0)], [standing_at(60.0)]]
    assert len(people_in_view([p.rgb for p in pictures(3)], ScriptedModel(once))) == 1
