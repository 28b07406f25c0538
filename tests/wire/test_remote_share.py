"""Given a camera's machine and a screen's machine, then the screen has its own time, and what is lost or invalid is counted."""

import threading
from pathlib import Path

import msgspec
import pytest

from tests.support.eventually import eventually
from tests.support.message_examples import cue, sample, stride
from tests.support.program import one_sentence
from tests.support.two_machines import OTHER_CLOCK_NS, PairedMachine, TwoMachines, frame, free_address, screen_clock
from wire import codec
from wire.clock import monotonic_ns, s_to_ns
from wire.faults import FaultCode
from wire.frames.frame import Frame
from wire.lifecycle import StopFlag
from wire.messages import Belt, Command, Cue, Fault, Health, Sample, Stride
from wire.remote.follow import FollowClient
from wire.remote.keys import Keys
from wire.remote.peer_clock import MAX_DELAY_NS, RoundTrip
from wire.remote.protocol import Reply, compressed, encode
from wire.remote.share import EXIT_NOT_OPEN, run
from wire.topics import BELT, COMMAND, CUE, FOLLOW, HEALTH, SAMPLE, STRIDE

MAX_CLOCK_ERROR_NS = MAX_DELAY_NS // 2
"""The worst that the client accepts, on a busy machine."""


def test_a_screen_receives_frames_and_measurements_in_its_own_time(machines: TwoMachines) -> None:
    machines.follow()
    display = machines.screen.wire("display")
    frames, samples, strides = display.frames(), display.newest(SAMPLE, Sample), display.every(STRIDE, Stride)
    seq = 0

    def next_frame() -> Frame | None:
        nonlocal seq
        seq += 1
        machines.frames.send(frame(seq))
        return frames.take()

    def next_sample() -> Sample | None:
        machines.samples.send(sample())
        return samples.take()

    received = eventually(next_frame, "a frame")
    age_ns = screen_clock() - received.capture_ns
    assert -MAX_CLOCK_ERROR_NS <= age_ns < s_to_ns(2) + MAX_CLOCK_ERROR_NS
    assert received.image.shape == (60, 80, 3)
    assert abs(int(received.image[30, 40, 0]) - received.seq % 200) <= 2
    assert eventually(next_sample, "a sample").stamps.capture_ns > OTHER_CLOCK_NS // 2
    sent = stride()

    def next_strides() -> list[Stride]:
        machines.strides.send(sent)
        return strides.take_all()

    arrived = eventually(next_strides, "a stride")[0]
    assert abs(arrived.t_peak_ns - sent.t_peak_ns - OTHER_CLOCK_NS) <= MAX_CLOCK_ERROR_NS


def test_no_cue_is_lost_or_duplicated(machines: TwoMachines) -> None:
    machines.follow()
    cues = machines.screen.wire("display").every(CUE, Cue)

    def first_arrived() -> bool:
        machines.cues.send(cue(stride_number=0))
        return bool(cues.take_all())

    eventually(first_arrived, "the first cue")
    for number in range(1, 101):
        machines.cues.send(cue(stride_number=number))
    numbers: list[int] = []

    def all_arrived() -> bool:
        numbers.extend(received.stride_number for received in cues.take_all() if received.stride_number)
        return len(numbers) >= 100

    eventually(all_arrived, "100 cues")
    assert numbers == list(range(1, 101))


def test_a_screens_keys_reach_the_camera_except_the_one_that_ends_it(machines: TwoMachines) -> None:
    machines.follow()
    commands = machines.screen.wire("display").publisher(COMMAND)

    def received() -> list[Command]:
        commands.send(Command("quit"))
        commands.send(Command("pairing_code"))
        commands.send(Command("pause"))
        return machines.commands.take_all()

    assert {command.name for command in eventually(received, "a command")} == {"pause"}


