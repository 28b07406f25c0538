"""The real clips beside the checkout: found, skipped where they are absent, demanded where CI says they must be there."""

import os
from pathlib import Path

import pytest

from bench.labelled_clips import clip_file

TREADMILLS = ("treadmill_gym_60fps", "treadmill_home_30fps", "treadmill_elite_60fps")


def clip(name: str) -> Path:
    """The path of a clip by its name without ending; skips, or fails under HIPCUE_REQUIRE_DATA=1, where it is missing."""
    path = clip_file(name)
    if not path.exists():
        if os.environ.get("HIPCUE_REQUIRE_DATA") == "1":
            pytest.fail(f"the clip {name} is missing, and HIPCUE_REQUIRE_DATA=1 demands it")
        pytest.skip("the real clips are not beside this checkout")
    return path
