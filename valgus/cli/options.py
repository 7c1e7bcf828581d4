"""What a person may say about a clip beforehand: the same options for every command that looks at one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

if TYPE_CHECKING:
    from valgus.exports.language import Language
    from valgus.from_landmarks import Filmed
    from valgus.model.order import Order
    from valgus.model.rulebook import RuleBook
    from valgus.model.session import Session
    from valgus.model.settings import Settings, StickerPoints

Command = TypeVar("Command", bound=Callable[..., Any])

PAIN = click.FloatRange(0, 10)
#: Named here too, because listing the files needs imports that --help does not wait for.
LANGUAGES = "en|de"
POSITIVE = click.FloatRange(min=0, min_open=True)
_SESSION_NAMES = (
    "pain_during",
    "pain_next_morning",
    "step_height_cm",
    "load_kg",
    "set",
    "weeks_since_surgery",
    "clinician_cleared",
    "notes",
)


class _TaskOption(click.Option):
    """Names the tasks there are when help is asked for, and not before: listing them takes time."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from valgus.tasks import TASKS

        names = [task.name for task in TASKS]
        self.help = f"auto, {', '.join(names[:-1])} or {names[-1]}."
        return super().get_help_record(ctx)


_ABOUT_A_CLIP = (
    click.option(
        "--task",
        cls=_TaskOption,
        default="auto",
        show_default=True,
        metavar="NAME",
        help="What is done.",
    ),
    click.option(
        "--side",
        type=click.Choice(["auto", "left", "right"]),
        default="auto",
        show_default=True,
        help="Leg that carries the person.",
    ),
    click.option("--mirrored", is_flag=True, help="The file is a mirror image (selfie); pixels cannot tell."),
    click.option(
        "--yaw",
        "yaw_deg",
        type=click.FloatRange(-90, 90),
        metavar="DEG",
        help="Turn from the camera, if known; + adds valgus.",
    ),
    click.option(
        "--person",
        "person_in_view",
        type=click.IntRange(min=1),
        metavar="N",
        help="Who, counted from the left of the picture.",
    ),
    click.option(
        "--stickers",
        default="auto",
        show_default=True,
        metavar="auto|none|X1,Y1,X2,Y2[@SECONDS]",
        help="Stickers on the hip bones: find them, ignore them, or where they are in upright pixels.",
    ),
    click.option(
        "--model",
        default="full",
        show_default=True,
        metavar="NAME|FILE",
        help="full, lite, heavy or a .task file.",
    ),
    click.option(
        "--pose-fps",
        type=click.FloatRange(min=10),
        metavar="N",
        help="Pictures a second in which the body is looked for; 60 by default, 120 for landing and auto.",
    ),
    click.option("--offline", is_flag=True, help="Never touch the network, not even for a missing model."),
)


def about_a_clip(command: Command) -> Command:
    """Give a command the options that say what is known about a clip; `settings_from` understands them."""
    for option in reversed(_ABOUT_A_CLIP):
        command = option(command)
    return command


#: Fields of the virtual camera, and the options that set them.
_CAMERA_NAMES = {
    "yaw_deg": "camera_yaw",
    "pitch_deg": "camera_pitch",
    "distance_m": "camera_distance",
    "height_m": "camera_height",
}
_ABOUT_LANDMARKS = (
    click.option(
        "--landmarks",
        type=click.Path(path_type=Path, readable=False),
        metavar="FILE",
        help="Landmarks or markers of another tool instead of the pose model; see docs/import.md.",
    ),
    click.option(
        "--fps",
        "landmark_fps",
        type=POSITIVE,
        metavar="N",
        help="Frames per second of landmarks that have no times and no video.",
    ),
    click.option(
        "--picture-size",
        metavar="WIDTHxHEIGHT",
        help="Of the upright picture in pixels, for landmarks without a video.",
    ),
    click.option(
        "--camera-yaw",
        type=click.FloatRange(-180, 180),
        metavar="DEG",
        help="For markers in space: virtual camera, + towards the person's left.  [default: 0]",
    ),
    click.option(
        "--camera-pitch",
        type=click.FloatRange(-60, 60),
        metavar="DEG",
        help="How far it looks down.  [default: 0]",
    ),
    click.option("--camera-distance", type=POSITIVE, metavar="M", help="From the person.  [default: 3.5]"),
    click.option("--camera-height", type=POSITIVE, metavar="M", help="Above the floor.  [default: 0.9]"),
)


