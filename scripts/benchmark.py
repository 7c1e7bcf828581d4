"""Time the product against a plain loop over the same clip, in turn in one run, and write a table of ratios.

The plain loop is what a first script does: OpenCV reads full-size frames, the unstripped model runs on each
in VIDEO mode, nothing else. The floors are what nothing can undercut: decoding alone, the network alone.
Seconds depend on the machine and on what else it does; compare the ratios, each taken within one round.

    python scripts/benchmark.py                              # one 30 s clip of 1080x1920, made from a sample
    python scripts/benchmark.py --clip sample_videos/step_down_left.mp4
    python scripts/benchmark.py --folder --memory --out docs/performance.md
"""

from __future__ import annotations

import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click

SAMPLES = Path(__file__).parents[1] / "sample_videos"
PROGRAM = str(Path(sys.executable).parent / "valgus")
#: The clip that the goals are about: a phone's usual film.
SECONDS, WIDTH, HEIGHT, FPS = 30, 1080, 1920, 30
#: Pictures that the network alone is shown, over and over.
PICTURES = 150
FOLDER_CLIPS = 8


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and on all cores."""

    wall_s: float
    cpu_s: float


@dataclass(eq=False)
class Job:
    """Something that is timed, and what its rounds cost."""

    name: str
    run: Callable[[], object]
    costs: list[Cost] = field(default_factory=list)

    def round(self) -> None:
        """Run once, timed."""
        wall_s, cpu_s = time.perf_counter(), _cpu_s()
        self.run()
        self.costs.append(Cost(time.perf_counter() - wall_s, _cpu_s() - cpu_s))

    def seconds(self, part: str) -> float:
        """Return the median seconds, of the wall or of the CPU."""
        return statistics.median(getattr(cost, part) for cost in self.costs)

    def ratio(self, part: str, *others: Job) -> float:
        """Return the median over rounds of this job's seconds by those of others together."""
        rounds = zip(self.costs, *(other.costs for other in others), strict=True)
        return statistics.median(
            getattr(own, part) / sum(getattr(cost, part) for cost in rest) for own, *rest in rounds
        )


