"""Decodes a foot pod's notification of running speed and cadence; some treadmills send it too. Pure.

Bluetooth SIG, Running Speed and Cadence Service 1.0, section 3.1 "RSC Measurement" (characteristic 0x2A53), all little endian:
flags (1 byte), instantaneous speed (unsigned 16 bit, 1/256 m/s), instantaneous cadence (unsigned 8 bit, per minute), then the
fields whose flags are set: stride length (bit 0, 2 bytes), skipped, and total distance (bit 1), unsigned 32 bit, 0.1 m.

Some devices count the steps of both feet, others those of one. No runner takes fewer than 120 steps a minute, and nobody walks
with fewer than 60, so lower values are those of one foot (the limits of qdomyos-zwift, pull request 4318).
"""

from capture.belt.reading import FASTEST_KMH, BeltReading, PacketError, unpack_at
from config.sections.capture import KMH_PER_MPS

SERVICE_UUID = "00001814-0000-1000-8000-00805f9b34fb"
RSC_MEASUREMENT_UUID = "00002a53-0000-1000-8000-00805f9b34fb"

_STRIDE_LENGTH, _TOTAL_DISTANCE = 1, 2
_RUNNING_KMH = 6.0
_FEWEST_RUNNING_SPM = 120
_FEWEST_WALKING_SPM = 60


def parse_rsc_measurement(packet: bytes) -> BeltReading:
    """Decode a notification. Raises PacketError."""
    flags = unpack_at("<B", packet, 0)
    speed_kmh = unpack_at("<H", packet, 1) / 256 * KMH_PER_MPS
    if speed_kmh > FASTEST_KMH:
        raise PacketError("impossible speed")
    counted = unpack_at("<B", packet, 3)
    at = 6 if flags & _STRIDE_LENGTH else 4
    distance_m = unpack_at("<I", packet, at) / 10 if flags & _TOTAL_DISTANCE and len(packet) >= at + 4 else None
    return BeltReading(speed_kmh, distance_m=distance_m, cadence_spm=_both_feet(counted, speed_kmh))


def _both_feet(counted: int, speed_kmh: float) -> float | None:
    if not counted:
        return None
    fewest = _FEWEST_RUNNING_SPM if speed_kmh > _RUNNING_KMH else _FEWEST_WALKING_SPM
    return float(2 * counted if counted < fewest else counted)
