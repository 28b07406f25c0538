"""A treadmill's notification of its speed and incline, decoded. Pure.

Bluetooth SIG, Fitness Machine Service 1.0, section 4.9 "Treadmill Data" (characteristic 0x2ACD), all little endian:
flags (2 bytes), then the fields whose flags are set, in the order of the flags. Read here are
- instantaneous speed, unsigned 16 bit, 0.01 km/h: there where bit 0 ("more data") is NOT set;
- average speed (bit 1, 2 bytes) and total distance (bit 2, 3 bytes), passed over;
- inclination (bit 3), signed 16 bit, 0.1 %; 0x7FFF: not available; behind it the ramp angle.
What follows is of no account.
"""

import struct
from dataclasses import dataclass

SERVICE_UUID = "00001826-0000-1000-8000-00805f9b34fb"
TREADMILL_DATA_UUID = "00002acd-0000-1000-8000-00805f9b34fb"

_MORE_DATA, _AVERAGE_SPEED, _TOTAL_DISTANCE, _INCLINATION = 1, 2, 4, 8
_NOT_AVAILABLE = 0x7FFF
FASTEST_KMH = 60.0
"""No treadmill is faster (the fastest built for athletes reach about 45): such a value is noise."""
STEEPEST_PCT = 100.0


@dataclass(frozen=True)
class TreadmillData:
    """What one notification says; None: it says nothing of it."""

    speed_kmh: float | None
    incline_pct: float | None


class FtmsError(Exception):
    """These bytes are no treadmill data; `reason` is a short name for counting."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(packet: bytes) -> TreadmillData:
    """Decode a notification. Raises FtmsError."""
    (flags,) = _take("<H", packet, 0)
    at = 2
    speed_kmh = incline_pct = None
    if not flags & _MORE_DATA:
        speed_kmh = _take("<H", packet, at)[0] / 100
        at += 2
    at += 2 if flags & _AVERAGE_SPEED else 0
    at += 3 if flags & _TOTAL_DISTANCE else 0
    if flags & _INCLINATION:
        (tenths,) = _take("<h", packet, at)
        incline_pct = None if tenths == _NOT_AVAILABLE else tenths / 10
    if speed_kmh is not None and speed_kmh > FASTEST_KMH:
        raise FtmsError("impossible speed")
    if incline_pct is not None and abs(incline_pct) > STEEPEST_PCT:
        raise FtmsError("impossible incline")
    return TreadmillData(speed_kmh, incline_pct)


def _take(layout: str, packet: bytes, at: int) -> tuple[int]:
    try:
        (value,) = struct.unpack_from(layout, packet, at)
    except struct.error:
        raise FtmsError("too short") from None
    return (int(value),)
