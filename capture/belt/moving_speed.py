"""The speed of a device that sometimes sends 0 although it moves. Pure: time is an argument."""

from wire.clock import s_to_ns

ZERO_S = 0.9
"""A zero counts when it has been repeated for this long: single ones appear between good values (FitOSC issue 15). Devices send
about once a second."""
MOVED_M = 2.0
"""Distance that must have grown while the speed was 0: a belt that stops may add a metre by rounding."""
STILL_S = 5.0
"""After the distance has not changed for this long, a speed of 0 is accepted."""


class MovingSpeed:
    """Follows the speed and the distance of one device.

    A single zero is left out. A speed that stays 0 while the distance grows is unknown (qdomyos-zwift issue 4818).
    """

    def __init__(self) -> None:
        self.speed_kmh: float | None = None
        """None: unknown."""
        self._distance_m: float | None = None
        self._zero_since_ns: int | None = None
        """When the first of the present zeros came."""
        self._moved_m = 0.0
        """Distance covered since then."""
        self._moved_ns = 0
        """When the distance last grew."""

    def update(self, speed_kmh: float | None, distance_m: float | None, at_ns: int) -> None:
        """Add a notification; None: not included. Speed and distance may come in different ones."""
        if speed_kmh:
            self.speed_kmh = speed_kmh
            self._zero_since_ns, self._moved_m = None, 0.0
        if distance_m is not None:
            # A distance that falls was reset.
            grown_m = 0.0 if self._distance_m is None else distance_m - self._distance_m
            self._distance_m = distance_m
            if grown_m > 0 and self._zero_since_ns is not None:
                self._moved_m += grown_m
                self._moved_ns = at_ns
        if speed_kmh == 0:
            self._handle_zero(at_ns)

    def _handle_zero(self, at_ns: int) -> None:
        if self._zero_since_ns is None:
            self._zero_since_ns = at_ns
        if at_ns - self._moved_ns > s_to_ns(STILL_S):
            self._moved_m = 0.0
        if self._moved_m >= MOVED_M:
            self.speed_kmh = None
        elif at_ns - self._zero_since_ns >= s_to_ns(ZERO_S):
            self.speed_kmh = 0.0
