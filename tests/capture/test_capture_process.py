"""The capture process publishes frames, waits for those who need the first one, and comes back after a loss by itself."""

import threading
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pytest

from capture import process
from capture.paced import PacedSource
from capture.source import Picture, Source, SourceError, SourceLost
from config.schema import Capture, Settings
from tests.eventually import eventually
from tests.tape import Tape
from wire import stages
from wire.clock import NS_PER_S, Clock, monotonic_ns
from wire.frames import Frame
from wire.lifecycle import StopFlag
from wire.messages import Health
from wire.sockets import Wire
from wire.topics import HEALTH

RUNNER = "synthetic:width=160,height=120,noise=0,fps=60"


class Running:
    """The capture process in a thread, and someone who watches its frames and its health."""

    def __init__(
        self,
        directory: Path,
        source: str,
        wait_for: tuple[str, ...] = (),
        clock: Clock = monotonic_ns,
        max_side_px: int = 960,
        patient: bool = False,
    ) -> None:
        self._directory = directory
        self._settings = Settings(capture=Capture(source=source, max_side_px=max_side_px))
        self._wait_for = wait_for
        self._patient = patient
        self._clock = clock
        self._watcher = Wire(directory, "analysis")
        self._announcer = self._watcher.publisher(HEALTH)
        self._loops = 0
        self._reader = self._watcher.frames()
        self._news = self._watcher.newest(HEALTH, Health)
        self._keep_open = threading.Event()
        self.stop = StopFlag()
        self.code: int | None = None
        self.frames: list[Frame] = []
        self.health: list[Health] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with Wire(self._directory, "capture", self._clock) as wire:
            self.code = process.run(self._settings, wire, self.stop, self._wait_for, self._patient)
            # The last words may still be on their way: the sockets stay until the test has heard what it waits for.
            self._keep_open.wait(timeout=20)

    def look(self) -> None:
        frame = self._reader.take()
        if frame is not None:
            self.frames.append(frame)
        heard = self._news.take()
        if heard is not None and heard.process == "capture":
            self.health.append(heard)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        def true_now() -> bool:
            self.look()
            return condition()

        eventually(true_now, what)

    def until_frames(self, count: int) -> None:
        self.until(lambda: len(self.frames) >= count, f"{count} frames")

    def until_heard(self) -> None:
        """Until the watcher has joined: from then on it misses nothing."""
        self.until(lambda: bool(self.health), "the process is heard")

    def until_code(self) -> int | None:
        self.until(lambda: self.code is not None, "the process ends")
        return self.code

    def ready(self) -> bool:
        """Say that the analysis is ready, again and again (the process may not hear the first time); True once a frame came."""
        self._loops += 1
        self._announcer.send(Health("analysis", 1, "running", "", monotonic_ns(), self._loops, {}, {}, {}))
        return bool(self.frames)

    def heard(self, state: str, reason: str) -> bool:
        return any(one.state == state and one.reason.startswith(reason) for one in self.health)

    def close(self) -> None:
        self.stop.set()
        self._keep_open.set()
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()
        self._watcher.close()


@pytest.fixture
def start(wire_directory: Path) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def begin(*arguments: object, **more: object) -> Running:
        made.append(Running(wire_directory, *arguments, **more))  # type: ignore[arg-type]
        return made[-1]

    yield begin
    for one in made:
        one.close()


class TestFrames:
    def test_arrive_with_times_and_numbers_that_increase(self, start: Callable[..., Running]) -> None:
        running = start(RUNNER)
        running.until_frames(20)
        running.stop.set()
        assert running.until_code() == process.EXIT_ENDED
        for earlier, later in pairwise(running.frames):
            assert earlier.capture_ns < later.capture_ns
            assert earlier.seq < later.seq
            assert earlier.index < later.index
        assert len({frame.epoch for frame in running.frames}) == 1
        assert {frame.time_source for frame in running.frames} == {"synthetic"}
        assert all(frame.capture_ns <= frame.read_ns <= frame.published_ns for frame in running.frames)

    def test_are_cut_and_scaled(self, start: Callable[..., Running]) -> None:
        running = start("synthetic:width=640,height=480,noise=0", max_side_px=320)
        running.until_frames(1)
        assert running.frames[0].image.shape == (240, 320, 3)

    def test_are_counted_in_health(self, start: Callable[..., Running]) -> None:
        running = start(RUNNER)
        running.until(lambda: any(one.counters.get("frames", 0) > 5 for one in running.health), "frames are counted")
        last = running.health[-1]
        assert last.state == "running"
        assert last.facts["mode"] == "160x120 at 60 fps, drawn"
        assert last.facts["pictures go through"] == "shared memory"
        assert last.latency[stages.READ_TO_SENT].count == last.counters["frames"]


