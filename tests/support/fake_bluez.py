"""BlueZ on a D-Bus of the tests' own: one adapter, and treadmills and foot pods that advertise, connect and notify.

It implements what a client that scans, connects and subscribes needs of the interfaces org.bluez.Adapter1, Device1,
GattService1 and GattCharacteristic1 (BlueZ, doc/*.rst), so the product's Bluetooth library runs as with a real adapter.
"""

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from tests.support.eventually import DEADLINE_S

_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_ADAPTER_PATH = "/org/bluez/hci0"
_ADAPTER, _DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
_SERVICE, _CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"

_ADVERTISING_S = 0.05

Properties = dict[str, Variant]


def missing() -> str:
    """Why there can be no D-Bus here; "" when there can."""
    return "" if shutil.which("dbus-daemon") else "dbus-daemon is missing (package dbus)"


@dataclass(frozen=True)
class Peripheral:
    """A device in range."""

    address: str
    name: str
    advertises: tuple[str, ...]
    """UUIDs of services."""
    characteristics: dict[str, str]
    """UUIDs of the characteristics that notify, each with its service's."""

    @property
    def path(self) -> str:
        """Its D-Bus object."""
        return f"{_ADAPTER_PATH}/dev_{self.address.replace(':', '_')}"


class FakeBluez:
    """Runs in a thread of its own; `calls` are the methods called, as in "Connect"."""

    def __init__(self, address: str) -> None:
        self.calls: list[str] = []
        self._bus_address = address
        self._objects: dict[str, dict[str, Properties]] = {}
        self._peripherals: dict[str, Peripheral] = {}
        self._bus: MessageBus | None = None
        self._discovering = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._start)

    def add(self, peripheral: Peripheral) -> None:
        """A device comes into range."""
        self._peripherals[peripheral.path] = peripheral

    def is_subscribed(self, peripheral: Peripheral, characteristic: str) -> bool:
        """Whether somebody receives its notifications."""
        interfaces = self._objects.get(_characteristic_path(peripheral, characteristic), {})
        return bool(_CHARACTERISTIC in interfaces and interfaces[_CHARACTERISTIC]["Notifying"].value)

    def notify(self, peripheral: Peripheral, characteristic: str, packet: bytes) -> None:
        """Send a notification if somebody is connected."""
        path = _characteristic_path(peripheral, characteristic)

        async def send() -> None:
            if path in self._objects:
                await self._change(path, _CHARACTERISTIC, {"Value": Variant("ay", packet)})

        self._do(send)

    def disconnect(self, peripheral: Peripheral) -> None:
        """The connection is lost, as when a treadmill is switched off and on."""
        self._do(lambda: self._disconnect(peripheral.path))

    def set_powered(self, powered: bool) -> None:
        """Switch the adapter on or off."""
        self._do(lambda: self._change(_ADAPTER_PATH, _ADAPTER, {"Powered": Variant("b", powered)}))

    def restart(self) -> None:
        """The service dies without a word to its clients, and starts again without its connections."""
        self._do(self._stop)
        self._do(self._start)

    def close(self) -> None:
        """Leave the bus, and end the thread."""
        self._do(self._stop)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, action: Callable[[], Awaitable[None]]) -> None:
        async def act() -> None:
            await action()

        asyncio.run_coroutine_threadsafe(act(), self._loop).result(DEADLINE_S)

    async def _start(self) -> None:
        roles = Variant("as", ["central"])
        self._objects = {_ADAPTER_PATH: {_ADAPTER: {"Roles": roles, "Powered": Variant("b", True)}}}
        self._bus = await MessageBus(bus_address=self._bus_address).connect()
        self._bus.add_message_handler(self._handle)
        await self._bus.request_name("org.bluez")

    async def _stop(self) -> None:
        self._discovering = False
        for task in self._tasks:
            task.cancel()
        assert self._bus is not None
        self._bus.disconnect()

    def _handle(self, call: Message) -> Message | bool:
        if call.message_type is not MessageType.METHOD_CALL:
            return False
        if call.member == "GetManagedObjects":
            return Message.new_method_return(call, "a{oa{sa{sv}}}", [self._objects])
        if call.path not in self._objects:
            return Message.new_error(call, "org.freedesktop.DBus.Error.UnknownObject", "no such object")
        self.calls.append(str(call.member))
        self._keep(self._act_and_reply(call))
        return True

    async def _act_and_reply(self, call: Message) -> None:
        """A reply comes after the changes that the call has made."""
        assert call.path is not None
        if call.member == "StartDiscovery":
            self._discovering = True
            self._keep(self._advertise())
        elif call.member == "StopDiscovery":
            self._discovering = False
        elif call.member == "Connect":
            await self._connect(call.path)
        elif call.member == "Disconnect":
            await self._disconnect(call.path)
        elif call.member == "StartNotify":
            await self._change(call.path, _CHARACTERISTIC, {"Notifying": Variant("b", True)})
        assert self._bus is not None
        await self._bus.send(Message.new_method_return(call))

    def _keep(self, coroutine: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _advertise(self) -> None:
        while self._discovering:
            for path, peripheral in self._peripherals.items():
                device = self._objects.get(path, {}).get(_DEVICE)
                if device is None:
                    await self._publish(path, _DEVICE, _advertised(peripheral))
                elif not device["Connected"].value:  # what is connected does not advertise
                    await self._change(path, _DEVICE, {"RSSI": Variant("n", -60)})
            await asyncio.sleep(_ADVERTISING_S)

    async def _connect(self, path: str) -> None:
        peripheral = self._peripherals[path]
        await self._change(path, _DEVICE, {"Connected": Variant("b", True)})
        for characteristic, service in peripheral.characteristics.items():
            characteristic_path = _characteristic_path(peripheral, characteristic)
            service_path = characteristic_path.rpartition("/")[0]
            await self._publish(service_path, _SERVICE, {"UUID": Variant("s", service), "Device": Variant("o", path)})
            await self._publish(
                characteristic_path,
                _CHARACTERISTIC,
                {
                    "UUID": Variant("s", characteristic),
                    "Service": Variant("o", service_path),
                    "Flags": Variant("as", ["notify"]),
                    "Notifying": Variant("b", False),
                },
            )
        await self._change(path, _DEVICE, {"ServicesResolved": Variant("b", True)})

    async def _disconnect(self, path: str) -> None:
        for name in [name for name in self._objects if name.startswith(f"{path}/")]:
            for interface in self._objects.pop(name):
                await self._signal("/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", "oas", [name, [interface]])
        await self._change(path, _DEVICE, {"Connected": Variant("b", False), "ServicesResolved": Variant("b", False)})

    async def _publish(self, path: str, interface: str, properties: Properties) -> None:
        self._objects.setdefault(path, {})[interface] = properties
        added = [path, {interface: properties}]
        await self._signal("/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}", added)

    async def _change(self, path: str, interface: str, changed: Properties) -> None:
        self._objects[path][interface].update(changed)
        body = [interface, changed, []]
        await self._signal(path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", body)

    async def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        assert self._bus is not None
        await self._bus.send(Message.new_signal(path, interface, member, signature, body))


@contextmanager
def fake_bluez(folder: Path) -> Iterator[FakeBluez]:
    """A running service. `bus_address(folder)` is where its bus listens."""
    configuration = folder / "bus.conf"
    configuration.write_text(_CONFIGURATION.format(socket=folder / "bus"))
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert daemon.stdout is not None
        daemon.stdout.readline()
        bluez = FakeBluez(bus_address(folder))
        try:
            yield bluez
        finally:
            bluez.close()
    finally:
        daemon.terminate()
        daemon.wait()
        if daemon.stdout is not None:
            daemon.stdout.close()


def bus_address(folder: Path) -> str:
    """The value of DBUS_SYSTEM_BUS_ADDRESS."""
    return f"unix:path={folder / 'bus'}"


def _characteristic_path(peripheral: Peripheral, characteristic: str) -> str:
    number = list(peripheral.characteristics).index(characteristic)
    return f"{peripheral.path}/service{16 * (number + 1):04x}/char{16 * (number + 1) + 1:04x}"


def _advertised(peripheral: Peripheral) -> Properties:
    return {
        "Address": Variant("s", peripheral.address),
        "Name": Variant("s", peripheral.name),
        "Alias": Variant("s", peripheral.name),
        "Adapter": Variant("o", _ADAPTER_PATH),
        "UUIDs": Variant("as", list(peripheral.advertises)),
        "Connected": Variant("b", False),
        "Paired": Variant("b", False),
        "ServicesResolved": Variant("b", False),
    }
