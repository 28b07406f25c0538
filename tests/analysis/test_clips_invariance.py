"""Given the same run mirrored, at half the frame rate or size, or in bad light, then the measurement stays the same."""

import cv2
import numpy as np
import pytest

from analysis.pose.blazepose.region import mirrored_image
from tests.support.measured_clip import measured
from tests.support.measuring import Change, half_size
from wire.frames.frame import Image

pytestmark = [pytest.mark.clips, pytest.mark.slow]

# Every clip in every way: python -m bench.accuracy.
AT_30_FPS, AT_60_FPS = "treadmill_home_30fps", "treadmill_gym_60fps"
SECONDS = 4.6
FROM_S, TO_S = 1.0, 4.0


def change_deg(name: str, change: Change | None = None, every: int = 1) -> float:
    """How much the mean peak of the near leg changes; the same strides must be found."""
    as_is, changed = measured(name, SECONDS), measured(name, SECONDS, change, every)
    peaks_s = [[s.t_peak_ns / 1e9 for s in one.near(FROM_S) if s.t_peak_ns < TO_S * 1e9] for one in (as_is, changed)]
    assert len(peaks_s[0]) == len(peaks_s[1]) >= 4
    assert np.abs(np.array(peaks_s[0]) - np.array(peaks_s[1])).max() < 0.04
    return changed.peak_deg(FROM_S, TO_S) - as_is.peak_deg(FROM_S, TO_S)


def test_mirrored_left_to_right() -> None:
    assert abs(change_deg(AT_30_FPS, mirrored_image)) < 1.5


def test_at_half_the_frame_rate() -> None:
    assert abs(change_deg(AT_60_FPS, every=2)) < 0.7


def test_at_half_the_size() -> None:
    assert abs(change_deg(AT_30_FPS, half_size)) < 1.0


def in_dim_light(image: Image) -> Image:
    """A third of the light, and the noise of a camera with high gain."""
    noise = np.random.default_rng(1).normal(0, 4, image.shape)
    return np.clip(image * 0.35 + noise, 0, 255).astype(np.uint8)


def out_of_focus(image: Image) -> Image:
    """A lens out of focus."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), image.shape[1] / 400), np.uint8)


def behind_bars(image: Image) -> Image:
    """Two handrail posts and a rail across the image, as thick as an arm."""
    barred = image.copy()
    height_px, width_px = image.shape[:2]
    for share in (0.3, 0.62):
        cv2.rectangle(barred, (int(share * width_px), 0), (int((share + 0.03) * width_px), height_px), (60, 60, 60), -1)
    cv2.rectangle(barred, (0, int(0.55 * height_px)), (width_px, int(0.57 * height_px)), (60, 60, 60), -1)
    return barred


# In a third of the light the pose model itself places hip and knee differently: 3 degrees less extension in every stride.
@pytest.mark.parametrize(("change", "most_deg"), [(in_dim_light, 4.0), (out_of_focus, 2.0), (behind_bars, 4.0)])
def test_in_a_worse_image(change: Change, most_deg: float) -> None:
    assert abs(change_deg(AT_30_FPS, change)) < most_deg