def _cpu_s() -> float:
    """Return CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@click.command()
@click.option("--clip", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Another clip.")
@click.option("--runs", default=3, show_default=True, help="Rounds; every job runs once in each.")
@click.option("--folder", is_flag=True, help="Time valgus batch on eight clips as well.")
@click.option("--overlay", is_flag=True, help="Time the overlay video as well.")
@click.option("--memory", is_flag=True, help="Measure peak memory of a 20 s and a 10 min clip as well.")
@click.option("--pose-rate", is_flag=True, help="Measure what fewer pictures a second do as well.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the table here as well.")
def main(
    clip: Path | None,
    runs: int,
    folder: bool,
    overlay: bool,
    memory: bool,
    pose_rate: bool,
    out: Path | None,
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        parts = [_head(), one_clip(clip or phone_clip(place / "phone.mp4"), runs)]
        parts += [overlay_cost(SAMPLES / "step_down_left.mp4", runs)] if overlay else []
        parts += [folder_of_clips(place, runs)] if folder else []
        parts += [peak_memory(place)] if memory else []
        if pose_rate:
            from pose_rate import section

            parts.append(section(place))
    text = "\n".join(parts)
    click.echo(text)
    if out is not None:
        out.write_text(text, encoding="utf-8")


def _head() -> str:
    import av
    import mediapipe

    return (
        "# Performance\n\n"
        "Made by `scripts/benchmark.py`. Every job runs once per round, one after the other; seconds are\n"
        "medians, ratios are medians of the ratios within each round. Seconds are this machine's, ratios\n"
        "carry over.\n\n"
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, "
        f"mediapipe {mediapipe.__version__}, av {av.__version__}.\n"
    )


# --- one clip -----------------------------------------------------------------------------------------------


def phone_clip(path: Path) -> Path:
    """Make a clip as phones write it, from a sample: full HD upright, a key frame a second, some noise."""
    import av
    import cv2
    import numpy as np

    from valgus.video import ClipReader

    noise = np.random.default_rng(1).normal(0, 4, (HEIGHT, WIDTH, 3)).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=FPS, options={"preset": "veryfast", "g": str(FPS), "b": "14M"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for k, small in enumerate(_over_and_over(ClipReader, SECONDS * FPS)):
            large = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
            noisy = np.clip(large + np.roll(noise, 37 * k, axis=(0, 1)), 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def _over_and_over(reader, count: int) -> Iterator:  # type: ignore[no-untyped-def,type-arg]
    done = 0
    while True:
        with reader(SAMPLES / "step_down_left.mp4") as clip:
            for frame in clip.frames():
                yield frame.rgb
                done += 1
                if done == count:
                    return


def one_clip(clip: Path, runs: int) -> str:
    from valgus.backends.weights import resolve, whole_model
    from valgus.video import ClipReader

    stripped = resolve("full", offline=False).path
    with ClipReader(clip) as reader:
        frames = sum(1 for _ in reader.frames())
        size = f"{reader.width_px}x{reader.height_px}, {reader.clip().duration_s:.0f} s, {frames} frames"
    plain = Job("plain loop", partial(plain_loop, clip, whole_model("full").path))
    decode = Job("floor: decoding and scaling alone", partial(decode_alone, clip))
    network = Job("floor: stripped network alone", partial(network_alone, clip, stripped, frames))
    single = Job("analysis, picture only", partial(analysis, clip, mirror_average=False))
    double = Job("analysis, picture and mirror image (default)", partial(analysis, clip, mirror_average=True))
    jobs = (plain, decode, network, single, double)
    in_turn(jobs, runs)
    rows = [
        [job.name, f"{job.seconds('wall_s'):.1f}", f"{job.seconds('cpu_s'):.1f}"]
        + [f"{1000 * job.seconds('cpu_s') / frames:.1f}"]
        + [f"{job.ratio(part, plain):.2f}" for part in ("wall_s", "cpu_s")]
        for job in jobs
    ]
    heading = ["", "wall s", "CPU s", "CPU ms per frame", "wall / plain", "CPU / plain"]
    return (
        f"## One clip\n\n{size}; without overlay. Rounds: {runs}.\n\n{table(heading, rows)}\n\n"
        f"CPU of the analysis of the picture only, by both floors together: "
        f"{single.ratio('cpu_s', decode, network):.2f}.\n"
    )


def plain_loop(clip: Path, model: Path) -> None:
    import cv2
    import numpy as np

    from valgus.backends.mediapipe import MediaPipeEstimator

    pictures = cv2.VideoCapture(str(clip))
    fps = pictures.get(cv2.CAP_PROP_FPS) or 30.0
    with MediaPipeEstimator(model) as estimator:
        for k in range(1_000_000):
            more, picture = pictures.read()
            if not more:
                return
            estimator.people(np.ascontiguousarray(picture[..., ::-1]), k / fps)


def decode_alone(clip: Path) -> None:
    from valgus.video import ClipReader

    with ClipReader(clip) as reader:
        for _ in reader.frames():
            pass


def network_alone(clip: Path, model: Path, frames: int) -> None:
    from valgus.backends.mediapipe import MediaPipeEstimator

    pictures = first_pictures(clip)
    with MediaPipeEstimator(model) as estimator:
        for k in range(frames):
            estimator.people(pictures[k % len(pictures)], k / 30)


_PICTURES: dict[Path, list] = {}  # type: ignore[type-arg]


def first_pictures(clip: Path) -> list:  # type: ignore[type-arg]
    """Return the first pictures of a clip, decoded before anything is timed."""
    from valgus.video import ClipReader

    if clip not in _PICTURES:
        with ClipReader(clip) as reader:
            _PICTURES[clip] = [frame.rgb for frame, _ in zip(reader.frames(), range(PICTURES), strict=False)]
    return _PICTURES[clip]


def analysis(clip: Path, *, mirror_average: bool) -> object:
    from valgus.model.settings import Settings
    from valgus.pipeline import analyze

    return analyze(clip, Settings(mirror_average=mirror_average, offline=True))


def overlay_cost(clip: Path, runs: int) -> str:
    from valgus.exports.overlay import write_overlay
    from valgus.pipeline import smooth_track_of

    trial = analysis(clip, mirror_average=True)
    smooth = smooth_track_of(trial)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "overlay.mp4"
        measured = Job("analysis", partial(analysis, clip, mirror_average=True))
        drawn = Job("overlay video", partial(write_overlay, trial, smooth, clip, target))  # type: ignore[arg-type]
        in_turn((measured, drawn), runs)
    rows = [
        [job.name, f"{job.seconds('wall_s'):.2f}", f"{job.seconds('cpu_s'):.2f}"] for job in (measured, drawn)
    ]
    return (
        f"## Overlay video\n\n`{clip.name}`, default settings. Rounds: {runs}.\n\n"
        f"{table(['', 'wall s', 'CPU s'], rows)}\n\n"
        f"Overlay by analysis: {drawn.ratio('wall_s', measured):.2f} of the wall time, "
        f"{drawn.ratio('cpu_s', measured):.2f} of the CPU time.\n"
    )


# --- a folder -----------------------------------------------------------------------------------------------


def folder_of_clips(place: Path, runs: int) -> str:
    clips = place / "folder"
    clips.mkdir()
    source = SAMPLES / "step_down_left.mp4"
    for k in range(FOLDER_CLIPS):
        # A tail that no reader looks at: the same film, but another file, so that none is taken for known.
        (clips / f"clip{k}.mp4").write_bytes(
            source.read_bytes() + bytes([0, 0, 0, 12]) + b"free" + bytes([k] * 4)
        )
    one, two = (Job(f"{n} worker{'s' if n > 1 else ''}", partial(batch, clips, n)) for n in (1, 2))
    ceiling = Job("ceiling: two bare processes, half of the clips each", partial(bare_analyses, clips, 2))
    alone = Job("one bare network process", partial(bare_networks, source, 1))
    both = Job("two bare network processes, the same work each", partial(bare_networks, source, 2))
    jobs = (one, two, ceiling, alone, both)
    in_turn(jobs, runs, warm_up=False)
    busy = {job: job.seconds("cpu_s") / job.seconds("wall_s") for job in jobs}
    rows = [
        [job.name, f"{job.seconds('wall_s'):.1f}", f"{job.seconds('cpu_s'):.1f}", f"{busy[job]:.2f}"]
        for job in jobs
    ]
    return (
        f"## A folder of {FOLDER_CLIPS} clips\n\n`valgus batch --no-overlay` on `{source.name}`. "
        f"Rounds: {runs}.\n\n"
        f"{table(['', 'wall s', 'CPU s', 'cores busy'], rows)}\n\n"
        f"`valgus batch` with two workers has {100 * ceiling.ratio('wall_s', two):.0f} % of the throughput\n"
        f"of two bare processes that share the clips between them, and {one.ratio('wall_s', two):.2f} times\n"
        f"that of one worker, which keeps {busy[one]:.2f} cores busy by itself: decoding, picture and\n"
        "mirror image side by side. Two bare network processes have\n"
        f"{2 * alone.ratio('wall_s', both):.2f} times the throughput of one.\n"
    )


def bare_analyses(folder: Path, processes: int) -> None:
    """Analyse and save the clips of a folder by so many processes that nobody looks after."""
    code = (
        "import sys; from pathlib import Path;"
        "from valgus.model.order import Order; from valgus.model.session import Session;"
        "from valgus.model.settings import Settings; from valgus.oneclip import measured, save_results;"
        "from valgus.rules import published;"
        "order = Order(Settings(offline=True), Session(), published(), None);"
        "[save_results(measured(clip, order.settings, given=order.given, book=order.book), clip,"
        " Path(sys.argv[1]) / f'{clip.name}.valgus', order, draw_overlay=None)"
        " for clip in map(Path, sys.argv[2:])]"
    )
    clips = sorted(map(str, folder.glob("*.mp4")))
    with tempfile.TemporaryDirectory() as out:
        at_once([[sys.executable, "-c", code, out, *clips[k::processes]] for k in range(processes)])


def batch(clips: Path, workers: int) -> None:
    with tempfile.TemporaryDirectory() as out:
        valgus("batch", clips, "--workers", workers, "--no-overlay", "--offline", "--out", out)


def valgus(*words: object) -> None:
    command = [PROGRAM, *map(str, words)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def bare_networks(clip: Path, processes: int) -> None:
    """Run the stripped network over a clip's pictures in so many processes at once."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import benchmark as b;"
        "from valgus.backends.weights import resolve;"
        "b.network_alone(Path(sys.argv[2]), resolve('full', offline=True).path, 1200)"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent), str(clip)]
    at_once([command] * processes)


