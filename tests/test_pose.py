"""Whose track it is, and that the mirror image makes left and right alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from valgus.backends.base import Detection
from valgus.model.arrays import FloatArray, RgbImage
from valgus.model.track import LANDMARKS
from valgus.pose import Followed, Following, count_people, follow

WIDTH, HEIGHT = 400, 600
FRAMES = 20


@dataclass(frozen=True)
class Picture:
    time_s: float
    rgb: RgbImage


def pictures(count: int = FRAMES) -> list[Picture]:
    """Pictures whose left border carries the number of the frame, so that a mirror image can be told."""
    made = []
    for k in range(count):
        rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        rgb[:, 0] = k + 1
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
        mirrored = rgb[0, 0, 0] == 0
        frame = int(rgb[0, -1 if mirrored else 0, 0]) - 1
        return tuple(self._seen(xy, mirrored) for xy in self.scene[frame])

    def _seen(self, xy: FloatArray, mirrored: bool) -> Detection:
        if mirrored:
            swap = {"left": "right", "right": "left"}
            order = ["_".join(swap.get(part, part) for part in name.split("_")) for name in LANDMARKS]
            xy = xy[[LANDMARKS.index(name) for name in order]] * [-1, 1] + [WIDTH, 0]
        xy = xy.copy()
        xy[LANDMARKS.index("left_knee"), 0] += self.left_knee_off_px
        return Detection(xy, np.ones(len(LANDMARKS)), None)

    def close(self) -> None:
        self.open_count[0] -= 1


def followed(model: ScriptedModel, following: Following = Following(), count: int = FRAMES) -> Followed:
    return follow(pictures(count), model.make, scale=(1.0, 1.0), following=following)


def hips_x(result: Followed) -> FloatArray:
    return (result.track.point("left_hip")[:, 0] + result.track.point("right_hip")[:, 0]) / 2


ALONE = [[standing_at(200.0)]] * FRAMES


@pytest.mark.parametrize("mirror_average", [True, False])
def test_one_person_is_followed_and_every_model_is_closed(mirror_average: bool) -> None:
    model = ScriptedModel(ALONE)
    result = followed(model, Following(mirror_average=mirror_average))
    np.testing.assert_allclose(hips_x(result), 200.0)
    assert result.identity_jump_share == 0.0
    assert model.open_count == [0]


def test_models_are_closed_when_a_frame_cannot_be_decoded() -> None:
    model = ScriptedModel(ALONE)

    def breaking() -> object:
        yield from pictures(3)
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        follow(breaking(), model.make, scale=(1.0, 1.0), following=Following())  # type: ignore[arg-type]
    assert model.open_count == [0]


def test_averaging_makes_both_knees_wrong_alike() -> None:
    model = ScriptedModel(ALONE, left_knee_off_px=8.0)
    alone = followed(model, Following(mirror_average=False)).track
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
            return () if rgb[0, 0, 0] == 0 and rgb[0, -1, 0] == 6 else super().people(rgb, time_s)

    result = followed(BlindInTheMirror(ALONE))
    assert np.flatnonzero(np.isnan(hips_x(result))).tolist() == [5]


def test_places_are_given_in_pixels_of_the_full_size_picture() -> None:
    result = follow(pictures(), ScriptedModel(ALONE).make, scale=(2.0, 2.1), following=Following())
    np.testing.assert_allclose(result.track.point("left_ankle")[0], [440.0, 945.0])


def test_what_lies_outside_the_picture_is_not_seen() -> None:
    low = standing_at(200.0)
    low[:, 1] += 200.0
    result = followed(ScriptedModel([[low]] * FRAMES))
    assert np.isnan(result.track.point("left_ankle")).all()
    assert (result.track.confidence_of("left_ankle") == 0).all()
    assert np.isfinite(result.track.point("left_knee")).all()


def test_the_largest_and_most_central_person_is_followed() -> None:
    scene = [[standing_at(60.0, leg_px=210), standing_at(220.0, leg_px=200)]] * FRAMES
    np.testing.assert_allclose(hips_x(followed(ScriptedModel(scene))), 220.0)


@pytest.mark.parametrize(("person", "x_px"), [(1, 60.0), (2, 220.0)])
def test_people_are_counted_from_the_left(person: int, x_px: float) -> None:
    scene = [[standing_at(220.0), standing_at(60.0)]] * FRAMES
    np.testing.assert_allclose(hips_x(followed(ScriptedModel(scene), Following(person=person))), x_px)


def test_the_same_person_is_followed_when_the_order_of_people_changes() -> None:
    one, other = standing_at(60.0), standing_at(220.0)
    scene = [[one, other] if k % 2 else [other, one] for k in range(FRAMES)]
    np.testing.assert_allclose(hips_x(followed(ScriptedModel(scene), Following(person=1))), 60.0)


def test_a_model_that_jumps_to_somebody_else_is_noticed_and_not_averaged_over() -> None:
    scene = [[standing_at(200.0 if k < 15 else 60.0, leg_px=100)] for k in range(FRAMES)]

    class OnePerson(ScriptedModel):
        """Follows whoever it sees, as a model for a single person does."""

    result = followed(OnePerson(scene), Following(mirror_average=False))
    assert np.isnan(hips_x(result)[15:]).all()
    np.testing.assert_allclose(hips_x(result)[:15], 200.0)


def test_a_person_who_walks_is_no_jump() -> None:
    scene = [[standing_at(100.0 + 10 * k, leg_px=150)] for k in range(FRAMES)]
    result = followed(ScriptedModel(scene))
    assert result.identity_jump_share == 0.0
    assert np.isfinite(hips_x(result)).all()


def test_one_person_found_twice_counts_once_and_two_people_as_two() -> None:
    twice = [standing_at(200.0), standing_at(205.0)]
    two = [standing_at(60.0), standing_at(300.0)]
    shown = [picture.rgb for picture in pictures(2)]
    assert count_people(shown, ScriptedModel([twice, twice])) == 1
    assert count_people(shown, ScriptedModel([twice, two])) == 2
    assert count_people(shown, ScriptedModel([[], []])) == 0
