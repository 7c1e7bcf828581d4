"""Settings shared by all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# A build must not fail by the luck of the draw; on a desk every run tries something new.
settings.register_profile("build", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("build")
