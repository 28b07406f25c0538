"""The belt's speed, typed or received over Bluetooth; every packet gives a value or an error with a name."""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.belt.belt_publisher import BeltPublisher
from capture.belt.belt_state import FIRST_KMH, STALE_S, STEP_KMH, BeltState
from capture.belt.bluetooth import (
    FIRST_RETRY_S,
    LONGEST_RETRY_S,
    NOT_INSTALLED,
    BleakLink,
    LinkError,
    LinkFault,
    LinkThread,
    Notification,
    follow,
)
from capture.belt.ftms import STEEPEST_PCT, TREADMILL_DATA_UUID, parse_treadmill_data
from capture.belt.moving_speed import LEAP_S, MOVED_M, STILL_S, ZERO_S, MovingSpeed
from capture.belt.reading import FASTEST_KMH as FASTEST_RECEIVED_KMH
from capture.belt.reading import BeltReading, PacketError
from capture.belt.rsc import RSC_MEASUREMENT_UUID, parse_rsc_measurement
from config.extras import how_to_install
from config.sections.capture import FASTEST_TYPED_KMH, KMH_PER_MPS, BeltSettings
from tests.support.eventually import eventually
from tests.support.value_or_error import value_or_error
from wire.clock import s_to_ns
from wire.faults import FaultCode
from wire.lifecycle import StopFlag
from wire.messages import Belt, Command, CommandName
from wire.node import Node
from wire.sockets import Wire
from wire.topics import BELT, CAPTURE, COACH, COMMAND, DISPLAY

# Recorded from a CITYSPORTS-Linker (CS-WP8) with nRF Connect on 2024-02-01 and by packet log
# (github.com/hughesjs/FitnessMachine, protocol/CS-WP8/1_to_6_without_person.log and protocol/notes);
# the last is from a Horizon treadmill (github.com/cagnulein/qdomyos-zwift, issue 175). None contains the incline, and all but
# the last have three bytes more than their flags announce.
RECORDED = [
    ("8424 0000 000000 0000000000 0000 000000", 0.0, 0),
    ("8424 6400 000000 0000000000 0000 000000", 1.0, 0),
    ("8424 9600 000000 0000000000 0000 000000", 1.5, 0),
    ("8424 C800 000000 0000000000 0000 000000", 2.0, 0),
    ("8424 FA00 000000 0000000000 0000 000000", 2.5, 0),
    ("8424 AA00 2100 0001 00FF FFFF 3C00 4200 00", 1.7, 33),
    ("8404 0000 0000 0000 0000 0000 0000", 0.0, 0),
]
# Written by hand from the specification: what no recording contains.
WRITTEN = {
    "speed alone": ("0000 E803", BeltReading(10.0)),
    "incline": ("0800 E803 0F00 0900", BeltReading(10.0, 1.5, True)),
    "decline": ("0800 E803 F1FF 0000", BeltReading(10.0, -1.5, True)),
    "average speed and distance": ("0E00 B004 E803 102701 1E00 0000", BeltReading(12.0, 3.0, True, 75_536.0)),
    "incline not available": ("0800 E803 FF7F 0000", BeltReading(10.0, None, True)),
    "incline stuck at 82 %": ("0800 E803 3403 0000", BeltReading(10.0, None, True)),
    "first of two parts, without the speed": ("0D00 102700 0F00 0900", BeltReading(None, 1.5, True, 10_000.0)),
    "first of two parts, of nothing that is read": ("0100", BeltReading()),
    "first of two parts, of the climb, which is not read": ("1100 0500 0700", BeltReading()),
    "extra bytes": ("0000 E803 0102030405", BeltReading(10.0)),
    "a reserved flag with extra bytes": ("0020 E803 01020304", BeltReading(10.0)),
    "cut off in the incline": ("0800 E803 0F", BeltReading(10.0)),
    "cut off in the distance": ("0C00 E803 1027", BeltReading(10.0)),
}
FOOT_POD = {
    "steps of both feet": ("00 0003 AA", BeltReading(10.8, cadence_spm=170.0)),
    "steps of one foot": ("00 0003 55", BeltReading(10.8, cadence_spm=170.0)),
    "somebody who walks": ("00 8001 6E", BeltReading(5.4, cadence_spm=110.0)),
    "somebody who runs slowly, steps of one foot": ("00 0002 55", BeltReading(7.2, cadence_spm=170.0)),
    "stride length and distance": ("07 0003 AA 7D00 10270000", BeltReading(10.8, distance_m=1000.0, cadence_spm=170.0)),
    "nobody runs": ("02 0000 00 10270000", BeltReading(0.0, distance_m=1000.0)),
    "cut off in the distance": ("02 0003 AA 1027", BeltReading(10.8, cadence_spm=170.0)),
    "extra bytes": ("00 0003 AA 0102", BeltReading(10.8, cadence_spm=170.0)),
}
REASONS = ("too short", "impossible speed")


