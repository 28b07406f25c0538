"""The capture process publishes frames, and waits for those who need the first one."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from capture import process
from capture.paced import PacedSource
from capture.source import SourceError
from tests.tape import Tape
from tests.watched_capture import Camera, Running
from wire import stages
from wire.clock import monotonic_ns

RUNNER = "synthetic:width=160,height=120,noise=0,fps=60"


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
