"""What goes on beside the frames, in a thread of its own so that no frame waits: the belt, and a drawn runner's ears."""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from capture.belt import BeltState
from capture.belt_bluetooth import BleakLink, Link, follow
from capture.belt_ftms import FtmsError, parse
from capture.paced import PacedSource
from capture.source import Source
from capture.synthetic import SyntheticRunner
from config.schema import Settings
from wire.health import HealthReporter
from wire.messages import Command, Cue
from wire.sockets import Wire
from wire.topics import BELT, COMMAND, CUE

_ROUND_S = 0.05
_JOIN_S = 1.0
FACT = "belt"


@contextmanager
def beside(
    settings: Settings, wire: Wire, source: Source | None, health: HealthReporter, link: Link | None = None
) -> Iterator[None]:
    """Run it while the block runs. `link` takes the place of Bluetooth in tests."""
    hears = _ears(source)
    if settings.belt.source == "none" and hears is None:
        yield
        return
    # Set before the thread begins: a dictionary that another thread copies must not grow.
    health.facts[FACT] = settings.belt.source
    stop = threading.Event()
    work = _Beside(settings, wire, hears, health, link or BleakLink(settings.belt.device))
    thread = threading.Thread(target=work.run, args=(stop,), name="beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_JOIN_S)


class _Beside:
    def __init__(
        self, settings: Settings, wire: Wire, hears: Callable[[str], None] | None, health: HealthReporter, link: Link
    ) -> None:
        self._wire = wire
        self._hears = hears
        self._health = health
        self._link = link
        self._state = BeltState(settings)

    def run(self, stop: threading.Event) -> None:
        asyncio.run(self._run(stop))

    async def _run(self, stop: threading.Event) -> None:
        # Sockets are not thread-safe: they are made here, used here and closed here.
        belts = self._wire.publisher(BELT)
        commands, cues = self._wire.every(COMMAND, Command), self._wire.every(CUE, Cue)
        following = asyncio.create_task(follow(self._link, self._heard, self._say)) if self._state.source == "ftms" else None
        told = None
        while not stop.is_set():
            for command in commands.take_all():
                self._state.command(command)
            for cue in cues.take_all():
                if self._hears is not None:
                    self._hears(cue.rule)
            belt = self._state.at(self._wire.clock())
            known = None if belt is None else (belt.speed_mps, belt.incline_pct, belt.source)
            if belt is not None and known != told:
                told = known
                belts.send(belt)
            belts.resend_if_due()
            await asyncio.sleep(_ROUND_S)
        if following is not None:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
        for socket in (belts.socket, commands.socket, cues.socket):
            socket.close()

    def _heard(self, packet: bytes) -> None:
        try:
            data = parse(packet)
        except FtmsError as error:
            self._health.facts[FACT] = f"ftms, refused: {error.reason}"
            return
        self._state.told(data.speed_kmh, data.incline_pct, self._wire.clock())
        self._health.facts[FACT] = "ftms, heard"

    def _say(self, sentence: str) -> None:
        if self._health.facts[FACT] != sentence:
            self._health.facts[FACT] = sentence
            print(sentence, file=sys.stderr, flush=True)


def _ears(source: Source | None) -> Callable[[str], None] | None:
    """What takes the cues, if the source is a drawn runner who answers them."""
    if isinstance(source, PacedSource) and isinstance(source.recording, SyntheticRunner):
        return source.recording.hears
    return None
