"""A console of many lanes that are scripts: their messages are handed over in this process, as if they had been received."""

from collections import Counter
from collections.abc import Sequence

from config.paths import NO_STORE
from config.sections.console import ConsoleSettings
from console.access.devices import Devices, console_folder
from console.lane.lane import Lane
from console.library.library import Library
from console.web.app import Parts, console_app
from console.web.server import Server
from wire.clock import Clock
from wire.messages import Health, Phase, Sample, Stride


class ConsoleGym:
    """Serves the pages of these lanes until it is closed."""

    def __init__(self, names: Sequence[str], clock: Clock) -> None:
        self.devices = Devices(console_folder())
        self._lanes = {name: Lane(name, f"http://{name}.local:7680") for name in names}
        self._clock = clock
        settings = ConsoleSettings().model_copy(update={"port": 0})
        parts = Parts(
            settings, tuple(self._lanes.values()), self.devices, Library(NO_STORE), None, Counter(), clock, lambda _: None
        )
        self._server = Server(console_app(parts), settings)
        self.port = self._server.port

    def receive(self, name: str, message: Phase | Sample | Stride | Health) -> None:
        """Have a lane receive this."""
        now_ns = self._clock()
        lane = self._lanes[name]
        if isinstance(message, Phase):
            lane.read(lambda state: state.handle_phase(message, now_ns))
        elif isinstance(message, Sample):
            lane.read(lambda state: state.handle_sample(message, now_ns))
        elif isinstance(message, Stride):
            lane.read(lambda state: state.handle_stride(message, now_ns))
        else:
            lane.read(lambda state: state.handle_health(message, now_ns))

    def close(self) -> None:
        """Stop serving."""
        self._server.close()
