"""Nothing leaves the machine: seen from the kernel's side."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command import VALGUS
from tests.e2e.folders import short_clip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace"),
]


def watched(log: Path, *arguments: object, **environment: str) -> str:
    """Run the program and return every call about sockets that it or a child of it made."""
    command = ["strace", "-f", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o", str(log), VALGUS]
    ran = subprocess.run(
        [*command, *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stderr
    return log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture()
def clip(tmp_path: Path) -> Path:
    (tmp_path / "clip.mp4").write_bytes(short_clip())
    return tmp_path / "clip.mp4"


@pytest.mark.parametrize("options", [("--offline",), ()], ids=["offline", "model already there"])
def test_a_whole_analysis_opens_no_socket(options: tuple[str, ...], clip: Path, tmp_path: Path) -> None:
    calls = watched(tmp_path / "calls", "analyze", *options, clip)
    assert (tmp_path / "clip.mp4.valgus" / "overlay.mp4").is_file()
    assert calls == ""


def test_only_the_fetch_of_the_model_connects_and_to_one_place_alone(clip: Path, tmp_path: Path) -> None:
    calls = watched(tmp_path / "calls", "analyze", clip, "--no-overlay", VALGUS_CACHE=str(tmp_path / "cache"))
    connected = re.findall(r'connect\(\d+, \{sa_family=AF_INET6?,.*?htons\((\d+)\).*?"([^"]+)"', calls)
    hosts = {host for port, host in connected if port != "53"}  # 53 asks for the address of a name
    assert len(hosts) <= 1, connected
    assert list((tmp_path / "cache").glob("*.task")), "the model was fetched"
