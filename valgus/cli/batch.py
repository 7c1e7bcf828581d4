"""``valgus batch``: every clip below a folder."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from valgus.cli.options import about_a_clip, about_a_session, about_the_work, order_from

if TYPE_CHECKING:
    from valgus.batch.collect import Collected
    from valgus.batch.crew import Crew
    from valgus.batch.running import Finished, News, Request, Result, Survey
    from valgus.cli.batch_progress import Watcher
    from valgus.model.batch import Failure
    from valgus.model.order import Order

#: Exit status when some clip failed.
SOME_FAILED = 5
INTERRUPTED = 130
#: Longest name in a line, so that a line stays one line.
LONGEST_NAME = 60


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@click.command(epilog="Example: valgus batch clients --exclude '*/old' --out results")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option(
    "--include",
    multiple=True,
    metavar="GLOB",
    help="Only clips or folders of this name, for example 'anna' or '*.MOV'; may be repeated.",
)
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not these; may be repeated.")
@click.option("--dry-run", is_flag=True, help="List what would be done and what is done; write nothing.")
@click.option("--force", is_flag=True, help="Analyse every clip again.")
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Clips at a time; as many as processors."
)
@click.option(
    "--time-limit",
    "time_limit_s",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    help="For one clip; by default 2 minutes and 60 times its length.",
)
@click.option(
    "--memory-limit",
    "memory_limit_mb",
    type=click.IntRange(min=100),
    metavar="MB",
    help="For one clip; by default none.",
)
@click.option("--parquet", is_flag=True, help="Write reps.parquet too (needs valgus[parquet]).")
@click.option(
    "--scheduler",
    metavar="tcp://HOST:PORT",
    help="Work on the machines of a Dask cluster (needs valgus[cluster]; docs/cluster.md).",
)
@about_a_clip
@about_a_session
@about_the_work
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where results go, in the same tree; beside the clips by default.",
)
def batch(
    folder: Path,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    dry_run: bool,
    force: bool,
    workers: int | None,
    time_limit_s: float | None,
    memory_limit_mb: int | None,
    parquet: bool,
    scheduler: str | None,
    out: Path | None,
    **about: Any,
) -> None:
    """Measure every clip below FOLDER; what is done already is not done again.

    Each clip gets the same folder of results as with analyze. FOLDER gets summary.csv (one row per clip and
    leg), reps.csv (every rep), failures.csv (clips without numbers, and why) and index.html, which leads to
    every clip's page. A clip that cannot be measured, hangs or crashes stops no other; run the same command
    again and only what is missing is done. Clips are known by their content, also when renamed or moved.

    Folders like PERSON/2026-11-21/ say whose clips they hold and of which day; a session.toml goes before.

    Exit status: 0 every clip was measured, or refused with a reason; 5 some clip failed; 130 interrupted.
    """
    from valgus.batch.finding import Globs
    from valgus.batch.running import Request, check_folder

    check_folder(folder)
    order = order_from(about)
    if parquet:
        from valgus.batch.collect import check_parquet

        check_parquet()
    request = Request(
        root=folder.absolute(),
        order=order,
        model_sha256=_model_sha256(order, may_fetch=not dry_run),
        globs=Globs(include, exclude),
        out=out.absolute() if out else None,
        time_limit_s=time_limit_s,
        reuse=not force,
    )
    with closing(_crew(scheduler, workers, memory_limit_mb)) as crew:
        if dry_run:
            _list(_planned(request, crew))
            return
        result = _worked(request, crew)
    if parquet:
        _write_parquet(request)
    _sum_up(result, request, parquet=parquet)
    raise SystemExit(SOME_FAILED if result.collected.failed else 0)


def _model_sha256(order: Order, *, may_fetch: bool) -> str | None:
    """Return the hash of the pose model, fetching it first where it is missing and that is allowed."""
    from valgus.backends.mediapipe import second_opencv
    from valgus.backends.weights import resolve
    from valgus.cli.progress import fetching
    from valgus.errors import ModelUnavailable

    if may_fetch and (warning := second_opencv()):
        click.echo(warning, err=True)
    settings = order.settings
    try:
        with fetching() as progress:
            return resolve(
                settings.model, offline=settings.offline or not may_fetch, progress=progress
            ).sha256
    except ModelUnavailable:
        if may_fetch:
            raise
        return None


def _crew(scheduler: str | None, workers: int | None, memory_limit_mb: int | None) -> Crew:
    from valgus.batch.crew import LocalCrew

    if scheduler is None:
        return LocalCrew(workers or cores(), memory_limit_mb=memory_limit_mb)
    from valgus.batch.cluster import ClusterCrew

    if workers is not None:
        from valgus.errors import WrongUsage

        raise WrongUsage(
            "--workers is for this machine, --scheduler for others.",
            "Say how many at a time when starting the workers of the cluster (docs/cluster.md).",
        )
    return ClusterCrew(scheduler, memory_limit_mb=memory_limit_mb)


def _worked(request: Request, crew: Crew) -> Result:
    from valgus.batch.running import run
    from valgus.cli.batch_progress import watching

    with watching() as watcher:
        try:
            return run(request, crew, _Voice(watcher))
        except KeyboardInterrupt:
            crew.close()
            watcher.stop()
            how_far = f"{watcher.finished} of {watcher.to_do} clips were finished: " if watcher.to_do else ""
            click.echo(
                f"Interrupted; nothing half-finished was left. {how_far}"
                f"{'the' if how_far else 'The'} same command goes on with the rest.",
                err=True,
            )
            raise SystemExit(INTERRUPTED) from None


def _planned(request: Request, crew: Crew) -> Survey:
    from valgus.batch.running import plan
    from valgus.cli.batch_progress import watching

    with watching() as watcher:
        return plan(request, crew, watcher)


class _Voice:
    """Tells the watcher everything, and prints a line for every clip that is finished."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def __call__(self, news: News, /) -> None:
        from valgus.batch.running import Finished, Planned

        if isinstance(news, Finished):
            click.echo(line_of(news))
        elif isinstance(news, Planned):
            for name, failure in sorted(news.survey.failures.items()):
                click.echo(failed_line(name, failure))
        self._watcher(news)


