"""A clinician's week with three patients, command after command: what is relied on at each step."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.command import Ran, valgus
from tests.e2e.folders import QUICK, short_clip
from tests.history.people import clip_of, save_session
from valgus.exports.paper import BROWSERS
from valgus.model.frontal import Side
from valgus.video import ClipReader

pytestmark = pytest.mark.slow

FIRST, LATER = date(2026, 9, 28), timedelta(days=14)
DAYS = [FIRST + k * LATER for k in range(4)]
JOERG, ANNA, CHRIS = "Jörg Müller", "anna", "chris"
STEP = "step_height_cm = 15\n"
NO_PAIN = "pain_during = 1\npain_next_morning = 0\n"
TYPO = "pain_durring = 1\n"


def test_the_week_of_a_clinician(tmp_path: Path) -> None:
    patients = tmp_path / "Praxis Süd" / "Patienten"
    filmed = _earlier_sessions(patients)
    _newly_filmed(patients, filmed)

    _look_before(patients)
    _measure(patients)
    _mend_the_typo(patients)
    _one_table_again(patients)
    _over_time(patients)
    _plans(patients)
    _the_record(patients)
    _both_legs(patients, tmp_path / "compared")
    _rules_and_own_error(patients)
    _moved_and_renamed(patients)
    _damaged(patients)


def _earlier_sessions(patients: Path) -> Path:
    """Save what was measured before: all but the last session of everybody; return the folder to film for."""
    means = {JOERG: (17.0, 13.0, 5.0), ANNA: (1.0, 1.0, 1.0), CHRIS: (12.0, 11.0, 12.0)}
    for name, of_him in means.items():
        for day, mean in zip(DAYS, of_him, strict=False):
            # As his last session shows, the step height of the second one was forgotten.
            said = NO_PAIN if (name, day) == (JOERG, DAYS[1]) else STEP + NO_PAIN
            save_session(patients / name, day, clip_of(mean), said=said)
            if name == JOERG:
                save_session(patients / name, day, clip_of(1.0, side=Side.RIGHT), said=said)
    return patients / JOERG / str(DAYS[3])


def _newly_filmed(patients: Path, of_joerg: Path) -> None:
    of_joerg.mkdir()
    (of_joerg / "links.mp4").write_bytes(short_clip("step_down_left"))
    (of_joerg / "rechts.mp4").write_bytes(short_clip("step_down_right"))
    (of_joerg / "session.toml").write_text(f'{STEP}{NO_PAIN}notes = "Knieschoner"\n', encoding="utf-8")
    of_chris = patients / CHRIS / str(DAYS[3])
    of_chris.mkdir()
    (of_chris / "clip.mp4").write_bytes(short_clip("step_down_left", from_s=1.1))
    (of_chris / "session.toml").write_text(STEP + TYPO)
    of_anna = patients / ANNA / str(DAYS[3])
    save_session(patients / ANNA, DAYS[3], clip_of(1.0), said=STEP + NO_PAIN)
    (of_anna / "broken.mp4").write_bytes(short_clip("step_down_left")[:2000])
    (patients / ANNA / "phone list.txt").write_text("call back on Monday\n")


def _batch(patients: Path, *options: str) -> Ran:
    return valgus("batch", patients, "--workers", 1, *QUICK, *options)


def _look_before(patients: Path) -> None:
    before = _names(patients)
    shown = _batch(patients, "--dry-run")
    assert shown.returncode == 0
    for line in (
        f"to do   {JOERG}/{DAYS[3]}/links.mp4",
        f"to do   {JOERG}/{DAYS[3]}/rechts.mp4",
        f"fails   {CHRIS}/{DAYS[3]}/clip.mp4: session.toml, line 2: unknown key 'pain_durring'. "
        "Did you mean pain_during?",
    ):
        assert line in shown.stdout.splitlines()
    assert _names(patients) == before


def _measure(patients: Path) -> None:
    ran = _batch(patients)
    assert ran.returncode == 5, ran.stderr
    lines = ran.stdout.splitlines()
    assert any(line.startswith(f"{CHRIS}/{DAYS[3]}/clip.mp4: failed: session.toml, line 2") for line in lines)
    assert any(line.startswith(f"{ANNA}/{DAYS[3]}/broken.mp4: failed: ") for line in lines)
    assert "4 clips: 2 measured, 0 not measured, 2 failed." in ran.stdout
    failures = _failures(patients)
    assert set(failures["clip"]) == {f"{ANNA}/{DAYS[3]}/broken.mp4", f"{CHRIS}/{DAYS[3]}/clip.mp4"}
    assert failures["what_to_do"].notna().all()
    summary = pd.read_csv(patients / "summary.csv")
    assert list(summary["person"].unique()) == [JOERG]
    assert list(summary["date"].unique()) == [str(DAYS[3])]


def _mend_the_typo(patients: Path) -> None:
    before = _results_written(patients)
    (patients / CHRIS / str(DAYS[3]) / "session.toml").write_text(STEP + NO_PAIN)
    ran = _batch(patients)
    assert ran.returncode == 5
    assert "2 were done already." in ran.stdout
    now = _results_written(patients)
    assert {name: when for name, when in now.items() if name in before} == before
    assert list(_failures(patients)["clip"]) == [f"{ANNA}/{DAYS[3]}/broken.mp4"]


def _one_table_again(patients: Path) -> None:
    """All sessions of everybody in one table, and the bad clip is not forgotten over it."""
    ran = valgus("collect", patients)
    assert ran.returncode == 5
    assert "17 clips: 16 measured, 0 not measured, 1 failed." in ran.stdout
    assert list(_failures(patients)["clip"]) == [f"{ANNA}/{DAYS[3]}/broken.mp4"]
    assert "broken.mp4" in (patients / "index.html").read_text(encoding="utf-8")


def _over_time(patients: Path) -> None:
    ran = valgus("progress", patients)
    assert ran.returncode == 2
    assert f"several people: {JOERG} (8), {ANNA} (4), {CHRIS} (4)." in ran.stderr
    text = _flat(valgus("progress", patients / JOERG))
    assert f"{JOERG}: 4 days with sessions." in text
    assert f"Kept apart: no step height was entered for {DAYS[1]}, 15 cm for other days." in text
    forgotten = patients / JOERG / str(DAYS[1]) / "session.toml"
    forgotten.write_text(STEP + NO_PAIN)
    text = _flat(valgus("progress", patients / JOERG))
    assert "no step height was entered" not in text
    table = pd.read_csv(patients / JOERG / "progress.csv")
    assert list(table.groupby("side").size()) == [4, 4]
    with Image.open(patients / JOERG / "progress.png") as picture:
        assert picture.width > 1000
    assert f"Without results: {DAYS[3]}/broken.mp4." in _flat(valgus("progress", patients / ANNA))
    assert valgus("progress", patients / ANNA, "--baseline", "2026-10-01").returncode == 2


def _plans(patients: Path) -> None:
    assert "ready for more (progress candidate)" in _flat(valgus("progress", patients / ANNA))
    assert "Go up a step: from 15 to 20 cm" in valgus("plan", patients / ANNA).stdout
    last = patients / ANNA / str(DAYS[3])
    (last / "session.toml").write_text(f"{STEP}pain_during = 1\npain_next_morning = 7\n")
    assert "No plan" in valgus("plan", patients / ANNA).stdout
    assert "No plan" in valgus("plan", last / "left.mp4.valgus").stdout


def _the_record(patients: Path) -> None:
    clip = patients / JOERG / str(DAYS[3]) / "links.mp4"
    printed = ["--pdf"] if any(map(shutil.which, BROWSERS)) else []
    ran = valgus("report", "--language", "de", *printed, clip)
    assert ran.returncode == 0, ran.stderr
    page = (_results(clip) / "report.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page
    head = page.split("<main>")[0]
    for says in (JOERG, "09.11.2026", "15 cm", "Knieschoner", "1 bei der Aufgabe, 0 am nächsten Morgen"):
        assert says in head
    assert "Im Verlauf" in page
    assert "data:image/jpeg" in page, "the pictures of the lowest points"
    # Kept with the results, also where there is no browser to print with.
    (_results(clip) / "report.pdf").touch()
    if printed:
        assert (_results(clip) / "report.pdf").read_bytes().startswith(b"%PDF")


def _both_legs(patients: Path, compared: Path) -> None:
    day = patients / JOERG / str(DAYS[3])
    ran = valgus("compare", day / "links.mp4", day / "rechts.mp4", "--out", compared)
    assert ran.returncode == 0, ran.stderr
    assert "A: left leg of 2026-11-09" in ran.stdout and "B: right leg" in ran.stdout
    with ClipReader(compared / "compare.mp4") as reader:
        assert reader.frame_width_px > reader.frame_height_px / 2
        assert sum(1 for _ in reader.frames()) > 30


def _rules_and_own_error(patients: Path) -> None:
    assert "fppa, step-down: fppa_deg amber above 11.3, red above 16 deg" in valgus("bands").stdout
    ran = valgus("repeatability", patients)
    assert ran.returncode in (0, 2)
    assert "Traceback" not in ran.stderr


def _moved_and_renamed(patients: Path) -> None:
    """A patient has a new name, and a clip too: nothing is measured again, counted twice or lost."""
    renamed = patients / "Jörg Meier"
    (patients / JOERG).rename(renamed)
    assert "Jörg Meier: 4 days with sessions." in _flat(valgus("progress", renamed))
    day = renamed / str(DAYS[3])
    (day / "links.mp4").rename(day / "Anfang.mp4")
    listed = _batch(patients, "--dry-run").stdout.splitlines()
    assert f"re-use  Jörg Meier/{DAYS[3]}/Anfang.mp4" in listed
    assert _batch(patients).returncode == 5
    assert not (day / "links.mp4.valgus").exists()
    assert (day / "Anfang.mp4.valgus" / "report.pdf").is_file()
    summary = pd.read_csv(patients / "summary.csv")
    assert set(summary["person"]) == {"Jörg Meier", CHRIS}
    valgus("progress", renamed)
    table = pd.read_csv(renamed / "progress.csv")
    assert list(table.groupby("side").size()) == [4, 4]


def _damaged(patients: Path) -> None:
    bad = patients / ANNA / str(FIRST) / "left.mp4.valgus"
    (bad / "landmarks.csv").unlink()
    ran = valgus("report", bad)
    assert (ran.returncode, ran.stderr) == (
        3,
        "left.mp4.valgus: landmarks.csv cannot be read. Analyse the clip again.\n",
    )
    (bad / "analysis.json").write_text("{")
    text = _flat(valgus("progress", patients / ANNA))
    assert f"Left out: {FIRST}/left.mp4.valgus: left.mp4.valgus: analysis.json is damaged." in text
    assert "anna: 3 days with sessions." in text


# --- what is looked at --------------------------------------------------------------------------------------


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def _results_written(patients: Path) -> dict[str, int]:
    files = patients.rglob("*.valgus/analysis.json")
    return {path.relative_to(patients).as_posix(): path.stat().st_mtime_ns for path in files}


def _results(clip: Path) -> Path:
    return clip.with_name(f"{clip.name}.valgus")


def _failures(patients: Path) -> pd.DataFrame:
    return pd.read_csv(patients / "failures.csv")


def _flat(ran: Ran) -> str:
    assert ran.returncode == 0, ran.stderr
    return " ".join(ran.stdout.split())
