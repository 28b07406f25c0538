"""Sets a lane's next runner, or open gym, in the lane's settings file: for its own coach and for a gym's."""

from collections import Counter
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from console.editing.settings_file import ConflictError, EditError, Opened, SettingsFile
from console.editing.toml_change import Change
from console.library.library import Library
from sessions.errors import SessionsError
from wire.background import call_in_background
from wire.messages import Command, SessionMode

LONGEST_NAME = 40
FROM_GYM = "the gym's console"


class NextRunner:
    """Assigns runners. May be used from any thread."""

    def __init__(self, file: SettingsFile, library: Library) -> None:
        self._file = file
        self._library = library

    def assign(self, runner: str, mode: SessionMode, by: str) -> Opened:
        """Name the next runner, whose earlier sessions determine the number of this one; "": a guest, as in an open gym.

        Raises EditError, ConflictError.
        """
        name = " ".join(runner.split()) if mode == "session" else ""
        number, note = 0, ""
        if name:
            try:
                number = self._library.next_number(name[:LONGEST_NAME])
            except SessionsError as error:
                note = f"{error} Therefore this counts as their first session."
        wanted: dict[str, Any] = {"mode": mode, "runner": name, "session_number": number}
        present = self._file.open().values["session"]
        # Overrides the file: the coach has just chosen.
        changes = [Change(("session", key), value, present[key]) for key, value in wanted.items() if present[key] != value]
        opened = self._file.change(changes, by) if changes else self._file.open()
        return replace(opened, note=note)


class RemoteAssigning:
    """Assigns the runner that a gym's coach has named, in the background: a store may take seconds. The last one counts."""

    def __init__(self, next_runner: NextRunner, counters: Counter[str]) -> None:
        self._next_runner = next_runner
        self._counters = counters
        self._wanted: Command | None = None
        self._assigning: Future[Opened] | None = None

    def handle(self, command: Command) -> None:
        """Take a command "assign"."""
        self._wanted = command

    def step(self) -> None:
        """Start the waiting request once the previous one has ended."""
        if self._assigning is not None and self._assigning.done():
            try:
                self._assigning.result()
            except (EditError, ConflictError, OSError):
                self._counters["assignments refused"] += 1
            self._assigning = None
        if self._assigning is None and (wanted := self._wanted) is not None:
            self._wanted = None
            self._assigning = call_in_background(lambda: self._next_runner.assign(wanted.runner, wanted.mode, FROM_GYM))
