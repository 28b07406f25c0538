"""A treadmill heard over Bluetooth, read only: found, lost, looked for again less and less often."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from capture.belt_ftms import SERVICE_UUID, TREADMILL_DATA_UUID
from config.extras import how_to_install

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
SCAN_S = 10.0
NOT_INSTALLED = f"Belt speed over Bluetooth needs one more package: {how_to_install('ftms')}; until then the speed is not known"
NO_ADAPTER = 'No Bluetooth adapter answers: switch Bluetooth on, or set belt.source to "typed"'


class NoBluetoothError(Exception):
    """There is nothing to listen with; the text says how to mend it. Looking again now and then does no harm."""


class TreadmillLostError(Exception):
    """No treadmill was found, or it has gone; it may come back."""


class Link(Protocol):
    """A way to hear one treadmill."""

    async def listen(self, heard: Callable[[bytes], None]) -> None:
        """Pass every notification to `heard` until the treadmill is lost. Raises NoBluetoothError, TreadmillLostError."""
        ...


async def follow(
    link: Link,
    heard: Callable[[bytes], None],
    say: Callable[[str], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Listen for ever; `say` gets a sentence about how it stands. Ends where nothing can be listened with."""
    delay_s = FIRST_RETRY_S

    def hear(packet: bytes) -> None:
        nonlocal delay_s
        delay_s = FIRST_RETRY_S
        heard(packet)

    while True:
        try:
            await link.listen(hear)
            say("The treadmill's Bluetooth was lost: looking for it again")
        except NoBluetoothError as error:
            say(str(error))
            if str(error) == NOT_INSTALLED:
                return
        except TreadmillLostError as error:
            say(str(error))
        except Exception as error:  # whatever a system's Bluetooth comes up with: the speed is asked for again, not given up
            say(f"The treadmill's Bluetooth fails ({str(error) or type(error).__name__}): looking for it again")
        await sleep(delay_s)
        delay_s = min(LONGEST_RETRY_S, 2 * delay_s)


class BleakLink:
    """A treadmill by part of its name ("": the first that offers the Fitness Machine Service), through the bleak package."""

    def __init__(self, device: str) -> None:
        self._device = device

    async def listen(self, heard: Callable[[bytes], None]) -> None:
        """See `Link`. Nothing is ever written to the treadmill but the wish to be notified."""
        try:
            # Only who wants it pays for it.
            from bleak import BleakClient, BleakScanner  # noqa: PLC0415
            from bleak.exc import BleakBluetoothNotAvailableError, BleakError  # noqa: PLC0415
        except ImportError:
            raise NoBluetoothError(NOT_INSTALLED) from None
        wanted = self._device.lower()
        try:
            found = await BleakScanner.find_device_by_filter(
                lambda device, shown: SERVICE_UUID in shown.service_uuids and wanted in (device.name or "").lower(),
                timeout=SCAN_S,
            )
            if found is None:
                named = f'A treadmill named "{self._device}"' if self._device else "A treadmill"
                raise TreadmillLostError(f"{named} was not found over Bluetooth: wake it, and end other apps that use it")
            lost = asyncio.Event()
            async with BleakClient(found, disconnected_callback=lambda _client: lost.set()) as client:
                await client.start_notify(TREADMILL_DATA_UUID, lambda _sender, packet: heard(bytes(packet)))
                await lost.wait()
        except BleakBluetoothNotAvailableError:
            raise NoBluetoothError(NO_ADAPTER) from None
        except (BleakError, OSError, EOFError, TimeoutError, asyncio.TimeoutError) as error:
            if isinstance(error, FileNotFoundError | ConnectionRefusedError):  # no D-Bus, hence no Bluetooth service
                raise NoBluetoothError(NO_ADAPTER) from None
            raise TreadmillLostError(f"The treadmill's Bluetooth fails ({error}): looking for it again") from None
