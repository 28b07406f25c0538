"""The belt's speed: typed, or heard over Bluetooth; whatever comes over the air, it is a value or a named refusal."""

import asyncio
import contextlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.belt import FASTEST_KMH, FIRST_KMH, STALE_S, STEP_KMH, BeltState
from capture.belt_bluetooth import (
    FIRST_RETRY_S,
    LONGEST_RETRY_S,
    NOT_INSTALLED,
    BleakLink,
    NoBluetoothError,
    TreadmillLostError,
    follow,
)
from capture.belt_ftms import FASTEST_KMH as FASTEST_TOLD_KMH
from capture.belt_ftms import FtmsError, TreadmillData, parse
from capture.beside import beside
from config.extras import how_to_install
from config.schema import Settings
from config.training import KMH_PER_MPS
from config.training import Belt as BeltSettings
from tests.eventually import eventually
from wire.clock import s_to_ns
from wire.health import HealthReporter
from wire.messages import Belt, Command
from wire.sockets import Wire
from wire.topics import BELT, CAPTURE, COACH, COMMAND, DISPLAY

# Recorded from a CITYSPORTS-Linker (CS-WP8) with nRF Connect on 2024-02-01 and by packet log
# (github.com/hughesjs/FitnessMachine, protocol/CS-WP8/1_to_6_without_person.log and protocol/notes);
# the last from a Horizon treadmill (github.com/cagnulein/qdomyos-zwift, issue 175). All leave the incline out.
RECORDED = [
    ("8424 0000 000000 0000000000 0000 000000", 0.0),
    ("8424 6400 000000 0000000000 0000 000000", 1.0),
    ("8424 9600 000000 0000000000 0000 000000", 1.5),
    ("8424 C800 000000 0000000000 0000 000000", 2.0),
    ("8424 FA00 000000 0000000000 0000 000000", 2.5),
    ("8424 AA00 2100 0001 00FF FFFF 3C00 4200 00", 1.7),
    ("8404 0000 0000 0000 0000 0000 0000", 0.0),
]
# Written by hand after the specification: what no recording shows.
WRITTEN = [
    ("0000 E803", TreadmillData(10.0, None)),
    ("0800 E803 0F00 0900", TreadmillData(10.0, 1.5)),
    ("0800 E803 F1FF 0000", TreadmillData(10.0, -1.5)),
    ("0E00 B004 E803 102700 1E00 0000", TreadmillData(12.0, 3.0)),
    ("0800 E803 FF7F 0000", TreadmillData(10.0, None)),
    ("0900 0F00 0900", TreadmillData(None, 1.5)),
    ("0100", TreadmillData(None, None)),
]


class TestPackets:
    @pytest.mark.parametrize(("packet", "speed_kmh"), RECORDED)
    def test_recorded_ones(self, packet: str, speed_kmh: float) -> None:
        assert parse(bytes.fromhex(packet)) == TreadmillData(speed_kmh, None)

    @pytest.mark.parametrize(("packet", "told"), WRITTEN)
    def test_of_every_kind(self, packet: str, told: TreadmillData) -> None:
        assert parse(bytes.fromhex(packet)) == told

    @pytest.mark.parametrize(
        ("packet", "reason"),
        [
            ("", "too short"),
            ("00", "too short"),
            ("0000 E8", "too short"),
            ("0800 E803 0F", "too short"),
            ("0000 FFFF", "impossible speed"),
            ("0800 E803 FF3F 0000", "impossible incline"),
        ],
    )
    def test_refused_by_name(self, packet: str, reason: str) -> None:
        with pytest.raises(FtmsError) as refused:
            parse(bytes.fromhex(packet))
        assert refused.value.reason == reason

    @given(st.binary(max_size=40))
    def test_any_bytes_are_a_value_or_a_named_refusal(self, packet: bytes) -> None:
        try:
            told = parse(packet)
        except FtmsError as refused:
            assert refused.reason in ("too short", "impossible speed", "impossible incline")  # noqa: PT017 - either is right
        else:
            assert told.speed_kmh is None or 0 <= told.speed_kmh <= FASTEST_TOLD_KMH
            assert told.incline_pct is None or abs(told.incline_pct) <= 100


def state(**belt: object) -> BeltState:
    return BeltState(Settings(belt=BeltSettings(**belt)))  # type: ignore[arg-type]


def speed_kmh(belt: BeltState, now_s: float = 0) -> float | None:
    known = belt.at(s_to_ns(now_s))
    assert known is not None
    return None if known.speed_mps is None else round(known.speed_mps * KMH_PER_MPS, 6)


class TestTyped:
    def test_keys_change_it_by_half_a_kilometre_an_hour(self) -> None:
        belt = state(source="typed", speed_kmh=10.0, incline_pct=1.0)
        assert belt.at(0) == Belt(0, 10 / KMH_PER_MPS, 1.0, "config")
        belt.command(Command("faster"))
        assert (speed_kmh(belt), belt.at(0).source) == (10.0 + STEP_KMH, "typed")  # type: ignore[union-attr]
        belt.command(Command("slower"))
        belt.command(Command("slower"))
        assert speed_kmh(belt) == 10.0 - STEP_KMH

    def test_the_first_key_of_an_unknown_speed_is_an_easy_run(self) -> None:
        belt = state(source="typed")
        assert speed_kmh(belt) is None
        belt.command(Command("slower"))
        assert speed_kmh(belt) == FIRST_KMH

    @given(st.lists(st.sampled_from(["faster", "slower", "pause", "mute"]), max_size=200))
    def test_any_keys_leave_it_possible(self, keys: list[str]) -> None:
        belt = state(source="typed", speed_kmh=3.0)
        for key in keys:
            belt.command(Command(key))  # type: ignore[arg-type]
        assert STEP_KMH <= (speed_kmh(belt) or 0) <= FASTEST_KMH

    def test_elsewhere_the_keys_do_nothing(self) -> None:
        belt = state(source="ftms")
        belt.command(Command("faster"))
        assert speed_kmh(belt) is None

    def test_nobody_asked_is_nothing_said(self) -> None:
        assert state(source="none").at(0) is None


