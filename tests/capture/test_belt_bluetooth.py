"""Treadmills and foot pods over Bluetooth, from BlueZ's D-Bus to the published speed, with the real Bluetooth library."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from capture.belt.belt_publisher import BeltPublisher
from capture.belt.bluetooth import BleakLink, LinkFault, LinkThread, Notification
from capture.belt.ftms import SERVICE_UUID as FITNESS_MACHINE_UUID
from capture.belt.ftms import TREADMILL_DATA_UUID
from capture.belt.rsc import RSC_MEASUREMENT_UUID
from capture.belt.rsc import SERVICE_UUID as RSC_UUID
from config.sections.capture import KMH_PER_MPS, BeltSettings
from tests.support.eventually import eventually
from tests.support.fake_bluez import FakeBluez, Peripheral, bus_address, fake_bluez, missing
from wire.faults import FaultCode
from wire.lifecycle import StopFlag
from wire.messages import Belt
from wire.node import Node
from wire.sockets import Wire
from wire.topics import BELT, CAPTURE, COACH

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

SCAN_S = 0.5
_BATTERY, _BATTERY_LEVEL = (f"0000{number}-0000-1000-8000-00805f9b34fb" for number in ("180f", "2a19"))
TREADMILL = Peripheral("A0:00:00:00:00:01", "Run Excite", (FITNESS_MACHINE_UUID,), {TREADMILL_DATA_UUID: FITNESS_MACHINE_UUID})
SILENT_TREADMILL = Peripheral("A0:00:00:00:00:02", "T-5.0", (), {TREADMILL_DATA_UUID: FITNESS_MACHINE_UUID})
"""Advertises no service."""
FOOT_POD = Peripheral("A0:00:00:00:00:03", "Stride Pod", (RSC_UUID,), {RSC_MEASUREMENT_UUID: RSC_UUID})
BOTH = Peripheral(
    "A0:00:00:00:00:04",
    "MyRun",
    (FITNESS_MACHINE_UUID,),
    {TREADMILL_DATA_UUID: FITNESS_MACHINE_UUID, RSC_MEASUREMENT_UUID: RSC_UUID},
)
HEADPHONES = Peripheral("A0:00:00:00:00:05", "Running Headphones", (_BATTERY,), {_BATTERY_LEVEL: _BATTERY})
TEN_KMH = bytes.fromhex("0000E803")
ELEVEN_KMH_90_STRIDES = bytes.fromhex("00 0E03 5A")  # 782/256 m/s


@pytest.fixture(name="bluez")
def _bluez(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBluez]:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address(tmp_path))
    with fake_bluez(tmp_path) as bluez:
        for peripheral in (HEADPHONES, TREADMILL, SILENT_TREADMILL, FOOT_POD, BOTH):
            bluez.add(peripheral)
        yield bluez


class Followed:
    """A link in its thread, and what it has given."""

    def __init__(self, device: str, silent_s: float = 20.0) -> None:
        self.link = LinkThread(BleakLink(device, SCAN_S, silent_s))
        self.events: list[Notification | LinkFault] = []

    def gives(self, event: Notification | LinkFault) -> bool:
        self.events += self.link.take_all()
        return event in self.events

    def faults(self) -> list[LinkFault]:
        self.events += self.link.take_all()
        return [event for event in self.events if isinstance(event, LinkFault)]


@pytest.fixture(name="follow")
def _follow() -> Iterator[type[Followed]]:
    with ExitStack() as closing:

        class Closed(Followed):
            def __init__(self, device: str, silent_s: float = 20.0) -> None:
                super().__init__(device, silent_s)
                closing.callback(self.link.close)

        yield Closed


def receives(bluez: FakeBluez, followed: Followed, peripheral: Peripheral, characteristic: str, packet: bytes) -> None:
    """The device is connected, and what it sends arrives."""

    def arrives() -> bool:
        if bluez.is_subscribed(peripheral, characteristic):
            bluez.notify(peripheral, characteristic, packet)
        return followed.gives(Notification(characteristic, packet))

    eventually(arrives, "the notification arrives")


@pytest.mark.parametrize(
    ("device", "peripheral", "characteristic"),
    [
        ("", TREADMILL, TREADMILL_DATA_UUID),
        ("excite", TREADMILL, TREADMILL_DATA_UUID),
        ("t-5", SILENT_TREADMILL, TREADMILL_DATA_UUID),
        ("a0:00:00:00:00:02", SILENT_TREADMILL, TREADMILL_DATA_UUID),
        ("pod", FOOT_POD, RSC_MEASUREMENT_UUID),
    ],
)
def test_a_device_is_found_by_its_service_its_name_or_its_address(
    bluez: FakeBluez, follow: type[Followed], device: str, peripheral: Peripheral, characteristic: str
) -> None:
    receives(bluez, follow(device), peripheral, characteristic, TEN_KMH)
    assert not {call for call in bluez.calls if "Write" in call or "Pair" in call}, "read only"


def test_a_machine_with_both_services_sends_both(bluez: FakeBluez, follow: type[Followed]) -> None:
    followed = follow("myrun")
    receives(bluez, followed, BOTH, TREADMILL_DATA_UUID, TEN_KMH)
    receives(bluez, followed, BOTH, RSC_MEASUREMENT_UUID, ELEVEN_KMH_90_STRIDES)


def test_a_lost_connection_is_reported_and_made_again(bluez: FakeBluez, follow: type[Followed]) -> None:
    followed = follow("t-5")
    receives(bluez, followed, SILENT_TREADMILL, TREADMILL_DATA_UUID, TEN_KMH)
    bluez.disconnect(SILENT_TREADMILL)
    eventually(lambda: followed.gives(LinkFault(FaultCode.TREADMILL_LOST)), "the loss is reported")
    receives(bluez, followed, SILENT_TREADMILL, TREADMILL_DATA_UUID, bytes.fromhex("0000F401"))


def test_a_bluetooth_service_that_restarts_is_found_again(bluez: FakeBluez, follow: type[Followed]) -> None:
    followed = follow("", silent_s=0.5)
    receives(bluez, followed, TREADMILL, TREADMILL_DATA_UUID, TEN_KMH)
    bluez.restart()
    receives(bluez, followed, TREADMILL, TREADMILL_DATA_UUID, bytes.fromhex("0000F401"))
    assert FaultCode.TREADMILL_LOST in {fault.code for fault in followed.faults()}


@pytest.mark.parametrize(
    ("device", "fault"),
    [
        ("no such", LinkFault(FaultCode.TREADMILL_NOT_FOUND, 'A treadmill named "no such"')),
        ("headphones", LinkFault(FaultCode.TREADMILL_SENDS_NO_SPEED, "Running Headphones")),
    ],
)
def test_a_device_of_no_use_is_named(bluez: FakeBluez, follow: type[Followed], device: str, fault: LinkFault) -> None:
    followed = follow(device)
    eventually(lambda: followed.gives(fault), "the fault is reported")


def test_an_adapter_that_is_switched_off_is_reported(bluez: FakeBluez, follow: type[Followed]) -> None:
    bluez.set_powered(False)
    followed = follow("")
    eventually(lambda: followed.gives(LinkFault(FaultCode.BLUETOOTH_OFF)), "the fault is reported")


def test_the_speed_the_cadence_and_the_incline_reach_the_coach(bluez: FakeBluez, tmp_path: Path) -> None:
    with Wire(tmp_path, CAPTURE) as wire, Wire(tmp_path, COACH) as coach:
        belts = coach.newest(BELT, Belt)
        node = Node(wire, StopFlag())
        publisher = BeltPublisher(BeltSettings(source="ftms"), node, BleakLink("myrun", SCAN_S))
        received: list[Belt] = []

        def reads(speed_kmh: float, incline_pct: float | None, cadence_spm: float | None) -> bool:
            node.round(0)
            belt = belts.take()
            if belt is not None:
                received.append(belt)
            last = received[-1] if received else Belt(0, None, None, "ftms")
            is_speed = last.speed_mps is not None and abs(last.speed_mps * KMH_PER_MPS - speed_kmh) < 0.1
            return is_speed and (last.incline_pct, last.cadence_spm) == (incline_pct, cadence_spm)

        try:
            eventually(lambda: bluez.is_subscribed(BOTH, RSC_MEASUREMENT_UUID), "notifications are subscribed to")
            bluez.notify(BOTH, RSC_MEASUREMENT_UUID, ELEVEN_KMH_90_STRIDES)
            eventually(lambda: reads(11.0, None, 180.0), "the foot pod's speed and cadence")
            bluez.notify(BOTH, TREADMILL_DATA_UUID, bytes.fromhex("0800E8030F000900"))
            eventually(lambda: reads(10.0, 1.5, 180.0), "the treadmill's speed and incline before the foot pod's")
        finally:
            publisher.close()
