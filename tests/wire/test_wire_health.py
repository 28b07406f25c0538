"""A process tells of itself at once when its state changes, and twice a second while its loop turns."""

import os
from collections import Counter
from typing import cast

import msgspec
import pytest

from wire.clock import NS_PER_MS, ms_to_ns, s_to_ns
from wire.faults import HARMLESS, FaultCode
from wire.health.reporter import HealthReporter
from wire.messages import Fault, Health
from wire.sockets import Wire
from wire.topics import HEALTH, Topic


class Process:
    """A process whose clock is set by the test and whose every word is kept."""

    process = "capture"

    def __init__(self) -> None:
        self.now_ns = s_to_ns(100)
        self.said: list[Health] = []
        self.rejected: Counter[str] = Counter()
        self.reporter = HealthReporter(cast(Wire, self))

    def clock(self) -> int:
        return self.now_ns

    def publisher(self, topic: Topic) -> "Process":
        assert topic is HEALTH
        return self

    def send(self, message: msgspec.Struct) -> None:
        assert isinstance(message, Health)
        self.said.append(message)

    def turn(self, times: int, every_ms: float) -> None:
        for _ in range(times):
            self.now_ns += ms_to_ns(every_ms)
            self.reporter.beat()


@pytest.fixture
def process() -> Process:
    return Process()


def test_a_new_state_is_published_with_the_next_round(process: Process) -> None:
    process.reporter.running()
    process.reporter.fault(FaultCode.CAMERA_SILENT, "camera 0", value=2.0)
    process.reporter.beat()
    (said,) = process.said
    assert (said.process, said.pid, said.at_ns) == ("capture", os.getpid(), process.now_ns)
    assert said.state == "degraded"
    assert said.faults == (Fault(FaultCode.CAMERA_SILENT, "capture", process.now_ns, "camera 0", value=2.0),)


def test_a_rest_and_its_end_are_published_with_the_next_round(process: Process) -> None:
    process.reporter.beat()
    for resting in (False, True, True, False):
        process.reporter.rest(resting)
        process.turn(times=2, every_ms=1)
    assert [said.resting for said in process.said] == [False, True, False]


def test_an_end_and_a_failure_are_published_at_once(process: Process) -> None:
    process.reporter.failed(FaultCode.POSE_MODEL_UNUSABLE, cause="there is no such file")
    process.reporter.ended()
    assert [said.state for said in process.said] == ["failed", "ended"]


def test_a_fault_keeps_its_beginning_until_it_is_over(process: Process) -> None:
    process.reporter.running()
    first = process.reporter.fault(FaultCode.CAMERA_SLOW, value=20.0, expected=60.0)
    process.turn(times=10, every_ms=10)
    assert process.reporter.fault(FaultCode.CAMERA_SLOW, value=15.0, expected=60.0).since_ns == first.since_ns
    process.reporter.clear(FaultCode.CAMERA_SLOW)
    process.turn(times=1, every_ms=10)
    assert (process.said[-1].state, process.said[-1].faults) == ("running", ())
    assert process.reporter.fault(FaultCode.CAMERA_SLOW).since_ns > first.since_ns


def test_a_fault_of_one_device_is_cleared_alone(process: Process) -> None:
    for name in ("analysis", "coach"):
        process.reporter.fault(FaultCode.PROCESS_RESTARTING, name)
    process.reporter.clear(FaultCode.PROCESS_RESTARTING, device="coach")
    assert [fault.device for fault in process.reporter.faults] == ["analysis"]


@pytest.mark.parametrize("code", FaultCode)
def test_a_harmless_fault_leaves_the_process_running(process: Process, code: FaultCode) -> None:
    process.reporter.running()
    process.reporter.fault(code)
    assert process.reporter.state == ("running" if code in HARMLESS else "degraded")


def test_what_was_refused_is_told_by_reason(process: Process) -> None:
    process.rejected["malformed"] += 3
    process.reporter.counters["frames"] += 1
    process.reporter.beat()
    assert process.said[-1].counters == {"frames": 1, "refused: malformed": 3}


def test_the_same_fault_is_not_published_again_but_a_new_one_is(process: Process) -> None:
    process.reporter.running()
    for code in (FaultCode.CAMERA_SILENT, FaultCode.CAMERA_SILENT, FaultCode.CAMERA_SLOW):
        process.reporter.fault(code)
        process.reporter.beat()
    assert [len(said.faults) for said in process.said] == [1, 2]


def test_the_first_turn_of_the_loop_is_told(process: Process) -> None:
    process.reporter.beat()
    assert [(said.state, said.loops) for said in process.said] == [("starting", 1)]


def test_a_turning_loop_publishes_every_half_second_and_not_more_often(process: Process) -> None:
    process.reporter.running()
    process.turn(times=151, every_ms=10)
    assert [said.loops for said in process.said] == [1, 51, 101, 151]


def test_a_change_postpones_the_next_publication(process: Process) -> None:
    process.reporter.running()
    process.turn(times=40, every_ms=10)
    process.reporter.fault(FaultCode.CAMERA_SLOW)
    process.turn(times=50, every_ms=10)
    assert [said.loops for said in process.said] == [1, 41]


def test_facts_counters_and_latencies_go_with_it_as_they_are_now(process: Process) -> None:
    process.reporter.facts["mode"] = "1280x720 at 60 fps"
    process.reporter.counters["frames"] = 3
    for duration_ms in (10, 20, 30):
        process.reporter.add_ns("read to published", duration_ms * NS_PER_MS)
    process.reporter.running()
    process.reporter.beat()
    process.reporter.counters["frames"] = 4
    (said,) = process.said
    assert said.facts == {"mode": "1280x720 at 60 fps"}
    assert said.counters == {"frames": 3}
    latency = said.latency["read to published"]
    assert (latency.count, latency.max_ms) == (3, 30.0)
    assert latency.p50_ms == pytest.approx(20, rel=0.02)


def test_what_a_process_refuses_elsewhere_for_the_same_reason_is_added(process: Process) -> None:
    process.rejected["malformed"] += 3
    process.reporter.counters["refused: malformed"] += 2
    process.reporter.running()
    process.reporter.beat()
    assert process.said[-1].counters == {"refused: malformed": 5}
