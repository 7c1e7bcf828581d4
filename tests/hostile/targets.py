"""What reads files that people and other programs write, with a small good file for each to spoil.

Whatever the bytes, a reader either understands them or raises a `ValgusError`; anything else is a fault.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tests.importers import writing
from tests.trials import trial_of
from valgus import results, rules
from valgus.agreement.reading import Source, read_measurement
from valgus.contract.files import problems_in
from valgus.errors import ValgusError
from valgus.from_landmarks import Filmed, measure_imported
from valgus.importers import About, read_landmarks
from valgus.importers.mmpose import COCO_17
from valgus.model.settings import Settings
from valgus.model.track import PoseTrack
from valgus.sessions import SessionFile
from valgus.simulate import View, film, repetitions

ABOUT = About(fps=30.0, size_px=(720, 1280))
FILMED = Filmed(fps=30.0, size_px=(720, 1280))
FRAMES = 3
SESSION = """\
person = "A"
date = 2026-11-21
task = "step-down"
sex = "f"
pain_during = 1
step_height_cm = 15
notes = "new shoes"
[strength]
hip = "23 kg"
[clip."a.mp4"]
side = "right"
pain_during = 3.5
"""
RULES = """\
version = "1"
[[band]]
code = "fppa"
task = "step-down"
amber = 10
source = "our clinic"
[[mdc]]
measure = "fppa_deg"
value = 6.1
origin = "own"
source = "ours"
[[gate]]
code = "not_frontal"
low = 5
source = "ours"
[[item]]
scale = "lateral step-down"
number = 1
source = "ours"
"""


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes
    ----------
    name : str
        What it is called on the command line.
    file : str
        Name of the file that is spoiled.
    good : callable
        Writes what belongs beside the file into a folder and returns the file's good content.
    read : callable
        Is given the path of the file.
    """

    name: str
    file: str
    good: Callable[[Path], bytes]
    read: Callable[[Path], object]

    def reads(self, content: bytes, folder: Path) -> bool:
        """Return whether content is understood, False where it is refused in words.

        Warnings are errors here: a person would see them between the lines meant for people.
        """
        path = folder / self.file
        path.write_bytes(content)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                self.read(path)
        except ValgusError as refused:
            _check_message(str(refused))
            return False
        return True


def _check_message(message: str) -> None:
    """A message is a line or two, however long the thing that it is about."""
    assert 10 < len(message) < 2000, message[:2000]
    assert "Traceback" not in message


@cache
def track(frames: int = FRAMES) -> PoseTrack:
    """Return the beginning of a simulated step-down."""
    whole = film(repetitions(peak_fppa_deg=(5.0,)), View(stickers=True))
    assert whole.world_m is not None
    return replace(
        whole,
        time_s=whole.time_s[:frames],
        xy_px=whole.xy_px[:frames],
        confidence=whole.confidence[:frames],
        world_m=whole.world_m[:frames],
    )


# --- good files -------------------------------------------------------------------------------------------


def _trc(_: Path) -> bytes:
    return writing.sports2d_trc(track()).encode()


def _laboratory(_: Path) -> bytes:
    return writing.laboratory_trc(track()).encode()


def _mmpose(_: Path) -> bytes:
    return writing.mmpose_json(track(), COCO_17).encode()


def _openpose(folder: Path) -> bytes:
    """Two good frames stay beside the one that is spoiled."""
    with tempfile.TemporaryDirectory() as elsewhere:
        files = sorted(writing.openpose_folder(track(), Path(elsewhere) / "json").iterdir())
        for number, file in enumerate(files[1:], start=1):
            (folder / f"clip_{number:012d}_keypoints.json").write_bytes(file.read_bytes())
        return files[0].read_bytes()


def _deeplabcut(_: Path) -> bytes:
    rows = writing.deeplabcut_rows(track(), writing.HALPE)
    return "".join(",".join(row) + "\n" for row in rows).encode()


