"""The parts of an error against hand labels, from errors made of known parts."""

import numpy as np
import pytest

from tests.support.error_parts import split

VIEWS, LABELS = 6, 4000
NOISE_DEG, SHARED_DEG, LABEL_DEG, FRAME_DEG = 1.2, 1.5, 0.5, 0.3


def test_parts_of_an_error_are_found_again() -> None:
    rng = np.random.default_rng(1)
    shared, labels, frame = (sd * rng.normal(size=LABELS) for sd in (SHARED_DEG, LABEL_DEG, FRAME_DEG))
    error_deg = shared + labels + frame + NOISE_DEG * rng.normal(size=(VIEWS, LABELS))
    error_deg[2, 7] = np.nan
    parts = split(error_deg, LABEL_DEG, FRAME_DEG)
    assert parts.noise == pytest.approx(NOISE_DEG, rel=0.05)
    assert parts.shared == pytest.approx(SHARED_DEG, rel=0.05)
    whole_deg = np.sqrt(NOISE_DEG**2 + SHARED_DEG**2 + LABEL_DEG**2 + FRAME_DEG**2)
    assert parts.by_view == pytest.approx(np.full(VIEWS, whole_deg), rel=0.05)


def test_an_offset_and_mere_noise_share_nothing() -> None:
    error_deg = 4.0 + np.tile(np.array([[1.0], [-1.0]]), (3, 50)) * np.array([1.0, -1.0] * 25)
    assert split(error_deg, 0.0, 0.0).shared == 0.0
