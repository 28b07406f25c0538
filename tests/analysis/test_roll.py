"""Given a room with upright and level edges, then the camera's roll is estimated from them; without edges it is not."""

import cv2
import numpy as np
import pytest

from analysis.measures.angles import RunnerFrame
from analysis.runner.camera_roll import estimate_roll
from tests.support.clips import clip
from tests.support.turned_camera import room, seen_turned
from wire.frames.frame import Image


@pytest.mark.parametrize("roll_deg", [-8.0, -3.0, 0.0, 1.5, 6.0])
def test_the_roll_is_estimated_from_the_room(roll_deg: float) -> None:
    roll = estimate_roll(seen_turned(room(), roll_deg))
    assert roll is not None
    assert roll.roll_deg == pytest.approx(roll_deg, abs=0.3)
    assert roll.sd_deg < 0.7


def test_the_roll_has_the_sign_of_the_setting() -> None:
    roll = estimate_roll(seen_turned(room(), 5.0))
    assert roll is not None
    # A plumb line in that image is vertical once the roll is corrected.
    turned = np.radians(5.0)
    plumb_px = np.array([100 * np.sin(turned), 100 * np.cos(turned)])
    across, _ = RunnerFrame("right", roll.roll_deg).direction(np.zeros(2), plumb_px)
    assert abs(across) < 1.0


def test_without_edges_there_is_no_estimate() -> None:
    noise = np.random.default_rng(1).integers(100, 140, (540, 960, 3)).astype(np.uint8)
    assert estimate_roll(noise) is None
    assert estimate_roll(np.zeros((240, 320, 3), np.uint8)) is None


@pytest.mark.clips
@pytest.mark.parametrize("name", ["walk_turn_30fps", "treadmill_elite_60fps", "treadmill_gym_60fps"])
def test_rotating_a_real_image_rotates_the_estimate(name: str) -> None:
    capture = cv2.VideoCapture(str(clip(name)))
    picture: Image = np.asarray(capture.read()[1], np.uint8)
    capture.release()
    level = estimate_roll(seen_turned(picture, 0.0))
    turned = estimate_roll(seen_turned(picture, 4.0))
    assert level is not None
    assert turned is not None
    assert turned.roll_deg - level.roll_deg == pytest.approx(4.0, abs=0.7)
