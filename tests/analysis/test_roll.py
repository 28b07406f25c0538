"""Given a room with upright and level edges, then the camera's roll is read from them, or nothing is said."""

import cv2
import numpy as np
import pytest

from analysis.angles import RunnerFrame
from analysis.roll import estimate_roll
from tests.clips import clip
from wire.frames import Image


def room(handrails: bool = True) -> Image:
    """A window, a wall and a treadmill, with a handrail that slopes by 12 degrees and noise."""
    picture = np.full((540, 960, 3), 150, np.uint8)
    for x_px in (120, 360, 600, 840):
        cv2.rectangle(picture, (x_px, 60), (x_px + 90, 300), (220, 220, 210), -1)
    cv2.rectangle(picture, (200, 430), (800, 470), (40, 40, 40), -1)
    if handrails:
        cv2.line(picture, (300, 400), (700, 315), (20, 20, 20), 9)
    noise = np.random.default_rng(1).normal(0, 6, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def seen_turned(picture: Image, roll_deg: float) -> Image:
    """The picture of a camera that hangs turned clockwise by this: it shows the world turned counter-clockwise."""
    height_px, width_px = picture.shape[:2]
    # OpenCV turns counter-clockwise for positive angles.
    turn = cv2.getRotationMatrix2D((width_px / 2, height_px / 2), roll_deg, 1.0)
    turned = cv2.warpAffine(picture, turn, (width_px, height_px), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(turned[60:-60, 100:-100], np.uint8)


@pytest.mark.parametrize("roll_deg", [-8.0, -3.0, 0.0, 1.5, 6.0])
def test_the_roll_is_read_from_the_room(roll_deg: float) -> None:
    roll = estimate_roll(seen_turned(room(), roll_deg))
    assert roll is not None
    assert roll.roll_deg == pytest.approx(roll_deg, abs=0.3)
    assert roll.sd_deg < 0.7


def test_it_has_the_sign_of_the_setting() -> None:
    roll = estimate_roll(seen_turned(room(), 5.0))
    assert roll is not None
    # A plumb line in that picture hangs straight down once the roll is taken out.
    turned = np.radians(5.0)
    plumb_px = np.array([100 * np.sin(turned), 100 * np.cos(turned)])
    across, _ = RunnerFrame("right", roll.roll_deg).direction(np.zeros(2), plumb_px)
    assert abs(across) < 1.0


def test_without_edges_nothing_is_said() -> None:
    noise = np.random.default_rng(1).integers(100, 140, (540, 960, 3)).astype(np.uint8)
    assert estimate_roll(noise) is None
    assert estimate_roll(np.zeros((240, 320, 3), np.uint8)) is None


@pytest.mark.clips
@pytest.mark.parametrize("name", ["walk_turn_30fps", "treadmill_elite_60fps", "treadmill_gym_60fps"])
def test_turning_a_real_picture_turns_what_is_read(name: str) -> None:
    capture = cv2.VideoCapture(str(clip(name)))
    picture: Image = np.asarray(capture.read()[1], np.uint8)
    capture.release()
    level = estimate_roll(seen_turned(picture, 0.0))
    turned = estimate_roll(seen_turned(picture, 4.0))
    assert level is not None
    assert turned is not None
    assert turned.roll_deg - level.roll_deg == pytest.approx(4.0, abs=0.7)
