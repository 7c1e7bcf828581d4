"""The whole story: from a video file to a trial. Start reading here."""

from __future__ import annotations

from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pandas as pd

import valgus
from valgus import (
    cleaning,
    flags,
    items,
    memory,
    orientation,
    quality,
    rules,
    sessions,
    summary,
    tasks,
    uncertainty,
    verdict,
)
from valgus.backends.weights import ModelFile, resolve
from valgus.metrics import depth_profiles_of, measures_of, signals_of
from valgus.model.clip import Clip
from valgus.model.definitions import DEFINITIONS_VERSION as DEFINITIONS_VERSION
from valgus.model.evidence import ClipEvidence
from valgus.model.frontal import Origin
from valgus.model.rep import Rep
from valgus.model.rule import Band, Finding
from valgus.model.rulebook import RuleBook
from valgus.model.session import Session
from valgus.model.settings import Settings
from valgus.model.track import MEASURED_LANDMARKS, PoseTrack
from valgus.model.trial import Provenance, TaskAsRun, Trial
from valgus.model.trial_parts import LandmarkSource
from valgus.tasks import Recognised, Task
from valgus.video import expected_length_s
from valgus.watching import Progress, watch

#: Packages whose version can move a number.
RECORDED_PACKAGES = ("mediapipe", "av", "numpy", "scipy")


def analyze(
    path: Path,
    /,
    settings: Settings | None = None,
    *,
    session: Session | None = None,
    book: RuleBook | None = None,
    progress: Progress | None = None,
) -> Trial:
    """Analyse one clip.

    Parameters
    ----------
    path : Path
        A video file.
    settings : Settings, optional
        What is known beforehand; by default everything is found out.
    session : Session, optional
        What the person says about the day: pain, step height and the like.
    book : RuleBook, optional
        Thresholds and rules; by default those published with the product.
    progress : callable, optional
        Told after every frame how many are done.

    Returns
    -------
    Trial
        Also when nothing could be measured: then it has no reps and says why in its findings.

    Raises
    ------
    ValgusError
        If no trial can exist: the file is no video, the model is missing, the request makes no sense.
    """
    settings = settings or Settings()
    expected_length_s(path)  # what is no video is told before a model is fetched for it
    model = resolve(settings.model, offline=settings.offline)
    clip, track, evidence = watch(path, model, settings, progress=progress)
    memory.give_back()
    session = sessions.dated(session or Session(), clip)
    made = provenance_of(model, settings)
    return measure(clip, track, evidence, settings, provenance=made, session=session, book=book)


def measure(
    clip: Clip,
    track: PoseTrack,
    evidence: ClipEvidence,
    settings: Settings,
    /,
    *,
    provenance: Provenance,
    session: Session | None = None,
    book: RuleBook | None = None,
) -> Trial:
    """Return everything that follows from a raw track: no pixel is looked at again."""
    book = book or rules.published()
    body = track.only(MEASURED_LANDMARKS)
    overview = cleaning.clean(body, tasks.OVERVIEW_CLEANING)
    chosen = _task(overview, settings, provenance.source)
    task = chosen.task
    given = _given(settings, provenance.source)
    setup = orientation.find_setup(overview, legs=task.legs, given=given)
    smooth = cleaning.clean(body, task.cleaning)
    legs = orientation.to_frontal(smooth, setup) if setup else ()
    signals = signals_of(legs)

    other = orientation.sure_of_other_leg(overview, given)
    filming = quality.Filming(clip, evidence, track, setup, legs, other)
    findings = quality.check_filming(filming, book.gates_for(task.gated_as, on="clip"))
    found = () if quality.forbids_reps(findings) else task.reps(signals)
    reps = quality.grade_reps(found, legs, book.gates_for(task.gated_as, on="rep"), findings)
    measures = _with_intervals(
        measures_of(reps, signals, chosen=task.measures), reps, signals, filming, provenance
    )
    if settings.correct_yaw:
        measures = uncertainty.with_yaw_corrected(measures)
    means = summary.set_means(reps, measures)
    bands = book.bands_for(task.name, settings.sex)
    trial = Trial(
        clip=clip,
        task=_as_run(chosen, smooth, bands, settings),
        evidence=evidence,
        setup=setup,
        track=track,
        signals=signals,
        reps=reps,
        measures=measures,
        means=means,
        differences=summary.side_differences(means, book.changes_for(task.name)),
        flags=flags.flags_of(reps, measures, bands),
        findings=(
            *findings,
            *_about_reps(reps, findings, filming, task, book),
            *quality.check_pelvis(reps, measures["pelvic_drop_deg"].tolist(), evidence),
        ),
        provenance=replace(provenance, rules=book.versions),
        session=session or Session(),
        profiles=depth_profiles_of(reps, signals),
    )
    return judged(trial, book)