class TestARecording:
    def test_ends_with_code_0(self, start: Callable[..., Running]) -> None:
        running = start(f"{RUNNER},seconds=0.2", wait_for=("analysis",))
        running.until_heard()
        running.until(running.ready, "the recording begins")
        assert running.until_code() == 0
        running.until(lambda: running.heard("ended", "The recording has ended"), "the end is told")

    def test_waits_until_those_who_need_its_first_picture_are_ready(self, start: Callable[..., Running]) -> None:
        running = start(RUNNER, wait_for=("analysis",))
        running.until(lambda: bool(running.health) and running.health[-1].loops >= 5, "it waits")
        assert running.frames == []
        running.until(running.ready, "the first frame")
        assert running.frames[0].index < 10

    def test_stops_waiting_when_it_is_asked_to_end(self, start: Callable[..., Running]) -> None:
        running = start(RUNNER, wait_for=("analysis",))
        running.until(lambda: bool(running.health), "it waits")
        running.stop.set()
        assert running.until_code() == 0

    def test_does_not_wait_for_ever(self, start: Callable[..., Running]) -> None:
        running = start(RUNNER, wait_for=("analysis",), clock=lambda: 100 * monotonic_ns())
        running.until_frames(1)


class TestAMissingSource:
    @pytest.mark.parametrize("source", ["/nowhere/run.mp4", "synthetic:fps=1", "/dev/no-such-camera", "http://127.0.0.1:1/"])
    def test_gives_code_3_and_one_sentence(
        self, start: Callable[..., Running], source: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert start(source).until_code() == 3
        sentence = capsys.readouterr().err
        assert sentence.count("\n") == 1
        assert "Traceback" not in sentence
        assert source.removesuffix("=1").rpartition(":")[2] in sentence


def picture(index: int) -> Picture:
    return Picture(np.zeros((120, 160, 3), np.uint8), index, monotonic_ns(), monotonic_ns(), "read")


class Camera:
    """A live source that gives pictures until the test takes it away."""

    live = True

    def __init__(self, *, warning: str = "", name: str = "camera 0", period_s: float = 0.005) -> None:
        self._index = -1
        self._period_s = period_s
        self._gone = threading.Event()
        self._error: Exception = SourceLost("camera 0 has stopped giving pictures")
        self.facts = {"source": name, "mode": "640x480"}
        self.warning = warning
        self.closed = False
        self.reads = 0

    def take_away(self, error: Exception | None = None) -> None:
        self._error = error or self._error
        self._gone.set()

    def read(self) -> Picture | None:
        self.reads += 1
        if self._gone.wait(self._period_s):
            raise self._error
        self._index += 1
        return picture(self._index)

    def close(self) -> None:
        self.closed = True


class Blocked:
    """A camera whose opening takes until `until` is set, and is in vain."""

    def __init__(self) -> None:
        self.until = threading.Event()


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What is opened, one after the other."""

    def will_be(*opened: "Source | SourceError | Blocked") -> None:
        script = iter(opened)

        def open_next(_settings: Capture) -> Source:
            camera = next(script)
            if isinstance(camera, SourceError):
                raise camera
            if isinstance(camera, Blocked):
                camera.until.wait(timeout=20)
                raise SourceError("camera 0: cannot be opened")
            return camera

        monkeypatch.setattr(process, "open_source", open_next)

    return will_be


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
        running.until(lambda: running.health[-1].counters["frames"] > running.frames[0].seq, "frames come again")
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
        running.until(lambda: running.health[-1].counters["frames"] >= running.frames[-1].seq, "the frames are counted")
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


def faster(times: int) -> Clock:
    """A clock for which `times` seconds go by in one."""
    start_ns = monotonic_ns()
    return lambda: start_ns + times * (monotonic_ns() - start_ns)


def test_a_recording_with_a_long_gap_does_not_hang(start: Callable[..., Running], cameras: Callable[..., None]) -> None:
    cameras(PacedSource(Tape([0, 600_000])))
    running = start("run.mp4")
    running.until_heard()
    loops = running.health[-1].loops
    running.until(lambda: running.health[-1].loops >= loops + 4, "the loop goes on turning")
    assert running.health[-1].state == "running"
    running.stop.set()
    assert running.until_code() == 0


def test_a_recording_that_is_damaged_gives_code_3_and_one_sentence(
    start: Callable[..., Running], cameras: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = Camera()
    cameras(damaged)
    running = start("run.mp4")
    running.until_heard()
    damaged.take_away(SourceError("run.mp4: is damaged at picture 3; convert it anew"))
    assert running.until_code() == 3
    assert capsys.readouterr().err == "run.mp4: is damaged at picture 3; convert it anew\n"
    running.until(lambda: running.heard("failed", "run.mp4: is damaged"), "the failure is told")
