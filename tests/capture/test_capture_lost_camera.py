"""The capture process reports a lost, slow or misconfigured camera, and continues when a lost one is back."""

from collections.abc import Callable
from itertools import groupby, pairwise

from capture.sources.source import CameraError
from tests.support.watched_capture import Blocked, Camera, Running
from wire.clock import NS_PER_S, Clock, monotonic_ns
from wire.faults import FaultCode


def faster(times: int) -> Clock:
    """A clock that runs `times` times as fast."""
    start_ns = monotonic_ns()
    return lambda: start_ns + times * (monotonic_ns() - start_ns)


class TestALostCamera:
    def test_is_reported_and_reopened_until_it_is_back(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        first, second = Camera(), Camera()
        cameras(first, CameraError(FaultCode.CAMERA_NOT_OPENED, "camera 0"), second)
        running = start("0")
        running.until_heard()
        first.take_away()
        running.until(lambda: running.had(FaultCode.CAMERA_STOPPED), "the loss is reported")
        running.until(lambda: running.had(FaultCode.CAMERA_NOT_OPENED), "the failed attempt is reported")
        running.until(lambda: running.health[-1].state == "running", "the fault is cleared")
        running.until(lambda: running.health[-1].counters.get("frames", 0) > 0, "frames arrive again")
        assert running.health[-1].counters["lost"] == 1
        assert first.closed
        assert not second.closed

    def test_continues_the_frame_numbers(self, start: Callable[..., Running], cameras: Callable[..., None]) -> None:
        first, second = Camera(), Camera()
        cameras(first, second)
        running = start("0")
        running.until_heard()
        running.until_frames(3)
        first.take_away()
        running.until(lambda: running.had(FaultCode.CAMERA_STOPPED), "the loss is reported")
        before = len(running.frames)
        running.until_frames(before + 5)
        running.until(lambda: running.health[-1].counters.get("frames", 0) >= running.frames[-1].seq, "the frames are counted")
        for earlier, later in pairwise(running.frames):
            assert earlier.seq < later.seq
            assert earlier.index < later.index
        assert running.health[-1].counters["left out"] == 0

    def test_starts_a_new_epoch(self, start: Callable[..., Running], cameras: Callable[..., None]) -> None:
        """It may stand elsewhere now: a new epoch makes the analysis forget the treadmill's place in the picture."""
        first, second = Camera(), Camera()
        cameras(first, second)
        running = start("0")
        running.until_heard()
        running.until_frames(3)
        first.take_away()
        running.until(lambda: len({frame.epoch for frame in running.frames}) == 2, "frames of another epoch arrive")

    def test_does_not_delay_the_end_of_the_process(self, start: Callable[..., Running], cameras: Callable[..., None]) -> None:
        first = Camera()
        cameras(first, *(CameraError(FaultCode.CAMERA_NOT_OPENED, "camera 0") for _ in range(1000)))
        running = start("0")
        running.until_heard()
        first.take_away()
        running.until(lambda: running.had(FaultCode.CAMERA_STOPPED), "the loss is reported")
        asked_ns = monotonic_ns()
        running.stop.set()
        assert running.until_code() == 0
        assert monotonic_ns() - asked_ns < NS_PER_S
        assert first.closed

    def test_whose_opening_hangs_blocks_neither_the_loop_nor_the_end(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        first, blocked = Camera(), Blocked()
        cameras(first, blocked)
        running = start("0")
        running.until_heard()
        first.take_away()
        running.until(lambda: running.had(FaultCode.CAMERA_STOPPED), "the loss is reported")
        loops = running.health[-1].loops
        running.until(lambda: running.health[-1].loops > loops + 50, "the loop continues")
        running.stop.set()
        assert running.until_code() == 0
        blocked.until.set()

    def test_at_the_start_is_waited_for_by_a_restarted_process(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        cameras(CameraError(FaultCode.CAMERA_NOT_OPENED, "camera 0"), Camera())
        running = start("0", patient=True)
        running.until(lambda: bool(running.health) and running.health[-1].state == "running", "the process is running")

    def test_that_opens_but_delivers_nothing_stays_lost(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        first, second, third = Camera(), Camera(), Camera()
        second.take_away()
        cameras(first, second, third)
        running = start("0")
        running.until_heard()
        first.take_away()
        running.until(lambda: third.reads > 3 and running.health[-1].state == "running", "the camera is back")
        changes = [state for state, _ in groupby(one.state for one in running.health)]
        assert changes[-3:] == ["running", "degraded", "running"]


class TestAPoorCamera:
    def test_that_grants_another_mode_is_reported_for_as_long_as_it_does(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        difference = "640x480 instead of 1280x720"
        cameras(Camera(mode_difference=difference))
        running = start("0")
        running.until(lambda: bool(running.health) and "rate" in running.health[-1].facts, "the rate is known")
        assert running.health[-1].state == "degraded"
        assert next((fault.code, fault.cause) for fault in running.health[-1].faults) == (FaultCode.CAMERA_MODE, difference)

    def test_that_is_slower_than_requested_is_reported(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        cameras(Camera())
        running = start("0", clock=faster(100))
        running.until(lambda: running.had(FaultCode.CAMERA_SLOW), "the slow rate is reported")
        slow = next(fault for fault in running.health[-1].faults if fault.code is FaultCode.CAMERA_SLOW)
        assert running.health[-1].state == "degraded"
        assert slow.expected == 60
        assert slow.value is not None
        assert slow.value < 0.8 * 60
