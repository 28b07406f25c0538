"""Watches the coach's settings file and publishes the settings: valid changes apply while the program runs."""

from concurrent.futures import Future
from pathlib import Path

from config.loading import Origin
from config.mistakes import ConfigError
from config.reload import applicable
from config.settings import Settings
from hipcue.supervisor.journal import log
from wire.background import Start, call_in_background, in_daemon_thread
from wire.clock import s_to_ns
from wire.messages import ConfigState
from wire.sockets import Wire
from wire.topics import CONFIG

MISSING_S = 2.0
"""Editors that save by renaming leave no file for a moment; only a file that stays away is an error."""

LONGEST_LOAD_S = 5.0
"""If reading a file takes longer, that is reported; waiting continues."""

Signature = tuple[int, int, int, int] | None


class SettingsWatch:
    """Publishes the current settings: at once, every half second, and on every change."""

    def __init__(self, origin: Origin, settings: Settings, wire: Wire, start: Start = in_daemon_thread) -> None:
        self.settings = settings
        self._origin = origin
        self._clock = wire.clock
        self._start = start
        self._publisher = wire.publisher(CONFIG)
        self._loaded = self._last = _signature(origin.file)
        self._loading: Future[Settings] | None = None
        self._loading_since_ns = 0
        self._missing_since_ns: int | None = None
        self._state = ConfigState(1, settings.model_dump_json())
        self._error = ""
        self._publisher.send(self._state)

    @property
    def error(self) -> str:
        """Why the present file was refused, in one sentence; "": it was not."""
        return self._error

    def check(self) -> bool:
        """Check whether the file has changed. Returns whether the settings have. Call at most ten times a second."""
        self._publisher.resend_if_due()
        if self._origin.file is None:
            return False
        if self._loading is not None:
            return self._check_loading(self._loading)
        now = _signature(self._origin.file)
        # A file that has changed since the last check may be incomplete: it is read at the next one.
        settled, self._last = now == self._last, now
        if not settled or now == self._loaded or not self._exists_or_stays_away(now):
            return False
        self._loaded = now
        # In a thread: a file on a network that hangs must not keep the supervisor from ending the program.
        self._loading, self._loading_since_ns = call_in_background(self._origin.load, self._start), self._clock()
        return self._check_loading(self._loading)

    def _exists_or_stays_away(self, signature: Signature) -> bool:
        if signature is not None:
            self._missing_since_ns = None
            return True
        if self._missing_since_ns is None:
            self._missing_since_ns = self._clock()
        return self._clock() - self._missing_since_ns >= s_to_ns(MISSING_S)

    def _check_loading(self, loading: "Future[Settings]") -> bool:
        if not loading.done():
            if self._clock() - self._loading_since_ns > s_to_ns(LONGEST_LOAD_S):
                self._error = f"{self._origin.file}: reading it takes longer than {LONGEST_LOAD_S:g} s"
            return False
        self._loading = None
        try:
            wanted = loading.result()
        except ConfigError as error:
            log.warning("Settings refused: %s", error.place)
            self._error = str(error)
            self._publish(self.settings, ())
            return False
        settings, waiting = applicable(self.settings, wanted)
        changed = settings != self.settings
        log.info("Settings reloaded%s", f" ({', '.join(waiting)}: applies at the next start)" if waiting else "")
        self._error = ""
        self._publish(settings, waiting)
        return changed

    def _publish(self, settings: Settings, waiting: tuple[str, ...]) -> None:
        changed = settings != self.settings
        self.settings = settings
        self._state = ConfigState(self._state.version + changed, settings.model_dump_json(), waiting)
        self._publisher.send(self._state)


def _signature(file: Path | None) -> Signature:
    """Changes when the file is written, replaced or removed; None: there is no file."""
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev)
