"""What reaches the measurement while it runs, besides frames: the belt's speed, changed settings, the runner's keys."""

from analysis.measurement import Measurement
from config.reload import from_json
from config.schema import Settings
from wire.clock import ms_to_ns
from wire.messages import Belt, Command, ConfigState
from wire.sockets import Wire
from wire.topics import BELT, COMMAND, CONFIG


class Orders:
    """Takes them between two frames."""

    def __init__(self, wire: Wire, settings: Settings, measurement: Measurement) -> None:
        self._belts = wire.newest(BELT, Belt)
        self._changes = wire.newest(CONFIG, ConfigState)
        self._commands = wire.every(COMMAND, Command)
        self._measurement = measurement
        self._settings = settings
        self._settings_json = ""

    @property
    def max_age_ns(self) -> int:
        """Older frames are not measured."""
        return ms_to_ns(self._settings.analysis.max_age_ms)

    def obey(self) -> None:
        """Take over what has come. Does not wait."""
        if (belt := self._belts.take()) is not None:
            self._measurement.belt(belt)
        state = self._changes.take()
        if state is not None and state.settings_json != self._settings_json:
            self._settings_json = state.settings_json
            self._settings = from_json(state.settings_json) or self._settings
            self._measurement.configure(self._settings)
        if any(command.name == "calibrate" for command in self._commands.take_all()):
            self._measurement.recalibrate()
