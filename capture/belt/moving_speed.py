"""The speed of a device that sometimes sends 0 although it moves, or a single wrong value. Pure: time is an argument."""

from wire.clock import s_to_ns

ZERO_S = 0.9
"""A zero counts when it has been repeated for this long: single ones appear between good values (FitOSC issue 15). Devices send
about once a second."""
LEAP_KMH = 3.0
"""No belt with somebody on it changes more from one notification to the next: such a speed counts when another one confirms it.
Otherwise a single wrong value would cost the runner's baseline."""
LEAP_S = 2.0
"""After a longer gap, any speed counts."""
MOVED_M = 2.0
"""Distance that must have grown while the speed was 0: a belt that stops may add a metre by rounding."""
STILL_S = 5.0
"""After the distance has not changed for this long, a speed of 0 is accepted."""


class MovingSpeed:
    """Follows the speed and the distance of one device.

    A single zero or leap is left out. A speed that stays 0 while the distance grows is unknown (qdomyos-zwift issue 4818).
    """

    def __init__(self) -> None:
        self.speed_kmh: float | None = None
        """None: unknown."""
        self._speed_ns = 0
        """When the last speed other than 0 came."""
        self._leap_kmh: float | None = None
        """That speed, if it was left out as a leap."""
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
            self._handle_speed(speed_kmh, at_ns)
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

    def _handle_speed(self, speed_kmh: float, at_ns: int) -> None:
        before_kmh = self.speed_kmh if self._leap_kmh is None else self._leap_kmh
        confirmed = not before_kmh or abs(speed_kmh - before_kmh) <= LEAP_KMH or at_ns - self._speed_ns > s_to_ns(LEAP_S)
        returned = self.speed_kmh is not None and abs(speed_kmh - self.speed_kmh) <= LEAP_KMH
        if confirmed or returned:
            self.speed_kmh, self._leap_kmh = speed_kmh, None
        else:
            self._leap_kmh = speed_kmh
        self._speed_ns = at_ns

    def _handle_zero(self, at_ns: int) -> None:
        if self._zero_since_ns is None:
            self._zero_since_ns = at_ns
        if at_ns - self._moved_ns > s_to_ns(STILL_S):
            self._moved_m = 0.0
        if self._moved_m >= MOVED_M:
            self.speed_kmh = None
        elif at_ns - self._zero_since_ns >= s_to_ns(ZERO_S):
            self.speed_kmh = 0.0
