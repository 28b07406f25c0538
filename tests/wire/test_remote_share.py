"""Given a camera's machine and a screen's, then the screen sees in its own time, and what is lost or cannot be is counted."""

import threading
from pathlib import Path

import msgspec
import pytest

from tests.eventually import eventually
from tests.gym import OTHER_CLOCK_NS, Gym, Machine, frame, free_address, later
from tests.message_examples import cue, sample, stride
from tests.program import one_sentence
from wire import codec
from wire.clock import monotonic_ns, s_to_ns
from wire.frames import Frame
from wire.lifecycle import StopFlag
from wire.messages import Belt, Command, Cue, Health, Sample, Stride
from wire.remote.follow import Follow
from wire.remote.keys import Keys
from wire.remote.peer_clock import MOST_ROUND_TRIP_NS, Echo
from wire.remote.protocol import Answer, encode, picture_of
from wire.remote.share import EXIT_NOT_OPEN, run
from wire.topics import BELT, COMMAND, CUE, HEALTH, SAMPLE, STRIDE

MOST_OFF_NS = MOST_ROUND_TRIP_NS // 2
"""What the other clock is known to at the worst, where this machine is busy."""


def test_a_screen_sees_pictures_and_measurements_in_its_own_time(gym: Gym) -> None:
    gym.follow()
    display = gym.screen.wire("display")
    frames, samples, strides = display.frames(), display.newest(SAMPLE, Sample), display.every(STRIDE, Stride)
    seq = 0

    def seen() -> Frame | None:
        nonlocal seq
        seq += 1
        gym.frames.send(frame(seq))
        return frames.take()

    def measured() -> Sample | None:
        gym.samples.send(sample())
        return samples.take()

    got = eventually(seen, "a picture")
    age_ns = later() - got.capture_ns
    assert -MOST_OFF_NS <= age_ns < s_to_ns(2) + MOST_OFF_NS
    assert got.image.shape == (60, 80, 3)
    assert abs(int(got.image[30, 40, 0]) - got.seq % 200) <= 2
    assert eventually(measured, "a sample").stamps.capture_ns > OTHER_CLOCK_NS // 2
    sent = stride()
    gym.strides.send(sent)
    came = eventually(strides.take_all, "a stride")[0]
    assert abs(came.t_peak_ns - sent.t_peak_ns - OTHER_CLOCK_NS) <= MOST_OFF_NS


def test_no_stride_and_no_cue_is_lost_or_doubled_on_the_way(gym: Gym) -> None:
    gym.follow()
    display = gym.screen.wire("display")
    cues = display.every(CUE, Cue)

    def first_came() -> bool:
        gym.cues.send(cue(stride_number=0))
        return bool(cues.take_all())

    eventually(first_came, "the first cue")
    for number in range(1, 101):
        gym.cues.send(cue(stride_number=number))
    got: list[int] = []

    def all_came() -> bool:
        got.extend(told.stride_number for told in cues.take_all() if told.stride_number)
        return len(got) >= 100

    eventually(all_came, "100 cues")
    assert got == list(range(1, 101))


def test_a_screens_keys_reach_the_camera_but_its_end_is_its_own(gym: Gym) -> None:
    gym.follow()
    commands = gym.screen.wire("display").publisher(COMMAND)

    def obeyed() -> list[Command]:
        commands.send(Command("quit"))
        commands.send(Command("pause"))
        return gym.commands.take_all()

    assert {command.name for command in eventually(obeyed, "a command")} == {"pause"}


def test_garbage_from_the_camera_is_counted_and_the_screen_goes_on(gym: Gym) -> None:
    own = gym.screen.keys.own()
    follow = Follow(gym.screen.directory, gym.address, own, gym.camera_key, gym.screen.clock)
    try:
        follow._take_answer(b"\xc1")
        follow._take_answer(encode(Answer(99, 0, 0, 0)))
        follow._take_news(b"x")
        follow._take_news(bytes(200))
        assert follow.rejected == {"malformed": 1, "unasked": 1, "short": 1, "topic": 1}
    finally:
        follow.close()


def test_numbers_that_no_message_of_ours_can_carry_are_counted_and_the_screen_goes_on(gym: Gym) -> None:
    follow = Follow(gym.screen.directory, gym.address, gym.screen.keys.own(), gym.camera_key, gym.screen.clock)
    try:
        follow.clock.add(Echo(0, OTHER_CLOCK_NS, OTHER_CLOCK_NS, 1))
        picture = picture_of(frame(1))
        follow._take_answer(encode(Answer(1, 0, 0, 0, msgspec.structs.replace(picture, seq=-1))))
        follow._take_answer(encode(Answer(1, 0, 0, 0, msgspec.structs.replace(picture, capture_ns=-(2**63)))))
        follow._take_news(codec.encode(BELT, 1, 1, 1, Belt(-(2**63), None, None, "typed")))
        assert follow.rejected == {"malformed": 1, "moment": 2}
    finally:
        follow.close()


def test_a_gap_where_every_one_counts_is_counted_and_elsewhere_it_is_none(gym: Gym) -> None:
    follow = Follow(gym.screen.directory, gym.address, gym.screen.keys.own(), gym.camera_key, gym.screen.clock)
    try:
        for seq in (5, 6, 9):
            follow._take_news(codec.encode(STRIDE, 1, seq, 1, stride()))
            follow._take_news(codec.encode(SAMPLE, 1, seq, 1, sample()))
        follow._take_news(codec.encode(STRIDE, 2, 70, 1, stride()))  # the camera's machine has begun anew
        assert follow.missed == 2
    finally:
        follow.close()


def test_what_the_camera_itself_missed_or_refused_is_told(gym: Gym) -> None:
    seq = 1

    def told() -> bool:
        nonlocal seq
        seq += 3
        gym.strides.socket.send(codec.encode(STRIDE, 1, seq, 1, stride()))
        gym.strides.socket.send(b"x")
        health = gym.healths.take()
        return health is not None and health.counters["missed"] >= 4 and health.counters.get("refused: short", 0) >= 3

    eventually(told, "gaps and refusals")


def test_a_screen_without_a_camera_says_so(tmp_path: Path) -> None:
    machine = Machine(tmp_path, monotonic_ns)
    own, other = machine.keys.new(), Keys(tmp_path / "other").new()
    now_ns = monotonic_ns()
    follow = Follow(machine.directory, free_address(), own, other.public, lambda: now_ns)
    healths = machine.wire("spectator").newest(HEALTH, Health)
    try:

        def complaint() -> str:
            nonlocal now_ns
            now_ns += s_to_ns(1)
            follow.round()
            health = healths.take()
            return health.reason if health is not None and health.state == "degraded" else ""

        assert eventually(complaint, "the reason").startswith("No word from tcp://127.0.0.1:")
    finally:
        follow.close()
        machine.close()


def test_an_address_that_is_taken_is_named_and_nothing_is_left_open(gym: Gym, capsys: pytest.CaptureFixture[str]) -> None:
    eventually(gym.healths.take, "the door")
    another = gym.screen.wire("share")
    before = set(threading.enumerate())
    assert run(another, StopFlag(), gym.address, gym.camera.keys) == EXIT_NOT_OPEN
    assert set(threading.enumerate()) == before
    said = capsys.readouterr().err
    assert one_sentence(said)
    assert f"{gym.address!r} in [network]: this address cannot be opened" in said
