"""The capture process publishes frames, and starts a recording when its readers are ready."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from capture import process
from capture.sources.paced import PacedSource
from capture.sources.source import SourceError
from tests.support.tape import Tape
from tests.support.watched_capture import Camera, Running
from wire.clock import monotonic_ns
from wire.faults import FaultCode
from wire.health import stages

RUNNER = "synthetic:width=160,height=120,noise=0,fps=60"


class TestFrames:
    def test_have_increasing_times_and_numbers(self, start: Callable[..., Running]) -> None:
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

    def test_are_cropped_and_scaled(self, start: Callable[..., Running]) -> None:
        running = start("synthetic:width=640,height=480,noise=0", max_side_px=320)
        running.until_frames(1)
        assert running.frames[0].image.shape == (240, 320, 3)

    def test_are_counted_in_health(self, start: Callable[..., Running]) -> None:
        running = start(RUNNER)
        running.until(lambda: any(one.counters.get("frames", 0) > 5 for one in running.health), "frames are counted")
        last = running.health[-1]
        assert last.state == "running"
        assert last.facts["mode"] == "160x120 at 60 fps, drawn"
        assert last.faults == ()
        assert last.latency[stages.READ_TO_SENT].count == last.counters["frames"]


class TestARecording:
    def test_ends_with_exit_code_0(self, start: Callable[..., Running]) -> None:
        running = start(f"{RUNNER},seconds=0.2", wait_for=("analysis",))
        running.until_heard()
        running.until(running.ready, "the recording starts")
        assert running.until_code() == 0
        running.until(lambda: running.health[-1].state == "ended", "the end is reported")

    def test_starts_when_the_processes_that_need_its_first_picture_are_ready(self, start: Callable[..., Running]) -> None:
        running = start(RUNNER, wait_for=("analysis",))
        running.until(lambda: bool(running.health) and running.health[-1].loops >= 5, "it waits")
        assert running.frames == []
        running.until(running.ready, "the first frame")
        assert running.frames[0].index < 10

    def test_that_waits_ends_when_asked_to(self, start: Callable[..., Running]) -> None:
        running = start(RUNNER, wait_for=("analysis",))
        running.until(lambda: bool(running.health), "it waits")
        running.stop.set()
        assert running.until_code() == 0

    def test_starts_after_a_timeout_even_if_nobody_is_ready(self, start: Callable[..., Running]) -> None:
        running = start(RUNNER, wait_for=("analysis",), clock=lambda: 100 * monotonic_ns())
        running.until_frames(1)


class TestAMissingSource:
    @pytest.mark.parametrize("source", ["/nowhere/run.mp4", "synthetic:fps=1", "/dev/no-such-camera", "http://127.0.0.1:1/"])
    def test_gives_exit_code_3_and_one_message(
        self, start: Callable[..., Running], source: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert start(source).until_code() == 3
        sentence = capsys.readouterr().err
        assert sentence.count("\n") == 1
        assert "Traceback" not in sentence
        assert source.removesuffix("=1").rpartition(":")[2] in sentence


def test_a_long_gap_in_a_recording_does_not_block_the_loop(start: Callable[..., Running], cameras: Callable[..., None]) -> None:
    cameras(PacedSource(Tape([0, 600_000])))
    running = start("run.mp4")
    running.until_heard()
    loops = running.health[-1].loops
    running.until(lambda: running.health[-1].loops >= loops + 4, "the loop continues")
    assert running.health[-1].state == "running"
    running.stop.set()
    assert running.until_code() == 0


def test_a_damaged_recording_gives_exit_code_3_and_one_message(
    start: Callable[..., Running], cameras: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = Camera()
    cameras(damaged)
    running = start("run.mp4")
    running.until_heard()
    damaged.take_away(SourceError("run.mp4: is damaged at picture 3; convert it again"))
    assert running.until_code() == 3
    assert capsys.readouterr().err == "run.mp4: is damaged at picture 3; convert it again\n"
    running.until(lambda: running.health[-1].state == "failed", "the failure is reported")
    assert running.health[-1].faults[0].code is FaultCode.SOURCE_UNUSABLE
