"""Settings shared by all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# A build must not fail by the luck of the draw; on a desk every run tries something new.
# How long an example may take says more about the machine than about the product.
settings.register_profile("desk", deadline=None)
settings.register_profile("build", derandomize=True, deadline=None)
settings.load_profile("build" if os.environ.get("CI") else "desk")
