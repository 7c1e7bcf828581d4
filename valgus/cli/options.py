"""What a person may say about a clip beforehand: the same options for every command that looks at one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

if TYPE_CHECKING:
    from valgus.model.settings import Settings, StickerPoints

Command = TypeVar("Command", bound=Callable[..., Any])

_ABOUT_A_CLIP = (
    click.option(
        "--task",
        default="auto",
        show_default=True,
        metavar="NAME",
        help="auto, step-down, single-leg-squat, landing, stance, squat or drop-jump.",
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
    click.option("--offline", is_flag=True, help="Never touch the network, not even for a missing model."),
)


def about_a_clip(command: Command) -> Command:
    """Give a command the options that say what is known about a clip; `settings_from` understands them."""
    for option in reversed(_ABOUT_A_CLIP):
        command = option(command)
    return command


def settings_from(
    *,
    task: str,
    side: str,
    mirrored: bool,
    sex: str | None = None,
    no_mirror_average: bool = False,
    stickers: str = "auto",
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
