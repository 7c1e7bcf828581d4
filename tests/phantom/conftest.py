from __future__ import annotations

import pytest

from valgus.phantom import Camera


@pytest.fixture
def small_camera() -> Camera:
    return Camera().scaled(0.25)
