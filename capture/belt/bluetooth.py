"""Receives the notifications of a treadmill or a foot pod over Bluetooth, read-only, and reconnects with growing delays."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Protocol

from capture.belt.ftms import SERVICE_UUID as FITNESS_MACHINE_UUID
from capture.belt.ftms import TREADMILL_DATA_UUID
from capture.belt.rsc import RSC_MEASUREMENT_UUID
from config.extras import how_to_install
from wire.faults import FaultCode
from wire.visible_text import one_line

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
SCAN_S = 10.0
SILENT_S = 20.0
"""A connection without a notification for this long is reopened: a restarted Bluetooth service does not report the end."""
_CLOSE_S = 1.0


@dataclass(frozen=True)
class LinkFault:
    """What is wrong with the connection to the treadmill."""

    code: FaultCode
    device: str = ""
    cause: str = ""


NOT_INSTALLED = LinkFault(FaultCode.BLUETOOTH_NOT_INSTALLED, cause=how_to_install("ftms"))
NO_ADAPTER = LinkFault(FaultCode.BLUETOOTH_OFF)


@dataclass(frozen=True)
class Notification:
    """What a characteristic has sent."""

    characteristic: str
    """Its UUID."""
    packet: bytes


class LinkError(Exception):
    """There is no connection now; a later attempt may succeed. `fault` is the reason."""

    def __init__(self, fault: LinkFault) -> None:
        super().__init__(fault.code.value)
        self.fault = fault


class Link(Protocol):
    """A connection to one treadmill or foot pod."""

    async def listen(self, received: Callable[[Notification], None]) -> None:
        """Pass every notification to `received` until the connection is lost. Raises LinkError."""
        ...


async def follow(
    link: Link,
    received: Callable[[Notification], None],
    report: Callable[[LinkFault], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Listen without end and pass every fault to `report`. Returns only where the Bluetooth package is not installed."""
    delay_s = FIRST_RETRY_S

    def handle(notification: Notification) -> None:
        nonlocal delay_s
        delay_s = FIRST_RETRY_S
        received(notification)

    while True:
        try:
            await link.listen(handle)
            report(LinkFault(FaultCode.TREADMILL_LOST))
        except LinkError as error:
            report(error.fault)
            if error.fault.code is FaultCode.BLUETOOTH_NOT_INSTALLED:
                return
        except Exception as error:  # the operating system's Bluetooth may raise anything: reconnect
            report(LinkFault(FaultCode.TREADMILL_LOST, cause=str(error) or type(error).__name__))
        await sleep(delay_s)
        delay_s = min(LONGEST_RETRY_S, 2 * delay_s)


class LinkThread:
    """Follows a link in a thread of its own, since bleak needs an event loop."""

    def __init__(self, link: Link) -> None:
        self._events: SimpleQueue[Notification | LinkFault] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(follow(link, self._events.put, self._events.put))
        self._thread = threading.Thread(target=self._run, name="treadmill", daemon=True)
        self._thread.start()

    def take_all(self) -> list[Notification | LinkFault]:
        """Notifications and faults since the last call, oldest first. Does not wait."""
        return [self._events.get_nowait() for _ in range(self._events.qsize())]

    def close(self) -> None:
        """Disconnect, and end the thread."""
        with suppress(RuntimeError):  # `follow` has returned, and the loop is closed
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._task)
            self._loop.run_until_complete(_end_other_tasks())
        finally:
            self._loop.close()


async def _end_other_tasks() -> None:
    """End the Bluetooth library's own tasks."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class BleakLink:
    """A treadmill or foot pod through the bleak package.

    `device` is its address or part of its name; such a device need not advertise a service. "": the first that advertises the
    Fitness Machine Service. A foot pod must be named, since it may be a neighbour's.
    """

    def __init__(self, device: str, scan_s: float = SCAN_S, silent_s: float = SILENT_S) -> None:
        self._device = device
        self._scan_s = scan_s
        self._silent_s = silent_s
        self._last_address = ""
        """Address of the last connected device, which is tried first."""

    async def listen(self, received: Callable[[Notification], None]) -> None:
        """See `Link`. Writes nothing to the device except the subscription to its notifications."""
        try:
            # An optional package, loaded only where it is used.
            from bleak import BleakClient
            from bleak.exc import BleakBluetoothNotAvailableError, BleakError
        except ImportError:
            raise LinkError(NOT_INSTALLED) from None
        events: asyncio.Queue[Notification | None] = asyncio.Queue()
        try:
            found = await self._find()
            async with BleakClient(found, disconnected_callback=lambda _client: events.put_nowait(None)) as client:
                self._last_address = found.address
                await self._subscribe(client, events.put_nowait)
                while (event := await self._next(events)) is not None:
                    received(event)
        except BleakBluetoothNotAvailableError:
            raise LinkError(NO_ADAPTER) from None
        except (BleakError, OSError, EOFError, TimeoutError, asyncio.TimeoutError) as error:
            if isinstance(error, FileNotFoundError | ConnectionRefusedError):  # no D-Bus, hence no Bluetooth service
                raise LinkError(NO_ADAPTER) from None
            raise LinkError(LinkFault(FaultCode.TREADMILL_LOST, cause=str(error))) from None

    async def _find(self) -> "BLEDevice":
        from bleak import BleakScanner

        wanted = self._device.lower()
        named: list[BLEDevice] = []

        def is_certain(device: "BLEDevice", shown: "AdvertisementData") -> bool:
            if device.address == self._last_address or device.address.lower() == wanted:
                return True
            if wanted not in (device.name or shown.local_name or "").lower():
                return False
            named.append(device)
            return FITNESS_MACHINE_UUID in shown.service_uuids

        found = await BleakScanner.find_device_by_filter(is_certain, timeout=self._scan_s)
        if found is None and wanted and named:
            found = named[0]
        if found is None:
            described = f'A treadmill named "{self._device}"' if self._device else "A treadmill"
            raise LinkError(LinkFault(FaultCode.TREADMILL_NOT_FOUND, described))
        return found

    async def _subscribe(self, client: "BleakClient", received: Callable[[Notification], None]) -> None:
        subscribed = False
        for uuid in (TREADMILL_DATA_UUID, RSC_MEASUREMENT_UUID):
            if client.services.get_characteristic(uuid) is not None:

                def handle(_sender: object, packet: bytearray, uuid: str = uuid) -> None:
                    received(Notification(uuid, bytes(packet)))

                await client.start_notify(uuid, handle)
                subscribed = True
        if not subscribed:
            raise LinkError(LinkFault(FaultCode.TREADMILL_SENDS_NO_SPEED, one_line(client.name or client.address)))

    async def _next(self, events: "asyncio.Queue[Notification | None]") -> Notification | None:
        try:
            return await asyncio.wait_for(events.get(), self._silent_s)
        except (TimeoutError, asyncio.TimeoutError):
            cause = f"nothing received for {self._silent_s:g} s"
            raise LinkError(LinkFault(FaultCode.TREADMILL_LOST, cause=cause)) from None
