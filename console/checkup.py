"""The doctor's page: runs the checks of `hipcue doctor` on this lane, on request, and never while a runner is measured.

The checks load the pose model and take a core for some seconds, so they run in a process of their own.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from config.mistakes import ConfigError
from config.small_file import SmallFileError, read_small_text
from sessions.format.durable import replace_text
from wire.messages import Message
from wire.texts import Finding

FILE = "doctor.json"
LONGEST_S = 120.0
LOOK_S = 0.2
"""How often to check whether a runner has started."""
RUNNER_MEASURED = "A runner is being measured. Start the check when nobody is running."
RUNNER_BEGAN = "A runner has started, so the check was stopped. Start it again when nobody is running."
NO_SETTINGS = "The lane has not reported its settings yet. Try again in a moment."
COMMAND = (sys.executable, "-m", "hipcue.doctor")
"""By its name alone: the console imports nothing of the front door."""


class CheckupError(ConfigError):
    """The check cannot be started; the text says why."""


class Checkup(Message, frozen=True):
    """The last examination."""

    at: str
    """Local time, ISO 8601."""
    findings: tuple[Finding, ...]


class Doctor:
    """Examines the lane. All methods but the constructor belong to the server's loop."""

    def __init__(
        self,
        folder: Path,
        wire_folder: Path,
        settings_json: Callable[[], str],
        is_measured: Callable[[], bool],
    ) -> None:
        """The last result is kept in `folder`. `settings_json`: those in force; "": not known yet."""
        self._file = folder / FILE
        self._wire_folder = wire_folder
        self._settings_json = settings_json
        self._is_measured = is_measured
        self._task: asyncio.Task[None] | None = None
        self.mistake = ""
        """Why the last check gave no result; "": it did."""

    @property
    def state(self) -> Literal["running", "idle"]:
        """Whether a check is under way."""
        return "idle" if self._task is None or self._task.done() else "running"

    def last(self) -> Checkup | None:
        """The last result; None: there is none."""
        with suppress(SmallFileError, msgspec.DecodeError):
            if self._file.exists():
                return msgspec.json.decode(read_small_text(self._file), type=Checkup)
        return None

    def start(self) -> None:
        """Start a check, unless one is under way. Raises CheckupError."""
        if self.state == "running":
            return
        if self._is_measured():
            raise CheckupError(RUNNER_MEASURED)
        settings = self._settings_json()
        if not settings:
            raise CheckupError(NO_SETTINGS)
        self.mistake = ""
        self._task = asyncio.get_running_loop().create_task(self._examine(settings))

    async def _examine(self, settings: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        order = json.dumps({"folder": str(self._wire_folder), "settings": settings}).encode()
        answer = asyncio.ensure_future(process.communicate(order))
        try:
            self.mistake = await self._watched(answer)
            if not self.mistake:
                self._keep((await answer)[0])
        finally:
            if process.returncode is None:
                process.kill()
            await asyncio.gather(answer, return_exceptions=True)

    async def _watched(self, answer: "asyncio.Future[Any]") -> str:
        """Wait for the answer. Returns why waiting was ended; "": the answer has arrived."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + LONGEST_S
        while not answer.done():
            await asyncio.wait({answer}, timeout=LOOK_S)
            if not answer.done() and self._is_measured():
                return RUNNER_BEGAN
            if not answer.done() and loop.time() >= end_s:
                return f"The check takes longer than {LONGEST_S:g} s."
        return ""

    def _keep(self, out: bytes) -> None:
        lines = out.strip().splitlines()
        try:
            found = msgspec.json.decode(lines[-1] if lines else b"", type=tuple[Finding, ...])
        except msgspec.DecodeError:
            self.mistake = "The check ended without a result. To find out why, run hipcue doctor in a terminal."
            return
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        text = msgspec.json.format(msgspec.json.encode(Checkup(at, found)), indent=2).decode()
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_text(self._file, text)
        except OSError as error:
            self.mistake = f"{self._file}: cannot be written ({error.strerror or error})"
