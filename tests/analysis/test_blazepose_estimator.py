"""Given a drawn runner, then the estimator finds, tracks, loses and finds them again."""

from collections.abc import Iterator

import numpy as np
import pytest

from analysis.pose.blazepose import BlazePose, Region
from analysis.pose.landmarks import ANKLES, COUNT, HIPS, Landmarks
from tests.support.pose_frames import RUNNER_PX, runner_frames
from wire.frames.frame import Image

FRAMES = 4


@pytest.fixture(scope="module")
def frames() -> list[Image]:
    return list(runner_frames(FRAMES))


@pytest.fixture(scope="module")
def opened() -> BlazePose:
    return BlazePose(threads=1)


@pytest.fixture
def blazepose(opened: BlazePose) -> Iterator[BlazePose]:
    """As good as new: once closed, it has forgotten the person."""
    yield opened
    opened.close()


def found(landmarks: Landmarks | None) -> Landmarks:
    assert landmarks is not None
    return landmarks


def test_a_runner_is_found_with_all_landmarks(blazepose: BlazePose, frames: list[Image]) -> None:
    landmarks = found(blazepose.estimate(frames[0]))
    assert landmarks.points_px.shape == (COUNT, 2)
    assert landmarks.visibility.shape == (COUNT,)
    assert ((landmarks.visibility >= 0) & (landmarks.visibility <= 1)).all()
    hips, ankles = (landmarks.points_px[list(pair.values())].mean(axis=0) for pair in (HIPS, ANKLES))
    assert abs(hips[0] - RUNNER_PX[0] / 2) < 0.2 * RUNNER_PX[0]
    assert hips[1] < ankles[1] < RUNNER_PX[1]


def test_the_box_of_the_next_image_lies_around_the_runner(blazepose: BlazePose, frames: list[Image]) -> None:
    assert blazepose.region is None
    landmarks = found(blazepose.estimate(frames[0]))
    region = blazepose.region
    assert region is not None
    reach_px = np.abs(landmarks.points_px - (region.center_x_px, region.center_y_px)).max()
    assert reach_px < region.side_px / 2


def test_the_image_is_not_changed(blazepose: BlazePose, frames: list[Image]) -> None:
    image = frames[0].copy()
    image.setflags(write=False)
    blazepose.estimate(image)
    assert np.array_equal(image, frames[0])


def test_earlier_landmarks_are_not_overwritten(blazepose: BlazePose, frames: list[Image]) -> None:
    first = found(blazepose.estimate(frames[0]))
    kept = first.points_px.copy()
    blazepose.estimate(frames[-1])
    assert np.array_equal(first.points_px, kept)


def test_a_lost_runner_is_sought_in_the_whole_next_image(blazepose: BlazePose, frames: list[Image]) -> None:
    blazepose.estimate(frames[0])
    assert blazepose.estimate(np.zeros_like(frames[0])) is None
    assert blazepose.region is None
    fresh = BlazePose(threads=1)
    again, at_first = found(blazepose.estimate(frames[1])), found(fresh.estimate(frames[1]))
    assert np.allclose(again.points_px, at_first.points_px)
    assert blazepose.region == fresh.region


def test_an_empty_room_has_nobody(blazepose: BlazePose) -> None:
    assert blazepose.estimate(np.full((480, 640, 3), 90, np.uint8)) is None
    assert blazepose.region is None


def test_a_box_can_be_forced(blazepose: BlazePose, frames: list[Image]) -> None:
    blazepose.estimate(frames[0])
    region = blazepose.region
    assert region is not None
    here = found(blazepose.estimate(frames[1]))
    blazepose.look_at(Region(0, 0, 40))
    assert blazepose.estimate(frames[1]) is None
    blazepose.look_at(region)
    assert np.array_equal(found(blazepose.estimate(frames[1])).points_px, here.points_px)


def test_the_facts_name_backend_and_model(blazepose: BlazePose) -> None:
    assert "openvino" in blazepose.facts["pose backend"]
    assert "BlazePose full" in blazepose.facts["pose model"]
