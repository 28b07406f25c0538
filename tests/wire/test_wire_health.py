"""A process tells of itself at once when its state changes, and twice a second while its loop turns."""

import os
from collections import Counter
from typing import cast

import msgspec
import pytest

from wire.clock import NS_PER_MS, ms_to_ns, s_to_ns
from wire.health import HealthReporter
from wire.messages import Health
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


def test_a_new_state_is_told_at_once(process: Process) -> None:
    process.reporter.say("degraded", "Camera lost")
    (said,) = process.said
    assert (said.process, said.pid, said.at_ns) == ("capture", os.getpid(), process.now_ns)
    assert (said.state, said.reason) == ("degraded", "Camera lost")


def test_what_was_refused_is_told_by_reason(process: Process) -> None:
    process.rejected["malformed"] += 3
    process.reporter.counters["frames"] += 1
    process.reporter.beat()
    assert process.said[-1].counters == {"frames": 1, "refused: malformed": 3}


def test_the_same_state_is_not_told_again_but_a_new_reason_is(process: Process) -> None:
    process.reporter.say("degraded", "Camera lost")
    process.reporter.say("degraded", "Camera lost")
    process.reporter.say("degraded", "Camera slow")
    assert [said.reason for said in process.said] == ["Camera lost", "Camera slow"]


def test_the_first_turn_of_the_loop_is_told(process: Process) -> None:
    process.reporter.beat()
    assert [(said.state, said.loops) for said in process.said] == [("starting", 1)]


def test_a_turning_loop_tells_of_itself_every_half_second_and_not_more_often(process: Process) -> None:
    process.reporter.say("running")
    process.turn(times=150, every_ms=10)
    assert [said.loops for said in process.said] == [0, 50, 100, 150]


def test_a_change_puts_the_next_turn_off(process: Process) -> None:
    process.reporter.say("running")
    process.turn(times=40, every_ms=10)
    process.reporter.say("degraded", "Camera slow")
    process.turn(times=49, every_ms=10)
    assert [said.loops for said in process.said] == [0, 40]


def test_facts_counters_and_latencies_go_with_it_as_they_are_now(process: Process) -> None:
    process.reporter.facts["mode"] = "1280x720 at 60 fps"
    process.reporter.counters["frames"] = 3
    for duration_ms in (10, 20, 30):
        process.reporter.add_ns("read to published", duration_ms * NS_PER_MS)
    process.reporter.say("running")
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
    process.reporter.say("running")
    assert process.said[-1].counters == {"refused: malformed": 5}
