"""``valgus compare``: two saved analyses beside each other, as a figure and as a video."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valgus.cli.options import book_from, rules_option
from valgus.cli.saved import why_not_at_hand

if TYPE_CHECKING:
    from valgus.model.comparison import Comparison
    from valgus.model.trial import Trial

PNG, SVG, VIDEO = "compare.png", "compare.svg", "compare.mp4"


def _numbers(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, ...]:
    """Return whole numbers from 1 on that stand with commas between them."""
    try:
        numbers = tuple(int(part) for part in value.split(",")) if value else ()
    except ValueError:
        raise click.BadParameter(f"{value} is not understood: give numbers like 1,2,3.") from None
    if any(number < 1 for number in numbers):
        raise click.BadParameter("reps are counted from 1.")
    return numbers


@click.command(epilog="Example: valgus compare step_down_left.mp4 step_down_right.mp4")
@click.argument("a", type=click.Path(path_type=Path), metavar="A")
@click.argument("b", type=click.Path(path_type=Path), metavar="B")
@click.option("--side", type=click.Choice(["left", "right"]), help="The leg, where both show both legs.")
@click.option(
    "--reps",
    callback=_numbers,
    metavar="1,2,3",
    help="Reps in the video and the curves, counted on that leg; by default all that are valid in both.",
)
@click.option(
    "--clip-a",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The video of A, where it has been moved.",
)
@click.option(
    "--clip-b",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The video of B, where it has been moved.",
)
@click.option("--no-video", is_flag=True, help="Write the figure only: quick.")
@click.option("--no-face-blur", is_flag=True, help="Leave faces as they are in compare.mp4.")
@rules_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where compare.mp4, .png and .svg go; into a new folder compare-A-B here by default.",
)
def compare(
    a: Path,
    b: Path,
    side: str | None,
    reps: tuple[int, ...],
    clip_a: Path | None,
    clip_b: Path | None,
    no_video: bool,
    no_face_blur: bool,
    rules: Path | None,
    out: Path | None,
) -> None:
    """Show two saved analyses beside each other: left and right, or a leg before (A) and after (B).

    A and B are the folders that valgus analyze wrote (CLIP.valgus), or the clips beside which they lie. The
    video shows rep k of A beside rep k of B, both at the speed they were filmed at, so that the lowest points
    coincide. The difference is that of the means of all valid reps, held against measurement error.
    """
    from valgus.comparison import compare as compared
    from valgus.model.frontal import Side

    saved = (_opened("a", a, clip_a), _opened("b", b, clip_b))
    _check_two(*saved)
    leg = None if side is None else Side(side)
    found = compared(saved[0].trial, saved[1].trial, book_from(rules), side=leg, reps=reps)
    clips = None if no_video else _clips(saved)
    _print(found)
    target = out or Path(f"compare-{'-'.join(_names(*saved))}")
    written = _write(found, clips, target, blur_faces=not no_face_blur)
    click.echo(f"Written: {', '.join(written)} in {target}")


# --- what is given ------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Saved:
    """A saved analysis: ``a`` or ``b``, its folder, and its clip where that was given."""

    letter: str
    folder: Path
    trial: Trial
    given: Path | None

    @property
    def clip(self) -> Path:
        """Where the clip is, or was when it was analysed."""
        return self.given or self.folder.parent / self.trial.clip.name


def _opened(letter: str, place: Path, clip: Path | None) -> _Saved:
    """Return the analysis in a folder, or beside a clip."""
    from valgus.results import folder_of, load

    folder = folder_of(place)
    saved = _Saved(letter, folder.resolve(), load(folder), clip)
    if clip is not None:
        _check_clip(saved, clip)
    return saved


def _check_clip(saved: _Saved, clip: Path) -> None:
    from valgus.errors import WrongUsage
    from valgus.exports.stills import is_clip_of

    if not is_clip_of(saved.trial, clip):
        analysed = saved.trial.clip.name
        raise WrongUsage(
            f"--clip-{saved.letter} {clip}: is not the video that was analysed, which was {analysed}.",
            "Give that file as it was, or --no-video.",
        )


def _check_two(a: _Saved, b: _Saved) -> None:
    from valgus.errors import WrongUsage

    if a.folder == b.folder:
        raise WrongUsage(
            f"{a.folder.name}: is given as A and as B.",
            "Both legs of one clip are in its report.html, and in valgus report --figures DIR.",
        )


def _clips(saved: tuple[_Saved, _Saved]) -> tuple[Path, Path] | None:
    """Return the clips; none, with a word about each that is not at hand."""
    problems = [f"{one.trial.clip.name} {why}" for one in saved if (why := _not_at_hand(one))]
    for problem in problems:
        click.echo(f"No video: {problem}.", err=True)
    return None if problems else (saved[0].clip, saved[1].clip)


def _not_at_hand(one: _Saved) -> str:
    """Return why a clip cannot be shown, empty where it can."""
    if one.given is not None:
        return ""  # looked at already
    return why_not_at_hand(one.trial, one.clip, option=f"--clip-{one.letter} FILE")


def _names(a: _Saved, b: _Saved) -> tuple[str, str]:
    """Return names that tell both apart: of the clips, else with the folders that they are in."""
    names = [Path(one.trial.clip.name).stem for one in (a, b)]
    if names[0] == names[1]:
        names = [f"{one.folder.parent.name}_{name}" for one, name in zip((a, b), names, strict=True)]
    return names[0], names[1]


# --- what comes out -----------------------------------------------------------------------------------------


def _print(comparison: Comparison) -> None:
    from rich.console import Console

    from valgus.cli.terminal import WIDTH
    from valgus.exports import comparing, wording

    console = Console(highlight=False, markup=False)
    lines = (
        *comparing.what_is_compared(comparison),
        comparing.difference_sentence(comparison),
        comparing.source_sentence(comparison.difference),
        comparing.differing_sentence(comparison),
        wording.INTENDED_USE,
    )
    for line in filter(None, lines):
        console.print(line, width=min(WIDTH, console.width))


def _write(
    comparison: Comparison, clips: tuple[Path, Path] | None, folder: Path, *, blur_faces: bool
) -> tuple[str, ...]:
    """Write figure and video, all or none, and return the names of the files."""
    from valgus.exports.figures.comparison import comparison_figure
    from valgus.exports.figures.style import png_of, svg_of
    from valgus.whole import all_or_none

    with all_or_none(folder) as unfinished:
        figure = comparison_figure(comparison)
        (unfinished / PNG).write_bytes(png_of(figure))
        (unfinished / SVG).write_bytes(svg_of(figure))
        if clips is None:
            return PNG, SVG
        _write_video(comparison, clips, unfinished / VIDEO, blur_faces=blur_faces)
    return PNG, SVG, VIDEO


def _write_video(comparison: Comparison, clips: tuple[Path, Path], path: Path, *, blur_faces: bool) -> None:
    from valgus.cli.progress import frames_of
    from valgus.comparison import moments_of
    from valgus.exports.side_by_side import Source, write_side_by_side
    from valgus.pipeline import smooth_track_of

    a, b = (
        Source(clip, smooth_track_of(leg.trial)) for leg, clip in zip(comparison.legs, clips, strict=True)
    )
    with frames_of("drawing both clips") as frames:
        write_side_by_side(
            comparison, moments_of(comparison), (a, b), path, blur_faces=blur_faces, progress=frames
        )