def _with_intervals(
    measures: pd.DataFrame,
    reps: tuple[Rep, ...],
    signals: pd.DataFrame,
    filming: quality.Filming,
    provenance: Provenance,
) -> pd.DataFrame:
    """Return measures with the intervals that the filming of this clip leaves them."""
    setup = filming.setup
    raw_signals = signals_of(orientation.to_frontal(filming.track, setup) if setup else ())
    return uncertainty.with_intervals(
        measures,
        pose=_pose_error(provenance),
        tremble_deg=uncertainty.tremble_of(reps, raw_signals, signals),
        yaws=[setup.stretch_at(rep.bottom_s, rep.side).yaw_deg for rep in reps] if setup else [],
        pelvis_above=[
            uncertainty.pelvis_above_axis(leg, rep, filming.clip)
            for rep in reps
            for leg in filming.legs
            if leg.side is rep.side
        ],
    )


def smooth_track_of(trial: Trial, /) -> PoseTrack:
    """Return what the measures of a trial were taken from: `MEASURED_LANDMARKS`, cleaned as its task does."""
    return cleaning.clean(trial.track.only(MEASURED_LANDMARKS), tasks.task_named(trial.task.name).cleaning)


def medial_signs_of(trial: Trial, /) -> tuple[float, ...]:
    """Return for each rep +1 where the inside of its leg is to the right of the picture, -1 to the left.

    This is the direction that the measures of the rep were taken with.
    """
    if trial.setup is None:
        return ()
    smooth = smooth_track_of(trial)
    return tuple(
        orientation.medial_sign_at(rep.bottom_s, rep.side, smooth, trial.setup) for rep in trial.reps
    )


def judged(trial: Trial, book: RuleBook, /) -> Trial:
    """Return a trial with its colours, verdicts and items by a book of rules."""
    trial = decided(flags.judged_by(trial, book), book)
    return replace(trial, items=items.items_of(trial, book))


def decided(trial: Trial, book: RuleBook) -> Trial:
    """Return a trial with the verdicts that its colours and its session lead to."""
    return replace(trial, verdicts=verdict.verdicts_of(trial, book))


def _about_reps(
    reps: tuple[Rep, ...],
    findings: tuple[Finding, ...],
    filming: quality.Filming,
    task: Task,
    book: RuleBook,
) -> tuple[Finding, ...]:
    wrong_leg = (found.advice for found in findings if found.code == "other_leg_carries")
    how_to = next(wrong_leg, task.segmenter.how_to_be_found())
    gates = book.gates_for(task.gated_as, on="rep")
    return (
        *quality.check_reps(
            reps,
            findings,
            gates,
            clip=filming.clip,
            how_to=how_to,
            least=round(book.limit("least_valid_reps")),
            better=round(book.limit("recommended_reps")),
        ),
        *quality.check_set(reps, filming.legs, filming.track, book.gates_for(task.gated_as, on="set")),
    )


def _task(overview: PoseTrack, settings: Settings, source: LandmarkSource) -> Recognised:
    if settings.task != "auto":
        return Recognised(tasks.task_named(settings.task), 1.0, "given")
    # One leg at a time is the harder question; two-leg tasks show in it as a free leg that does not move.
    setup = orientation.find_setup(overview, legs=1, given=_given(settings, source))
    legs = orientation.to_frontal(overview, setup) if setup else ()
    return tasks.recognise(signals_of(legs))


def _as_run(chosen: Recognised, smooth: PoseTrack, bands: tuple[Band, ...], settings: Settings) -> TaskAsRun:
    return TaskAsRun(
        name=chosen.task.name,
        title=chosen.task.title,
        origin=Origin.DETECTED if settings.task == "auto" else Origin.GIVEN,
        sure=chosen.sure,
        why=chosen.why,
        legs=chosen.task.legs,
        methods=(*smooth.steps, chosen.task.segmenter.sentence()),
        bands=bands,
    )


def _given(settings: Settings, source: LandmarkSource) -> orientation.GivenSetup:
    measured = source is LandmarkSource.MARKERS
    depth = orientation.MEASURED_DEPTH if measured else orientation.GUESSED_DEPTH
    return orientation.GivenSetup(settings.side, settings.mirrored, settings.yaw_deg, depth)


def _pose_error(made: Provenance) -> uncertainty.PoseError | None:
    """Return how far off the landmarks are known to be; None where they are not the product's own."""
    if made.source is not LandmarkSource.POSE_MODEL:
        return None
    return uncertainty.MIRROR_AVERAGED if made.settings.mirror_average else uncertainty.SINGLE_PICTURE


def provenance_of(model: ModelFile, settings: Settings, /) -> Provenance:
    """Return what makes the numbers of an analysis on this machine."""
    return provenance_by(model.name, model.sha256, settings)


def provenance_by(model: str, sha256: str, settings: Settings, /) -> Provenance:
    """Return what makes the numbers from the landmarks of a model or a file."""
    return Provenance(
        valgus_version=valgus.__version__,
        definitions_version=DEFINITIONS_VERSION,
        model=model,
        model_sha256=sha256,
        settings=settings.without_places,
        packages=tuple(f"{name} {metadata.version(name)}" for name in RECORDED_PACKAGES),
    )