def at_once(commands: Sequence[list[str]]) -> None:
    running = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for command in commands]
    assert not any(process.wait() for process in running)


# --- memory -------------------------------------------------------------------------------------------------


def peak_memory(place: Path) -> str:
    short, long = (looped(place / f"{name}.mp4", seconds) for name, seconds in (("short", 20), ("long", 600)))
    peaks = [peak_mb("analyze", clip, "--offline", "--out", place / "out") for clip in (short, long)]
    rows = [[name, f"{peak:.0f}"] for name, peak in zip(("20 s", "10 min"), peaks, strict=True)]
    return (
        f"## Memory\n\n`valgus analyze` with everything it writes, peak of the whole process.\n\n"
        f"{table(['clip', 'MB'], rows)}\n\nRatio {peaks[1] / peaks[0]:.2f}.\n"
    )


def looped(path: Path, seconds: float) -> Path:
    """Repeat a sample until it lasts so long, without coding it again."""
    import av

    with av.open(str(SAMPLES / "step_down_left.mp4")) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        length = stream.duration or 0
        for k in range(int(seconds / float(length * stream.time_base)) + 1):  # type: ignore[operator]
            source.seek(0)
            for packet in source.demux(stream):
                if packet.pts is None or float((packet.pts + k * length) * packet.time_base) >= seconds:
                    continue
                packet.pts, packet.dts = packet.pts + k * length, (packet.dts or 0) + k * length
                packet.stream = copy
                target.mux(packet)
    return path


def peak_mb(*words: object) -> float:
    """Return the peak memory of one run of the program, MB, from the system's own account of it.

    Asked for while it runs: what the system says in the end counts the memory of this process too, from which
    it was made.
    """
    process = subprocess.Popen(
        [PROGRAM, *map(str, words)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak_kb, account = 0, Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        said = re.search(r"VmHWM:\s+(\d+) kB", account.read_text()) if account.exists() else None
        peak_kb = max(peak_kb, int(said[1]) if said else 0)
        time.sleep(0.02)
    assert process.returncode == 0
    return peak_kb / 1024


# --- how it is timed ----------------------------------------------------------------------------------------


def in_turn(jobs: Sequence[Job], runs: int, *, warm_up: bool = True) -> None:
    for job in jobs if warm_up else ():
        job.run()
    for _ in range(runs):
        for job in jobs:
            job.round()


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---", *["---:"] * (len(heading) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    main()
