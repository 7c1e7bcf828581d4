"""From a video file to the raw track of one person, and what the pictures say about the filming."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path

from valgus import cleaning, memory, pose, tasks
from valgus.backends.mediapipe import MediaPipeEstimator, Mode
from valgus.backends.weights import ModelFile
from valgus.errors import WrongUsage
from valgus.evidence import PixelEvidence
from valgus.model.arrays import RgbImage
from valgus.model.clip import Clip
from valgus.model.evidence import ClipEvidence
from valgus.model.settings import Settings, StickerPoints
from valgus.model.track import MEASURED_LANDMARKS, PoseTrack
from valgus.stickers.wearing import Worn, look_for_stickers
from valgus.video import ClipReader, Frame, Keeper, decode_ahead, stills

#: Pictures in which people are counted before one is followed.
PEOPLE_LOOKED_FOR_IN = 5
MOST_PEOPLE = 4
#: What finds people in pictures; docs/extending.md says how to put another in its place.
BACKEND = MediaPipeEstimator

#: Called with frames done and, where the file says it, frames to come.
Progress = Callable[[int, int | None], None]


def watch(
    path: Path, model: ModelFile, settings: Settings, /, *, progress: Progress | None = None
) -> tuple[Clip, PoseTrack, ClipEvidence]:
    """Return the clip's facts, the raw track of the person followed, and what the pictures said."""
    memory.check_addresses(memory.TO_FOLLOW_MB)
    memory.waste_little()
    _check_places(path, settings)
    seen, people = _follow_and_count(path, model, settings, progress)
    _check_person(seen.clip.name, settings.person, len(people))
    strip = pose.strip_of(people, seen.width_px, person=settings.person)
    if strip is not None:
        # Rare, and known only now: with other people about, everything is looked at again around one of them.
        with ClipReader(path) as reader:
            seen = _follow(reader, _shown(reader, settings, progress), model, settings, strip=strip)
    memory.give_back()
    evidence = replace(seen.evidence, people_in_view=len(people))
    return seen.clip, *_with_stickers(path, seen.clip, seen.track, evidence, settings)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What one pass over a clip gave; ``width_px`` is that of the pictures looked at."""

    clip: Clip
    track: PoseTrack
    evidence: ClipEvidence
    width_px: int


_People = tuple[pose.PersonInView, ...]


def _follow_and_count(
    path: Path, model: ModelFile, settings: Settings, progress: Progress | None
) -> tuple[_Seen, _People]:
    """Go through the clip once, following whoever is found, and count the people in it beside."""
    with ClipReader(path) as reader:
        overview = Keeper(pose.spread_over(reader.expected_duration_s or 0.0, PEOPLE_LOOKED_FOR_IN))
        with _counting_beside(overview, model) as people:
            frames = overview.looking_at(_shown(reader, settings, progress))
            seen = _follow(reader, frames, model, settings, strip=None)
    return seen, people.result()


@contextmanager
def _counting_beside(overview: Keeper, model: ModelFile) -> Iterator[Future[_People]]:
    """Count the people in pictures as they are kept, in a thread of its own; has ended where this ends."""
    with ThreadPoolExecutor(1, thread_name_prefix="people") as beside:
        try:
            yield beside.submit(_people_in, overview.pictures(), model)
        finally:
            overview.end()


def _shown(reader: ClipReader, settings: Settings, progress: Progress | None) -> Iterator[Frame]:
    """Yield the frames in which the body is looked for, and tell of all that were read."""
    for frame in reader.frames(enough_fps=_enough_fps(settings)):
        yield frame
        if progress is not None:
            progress(reader.frames_read, reader.expected_frames)


def _follow(
    reader: ClipReader,
    frames: Iterable[Frame],
    model: ModelFile,
    settings: Settings,
    *,
    strip: pose.Strip | None,
) -> _Seen:
    """Go through the frames once: decode, look at the pixels, and follow the body."""
    pixels = PixelEvidence()
    with closing(decode_ahead(pixels.looking_at(frames))) as pictures:
        followed = pose.follow(
            pictures,
            partial(BACKEND, model.path),
            scale=reader.scale,
            strip=strip,
            mirror_average=settings.mirror_average,
        )
    clip = reader.clip()
    evidence = replace(pixels.evidence(), identity_jump_share=followed.identity_jump_share)
    return _Seen(clip, _says_how_many(followed.track, clip), evidence, reader.frame_width_px)


def _says_how_many(track: PoseTrack, clip: Clip) -> PoseTrack:
    """Return a track that says in how many pictures of a fast clip the body was looked for."""
    seen = len(track.time_s)
    if seen == clip.frame_count:
        return track
    return replace(track, steps=(f"body looked for in {seen} of {clip.frame_count} pictures", *track.steps))


def _enough_fps(settings: Settings) -> float:
    return settings.pose_fps or tasks.enough_fps(settings.task)


def _with_stickers(
    path: Path, clip: Clip, track: PoseTrack, evidence: ClipEvidence, settings: Settings
) -> tuple[PoseTrack, ClipEvidence]:
    """Return track and evidence with the stickers on the hip bones, where they are worn."""
    if settings.stickers == "none":
        return track, evidence
    points = _points_given(settings)
    if points is not None:
        _check_time(clip, points)
    overview = cleaning.clean(track.only(MEASURED_LANDMARKS), tasks.OVERVIEW_CLEANING)
    found = look_for_stickers(track, overview, _FullSize(path, _enough_fps(settings)), points)
    if isinstance(found, Worn):
        return found.track, replace(evidence, stickers=found.seen)
    return track, replace(evidence, stickers_doubt=found.says if found else None)


class _FullSize:
    """The pictures of a clip as large as they were filmed."""

    def __init__(self, path: Path, enough_fps: float) -> None:
        self._path, self._enough_fps = path, enough_fps

    def stills(self, times_s: Sequence[float], /) -> Sequence[RgbImage]:
        return stills(self._path, times_s, short_side_px=None)

    def frames(self) -> Iterator[Frame]:
        with (
            ClipReader(self._path, short_side_px=None) as reader,
            closing(decode_ahead(reader.frames(enough_fps=self._enough_fps))) as frames,
        ):
            yield from frames


def _points_given(settings: Settings) -> StickerPoints | None:
    return settings.stickers if isinstance(settings.stickers, StickerPoints) else None


def _check_places(path: Path, settings: Settings) -> None:
    """Refuse points outside the picture before the work, which takes a while."""
    points = _points_given(settings)
    if points is None:
        return
    with ClipReader(path) as reader:
        for x, y in points.xy_px:
            if not (0 <= x <= reader.width_px and 0 <= y <= reader.height_px):
                raise WrongUsage(
                    f"{path.name}: the sticker point {x:g},{y:g} is outside the picture of "
                    f"{reader.width_px} by {reader.height_px} pixels.",
                    "Give points in pixels of the upright picture, as valgus check --pick prints them.",
                )


def _check_time(clip: Clip, points: StickerPoints) -> None:
    if not 0 <= points.time_s <= clip.duration_s:
        raise WrongUsage(
            f"{clip.name}: the sticker points are for {points.time_s:g} s, the clip lasts "
            f"{clip.duration_s:.1f} s.",
            "Give a time within the clip after the @, as valgus check --pick prints it.",
        )


def _people_in(passing: Iterator[RgbImage], model: ModelFile) -> _People:
    # The model takes much memory: it is loaded only when it will not wait for long.
    first = list(islice(passing, PEOPLE_LOOKED_FOR_IN - 1))
    with closing(BACKEND(model.path, people=MOST_PEOPLE, mode=Mode.PICTURES)) as estimator:
        return pose.people_in_view(chain(first, passing), estimator)


def _check_person(clip: str, person: int | None, count: int) -> None:
    if person is not None and person > max(count, 1):
        found = "nobody was found" if count == 0 else f"{count} {'was' if count == 1 else 'were'} found"
        raise WrongUsage(
            f"{clip}: --person {person} was asked for, but {found}.",
            "Leave --person out or give a smaller number, counted from the left of the picture.",
        )