class TestPackets:
    @pytest.mark.parametrize(("packet", "speed_kmh", "distance_m"), RECORDED)
    def test_recorded_packets_are_decoded(self, packet: str, speed_kmh: float, distance_m: float) -> None:
        assert parse_treadmill_data(bytes.fromhex(packet)) == BeltReading(speed_kmh, distance_m=distance_m)

    @pytest.mark.parametrize("kind", WRITTEN)
    def test_packets_of_every_kind_are_decoded(self, kind: str) -> None:
        packet, reading = WRITTEN[kind]
        assert parse_treadmill_data(bytes.fromhex(packet)) == reading

    @pytest.mark.parametrize("kind", FOOT_POD)
    def test_a_foot_pods_packets_are_decoded(self, kind: str) -> None:
        packet, reading = FOOT_POD[kind]
        assert parse_rsc_measurement(bytes.fromhex(packet)) == reading

    @pytest.mark.parametrize(
        ("decode", "packet", "reason"),
        [
            (parse_treadmill_data, "", "too short"),
            (parse_treadmill_data, "00", "too short"),
            (parse_treadmill_data, "0000 E8", "too short"),
            (parse_treadmill_data, "0000 FFFF", "impossible speed"),
            (parse_rsc_measurement, "", "too short"),
            (parse_rsc_measurement, "00 0003", "too short"),
            (parse_rsc_measurement, "00 FFFF AA", "impossible speed"),
        ],
    )
    def test_invalid_packets_are_refused_with_a_reason(
        self, decode: Callable[[bytes], BeltReading], packet: str, reason: str
    ) -> None:
        with pytest.raises(PacketError) as refused:
            decode(bytes.fromhex(packet))
        assert refused.value.reason == reason

    @pytest.mark.parametrize("decode", [parse_treadmill_data, parse_rsc_measurement])
    @given(packet=st.binary(max_size=40))
    def test_any_bytes_give_a_value_or_a_known_reason(self, decode: Callable[[bytes], BeltReading], packet: bytes) -> None:
        found = value_or_error(PacketError, decode, packet)
        if isinstance(found, PacketError):
            assert found.reason in REASONS
        else:
            assert found.speed_kmh is None or 0 <= found.speed_kmh <= FASTEST_RECEIVED_KMH
            assert found.incline_pct is None or abs(found.incline_pct) <= STEEPEST_PCT
            assert found.cadence_spm is None or 0 < found.cadence_spm <= 255
            assert found.distance_m is None or found.distance_m >= 0


def speeds_kmh(*sent: tuple[float | None, float | None], every_s: float = 1.0) -> list[float | None]:
    """The speed after each pair of a speed in km/h and a distance in metres."""
    moving = MovingSpeed()
    speeds: list[float | None] = []
    for i, (speed_kmh, distance_m) in enumerate(sent):
        moving.update(speed_kmh, distance_m, s_to_ns(1 + i * every_s))
        speeds.append(moving.speed_kmh)
    return speeds