class TestTold:
    def test_speed_and_incline_may_come_in_different_packets(self) -> None:
        belt = state(source="ftms")
        belt.told(12.0, None, s_to_ns(1))
        belt.told(None, 2.0, s_to_ns(1))
        assert belt.at(s_to_ns(2)) == Belt(s_to_ns(2), 12 / KMH_PER_MPS, 2.0, "ftms")

    def test_a_speed_that_is_not_confirmed_is_not_known(self) -> None:
        belt = state(source="ftms")
        belt.told(12.0, 1.0, s_to_ns(1))
        assert speed_kmh(belt, 1 + STALE_S) == 12.0
        assert belt.at(s_to_ns(1.1 + STALE_S)) == Belt(s_to_ns(1.1 + STALE_S), None, None, "ftms")


class FakeLink:
    """Plays these events, one connection after the other: packets, then a loss or an error."""

    def __init__(self, *connections: list[bytes] | Exception) -> None:
        self._connections = list(connections)

    async def listen(self, heard: Callable[[bytes], None]) -> None:
        if not self._connections:
            await asyncio.Event().wait()
        event = self._connections.pop(0)
        if isinstance(event, Exception):
            raise event
        for packet in event:
            heard(packet)


def followed(link: FakeLink, rounds: int) -> tuple[list[float], list[str], list[bytes]]:
    """(delays, sentences, packets) of so many rounds."""
    delays: list[float] = []
    said: list[str] = []
    packets: list[bytes] = []

    async def sleep(seconds: float) -> None:
        delays.append(seconds)
        if len(delays) == rounds:
            raise asyncio.CancelledError

    async def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await follow(link, packets.append, said.append, sleep)

    asyncio.run(run())
    return delays, said, packets


class TestFollowing:
    def test_a_treadmill_that_is_not_there_is_looked_for_less_and_less_often(self) -> None:
        delays, said, _ = followed(FakeLink(*[TreadmillLostError("not found")] * 7), 7)
        assert delays == [FIRST_RETRY_S, 2, 4, 8, 16, LONGEST_RETRY_S, LONGEST_RETRY_S]
        assert set(said) == {"not found"}

    def test_one_that_was_heard_is_looked_for_at_once_again(self) -> None:
        lost = TreadmillLostError("not found")
        delays, _, packets = followed(FakeLink(lost, lost, [b"a", b"b"], lost, [b"c"]), 5)
        assert delays == [1, 2, 1, 2, 1]
        assert packets == [b"a", b"b", b"c"]

    def test_an_error_that_nobody_foresaw_is_told_and_the_treadmill_looked_for_again(self) -> None:
        delays, said, packets = followed(FakeLink(KeyError("path"), ValueError(), [b"a"]), 3)
        assert said[0] == "The treadmill's Bluetooth fails ('path'): looking for it again"
        assert said[1] == "The treadmill's Bluetooth fails (ValueError): looking for it again"
        assert (delays, packets) == ([1, 2, 1], [b"a"])

    def test_without_the_package_there_is_one_sentence_and_an_end(self) -> None:
        delays, said, _ = followed(FakeLink(NoBluetoothError(NOT_INSTALLED)), 1)
        assert (delays, said) == ([], [NOT_INSTALLED])

    def test_without_the_package_bleak_says_how_to_get_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "bleak", None)
        with pytest.raises(NoBluetoothError, match=re.escape(how_to_install("ftms"))):
            asyncio.run(BleakLink("").listen(print))


class TestBesideTheFrames:
    def speeds(self, tmp_path: Path, settings: Settings, link: FakeLink | None, keys: list[str]) -> list[float | None]:
        """Speeds heard by the coach, in km/h, until the last is known."""
        heard: list[float | None] = []
        with Wire(tmp_path, CAPTURE) as wire, Wire(tmp_path, COACH) as coach, Wire(tmp_path, DISPLAY) as display:
            belts, commands = coach.newest(BELT, Belt), display.publisher(COMMAND)
            with beside(settings, wire, None, HealthReporter(wire), link):

                def look() -> bool:
                    belt = belts.take()
                    if belt is None:
                        return False
                    heard.append(None if belt.speed_mps is None else round(belt.speed_mps * KMH_PER_MPS, 3))
                    if keys:
                        commands.send(Command(keys.pop()))  # type: ignore[arg-type]
                    return not keys and heard[-1] not in (None, settings.belt.speed_kmh)

                eventually(look, "the belt's speed is heard")
        return heard

    def test_keys_are_obeyed_and_told(self, tmp_path: Path) -> None:
        settings = Settings(belt=BeltSettings(source="typed", speed_kmh=9.0))
        assert self.speeds(tmp_path, settings, None, ["faster"])[-1] == 9.0 + STEP_KMH

    def test_the_treadmill_is_heard_and_noise_is_not(self, tmp_path: Path) -> None:
        settings = Settings(belt=BeltSettings(source="ftms"))
        link = FakeLink([b"\x00", bytes.fromhex("0000FFFF"), bytes.fromhex("0800E8030F000900")])
        assert self.speeds(tmp_path, settings, link, [])[-1] == 10.0

    def test_without_a_belt_nothing_runs(self, tmp_path: Path) -> None:
        with Wire(tmp_path, CAPTURE) as wire:
            health = HealthReporter(wire)
            with beside(Settings(), wire, None, health):
                assert "belt" not in health.facts
