"""While nobody is in view, the camera rests; it wakes when somebody is seen, or when the analysis is silent."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from capture import process
from capture.process import STILL_PERIOD_NS
from capture.sources.resting_pace import PERIOD_NS
from capture.sources.source import CapturedImage
from config.settings import Settings
from tests.support.healths import health
from tests.support.watched_capture import Camera, Running
from wire.clock import NS_PER_S, Clock, monotonic_ns, s_to_ns
from wire.faults import FaultCode
from wire.lifecycle import StopFlag
from wire.node import Node
from wire.sockets import Wire
from wire.topics import ANALYSIS, ANALYSIS_2, CAPTURE, CAPTURE_2, FRAME


def faster(times: int) -> Clock:
    """A clock that runs `times` times as fast."""
    start_ns = monotonic_ns()
    return lambda: start_ns + times * (monotonic_ns() - start_ns)


def test_the_camera_rests_while_the_analysis_does(start: Callable[..., Running], cameras: Callable[..., None]) -> None:
    camera = Camera()
    cameras(camera)
    running = start("0")

    def follows(resting: bool) -> bool:
        running.ready(resting)
        return bool(running.health) and running.health[-1].resting is camera.resting is resting

    running.until(lambda: follows(resting=True), "the camera rests")
    running.until(lambda: follows(resting=False), "the rest is over")


def test_the_camera_wakes_when_the_analysis_is_silent(start: Callable[..., Running], cameras: Callable[..., None]) -> None:
    camera = Camera()
    cameras(camera)
    running = start("0", clock=faster(4))
    running.until(lambda: running.ready(resting=True) and camera.resting, "the camera rests")
    running.until(lambda: not camera.resting, "the rest is over")


class GreyCamera(Camera):
    """Its pictures are of one grey level."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.grey = 0
        self._clock = clock
        self._number = -1

    def read(self) -> CapturedImage:
        self._number += 1
        image = np.full((120, 160, 3), self.grey, np.uint8)
        return CapturedImage(image, self._number, self._clock(), self._clock(), "read")


class Resting:
    """A capture process whose pictures and time the test determines."""

    def __init__(self, directory: Path, process_name: str = CAPTURE) -> None:
        self.now_ns = s_to_ns(100)
        self.wire = Wire(directory, process_name, lambda: self.now_ns)
        self.node = Node(self.wire, StopFlag())
        self.camera = GreyCamera(self.wire.clock)
        self.capture = process._Capture(Settings(), self.node, self.camera)

    def sent(
        self, seconds: float, period_ns: int, resting: bool = True, grey: int = 0, other_rests: bool | None = None
    ) -> list[float]:
        """Read a picture of this grey level every `period_ns`. Returns when one was sent, seconds from the first on.

        `other_rests`: what the analysis of a second camera reports; None: there is none.
        """
        self.camera.grey = grey
        began_ns, times_s = self.now_ns, []
        while self.now_ns - began_ns < s_to_ns(seconds):
            before = self.node.health.counters["frames"]
            self.capture.handle_health(health(ANALYSIS, resting=resting))
            if other_rests is not None:
                self.capture.handle_health(health(ANALYSIS_2, resting=other_rests))
            self.capture.read_and_send()
            if self.node.health.counters["frames"] > before:
                times_s.append((self.now_ns - began_ns) / NS_PER_S)
            self.now_ns += period_ns
        return times_s

    @property
    def faults(self) -> list[FaultCode]:
        return [fault.code for fault in self.node.health.faults]


@pytest.fixture(params=[CAPTURE, CAPTURE_2])
def either(wire_directory: Path, request: pytest.FixtureRequest) -> Iterator[Resting]:
    made = Resting(wire_directory, request.param)
    yield made
    made.capture.close()
    made.wire.close()


@pytest.fixture
def resting(wire_directory: Path) -> Iterator[Resting]:
    made = Resting(wire_directory)
    yield made
    made.capture.close()
    made.wire.close()


@pytest.mark.parametrize(("main_rests", "other_rests"), [(True, True), (True, False), (False, True), (False, False)])
def test_both_cameras_of_a_lane_rest_only_while_neither_has_somebody_in_view(
    either: Resting, main_rests: bool, other_rests: bool
) -> None:
    either.sent(3.0, PERIOD_NS, resting=main_rests, other_rests=other_rests)
    assert either.camera.resting == (main_rests and other_rests)


@pytest.mark.parametrize("seen_by", [ANALYSIS, ANALYSIS_2])
def test_a_runner_whom_one_camera_sees_wakes_both_at_once(either: Resting, seen_by: str) -> None:
    either.sent(3.0, PERIOD_NS, other_rests=True)
    assert either.camera.resting
    either.capture.handle_health(health(seen_by))
    either.capture.read_and_send()
    assert not either.camera.resting


def test_a_still_picture_is_sent_now_and_then(resting: Resting) -> None:
    steps_s = np.diff(resting.sent(20.0, PERIOD_NS))
    assert steps_s.min() >= STILL_PERIOD_NS / NS_PER_S
    assert steps_s.max() < STILL_PERIOD_NS / NS_PER_S + PERIOD_NS / NS_PER_S


def test_the_other_processes_do_not_take_a_still_camera_for_lost() -> None:
    assert FRAME.late_after_s is not None
    assert 0.75 * FRAME.late_after_s > (STILL_PERIOD_NS + PERIOD_NS) / NS_PER_S


def test_a_change_is_sent_at_once(resting: Resting) -> None:
    resting.sent(5.1, PERIOD_NS)
    assert resting.sent(0.3, PERIOD_NS, grey=40)[0] == 0.0


def test_awake_every_picture_is_sent(resting: Resting) -> None:
    period_ns = NS_PER_S // 60
    assert len(resting.sent(1.0, period_ns, resting=False)) == pytest.approx(60, abs=1)


def test_a_camera_is_slow_only_when_it_does_not_rest(resting: Resting) -> None:
    resting.sent(10.0, PERIOD_NS)
    assert resting.faults == []
    resting.sent(10.0, PERIOD_NS, resting=False)
    assert resting.faults == [FaultCode.CAMERA_SLOW]
