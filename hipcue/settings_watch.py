"""Watches the coach's settings file: what is saved in it applies while the program runs, what is wrong in it is said."""

from pathlib import Path

from config.errors import ConfigError
from config.loading import Origin
from config.reload import applicable
from config.schema import Settings
from hipcue.journal import log
from wire.clock import s_to_ns
from wire.messages import ConfigState
from wire.sockets import Wire
from wire.topics import CONFIG

MISSING_S = 2.0
"""Editors that save by renaming leave a moment without a file: only one that stays away is a mistake."""

Signature = tuple[int, int, int, int] | None


class SettingsWatch:
    """Publishes the settings that hold: at once, every half second, and at every change."""

    def __init__(self, origin: Origin, settings: Settings, wire: Wire) -> None:
        self.settings = settings
        self._origin = origin
        self._clock = wire.clock
        self._publisher = wire.publisher(CONFIG)
        self._loaded = self._last = _signature(origin.file)
        self._missing_since_ns: int | None = None
        self._state = ConfigState(1, settings.model_dump_json(), error="")
        self._publisher.send(self._state)

    @property
    def error(self) -> str:
        """Why the file as it is now was refused, one sentence; "": it was not."""
        return self._state.error

    def look(self) -> bool:
        """Look whether the file has changed, ten times a second at most; True when other settings hold from now on."""
        self._publisher.resend_if_due()
        if self._origin.file is None:
            return False
        now = _signature(self._origin.file)
        # A file is read when it has not changed since the last look: it may be half written.
        settled, self._last = now == self._last, now
        if not settled or now == self._loaded or not self._is_there_or_long_gone(now):
            return False
        self._loaded = now
        return self._load()

    def _is_there_or_long_gone(self, signature: Signature) -> bool:
        if signature is not None:
            self._missing_since_ns = None
            return True
        if self._missing_since_ns is None:
            self._missing_since_ns = self._clock()
        return self._clock() - self._missing_since_ns >= s_to_ns(MISSING_S)

    def _load(self) -> bool:
        try:
            wanted = self._origin.load()
        except ConfigError as error:
            log.warning("Settings refused: %s", error.place)
            self._publish(self.settings, error=str(error), notice="")
            return False
        settings, waiting = applicable(self.settings, wanted)
        notice = f"{', '.join(waiting)}: applies at the next start" if waiting else ""
        changed = settings != self.settings
        log.info("Settings loaded anew%s", f" ({notice})" if notice else "")
        self._publish(settings, error="", notice=notice)
        return changed

    def _publish(self, settings: Settings, error: str, notice: str) -> None:
        changed = settings != self.settings
        self.settings = settings
        self._state = ConfigState(self._state.version + changed, settings.model_dump_json(), error, notice)
        self._publisher.send(self._state)


def _signature(file: Path | None) -> Signature:
    """Changes when the file is written, replaced or removed; None: there is none."""
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev)