class TestZeros:
    def test_single_zeros_between_good_values_are_ignored(self) -> None:
        assert speeds_kmh((10, None), (0, None), (10, None), (0, None), (9, None)) == [10, 10, 10, 10, 9]

    def test_two_zeros_in_quick_succession_are_ignored(self) -> None:
        assert speeds_kmh((10, None), (0, None), (0, None), (10, None), every_s=ZERO_S / 3) == [10, 10, 10, 10]

    def test_a_belt_that_stands_has_a_speed_of_zero(self) -> None:
        assert speeds_kmh((10, 500), (0, 501), (0, 501), (0, 501)) == [10, 10, 0, 0]

    def test_a_belt_that_stood_from_the_start_too(self) -> None:
        assert speeds_kmh((0, 0), (0, 0)) == [None, 0]

    def test_zero_while_the_distance_grows_is_unknown(self) -> None:
        assert speeds_kmh((0, 500), (0, 503), (0, 506)) == [None, None, None]
        assert speeds_kmh((10, 500), (0, 503), (0, 506), (0, 509)) == [10, 10, None, None]

    def test_the_distance_may_arrive_in_another_packet(self) -> None:
        assert speeds_kmh((0, None), (None, 500), (0, None), (None, 503), (0, None)) == [None, None, 0, 0, None]

    def test_zero_counts_again_once_the_distance_stands(self) -> None:
        stands = [(0.0, 506.0)] * int(STILL_S + 2)
        assert speeds_kmh((0, 500), (0, 503), (0, 506), *stands)[-1] == 0

    def test_a_distance_that_starts_over_is_no_movement(self) -> None:
        assert speeds_kmh((10, 500), (0, 0), (0, MOVED_M / 2))[-1] == 0

    @given(
        st.lists(
            st.tuples(st.none() | st.floats(0, FASTEST_RECEIVED_KMH), st.none() | st.floats(0, 2**24)), min_size=1, max_size=30
        )
    )
    def test_every_speed_is_one_that_was_sent(self, sent: list[tuple[float | None, float | None]]) -> None:
        assert set(speeds_kmh(*sent)) <= {None, *(speed_kmh for speed_kmh, _ in sent)}


class TestLeaps:
    @pytest.mark.parametrize("leap_kmh", [2.0, 18.0, 44.0])
    def test_a_single_one_is_left_out(self, leap_kmh: float) -> None:
        assert speeds_kmh((10, None), (leap_kmh, None), (10.5, None)) == [10, 10, 10.5]

    def test_different_ones_are_left_out(self) -> None:
        assert speeds_kmh((10, None), (18, None), (2, None), (30, None), (10, None)) == [10, 10, 10, 10, 10]

    def test_one_that_is_confirmed_counts(self) -> None:
        assert speeds_kmh((6, None), (12, None), (12.5, None), (13, None)) == [6, 6, 12.5, 13]

    def test_one_after_a_gap_or_from_a_stand_counts_at_once(self) -> None:
        assert speeds_kmh((10, None), (4, None), every_s=LEAP_S + 1) == [10, 4]
        assert speeds_kmh((0, None), (0, None), (12, None)) == [None, 0, 12]

    def test_a_belt_that_speeds_up_is_followed_without_delay(self) -> None:
        ramp = [4.0, 6.5, 9.0, 11.5, 14.0]
        assert speeds_kmh(*((kmh, None) for kmh in ramp)) == ramp


def state(**belt: Any) -> BeltState:
    return BeltState(BeltSettings(**belt))


def speed_kmh(belt: BeltState, now_s: float = 0) -> float | None:
    speed_mps = belt.at(s_to_ns(now_s)).speed_mps
    return None if speed_mps is None else round(speed_mps * KMH_PER_MPS, 6)


class TestTyped:
    def test_keys_change_the_speed_by_half_a_kilometre_an_hour(self) -> None:
        belt = state(source="typed", speed_kmh=10.0, incline_pct=1.0)
        assert belt.at(0) == Belt(0, 10 / KMH_PER_MPS, 1.0, "config")
        belt.handle_command(Command("faster"))
        assert (speed_kmh(belt), belt.at(0).source) == (10.0 + STEP_KMH, "typed")
        belt.handle_command(Command("slower"))
        belt.handle_command(Command("slower"))
        assert speed_kmh(belt) == 10.0 - STEP_KMH

    def test_the_first_key_sets_an_unknown_speed_to_an_easy_run(self) -> None:
        belt = state(source="typed")
        assert speed_kmh(belt) is None
        belt.handle_command(Command("slower"))
        assert speed_kmh(belt) == FIRST_KMH

    @given(st.lists(st.sampled_from(["faster", "slower", "pause", "mute"]), max_size=200))
    def test_no_sequence_of_keys_leaves_the_limits(self, keys: list[CommandName]) -> None:
        belt = state(source="typed", speed_kmh=3.0)
        for key in keys:
            belt.handle_command(Command(key))
        assert STEP_KMH <= (speed_kmh(belt) or 0) <= FASTEST_TYPED_KMH

    def test_the_console_sets_speed_and_incline(self) -> None:
        belt = state(source="typed", speed_kmh=10.0, incline_pct=1.0)
        belt.handle_command(Command("belt", speed_mps=12.0 / KMH_PER_MPS))
        assert (speed_kmh(belt), belt.at(0).incline_pct, belt.at(0).source) == (12.0, 1.0, "typed")
        belt.handle_command(Command("belt", incline_pct=2.5))
        assert (speed_kmh(belt), belt.at(0).incline_pct) == (12.0, 2.5)

    @given(st.floats(), st.floats())
    def test_whatever_is_set_stays_within_the_limits(self, speed_mps: float, incline_pct: float) -> None:
        belt = state(source="typed", speed_kmh=3.0, incline_pct=0.0)
        belt.handle_command(Command("belt", speed_mps, incline_pct))
        assert STEP_KMH <= (speed_kmh(belt) or 0) <= FASTEST_TYPED_KMH
        assert -20 <= (belt.at(0).incline_pct or 0) <= 60

    def test_keys_do_not_change_a_speed_from_the_treadmill(self) -> None:
        belt = state(source="ftms")
        belt.handle_command(Command("faster"))
        assert speed_kmh(belt) is None