def about_landmarks(command: Command) -> Command:
    """Give a command the options about landmarks from elsewhere; `landmarks_given` takes them."""
    for option in reversed(_ABOUT_LANDMARKS):
        command = option(command)
    return command


def landmarks_given(about: dict[str, Any], /) -> dict[str, Any]:
    """Take the options about landmarks out of ``about``; `filmed_from` understands the rest."""
    names = ("landmarks", "landmark_fps", "picture_size", *_CAMERA_NAMES.values())
    return {name: about.pop(name) for name in names}


def filmed_from(elsewhere: dict[str, Any], clip: Path | None, /) -> Filmed:
    """Return what the options about landmarks say of how it was filmed."""
    from valgus.camera import VirtualCamera
    from valgus.from_landmarks import Filmed

    said = {field: elsewhere[name] for field, name in _CAMERA_NAMES.items() if elsewhere[name] is not None}
    size_px = _size_from(elsewhere["picture_size"])
    return Filmed(clip, elsewhere["landmark_fps"], size_px, VirtualCamera(**said))


def _size_from(says: str | None) -> tuple[int, int] | None:
    if says is None:
        return None
    found = re.fullmatch(r"(\d{2,5})[xX](\d{2,5})", says.strip())
    if found is None:
        from valgus.errors import WrongUsage

        raise WrongUsage(
            f"--picture-size {says} is not understood.", "Give WIDTHxHEIGHT in pixels, for example 1080x1920."
        )
    return int(found[1]), int(found[2])


_ABOUT_A_SESSION = (
    click.option("--name", "person", metavar="NAME", help="Whose knee it is (column person)."),
    click.option(
        "--date",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="YYYY-MM-DD",
        help="Day of the session; else from session.toml, the folder's name or the recording.",
    ),
    click.option("--pain", "pain_during", type=PAIN, metavar="0-10", help="Worst pain during the task."),
    click.option(
        "--pain-next-morning",
        type=PAIN,
        metavar="0-10",
        help="Pain on the morning after; may come later.",
    ),
    click.option("--step-height", "step_height_cm", type=POSITIVE, metavar="CM", help="Height of the step."),
    click.option("--load", "load_kg", type=click.FloatRange(min=0), metavar="KG", help="Weight carried."),
    click.option("--set", type=click.IntRange(min=1), metavar="N", help="Which set of the session this is."),
    click.option("--weeks-since-surgery", type=click.FloatRange(min=0), metavar="N", help="On this leg."),
    click.option(
        "--clinician-cleared/--not-cleared",
        default=None,
        help="After surgery: whether a clinician has agreed to exercise.",
    ),
    click.option("--notes", metavar="TEXT", help="Anything else about the session."),
)


def about_a_session(command: Command) -> Command:
    """Give a command the options about the day; `session_given` understands them."""
    for option in reversed(_ABOUT_A_SESSION):
        command = option(command)
    return command


def session_given(about: dict[str, Any], /) -> Session:
    """Take the options about the session out of ``about`` and return what was given by them."""
    from valgus.model.session import Session

    names = ("person", "date", *_SESSION_NAMES)
    said = {name: value for name in names if (value := about.pop(name)) is not None}
    if "date" in said:
        said["date"] = said["date"].date()
    return Session(**said, from_options=tuple(sorted(said)))