def _csv(_: Path) -> bytes:
    names = list(writing.HALPE.values())
    head = ["time_s", *(f"{name}_{part}" for name in names for part in ("x_px", "y_px", "visibility"))]
    lines = [",".join(head)]
    for k, time_s in enumerate(track().time_s):
        places = (f"{x:.1f},{y:.1f},0.9" for x, y in (track().point(name)[k] for name in names))
        lines.append(f"{time_s:.4f},{','.join(places)}")
    return ("\n".join(lines) + "\n").encode()


def _c3d(folder: Path) -> bytes:
    import c3d
    import numpy as np

    labels = ("LHJC", "RHJC", "LKnee", "RKnee", "LAnkle", "RAnkle")
    writer = c3d.Writer(point_rate=30, point_units="mm")
    writer.set_point_labels(list(labels))
    for k in range(FRAMES):
        points = np.zeros((len(labels), 5), dtype=np.float32)
        points[:, :3] = [[100 * j, 900 - 150 * j + k, 10] for j in range(len(labels))]
        writer.add_frames([(points, np.zeros((0, 0)))])
    with (folder / "whole.c3d").open("wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are no force plates
        writer.write(file)
    return (folder / "whole.c3d").read_bytes()


def _saved(folder: Path, name: str) -> bytes:
    results.save(trial_of(track(8)), folder / "saved.valgus")
    for file in (folder / "saved.valgus").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return (folder / name).read_bytes()


# --- readers ----------------------------------------------------------------------------------------------


def _import(path: Path) -> object:
    return read_landmarks(path, ABOUT)


def _import_folder(path: Path) -> object:
    return read_landmarks(path.parent, ABOUT)


def _measure(path: Path) -> object:
    return measure_imported(path, Settings(task="step-down"), filmed=FILMED)


def _load_record(path: Path) -> object:
    text = results.record_text(path.parent)
    problems = results.record_problems(text)
    results.load_header(path.parent)
    return problems, results.load_analysis(path.parent)


def _load_folder(path: Path) -> object:
    return results.load(path.parent)


def _session(path: Path) -> object:
    file = SessionFile.beside(path.parent)
    return [(file.session(clip), file.settings(clip, Settings())) for clip in ("a.mp4", "b.mp4")]


REPS = """\
clip,side,rep,bottom_s,fppa_deg,grade
a.mp4,left,1,2.5,7.25,ok
a.mp4,left,2,4.5,-3.5,invalid
b.mp4,right,1,2.0,,low
"""


def _agree(path: Path) -> object:
    return read_measurement(Source(path), "fppa_deg")


def _validate(path: Path) -> object:
    return [problem.says for problem in problems_in(path)]


#: Every reader that fuzzing covers.
TARGETS: tuple[Target, ...] = (
    Target("trc", "a.trc", _trc, _import),
    Target("laboratory", "a.trc", _laboratory, _import),
    Target("c3d", "a.c3d", _c3d, _import),
    Target("openpose", "clip_000000000000_keypoints.json", _openpose, _import_folder),
    Target("mmpose", "a.json", _mmpose, _import),
    Target("deeplabcut", "a.csv", _deeplabcut, _import),
    Target("csv", "a.csv", _csv, _import),
    Target("numbers", "a.csv", _csv, _measure),
    Target("record", results.ANALYSIS, lambda folder: _saved(folder, results.ANALYSIS), _load_record),
    Target("landmarks", results.LANDMARKS, lambda folder: _saved(folder, results.LANDMARKS), _load_folder),
    Target("frames", results.FRAMES, lambda folder: _saved(folder, results.FRAMES), _load_folder),
    Target("session", "session.toml", lambda _: SESSION.encode(), _session),
    Target("agree", "a.csv", lambda _: REPS.encode(), _agree),
    Target("validate", results.REPS, lambda folder: _saved(folder, results.REPS), _validate),
    Target("rules", "own.toml", lambda _: RULES.encode(), rules.with_own),
)


def target_named(name: str, /) -> Target:
    """Return one of the readers."""
    return next(target for target in TARGETS if target.name == name)