class TestReceived:
    def test_speed_and_incline_may_arrive_in_different_packets(self) -> None:
        belt = state(source="ftms")
        belt.update_treadmill(BeltReading(12.0), s_to_ns(1))
        belt.update_treadmill(BeltReading(None, 2.0, True), s_to_ns(1))
        belt.update_treadmill(BeltReading(12.0), s_to_ns(2))
        assert belt.at(s_to_ns(2)) == Belt(s_to_ns(2), 12 / KMH_PER_MPS, 2.0, "ftms")

    def test_an_incline_that_becomes_impossible_is_unknown(self) -> None:
        belt = state(source="ftms")
        belt.update_treadmill(BeltReading(12.0, 2.0, True), s_to_ns(1))
        belt.update_treadmill(BeltReading(12.0, None, True), s_to_ns(2))
        assert belt.at(s_to_ns(2)) == Belt(s_to_ns(2), 12 / KMH_PER_MPS, None, "ftms")

    def test_a_speed_without_an_update_becomes_unknown(self) -> None:
        belt = state(source="ftms")
        belt.update_treadmill(BeltReading(12.0, 1.0, True), s_to_ns(1))
        assert speed_kmh(belt, 1 + STALE_S) == 12.0
        assert belt.at(s_to_ns(1.1 + STALE_S)) == Belt(s_to_ns(1.1 + STALE_S), None, None, "ftms")

    def test_a_foot_pod_gives_the_cadence_and_the_speed_where_the_treadmill_has_none(self) -> None:
        belt = state(source="ftms")
        belt.update_foot_pod(BeltReading(11.0, cadence_spm=172.0), s_to_ns(1))
        assert belt.at(s_to_ns(1)) == Belt(s_to_ns(1), 11 / KMH_PER_MPS, None, "ftms", 172.0)
        belt.update_treadmill(BeltReading(12.0), s_to_ns(2))
        assert belt.at(s_to_ns(2)) == Belt(s_to_ns(2), 12 / KMH_PER_MPS, None, "ftms", 172.0)
        assert belt.at(s_to_ns(1.5 + STALE_S)) == Belt(s_to_ns(1.5 + STALE_S), 12 / KMH_PER_MPS, None, "ftms")


class FakeLink:
    """One connection after another: each sends a treadmill's packets and is lost, or fails with an error."""

    def __init__(self, *connections: list[bytes] | Exception) -> None:
        self._connections = list(connections)

    async def listen(self, received: Callable[[Notification], None]) -> None:
        if not self._connections:
            await asyncio.Event().wait()
        event = self._connections.pop(0)
        if isinstance(event, Exception):
            raise event
        for packet in event:
            received(Notification(TREADMILL_DATA_UUID, packet))


def followed(link: FakeLink, rounds: int) -> tuple[list[float], list[LinkFault], list[bytes]]:
    """Delays, faults and packets of this many rounds."""
    delays: list[float] = []
    faults: list[LinkFault] = []
    packets: list[bytes] = []

    async def sleep(seconds: float) -> None:
        delays.append(seconds)
        if len(delays) == rounds:
            raise asyncio.CancelledError

    async def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await follow(link, lambda notification: packets.append(notification.packet), faults.append, sleep)

    asyncio.run(run())
    return delays, faults, packets


