"""What is known of the belt's speed and incline: typed, or received over Bluetooth. Pure: time is an argument."""

from capture.belt.moving_speed import MovingSpeed
from capture.belt.reading import BeltReading
from config.sections.capture import FASTEST_TYPED_KMH, KMH_PER_MPS, LOWEST_TYPED_PCT, STEEPEST_TYPED_PCT, BeltSettings
from wire.clock import s_to_ns
from wire.messages import Belt, Command

STEP_KMH = 0.5
FIRST_KMH = 8.0
"""The first key press sets this speed if it is unknown: an easy run for most people."""
STALE_S = 5.0
"""Treadmills send their speed about once a second; after this long without an update it is unknown."""


class BeltState:
    """Speed and incline of a belt whose source is "typed" or "ftms"."""

    def __init__(self, settings: BeltSettings) -> None:
        self._is_typed = settings.source == "typed"
        self._typed_kmh = settings.speed_kmh or None if self._is_typed else None
        self._incline_pct = settings.incline_pct if self._is_typed else None
        self._has_changed = False
        """Whether a key has changed the configured speed."""
        self._treadmill = _Received()
        self._foot_pod = _Received()
        self._cadence_spm: float | None = None

    def handle_command(self, command: Command) -> None:
        """Change a typed speed by one step, or set what the treadmill shows; ignore all other commands."""
        if not self._is_typed or command.name not in ("faster", "slower", "belt"):
            return
        self._has_changed = True
        if command.name == "belt":
            self._set(command)
            return
        if self._typed_kmh is None:
            self._typed_kmh = FIRST_KMH
            return
        step_kmh = STEP_KMH if command.name == "faster" else -STEP_KMH
        self._typed_kmh = min(FASTEST_TYPED_KMH, max(STEP_KMH, self._typed_kmh + step_kmh))

    def _set(self, command: Command) -> None:
        """Set the speed and incline that the console gave; NaN: not given."""
        if command.speed_mps is not None and command.speed_mps >= 0:
            self._typed_kmh = min(FASTEST_TYPED_KMH, max(STEP_KMH, command.speed_mps * KMH_PER_MPS))
        if command.incline_pct is not None and LOWEST_TYPED_PCT <= command.incline_pct <= STEEPEST_TYPED_PCT:
            self._incline_pct = command.incline_pct

    def update_treadmill(self, reading: BeltReading, at_ns: int) -> None:
        """Use what the treadmill has sent. Its speed precedes a foot pod's."""
        self._treadmill.update(reading, at_ns)
        if reading.has_incline:
            self._incline_pct = reading.incline_pct

    def update_foot_pod(self, reading: BeltReading, at_ns: int) -> None:
        """Use what a foot pod has sent, or a treadmill by the foot pods' service."""
        self._foot_pod.update(reading, at_ns)
        self._cadence_spm = reading.cadence_spm

    def at(self, now_ns: int) -> Belt:
        """The belt as a message."""
        if self._is_typed:
            return Belt(now_ns, _mps(self._typed_kmh), self._incline_pct, "typed" if self._has_changed else "config")
        received_kmh = self._treadmill.speed_kmh_at(now_ns)
        speed_kmh = self._foot_pod.speed_kmh_at(now_ns) if received_kmh is None else received_kmh
        incline_pct = self._incline_pct if self._treadmill.is_fresh_at(now_ns) else None
        return Belt(
            now_ns, _mps(speed_kmh), incline_pct, "ftms", self._cadence_spm if self._foot_pod.is_fresh_at(now_ns) else None
        )


class _Received:
    """The speed that one service sends."""

    def __init__(self) -> None:
        self._speed = MovingSpeed()
        self._updated_ns: int | None = None

    def update(self, reading: BeltReading, at_ns: int) -> None:
        self._speed.update(reading.speed_kmh, reading.distance_m, at_ns)
        if reading.speed_kmh is not None:
            self._updated_ns = at_ns

    def is_fresh_at(self, now_ns: int) -> bool:
        return self._updated_ns is not None and now_ns - self._updated_ns <= s_to_ns(STALE_S)

    def speed_kmh_at(self, now_ns: int) -> float | None:
        return self._speed.speed_kmh if self.is_fresh_at(now_ns) else None


def _mps(speed_kmh: float | None) -> float | None:
    return None if speed_kmh is None else speed_kmh / KMH_PER_MPS
