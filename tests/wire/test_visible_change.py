"""Noise is no visible change of a picture; somebody who comes into view is, and so is slow dusk."""

import numpy as np
import pytest

from wire.frames.frame import Image
from wire.frames.visible_change import VisibleChange

NOISE_GREYS = 6.0


@pytest.fixture
def room() -> Image:
    ramp = np.linspace(40, 200, 1280).astype(np.uint8)
    return np.broadcast_to(ramp[None, :, None], (720, 1280, 3)).copy()


@pytest.fixture
def shown(room: Image) -> VisibleChange:
    change = VisibleChange()
    assert change.update(room)
    return change


def noisy(room: Image, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, NOISE_GREYS, room.shape)
    return np.clip(room + noise, 0, 255).astype(np.uint8)


def test_noise_is_no_change(shown: VisibleChange, room: Image) -> None:
    assert not any(shown.update(noisy(room, seed)) for seed in range(3))


def test_an_arm_at_the_edge_is_a_change(shown: VisibleChange, room: Image) -> None:
    room[300:340, :30] += 60
    assert shown.update(room)
    assert not shown.update(room)


def test_slow_dusk_is_a_change_in_the_end(shown: VisibleChange, room: Image) -> None:
    changes = [shown.update(room - np.uint8(darker)) for darker in range(1, 10)]
    assert 2 <= sum(changes) <= 4


def test_after_forgetting_every_picture_is_one(shown: VisibleChange, room: Image) -> None:
    shown.forget()
    assert shown.update(room)