NOT_FOUND = LinkError(LinkFault(FaultCode.TREADMILL_NOT_FOUND, "A treadmill"))


class TestFollowing:
    def test_the_delay_between_attempts_doubles_up_to_a_limit(self) -> None:
        delays, faults, _ = followed(FakeLink(*[NOT_FOUND] * 7), 7)
        assert delays == [FIRST_RETRY_S, 2, 4, 8, 16, LONGEST_RETRY_S, LONGEST_RETRY_S]
        assert set(faults) == {NOT_FOUND.fault}

    def test_a_packet_resets_the_delay(self) -> None:
        delays, _, packets = followed(FakeLink(NOT_FOUND, NOT_FOUND, [b"a", b"b"], NOT_FOUND, [b"c"]), 5)
        assert delays == [1, 2, 1, 2, 1]
        assert packets == [b"a", b"b", b"c"]

    def test_an_unexpected_error_is_reported_and_followed_by_another_attempt(self) -> None:
        delays, faults, packets = followed(FakeLink(KeyError("path"), ValueError(), [b"a"]), 3)
        assert faults[0] == LinkFault(FaultCode.TREADMILL_LOST, cause="'path'")
        assert faults[1] == LinkFault(FaultCode.TREADMILL_LOST, cause="ValueError")
        assert (delays, packets) == ([1, 2, 1], [b"a"])

    def test_a_missing_package_is_reported_once_and_ends_the_attempts(self) -> None:
        delays, faults, _ = followed(FakeLink(LinkError(NOT_INSTALLED)), 1)
        assert (delays, faults) == ([], [NOT_INSTALLED])

    def test_the_fault_of_a_missing_package_says_how_to_install_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "bleak", None)
        with pytest.raises(LinkError) as caught:
            asyncio.run(BleakLink("").listen(print))
        assert caught.value.fault.cause == how_to_install("ftms")


class TestPublishing:
    def speeds(
        self, tmp_path: Path, settings: BeltSettings, link: FakeLink | None, keys: list[CommandName]
    ) -> list[float | None]:
        """Speeds that the coach receives, in km/h, until the last is a new one. Each of `keys` is pressed once."""
        received: list[float | None] = []
        with Wire(tmp_path, CAPTURE) as wire, Wire(tmp_path, COACH) as coach, Wire(tmp_path, DISPLAY) as display:
            belts, commands = coach.newest(BELT, Belt), display.publisher(COMMAND)
            node = Node(wire, StopFlag())
            publisher = BeltPublisher(settings, node, link)

            def new_speed() -> bool:
                node.round(0)
                belt = belts.take()
                if belt is None:
                    return False
                received.append(None if belt.speed_mps is None else round(belt.speed_mps * KMH_PER_MPS, 3))
                if keys:
                    commands.send(Command(keys.pop()))
                return not keys and received[-1] not in (None, settings.speed_kmh)

            eventually(new_speed, "a new speed is received")
            publisher.close()
        return received

    def test_a_key_changes_the_published_speed(self, tmp_path: Path) -> None:
        settings = BeltSettings(source="typed", speed_kmh=9.0)
        assert self.speeds(tmp_path, settings, None, ["faster"])[-1] == 9.0 + STEP_KMH

    def test_the_treadmills_speed_is_published_and_noise_is_not(self, tmp_path: Path) -> None:
        link = FakeLink([b"\x00", bytes.fromhex("0000FFFF"), bytes.fromhex("0800E8030F000900")])
        assert self.speeds(tmp_path, BeltSettings(source="ftms"), link, [])[-1] == 10.0

    def test_closing_disconnects(self) -> None:
        disconnected = threading.Event()
        first = Notification(RSC_MEASUREMENT_UUID, b"first")

        class Connected:
            async def listen(self, received: Callable[[Notification], None]) -> None:
                received(first)
                try:
                    await asyncio.Event().wait()
                finally:
                    disconnected.set()

        link = LinkThread(Connected())
        eventually(lambda: link.take_all() == [first], "the treadmill is connected")
        link.close()
        assert disconnected.is_set()

    def test_closing_after_the_link_has_given_up_is_no_error(self) -> None:
        link = LinkThread(FakeLink(LinkError(NOT_INSTALLED)))
        eventually(lambda: link.take_all() == [NOT_INSTALLED], "the missing package is reported")
        link.close()