def line_of(finished: Finished, /) -> str:
    """Return what came of a clip, in one line that cannot break a terminal."""
    from valgus.batch.collect import refusal_of
    from valgus.exports.folder_tables import leg_lines, why_unfit
    from valgus.exports.wording import one_line

    name = one_line(finished.clip.name, longest=LONGEST_NAME)
    if finished.failure is not None:
        return failed_line(finished.clip.name, finished.failure)
    assert finished.analysis is not None, "a clip that did not fail has an analysis"
    if not finished.analysis.measured:
        return f"{name}: not measured: {one_line(refusal_of(finished.analysis).says)}"
    said = "; ".join(leg.says for leg in leg_lines(finished.analysis))
    unfit = one_line(why_unfit(finished.analysis))
    return f"{name}: {said} ({unfit})" if unfit else f"{name}: {said}"


def failed_line(clip: str, failure: Failure, /) -> str:
    """Return why there are no numbers of a clip, in one line that cannot break a terminal."""
    from valgus.exports.wording import one_line
    from valgus.model.batch import FailedClip

    says = FailedClip(clip, failure).says
    return f"{one_line(clip, longest=LONGEST_NAME)}: failed: {one_line(says)}"


def _list(survey: Survey) -> None:
    """Print what would be done."""
    from valgus.batch.standing import Standing
    from valgus.exports.wording import one_line
    from valgus.model.batch import FailedClip

    words = {
        Standing.DONE: "done",
        Standing.RENEW: "re-use",
        Standing.TO_DO: "to do",
    }
    for clip in survey.clips:
        click.echo(f"{words[survey.verdicts[clip.name].standing]:8}{one_line(clip.name)}")
    for name in sorted(survey.failures):
        says = FailedClip(name, survey.failures[name]).says
        click.echo(f"{'fails':8}{one_line(name)}: {one_line(says)}")
    _warn(survey)
    counts = Counter(words[verdict.standing] for verdict in survey.verdicts.values())
    fails = "fails" if len(survey.failures) == 1 else "fail"
    counts[fails] = len(survey.failures)
    said = [f"{counts[word]} {word}" for word in (*words.values(), fails) if counts[word]]
    click.echo(f"{', '.join(said) or 'No clips here'}. Nothing was written.")


def _warn(survey: Survey) -> None:
    from valgus.exports.wording import one_line

    for folder in survey.unreadable:
        click.echo(f"{one_line(folder)}: this folder may not be read and was left out.", err=True)


def _write_parquet(request: Request) -> None:
    from valgus.batch.collect import PARQUET, REPS, write_parquet

    write_parquet(request.results / REPS, request.results / PARQUET)


def _sum_up(result: Result, request: Request, *, parquet: bool) -> None:
    from valgus.batch.collect import PARQUET

    _warn(result.survey)
    click.echo(" ".join(_sentences(result)))
    files = (*result.collected.files, *([PARQUET] if parquet else []))
    click.echo(f"Written: {', '.join(files)} in {request.results}")


def _sentences(result: Result) -> Iterator[str]:
    from valgus.batch.collect import FAILURES
    from valgus.batch.standing import Standing

    collected, failed = result.collected, result.collected.failed
    yield counts_of(collected)
    if already := result.survey.count(Standing.DONE):
        yield f"{already} {'was' if already == 1 else 'were'} done already."
    if collected.refused + failed:
        yield f"{FAILURES} says why and what to do."
    if failed:
        yield "The same command tries those that failed again."


def counts_of(collected: Collected, /) -> str:
    """Return how many clips there are numbers of, in a sentence."""
    total = collected.measured + collected.refused + collected.failed
    clips = f"{total} clip{'' if total == 1 else 's'}"
    said = (
        f"{collected.measured} measured",
        f"{collected.refused} not measured",
        f"{collected.failed} failed",
    )
    return f"{clips}: {', '.join(said)}."
