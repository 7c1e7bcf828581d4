"""What the program does so that long clips need little more memory than short ones."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Large arrays that are made and freed while small things that stay are made above them.
KEPT_MB = """
import numpy as np
from valgus import memory

def in_use_mb():
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * 4096 / 1e6

memory.waste_little()
np.ones(2_000_000)
before, kept = in_use_mb(), []
large = []
for _ in range(10):
    large.append(np.ones(1_900_000))
    kept.append([bytes(5000) for _ in range(20)])
del large
print(in_use_mb() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system of Linux")
def test_large_arrays_that_are_freed_are_given_back_though_small_things_were_made_since() -> None:
    ran = subprocess.run([sys.executable, "-c", KEPT_MB], capture_output=True, text=True, check=True)
    assert float(ran.stdout) < 20


#: Threads that each make and free something small, one after the other.
ARENAS = """
import ctypes, threading
from valgus import memory

memory.waste_little()
def work():
    kept = [bytes(5000) for _ in range(200)]
for _ in range(8):
    threads = [threading.Thread(target=work) for _ in range(8)]
    [one.start() for one in threads]
    [one.join() for one in threads]
out = ctypes.CDLL(None)
out.malloc_stats()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the C library of Linux")
def test_all_threads_take_memory_from_one_place() -> None:
    ran = subprocess.run([sys.executable, "-c", ARENAS], capture_output=True, text=True, check=True)
    assert "Arena 0" in ran.stderr and "Arena 1" not in ran.stderr
