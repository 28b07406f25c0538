"""The belt's speed as it is known: typed by somebody, or told by the treadmill. Pure: time is an argument."""

from config.schema import Settings
from config.training import KMH_PER_MPS
from wire.clock import s_to_ns
from wire.messages import Belt, Command

STEP_KMH = 0.5
FIRST_KMH = 8.0
"""What the first press of a key means where the speed was not known: an easy run, near to most."""
FASTEST_KMH = 40.0
STALE_S = 5.0
"""Treadmills tell their speed about once a second; a speed that is not confirmed for so long is not known any more."""


class BeltState:
    """Follows keys and the treadmill's own words."""

    def __init__(self, settings: Settings) -> None:
        self.source = settings.belt.source
        self._speed_kmh = settings.belt.speed_kmh or None if self.source == "typed" else None
        self._incline_pct = settings.belt.incline_pct if self.source == "typed" else None
        self._typed = False
        self._told_ns = 0

    def command(self, command: Command) -> None:
        """Obey the keys for the belt, where it is typed."""
        if self.source != "typed" or command.name not in ("faster", "slower"):
            return
        self._typed = True
        if self._speed_kmh is None:
            self._speed_kmh = FIRST_KMH
            return
        step_kmh = STEP_KMH if command.name == "faster" else -STEP_KMH
        self._speed_kmh = min(FASTEST_KMH, max(STEP_KMH, self._speed_kmh + step_kmh))

    def told(self, speed_kmh: float | None, incline_pct: float | None, at_ns: int) -> None:
        """The treadmill has told its speed, its incline, or both."""
        if speed_kmh is not None:
            self._speed_kmh, self._told_ns = speed_kmh, at_ns
        if incline_pct is not None:
            self._incline_pct = incline_pct

    def at(self, now_ns: int) -> Belt | None:
        """What is known now; None: nobody has been asked."""
        if self.source == "none":
            return None
        if self.source == "ftms":
            stale = now_ns - self._told_ns > s_to_ns(STALE_S)
            return Belt(now_ns, None if stale else _mps(self._speed_kmh), None if stale else self._incline_pct, "ftms")
        return Belt(now_ns, _mps(self._speed_kmh), self._incline_pct, "typed" if self._typed else "config")


def _mps(speed_kmh: float | None) -> float | None:
    return None if speed_kmh is None else speed_kmh / KMH_PER_MPS
