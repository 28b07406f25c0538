"""The real clips beside the checkout; a test that needs one is skipped where it is absent."""

from pathlib import Path

import pytest

from tests.support.labelled_clips import clip_file


def clip(name: str) -> Path:
    """The path of a clip by its name without ending; skips the test where it is missing."""
    path = clip_file(name)
    if not path.exists():
        pytest.skip(f"the clip {name} is not beside this checkout")
    return path
