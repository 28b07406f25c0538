"""The capture process says that a camera is lost or poor, and goes on by itself once it is back."""

from collections.abc import Callable
from itertools import groupby, pairwise

from capture.source import SourceError
from tests.watched_capture import Blocked, Camera, Running
from wire.clock import NS_PER_S, Clock, monotonic_ns


def faster(times: int) -> Clock:
    """A clock for which `times` seconds go by in one."""
    start_ns = monotonic_ns()
    return lambda: start_ns + times * (monotonic_ns() - start_ns)


class TestALostCamera:
    def test_is_told_and_opened_again_until_it_is_back(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        first, second = Camera(), Camera()
        cameras(first, SourceError("camera 0: cannot be opened"), second)
        running = start("0")
        running.until_heard()
        first.take_away()
        running.until(
            lambda: running.heard("degraded", "Camera lost: camera 0 has stopped giving pictures"), "the loss is told"
        )
        running.until(lambda: running.heard("degraded", "Camera lost: camera 0: cannot be opened"), "the vain attempt is told")
        running.until(lambda: running.health[-1].state == "running", "all is well again")
        running.until(lambda: running.health[-1].counters.get("frames", 0) > 0, "frames come again")
        assert running.health[-1].counters["lost"] == 1
        assert first.closed
        assert not second.closed

    def test_goes_on_counting_where_it_stopped(self, start: Callable[..., Running], cameras: Callable[..., None]) -> None:
        first, second = Camera(), Camera()
        cameras(first, second)
        running = start("0")
        running.until_heard()
        running.until_frames(3)
        first.take_away()
        running.until(lambda: running.heard("degraded", "Camera lost"), "the loss is told")
        before = len(running.frames)
        running.until_frames(before + 5)
        running.until(lambda: running.health[-1].counters.get("frames", 0) >= running.frames[-1].seq, "the frames are counted")
        for earlier, later in pairwise(running.frames):
            assert earlier.seq < later.seq
            assert earlier.index < later.index
            assert earlier.epoch == later.epoch
        assert running.health[-1].counters["left out"] == 0

    def test_is_given_up_at_once_when_the_program_ends(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        first = Camera()
        cameras(first, *(SourceError("camera 0: cannot be opened") for _ in range(1000)))
        running = start("0")
        running.until_heard()
        first.take_away()
        running.until(lambda: running.heard("degraded", "Camera lost"), "the loss is told")
        asked_ns = monotonic_ns()
        running.stop.set()
        assert running.until_code() == 0
        assert monotonic_ns() - asked_ns < NS_PER_S
        assert first.closed

    def test_beats_on_while_its_opening_hangs_and_may_be_ended_then(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        first, blocked = Camera(), Blocked()
        cameras(first, blocked)
        running = start("0")
        running.until_heard()
        first.take_away()
        running.until(lambda: running.heard("degraded", "Camera lost"), "the loss is told")
        loops = running.health[-1].loops
        running.until(lambda: running.health[-1].loops > loops + 50, "the loop goes on turning")
        running.stop.set()
        assert running.until_code() == 0
        blocked.until.set()

    def test_is_waited_for_when_the_process_was_started_again(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        cameras(SourceError("camera 0: cannot be opened"), Camera())
        running = start("0", patient=True)
        running.until(lambda: bool(running.health) and running.health[-1].state == "running", "it runs")

    def test_that_opens_and_gives_nothing_is_not_called_back(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        first, second, third = Camera(), Camera(), Camera()
        second.take_away()
        cameras(first, second, third)
        running = start("0")
        running.until_heard()
        first.take_away()
        running.until(lambda: third.reads > 3 and running.health[-1].state == "running", "it is back")
        changes = [state for state, _ in groupby(one.state for one in running.health)]
        assert changes[-3:] == ["running", "degraded", "running"]


class TestAPoorCamera:
    def test_that_grants_another_mode_is_degraded_and_stays_so(
        self, start: Callable[..., Running], cameras: Callable[..., None]
    ) -> None:
        warning = "The camera gives 640x480 instead of 1280x720"
        cameras(Camera(warning=warning))
        running = start("0")
        running.until(lambda: bool(running.health) and "rate" in running.health[-1].facts, "the rate is known")
        assert (running.health[-1].state, running.health[-1].reason) == ("degraded", warning)

    def test_that_is_slower_than_asked_is_degraded(self, start: Callable[..., Running], cameras: Callable[..., None]) -> None:
        cameras(Camera())
        running = start("0", clock=faster(100))
        running.until(lambda: running.heard("degraded", "The camera delivers "), "the slow rate is told")
        assert running.health[-1].reason.endswith("instead of 60 fps: more light may help")
