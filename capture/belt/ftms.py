"""Decodes a treadmill's notification of its speed and incline. Pure.

Bluetooth SIG, Fitness Machine Service 1.0, section 4.9 "Treadmill Data" (characteristic 0x2ACD), all little endian:
flags (2 bytes), then the fields whose flags are set, in the order of the flags. Decoded are
- instantaneous speed, unsigned 16 bit, 0.01 km/h: present where bit 0 ("more data") is NOT set;
- average speed (bit 1, 2 bytes), skipped;
- total distance (bit 2), unsigned 24 bit, metres;
- inclination (bit 3), signed 16 bit, 0.1 %; 0x7FFF: not available; the ramp angle follows it.
The remaining fields, and bytes after the last one, are ignored. A machine may spread its fields over several notifications, of
which one has the speed. A notification longer than the connection's packets is cut off at its end, so a field that is
announced but cut off counts as not included.
"""

from capture.belt.reading import FASTEST_KMH, BeltReading, PacketError, unpack_at

SERVICE_UUID = "00001826-0000-1000-8000-00805f9b34fb"
TREADMILL_DATA_UUID = "00002acd-0000-1000-8000-00805f9b34fb"

_MORE_DATA, _AVERAGE_SPEED, _TOTAL_DISTANCE, _INCLINATION = 1, 2, 4, 8
_NOT_AVAILABLE = 0x7FFF
STEEPEST_PCT = 40.0
"""The steepest treadmills, built for walking, reach 40 %: a higher value is a stuck sensor."""


def parse_treadmill_data(packet: bytes) -> BeltReading:
    """Decode a notification. Raises PacketError."""
    flags = unpack_at("<H", packet, 0)
    at = 2
    speed_kmh = distance_m = incline_pct = None
    if not flags & _MORE_DATA:
        speed_kmh = unpack_at("<H", packet, at) / 100
        at += 2
    if speed_kmh is not None and speed_kmh > FASTEST_KMH:
        raise PacketError("impossible speed")
    at += 2 if flags & _AVERAGE_SPEED else 0
    if flags & _TOTAL_DISTANCE:
        if len(packet) >= at + 3:
            distance_m = float(int.from_bytes(packet[at : at + 3], "little"))
        at += 3
    has_incline = bool(flags & _INCLINATION) and len(packet) >= at + 2
    if has_incline:
        tenths = unpack_at("<h", packet, at)
        if tenths != _NOT_AVAILABLE and abs(tenths) <= 10 * STEEPEST_PCT:
            incline_pct = tenths / 10
    return BeltReading(speed_kmh, incline_pct, has_incline, distance_m)
