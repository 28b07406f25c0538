"""A resting camera decodes a few pictures a second, evenly spaced; one that wakes decodes the next."""

from pathlib import Path

import numpy as np
import pytest

from capture.sources.resting_pace import PERIOD_NS, RestingPace
from capture.sources.video_stream import VideoStream
from tests.support.made_videos import Made, write_made
from wire.clock import NS_PER_S
from wire.topics import FRAME


def wanted(pace: RestingPace, times_ns: list[int]) -> list[int]:
    return [at_ns for at_ns in times_ns if pace.wants(at_ns)]


@pytest.mark.parametrize("fps", [25, 30, 50, 60, 59.94])
def test_pictures_of_a_rest_are_evenly_spaced(fps: float) -> None:
    pace = RestingPace()
    pace.resting = True
    times_ns = [round(i * NS_PER_S / fps) for i in range(round(20 * fps))]
    steps_ns = np.diff(wanted(pace, times_ns))
    assert abs(steps_ns - PERIOD_NS).max() <= NS_PER_S / fps
    assert np.mean(steps_ns) == pytest.approx(PERIOD_NS, rel=0.01)


def test_a_resting_camera_does_not_count_as_lost() -> None:
    assert FRAME.least_hz is not None
    assert FRAME.least_hz <= NS_PER_S / PERIOD_NS


def test_every_picture_is_wanted_before_and_after_a_rest() -> None:
    pace, times_ns = RestingPace(), [i * PERIOD_NS // 6 for i in range(60)]
    assert wanted(pace, times_ns[:20]) == times_ns[:20]
    pace.resting = True
    assert len(wanted(pace, times_ns[20:40])) <= 4
    pace.resting = False
    assert wanted(pace, times_ns[40:]) == times_ns[40:]


def test_a_camera_slower_than_the_pace_delivers_every_picture() -> None:
    pace, times_ns = RestingPace(), [i * PERIOD_NS * 2 for i in range(10)]
    pace.resting = True
    assert wanted(pace, times_ns) == times_ns


class EveryThird(RestingPace):
    def __init__(self) -> None:
        super().__init__()
        self._asked = -1

    def wants(self, _at_ns: int) -> bool:
        self._asked += 1
        return self._asked % 3 == 0


def decoded(stream: VideoStream) -> list[int]:
    """The grey levels of the pictures, in tens."""
    greys = []
    while (frame := stream.next()) is not None:
        greys.append(round(float(stream.image(frame).mean()) / 10))
    stream.close()
    return greys


@pytest.mark.parametrize(
    ("made", "numbers"),
    [(Made("mjpeg", "yuvj420p", {}, bit_rate=2_000_000), [1, 4, 7, 10]), (Made(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])],
    ids=["Motion JPEG", "H.264"],
)
def test_a_stream_leaves_out_only_what_no_other_picture_needs(tmp_path: Path, made: Made, numbers: list[int]) -> None:
    images = [np.full((48, 64, 3), 10 * number, np.uint8) for number in range(1, 11)]
    stream = VideoStream(str(write_made(tmp_path / "grey.mkv", images, made)), {})
    stream.pace = EveryThird()
    assert decoded(stream) == numbers
