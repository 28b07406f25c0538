"""Given the same run seen otherwise, mirrored, with half the frames, half as large or in bad light, then the number stays."""

import cv2
import numpy as np
import pytest

from analysis.blazepose.mirror import mirrored_picture
from bench.measuring import Change, half_size
from tests.clips import TREADMILLS
from tests.measured_clip import measured
from wire.frames import Image

pytestmark = pytest.mark.clips

SECONDS = 4.6
FROM_S, TO_S = 1.0, 4.0


def change_deg(name: str, change: Change | None = None, every: int = 1) -> float:
    """How much the mean peak of the near leg changes; the same strides must be found."""
    as_is, changed = measured(name, SECONDS), measured(name, SECONDS, change, every)
    peaks_s = [[s.t_peak_ns / 1e9 for s in one.near(FROM_S) if s.t_peak_ns < TO_S * 1e9] for one in (as_is, changed)]
    assert len(peaks_s[0]) == len(peaks_s[1]) >= 4
    assert np.abs(np.array(peaks_s[0]) - np.array(peaks_s[1])).max() < 0.04
    return changed.peak_deg(FROM_S, TO_S) - as_is.peak_deg(FROM_S, TO_S)


@pytest.mark.parametrize("name", TREADMILLS)
def test_mirrored_left_to_right(name: str) -> None:
    assert abs(change_deg(name, mirrored_picture)) < 1.5


@pytest.mark.parametrize("name", ["treadmill_gym_60fps", "treadmill_elite_60fps"])
def test_at_half_the_frame_rate(name: str) -> None:
    assert abs(change_deg(name, every=2)) < 0.7


@pytest.mark.parametrize("name", TREADMILLS)
def test_at_half_the_size(name: str) -> None:
    assert abs(change_deg(name, half_size)) < 1.0


def in_dim_light(image: Image) -> Image:
    """A third of the light, and the noise of a camera that turns up its gain."""
    noise = np.random.default_rng(1).normal(0, 4, image.shape)
    return np.clip(image * 0.35 + noise, 0, 255).astype(np.uint8)


def out_of_focus(image: Image) -> Image:
    """A lens that was never focused."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), image.shape[1] / 400), np.uint8)


def behind_bars(image: Image) -> Image:
    """Two handrail posts and a rail across the picture, as thick as an arm."""
    barred = image.copy()
    height_px, width_px = image.shape[:2]
    for share in (0.3, 0.62):
        cv2.rectangle(barred, (int(share * width_px), 0), (int((share + 0.03) * width_px), height_px), (60, 60, 60), -1)
    cv2.rectangle(barred, (0, int(0.55 * height_px)), (width_px, int(0.57 * height_px)), (60, 60, 60), -1)
    return barred


# In a third of the light the pose model itself places hip and knee otherwise: 3 degrees less extension, stride for stride.
@pytest.mark.parametrize(("change", "most_deg"), [(in_dim_light, 4.0), (out_of_focus, 2.0), (behind_bars, 4.0)])
def test_in_a_worse_picture(change: Change, most_deg: float) -> None:
    assert abs(change_deg("treadmill_home_30fps", change)) < most_deg
