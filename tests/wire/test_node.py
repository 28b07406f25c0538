"""Given a node, then messages, timers and settings reach the process that uses it, and its health is published."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.connected_sockets import phase
from tests.support.eventually import DEADLINE_S, eventually
from tests.support.message_examples import stride
from wire.clock import s_to_ns
from wire.lifecycle import StopFlag
from wire.messages import Command, ConfigState, Health, Phase, RecentStrides, Stride
from wire.node import Node
from wire.sockets import Publisher, Wire
from wire.topics import (
    ANALYSIS,
    COACH,
    COMMAND,
    CONFIG,
    CUE,
    DISPLAY,
    HEALTH,
    PHASE,
    RECENT_STRIDES,
    STRIDE,
    SUPERVISOR,
)


class Time:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now_ns = s_to_ns(100)

    def __call__(self) -> int:
        return self.now_ns


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def node(wire_directory: Path, time: Time) -> Iterator[Node]:
    with Wire(wire_directory, COACH, time) as wire:
        yield Node(wire, StopFlag())


def rounds_until(node: Node, condition: Callable[[], bool], again: Callable[[], None] = lambda: None) -> None:
    """Rounds of at most 5 ms until the condition holds; `again` sends what a subscriber that joins late has missed."""

    def holds() -> bool:
        again()
        node.round(5)
        return condition()

    eventually(holds, "the condition holds")


class TestSubscriptions:
    def test_every_message_of_a_topic_that_counts_is_handled_in_order(self, node: Node, wire_directory: Path) -> None:
        received: list[int] = []
        node.subscribe(STRIDE, Stride, lambda one: received.append(one.number))
        with Wire(wire_directory, ANALYSIS) as analysis:
            strides = analysis.publisher(STRIDE)
            sent = 0

            def send() -> None:
                nonlocal sent
                sent += 1
                strides.send(stride(sent))

            rounds_until(node, lambda: len(received) >= 5, send)
        assert received == list(range(received[0], received[0] + len(received)))

    def test_the_order_of_subscriptions_is_the_order_of_handling(self, node: Node, wire_directory: Path) -> None:
        order: list[str] = []
        node.subscribe(COMMAND, Command, lambda _: order.append("command"))
        node.subscribe(STRIDE, Stride, lambda _: order.append("stride"))
        with Wire(wire_directory, ANALYSIS) as analysis, Wire(wire_directory, DISPLAY) as display:
            strides, commands = analysis.publisher(STRIDE), display.publisher(COMMAND)

            def send() -> None:
                strides.send(stride(1))
                commands.send(Command("pause"))

            rounds_until(node, lambda: {"command", "stride"} <= set(order), send)
            send()
            order.clear()
            for subscription in node._subscriptions:
                assert subscription.reader.socket.poll(60_000)
            node.dispatch()
        assert set(order) == {"command", "stride"}
        assert order == sorted(order)

    def test_a_gap_is_counted(self, node: Node, wire_directory: Path) -> None:
        received: list[Stride] = []
        node.subscribe(STRIDE, Stride, received.append)
        with Wire(wire_directory, ANALYSIS) as analysis:
            strides = analysis.publisher(STRIDE)
            rounds_until(node, lambda: bool(received), lambda: strides.send(stride(1)))
            strides._seq += 3
            count = len(received)
            rounds_until(node, lambda: len(received) > count, lambda: strides.send(stride(2)))
        assert node.health.counters["stride missed"] == 3


class TestTimers:
    def test_an_action_runs_at_once_and_then_whenever_its_period_is_over(self, node: Node, time: Time) -> None:
        runs: list[int] = []
        node.each(0.5, lambda: runs.append(time.now_ns))
        for _ in range(200):
            node.round(0)
            time.now_ns += s_to_ns(0.01)
        assert [round((run - runs[0]) / s_to_ns(0.01)) for run in runs] == [0, 50, 100, 150]


class TestSettings:
    def follow(self, node: Node, wire_directory: Path, states: list[ConfigState]) -> list[tuple[str, int]]:
        """The settings that are applied when each state is published again and again."""
        applied: list[tuple[str, int]] = []

        def apply(text: str, state: ConfigState) -> None:
            applied.append((text, state.version))

        def handled() -> int:
            return len(applied) + node.health.counters["settings refused"]

        node.follow_settings(lambda text: None if text == "bad" else text, apply, wakes=True)
        with Wire(wire_directory, SUPERVISOR) as supervisor:
            configs: Publisher = supervisor.publisher(CONFIG)

            def until_handled(state: ConfigState) -> None:
                before = handled()
                rounds_until(node, lambda: handled() > before, lambda: configs.send(state))

            for state in states:
                until_handled(state)
                for _ in range(5):
                    configs.send(state)
                    node.round(5)
        return applied

    def test_each_change_is_applied_once_however_often_it_is_sent(self, node: Node, wire_directory: Path) -> None:
        states = [ConfigState(1, "a"), ConfigState(2, "b"), ConfigState(2, "b", waiting=("capture.fps",))]
        assert self.follow(node, wire_directory, states) == [("a", 1), ("b", 2), ("b", 2)]

    def test_settings_of_another_version_are_counted_and_change_nothing(self, node: Node, wire_directory: Path) -> None:
        assert self.follow(node, wire_directory, [ConfigState(1, "a"), ConfigState(2, "bad")]) == [("a", 1)]
        assert node.health.counters["settings refused"] == 1


class TestPublishing:
    def test_a_cached_value_is_sent_again(self, node: Node, wire_directory: Path, time: Time) -> None:
        phases = node.publisher(PHASE)
        phases.send(phase("drill"))
        with Wire(wire_directory, DISPLAY) as display:
            late = display.newest(PHASE, Phase)
            received: list[Phase] = []

            def condition() -> bool:
                time.now_ns += s_to_ns(0.1)
                if (found := late.take()) is not None:
                    received.append(found)
                return len(received) >= 2

            rounds_until(node, condition)
        assert {one.name for one in received} == {"drill"}

    def test_health_is_published_while_the_rounds_go_on(self, node: Node, wire_directory: Path, time: Time) -> None:
        with Wire(wire_directory, SUPERVISOR) as supervisor:
            healths = supervisor.newest(HEALTH, Health)
            received: list[Health] = []
            node.health.running()

            def condition() -> bool:
                time.now_ns += s_to_ns(0.1)
                if (found := healths.take()) is not None:
                    received.append(found)
                return len(received) >= 3

            rounds_until(node, condition)
        assert [one.loops for one in received] == sorted(one.loops for one in received)
        assert {one.state for one in received} == {"running"}

    def test_what_is_sent_on_subscription_goes_to_each_new_subscriber_and_to_nobody_else(self, wire_directory: Path) -> None:
        """24 kB of strides, twice a second, for a recorder that restarts once a month, were a waste."""
        with Wire(wire_directory, ANALYSIS) as analysis:
            recent = Node(analysis, StopFlag()).publisher(RECENT_STRIDES)
            assert not recent.has_new_subscribers()
            for _ in range(2):
                with Wire(wire_directory, "recorder") as recorder:
                    reader = recorder.newest(RECENT_STRIDES, RecentStrides)
                    eventually(recent.has_new_subscribers, "the subscription arrives")
                    recent.send(RecentStrides((stride(7),)))
                    assert reader.socket.poll(int(1000 * DEADLINE_S))
                    taken = reader.take()
                    assert taken is not None
                    assert [one.number for one in taken.strides] == [7]
                    assert not recent.has_new_subscribers()


class TestTheEnd:
    def test_it_runs_until_it_is_asked_to_stop(self, node: Node) -> None:
        rounds = 0

        def body() -> float:
            nonlocal rounds
            rounds += 1
            if rounds == 3:
                node.stop.set()
            return 0.0

        assert node.run(body) == 0
        assert rounds == 3

    def test_a_body_may_end_it_with_a_code(self, node: Node) -> None:
        def body() -> None:
            node.end(4)

        assert node.run(body) == 4

    @pytest.mark.parametrize("body_first", [True, False])
    def test_messages_are_handled_before_or_after_the_body(self, node: Node, wire_directory: Path, body_first: bool) -> None:
        done: list[str] = []
        node.subscribe(STRIDE, Stride, lambda _one: done.append("message"))
        with Wire(wire_directory, ANALYSIS) as analysis:
            strides = analysis.publisher(STRIDE)
            rounds_until(node, lambda: bool(done), lambda: strides.send(stride(1)))
            strides.send(stride(2))
            assert node._subscriptions[0].reader.socket.poll(int(1000 * DEADLINE_S))
            done.clear()

            def body() -> None:
                done.append("body")
                node.end()

            node.run(body, body_first)
        assert list(dict.fromkeys(done)) == (["body", "message"] if body_first else ["message", "body"])

    def test_a_message_ends_the_wait(self, node: Node, wire_directory: Path) -> None:
        # A topic where every message counts: a conflating socket may hold one back until the next is sent (wire/sockets.py).
        received: list[int] = []
        node.subscribe(STRIDE, Stride, lambda one: received.append(one.number))
        with Wire(wire_directory, ANALYSIS) as analysis:
            strides = analysis.publisher(STRIDE)
            rounds_until(node, lambda: bool(received), lambda: strides.send(stride(1)))
            strides.send(stride(2))
            while 2 not in received:
                # Without the message this round would wait for ten minutes, and the test's time limit would end it.
                node.round(600_000)
        assert received[-1] == 2


def test_a_topic_is_late_after_some_of_its_periods() -> None:
    assert HEALTH.late_after_s == 3.0
    assert CUE.late_after_s is None
