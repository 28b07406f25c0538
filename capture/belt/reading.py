"""The content of one Bluetooth notification of a treadmill or a foot pod, and the errors of its decoders. Pure."""

import struct
from dataclasses import dataclass

FASTEST_KMH = 60.0
"""No treadmill is faster (the fastest, built for athletes, reach about 45): a higher value is noise."""


@dataclass(frozen=True)
class BeltReading:
    """The content of one notification; None: not included, or marked as not available."""

    speed_kmh: float | None = None
    incline_pct: float | None = None
    has_incline: bool = False
    """Whether an inclination was included: True and None where it is not available or impossible."""
    distance_m: float | None = None
    """Since the start, as the device counts it."""
    cadence_spm: float | None = None
    """Steps of both feet per minute."""


class PacketError(Exception):
    """The bytes are not such data. `reason` is a short name for counting."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def unpack_at(layout: str, packet: bytes, at: int) -> int:
    """One number of this struct layout at this offset. Raises PacketError."""
    try:
        (value,) = struct.unpack_from(layout, packet, at)
    except struct.error:
        raise PacketError("too short") from None
    return int(value)