_ABOUT_THE_WORK = (
    click.option("--sex", type=click.Choice(["f", "m"]), help="For bands that differ."),
    click.option(
        "--no-mirror-average",
        is_flag=True,
        help="Track the clip once only: faster, and less even between the legs.",
    ),
    click.option(
        "--correct-yaw",
        is_flag=True,
        help="Also save FPPA less what the estimated turn adds (fppa_yaw_corrected_deg); never judged.",
    ),
    click.option("--no-overlay", is_flag=True, help="Write no overlay.mp4: faster."),
    click.option(
        "--no-face-blur",
        is_flag=True,
        help="Leave faces as they are in overlay.mp4; figure.png always hides them.",
    ),
)


def about_the_work(command: Command) -> Command:
    """Give a command the options on how clips are analysed and drawn, ``--rules`` and ``--language``.

    `order_from` understands these together with those of `about_a_clip` and `about_a_session`.
    """
    for option in reversed(_ABOUT_THE_WORK):
        command = option(command)
    return language_option(rules_option(command))


def order_from(about: dict[str, Any], /) -> Order:
    """Return what all options about clips, session and work stand for."""
    from valgus.model.order import Order, OverlayWanted

    book = book_from(about.pop("rules"))
    no_overlay, no_face_blur = about.pop("no_overlay"), about.pop("no_face_blur")
    overlay = None if no_overlay else OverlayWanted(blur_faces=not no_face_blur)
    language = language_from(about.pop("language")).code
    given = session_given(about)
    return Order(settings_from(**about), given, book, overlay, language)


def rules_option(command: Command) -> Command:
    """Give a command the option for a person's own thresholds; `book_from` understands it."""
    return click.option(
        "--rules",
        type=click.Path(path_type=Path, dir_okay=False, readable=False),
        metavar="FILE",
        help="Own thresholds (TOML) in place of single entries; see valgus bands --help.",
    )(command)


def book_from(rules: Path | None, /) -> RuleBook:
    """Return the thresholds in force."""
    from valgus.rules import published, with_own

    return published() if rules is None else with_own(rules)


def language_option(command: Command) -> Command:
    """Give a command the option for the report's language; `language_from` understands it."""
    return click.option(
        "--language",
        envvar="VALGUS_LANGUAGE",
        default="en",
        show_default=True,
        show_envvar=True,
        metavar=LANGUAGES,
        help="What report.html is written in; everything else that is saved stays as it is.",
    )(command)


def language_from(code: str, /) -> Language:
    """Return the language of the report; one that does not exist is refused."""
    from valgus.exports.language import language_named

    return language_named(code)


def settings_from(
    *,
    task: str,
    side: str,
    mirrored: bool,
    sex: str | None = None,
    no_mirror_average: bool = False,
    stickers: str = "auto",
    person_in_view: int | None = None,
    **same: Any,
) -> Settings:
    """Return the settings that options stand for; an unknown task is refused.

    ``same`` are those that have one name and meaning on the command line and in `Settings`.
    """
    from valgus.model.frontal import Side
    from valgus.model.settings import Settings
    from valgus.tasks import task_named

    if task != "auto":
        task_named(task)
    return Settings(
        task=task,
        side=None if side == "auto" else Side(side),
        mirrored=True if mirrored else None,
        sex=sex,
        person=person_in_view,
        stickers=stickers_from(stickers),
        mirror_average=not no_mirror_average,
        **same,
    )


def stickers_from(says: str, /) -> Literal["auto", "none"] | StickerPoints:
    """Return what ``--stickers`` stands for.

    Raises
    ------
    WrongUsage
        If it is neither a word nor four numbers.
    """
    from valgus.errors import WrongUsage
    from valgus.model.settings import StickerPoints

    if says == "auto" or says == "none":
        return says  # type: ignore[return-value]
    places, _, seconds = says.partition("@")
    try:
        x1, y1, x2, y2 = (float(part) for part in places.split(","))
        return StickerPoints(((x1, y1), (x2, y2)), float(seconds or 0))
    except ValueError:
        raise WrongUsage(
            f"--stickers {says} is not understood.",
            "Give auto, none or X1,Y1,X2,Y2@SECONDS, for example 308,575,413,570@1.5 "
            "(valgus check --pick prints it).",
        ) from None