def test_invalid_bytes_from_the_camera_are_counted_and_the_screen_continues(machines: TwoMachines) -> None:
    client = machines.client(machines.screen.node(FOLLOW))
    try:
        client._handle_reply(b"\xc1")
        client._handle_reply(encode(Reply(99, 0, 0, 0)))
        client._handle_message(b"x")
        client._handle_message(bytes(200))
        assert client.rejected == {"malformed": 1, "unrequested": 1, "short": 1, "topic": 1}
    finally:
        client.close()


def test_numbers_that_do_not_fit_into_a_message_are_counted_and_the_screen_continues(machines: TwoMachines) -> None:
    client = machines.client(machines.screen.node(FOLLOW))
    try:
        client.clock.add(RoundTrip(0, OTHER_CLOCK_NS, OTHER_CLOCK_NS, 1))
        jpeg_frame = compressed(frame(1))
        client._handle_reply(encode(Reply(1, 0, 0, 0, msgspec.structs.replace(jpeg_frame, seq=-1))))
        client._handle_reply(encode(Reply(1, 0, 0, 0, msgspec.structs.replace(jpeg_frame, capture_ns=-(2**63)))))
        client._handle_message(codec.encode(BELT, 1, 1, 1, Belt(-(2**63), None, None, "typed")))
        assert client.rejected == {"malformed": 1, "time": 2}
    finally:
        client.close()


def test_a_gap_is_counted_only_where_every_message_counts(machines: TwoMachines) -> None:
    client = machines.client(machines.screen.node(FOLLOW))
    try:
        for seq in (5, 6, 9):
            client._handle_message(codec.encode(STRIDE, 1, seq, 1, stride()))
            client._handle_message(codec.encode(SAMPLE, 1, seq, 1, sample()))
        client._handle_message(codec.encode(STRIDE, 2, 70, 1, stride()))  # the camera's machine has restarted
        assert client.missed == 2
    finally:
        client.close()


def test_the_camera_reports_what_it_missed_or_refused_itself(machines: TwoMachines) -> None:
    seq = 1

    def reported() -> bool:
        nonlocal seq
        seq += 3
        machines.strides.socket.send(codec.encode(STRIDE, 1, seq, 1, stride()))
        machines.strides.socket.send(b"x")
        health = machines.healths.take()
        return (
            health is not None
            and health.counters.get("stride missed", 0) >= 4
            and health.counters.get("refused: short", 0) >= 3
        )

    eventually(reported, "gaps and refusals")


@pytest.mark.raises_fault(FaultCode.CAMERA_MACHINE_SILENT)
def test_a_screen_without_a_camera_reports_it(tmp_path: Path) -> None:
    now_ns = monotonic_ns()
    machine = PairedMachine(tmp_path, lambda: now_ns)
    own, other = machine.keys.new(), Keys(tmp_path / "other").new()
    node = machine.node(FOLLOW)
    client = FollowClient(node, free_address(), own, other.public)
    healths = machine.wire("spectator").newest(HEALTH, Health)
    try:

        def fault() -> Fault | None:
            nonlocal now_ns
            now_ns += s_to_ns(1)
            node.round(1)
            client.step()
            health = healths.take()
            return next(iter(health.faults), None) if health is not None else None

        found = eventually(fault, "the fault")
        assert found.code is FaultCode.CAMERA_MACHINE_SILENT
        assert found.device.startswith("tcp://127.0.0.1:")
    finally:
        client.close()
        machine.close()


def test_an_address_in_use_is_named_and_nothing_stays_open(machines: TwoMachines, capsys: pytest.CaptureFixture[str]) -> None:
    eventually(machines.healths.take, "the server")
    another = machines.screen.wire("share")
    before = set(threading.enumerate())
    assert run(another, StopFlag(), machines.address, machines.camera.keys) == EXIT_NOT_OPEN
    assert set(threading.enumerate()) == before
    printed = capsys.readouterr().err
    assert one_sentence(printed)
    assert f"{machines.address!r} in [network]: this address cannot be opened" in printed
